"""Evasion: how much of a verdict survives when the same message is disguised.

Each transform is applied to a share of the words of scams AND benign messages. What counts is how far recall falls and
how far false alarms rise against the plain messages.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scamguard.guard import Guard

    from .corpus import Message

STRENGTHS: Final = (0.2, 0.5, 1.0)  # share of the words that are changed
_HOMOGLYPHS: Final = str.maketrans("aeopcxyi", "аеорсхуі")
_LEET: Final = str.maketrans("aeiost", "431057")
_MATH: Final = {ord("a") + i: 0x1D41A + i for i in range(26)}  # mathematical bold
_FULL: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_BOXED: Final = {ord("a") + i: 0x1F130 + i for i in range(26)}  # squared capitals
_SOUNDS: Final = {"助": "住", "记": "计", "词": "辞", "密": "蜜", "码": "马", "验": "燕", "证": "正", "私": "丝", "钥": "药", "账": "帐"}
_FILLER: Final = {
    True: "早上我们沿着海边散步,和邻居喝了咖啡,后来下雨了,大家就回家做饭看球赛。",
    False: "We walked along the harbour in the morning and had coffee with the neighbours before the rain came in from the west. ",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one transform does at one strength."""

    transform: str
    strength: float
    recall: float
    false_alarms: float
    recall_change: float  # against the plain messages
    false_alarms_change: float

    def figures(self) -> dict[str, float]:
        """Give the four shares, rounded."""
        names = ("recall", "recall_change", "false_alarms", "false_alarms_change")
        return {name: round(getattr(self, name), 4) for name in names}


def _inside(table: dict[int, int]) -> Callable[[str, random.Random], str]:
    return lambda word, _: word[0] + word[1:-1].translate(table) + word[-1]


def misspelled(word: str, rng: random.Random) -> str:
    """Swap, drop or double one letter inside."""
    at = rng.randrange(1, len(word) - 2) if len(word) > 3 else 1
    return rng.choice(
        [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
        ]
    )


WORDS: Final[dict[str, Callable[[str, random.Random], str]]] = {
    "homoglyph": _inside(_HOMOGLYPHS),
    "leet": _inside(_LEET),
    "full width": lambda word, _: word.translate(_FULL),
    "mathematical": lambda word, _: word.lower().translate(_MATH),
    "boxed": lambda word, _: word.lower().translate(_BOXED),
    "zero width": lambda word, _: word[: len(word) // 2] + "\u200b" + word[len(word) // 2 :],
    "combining": lambda word, _: "\u0336".join(word) + "\u0336",
    "spaced": lambda word, _: " ".join(word),
    "dotted": lambda word, _: ".".join(word),
    "repeated": lambda word, rng: re.sub(r"[aeiou]", lambda m: m[0] * rng.randint(3, 5), word, count=1),
    "misspelled": misspelled,
}
HAN: Final[dict[str, Callable[[str, random.Random], str]]] = {
    "by sound": lambda word, _: "".join(_SOUNDS.get(char, char) for char in word),
    "starred": lambda word, _: "*".join(word),
    "spaced": lambda word, _: " ".join(word),
    "zero width": lambda word, _: "\u200b".join(word),
}
WHOLE: Final[dict[str, Callable[[str], str]]] = {
    "diluted": lambda text: (_filler(text) * 12) + text + " " + (_filler(text) * 12),
    "quoted": lambda text: "\n".join(f"> {line}" for line in text.split("\n")),
    "forwarded": lambda text: f"---------- Forwarded message ---------\nFrom: J. Doe\nDate: Mon, 3 Mar\nSubject: Fwd\n\n{text}",
    "signed": lambda text: f"{text}\n\n--\nSent from my phone. This message and its attachments are confidential.",
    "HTML remains": lambda text: f"<div dir=ltr><p>{text}</p>&nbsp;<br></div>",
}


def _filler(text: str) -> str:
    return _FILLER[bool(re.search(r"[\u4e00-\u9fff]", text))]


def disguised(text: str, name: str, strength: float, seed: int = 0) -> str:
    """Apply a transform to a share of the words of ``text``; the same words every time."""
    if name in WHOLE:
        return WHOLE[name](text)
    rng = random.Random(f"{seed}:{name}:{text}".encode("utf-8", "surrogatepass"))  # noqa: S311 - repeatable, not secret
    if name in HAN:
        text = re.sub(r"[\u4e00-\u9fff]{2,4}", lambda m: HAN[name](m[0], rng) if rng.random() < strength else m[0], text)
    if name in WORDS:
        text = re.sub(r"[A-Za-z]{4,}", lambda m: WORDS[name](m[0], rng) if rng.random() < strength else m[0], text)
    return text


def measure(guard: Guard, messages: Sequence[Message]) -> list[Outcome]:
    """Measure every transform at rising strength, on the messages that it changes."""
    scam = np.array([m.scam for m in messages])
    texts = [m.text for m in messages]
    plain = guard.decide(texts)[1] > 0
    out = []
    for name in {**WORDS, **HAN, **WHOLE}:
        for strength in STRENGTHS if name not in WHOLE else (1.0,):
            changed = [disguised(text, name, strength) for text in texts]
            touched = np.array([a != b for a, b in zip(texts, changed, strict=True)])
            if not (scam & touched).any() or not (~scam & touched).any():
                continue
            flagged = plain.copy()  # what is not changed is judged as before, whatever stands beside it
            flagged[touched] = guard.decide([changed[i] for i in np.flatnonzero(touched)])[1] > 0
            rates = [(float(hit[scam & touched].mean()), float(hit[~scam & touched].mean())) for hit in (plain, flagged)]
            (recall, alarms), (then, louder) = rates
            out.append(Outcome(name, strength, then, louder, then - recall, louder - alarms))
    return out
