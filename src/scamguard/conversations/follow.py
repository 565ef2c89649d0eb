"""Following conversations block by block: first every message with its sender's words before it, then who answered with a secret.

A chat is a channel of a dump, whatever files it lies in; where the export names no channel, a file is one. A message whose
sender is not known has no context.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from scamguard.giveaways import PLACES, cleared
from scamguard.outgoing import RISK, weighed
from scamguard.secrets import Certainty, find
from scamguard.verdict import GIVEN_AWAY, Action

from . import combine
from .memory import Chat, Line, Memory, answered, before, line
from .ranking import ranked
from .reasons import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scamguard.guard import Guard
    from scamguard.secrets import Finding

_CHATS: Final = 10_000  # followed at a time
_PAST: Final = 20_000  # summaries of others in which something was found
_CHANGED: Final = ("text", *PLACES, "risk", "action", "kind", "asks", "rules")
_LEAST: Final = -2.0  # log-odds below which earlier words are not worth a second reading
_THREAD: Final = 3  # lines that say what a secret answers
_LONGEST: Final = 4000  # characters of a message that can be an answer
_ASKED: Final = {  # what an ask comes down to, in words that the finders of secrets know in any case
    "2fa_code": "Which code did you get?",
    "password": "What is your password?",
    "seed_phrase": "Send me your recovery phrase.",
    "private_key": "Send me your private key.",
}


@dataclass(slots=True)
class _Turn:
    """One message in its chat."""

    place: int  # in the block
    chat: Chat
    line: Line | None  # None where the sender is not known
    earlier: list[Line]  # of the chat
    before: list[Line]  # those of them that its sender wrote last


class Conversations:
    """Follows every chat of a scan.

    Parameters
    ----------
    guard
        Reads messages together with their context.
    chats
        How many chats are followed at a time.
    """

    def __init__(self, guard: Guard, *, chats: int = _CHATS) -> None:
        self._guard, self._memory = guard, Memory(chats, _PAST)

    def add(self, table: pa.Table) -> pa.Table:
        """Judge a block in its context.

        Parameters
        ----------
        table
            (n,) rows of ``output.COLUMNS``, in reading order; a column ``chat`` more says to which dump or file a channel belongs.

        Returns
        -------
        The same rows; risk, action, kind, asks and rules are changed where context makes a message worse, or where
        it gives a secret away (kind own_secret) after somebody in the chat asked for one. Of such a text the secret is masked:
        what is one only as an answer, nobody could find behind this.
        """
        rows = table.to_pylist()
        odds = combine.log_odds(table["risk"].to_numpy())
        turns = list(self._turns(rows, odds.tolist()))
        for place, change in self._in_context(turns, rows, odds):
            rows[place] |= change
        for turn in turns:
            self._settle(turn, rows[turn.place])
        self._memory.trim()
        for name in _CHANGED:
            at = table.schema.get_field_index(name)
            table = table.set_column(at, table.schema.field(at), pa.array([row[name] for row in rows], table.schema.field(at).type))
        return table

    def ranking(self, most: int = 10_000) -> pa.Table:
        """Rank the conversations.

        Returns
        -------
        pyarrow.Table of ``SCHEMA``: those in which a secret was given away first, then by the risk of the worst message.
        """
        return ranked(self._memory, most)

    @property
    def forgotten(self) -> int:
        """How many times a chat was let go to stay within bounds; its harmless messages are counted anew if it comes back."""
        return self._memory.forgotten

    def _turns(self, rows: list[dict[str, Any]], odds: list[float]) -> Iterator[_Turn]:
        """Remember each message, and what its sender said before it."""
        for place, (row, alone) in enumerate(zip(rows, odds, strict=True)):
            chat = self._memory[row.get("chat") or row["file"], row["channel"]]
            sender = row["sender"]
            if sender is None:
                yield _Turn(place, chat, None, [], [])
                continue
            spoken = line(sender, row["id"], row["time"], row["text"], alone)
            earlier = list(chat.lines)
            yield _Turn(place, chat, spoken, earlier, before(earlier, sender, row["time"]))
            chat.lines.append(spoken)

    def _in_context(
        self, turns: list[_Turn], rows: list[dict[str, Any]], odds: np.ndarray[Any, np.dtype[np.float64]]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Read messages together with what came before them; say what that changes."""
        asked = [turn for turn in turns if turn.before and max(part.odds for part in turn.before) > _LEAST]
        if not asked:
            return
        texts = ["\n".join([*(part.text for part in turn.before), rows[turn.place]["text"]]) for turn in asked]
        alone = odds[[turn.place for turn in asked]]
        earlier = self._without(asked)
        told = np.zeros(len(asked), np.float32)  # what each says in its context
        actions = np.zeros(len(asked), np.int8)

        def flagged(at: slice, risk: np.ndarray[Any, np.dtype[np.float32]]) -> np.ndarray[Any, np.dtype[np.bool_]]:
            joined = combine.pooled(alone[at], combine.log_odds(risk), earlier[at])
            risen = joined > alone[at]
            told[at] = np.where(risen, combine.risk(joined), np.float32(-1))
            actions[at] = self._guard.actions(lambda i: rows[asked[at.start + i].place]["text"], told[at])
            return risen & (actions[at] > 0)

        read = self._guard.look(texts, flagged)
        for i in np.flatnonzero(told >= 0).tolist():
            row, risk = rows[asked[i].place], float(told[i])
            if not actions[i]:
                yield asked[i].place, {"risk": risk}
                continue
            whole = {name: read[name][i].as_py() for name in ("kind", "asks", "rules")}
            passed = row["action"] == Action.ALLOW
            asks = [*row["asks"], *(secret for secret in whole["asks"] if secret not in row["asks"])]
            kind = row["kind"] or whole["kind"]
            rules = [CONTEXT, *whole["rules"]] if passed else row["rules"]
            yield asked[i].place, {"risk": risk, "action": str(tuple(Action)[actions[i]]), "kind": kind, "asks": asks, "rules": rules}

    def _without(self, asked: list[_Turn]) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Give the log-odds of what was said before each message: of the worst part, or of all together if that is more."""
        worst = np.array([max(part.odds for part in turn.before) for turn in asked])
        several = [i for i, turn in enumerate(asked) if len(turn.before) > 1]
        if several:
            texts = ["\n".join(part.text for part in asked[i].before) for i in several]
            worst[several] = np.maximum(worst[several], combine.log_odds(self._guard.score(texts)))
        return worst

    def _settle(self, turn: _Turn, row: dict[str, Any]) -> None:
        """Count a message into its chat; see whether it answers an ask with a secret."""
        chat = turn.chat
        chat.messages += 1
        if turn.line is not None and (found := _given(turn.earlier, turn.line, row)):
            _give(chat, row, found)
        elif row["action"] != Action.ALLOW:
            chat.asks |= dict.fromkeys(row["asks"])
            if turn.line is not None:
                turn.line.flagged, turn.line.asks = True, tuple(row["asks"])
        if row["action"] == Action.ALLOW:
            return
        chat.flagged += 1
        if chat.flagged == 1:
            chat.turned, chat.turned_file, chat.turned_row = row["time"], row["file"], row["row"]
        if row["kind"] != GIVEN_AWAY and row["risk"] > chat.risk:
            chat.risk, chat.who, chat.kind = row["risk"], row["sender"], row["kind"]


def _given(earlier: list[Line], spoken: Line, row: dict[str, Any]) -> tuple[Finding, ...]:
    """Find the secrets with which a message answers an ask: what was asked for, or what is a secret beyond doubt."""
    if len(row["text"]) > _LONGEST:
        return ()
    asker, alone = answered(earlier, spoken.sender, row["time"], row["reply_to"])
    if asker is None or any(other.flagged for other in earlier if other.sender == spoken.sender):
        return ()  # whoever asks is no victim
    if not alone and (row["action"] != Action.ALLOW or not asker.asks):
        return ()  # in a group only what was asked for counts
    said = [_ASKED[secret] for secret in asker.asks if secret in _ASKED]
    found = find(row["text"], [*(other.text for other in earlier[-_THREAD:]), asker.text, *said])
    return tuple(f for f in found if f.kind.asked in asker.asks or (alone and f.certainty is Certainty.BLOCK))


def _give(chat: Chat, row: dict[str, Any], found: tuple[Finding, ...]) -> None:
    """Turn the verdict of a row into that of an outgoing message."""
    action = weighed(found)
    given = list(dict.fromkeys(f.kind.asked for f in found))
    chat.given |= dict.fromkeys(given)
    rules = list(dict.fromkeys(f"outgoing.{f.kind}" for f in found))
    row |= {"risk": max(row["risk"], RISK[action]), "action": str(action), "kind": GIVEN_AWAY, "asks": given, "rules": rules}
    row |= cleared(row, [(f.start, f.stop) for f in found])
