"""Adversarial: messages made to be dear. None may cost more than five times what ordinary text costs, byte for byte."""

from __future__ import annotations

import json
import random
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

import scamguard
from scamguard import lexicon

from . import corpus
from .results import spread
from .stages import read_to_the_end
from .worker import FIRST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scamguard.guard import Guard

_LOOK_ALIKES = str.maketrans("aceopxyiAEOPCXTHMB", "асеорхуіАЕОРСХТНМВ")  # Latin to Cyrillic, hence never a whole word of one script
LONG = "one long message"


def cases(size: int, long: int) -> dict[str, list[str]]:
    """Build the batches: about ``size`` bytes each, and one message of ``long`` bytes; "ordinary" is the measure."""
    ordinary = [row.text for row in corpus.messages(max(1000, size // 120))]
    english = [row.text for row in corpus.messages(max(1000, size // 120)) if row.lang == "en"]
    terms = [form for entry in lexicon.load().entries for form in entry.forms()[:5]]
    rng = random.Random(corpus.SEED)  # noqa: S311
    opening = sorted({term.split()[0] for term in terms})
    makers: dict[str, Callable[[], str]] = {
        "every word a term": lambda: " ".join(rng.choices(terms, k=7)),
        "every word begins a term": lambda: " ".join(rng.choices(opening, k=18)),
        "all homoglyphs": lambda: rng.choice(english).translate(_LOOK_ALIKES),
        "letters spaced out": lambda: " ".join(rng.choice(english)),
        "zero-width between letters": lambda: "\u200b".join(rng.choice(english)),
        "all links": lambda: " ".join(f"https://a{rng.randrange(999)}.example/{rng.randrange(999)}" for _ in range(5)),
        "all digits": lambda: " ".join(str(rng.randrange(10**6)) for _ in range(14)),
        "all emoji": lambda: "".join(rng.choices("😀🙏🏽👩‍👩‍👧🚀❤️🇨🇳", k=30)),
        "random code points": lambda: "".join(chr(rng.randrange(32, 0xD800)) for _ in range(35)),
        "all Chinese, spelled by sound": lambda: "".join(rng.choices(["住记词", "蜜马", "验正码", "丝钥", "发给客服"], k=10)),
        "one letter a thousand times": lambda: rng.choice("aаß") * 1000,
        "every character a clause": lambda: ",".join(rng.choices("abcdef助记词", k=50)),
    }
    batches = {"ordinary": ordinary} | {name: _filled(make, size) for name, make in makers.items()}
    many = long // sum(len(text.encode()) + 2 for text in ordinary) + 1
    return batches | {LONG: [". ".join(ordinary * many).encode()[:long].decode("utf-8", "ignore") + ". " + FIRST]}


def _filled(make: Callable[[], str], size: int) -> list[str]:
    texts, total = [], 0
    while total < size:
        texts.append(make())
        total += len(texts[-1].encode())
    return texts


def measure(guard: Guard, batches: dict[str, list[str]], rounds: int) -> list[dict[str, Any]]:
    """Time all batches in turns; check that every score is a risk, the same each time, and that the long message is read to its end."""
    columns = {name: pa.array(texts, pa.large_string()) for name, texts in batches.items()}
    sizes = {name: sum(len(text.encode()) for text in texts) for name, texts in batches.items()}
    wanted = {name: guard.score(column) for name, column in columns.items()}
    for name, risks in wanted.items():
        assert len(risks) == len(batches[name])
        assert ((risks >= 0) & (risks <= 1)).all(), name
    assert read_to_the_end(guard, batches[LONG][0], FIRST), "the end of a long message is not read"
    taken: dict[str, list[float]] = {name: [] for name in columns}
    for _ in range(rounds):
        for name, column in columns.items():
            start = time.process_time()  # one thread; what else the machine does counts less
            risks = guard.score(column)
            taken[name].append((time.process_time() - start) / sizes[name] * 1e9)
            assert np.array_equal(risks, wanted[name]), name
    return [_row(name, nanoseconds, taken["ordinary"], sizes[name]) for name, nanoseconds in taken.items()]


def _row(name: str, nanoseconds: Sequence[float], ordinary: Sequence[float], size: int) -> dict[str, Any]:
    ratio = spread([a / b for a, b in zip(nanoseconds, ordinary, strict=True)])["median"]
    return {"name": name, "nanoseconds_per_byte": spread(nanoseconds), "ratio": ratio, "bytes": size}


if __name__ == "__main__":
    quick = "quick" in sys.argv
    batches = cases(200_000, 1_000_000) if quick else cases(1_000_000, 10_000_000)
    print(json.dumps(measure(scamguard.load(), batches, 3 if quick else 5)))
