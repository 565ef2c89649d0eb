"""A guard that travels takes only what it was loaded from: what it worked out for itself is made again where it arrives."""

from __future__ import annotations

import copy
import json
import pickle
import weakref
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pytest

import scamguard
from scamguard import engine, fold, match
from scamguard.errors import InputError
from scamguard.guard import Guard
from scamguard.verdict import Policy

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["Kraken Support: your wallet is locked. Reply with your 12-word seed phrase.", "see you at 7", *["see you at 7 " * 300] * 3]
KERNELS = (engine.run, engine.add_sums, engine.worst_of, fold.fold_into, match.find)


def out_of_band(guard: Guard) -> tuple[bytes, list[pickle.PickleBuffer]]:
    """Pickle without a copy of the arrays."""
    buffers: list[pickle.PickleBuffer] = []
    return pickle.dumps(guard, protocol=5, buffer_callback=buffers.append), buffers


def read_only(guard: Guard) -> Any:
    """Send a guard as those do who map its arrays from a file: they come back read-only."""
    raw, buffers = out_of_band(guard)
    return pickle.loads(raw, buffers=[bytes(buffer.raw()) for buffer in buffers])  # noqa: S301 - our own


def said(guard: Guard) -> tuple[Any, ...]:
    """Use a guard in every way."""
    return guard.score(TEXTS).tolist(), guard.scan(TEXTS).to_pylist(), guard.check(TEXTS[0]), guard.explain(TEXTS[0])


def test_a_used_guard_travels_without_what_it_worked_out(guard: Guard) -> None:
    fresh = scamguard.load()
    before = out_of_band(fresh)
    wanted = said(fresh)
    after = out_of_band(fresh)
    assert len(before[0]) == len(after[0])
    assert sum(len(buffer.raw()) for buffer in before[1]) == sum(len(buffer.raw()) for buffer in after[1]) < 45_000_000
    assert wanted == said(guard)


def test_read_only_arrays_compile_nothing_anew(guard: Guard) -> None:
    wanted = said(guard)
    arrived = read_only(guard)
    assert not arrived.model.weights.words.flags.writeable
    assert said(read_only(scamguard.load())) == wanted  # whatever a guard that was never used needs is compiled by now
    known = [len(kernel.signatures) for kernel in KERNELS]
    assert said(arrived) == wanted
    assert [len(kernel.signatures) for kernel in KERNELS] == known


def test_a_guard_mapped_from_a_file(guard: Guard, tmp_path: Path) -> None:
    joblib.dump(guard, tmp_path / "guard.joblib")
    assert said(joblib.load(tmp_path / "guard.joblib", mmap_mode="r")) == said(guard)


def test_a_guard_has_one_hash_however_much_it_was_used() -> None:
    fresh = scamguard.load()
    before = joblib.hash(fresh.model)
    said(fresh)
    assert joblib.hash(fresh.model) == before


def test_a_copy_says_the_same(guard: Guard) -> None:
    for made in (copy.copy(guard.model), copy.deepcopy(guard.model)):
        assert said(Guard(made, guard.policy)) == said(guard)


def test_a_guard_may_be_held_weakly(guard: Guard) -> None:
    assert weakref.ref(guard)() is guard
    assert read_only(guard).policy == guard.policy


@pytest.mark.parametrize("policy", [None, 0.5, {"warn": 0.5}])
def test_a_guard_without_a_policy_is_told(policy: Any, guard: Guard) -> None:
    with pytest.raises(InputError, match=rf"^policy is {type(policy).__name__}; give scamguard.Policy"):
        Guard(guard.model, policy)


def test_numbers_of_numpy_become_pythons() -> None:
    given: Any = np.float32(0.5), np.float64(0.9), {"en": np.float32(0.75)}, np.float16(0.75)
    policy = Policy(*given)
    assert policy == Policy(0.5, 0.9, {"en": 0.75}, 0.75)
    assert json.loads(json.dumps(asdict(policy))) == {"warn": 0.5, "block": 0.9, "languages": {"en": 0.75}, "other": 0.75}
    assert Policy(0, 1) == Policy(0.0, 1.0)
    assert Policy(0.5, 0.9).other is None
