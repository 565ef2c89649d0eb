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
    InputError,
    LexiconError,
    ModelError,
    Policy,
    ScamguardError,
    Verdict,
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
blocked: bool = verdict.action == "block" or verdict.action is Action.BLOCK
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
