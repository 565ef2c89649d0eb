"""What the command ``scan`` does once it knows what is asked: outputs, checkpoint, progress, summary, exit status."""

from __future__ import annotations

import contextlib
import functools
import signal
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from . import __version__, checkpoint, output, render, scanning, targets
from .command import FAILED, FLAGGED, STOPPED
from .errors import DumpError, InputError, unknown
from .sender import WHY
from .verdict import Action

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .checkpoint import Checkpoint
    from .conversations import Conversations
    from .dumps import Dump
    from .guard import Guard
    from .report_page import Gathered
    from .scanning import Summary, Worst
    from .selection import Selection

_NEVER: Final = "never"
_ENDINGS: Final = ("SIGTERM", "SIGHUP")  # how timeouts, service managers and closed terminals ask a program to end; Windows has not both


class Plan(NamedTuple):
    """What is asked of a scan."""

    selection: Selection
    outs: tuple[Path, ...]
    out_format: str | None
    direction: str
    fail_on: str
    resume: bool | None
    report: Path | None = None
    by_conversation: bool = False
    broken: Path | None = None  # gets the place of every record that could not be read

    @property
    def outgoing(self) -> bool:
        """Whether messages are searched for the writer's own secrets."""
        return self.direction == "outgoing"

    @property
    def piped(self) -> bool:
        """Whether verdicts go to standard output, so that nothing else may."""
        return output.STDOUT in self.outs

    def check(self) -> None:
        """Refuse what cannot be done, before anything is loaded.

        Raises
        ------
        ScamguardError
            An option does not fit.
        """
        if self.direction not in {"inbound", "outgoing"}:
            raise InputError(f"--direction: {unknown('direction', self.direction, ['inbound', 'outgoing'])}")
        if self.fail_on not in {*map(str, Action), _NEVER}:
            raise InputError(f"--fail-on: {unknown('action', self.fail_on, [*map(str, Action), _NEVER])}")
        for out in self.outs:
            output.checked(out, self.out_format)
        if len(set(self.outs)) < len(self.outs):
            raise DumpError("--out: the same file is named twice")
        if self.broken == output.STDOUT:
            raise DumpError("--broken -: places are not for standard output; name a file")
        for path in (self.report, self.broken):
            if path is not None:
                output.writable(path)
        if self.by_conversation and self.outgoing:
            raise InputError("--by-conversation follows who asks whom; it is for inbound messages")
        if self.resume and all(out == output.STDOUT for out in self.outs):
            raise DumpError("--resume: nothing is kept of a scan without --out FILE; name the file it was writing")

    def spare(self, opened: Sequence[Dump]) -> None:
        """Refuse to write over a dump, into a folder that is read, or one output over another.

        Raises
        ------
        DumpError
            A file is named twice, or would be read.
        """
        outs = [out for out in self.outs if out != output.STDOUT]
        named = [("--out", out) for out in outs]
        named += [(option, path) for option, path in (("--report", self.report), ("--broken", self.broken)) if path is not None]
        beside = [("the unfinished --out", output.part(out)) for out in outs]
        beside += [("the checkpoint of --out", checkpoint.beside(out)) for out in outs[:1]]
        targets.check([*named, *beside], opened)
        if self.piped:
            targets.check_stream(opened)


def run(  # noqa: PLR0913 - what is seen and what is told are separate choices
    plan: Plan,
    opened: Sequence[Dump],
    guard: Guard,
    asked: Mapping[str, Any],
    *,
    show: int,
    every: bool,
    threads: int | None,
) -> int:
    """Scan; print the worst messages and a summary; give the exit status."""
    worst = scanning.Worst(show)
    talks, page, why = _talks(plan, guard), _page(plan, guard), reasons(guard, plan)
    judge = scanning.Judge(guard, plan.outgoing, threads or scanning.cores())
    kept: Checkpoint | None = None
    tell = functools.partial(_tell, plan, worst, talks, why=why, show=show, files=len(opened) > 1)
    try:
        with _endings(), contextlib.ExitStack() as stack:
            kept = _checkpoint(plan, opened, guard, asked)
            if kept is not None:
                stack.enter_context(kept)
            with _written(plan, opened, why) as outputs, _progress(plan, opened) as advance:
                summary = scanning.scan(
                    judge, opened, outputs=outputs, worst=worst, allowed=every,
                    selection=plan.selection, checkpoint=kept, talks=talks, report=page, on_block=advance,
                )  # fmt: skip
            if plan.report is not None and page is not None:  # while the verdicts are kept: where there is no room for it, --resume goes on
                from . import report_page  # noqa: PLC0415 - its templates are loaded when they are needed

                try:
                    report_page.write(plan.report, page, summary, talks and talks.ranking())
                except DumpError:  # all else is in place, and what was found is to be seen
                    tell(summary)
                    raise
    except KeyboardInterrupt as stop:
        with contextlib.suppress(OSError):  # a terminal that was closed
            render.console(stderr=True).print(render.stopped(kept))
        return stop.status if isinstance(stop, _Ended) else STOPPED
    tell(summary)
    return _status(summary, plan.fail_on)


@contextlib.contextmanager
def _written(plan: Plan, opened: Sequence[Dump], why: Mapping[str, str]) -> Iterator[list[output.Output]]:
    """Open what is written while the dumps are read; it is in place when that has come to its end."""
    with contextlib.ExitStack() as stack:
        outputs = [stack.enter_context(output.Output(out, plan.out_format, why)) for out in plan.outs]
        if plan.broken is not None:
            told = stack.enter_context(output.Lines(plan.broken))
            for dump in opened:
                dump.notes.on_skip = told.add
        yield outputs


def _tell(  # noqa: PLR0913 - all that is shown
    plan: Plan, worst: Worst, talks: Conversations | None, summary: Summary, *, why: Mapping[str, str], show: int, files: bool
) -> None:
    """Print the worst messages, the conversations and a summary."""
    terminal = render.console(stderr=plan.piped)
    if found := worst.rows():
        terminal.print(render.rows(found, why, files=files))
        terminal.print()
    if talks is not None and any((ranking := talks.ranking(show))["flagged"].to_pylist()):
        terminal.print(render.conversations(ranking))
        terminal.print()
    terminal.print(render.summary(summary, filtered=bool(plan.selection), broken=plan.broken))


class _Ended(KeyboardInterrupt):
    """Somebody asks the program to end: a way out like that of Ctrl-C, with the status that a shell gives it."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.status = 128 + number


@contextlib.contextmanager
def _endings() -> Iterator[None]:
    """Let a signal to end put away what is unfinished, as Ctrl-C does; one that is ignored, as under nohup, stays so."""
    asked = [getattr(signal, name) for name in _ENDINGS if hasattr(signal, name)]
    asked = [number for number in asked if signal.getsignal(number) == signal.SIG_DFL]
    if threading.current_thread() is not threading.main_thread():
        asked = []  # only there may anybody take a signal

    def end(number: int, _frame: object) -> None:
        for one in asked:
            signal.signal(one, signal.SIG_IGN)  # once is enough; a second one would leave behind what is being put away
        raise _Ended(number)

    for number in asked:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in asked:
            signal.signal(number, signal.SIG_DFL)


def _talks(plan: Plan, guard: Guard) -> Conversations | None:
    """Follow the conversations, if that is asked."""
    if not plan.by_conversation:
        return None
    from .conversations import Conversations  # noqa: PLC0415 - its word lists are loaded when they are needed

    return Conversations(guard)


def _page(plan: Plan, guard: Guard) -> Gathered | None:
    """Gather for the page, if there is to be one."""
    if plan.report is None:
        return None
    from . import report_page  # noqa: PLC0415 - its templates are loaded when they are needed

    report_page.ready(plan.report)
    return report_page.Gathered(guard)


def reasons(guard: Guard, plan: Plan) -> dict[str, str]:
    """Say what each rule means."""
    said = {rule: why.format(brand="a brand") for rule, why in WHY.items()}
    said |= {rule["id"]: rule["why"] for rule in guard.model.card["rules"]}
    if plan.outgoing or plan.by_conversation:
        from .conversations import CONTEXT, why  # noqa: PLC0415 - its word lists are loaded when they are needed
        from .giveaways import REASONS  # noqa: PLC0415

        said |= {**REASONS, CONTEXT: why(guard, CONTEXT)}
    return said


def _checkpoint(plan: Plan, opened: Sequence[Dump], guard: Guard, asked: Mapping[str, Any]) -> Checkpoint | None:
    """Open the checkpoint, beside the first output that is a file."""
    first = next((out for out in plan.outs if out != output.STDOUT), None)
    if first is None:
        return None
    outs = {"out": [str(out) for out in plan.outs], "out_format": plan.out_format}
    options = {**asked, "direction": plan.direction, "by_conversation": plan.by_conversation, **plan.selection.options(), **outs}
    about = checkpoint.identity(guard.model.card, __version__, options, opened)
    return checkpoint.Checkpoint(checkpoint.beside(first), about, resume=plan.resume)


def _status(summary: Summary, fail_on: str) -> int:
    if summary.notes.broken:
        return FAILED
    return FLAGGED if fail_on != _NEVER and summary.reaches(fail_on) else 0


@contextlib.contextmanager
def _progress(plan: Plan, opened: Sequence[Dump]) -> Iterator[Callable[[int, int], None]]:
    """Show a bar while scanning, on a terminal only: bytes read where their number is known, messages, rate and the time left.

    Where the verdicts go to a terminal they show how far it is; a bar would be drawn between them.
    """
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415

    console = render.console(stderr=True)
    told = "{task.fields[messages]:,} messages, {task.fields[flagged]:,} flagged, {task.fields[rate]:,.0f}/s"
    columns = (BarColumn(), TaskProgressColumn(), TextColumn(told), TimeElapsedColumn(), TimeRemainingColumn(elapsed_when_finished=True))
    sizes = [_size(dump) for dump in opened]
    known = all(sizes)
    hidden = not console.is_terminal or (plan.piped and sys.stdout.isatty())
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("scan", total=sum(sizes) if known else None, messages=0, flagged=0, rate=0.0)

        def advance(messages: int, flagged: int) -> None:
            elapsed = bar.tasks[0].elapsed or 1.0
            done = sum(dump.share * size for dump, size in zip(opened, sizes, strict=True))
            bar.update(task, completed=done, messages=messages, flagged=flagged, rate=messages / elapsed)

        yield advance


def _size(dump: Dump) -> int:
    """Count the bytes of a dump; 0 for a stream, 1 for a folder, whose files are counted one by one."""
    path = dump.source.path
    if path is None:
        return 0
    return max(1, path.stat().st_size) if path.is_file() else 1
