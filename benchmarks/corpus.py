"""Corpus: messages as a chat service sees them, built from a seed: 14 languages, realistic lengths, 3 % scams.

Half of the benign messages and all scams come from ``data/messages``; the others are put together from the sentences of
``everyday.toml``. Messages whose contrast pair falls into the training part are never in the timed part.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).parents[1]
SEED: Final = 20261126
SCAMS: Final = 0.03
SHARES: Final = {"en": 0.32, "zh": 0.20} | dict.fromkeys(("es", "pt", "fr", "de", "ru", "ja", "ko", "vi", "tr", "id", "hi", "ar"), 0.04)
CODEWORDS: Final = tuple(f"zorvex-{i:02d}" for i in range(20))  # planted, for peers that look for terms
PLANTED: Final = 0.01
_KIN: Final = {"ms": "id"}  # Malay is read by the Indonesian lexicon


@dataclass(frozen=True, slots=True)
class Row:
    """One message of the benchmark."""

    text: str
    lang: str
    scam: bool
    planted: str = ""  # the code word at its end


def messages(many: int, seed: int = SEED) -> list[Row]:
    """Build the timed messages: exactly 3 % scams, 1 % with a code word, in random order."""
    rng = random.Random(seed)  # noqa: S311 - the same corpus in every run is the point
    langs = rng.choices([*SHARES], [*SHARES.values()], k=many)
    scams = _marked(rng, many, SCAMS)
    planted = _marked(rng, many, PLANTED)
    written = {key: _without_end(rng, texts) for key, texts in _written("timed").items()}
    rows = []
    for i, lang in enumerate(langs):
        scam = i in scams
        text = next(written[lang, scam]) if scam or rng.random() < 0.5 else everyday(rng, lang)
        word = rng.choice(CODEWORDS) if i in planted else ""
        rows.append(Row(f"{text} {word}" if word else text, lang, scam, word))
    return rows


def training(seed: int = SEED) -> list[Row]:
    """Build what peers are trained on: the other half of ``data/messages`` and as much everyday talk as a fifth of it."""
    rng = random.Random(seed + 1)  # noqa: S311
    rows = [Row(text, lang, scam) for (lang, scam), texts in _written("training").items() for text in texts]
    rows += [Row(everyday(rng, lang), lang, scam=False) for lang in rng.choices([*SHARES], [*SHARES.values()], k=len(rows) // 5)]
    rng.shuffle(rows)
    return rows


def terms(many: int, seed: int = SEED) -> list[str]:
    """Choose what rule engines look for: pieces of training scams (two words, or four characters without spaces), and the code words."""
    rng = random.Random(seed + 2)  # noqa: S311
    pieces = {piece for (_, scam), texts in _written("training").items() if scam for text in texts for piece in _pieces(text)}
    return [*sorted(rng.sample(sorted(pieces), many - len(CODEWORDS))), *CODEWORDS]


def everyday(rng: random.Random, lang: str) -> str:
    """Put one to five sentences together."""
    table = _sentences()[lang]
    parts = []
    for _ in range(rng.choices(range(1, 6), (22, 30, 24, 14, 10))[0]):
        words = {slot: rng.choice(table[slot]) for slot in ("name", "place", "thing")}
        time = f"{rng.randrange(7, 23)}:{rng.randrange(0, 60, 5):02d}"
        parts.append(rng.choice(table["say"]).format(time=time, n=rng.randrange(2, 60), **words))
    return rng.choice(["。", "，", " "]).join(parts) if lang in {"zh", "ja"} else rng.choice([". ", ", ", "\n", " "]).join(parts)


@cache
def _sentences() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("everyday.toml").read_text("utf-8"))


@cache
def _written(part: str) -> dict[tuple[str, bool], list[str]]:
    """Read one half of ``data/messages``: language and whether scam → texts. Contrast pairs stay in one half."""
    texts: dict[tuple[str, bool], list[str]] = {(lang, scam): [] for lang in SHARES for scam in (False, True)}
    for file in sorted((ROOT / "data" / "messages").glob("*.jsonl")):
        for line in file.read_text("utf-8").split("\n"):
            if not line.strip():
                continue
            row = json.loads(line)
            lang = row["lang"].split("-")[0]
            key = _KIN.get(lang, lang), row["label"] == "scam"
            odd = hashlib.sha256((row.get("pair") or row["id"]).encode()).digest()[0] & 1
            if key in texts and odd == (part == "training"):
                texts[key].append(row["text"])
    return texts


def _marked(rng: random.Random, many: int, share: float) -> set[int]:
    return set(rng.sample(range(many), round(share * many)))


def _without_end(rng: random.Random, texts: Sequence[str]) -> Iterator[str]:
    """Deal the texts out like cards, every one once before any comes again."""
    return itertools.cycle(rng.sample(texts, len(texts)))


def _pieces(text: str) -> Iterator[str]:
    words = text.split()
    if len(words) > 4:
        yield from (f"{a} {b}" for a, b in itertools.pairwise(words) if len(a) + len(b) > 6)
    elif "\n" not in text:
        yield from (text[i : i + 4] for i in range(0, len(text) - 3, 4))


def digest(rows: Sequence[Row]) -> str:
    """Name a corpus by its SHA-256, so that results say what they were measured on."""
    return hashlib.sha256("\0".join(f"{row.text}\1{row.lang}\1{row.scam:d}" for row in rows).encode("utf-8", "surrogatepass")).hexdigest()
