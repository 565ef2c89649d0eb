"""Lexicons and rules are data: TOML in, arrays out, checked on load.

A lexicon file (``lexicons/<lang>.toml``) fills concepts with terms; a rule file (``rules/<family>.toml``)
says which concepts must stand together, and proves it with examples. All terms of all languages become one
double-array trie over folded code points (Aoe 1989), so that matching is one walk however many terms there are.

Term language: plain text as people write it (it is folded like any message), with
``(a|b|)`` for alternatives, ``*`` at the end for any ending, ``#`` for a run of digits, ``<code>`` for a run of
4-8 digits, ``<phone>`` for 9 or more, and ``<link>``, ``<email>``, ``<handle>``.
"""

from __future__ import annotations

import itertools
import math
import re
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from .errors import LexiconError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable
    from pathlib import Path

SECRETS = ("password", "2fa_code", "private_key", "seed_phrase", "card", "id_document", "remote_access", "payment")
KINDS = ("credential_request", "fake_support_contact", "phishing_link", "remote_access", "payment_demand", "trust_trick")
_ALTERNATIVES = re.compile(r"\(([^()|]*\|[^()]*)\)")
_SCOPES = ("clause", "sentence", "message")
_MOST_FORMS = 5000
_MOST_NEEDS = 4
_MOST_WORDS = 100_000
_LEAST_EXAMPLES = 2
_TYPES = {"id": str, "why": str, "name": str, "asks": str, "kind": str, "within": int, "ordered": bool}  # the others are lists of text
_TYPE_NAMES = {str: "text", int: "a whole number", bool: "true or false", list: "a list of texts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """The terms one language gives one concept, and the proof that they mean it."""

    name: str
    lang: str
    terms: tuple[str, ...]
    hit: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()

    def forms(self) -> list[str]:
        """Spell out every alternative of every term."""
        return [form for term in self.terms for form in spelled(term)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One speech act: concepts that stand together, and what must not stand there."""

    id: str
    why: str
    scope: str  # clause, sentence or message: where all of ``need`` must stand
    need: tuple[tuple[str, ...], ...]  # each entry: any one of these concepts
    within: int = 12  # words from the first to the last of them (a Chinese character is half a word)
    ordered: bool = False
    unless: tuple[str, ...] = ()  # not in the clauses that the match touches
    unless_sentence: tuple[str, ...] = ()
    unless_message: tuple[str, ...] = ()
    asks: str = ""
    kind: str = ""
    hit: tuple[str, ...]
    spare: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All concepts, terms and rules that are in force together."""

    concepts: tuple[str, ...]  # index = concept id
    entries: tuple[Concept, ...]
    rules: tuple[Rule, ...]
    frames: tuple[str, ...] = ()  # concepts that colour the words of their clause


def spelled(term: str) -> list[str]:
    """Expand ``(a|b|)`` alternatives.

    >>> spelled("(send|give) me( now|)")
    ['send me now', 'send me', 'give me now', 'give me']
    """
    parts = [part.split("|") if i % 2 else [part] for i, part in enumerate(_ALTERNATIVES.split(term))]
    forms = [re.sub(r"\s+", " ", "".join(form)).strip() for form in itertools.product(*parts)]
    return list(dict.fromkeys(form for form in forms if form))


def _forms(term: str) -> int:
    """Count the forms of a term, at most."""
    return math.prod(part.count("|") + 1 for part in _ALTERNATIVES.split(term)[1::2])


def load(*folders: Path) -> Lexicon:
    """Read the bundled lexicons and rules, and those in ``folders`` on top.

    A folder may hold ``lexicons/*.toml`` and ``rules/*.toml``.

    Raises
    ------
    LexiconError
        An unknown or missing key, an unknown concept, a repeated rule id, a rule without examples.
    """
    for folder in folders:
        if not folder.is_dir():
            raise LexiconError(str(folder), "no such folder", "give one that holds lexicons/*.toml or rules/*.toml")
    roots: list[Traversable] = [resources.files("scamguard"), *folders]
    table = _toml(roots[0] / "rules" / "concepts.toml", {"concepts", "frames"})
    names: dict[str, str] = dict(table["concepts"])
    groups: dict[str, tuple[str, ...]] = {}
    entries: list[Concept] = []
    for file in _files(roots, "lexicons"):
        entries += _concepts(file, names)
    rules: dict[str, Rule] = {}
    for file in _files(roots, "rules"):
        if file.name == "concepts.toml":
            continue
        rows = _toml(file, {"groups", "rule"})
        groups |= {name: tuple(of) for name, of in rows.get("groups", {}).items()}
        for row in rows.get("rule", []):
            rule = _rule(file.name, row, names, groups)
            if rules.setdefault(rule.id, rule) is not rule:
                raise LexiconError(file.name, f"rule {rule.id!r}", "id is used twice; ids are public and never reused")
    for name in table.get("frames", ()):
        if name not in names:
            raise LexiconError("concepts.toml", "frames", unknown("concept", name, names))
    return Lexicon(tuple(names), tuple(entries), tuple(rules.values()), tuple(table.get("frames", ())))


def _files(roots: Iterable[Traversable], folder: str) -> list[Traversable]:
    found = [f for root in roots if (root / folder).is_dir() for f in (root / folder).iterdir() if f.name.endswith(".toml")]
    return sorted(found, key=lambda f: f.name)


def _toml(file: Traversable, known: set[str]) -> dict[str, Any]:
    """Read a file whose tables are among ``known``."""
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(file.name, "not TOML", str(error)) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets thousands deep
        raise LexiconError(file.name, "not TOML", "a number too long or brackets too deep to be read") from error
    except OSError as error:
        raise LexiconError(file.name, "cannot be read", error.strerror or str(error)) from error
    if stray := table.keys() - known:
        raise LexiconError(file.name, "tables", unknown("key", min(stray), known))
    for name in table.keys() & {"rule", "concept"}:
        if not isinstance(table[name], list) or not all(isinstance(row, dict) for row in table[name]):
            raise LexiconError(file.name, f"{name!r}", f"rows are wanted: [[{name}]]")
    for name, of in table.get("groups", {}).items() if isinstance(table.get("groups", {}), dict) else [("groups", None)]:
        if not isinstance(of, list) or not all(isinstance(member, str) for member in of):
            raise LexiconError(file.name, f"group {name!r}", "must be a list of concepts")
    return table


def _concepts(file: Traversable, names: Mapping[str, str]) -> list[Concept]:
    table = _toml(file, {"language", "concept"})
    lang, found = str(table.get("language", file.name.removesuffix(".toml"))), []
    for row in table.get("concept", []):
        what = f"concept {row.get('name', '<no name>')!r}"
        _check_keys(file.name, what, row, {"name", "terms", "hit", "spare"}, {"name", "terms"})
        if row["name"] not in names:
            raise LexiconError(file.name, what, unknown("concept", row["name"], names))
        lists = {key: tuple(row.get(key, ())) for key in ("terms", "hit", "spare")}
        for term in lists["terms"]:
            if _forms(term) > _MOST_FORMS:  # counted before they are spelled out: thirty alternatives have a billion
                raise LexiconError(file.name, what, f"term {term[:60]!r} has over {_MOST_FORMS} forms; split it")
        found.append(Concept(name=row["name"], lang=lang, **lists))
    return found


def _check_keys(file: str, what: str, row: Mapping[str, Any], known: set[str], needed: set[str]) -> None:
    if stray := row.keys() - known:
        raise LexiconError(file, what, unknown("key", min(stray), known))
    if missing := needed - row.keys():
        raise LexiconError(file, what, f"key {min(missing)!r} is missing")
    for key, value in row.items():
        kind: type = _TYPES.get(key, list)
        if not isinstance(value, kind) or (isinstance(value, list) and not all(isinstance(text, str) for text in value)):
            raise LexiconError(file, what, f"{key!r} must be {_TYPE_NAMES[kind]}")


def _rule(file: str, row: Mapping[str, Any], names: Mapping[str, str], groups: Mapping[str, tuple[str, ...]]) -> Rule:
    what = f"rule {row.get('id', '<no id>')!r}"
    scope = _checked_scope(file, what, row)

    def resolved(words: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for word in words for name in _named(file, what, word, names, groups))

    need = tuple(resolved(entry.split("|")) for entry in row[scope])
    if not 1 <= len(need) <= _MOST_NEEDS:
        raise LexiconError(file, what, f"{scope} lists {len(need)} concepts; 1 to {_MOST_NEEDS} are possible")
    return Rule(
        id=row["id"],
        why=row["why"],
        scope=scope,
        need=need,
        within=row.get("within", 12 if scope != "message" else 10_000),
        ordered=row.get("ordered", False),
        unless=resolved(row.get("unless", ())),
        unless_sentence=resolved(row.get("unless_sentence", ())),
        unless_message=resolved(row.get("unless_message", ())),
        asks=row.get("asks", ""),
        kind=row.get("kind", ""),
        hit=tuple(row["hit"]),
        spare=tuple(row["spare"]),
    )


def _checked_scope(file: str, what: str, row: Mapping[str, Any]) -> str:
    """Check the keys of a rule; return the one that says where its concepts must stand."""
    known = {"id", "why", "within", "ordered", "unless", "unless_sentence", "unless_message", "asks", "kind", "hit", "spare"}
    _check_keys(file, what, row, known | set(_SCOPES), {"id", "why", "hit", "spare"})
    scopes = [scope for scope in _SCOPES if scope in row]
    if not 0 <= row.get("within", 0) <= _MOST_WORDS or isinstance(row.get("within"), bool):
        raise LexiconError(file, what, f"'within' must be 0 to {_MOST_WORDS} words")
    if len(scopes) != 1:
        raise LexiconError(file, what, f"needs exactly one of {', '.join(_SCOPES)}")
    if min(len(row["hit"]), len(row["spare"])) < _LEAST_EXAMPLES:
        raise LexiconError(file, what, f"needs at least {_LEAST_EXAMPLES} 'hit' and {_LEAST_EXAMPLES} 'spare' examples")
    for key, names in (("asks", SECRETS), ("kind", KINDS)):
        if row.get(key) and row[key] not in names:
            raise LexiconError(file, what, unknown("secret" if key == "asks" else key, row[key], names))
    return scopes[0]


def _named(file: str, what: str, word: str, names: Mapping[str, str], groups: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Resolve a concept, or the concepts of an ``@group``."""
    if word.startswith("@") and word[1:] not in groups:
        raise LexiconError(file, what, unknown("group", word[1:], groups))
    found = groups[word[1:]] if word.startswith("@") else (word,)
    for name in found:
        if name not in names:
            raise LexiconError(file, what, unknown("concept", name, names))
    return found
