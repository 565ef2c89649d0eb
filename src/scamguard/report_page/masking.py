"""What a reader of the report sees of somebody's words: evidence marked, secrets masked, nothing that acts.

Secrets are looked for in what is shown and far around it, so that no half of one is left at the edge.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from scamguard.secrets import find
from scamguard.visible import flattened, shortened, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scamguard.secrets import Finding
    from scamguard.verdict import Evidence

_AROUND: Final = 10_000  # characters before and behind those shown that are looked at too; no secret is as long
_NAME: Final = 80
# A code alone is none; read as the answer to somebody who asks for everything, it is masked all the same.
_ASKED: Final = ("Which code did you get? Send me the code, your password and your recovery phrase.",)


class Part(NamedTuple):
    """A run of text of one kind."""

    text: str
    kind: str  # "" plain, mark (evidence), secret (what was there is not), cut (text left out)


def parts(text: str, evidence: Sequence[Evidence] = (), most: int = 480) -> list[Part]:
    """Part ``text`` into what is plain, what is evidence and what is masked.

    Parameters
    ----------
    evidence
        Spans to mark, in code points.
    most
        Characters to show, from a little before the first evidence.
    """
    text, moved = flattened(text)
    marks = [(moved(e.start), min(moved(e.stop), len(text))) for e in evidence if moved(e.start) < len(text)]
    start, stop = _window(len(text), marks, most)
    secrets = _secrets(text, start, stop, _ASKED)
    edges = [*marks, *((f.start, f.stop) for f in secrets)]
    inside = {start, stop, *(at for edge in edges for at in edge if start < at < stop)}
    out = [Part("…", "cut")] if start else []
    for a, b in pairwise(sorted(inside)):
        if hidden := next((f for f in secrets if f.start <= a and b <= f.stop), None):
            if a in {hidden.start, start}:
                out.append(Part(hidden.kind.replace("_", " "), "secret"))
        else:
            out.append(Part(visible(text[a:b], keep="\n"), "mark" if any(x <= a and b <= y for x, y in marks) else ""))
    out += [Part("…", "cut")] if stop < len(text) else []
    return [Part("".join(part.text for part in run), kind) for kind, run in _runs(out)]


def name(text: str) -> str:
    """Show a name, a channel or a file in one line, its secrets masked."""
    text, _ = flattened(text)
    text, secrets = text[:_AROUND], _secrets(text, 0, min(len(text), _AROUND))
    for f in reversed(secrets):
        text = f"{text[: f.start]}▮▮▮{text[f.stop :]}"
    return shortened(visible(text.strip()), _NAME)


def _secrets(text: str, start: int, stop: int, asked: Sequence[str] = ()) -> list[Finding]:
    """Find the secrets of which something stands between ``start`` and ``stop``."""
    first = max(0, start - _AROUND)
    found = (replace(f, start=f.start + first, stop=f.stop + first) for f in find(text[first : stop + _AROUND], asked))
    return [f for f in found if f.start < stop and start < f.stop]


def _runs(found: list[Part]) -> Iterator[tuple[str, list[Part]]]:
    """Put neighbours of one kind together, but never two secrets."""
    for (kind, _), run in groupby(enumerate(found), lambda item: (item[1].kind, item[0] if item[1].kind == "secret" else -1)):
        yield kind, [part for _, part in run]


def _window(length: int, marks: Sequence[tuple[int, int]], most: int) -> tuple[int, int]:
    """Choose which ``most`` characters to show: the beginning, unless the evidence stands later."""
    first = min((a for a, _ in marks), default=0)
    start = 0 if first < most * 2 // 3 or length <= most else min(first - most // 4, length - most)
    return start, min(length, start + most)
