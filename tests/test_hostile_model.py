"""A model folder from a stranger: refused in one line, whatever its numbers are, before compiled code reads it."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load as load_tensors

from scamguard import model, soundness
from scamguard.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "artifacts" / f"format-{model.FORMAT}"
CARD: dict[str, Any] = json.loads((FOLDER / model.CARD).read_text("utf-8"))
ARRAYS: dict[str, NDArray[Any]] = model.completed(load_tensors((FOLDER / model.WEIGHTS).read_bytes()))


def flaw_of(change: Callable[[dict[str, Any], dict[str, NDArray[Any]]], None]) -> str:
    """Change a copy of the kept model; say what is found wrong with it."""
    card, arrays = copy.deepcopy(CARD), {name: array.copy() for name, array in ARRAYS.items()}
    change(card, arrays)
    return soundness.flaw(card, arrays)


def test_a_sound_model_has_no_flaw() -> None:
    assert flaw_of(lambda card, arrays: None) == ""
    folder = model.bundled()
    arrays = model.completed(load_tensors((folder / model.WEIGHTS).read_bytes()))
    assert soundness.flaw(json.loads((folder / model.CARD).read_text("utf-8")), arrays) == ""


ODD: tuple[Any, ...] = (None, True, "x", "", [], {}, -1, 2**70, float("nan"), float("inf"), [[]], [None])


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("key", ["settings", "thresholds", "rules", "concepts", "calibration", "bias"])
def test_a_card_with_something_else_in_it(key: str, value: object) -> None:
    sound = key == "bias" and isinstance(value, int) and value == -1  # a number like any other
    assert bool(flaw_of(lambda card, arrays: card.update({key: value}))) != sound


def test_a_meaning_without_a_name() -> None:
    assert flaw_of(lambda card, arrays: card["concepts"].pop()) == "terms: a meaning that there is not"
    assert flaw_of(lambda card, arrays: card["concepts"].extend(["more"] * 128)).startswith("'concepts' holds something else")
    assert flaw_of(lambda card, arrays: card["concepts"].append("more")) == ""


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("name", sorted(CARD["settings"]))
def test_settings_of_another_type(name: str, value: object) -> None:
    assert flaw_of(lambda card, arrays: card["settings"].update({name: value}))


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("name", ["warn", "block", "asks", "heads"])
def test_thresholds_of_another_type(name: str, value: object) -> None:
    assert name in flaw_of(lambda card, arrays: card["thresholds"].update({name: value}))


@pytest.mark.parametrize("value", [None, 3, "x", [], {"en": None}, {"en": "high"}, {"en": 1.5}, {"en": float("nan")}])
def test_thresholds_of_languages_that_are_none(value: object) -> None:
    assert "languages" in flaw_of(lambda card, arrays: card["thresholds"].update({"languages": value}))
    assert "languages" in flaw_of(lambda card, arrays: card["thresholds"].update({"other": value}))
    assert not flaw_of(lambda card, arrays: card["thresholds"].update({"languages": {"en": 1.0}, "other": 0.9}))


@pytest.mark.parametrize("value", [None, 3, "x", {}, {"id": 1, "why": "w"}, {"id": "x"}])
def test_rules_that_say_nothing(value: object) -> None:
    assert "rule 0" in flaw_of(lambda card, arrays: card["rules"].__setitem__(0, value))


@pytest.mark.parametrize("name", sorted(ARRAYS))
def test_every_array_has_one_type_and_one_shape(name: str) -> None:
    assert name in flaw_of(lambda card, arrays: arrays.__delitem__(name))
    assert name in flaw_of(lambda card, arrays: arrays.update({name: arrays[name].astype(np.complex64)}))
    assert name in flaw_of(lambda card, arrays: arrays.update({name: arrays[name][None]}))
    assert name in flaw_of(lambda card, arrays: arrays.update({name: np.array(arrays[name].reshape(-1)[0])}))


BEYOND = {
    "terms.first": (-1, 99_999), "terms.ends": (-8, 2**30), "terms.concept": (-1, 128), "terms.concept_start": (-1, 9),
    "rules.needs": (0, 5), "rules.within": (-1,), "rules.anchored": (-1, 2), "rules.anchor_start": (-1, 99),
    "terms.edges": (0xFFFFFF,), "weights.words": (np.nan, np.inf, -np.inf), "weights.floor": (np.nan, np.inf), "weights.head_bias": (np.nan,),
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BEYOND.items() for value in values])
def test_no_number_leads_beyond_its_table(name: str, value: float) -> None:
    def change(_card: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
        arrays[name].reshape(-1)[0] = value

    assert name.partition(".")[0] in flaw_of(change)


@pytest.mark.parametrize("name", ["terms.words", "terms.edges"])
def test_a_table_without_an_empty_slot_is_refused(name: str) -> None:
    """A search for what is not there would not end."""
    assert "would not end" in flaw_of(lambda card, arrays: arrays[name].__setitem__(arrays[name] == 0, 1 << 24))


@pytest.mark.parametrize("name", ["terms.words", "terms.edges", "terms.stems"])
@pytest.mark.parametrize("size", [0, 3])
def test_a_table_that_is_no_power_of_two_is_refused(name: str, size: int) -> None:
    assert "no power of two" in flaw_of(lambda card, arrays: arrays.update({name: np.zeros(size, np.uint64)}))


@pytest.mark.parametrize(
    "weights", [np.zeros((4, 3), np.int8), np.zeros((4, 1), np.int8), np.zeros((3, 4), np.int8), np.zeros((4, 4), np.float32)]
)
def test_a_sieve_of_another_size_is_refused(weights: NDArray[Any]) -> None:
    assert "sieve" in flaw_of(lambda card, arrays: arrays.update({"sieve.weights": weights}))


@pytest.mark.parametrize(
    "numbers",
    [
        *([np.nan, 0, 0, 0, 0], [0, np.inf, 0, 0, 0], [0, 0, 0, np.nan, 0], [0, 0, 0, 0], [1e308, 0, 0, 0, 0], [-1, 0, 0, 0, 0]),
        *([0, 0, -1, 0, 0], [0, 0, 0, 0, -1], [0, 0, 0, 0, np.inf]),
    ],
)
def test_a_sieve_that_weighs_with_no_numbers_is_refused(numbers: list[float]) -> None:
    assert "sieve" in flaw_of(lambda card, arrays: arrays.update({"sieve.numbers": np.array(numbers, np.float64)}))


@pytest.mark.parametrize("named", [np.zeros(3, np.uint8), np.zeros(1 << 18, np.int8), np.zeros((2, 2), np.uint8)])
def test_names_of_another_size_are_refused(named: NDArray[Any]) -> None:
    assert "sieve.named" in flaw_of(lambda card, arrays: arrays.update({"sieve.named": named}))


@pytest.mark.parametrize("card", ["[" * 100_000, "9" * 9000, '{"format": 2, "settings": 3}', "\udcff"])
def test_a_card_that_cannot_be_read_is_refused_in_one_line(tmp_path: Path, card: str) -> None:
    raw = (FOLDER / model.WEIGHTS).read_bytes()
    (tmp_path / model.WEIGHTS).write_bytes(raw)
    text = card.replace("}", f', "sha256": "{hashlib.sha256(raw).hexdigest()}"}}')
    (tmp_path / model.CARD).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ModelError) as caught:
        model.load(tmp_path)
    assert str(caught.value).startswith(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_format_without_end_is_told_in_a_few_characters(tmp_path: Path) -> None:
    (tmp_path / model.WEIGHTS).write_bytes(b"")
    (tmp_path / model.CARD).write_text(json.dumps({"format": "9" * 100_000}), "utf-8")
    with pytest.raises(ModelError, match="but this scamguard reads") as caught:
        model.load(tmp_path)
    assert len(str(caught.value)) < len(str(tmp_path)) + 150


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize("name", [model.CARD, model.WEIGHTS])
def test_what_has_no_end_is_not_read(tmp_path: Path, name: str) -> None:
    for file in (model.CARD, model.WEIGHTS):
        (tmp_path / file).symlink_to(FOLDER / file)
    model.load(tmp_path)  # a link to a file is one
    (tmp_path / name).unlink()
    (tmp_path / name).symlink_to("/dev/zero")
    with pytest.raises(ModelError, match=f"{name} is not a regular file"):
        model.load(tmp_path)
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(ModelError, match=f"{name} is not a regular file"):
        model.load(tmp_path)



def test_a_file_of_gigabytes_is_not_read(tmp_path: Path) -> None:
    (tmp_path / model.CARD).write_bytes((FOLDER / model.CARD).read_bytes())
    with (tmp_path / model.WEIGHTS).open("wb") as file:
        file.truncate(soundness.LARGEST + 1)  # a hole: it takes no room
    with pytest.raises(ModelError, match="more than"):
        model.load(tmp_path)


def test_the_largest_file_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    size = max((FOLDER / name).stat().st_size for name in (model.CARD, model.WEIGHTS))
    monkeypatch.setattr(soundness, "LARGEST", size)
    assert model.load(FOLDER).card == CARD
    monkeypatch.setattr(soundness, "LARGEST", size - 1)
    with pytest.raises(ModelError, match="more than"):
        model.load(FOLDER)
