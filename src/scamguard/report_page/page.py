"""The page itself: what was gathered, put into words and numbers, and into one file.

Jinja escapes every value. The page carries a policy (CSP Level 3) that allows its one style sheet, by its digest, and nothing
else: no script, no picture, no font, no frame, no request.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from scamguard import output
from scamguard.errors import DumpError

from . import charts
from .sections import sections

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa
    from jinja2 import Template

    from scamguard.scanning import Summary

    from .gather import Gathered

_SUFFIXES: Final = (".html", ".htm")


def ready(path: Path) -> None:
    """See to it before the work that a report can be written to ``path``.

    Raises
    ------
    DumpError
        The suffix is not .html, ``path`` is a folder, device, FIFO or socket, or its folder cannot be written to.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise DumpError(f"{path}: --report writes a page; end the name in .html")
    output.writable(path)
    output.Growing(path).leave()


def write(path: Path, gathered: Gathered, summary: Summary, conversations: pa.Table | None = None) -> None:
    """Write the page; it appears only when it is complete.

    Raises
    ------
    DumpError
        It cannot be written.
    """
    text = page(gathered, summary, conversations)
    with output.Growing(path, encoding="utf-8", errors="replace", newline="\n") as file:
        file.write(text)


def page(gathered: Gathered, summary: Summary, conversations: pa.Table | None = None, now: datetime | None = None) -> str:
    """Render the page.

    Parameters
    ----------
    gathered
        What the blocks of the scan left.
    summary
        What the scan says of itself: broken records, seconds.
    conversations
        The table of ``Conversations.ranking``, if the scan was made by conversation.
    now
        When the page says it was made.
    """
    sheet = _sheet()
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    return _template().render(
        sheet=Markup(sheet),  # noqa: S704 - our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'",
        bar=charts.bar,
        **sections(gathered, summary, conversations, now or datetime.now(UTC)),
    )


@cache
def _sheet() -> str:
    return (resources.files(__package__) / "page.css").read_text("utf-8")


@cache
def _template() -> Template:
    room = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    room.filters |= {"number": _number, "risk": _risk}
    return room.from_string((resources.files(__package__) / "page.html").read_text("utf-8"))


def _number(value: int) -> str:
    return f"{value:,}"


def _risk(value: float) -> str:
    return f"{value:.3f}"
