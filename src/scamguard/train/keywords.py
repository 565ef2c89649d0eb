"""Keywords: phrases for chats that can only compare words. Written to ``chat/automod.toml``, read by ``chat.automod``.

A keyword has no sense of negation, so a phrase is only taken if it is a request by itself (a rule of the lexicons fires on the
phrase alone), if writers who do not know each other use it, and if no benign message of the corpus holds it, advisories included.

    python -m scamguard.train.keywords data/messages src/scamguard/chat/automod.toml
"""

from __future__ import annotations

import heapq
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from scamguard import lexicon, proof

from . import labelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .corpus import Message

_CLAUSES = re.compile(r"[\n\r*,|，。！？!?;；：]|\.\s")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")  # a CJK character, or a word
_WIDE: Final = "\u3040"  # from here on a character is a word
_LONGEST: Final = 58  # characters; a keyword has 60, and two are its wildcards
# Characters that a request must have, a CJK character counted as three. Friends ask each other for a wifi password or a code in
# few words; nobody asks a friend for a seed phrase.
_LEAST: Final = {"seed_phrase": 15, "private_key": 15, "password": 24, "2fa_code": 24}
_SHORTEST: Final = min(_LEAST.values())
_WEAK: Final = (".topic", ".plain", "-link")  # rules that say what it is about and not that it is asked for, or need the link


def phrases(text: str) -> set[str]:
    """Give every run of three to eight words, or four to twelve CJK characters, of a clause, in lower case, short enough for a keyword.

    >>> sorted(phrases("Send us the words, please"))
    ['send us the words']
    """
    found = set()
    for clause in _CLAUSES.split(text.lower()):
        words = list(_WORD.finditer(clause))
        for i, first in enumerate(words):
            size = 0
            for count, word in enumerate(words[i : i + 12], 1):
                wide = word[0] >= _WIDE
                size += 3 if wide else len(word[0]) + 1
                if word.end() - first.start() > _LONGEST or (count > 8 and not wide):
                    break
                if count >= 3 and size >= _SHORTEST:
                    found.add(clause[first.start() : word.end()])
    return found


def chosen(messages: Sequence[Message], most: int = 1000) -> dict[str, list[str]]:
    """Choose phrases by language, those that catch most first.

    Parameters
    ----------
    most
        How many for a language at most.
    """
    scams = [(m, phrases(m.text)) for m in messages if m.scam]
    first: dict[str, str] = {}
    common: set[str] = set()  # what at least two writers use
    for message, found in scams:
        common |= {phrase for phrase in found if first.setdefault(phrase, message.writer) != message.writer}
    for message in messages:
        if not message.scam:
            common -= phrases(message.text)
    honest = "\n".join(message.text.lower() for message in messages if not message.scam)
    requests = {phrase for phrase in _requests(sorted(common)) if phrase not in honest}  # nor within a word, as Discord would find it
    held = [(m.lang, found & requests) for m, found in scams]
    langs: dict[str, Counter[str]] = defaultdict(Counter)
    for lang, found in held:
        for phrase in found:
            langs[phrase][lang] += 1
    return _cover(held, {phrase: counts.most_common(1)[0][0] for phrase, counts in langs.items()}, most)


def _requests(candidates: Sequence[str]) -> Iterable[str]:
    """Give those that are a request by themselves."""
    rules = lexicon.load()
    fired = proof.fired_matrix(rules, proof.hits_of(rules, candidates))
    for i, rule in enumerate(rules.rules):
        if rule.asks in _LEAST and not rule.id.endswith(_WEAK):
            yield from (candidates[k] for k in np.flatnonzero(fired[:, i]).tolist() if _size(candidates[k]) >= _LEAST[rule.asks])


def _size(phrase: str) -> int:
    return sum(3 if char >= _WIDE else 1 for char in phrase)


def _cover(held: list[tuple[str, set[str]]], lang_of: dict[str, str], most: int) -> dict[str, list[str]]:
    """Take the phrase that catches most of what is not caught yet, again and again; of equals the shorter."""
    holders: dict[str, set[int]] = defaultdict(set)
    for i, (_, found) in enumerate(held):
        for phrase in found:
            holders[phrase].add(i)
    out: dict[str, list[str]] = defaultdict(list)
    caught: set[int] = set()
    heap = [(-len(who), len(phrase), phrase) for phrase, who in holders.items()]
    heapq.heapify(heap)
    while heap:
        known, length, phrase = heapq.heappop(heap)
        gain = len(holders[phrase] - caught)
        if gain and gain < -known:  # others were taken since: it waits for its turn
            heapq.heappush(heap, (-gain, length, phrase))
        elif gain and len(out[lang_of[phrase]]) < most:
            out[lang_of[phrase]].append(phrase)
            caught |= holders[phrase]
    return dict(out)


def toml(found: dict[str, list[str]]) -> str:
    """Write phrases as TOML, one list a language."""
    lines = ["# Written by train/keywords.py: each is a request by itself, and no benign message holds it.", "[keywords]"]
    for lang in sorted(found):
        quoted = ",\n".join(f"  '{phrase}'" if "'" not in phrase else f'  "{phrase}"' for phrase in found[lang] if '"' not in phrase)
        lines.append(f"{lang} = [\n{quoted},\n]")
    return "\n".join(lines) + "\n"


def main(folder: str, target: str) -> None:
    """Choose the phrases of a folder of labelled messages and write them."""
    Path(target).write_text(toml(chosen(labelled.read([Path(folder)], None))), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
