"""Spelled: what a term of a lexicon stands for, written out.

``(a|b|)`` are alternatives, within each other too; brackets without a bar stand for themselves, and so does a bracket or bar behind
a backslash.
"""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import dataclass, field
from typing import Final

_PIECE: Final = re.compile(r"\\[()|]|[()|]|[^()|\\]+|\\")
_MARK: Final = re.compile(r"<([^<>]*)>")
_MARKS: Final = frozenset(("code", "phone", "link", "email", "handle"))
_DEEPEST: Final = 8  # brackets within brackets


@dataclass(slots=True)
class _Group:
    """Alternatives, and the parts of each: texts and further groups."""

    of: list[list[str | _Group]] = field(default_factory=lambda: [[]])

    def count(self) -> int:
        return sum(math.prod(part.count() for part in parts if isinstance(part, _Group)) for parts in self.of)

    def texts(self) -> list[str]:
        spelt = ([part.bracketed() if isinstance(part, _Group) else [part] for part in parts] for parts in self.of)
        return ["".join(form) for parts in spelt for form in itertools.product(*parts)]

    def bracketed(self) -> list[str]:
        return self.texts() if len(self.of) > 1 else [f"({text})" for text in self.texts()]


def spelled(term: str) -> list[str]:
    """Write out every alternative of a term that is well formed.

    >>> spelled("(send|give) me( now|)")
    ['send me now', 'send me', 'give me now', 'give me']
    >>> spelled("sign (once|the (permit|message))")
    ['sign once', 'sign the permit', 'sign the message']
    """
    if "(" not in term and "\\" not in term:
        return [form] if (form := " ".join(term.split())) else []
    return list(dict.fromkeys(filter(None, (" ".join(form.split()) for form in _read(term).texts()))))


def count(term: str) -> int:
    """Count the forms of a term, at most.

    >>> count("sign (once|the (permit|message))")
    3
    """
    return _read(term).count() if "(" in term else 1


def problem(term: str) -> str:
    """Say what is wrong with how a term is written; nothing if it is well formed.

    >>> problem("(nudge|ping me"), problem("ping|nudge us"), problem("ping (me|us)")
    ('has a bracket that is not closed', 'has a bar outside of brackets', '')
    """
    if not term.strip():
        return "is empty"
    if unknown := next((mark[0] for mark in _MARK.finditer(term) if mark[1] not in _MARKS), ""):
        return f"has {unknown}; known: {', '.join(f'<{mark}>' for mark in sorted(_MARKS))}"
    depth = deepest = 0
    for piece in _PIECE.findall(term):
        if piece == "\\":
            return "has a backslash; terms are plain text, no patterns"
        depth += (piece == "(") - (piece == ")")
        deepest = max(deepest, depth)
        if depth < 0:
            return "closes a bracket that is not open"
        if piece == "|" and not depth:
            return "has a bar outside of brackets"
    return "has a bracket that is not closed" if depth else "has brackets too deep within each other" if deepest > _DEEPEST else ""


def _read(term: str) -> _Group:
    stack = [_Group()]
    for piece in _PIECE.findall(term):
        if piece == "(":
            stack.append(_Group())
            stack[-2].of[-1].append(stack[-1])
        elif piece == ")":
            stack.pop()
        elif piece == "|":
            stack[-1].of.append([])
        else:
            stack[-1].of[-1].append(piece.removeprefix("\\"))
    return stack[0]
