"""Every pattern of the package by itself: whatever it is tried on, eight times the text takes some eight times as long.

Which gate stands before it in the code, and in which file of which format, is of no concern here: the next change may open it.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import pkgutil
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import regex

import scamguard

from .pace import slower

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

PUMPS = (
    *"a0 \n\t\r.A-@/<\"é中_=!:;,(){}[]>'|&\\#*", "a.", "1.", "a ", "A ", "0 ", "a-", "a\n", " \n", "\n ", "\r\n", '\\"', "<a ", "[a](", "://",
    "--", "0-", "> ", "\n-",
)  # fmt: skip
BEFORE = ("", '<"', "2024-05-01 10:00:00 ")
_FEW, _SOME, _MANY = 250, 1_000, 8_000  # code points
_SOON = 0.0003  # seconds of processor time for some of them, in which nothing can have gone with the square
_SECONDS = 0.012  # for many; what goes with the square takes twice that
_WAYS = ("search", "finditer", "findall", "sub", "subn", "split", "match", "fullmatch")
_APART = {"train", "spark", "matrix", "__main__"}  # which read what their users made themselves, or nothing
BOUNDED = {  # what is cut before it is tried
    "chat.comment._REPOSITORY": "tried as a whole",
    "dumps.container._SENT": "the name of a file in an archive",
    "dumps.detect._SHOWN": "tried at the beginning of a file alone",
    "dumps.times._YEAR_FIRST": "100 characters",
    "dumps.times._UTC": "100 characters",
    "language._LINK": "2,000 characters",
    "senders._ODD": "a name",
    "serve.misfit._PLACE": "a path that this program wrote",
    "whom._SIGNED": "40 characters",
}


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(scamguard.__path__, "scamguard."):
        if not _APART & set(found.name.split(".")):
            with contextlib.suppress(ImportError):  # what it needs is not installed
                yield importlib.import_module(found.name)


def _held(value: object) -> Iterator[Any]:
    if isinstance(value, re.Pattern | regex.Pattern):
        yield value
    elif isinstance(value, tuple | list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _held(part)


def _uses(module: ModuleType) -> dict[str, set[str]]:
    """Say how each pattern is tried: searched for, matched at the beginning, or as a whole; ``window``: on a part of a text alone."""
    uses: dict[str, set[str]] = {}
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)):
            continue
        way = node.func.attr
        if way in _WAYS and node.args:
            told = node.args[1:] if way in {"sub", "subn"} else node.args
            is_part = len(told) > 2 or (bool(told) and isinstance(told[0], ast.Subscript) and isinstance(told[0].slice, ast.Slice))
            uses.setdefault(node.func.value.id, set()).add("window" if is_part else way if way in {"match", "fullmatch"} else "search")
    return uses


def _patterns() -> dict[tuple[str, str], list[Any]]:
    """Give the patterns of the package by their places and by how they are tried; where that is not plain, they are searched for."""
    found: dict[tuple[str, str], list[Any]] = {}
    seen = set()  # some are used in several modules
    for module in _modules():
        uses = _uses(module)
        for name, value in vars(module).items():
            for pattern in _held(value):
                for way in uses.get(name, {"search"}) - {"window"} - {way for way in _WAYS if (pattern, way) in seen}:
                    seen.add((pattern, way))
                    found.setdefault((f"{module.__name__}.{name}".removeprefix("scamguard."), way), []).append(pattern)
    return found


def took(pattern: Any, way: str, text: str) -> float:
    """Measure the processor time of one way to try a pattern."""
    tried = text.encode() if isinstance(pattern.pattern, bytes) else text
    began = time.process_time()
    if way == "search":
        for _ in pattern.finditer(tried):
            pass
    else:
        getattr(pattern, way)(tried)
    return time.process_time() - began


def square(pattern: Any, way: str, pace: float) -> str:
    """Give a text on which a pattern goes with the square of its length; empty if there is none."""
    for before in BEFORE:
        for pump in PUMPS:
            few, some, many = (before + (pump * most)[:most] + "\0" for most in (_FEW, _SOME, _MANY))
            first = took(pattern, way, some)
            if first < _SOON or first < 8 * took(pattern, way, few) or took(pattern, way, many) < _SECONDS * pace:
                continue
            some_took, many_took = (min(took(pattern, way, text) for _ in range(2)) for text in (some, many))
            if many_took > _SECONDS * pace and many_took > 24 * some_took:  # eight times the text
                return f"{before}{pump}…"
    return ""


def test_no_pattern_goes_with_the_square() -> None:
    pace, found = slower(), _patterns()
    assert len(found) > 300
    assert BOUNDED.keys() <= {name for name, _ in found}
    slow = {key: text for key, held in found.items() if key[0] not in BOUNDED for one in held if (text := square(one, key[1], pace))}
    assert slow == {}


@pytest.mark.parametrize("shape", [r"[.!?…]+(?=\s|\Z)", r"^\s*$|\n\s*x", r"(?<=\d)\s*(?:00)?\s*$", "[a-z]{2,} [a-z]{2,}", r"={8,}\s+x"])
def test_such_a_pattern_is_noticed(shape: str) -> None:
    assert square(re.compile(shape), "search", slower())


def test_a_pattern_that_reads_a_run_once_is_not() -> None:
    assert square(re.compile(r"(?<![.!?…])[.!?…]++(?=\s|\Z)"), "search", slower()) == ""
