"""The public API as a user with a type checker sees it: ``mypy --strict`` checks this file, nothing runs it."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import scamguard
from scamguard import (
    Action,
    Contribution,
    DumpError,
    Evidence,
    Guard,
    Incident,
    InputError,
    LexiconError,
    LookAlike,
    MessageBlocked,
    ModelError,
    Official,
    Policy,
    ScamguardError,
    Sender,
    Verdict,
    dumps,
    guarded,
    incident,
    lookalike,
    lookalikes,
)

guard = scamguard.load()
assert_type(guard, Guard)
scamguard.load("folder")
scamguard.load(Path("folder"))
assert_type(scamguard.__version__, str)

assert_type(guard.score(["one", None]), NDArray[np.float32])
guard.score(("one",))
guard.score(np.array(["one"]))
guard.score(pa.array(["one"]))
table: pa.Table = guard.scan(["one"])

verdict = guard.check("one")
assert_type(verdict, Verdict)
assert_type(verdict.risk, float)
assert_type(verdict.action, Action)
assert_type(verdict.kind, str)
assert_type(verdict.asks, tuple[str, ...])
assert_type(verdict.evidence, tuple[Evidence, ...])
assert_type(verdict.advice("zh"), str)
blocked: bool = verdict.action is Action.BLOCK
also_blocked: bool = verdict.action == "block"
plain: dict[str, object] = verdict.to_dict()

for e in verdict.evidence:
    assert_type(e.rule, str)
    assert_type(e.why, str)
    assert_type((e.start, e.stop, e.start_utf16, e.stop_utf16), tuple[int, int, int, int])

parts = guard.explain("one", top=3)
assert_type(parts, tuple[Contribution, ...])
assert_type(parts[0].nats, float)

assert_type(Policy(warn=0.5, block=0.9).action(0.7), Action)
assert_type(guard.policy, Policy)

errors: list[type[ScamguardError]] = [DumpError, InputError, LexiconError, ModelError]
also_builtin: list[type[ValueError]] = [DumpError, LexiconError, ModelError]
also_type_error: type[TypeError] = InputError

guard.check(b"bytes")  # type: ignore[arg-type]
verdict.risk = 0.5  # type: ignore[misc]

sender = Sender(name="Kraken Support", handle="kraken_desk", verified=None, official=False, account_age_days=3.0)
judged = guard.check("one", sender=sender, direction="inbound", thread=["before"])
assert_type(judged.official, Official | None)
assert_type(judged.brand, str | None)
assert_type(judged.language, str)
if judged.official is not None:
    assert_type(judged.official.channel, str)

ticket = judged.report("one", sender=sender, given=["password"])
assert_type(ticket, Incident)
assert_type(incident("one", judged), Incident)
assert_type(ticket.markdown(), str)
assert_type(ticket.text(), str)

assert_type(lookalike("kraken-support.example"), LookAlike | None)
columns: pa.Table = lookalikes(["kraken-support.example"])


@guarded
def send(text: str, times: int = 1) -> bool:
    return bool(text) and times > 0


@guarded(direction="inbound", text="words")
async def deliver(words: str) -> None:
    del words


assert_type(send("hello", times=2), bool)
try:
    send("it's 482913")
except MessageBlocked as blocking:
    assert_type(blocking.verdict, Verdict)
send(3)  # type: ignore[arg-type]

for block in dumps.open("chats.csv", column="text"):
    assert_type(block.file, str | None)
    assert_type(len(block), int)
