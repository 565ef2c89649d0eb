"""What the terminal shows. A message must never style or drive the terminal it is shown on.

So nothing of a message is ever parsed as markup (only ``rich.text.Text`` is printed), and characters that are not
seen but act (escape sequences, direction overrides, line separators) are shown by name.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from . import visible as acting
from .verdict import GIVEN_AWAY, Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from .checkpoint import Checkpoint
    from .dumps import Notes
    from .explain import Contribution
    from .proof import Count
    from .scanning import Summary
    from .verdict import Evidence, Verdict

STYLES: Final = {"block": "bold red", "warn": "bold yellow", "allow": "green"}
_PIPE_WIDTH = 160  # where there is no terminal to ask
_SHOWN_CHARS = 140  # of a message in a table
_NAME_CHARS = 80  # of each end of a name
_PLACE_CHARS = 400  # of each end of a place, behind which stands what is wrong there
_REASONS = 2  # for each message in a table

visible, shortened = acting.visible, acting.shortened


def json_text(value: object) -> str:
    """Write JSON that is safe to print: characters that act are escaped, the others stay readable."""
    escaped = json.dumps(value, ensure_ascii=False)
    return acting.ACTING.sub(lambda found: json.dumps(found[0])[1:-1], escaped)


class _Console(Console):
    """A console that leaves it to the command what happens when nobody reads any more; rich would end with the status of a scam."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


def console(*, stderr: bool = False) -> Console:
    """Open a console that takes nothing for markup."""
    out = _Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    if not out.is_terminal:
        out.width = _PIPE_WIDTH
    return out


def verdict(found: Verdict, text: str, advice: str) -> RenderableType:
    """Show one verdict: action and risk, what is asked for, the words with their reasons, and what to do."""
    head = Text.assemble((found.action.upper(), STYLES[found.action]), f"  risk {found.risk:.3f}")
    if found.kind:
        head.append(f"  {found.kind.replace('_', ' ')}")
    if found.official:
        head.append(f"  poses as {found.official.name}")
    parts: list[RenderableType] = [head]
    if found.asks and found.action is not Action.ALLOW:
        parts.append(Text(f"asks for: {', '.join(secret.replace('_', ' ') for secret in found.asks)}"))
    parts += [Text(), highlighted(text, found.evidence, STYLES[found.action]), Text()]
    dot = ("• ", STYLES[found.action])
    parts += [Text.assemble(dot, _shown(text, e), e.why, " ", (e.rule, "dim")) for e in found.evidence]
    if advice:
        parts += [Text(), Text(advice, "bold")]
    return Group(*parts)


def _shown(text: str, e: Evidence) -> str:
    """Quote the words of a piece of evidence; what is known of the sender has none."""
    return f"“{visible(text[e.start : e.stop])}”: " if e.stop > e.start else ""


def highlighted(text: str, evidence: Iterable[Evidence], style: str) -> Text:
    """Mark the words that evidence stands on, in the message as the reader sees it."""
    marked = [False] * len(text)
    for e in evidence:
        marked[e.start : e.stop] = [True] * (e.stop - e.start)
    out, at = Text(), 0
    for cut in [i for i in range(1, len(text)) if marked[i] != marked[i - 1]] + [len(text)]:
        out.append(visible(text[at:cut], keep="\n"), f"{style} underline" if at < len(text) and marked[at] else None)
        at = cut
    return out


def contributions(parts: Sequence[Contribution]) -> Table:
    """List what moved a verdict most."""
    table = _table("nats", "part", "what")
    for c in parts:
        table.add_row(Text(f"{c.nats:+.3f}", "red" if c.nats > 0 else "green"), Text(c.part), Text(visible(c.name)))
    return table


def rows(found: Sequence[Mapping[str, Any]], why: Mapping[str, str], *, files: bool) -> Table:
    """List judged messages with their reasons; ``why`` says what each rule means."""
    table = _table(*(["file"] if files else []), "row", "risk", "action", "asks", "message", "reasons")
    for row in found:
        text = row["text"] if row["kind"] != GIVEN_AWAY else "(not shown: it gives a secret away)"
        telling = sorted(row["rules"], key=lambda rule: rule.endswith(".topic"))  # a topic alone is the weaker reason
        reasons = [f"{why[rule]} ({rule})" for rule in telling[:_REASONS]]
        if not reasons and row["action"] != Action.ALLOW:
            reasons = ["no rule: its words weigh so much"]
        cells = [_ends(row["file"])] if files else []
        cells += [str(row["row"]), f"{row['risk']:.3f}", row["action"], "\n".join(row["asks"]) or "-"]
        cells += [shortened(visible(text), _SHOWN_CHARS), "\n".join(reasons)]
        table.add_row(*(Text(cell, STYLES[row["action"]] if cell == row["action"] else "") for cell in cells))
    return table


def listed(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """List messages, the last cell of each row, cut to what can be read at a glance."""
    table = _table(*head)
    for *cells, text in rows:
        table.add_row(*(Text(_ends(cell)) for cell in cells), Text(shortened(visible(text), _SHOWN_CHARS)))
    return table


def conversations(ranking: pa.Table) -> Table:
    """List the conversations in which something was flagged, as ``Conversations.ranking`` gives them."""
    table = _table("risk", "chat", "messages", "who", "asks", "given away", "turned")
    for row in ranking.to_pylist():
        if not row["flagged"]:
            continue
        turned = row["turned"].isoformat(" ")[:16] if row["turned"] else f"row {row['turned_row']:,}"
        chat = _ends(row["channel"] or row["file"])
        cells = [f"{row['risk']:.3f}", chat, f"{row['messages']:,}", _ends(row["who"] or "-"), "\n".join(row["asks"]) or "-"]
        cells += ["\n".join(row["given"]), turned]
        styles = [*[""] * 5, "bold red", ""]
        table.add_row(*(Text(visible(cell, keep="\n"), style) for cell, style in zip(cells, styles, strict=True)))
    return table


def summary(found: Summary, *, filtered: bool = False, broken: Path | None = None) -> Text:
    """Say in a few lines what a scan found and what it could not read; ``broken`` holds every place of that."""
    rate = found.messages / found.seconds if found.seconds else 0
    reported = f", {found.reported:,} reported" if filtered else ""
    lines = [f"{_some(found.messages, 'message')}{reported}, {found.flagged:,} flagged, in {found.seconds:.2f} s ({rate:,.0f} messages/s)"]
    if found.left_out:
        lines.append(f"{_some(found.left_out, 'message')} left out by --since, --until, --sender or --channel, and not judged")
        lines += [f"  {_some(count, 'message')} of unknown {column}" for column, count in found.unknown.items()]
    if found.resumed:
        lines.append(f"{_some(found.resumed, 'message')} of them judged before the scan was stopped")
    kinds = sorted(found.kinds.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"  {count:>6,}  {kind.replace('_', ' ')}" for kind, count in kinds]
    notes = found.notes
    if notes.undecodable:
        lines.append(f"{_some(notes.undecodable, 'message')} with bytes that could not be decoded, shown and scored as U+FFFD")
    if notes.timeless:
        lines.append(f"{_some(notes.timeless, 'message')} with a time in a form that is unknown, or does not say which it is (05/01/2024)")
    lines += skipped(notes, "--broken FILE writes them all", whole=broken)
    if notes.empty:
        more = ", …" if notes.empty > len(notes.blank) else ""
        lines.append(f"{_some(notes.empty, 'file')} with nothing in it: {', '.join(map(_ends, notes.blank))}{more}")
    return Text("\n".join(lines))


def skipped(notes: Notes, more: str, whole: Path | None = None) -> list[str]:
    """Name the records that could not be read: ``more`` says how to get them all where there are too many, ``whole`` is where they are."""
    if not notes.broken:
        return []
    lines = [f"{_some(notes.broken, 'broken record')} skipped:", *(f"  {_ends(place, _PLACE_CHARS)}" for place in notes.places)]
    if whole is not None:
        lines.append(f"  all of them: {visible(str(whole))}")
    elif notes.broken > len(notes.places):
        lines.append(f"  … ({more})")
    return lines


def stopped(kept: Checkpoint | None) -> Text:
    """Say how to go on with a scan that was stopped."""
    if kept is None or not kept.kept:
        return Text("scamguard: stopped; nothing was written")
    where = visible(str(kept.path))
    return Text(f"scamguard: stopped after {_some(kept.kept, 'message')}, kept in {where}; go on with the same command and --resume")


def hidden(found: Verdict, text: str) -> tuple[Verdict, str]:
    """Mask the secrets of an outgoing message, which must not be shown either."""
    from .giveaways import masked  # noqa: PLC0415 - its word lists are loaded when they are needed

    shown, evidence = masked(text, found.evidence)
    return replace(found, evidence=evidence), shown


def _ends(name: str, most: int = _NAME_CHARS) -> str:
    """Show a name by its beginning and its end, where files of one folder differ: a stranger chose it, and how long it is."""
    shown = visible(name)
    return shown if len(shown) <= 2 * most else f"{shown[:most]}…{shown[-most:]}"


def _some(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def card(folder: Path, about: Mapping[str, Any]) -> Text:
    """Say in a few lines what a model is."""
    at, rules = about["thresholds"], about["rules"]
    decisive = sum(bool(rule.get("decisive")) for rule in rules)
    lines = [
        f"model      {folder}",
        f"format     {about.get('format')}, sha256 {str(about.get('sha256'))[:16]}…",
        f"acts       warn from risk {at['warn']:.3f}, block from {at['block']:.3f}{_by_language(at)}",
        f"knows      {len(about.get('concepts', ()))} concepts, {len(rules)} rules, {decisive} of them decisive",
        f"features   {', '.join(f'{name} {value}' for name, value in about.get('settings', {}).items())}",
    ]
    return Text(visible("\n".join(lines), keep="\n"))


def _by_language(at: Mapping[str, Any]) -> str:
    """List the languages that warn later than others."""
    known = at.get("languages", {}) | {"other languages": at.get("other", 0.0)}
    return "".join(f"; {lang} from {risk:.3f}" for lang, risk in known.items() if risk > at["warn"])


def measured(tables: Mapping[str, Any]) -> list[tuple[str, dict[str, dict[str, float]]]]:
    """Arrange the tables of ``train.evaluate`` for ``figures``."""
    if not tables:
        return []
    return [
        ("language", {lang: _ordered(row) for lang, row in {"all": tables["all"], **tables["by_language"]}.items()}),
        ("kind", {kind: {"flagged": share} for kind, share in tables["flagged_by_kind"].items()}),
        ("secret", {secret: {"asks_f1": score} for secret, score in tables["asks_f1_by_secret"].items()}),
    ]


def _ordered(row: Mapping[str, float]) -> dict[str, float]:
    """Put figures in the order people look for them, whatever order JSON kept."""
    order = ("messages", "scams", "auc", "recall_at_1", "recall_at_2", "recall", "false_alarms", "asks_f1")
    return {name: row[name] for name in order if name in row}


def rule_counts(counts: Iterable[Count]) -> Table:
    """Lay out SpamAssassin's hit-frequencies table."""
    table = _table("S/O", "scam", "benign", "of scams", "of benign", "rule")
    for c in counts:
        cells = (f"{c.so:.3f}", f"{c.scam:,}", f"{c.benign:,}", f"{c.scam_share:.2%}", f"{c.benign_share:.2%}", visible(c.rule))
        table.add_row(*map(Text, cells))
    return table


def figures(title: str, table: Mapping[str, Mapping[str, float]]) -> Table:
    """Lay out ``{row: {column: figure}}``."""
    columns = list(dict.fromkeys(name for row in table.values() for name in row))
    out = _table(title, *columns)
    for name, row in table.items():
        out.add_row(Text(visible(name)), *(Text(f"{row[column]:,}" if column in row else "") for column in columns))
    return out


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    numbers = {"row", "risk", "nats"}
    for name in columns:
        table.add_column(Text(name), justify="right" if name in numbers else "left", overflow="fold", no_wrap=name in numbers | {"action"})
    return table
