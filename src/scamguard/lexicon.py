"""Lexicons and rules are data: TOML in, arrays out, checked on load.

A lexicon file (``lexicons/<lang>.toml``) fills concepts with terms; a rule file (``rules/<family>.toml``)
says which concepts must stand together, and proves it with examples. All terms of all languages become one
automaton over folded words, so that matching is one walk however many terms there are.

Term language: plain text as people write it (it is folded like any message), with
``(a|b|)`` for alternatives, ``*`` at the end for any ending, ``#`` for a run of digits, ``<code>`` for a run of
4-8 digits, ``<phone>`` for 9 or more, and ``<link>``, ``<email>``, ``<handle>``.

Of terms that begin at one place the longest counts. Of those that end alike, one of whole words goes before a stem, and ``#`` is a whole
word, for it takes all digits there are: where ``#`` is a term, ``1900*`` is seen in ``1900abc``, but neither in ``1900`` nor in ``19001``.
Then the longer stem, and then digits spelled out before ``<code>`` and ``<phone>``, and these before ``#``. A stem whose word is a term by
itself (``1900`` and ``1900*``) counts beside it. A word with a sort of number in it (``#th*``) takes no ending.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import tomli

from .errors import LexiconError, unknown
from .spelled import count, problem, spelled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

SECRETS = ("password", "2fa_code", "private_key", "seed_phrase", "card", "id_document", "remote_access", "payment")
KINDS = ("credential_request", "fake_support_contact", "phishing_link", "remote_access", "payment_demand", "trust_trick")
_ID = re.compile(r"[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)+")
_SCOPES = ("clause", "sentence", "message")
_OURS = ("sender", "link", "handle", "outgoing")  # families of ids of what is found without rules: see sender, identity, giveaways
_MOST_FORMS = 5000
_MOST_NEEDS = 4
_MOST_WORDS = 100_000
_LEAST_EXAMPLES = 2
_FLOORS = ("warn", "block")
_CONCEPTS = "concepts.toml"
_NAMES = f"rules/{_CONCEPTS}"
_TEXTS = dict.fromkeys(("id", "why", "name", "asks", "kind", "floor"), str)
_TYPES: dict[str, type] = {**_TEXTS, "within": int, "ordered": bool}  # the others are lists of text
_TYPE_NAMES = {str: "text", int: "a whole number", bool: "true or false", list: "a list of texts"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """The terms one language gives one concept, and the proof that they mean it."""

    name: str
    lang: str
    file: str = ""  # the one that says so
    terms: tuple[str, ...]
    hit: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it is written down."""
        return self.file or f"{self.lang}.toml"

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
    floor: str = ""  # of a rule pack: warn or block, the least that is done with a message on which it fires
    hit: tuple[str, ...]
    spare: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All concepts, terms and rules that are in force together."""

    concepts: tuple[str, ...]  # index = concept id
    entries: tuple[Concept, ...]
    rules: tuple[Rule, ...]
    frames: tuple[str, ...] = ()  # concepts that colour the words of their clause


def load(*folders: Path) -> Lexicon:
    """Read the bundled lexicons and rules, and those in ``folders`` on top.

    A folder may hold ``lexicons/*.toml`` and ``rules/*.toml``.

    Raises
    ------
    LexiconError
        An unknown or missing key, an unknown concept, a repeated rule id, a rule without examples.
    """
    known, groups = Lexicon((), (), ()), dict[str, tuple[str, ...]]()
    for root in (resources.files("scamguard"), *folders):
        more = _read(root, known.concepts, [rule.id for rule in known.rules], groups)
        both = (known.entries + more.entries, known.rules + more.rules, known.frames + more.frames)
        known = Lexicon(more.concepts, *both)
    return known


def pack(folder: Path, concepts: Sequence[str], taken: Iterable[str] = ()) -> Lexicon:
    """Read a folder by itself; its terms and rules may speak of ``concepts``, of its own concepts and of the bundled groups.

    Parameters
    ----------
    concepts
        Those there are already; the folder's own come after them.
    taken
        Rule ids that are in use.

    Raises
    ------
    LexiconError
        As ``load``.
    """
    groups: dict[str, tuple[str, ...]] = {}
    for file in _files(resources.files("scamguard"), "rules"):
        groups |= _groups(_toml(file, {"groups", "rule"}))
    found = _read(folder, concepts, taken, groups)
    if found.frames:
        raise LexiconError(_NAMES, "frames", "are learned with a model; a pack has none")
    return found


def _read(root: Traversable | Path, concepts: Sequence[str], taken: Iterable[str], groups: dict[str, tuple[str, ...]]) -> Lexicon:
    """Read one folder on top of what is known; ``groups`` grows by its groups."""
    if not root.is_dir():
        raise LexiconError(str(root), "no such folder", "give one that holds lexicons/*.toml or rules/*.toml")
    names, frames = dict.fromkeys(concepts, ""), tuple[str, ...]()
    for file in (file for file in listed(root, "rules") if file.name == _CONCEPTS):
        table = _toml(file, {"concepts", "frames"})
        names |= _new_concepts(table, names)
        frames = _frames(table, names)
    entries = [concept for file in _files(root, "lexicons") for concept in _concepts(file, names)]
    rules, used, theirs = [], set(taken), frozenset(groups)
    for file in _files(root, "rules"):
        table = _toml(file, {"groups", "rule"})
        groups |= _new_groups(_place(file), table, names, theirs)
        for row in table.get("rule", []):
            rule = _rule(_place(file), row, names, groups)
            if rule.id in used:
                raise LexiconError(_place(file), f"rule {rule.id!r}", "id is used twice; ids are public and never reused")
            used.add(rule.id)
            rules.append(rule)
    return Lexicon(tuple(names), tuple(entries), tuple(rules), frames)


def _files(root: Traversable | Path, folder: str) -> list[Traversable | Path]:
    """List the files of a folder, if it is there, without the list of concepts."""
    return [file for file in listed(root, folder) if file.name != _CONCEPTS]


def listed(root: Traversable | Path, folder: str) -> list[Traversable | Path]:
    """List what is read of a folder, if it is there: not what editors and systems leave beside it, whose names begin with a dot.

    Raises
    ------
    LexiconError
        One is no file: a pipe would be waited for.
    """
    found = [f for f in (root / folder).iterdir() if f.name.endswith(".toml")] if (root / folder).is_dir() else []
    found = [f for f in found if not f.name.startswith(".")]
    for file in found:
        if not (file.is_file() or file.is_dir()):  # reading a folder says what is wrong by itself
            raise LexiconError(_place(file), "is no file", "nor leads to one; move it out of the pack")
    return sorted(found, key=lambda f: f.name)


def _new_concepts(table: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    """Take the names a folder gives to concepts of its own."""
    found = table.get("concepts", {})
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise LexiconError(_NAMES, "[concepts]", 'must be lines of name = "what a term of it says"')
    for name in found:
        if name in known:
            raise LexiconError(_NAMES, f"concept {name!r}", "is there already; give it terms in lexicons/*.toml")
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise LexiconError(_NAMES, f"concept {name!r}", "a name is of small letters, digits and _")
    return found


def _frames(table: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, ...]:
    frames = table.get("frames", [])
    if not isinstance(frames, list) or not all(isinstance(name, str) for name in frames):
        raise LexiconError(_NAMES, "frames", "must be a list of concepts")
    for name in frames:
        if name not in names:
            raise LexiconError(_NAMES, "frames", unknown("concept", name, names))
    return tuple(frames)


def _new_groups(file: str, table: Mapping[str, Any], names: Mapping[str, str], taken: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Take the groups a rule file adds: of concepts, under names that no other folder has."""
    found = _groups(table)
    for name, of in found.items():
        if name in taken:
            raise LexiconError(file, f"group {name!r}", "is there already; give yours another name")
        if stray := next((member for member in of if member not in names), None):
            raise LexiconError(file, f"group {name!r}", unknown("concept", stray, names))
    return found


def _groups(table: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Take the groups of a rule file."""
    return {name: tuple(of) for name, of in table.get("groups", {}).items()}


def _toml(file: Traversable | Path, known: set[str]) -> dict[str, Any]:
    """Read a file whose tables are among ``known``."""
    try:
        table = tomli.loads(file.read_text("utf-8-sig"))
    except (tomli.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(_place(file), "not TOML", str(error)) from error
    except (ValueError, RecursionError) as error:  # a number of thousands of digits, brackets thousands deep
        raise LexiconError(_place(file), "not TOML", "a number too long or brackets too deep to be read") from error
    except OSError as error:
        raise LexiconError(_place(file), "cannot be read", error.strerror or str(error)) from error
    if stray := table.keys() - known:
        raise LexiconError(_place(file), "tables", unknown("key", min(stray), known))
    for name in table.keys() & {"rule", "concept"}:
        if not isinstance(table[name], list) or not all(isinstance(row, dict) for row in table[name]):
            raise LexiconError(_place(file), f"{name!r}", f"rows are wanted: [[{name}]]")
    for name, of in table.get("groups", {}).items() if isinstance(table.get("groups", {}), dict) else [("groups", None)]:
        if not isinstance(of, list) or not all(isinstance(member, str) for member in of):
            raise LexiconError(_place(file), f"group {name!r}", "must be a list of concepts")
    return table


def _place(file: Traversable | Path) -> str:
    """Name a file by its folder, as one of a pack's ``rules/club.toml`` and ``lexicons/club.toml``."""
    return "/".join(str(file).replace("\\", "/").split("/")[-2:])


def _concepts(file: Traversable | Path, names: Mapping[str, str]) -> list[Concept]:
    table = _toml(file, {"language", "concept"})
    lang, place, found = table.get("language", file.name.removesuffix(".toml")), _place(file), []
    if not isinstance(lang, str):
        raise LexiconError(place, "'language'", "must be text")
    for row in table.get("concept", []):
        what = f"concept {row.get('name', '<no name>')!r}"
        _check_keys(place, what, row, {"name", "terms", "hit", "spare"}, {"name", "terms"})
        if row["name"] not in names:
            raise LexiconError(place, what, unknown("concept", row["name"], names))
        lists = {key: tuple(row.get(key, ())) for key in ("terms", "hit", "spare")}
        for term in lists["terms"]:
            wrong = problem(term)
            if not wrong and count(term) > _MOST_FORMS:  # counted before they are spelled out: thirty alternatives have a billion
                wrong = f"has over {_MOST_FORMS} forms; split it"
            if wrong:
                raise LexiconError(place, what, f"term {term[:60]!r} {wrong}")
        found.append(Concept(name=row["name"], lang=lang, file=place, **lists))
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
        floor=row.get("floor", ""),
        hit=tuple(row["hit"]),
        spare=tuple(row["spare"]),
    )


def _checked_scope(file: str, what: str, row: Mapping[str, Any]) -> str:
    """Check the keys of a rule; return the one that says where its concepts must stand."""
    known = {"id", "why", "within", "ordered", "unless", "unless_sentence", "unless_message", "asks", "kind", "floor", "hit", "spare"}
    _check_keys(file, what, row, known | set(_SCOPES), {"id", "why", "hit", "spare"})
    if not _ID.fullmatch(row["id"]):
        raise LexiconError(file, what, "'id' is not family.what: letters, digits and hyphens in parts joined by dots")
    if row["id"].split(".")[0] in _OURS:
        raise LexiconError(file, what, f"the families {', '.join(_OURS)} are those of scamguard's own findings; give it another")
    if not row["why"].strip() or not row["why"].isprintable():
        raise LexiconError(file, what, "'why' must be one sentence, without control characters")
    scopes = [scope for scope in _SCOPES if scope in row]
    if not 0 <= row.get("within", 0) <= _MOST_WORDS or isinstance(row.get("within"), bool):
        raise LexiconError(file, what, f"'within' must be 0 to {_MOST_WORDS} words")
    if len(scopes) != 1:
        raise LexiconError(file, what, f"needs exactly one of {', '.join(_SCOPES)}")
    if min(len(row["hit"]), len(row["spare"])) < _LEAST_EXAMPLES:
        raise LexiconError(file, what, f"needs at least {_LEAST_EXAMPLES} 'hit' and {_LEAST_EXAMPLES} 'spare' examples")
    for key, names in (("asks", SECRETS), ("kind", KINDS), ("floor", _FLOORS)):
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
