"""Charts: the race and the scaling studies as SVG, once for light pages and once for dark ones; the same results give the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from . import results
from .corpus import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOLDER: Final = ROOT / "docs" / "images"


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours of one kind of page."""

    page: str
    text: str
    faint: str
    ours: str
    other: str
    terms: str


PAINTS: Final = {
    "light": Paint("#ffffff", "#1f2328", "#d1d9e0", "#0969da", "#818b98", "#bc8c00"),
    "dark": Paint("#0d1117", "#e6edf3", "#3d444d", "#58a6ff", "#7d8590", "#d29922"),
}
_STYLE: Final = {"svg.hashsalt": "scamguard", "svg.fonttype": "path", "font.size": 10.5, "font.family": "DejaVu Sans"}


def draw(folder: Path = FOLDER, kinds: tuple[str, ...] = ("svg",)) -> None:
    """Draw all charts from the results that are there."""
    import matplotlib as mpl  # noqa: PLC0415 - only who draws needs it

    mpl.use("Agg")
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        for name, paint in PAINTS.items():
            for title, figure in (("race", _race(results.read("race"), paint)), ("scaling", _scaling(results.read("scaling"), paint))):
                for kind in kinds:
                    metadata = {"Date": None} if kind == "svg" else None
                    figure.savefig(folder / f"{title}-{name}.{kind}", facecolor=paint.page, metadata=metadata, bbox_inches="tight", dpi=110)
    mpl.pyplot.close("all")


def _race(found: dict[str, Any], paint: Paint) -> Figure:
    """One bar a way, times REF, on a logarithmic axis; the thin line is the middle half of the rounds."""
    import matplotlib.pyplot as plt  # noqa: PLC0415

    rows = sorted(found["rows"], key=lambda row: row["ratio"]["median"])
    figure: Figure
    figure, axes = plt.subplots(figsize=(9, 0.42 * len(rows) + 1.3))
    for y, row in enumerate(rows):
        ratio = row["ratio"]
        colour = paint.ours if row["peer"] == "ours" else paint.terms if row["task"] == "terms" else paint.other
        axes.barh(y, ratio["median"], left=0, color=colour, height=0.66)
        axes.plot([ratio["low"], ratio["high"]], [y, y], color=paint.text, linewidth=1.6, solid_capstyle="butt")
        rate = row["messages_per_second"]["median"]
        axes.annotate(
            f"{float(format(ratio['median'], '.2g')):g}×   {float(f'{rate:.2g}'):,.0f}/s", (max(ratio["median"], ratio["high"]), y), (6, 0),
            textcoords="offset points", va="center", color=paint.text, fontsize=9.5,
            bbox={"facecolor": paint.page, "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), [_named(row) for row in rows])
    axes.set_xscale("log")
    low, high = min(row["ratio"]["low"] for row in rows), max(row["ratio"]["high"] for row in rows)
    axes.set_xlim(low / 2, high * 12)
    axes.axvline(1, color=paint.text, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}×")
    axes.set_xlabel("speed, times REF on the same messages in the same round (logarithmic)")
    corpus = found["corpus"]
    _dress(axes, paint, f"Messages judged; {corpus['languages']} languages, mean {corpus['mean_characters']:.0f} characters")
    axes.tick_params(axis="y", length=0)
    axes.legend(
        handles=[
            plt.Rectangle((0, 0), 1, 1, color=colour, label=label)
            for colour, label in ((paint.ours, "scamguard"), (paint.other, "other classifiers"), (paint.terms, "finds terms only"))
        ],
        loc="lower right", frameon=False, labelcolor=paint.text, fontsize=9.5,
    )  # fmt: skip
    return figure


def _named(row: dict[str, Any]) -> str:
    return f"{row['title']}, {row['way']}" if row["peer"] in {"ours", "hyper_scan"} else str(row["title"])


def _scaling(found: dict[str, Any], paint: Paint) -> Figure:
    """One panel a study; the cost of a byte where messages differ in length, else of a message; from zero, so that slopes are honest."""
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure: Figure
    figure, panels = plt.subplots(2, 3, figsize=(12, 6.6))
    spots = panels.ravel()
    for axes, (name, study) in zip(spots, found["studies"].items(), strict=False):
        points = study["points"]
        unit, scale = ("bytes", 1e9) if name == "length" else ("messages", 1e6)
        middle, low, high = ([scale * p["seconds"][key] / p[unit] for p in points] for key in ("median", "low", "high"))
        places = [p["x"] for p in points]
        axes.fill_between(places, low, high, color=paint.ours, alpha=0.25, linewidth=0)
        axes.plot(places, middle, color=paint.ours, marker="o", markersize=4.5, linewidth=1.6)
        axes.set_xscale("log", base=2 if name in {"table", "threads"} else 10)
        axes.xaxis.set_major_formatter(lambda value, _: _short(value))
        if name == "table":
            axes.set_xticks(places, [_short(x) for x in places], fontsize=9)
        if name == "threads":
            axes.set_xticks(places, [_short(x) for x in places])
            even = [middle[0] / min(x, found["machine"]["cores"]) for x in places]
            axes.plot(places, even, color=paint.other, linestyle=(0, (4, 3)), linewidth=1.2, label="if cores shared evenly")
            axes.legend(frameon=False, labelcolor=paint.text, fontsize=9)
        if name == "batch":
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda value, _: _short(value))
        else:
            axes.set_ylim(0, 1.25 * max(high))
        axes.set_xlabel(study["axis"])
        axes.set_ylabel("ns a byte" if name == "length" else "µs a message")
        _dress(axes, paint, _HEADS[name])
    for axes in spots[len(found["studies"]) :]:
        _stages(axes, paint)
    figure.tight_layout(h_pad=2.2, w_pad=2)
    return figure


_HEADS: Final = {
    "length": "Length of a message", "batch": "Size of a batch", "terms": "Size of the lexicon", "table": "Size of a weight table",
    "threads": "Threads",
}  # fmt: skip


def _short(value: float) -> str:
    """Write a round number in little room; whole powers of two as what they are.

    >>> _short(10), _short(100_000), _short(1_000_000), _short(16_384), _short(4 << 20)
    ('10', '100k', '1M', '16 Ki', '4 Mi')
    """
    if value >= 1024 and value % 1024 == 0 and int(value).bit_count() == 1:
        return f"{value / 2**20:g} Mi" if value >= 1 << 20 else f"{value / 1024:g} Ki"
    return f"{value / 1e6:g}M" if value >= 1e6 else f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"


def _stages(axes: Axes, paint: Paint) -> None:
    """Where the time goes, stage by stage."""
    found = results.read("stages")["stages"]
    costs = {name: row["microseconds_per_message"] for name, row in found.items() if name not in {"REF", "all in one"}}
    names = sorted(costs, key=lambda name: costs[name])
    axes.barh(names, [costs[name] for name in names], color=paint.ours, height=0.66)
    axes.tick_params(axis="y", length=0, labelsize=9)
    axes.set_xlabel("µs a message")
    _dress(axes, paint, "Stages, each alone")


def _dress(axes: Axes, paint: Paint, title: str) -> None:
    axes.set_title(title, color=paint.text, loc="left", fontsize=11.5, pad=9)
    axes.set_facecolor(paint.page)
    axes.grid(visible=True, axis="x" if axes.patches else "both", color=paint.faint, linewidth=0.6, which="major")
    axes.set_axisbelow(True)
    axes.tick_params(colors=paint.text, which="both")
    axes.minorticks_off()
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(paint.faint)
    axes.xaxis.label.set_color(paint.text)
    axes.yaxis.label.set_color(paint.text)
