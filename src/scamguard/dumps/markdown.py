"""Markdown as it is shown, where marks stand inside words: ``rea**d** me the [cod](https://a.example)e``.

Elsewhere a text is read as it was written: marks between words part nothing, and those of quotations and code tell what is quoted.
"""

from __future__ import annotations

from html import unescape
from typing import Final

import regex

from .html import words

MOST: Final = 10_000  # characters; what is longer is read as it was written
LARGEST: Final = 65_536  # characters of a comment on GitHub
_INSIDE: Final = regex.compile(
    r"\w(?:\*{1,3}|__|~~|\|\||`|</?[a-zA-Z][^<>\n]{0,200}>)\w"  # a mark between two letters
    r"|\w!?\[[^\[\]\n]{0,200}\]\(|\]\([^()\n]{0,2000}\)\w"  # a link before or behind a letter
)
_DISCORD: Final = regex.compile(r"\|\||__")  # spoilers and underlining, of which CommonMark knows nothing

_REFERENCE: Final = regex.compile(r"^[> ]{0,20}\[[^\[\]\n]{1,200}\]:[ \t]*\S", regex.MULTILINE)  # where a link written elsewhere leads
_COMMENT: Final = regex.compile(r"<!--.*?(?:-->|\Z)", regex.DOTALL)


def shown(text: str) -> str:
    """Give a text as programs show it, if marks stand inside its words; else as it is.

    >>> shown("rea**d** me the [cod](https://a.example)e"), shown("**read** this")
    ('read me the code (https://a.example)', '**read** this')
    """
    return text if len(text) > MOST or _INSIDE.search(text) is None else _rendered(text)


def views(text: str) -> list[str]:
    """Give a text as it was written and, where that differs, as it is shown: each is judged by itself."""
    return [*dict.fromkeys((text, shown(text)))]


def github_views(text: str) -> list[str]:
    """Give the same for GitHub, which undoes entities, hides comments, and looks up where links lead.

    The text with nothing else undone keeps the marks of quotations, which what is shown lacks.

    >>> github_views("your s&#101;ed phr<!-- x -->ase")
    ['your s&#101;ed phr<!-- x -->ase', 'your seed phrase']
    """
    undone = unescape(_COMMENT.sub("", text))
    marked = len(text) <= LARGEST and (_INSIDE.search(text) or _INSIDE.search(undone) or _REFERENCE.search(text))
    return [*dict.fromkeys((text, undone, _rendered(text) if marked else text))]


def _rendered(text: str) -> str:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - few messages have marks inside words

    return words(MarkdownIt("commonmark").enable("strikethrough").render(_DISCORD.sub("", text)))
