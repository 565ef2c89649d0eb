"""Suite page: the tables of a suite's record, written between their marks into a page; the record itself goes beside it as JSON.

Only what stands between ``<!-- suite -->`` and ``<!-- /suite -->`` is ever touched. A test says when page and record differ.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from scamguard.errors import DumpError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

_MARKS: Final = re.compile(r"(<!-- suite -->\n).*?(<!-- /suite -->)", re.DOTALL)
_GROUPS: Final = {"all": "all", "en": "English", "zh": "Chinese", "twelve": "the other twelve languages"}
_FIGURES: Final = ("auc", "recall_at_1", "recall_at_2")
_HEADS: Final = ("AUC", "recall at 1 % false alarms", "recall at 2 %")


def record_of(page: Path) -> Path:
    """Name the file that a page's record is kept in."""
    return page.with_suffix(".json")


def checked(page: Path) -> str:
    """Read a page that tables can go into, told before the work is done.

    Raises
    ------
    DumpError
        It is missing, is no text, has no place for the tables, or would be its own record.
    """
    if record_of(page) == page:
        raise DumpError(f"{page}: the record goes there; name the Markdown page, such as docs/evaluation.md")
    try:
        text = page.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise DumpError(f"{page}: cannot be read: {error}") from error
    if len(_MARKS.findall(text)) != 1:
        raise DumpError(f"{page}: needs one place for the tables: a line <!-- suite --> and, below it, a line <!-- /suite -->")
    return text


def write(page: Path, record: Mapping[str, Any]) -> None:
    """Put the tables into the page and the record beside it; each file is changed at once or not at all.

    Raises
    ------
    DumpError
        The page has no place for the tables.
    """
    text = filled(checked(page), record)
    for path, content in ((record_of(page), json.dumps(record, indent=1, ensure_ascii=False) + "\n"), (page, text)):
        part = path.with_name(f".{path.name}.part")
        try:
            part.write_bytes(content.encode())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def filled(text: str, record: Mapping[str, Any]) -> str:
    """Give a page's text with its tables made anew."""
    return _MARKS.sub(lambda mark: f"{mark[1]}{block(record)}\n{mark[2]}", text)


def block(record: Mapping[str, Any]) -> str:
    """Lay out a record as Markdown."""
    everybody = [
        (_group(name, about) if i == 0 else "", system["title"], *_cells(system["figures"][name]), system["ballast"])
        for name, about in record["groups"].items()
        if about["messages"]
        for i, system in enumerate(record["systems"])
        if i == 0 or system["figures"][name]  # one that reads a single language is asked about no other
    ]
    ours = [(lang, f"{row['messages']:,}", str(row["writers"]), *_cells(row)) for lang, row in record["by_language"].items()]
    parts = [
        _table(("messages", "", *_HEADS, "ballast"), everybody),
        "\n".join([_rows(record), *_left_out(record["absent"])]),
        f"{record['systems'][0]['title']} by language; of one writer or two, an interval says nothing:",
        _table(("", "messages", "writers", *_HEADS), ours),
        _card(record["card"]),
    ]
    return "\n\n".join(parts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def _group(name: str, about: Mapping[str, int]) -> str:
    return f"**{_GROUPS[name]}**: {about['messages']:,}, {about['scams']:,} scams, {about['writers']} writers"


def _cells(figures: Mapping[str, Sequence[float]]) -> list[str]:
    """Write each figure with its interval; a dash where there are no scams or nothing else."""
    return [_cell(*figures[name]) if name in figures else "–" for name in _FIGURES]


def _cell(value: float, low: float, high: float) -> str:
    """Write a figure and its interval.

    >>> _cell(0.9537, 0.9412, 0.965)
    '0.954 (0.941–0.965)'
    """
    return f"{value:.3f} ({low:.3f}–{high:.3f})"


def _rows(record: Mapping[str, Any]) -> str:
    """Say in one paragraph what was fitted on and how."""
    trained, recipe = record["trained_on"], record["recipe"]
    lent = trained["ballast"].values()
    ballast = f"{sum(one['rows'] for one in lent):,} rows of ballast from {len(lent)} public sets" if lent else "no ballast"
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    return (
        f"{recipe['folds']} folds by writer. Each line is fitted on the messages of the other folds, on changed copies of a share of"
        f" {recipe['augment']:g} of them at weight {recipe['augment_weight']:g}, and on {ballast}. In parentheses: 95 % intervals,"
        f" from drawing the writers {record['resamples']:,} times. {versions}."
    )


def _left_out(absent: Mapping[str, str]) -> list[str]:
    return [f"{title}: {why}." for title, why in absent.items()]


def _card(compared: Mapping[str, Any]) -> str:
    """Say whether the model's card shows the same."""
    if not compared["same_rows"]:
        return "The model at hand was trained on other messages, or by another recipe, so that its card shows other figures."
    if not compared["differs"]:
        return "The out-of-fold figures of the model's card, made again for these tables, came out the same to the last digit."
    some = "; ".join(compared["differs"][:5]) + (" …" if len(compared["differs"]) > 5 else "")
    return f"**{len(compared['differs'])} out-of-fold figures differ from the model's card**: {some}."
