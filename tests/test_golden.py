"""Verdicts stay what they are, to the last bit, until somebody means to change them: then `make bless`, and read what it prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests import golden

if TYPE_CHECKING:
    from scamguard.guard import Guard


def test_every_verdict_is_the_blessed_one(guard: Guard) -> None:
    changed = golden.changes(golden.kept(), golden.verdicts(guard))
    shown = "\n".join([*changed[:40], *([f"… and {len(changed) - 40} more"] if len(changed) > 40 else [])])
    assert not changed, f"{len(changed)} verdicts changed; if that is meant: make bless\n{shown}"


def test_there_are_some_hundred_of_all_kinds() -> None:
    kept = golden.kept()
    assert len(kept) >= 300
    assert {verdict["action"] for verdict in kept.values()} == {"allow", "warn", "block"}
    assert len({asked for verdict in kept.values() for asked in verdict["asks"]}) >= 6
    assert sum(bool(verdict["evidence"]) for verdict in kept.values()) >= 100


def test_a_change_is_named() -> None:
    old = {"a": {"risk": "3f800000", "action": "block", "rules": ["x"]}, "b": {"risk": "00000000", "action": "allow", "rules": []}}
    new = {"a": {"risk": "3f800001", "action": "block", "rules": ["x", "y"]}, "c": {"risk": "00000000", "action": "allow", "rules": []}}
    assert golden.changes(old, new) == ["c: new", "b: gone", 'a: risk 1 → 1.00000012; rules ["x"] → ["x", "y"]']
    assert golden.changes(old, old) == []
