"""The report of a scan: one page of HTML that needs no network, no script and no other file.

    gathered = Gathered(guard)
    gathered.add(table)          # each block of verdicts, as the scan goes
    write(path, gathered, summary)

What is gathered has a bound, however long the scan: counters of names, sketches of texts, a few examples.
"""

from __future__ import annotations

from scamguard.errors import DumpError

try:
    from .gather import Gathered
    from .page import page, ready, write
except ModuleNotFoundError as error:
    if error.name not in {"jinja2", "markupsafe"}:
        raise
    raise DumpError("a report needs Jinja and rensa; install them with: pip install 'scamguard[report]'") from error

__all__ = ["Gathered", "page", "ready", "write"]
