"""Wrapping: what people and programs put around the words of a message, from signatures and forwarding headers to marks of quotation.

A model that met these mostly on one side takes them for a sign of it. They are put around scams and innocent messages alike.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import tomli

if TYPE_CHECKING:
    import random

    from .corpus import Message

_SLOT = re.compile(r"\{(\w+)\}")
_SENTENCE = re.compile(r"[^\s.!?。！？].*?(?:[.!?](?=\s|$)|[。！？]|$)", re.MULTILINE)
_MARKS = (*[("“", "”"), ('"', '"')] * 2, ("«", "»"), ("„", "“"), ("「", "」"), ("『", "』"), ("'", "'"), ("```\n", "\n```"), (">", ""))


def wrapped(message: Message, rng: random.Random) -> str:
    """Put something around the text of a message, in its language where that is one of ours, else in English."""
    words = _pieces().get(message.lang[:2]) or _pieces()["en"]
    if (marks := rng.random()) < 0.2:
        return quoted(message.text, rng)
    text = quoted(message.text, rng) if marks < 0.5 else message.text
    way = rng.random()
    if way < 0.25:
        return _filled(rng.choice(words["headers"]), words, rng) + text
    if way < 0.35:
        return text + _filled(rng.choice(words["replies"]), words, rng)
    if way < 0.55:
        return text + rng.choice(("\n", " ", "\n\n")) + _filled(rng.choice(words["lines"]), words, rng)
    return text + rng.choice(("\n\n", "\n", "\n-- \n")) + _signature(words, rng)


def quoted(text: str, rng: random.Random) -> str:
    """Put marks of quotation around a text, or around one of its sentences."""
    opening, closing = rng.choice(_MARKS)
    if opening == ">":
        return "\n".join(f"> {line}" for line in text.splitlines())
    sentences = [m.span() for m in _SENTENCE.finditer(text)]
    start, stop = rng.choice(sentences) if sentences and rng.random() < 0.4 else (0, len(text))
    return f"{text[:start]}{opening}{text[start:stop]}{closing}{text[stop:]}"


def _signature(words: dict[str, list[str]], rng: random.Random) -> str:
    """Write a signature: some of closing, name, role, up to three lines of where to reach the writer, a notice."""
    parts = [rng.choice(words["closings"])] if rng.random() < 0.6 else []
    parts += ["{name}"] if rng.random() < 0.7 else []
    parts += [rng.choice(words["roles"])] if rng.random() < 0.4 else []
    parts += rng.sample(words["lines"], rng.choice((0, 0, 1, 2, 3)))
    parts += [rng.choice(words["notices"])] if rng.random() < 0.4 or not parts else []
    return _filled("\n".join(parts), words, rng)


def _filled(piece: str, words: dict[str, list[str]], rng: random.Random) -> str:
    """Fill the slots of a piece, then its digits."""
    shared: dict[str, list[str]] = _pieces()
    names = shared["names"]

    def filling(slot: re.Match[str]) -> str:
        site = rng.choice(shared["sites"]) + rng.choice(shared["endings"])
        if slot[1] == "mail":
            return f"{rng.choice(names).split()[0].strip('.').lower()}@{site}"
        if slot[1] == "site":
            return site
        if slot[1] == "time":
            return f"{rng.randrange(24):02}:{rng.randrange(60):02}"
        return rng.choice(words.get(f"{slot[1]}s") or shared[f"{slot[1]}s"])

    return re.sub("#", lambda _: str(rng.randrange(10)), _SLOT.sub(filling, piece))


@cache
def _pieces() -> dict[str, Any]:
    return tomli.loads((resources.files(__package__) / "wrappings.toml").read_text("utf-8"))
