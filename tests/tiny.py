"""A tiny model: sixty synthetic messages, a lexicon of a dozen terms, tables of 2^6 to 2^8.

``python -m tests.tiny FOLDER`` writes it with the risks it gives, as kept in ``tests/artifacts``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scamguard import columns, model
from scamguard.lexicon import Concept, Lexicon, Rule

if TYPE_CHECKING:
    from scamguard.model import Model
    from scamguard.train.corpus import Message
    from scamguard.train.fit import Recipe

_TERMS: Final = {
    "give": ("send", "give", "share", "发给", "告诉"),
    "seed_phrase": ("seed phrase", "# words", "助记词"),
    "password": ("password", "密码"),
    "forbid": ("never share", "never send", "不要告诉", "不会索要"),
    "link": ("<link>",),
}
SETTINGS: Final = model.Settings(word_bits=8, char_bits=8, framed_bits=8, concept_bits=6, head_bits=6)
PROBES: Final = (  # plain words: what they fold to will not change
    "kraken support: send us your seed phrase now",
    "never share your seed phrase with anyone",
    "请把助记词发给客服",
    "lunch at noon?",
    "",
)


def _rule(name: str, secret: str) -> Rule:
    return Rule(
        id=name, why="Nobody honest asks for it.", scope="clause", need=(("give",), (secret,)), unless=("forbid",), asks=secret,
        kind="credential_request", hit=("", ""), spare=("", ""),
    )  # fmt: skip


def lexicon() -> Lexicon:
    """Make a lexicon of two rules."""
    entries = tuple(Concept(name=name, lang="und", terms=terms) for name, terms in _TERMS.items())
    return Lexicon(tuple(_TERMS), entries, (_rule("ask.seed-phrase", "seed_phrase"), _rule("ask.password", "password")), ("forbid",))


def messages() -> list[Message]:
    """Write sixty messages by ten writers; each pair is a request and the warning against it."""
    from scamguard.train.corpus import Message  # noqa: PLC0415 - scikit-learn takes seconds to load; few tests need it

    requests = {
        "en": "{} here, kindly send your {} to verify your wallet {}",
        "zh": "{}提醒您:请把{}发给客服核对 {}",
        "de": "{}: bitte {} an uns senden {}",
    }
    warnings = {
        "en": "{} will never ask for your {}, never share it {}",
        "zh": "{}不会索要您的{},不要告诉任何人 {}",
        "de": "{} fragt nie nach {} {}",
    }
    out = []
    for i in range(30):
        lang = ("en", "zh", "de")[i % 3]
        brand, writer = ("Kraken", "OKX", "Ledger", "Binance")[i % 4], f"w{i % 10}"
        secret = ("seed_phrase", "password")[i % 2]
        noun = {"en": ("seed phrase", "password"), "zh": ("助记词", "密码"), "de": ("Seed", "Passwort")}[lang][i % 2]
        ask, warn = (text[lang].format(brand, noun, "again " * (i % 5)) for text in (requests, warnings))
        out += [
            Message(f"s{i}", lang, ask, scam=True, kind="credential_request", asks=(secret,), writer=writer, pair=f"p{i}"),
            Message(f"b{i}", lang, warn, scam=False, kind="advisory", asks=(), writer=writer, pair=f"p{i}"),
        ]
    return out


def recipe() -> Recipe:
    """Choose rates that thirty benign messages can show."""
    from scamguard.train.fit import Recipe  # noqa: PLC0415

    return Recipe(settings=SETTINGS, folds=3, warn_rate=0.2, block_rate=0.1)


def trained() -> Model:
    """Train on the sixty messages."""
    from scamguard.train import fit, vocabulary  # noqa: PLC0415

    words = vocabulary.compiled(lexicon())
    return fit.train(fit.material(messages(), [], words, recipe()), words, recipe(), {"about": "a test model"})


def risks(read: Model) -> list[float]:
    """Score the probes."""
    logits = read.read(columns.pack(PROBES)).logit
    return [float(value) for value in read.risk(logits)]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    model.save(trained(), folder)
    stored = dict(zip(PROBES, risks(model.load(folder)), strict=True))
    (folder / "risks.json").write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", "utf-8")
