"""Guard: the one object users hold. It only calls the stages, chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from . import asks, columns, explain, identity, whom
from . import model as models
from .body import is_wrapped
from .errors import InputError, counted
from .glance import glance
from .language import language
from .parts import LIMIT, Excerpt, parts
from .sender import NOBODY, Sender, judge
from .suspects import Judged, named, reasons
from .verdict import Action, Policy, Verdict
from .weighing import Weighing, joined

_PIECE: Final = 1 << 11  # messages that a thread reads and weighs at a time

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from numpy.typing import NDArray

    from .explain import Contribution
    from .glance import Glance
    from .model import Model, Reading
    from .weighing import Risks

    Chosen = Callable[[slice, NDArray[np.float32]], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Guard:
    """A loaded model, ready to read messages. Immutable: threads may share it. Equal to itself alone: it can key a cache.

    Attributes
    ----------
    model
        What was loaded; its ``card`` says what it is and how it did, the rest is internal.
    policy
        The risks from which it warns and blocks.
    """

    model: Model = field(repr=False)
    policy: Policy
    _weighing: Weighing = field(init=False, repr=False)  # what the card says of every message is read once

    def __post_init__(self) -> None:
        """Read the card."""
        if not isinstance(self.policy, Policy):
            raise InputError(f"policy is {type(self.policy).__name__}; give scamguard.Policy(warn=…, block=…)")
        card = self.model.card
        suspect = min(float(card["thresholds"]["asks"]), self.policy.warn)
        object.__setattr__(self, "_weighing", Weighing(self.model, suspect, identity.worth(card)))

    def score(self, messages: object, *, threads: int = 1) -> NDArray[np.float32]:
        """Give the risk of each message, 0 to 1: the probability that it is a scam.

        A fast first filter, the sieve, passes over what resembles no scam; what is left is judged by the whole model.

        Parameters
        ----------
        messages
            A column of texts: list or tuple of ``str``, NumPy array, pyarrow, pandas or Polars strings.
            ``None`` and NaN are empty messages.
        threads
            How many to score in; the numbers are the same to the last bit.

        Returns
        -------
        NDArray[np.float32]
            (n,), in input order.

        Raises
        ------
        InputError
            ``messages`` is not a column of texts, or ``threads`` no whole number from 1 on.
        """
        counted("threads", threads)
        risks = [self.risks(batch, threads).risk for batch in columns.batches(messages)]
        return np.concatenate(risks) if risks else np.zeros(0, np.float32)

    def check(self, text: str, *, sender: Sender | None = None, direction: str = "inbound", thread: Sequence[str] = ()) -> Verdict:
        """Judge one message, with the words that prove it.

        Parameters
        ----------
        text
            The message; any ``str`` is one.
        sender
            What is known of whoever wrote an inbound message. What it finds joins the evidence and adds to the risk;
            an official sender takes nothing from what the words say.
        direction
            "inbound": does it ask the reader for something? "outgoing": would it give away a secret of the reader's own?
        thread
            For an outgoing message: the messages before it, oldest first.

        Returns
        -------
        Verdict
            Risk, action, kind, what is asked for, evidence.

        Raises
        ------
        InputError
            ``text`` is not a ``str``, ``sender`` is no ``Sender``, ``direction`` is neither, or ``thread`` is no sequence of ``str``.
        """
        if type(text) is not str:
            text = _bare(text)
        if not _is_thread(thread):
            raise InputError("thread must be a sequence of str, one an earlier message, oldest first")
        if not isinstance(sender, Sender | None):
            raise InputError(f"sender is {type(sender).__name__}; give scamguard.Sender(name=…, handle=…), or None")
        if _is_outgoing(direction):
            from .outgoing import judged, recent  # noqa: PLC0415 - its word lists are loaded when they are needed

            found = judged(text, thread, (secret for earlier in recent(thread) for secret in self.check(earlier).asks))
            return replace(found, language=language(text))
        part, clear = self._part(text)
        seen = glance(part.text.encode("utf-8", "surrogatepass"), self.model.reader)
        who = judge(sender) if sender else NOBODY
        risk, links, told = self._weighing.risk(seen.logit, text, who.nats, seen.clear if clear is None else clear)
        spoken = language(text)
        action = self.policy.of(spoken).action(risk)
        harmless = action is Action.ALLOW and (told is not None or bool(self.model.advising[seen.rules].any()))
        asked, kind = self._asked(seen, risk, action) if risk >= self._weighing.suspect and not harmless else ((), "")
        said = explain.evidence(self.model, seen, part, action, who)
        evidence = (*said, *explain.of_links(text, links), *explain.of_quotation(text, told, action))
        brand = whom.find(text, action, evidence, who.brand)
        real = whom.official(brand) if brand else None
        return Verdict(risk, action, kind, asked, evidence, brand.id if brand else None, real, spoken)

    def scan(self, messages: object, *, senders: object = None, threads: int = 1, direction: str = "inbound") -> pa.Table:
        """Judge many messages, each by itself.

        Parameters
        ----------
        messages
            See ``score``.
        senders
            Who wrote them, (n,): a table or mapping of columns named as the fields of ``Sender``, one column of display names,
            or a sequence of ``Sender`` and None. Distinct senders are judged once. Of outgoing messages it is not asked.
        threads
            See ``score``.
        direction
            See ``check``.

        Returns
        -------
        pyarrow.Table
            One row a message, in input order: ``risk`` float32, ``action`` string, ``kind`` string ("" when allowed),
            ``asks`` list of string, ``rules`` list of string (ids of the rules that speak for a warning, and of what
            the sender's name and account show). Of outgoing messages it says which secrets they hold, and never what these are.

        Raises
        ------
        InputError
            ``messages`` or ``senders`` is no column of its kind, they are not equally long, ``direction`` is neither, or ``threads``
            no whole number from 1 on.
        """
        counted("threads", threads)
        if _is_outgoing(direction):
            from .giveaways import scan  # noqa: PLC0415 - its word lists are loaded when they are needed

            return scan(text for batch in columns.batches(messages) for text in batch.texts())
        return self._scanned(messages, senders, threads)

    def look(self, messages: object, chosen: Chosen, *, threads: int = 1) -> pa.Table:
        """Give the risks of messages and the reasons of some: ``scan``, in which the other rows are allowed and say nothing.

        Parameters
        ----------
        chosen
            Gets the places and risks (k,) of some messages at a time; says of which (k,) the reasons are asked.
        """
        counted("threads", threads)
        return self._scanned(messages, None, threads, chosen)

    def _scanned(self, messages: object, senders: object, threads: int, chosen: Chosen | None = None) -> pa.Table:
        from .senders import along  # noqa: PLC0415 - pyarrow is loaded when it is needed
        from .table import Columns  # noqa: PLC0415

        out, at = Columns(), 0
        for batch, who in along(columns.batches(messages), senders):
            cut = parts(batch)
            read = self.model.worst(cut, threads)
            here = slice(at, at + len(batch))
            risk, _, links, told = self._weighing.risks(read.logit, batch, read.clear, who.nats)
            wanted = np.ones(len(risk), np.bool_) if chosen is None else chosen(here, risk)
            actions = self.actions(batch.text, np.where(wanted, risk, np.float32(0)))
            wanted[[row for row in told if not actions[row]]] = False  # an honest report asks for nothing
            closer = np.flatnonzero(wanted & (risk.astype(np.float64) >= self._weighing.suspect))
            found = reasons(self.model, Judged(cut, read.which, risk, actions, links), closer, threads)
            out.add(risk, actions, *who.joined(closer, *found))
            at += len(risk)
        return out.table()

    def decide(self, messages: object, *, threads: int = 1) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        """Give the risk of each message and what to do with it: ``scan`` without its reasons.

        Parameters
        ----------
        messages
            See ``score``.
        threads
            See ``score``.

        Returns
        -------
        risks : NDArray[np.float32]
            (n,), as ``score`` gives them.
        actions : NDArray[np.int8]
            (n,), places in ``Action``: 0 allow, 1 warn, 2 block.

        Raises
        ------
        InputError
            See ``score``.
        """
        counted("threads", threads)
        found = [
            (risk, self.actions(batch.text, risk))
            for batch in columns.batches(messages)
            for risk in [self.risks(batch, threads).risk]
        ]
        risks, actions = zip(*found, strict=True) if found else ([np.zeros(0, np.float32)], [np.zeros(0, np.int8)])
        return np.concatenate(risks), np.concatenate(actions)

    def explain(self, text: str, top: int = 10) -> tuple[Contribution, ...]:
        """Show what moved the verdict of ``text`` most, in nats: the log of the odds. One nat multiplies the odds of a scam by 2.7.

        An ordinary message is passed over by the sieve, a fast first filter; of it this shows what the whole model would have said.

        Parameters
        ----------
        text
            The message.
        top
            How many to show.

        Returns
        -------
        tuple[Contribution, ...]
            What weighs most first. Each has ``part`` (word, char, framed, concept, rule, shape, bias or windows), ``name`` (the words,
            the id of the rule, the column), ``nats`` and the place ``start`` to ``stop`` in code points, 0 to 0 where it has none.

        Raises
        ------
        InputError
            ``text`` is not a ``str``, or ``top`` no whole number from 1 on.
        """
        counted("top", top)
        if type(text) is not str:
            text = _bare(text)
        part, _ = self._part(text)
        return explain.contributions(self.model, self._one(part.text), part, top)

    def _part(self, text: str) -> tuple[Excerpt, int | None]:
        """Choose what is read of a message: the worst of its parts, all of one that has no other.

        Where parts were read to choose, say too how clearly the message speaks of a quotation.
        """
        if 4 * len(text) <= LIMIT and not is_wrapped(text):  # no code point has more bytes
            return Excerpt(text, 0, 0), None
        cut = parts(columns.pack([text]))
        if len(cut) == 1:
            return Excerpt(text, 0, 0), None
        read = self.model.worst(cut)
        return cut.excerpt(int(read.which[0])), int(read.clear[0])

    def _one(self, text: str) -> Reading:
        return self.model.read(columns.pack([text]))

    def risks(self, batch: columns.TextBatch, threads: int = 1) -> Risks:
        """Weigh all that is known of messages; ``score`` gives the first of its columns."""
        if threads > 1 and len(batch) >= threads * _PIECE:
            with ThreadPoolExecutor(threads) as pool:  # what is compiled lets go of Python: one thread reads while another weighs
                return joined(list(pool.map(self.risks, batch.pieces(_PIECE))))
        read = self.model.worst(parts(batch), threads)
        return self._weighing.risks(read.logit, batch, read.clear)

    def _asked(self, seen: Glance, risk: float, action: Action) -> tuple[tuple[str, ...], str]:
        """Name what the suspect of a glance asks for, and its kind if it is flagged."""
        scores = asks.heads_of(self.model, seen.room)
        asked, kind = named(self.model, scores, np.array([risk], np.float32), np.array([action is not Action.ALLOW]))
        return asked[0], kind[0]

    def actions(self, text: Callable[[int], str], risk: NDArray[np.float32]) -> NDArray[np.int8]:
        """Choose the action for each risk (n,), as places in ``Action``; ``text`` is asked only where languages differ."""
        actions = self.policy.actions(risk)
        for i in np.flatnonzero((actions > 0) & (risk < self.policy.surest)).tolist():
            actions[i] = self.policy.of(language(text(i))).actions(risk[i : i + 1])[0]
        return actions


def _bare(text: object) -> str:
    """Give the letters themselves, which are what a column holds, whatever a class of texts says that they are."""
    if not isinstance(text, str):
        raise InputError(f"text is {type(text).__name__}, not str; for many messages use score or scan")
    return str.__str__(text)


def _is_thread(given: object) -> bool:
    return isinstance(given, Sequence) and not isinstance(given, str) and all(isinstance(earlier, str) for earlier in given)


def _is_outgoing(direction: str) -> bool:
    if direction not in ("inbound", "outgoing"):  # what cannot be hashed is none of them either
        raise InputError("direction is none of: inbound, outgoing")
    return direction == "outgoing"


def load(path: str | PathLike[str] | None = None, *, rules: str | PathLike[str] | None = None) -> Guard:
    """Load the bundled model, or the model folder at ``path``.

    Parameters
    ----------
    path
        A model folder; the bundled model if not given.
    rules
        A rule pack: a folder of ``rules/*.toml`` and ``lexicons/*.toml`` of your own, whose rules can lift a message to a warning.

    Raises
    ------
    InputError
        ``path`` or ``rules`` is no path.
    ModelError
        The folder is missing, damaged, or of another format.
    LexiconError
        The rule pack breaks its contract.
    """
    for name, given in (("path", path), ("rules", rules)):
        if not isinstance(given, str | PathLike | None):
            raise InputError(f"{name} is {type(given).__name__}; give the path of a folder, or None")
    model = models.load(Path(path) if path is not None else models.bundled())
    if rules is not None:
        from .pack import packed  # noqa: PLC0415 - most guards have none

        model = packed(model, Path(rules))
    return Guard(model, Policy.read(model.card["thresholds"]))
