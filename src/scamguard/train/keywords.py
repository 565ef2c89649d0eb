"""Keywords: phrases for chats that can only compare words. Written to ``chat/automod.toml``, read by ``chat.automod``.

A keyword sees nothing of what stands before it: «never», «the app asks me to». So a phrase is only taken if it is a request by itself
(a rule of the lexicons fires on the phrase alone) that says who is to get the secret, «send me», «here», or that asks the reader for it:
advisories say «never share your password with anyone», hardly ever «never send me». Writers who do not know each other use it, no
benign message of the corpus holds it, advisories included, and what is left of it without its first or last word is a scam's, too:
else the next benign message may hold it. What such phrases are worth is told by writers they were not chosen from (``held_out``).

    python -m scamguard.train.keywords data/messages src/scamguard/chat/automod.toml
"""

from __future__ import annotations

import heapq
import re
import sys
import zlib
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
# few words; nobody asks a friend for a seed phrase, but «the words in order, please» a class for its vocabulary.
_LEAST: Final = {"seed_phrase": 15, "private_key": 15, "password": 24, "2fa_code": 24}
_SHORTEST: Final = min(_LEAST.values())
_LEAST_WIDE: Final = 8  # CJK characters, whatever is asked for: a phrase may be cut amid a word, and what is left of 助记词 is any word
_WEAK: Final = (".topic", ".plain", ".here", "-link")  # rules that say what it is about, need no verb, or need the link
_SECRET: Final = frozenset({"seed_phrase", "private_key", "password", "code_2fa"})
_ASKED: Final = (frozenset({"give", "to_me"}), frozenset({"question", "your"}))  # whoever reads it is to give it to the sender
_BEFORE: Final = frozenset({"forbid", "never_ask", "no_need", "they_asked"})  # turn what follows round, or tell it of somebody else
_TURNED: Final = _BEFORE | {"neg", "deliver", "past_own", "own_question", "scam_word", "report", "my"}
_SURER: Final = 5  # times as often a part of a phrase stands in scams as in benign messages
_FOLDS: Final = 5


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
    scams = [(m, phrases(text)) for m, text in _straight([m for m in messages if m.scam])]
    first: dict[str, str] = {}
    common: set[str] = set()  # what at least two writers use
    for message, found in scams:
        common |= {phrase for phrase in found if first.setdefault(phrase, message.writer) != message.writer}
    for message in messages:
        if not message.scam:
            common -= phrases(message.text)
    scam, honest = ("\n".join(message.text.lower() for message in messages if message.scam is kind) for kind in (True, False))
    requests = {
        phrase
        for phrase in _requests(sorted(common))
        if phrase not in honest  # nor within a word, as Discord would find it
        and all(scam.count(part) >= _SURER * honest.count(part) for part in _parts(phrase))
    }
    held = [(m.lang, found & requests) for m, found in scams]
    langs: dict[str, Counter[str]] = defaultdict(Counter)
    for lang, found in held:
        for phrase in found:
            langs[phrase][lang] += 1
    return _cover(held, {phrase: counts.most_common(1)[0][0] for phrase, counts in langs.items()}, most)


def _straight(messages: Sequence[Message]) -> Iterable[tuple[Message, str]]:
    """Give messages without the clauses that say «never» or tell of somebody: a phrase cut from one would say so no more."""
    rules = lexicon.load()
    clauses = [(i, clause) for i, message in enumerate(messages) for clause in _CLAUSES.split(message.text)]
    hits = proof.hits_of(rules, [clause for _, clause in clauses])
    turns = np.isin(hits.concept, [rules.concepts.index(name) for name in _BEFORE if name in rules.concepts])
    turned = np.repeat(np.arange(len(clauses)), np.diff(hits.starts))[turns]
    kept = defaultdict(list)
    for k in np.setdiff1d(np.arange(len(clauses)), turned).tolist():
        kept[clauses[k][0]].append(clauses[k][1])
    return ((message, "\n".join(kept[i])) for i, message in enumerate(messages))


def _requests(candidates: Sequence[str]) -> Iterable[str]:
    """Give those that are a request by themselves, to be answered to whoever sends it."""
    rules = lexicon.load()
    hits = proof.hits_of(rules, candidates)
    fired = proof.fired_matrix(rules, hits)
    for i, rule in enumerate(rules.rules):
        if rule.asks in _LEAST and not rule.id.endswith(_WEAK):
            for k in np.flatnonzero(fired[:, i]).tolist():
                said = {rules.concepts[concept] for concept in hits.concept[hits.starts[k] : hits.starts[k + 1]].tolist()}
                if _is_long(candidates[k], _LEAST[rule.asks]) and _is_put_to_reader(said):
                    yield candidates[k]


def _is_put_to_reader(said: set[str]) -> bool:
    """Say whether the concepts of a phrase name the secret and who is to give it to whom, and nothing that turns it round."""
    return bool(said & _SECRET) and not said & _TURNED and any(asked <= said for asked in _ASKED)


def _parts(phrase: str) -> tuple[str, str]:
    """Give what is left of a phrase without its first word, and without its last.

    >>> _parts("send me your password"), _parts("助记词发我")
    (('me your password', 'send me your'), ('记词发我', '助记词发'))
    """
    words = list(_WORD.finditer(phrase))
    return phrase[words[1].start() :], phrase[: words[-2].end()]


def _is_long(phrase: str, least: int) -> bool:
    wide = sum(char >= _WIDE for char in phrase)
    return len(phrase) + 2 * wide >= least and (wide == 0 or wide >= _LEAST_WIDE)


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


def held_out(messages: Sequence[Message]) -> list[bool]:
    """Say which messages hold a phrase that was chosen without the messages of their writers: a fifth of the writers at a time."""
    fold = [zlib.crc32(message.writer.encode()) % _FOLDS for message in messages]
    caught = [False] * len(messages)
    for held in range(_FOLDS):
        found = chosen([message for message, its in zip(messages, fold, strict=True) if its != held])
        known = [phrase for phrases_of in found.values() for phrase in phrases_of]
        for i, message in enumerate(messages):
            if fold[i] == held:
                low = message.text.lower()
                caught[i] = any(phrase in low for phrase in known)
    return caught


def told(messages: Sequence[Message], caught: Sequence[bool]) -> str:
    """Say how many scams and benign messages are caught, a line for each."""
    lines = []
    for name, scam in (("scams", True), ("benign messages", False)):
        those = [hit for message, hit in zip(messages, caught, strict=True) if message.scam is scam]
        lines.append(f"{name} of writers not chosen from: {sum(those):,} of {len(those):,}\n")
    return "".join(lines)


def toml(found: dict[str, list[str]]) -> str:
    """Write phrases as TOML, one list a language."""
    lines = ["# Written by train/keywords.py: each asks the reader for a secret by itself, and no benign message holds it.", "[keywords]"]
    for lang in sorted(found):
        quoted = ",\n".join(f"  '{phrase}'" if "'" not in phrase else f'  "{phrase}"' for phrase in found[lang] if '"' not in phrase)
        lines.append(f"{lang} = [\n{quoted},\n]")
    return "\n".join(lines) + "\n"


def main(folder: str, target: str) -> None:
    """Choose the phrases of a folder of labelled messages, write them, and say what they are worth on other writers' messages."""
    messages = labelled.read([Path(folder)], None)
    Path(target).write_text(toml(chosen(messages)), "utf-8")
    sys.stdout.write(told(messages, held_out(messages)))


if __name__ == "__main__":
    main(*sys.argv[1:])
