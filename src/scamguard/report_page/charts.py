"""Charts as SVG that takes its colours from the page, so that they follow light, dark and print.

Every chart is a picture with a title and a description for those who cannot see it; the numbers stand in a table beside it.
Nothing here carries a style: the page's policy allows none but its own sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .timeline import Column

_WIDTH: Final = 960
_HEIGHT: Final = 200
_LEFT, _BOTTOM, _TOP = 8, 26, 22
_LABELS: Final = 6
_ROOM: Final = 120  # that the last label needs


def bar(value: float, most: float, tone: str = "plain") -> Markup:
    """Draw one bar of a list; the number beside it says the same, so it is hidden from those who listen."""
    width = 100 * value / most if most else 0
    return Markup(
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100" height="10" rx="1"/><rect class="{}" width="{}" height="10" rx="1"/></svg>'
    ).format(tone, f"{max(width, 0.6) if value else 0:.2f}")


def timeline(columns: Sequence[Column], labels: Sequence[str], title: str, description: str) -> Markup:
    """Draw flagged messages over time, those to warn of under those to block.

    Parameters
    ----------
    labels
        One a column; a few of them are written under the axis.
    """
    most = max((c.warned + c.blocked for c in columns), default=0)
    step = (_WIDTH - 2 * _LEFT) / max(len(columns), 1)
    shapes = [_grid(most)]
    for i, c in enumerate(columns):
        base = 0
        shapes.append(Markup("<g><title>{}</title>").format(f"{labels[i]}: {c.blocked:,} to block, {c.warned:,} to warn of"))
        shapes.append(Markup('<rect class="hover" x="{}" y="0" width="{}" height="{}"/>').format(_at(i * step), f"{step:.2f}", _HEIGHT))
        for tone, value in (("blocked", c.blocked), ("warned", c.warned)):
            shapes.append(_column(i * step, step, base, value, most, tone) if value else Markup())
            base += value
        shapes.append(Markup("</g>"))
    shapes += _axis(labels, step)
    return _picture("timeline", shapes, title, description)


def histogram(counts: Sequence[int], tones: Sequence[str], title: str, description: str) -> Markup:
    """Draw how many messages have which risk; heights are on a scale of square roots, for most messages are harmless."""
    most = max(counts, default=0) ** 0.5
    step = (_WIDTH - 2 * _LEFT) / max(len(counts), 1)
    labels = [f"{i / len(counts):.2f}" for i in range(len(counts))]
    shapes: list[Markup] = []
    for i, count in enumerate(counts):
        label = f"risk {i / len(counts):.2f} to {(i + 1) / len(counts):.2f}: {count:,} messages"
        drawn = _column(i * step, step, 0, count**0.5, most, tones[i]) if count else Markup()
        shapes.append(Markup("<g><title>{}</title>{}</g>").format(label, drawn))
    shapes += _axis(labels, step)
    return _picture("risks", shapes, title, description)


def _picture(name: str, shapes: Sequence[Markup], title: str, description: str) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
    ).format(_WIDTH, _HEIGHT, name, name, name, title, name, description, Markup().join(shapes))


def _grid(most: int) -> Markup:
    """Draw the top line with its number."""
    return Markup('<line class="grid" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><text class="label" x="{0}" y="{3}">{4}</text>').format(
        _LEFT, _WIDTH - _LEFT, _TOP, _TOP - 6, f"{most:,}"
    )


def _column(x: float, step: float, base: float, value: float, most: float, tone: str) -> Markup:  # noqa: PLR0913, PLR0917 - a rectangle
    room = _HEIGHT - _BOTTOM - _TOP
    height = max(room * value / most, 1.5)
    y = _HEIGHT - _BOTTOM - room * base / most - height
    width = min(max(step * 0.78, 1), 48)
    return Markup('<rect class="{}" x="{}" y="{:.2f}" width="{:.2f}" height="{:.2f}" rx="1.5"/>').format(
        tone, _at(x + (step - width) / 2), y, width, height
    )


def _axis(labels: Sequence[str], step: float) -> list[Markup]:
    """Draw the ground line and a few labels, those that have room."""
    every = max(1, -(-len(labels) // _LABELS))
    line = Markup('<line class="axis" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/>').format(_LEFT, _WIDTH - _LEFT, _HEIGHT - _BOTTOM)
    tick = Markup('<text class="label" x="{}" y="{}">{}</text>')
    return [line, *(tick.format(_at(i * step), _HEIGHT - 8, labels[i]) for i in range(0, len(labels), every) if i * step < _WIDTH - _ROOM)]


def _at(x: float) -> str:
    return f"{_LEFT + x:.2f}"
