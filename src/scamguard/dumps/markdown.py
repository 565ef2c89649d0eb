"""Markdown as it is shown, where marks stand inside words: ``rea**d** me the [cod](https://a.example)e``.

Elsewhere a text is read as it was written: marks between words part nothing, and those of quotations and code tell what is quoted.
"""

from __future__ import annotations

from typing import Final

import regex

from .html import words

MOST: Final = 10_000  # characters; what is longer is read as it was written
_INSIDE: Final = regex.compile(
    r"\w(?:\*{1,3}|__|~~|\|\||`|</?[a-zA-Z][^<>\n]{0,200}>)\w"  # a mark between two letters
    r"|\w!?\[[^\[\]\n]{0,200}\]\(|\]\([^()\n]{0,2000}\)\w"  # a link before or behind a letter
)
_DISCORD: Final = regex.compile(r"\|\||__")  # spoilers and underlining, of which CommonMark knows nothing


def shown(text: str) -> str:
    """Give a text as programs show it, if marks stand inside its words; else as it is.

    >>> shown("rea**d** me the [cod](https://a.example)e"), shown("**read** this")
    ('read me the code (https://a.example)', '**read** this')
    """
    if len(text) > MOST or _INSIDE.search(text) is None:
        return text
    from markdown_it import MarkdownIt  # noqa: PLC0415 - few messages have marks inside words

    return words(MarkdownIt("commonmark").enable("strikethrough").render(_DISCORD.sub("", text)))


def views(text: str) -> list[str]:
    """Give a text as it was written and, where that differs, as it is shown: each is judged by itself."""
    return [*dict.fromkeys((text, shown(text)))]
