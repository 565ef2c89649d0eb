"""The commands of the learning loop: scan, review the least certain, add what you say of them, train again, compare.

Reviews stay in one file of the user's own. Nothing of them is sent anywhere, and no message is shown that was not asked for.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .command import FAILED, FLAGGED, OPTIONS, load_guard
from .errors import DumpError, TrainingError
from .reporting import read_text
from .workshop import train_extra

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .train.reviews import Scored

app = typer.Typer(help="Teach a model of your own by reviewing messages.", **OPTIONS)

_DEFAULT = Path(typer.get_app_dir("scamguard")) / "reviews.jsonl"
Store = Annotated[Path, typer.Option("--reviews", metavar="FILE", help="Where your reviews are kept.")]
_KIND = "What kind of scam (credential_request …) or honest message (advisory …) it is."
_ASKS = "A secret it asks for: password, 2fa_code, seed_phrase …; repeat for each."
_ROW = "Take the message that --of gives this row, as `scan` prints it, instead."
_OF = "A file that `scamguard scan --out` wrote: .jsonl, .ndjson, .csv or .parquet."
_WRITER = "Who reviewed it, if not you: the changes a stranger may make are limited."
_LABELLED = "Folder of labelled *.jsonl to train on as well; left out if it is not there."


@app.command()
def add(
    text: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="The message, or - to read it from standard input.")] = None,
    label: Annotated[str, typer.Option(metavar="scam|benign", help="What it is.")] = "",
    asks: Annotated[list[str] | None, typer.Option(metavar="SECRET", help=_ASKS)] = None,
    kind: Annotated[str, typer.Option(metavar="KIND", help=_KIND)] = "",
    lang: Annotated[str, typer.Option(metavar="LANG", help="Its language, as en or zh-TW.")] = "und",
    writer: Annotated[str, typer.Option(metavar="NAME", help=_WRITER)] = "",
    of: Annotated[Path | None, typer.Option(metavar="FILE", help=_OF)] = None,
    row: Annotated[int | None, typer.Option(metavar="N", help=_ROW)] = None,
    store: Store = _DEFAULT,
) -> None:
    """Keep a reviewed message, on this machine only. A later review of the same message replaces an earlier one.

    \b
    scamguard feedback add "Support: read me your code" --label scam --asks 2fa_code
    scamguard feedback add --of verdicts.jsonl --row 17 --label benign
    """
    from .train import reviews

    if not label:
        raise TrainingError("say what the message is: --label scam or --label benign")
    one = reviews.review(_message(text, of, row), label, kind=kind, asks=asks or (), writer=writer, lang=lang)
    earlier = {message.id for message in reviews.read(store)}  # before: nothing is added to a file that cannot be read
    reviews.add(store, one)
    typer.echo(f"kept as {label}; {len(earlier | {one.id})} reviews in {store}")


@app.command()
def review(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=_OF)],
    show: Annotated[int, typer.Option(min=1, metavar="N", help="How many.")] = 20,
    store: Store = _DEFAULT,
) -> None:
    """Show the messages that the model is least certain of: their review teaches it most.

    \b
    scamguard scan chats.csv --out verdicts.jsonl
    scamguard feedback review verdicts.jsonl
    scamguard feedback add --of verdicts.jsonl --row 17 --label benign
    """
    from . import render
    from .train import reviews

    dumps: set[str] = set()
    found = reviews.least_certain(_noting(reviews.scored(file), dumps), reviews.read(store), show)
    if not found:
        typer.echo("nothing left to review")
        return
    named = len(dumps) > 1  # a row alone says little then
    head = ("file", "row", "risk", "message")
    cells = [(one.file, str(one.row), f"{one.risk:.3f}", one.text) for one in found]
    render.console().print(render.listed(head if named else head[1:], cells if named else [row[1:] for row in cells]))


@app.command()
def retrain(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to write the model.")],
    store: Store = _DEFAULT,
    messages: Annotated[Path, typer.Option(metavar="DIR", help=_LABELLED)] = Path("data/messages"),
    base: Annotated[Path | None, typer.Option(metavar="DIR", help="The model to improve on. [default: the bundled one]")] = None,
    ballast: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="As for train; repeat for each file.")] = None,
    traffic: Annotated[list[Path] | None, typer.Option(metavar="FILE", help="As for train; repeat for each file.")] = None,
    most_from_one: Annotated[
        float, typer.Option(min=0.0, max=1.0, metavar="SHARE", help="Of the changed verdicts, the reviews of one stranger may make.")
    ] = 0.5,
) -> None:
    """Train a model on labelled messages and your reviews.

    It is not written if it loses a golden case that the old model judges rightly, or if the reviews of one stranger make
    too many of the changed verdicts.

    Needs the train extra: pip install 'scamguard[train]'
    """
    with train_extra():
        from .train import feedback
    found = feedback.retrain(
        store,
        out,
        messages=messages,
        base=base,
        ballast=ballast or (),
        traffic=traffic or (),
        most_from_one=most_from_one,
        progress=lambda line: typer.echo(line, err=True),
    )
    typer.echo(f"written to {out}: no golden case is lost, {sum(found.flips.values())} reviewed messages change their verdict")


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A model folder.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Another.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="A dump of messages, as for scan.")],
    column: Annotated[str | None, typer.Option(metavar="NAME", help="The column of messages.")] = None,
    show: Annotated[int, typer.Option(min=0, metavar="N", help="Show the N verdicts that moved farthest.")] = 20,
) -> None:
    """Show what a new model changes, on golden cases and on messages of yours.

    A record that cannot be read is named and skipped.

    Exit status: 0 nothing changes for the worse, 1 a golden case is lost, 2 something cannot be read.
    """
    from . import dumps, render

    with train_extra():
        from .train import feedback, golden
    dump = dumps.open(file, column=column)
    guards = load_guard(old), load_guard(new)
    counts, moved = feedback.compare(*guards, ((block.rows.tolist(), block.texts.to_pylist()) for block in dump), show)
    out = render.console()
    if moved:
        out.print(render.listed(
            ("row", "old", "new", "message"),
            [(str(one.row), f"{one.old[0]} {one.old[1]:.3f}", f"{one.new[0]} {one.new[1]:.3f}", one.text) for one in moved],
        ))  # fmt: skip
        out.print()
    for (was, now), count in sorted(counts.items()):
        if was != now:
            typer.echo(f"{count:>8,}  {was} → {now}")
    same = sum(count for (was, now), count in counts.items() if was == now)
    typer.echo(f"{same:>8,}  of {sum(counts.values()):,} stay as they are")
    for line in render.skipped(dump.notes, "`scamguard scan FILE --broken PLACES` writes them all"):
        typer.echo(line)
    cases = golden.cases()
    lost, won = golden.lost(*guards, cases), golden.lost(*guards[::-1], cases)
    names = f": {', '.join(message.id for message in lost)}" if lost else ""
    typer.echo(f"golden cases: {len(cases)}, {len(won)} won, {len(lost)} lost{names}")
    raise typer.Exit(FAILED if dump.notes.broken else FLAGGED if lost else 0)


def _message(text: str | None, of: Path | None, row: int | None) -> str:
    """Take the message from the argument, standard input or a row of a scored file."""
    if (text is None) == (of is None) or (of is None) != (row is None):
        raise TrainingError("give the message as TEXT (- reads standard input), or --of FILE with --row N")
    if of is not None and row is not None:
        from .train import reviews

        texts = {one.text for one in reviews.scored(of) if one.row == row}
        if len(texts) == 1:
            return texts.pop()
        raise DumpError(f"{of}: rows of several files are numbered {row}: give the message as TEXT" if texts else f"{of}: has no row {row}")
    return read_text(str(text))


def _noting(messages: Iterable[Scored], dumps: set[str]) -> Iterator[Scored]:
    """Hand messages on and keep the names of the dumps they are from."""
    for one in messages:
        dumps.add(one.file)
        yield one
