"""The commands for those who look after the model: model info, rules test and report, evaluate, train."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .command import OPTIONS, STOPPED, ModelDir, RulesDir, load_guard
from .errors import ModelError, ScamguardError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .automaton import Terms
    from .lexicon import Lexicon

model_app = typer.Typer(help="Look into a model.", **OPTIONS)
rules_app = typer.Typer(help="Prove the rules; count what each does.", **OPTIONS)

_TRAFFIC = (
    "Public messages, JSON lines, that choose the thresholds and are never fitted on; a file given to --ballast as well lends half "
    "to each. Repeat for each file."
)
_BALLAST = "Public benign messages (.jsonl or .jsonl.gz), learned from at a small weight."
_MESSAGES = Path("data/messages")
_SUITE = "Instead of files: measure by cross-validation on the messages that models are trained on, beside baselines."
_INTO = "--suite: write the tables between the marks <!-- suite --> and <!-- /suite --> of this page, and their record beside it."
_FOLDS = "--suite: groups of writers, each judged by models of the others. [default: 5]"
_LABELLED = 'JSON lines with "text" and "label" (scam or benign), or folders of them.'
_MORE = "More files for the option that takes FILE..."
More = Annotated[list[Path] | None, typer.Argument(metavar="FILE...", show_default=False, help=_MORE)]  # so that --option a b c works


@model_app.command("info")
def model_info(model: ModelDir = None) -> None:
    """Show what a model is and how it did on unseen messages."""
    from . import render
    from .model import bundled

    card, folder, out = load_guard(model).model.card, model or bundled(), render.console()
    try:
        figures = [render.figures(title, table) for title, table in render.measured(card.get("out_of_fold", {})) if table]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{folder}: its card holds figures that cannot be shown: out_of_fold: {error!r}") from error
    out.print(render.card(folder, card))
    for table in figures:
        out.print()
        out.print(table)


@rules_app.command("new")
def rules_new(folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write; it must be new or empty.")]) -> None:
    """Write a first rule pack, with a word on every line, to change into your own.

    \b
    scamguard rules new club
    scamguard rules test --rules club
    scamguard scan chats.jsonl --rules club
    """
    from .pack import start

    for file in start(folder):
        typer.echo(file)


@rules_app.command("test")
def rules_test(rules: RulesDir = None) -> None:
    """Prove every concept and rule by its examples; with --rules those of that pack.

    Runs all examples, and checks that each clause of a rule earns its place.

    Exit status: 0 all hold, 1 some do not, 2 a file cannot be read.
    """
    from . import proof, render

    lexicon, base = _lexicon(rules)
    problems = [*proof.failures(lexicon, base), *proof.idle_clauses(lexicon, base)]
    for problem in problems:
        typer.echo(render.visible(problem))
    outcome = f"{len(problems)} problems" if problems else "all examples hold"
    typer.echo(f"{len(lexicon.entries)} concept entries, {len(lexicon.rules)} rules: {outcome}")
    raise typer.Exit(1 if problems else 0)


@rules_app.command("report")
def rules_report(
    corpus: Annotated[list[Path], typer.Option(metavar="FILE...", help=_LABELLED)],
    more: More = None,
    lang: Annotated[str | None, typer.Option(metavar="LANG", help="Only messages in this language.")] = None,
    rules: RulesDir = None,
) -> None:
    """Count what each rule hits in scams and in benign messages; with --rules those of that pack.

    S/O is the share of scams among its hits, were both classes equally many.

    \b
    scamguard rules report --corpus data/messages --lang zh
    """
    import numpy as np

    from . import proof, render
    from .train import labelled

    messages = labelled.read([*corpus, *(more or [])], lang)
    lexicon, base = _lexicon(rules)
    counts = proof.report(lexicon, [m.text for m in messages], np.array([m.scam for m in messages]), base)
    out = render.console()
    out.print(render.rule_counts(counts))


def evaluate(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help=_LABELLED, show_default=False)] = None,
    model: ModelDir = None,
    evasion: Annotated[bool, typer.Option("--evasion", help="Also disguise the messages in every known way and measure again.")] = False,
    suite: Annotated[bool, typer.Option("--suite", help=_SUITE)] = False,
    messages: Annotated[
        Path | None, typer.Option(metavar="DIR", help="--suite: folder of labelled *.jsonl. [default: data/messages]")
    ] = None,
    ballast: Annotated[list[Path] | None, typer.Option(metavar="FILE...", help=f"--suite: {_BALLAST}")] = None,
    traffic: Annotated[list[Path] | None, typer.Option(metavar="FILE", help=f"--suite: {_TRAFFIC}")] = None,
    folds: Annotated[int | None, typer.Option(min=2, metavar="N", help=_FOLDS)] = None,
    into: Annotated[Path | None, typer.Option(metavar="PAGE", help=_INTO)] = None,
) -> None:
    """Measure a model on labelled messages, or how well its kind learns.

    Given files: AUC, recall at 1 and 2 % false alarms, policy and asks: all, by language, by kind, by secret. With --evasion also
    what look-alikes, leet, spaced-out letters, padding … change, at rising strength.

    With --suite: the model card's out-of-fold figures made again, with intervals, beside TF-IDF, fastText and MiniLM, fitted on the
    same rows and folds. With the --ballast and --traffic that `train` was given they come out as on the card. Takes as long as
    training, and the baselines as long again; whatever is not installed is left out and named.

    \b
    scamguard evaluate labelled.jsonl --evasion
    scamguard evaluate --suite
    scamguard evaluate --suite --ballast irc.jsonl.gz talk.jsonl.gz --into docs/evaluation.md

    Needs the train extra: pip install 'scamguard[train]'; fastText and MiniLM the suite extra.

    Exit status: 0 measured, 2 something could not be read, 130 stopped by Ctrl-C; nothing is written then.
    """
    if suite:
        if evasion or (files and not ballast):
            raise ScamguardError("--suite takes its messages from --messages, and goes with neither files nor --evasion")
        raise typer.Exit(_suite(messages or _MESSAGES, [*(ballast or []), *(files or [])], traffic or [], folds or 5, model, into))
    if not files:
        raise ScamguardError("evaluate: name files of labelled messages, or give --suite")
    if messages or ballast or traffic or folds or into:
        raise ScamguardError("--messages, --ballast, --traffic, --folds and --into go with --suite")
    _on_files(files, model, evasion=evasion)


def _on_files(files: list[Path], model: Path | None, *, evasion: bool) -> None:
    """Measure a model on files and print the figures."""
    from . import render
    from .train import labelled

    messages, guard, out = labelled.read(files), load_guard(model), render.console()
    with train_extra():
        figures = labelled.evaluate(guard, messages)
    for title, table in render.measured(figures):
        if table:
            out.print(render.figures(title, table))
            out.print()
    if evasion:
        from .train.evasion import measure

        changes = {f"{c.transform}, {c.strength:.0%}": c.figures() for c in measure(guard, messages)}
        if changes:
            out.print(render.figures("disguise", changes))
        else:
            typer.echo("no disguise changes scams and benign messages among these", err=True)


def _suite(messages: Path, ballast: list[Path], traffic: list[Path], folds: int, model: Path | None, into: Path | None) -> int:
    """Run the suite; print its tables and, if asked to, write them into a page. Returns the exit status."""
    from .model import bundled, load

    with train_extra():
        from .train import fit, suite, suite_page

    if into is not None:
        suite_page.checked(into)
    card = load(model or bundled()).card
    try:
        record = suite.run(
            messages,
            ballast=ballast,
            traffic=traffic,
            recipe=fit.Recipe(folds=folds),
            card=card,
            progress=lambda line: typer.echo(line, err=True),
        )
        if into is not None:
            suite_page.write(into, record)
    except KeyboardInterrupt:
        typer.echo("scamguard: stopped; nothing was written", err=True)
        return STOPPED
    typer.echo(suite_page.block(record))
    if into is not None:
        typer.echo(f"written to {into} and {suite_page.record_of(into)}", err=True)
    return 0


def train(
    messages: Annotated[Path, typer.Option(metavar="DIR", help="Folder of labelled *.jsonl.")] = _MESSAGES,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where to write the model.")] = Path("models/default"),
    ballast: Annotated[list[Path] | None, typer.Option(metavar="FILE...", help=_BALLAST)] = None,
    more: More = None,
    traffic: Annotated[list[Path] | None, typer.Option(metavar="FILE", help=_TRAFFIC)] = None,
    ablate: Annotated[bool, typer.Option("--ablate", help="Also measure what each part of the model is worth; slow.")] = False,
    zero_shot: Annotated[bool, typer.Option("--zero-shot", help="Also score each language without its own messages; slow.")] = False,
) -> None:
    """Train a model from labelled messages.

    The same messages give the same model, to the byte.

    Needs the train extra: pip install 'scamguard[train]'
    """
    if more and not ballast:
        raise ScamguardError(f"{more[0]}: labelled messages are a folder for --messages; benign ones that are public go behind --ballast")
    with train_extra():
        from .train.build import run
    run(
        messages,
        out,
        ballast=[*(ballast or []), *(more or [])],
        traffic=traffic or [],
        ablated=ablate,
        zero_shot=zero_shot,
        progress=lambda line: typer.echo(line, err=True),
    )


def _lexicon(rules: Path | None) -> tuple[Lexicon, Terms | None]:
    """Read the bundled lexicon, or a rule pack and the terms it stands on."""
    from . import lexicon, pack
    from .model import bundled, load

    if rules is None:
        return lexicon.load(), None
    model = load(bundled())
    return pack.read(model, rules), model.terms


@contextlib.contextmanager
def train_extra() -> Iterator[None]:
    """Say how to get the packages that only training and evaluation need."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ScamguardError(f"this command needs {error.name}, which is not installed: pip install 'scamguard[train]'") from error
