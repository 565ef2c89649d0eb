"""A model folder is arrays and a card: it survives the disk, and whatever is wrong with it is said in one line."""

from __future__ import annotations

import builtins
import hashlib
import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

import scamguard
from scamguard import columns, model, sieve
from scamguard.errors import ModelError

from . import tiny as tiny_corpus

if TYPE_CHECKING:
    from collections.abc import Callable

    from scamguard.model import Model

OLD = sorted((Path(__file__).parent / "artifacts").glob("format-*"))


@pytest.fixture
def folder(tiny: Model, tmp_path: Path) -> Path:
    """Save the tiny model."""
    model.save(tiny, tmp_path / "saved")
    return tmp_path / "saved"


def change_card(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Rewrite the card."""
    card = json.loads((folder / model.CARD).read_text("utf-8"))
    change(card)
    (folder / model.CARD).write_text(json.dumps(card), "utf-8")


def change_weights(folder: Path, raw: bytes) -> None:
    """Put other bytes in, with the digest that belongs to them."""
    (folder / model.WEIGHTS).write_bytes(raw)
    change_card(folder, lambda card: card.update(sha256=hashlib.sha256(raw).hexdigest()))


def refused(folder: Path, match: str) -> None:
    """Check that both ways to load refuse the folder with one line that names it."""
    for load in (model.load, scamguard.load):
        with pytest.raises(ModelError, match=match) as caught:
            load(folder)
        assert "\n" not in str(caught.value)
        assert str(folder) in str(caught.value)


def test_a_model_survives_the_disk(tiny: Model, folder: Path) -> None:
    again = model.load(folder)
    assert again.settings == tiny.settings
    assert again.card | {"format": 0, "sha256": "", "settings": {}} == tiny.card | {"format": 0, "sha256": "", "settings": {}}
    for part in ("terms", "rules", "weights"):
        for name in model._names(type(getattr(tiny, part))):
            before, after = (getattr(getattr(one, part), name) for one in (tiny, again))
            assert after.dtype == before.dtype, name
            np.testing.assert_allclose(after, before, rtol=1e-3, atol=1e-6, err_msg=name)  # big tables are stored as halves


def test_what_is_read_is_saved_to_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    model.save(model.load(folder), tmp_path / "again")
    for name in (model.CARD, model.WEIGHTS):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_a_model_that_was_read_and_changed_is_saved_with_its_own_digest(folder: Path, tmp_path: Path) -> None:
    read = model.load(folder)
    model.save(replace(read, weights=replace(read.weights, shape=read.weights.shape + 1)), tmp_path / "again")
    assert np.array_equal(model.load(tmp_path / "again").weights.shape, read.weights.shape + 1)


def test_a_folder_is_made_with_those_above_it(tiny: Model, tmp_path: Path) -> None:
    model.save(tiny, tmp_path / "models" / "mine")
    assert model.load(tmp_path / "models" / "mine").settings == tiny.settings


def test_large_tables_of_weights_are_stored_as_halves_and_nothing_else(tiny: Model, tmp_path: Path) -> None:
    sizes = {"words": 4096, "chars": 4097}
    weights = replace(tiny.weights, **{name: np.full(size, 0.5, np.float32) for name, size in sizes.items()})
    model.save(replace(tiny, weights=weights, terms=tiny.terms._replace(words=np.ones(8192, np.uint64))), tmp_path)
    stored = load_tensors((tmp_path / model.WEIGHTS).read_bytes())
    halves = [name for name, array in stored.items() if array.dtype == np.float16]
    assert halves == ["weights.chars"]


def test_a_card_is_for_people(folder: Path) -> None:
    """One line a value, names in order, letters as they are: a new model can be compared with the last one line by line."""
    card = json.loads((folder / model.CARD).read_text("utf-8"))
    model.save(replace(model.load(folder), card=card | {"about": "型"}), folder)
    lines = (folder / model.CARD).read_text("utf-8").splitlines()
    names = [line.split('"')[1] for line in lines if line.startswith(' "')]
    assert ' "about": "型",' in lines
    assert names == sorted(card)


@pytest.mark.parametrize("old", OLD, ids=lambda path: path.name)
def test_an_old_model_still_gives_the_risks_it_gave(old: Path) -> None:
    risks = json.loads((old / "risks.json").read_text("utf-8"))
    read = model.load(old)
    logits = read.read(columns.pack(list(risks))).logit
    np.testing.assert_allclose(read.risk(logits), list(risks.values()), atol=1e-5)


def test_an_old_model_of_this_format_is_kept() -> None:
    assert f"format-{model.FORMAT}" in [path.name for path in OLD]


def test_a_folder_without_a_bitmap_of_edges_has_every_edge_looked_up(tiny: Model) -> None:
    follow = model.completed({"terms.ends": tiny.terms.ends})["terms.follow"]
    assert follow.tolist() == [2**64 - 1] * len(tiny.terms.ends)
    assert "terms.follow" not in model.completed({})
    assert model.completed({"terms.ends": tiny.terms.ends, "terms.follow": tiny.terms.follow})["terms.follow"] is tiny.terms.follow


def test_a_model_is_trained_in_the_space_of_the_bundled_one() -> None:
    card = json.loads((model.bundled() / model.CARD).read_text("utf-8"))
    assert model.Settings(**card["settings"]) == model.Settings()


def test_a_batch_has_the_logits_that_the_stages_give(tiny: Model) -> None:
    batch = columns.pack(list(tiny_corpus.PROBES))
    assert replace(tiny, sieve=sieve.NONE).logits(batch).tolist() == tiny.read(batch).logit.tolist()


def test_rules_speak_by_their_weight_and_those_of_a_pack_first(tiny: Model) -> None:
    assert tiny.speaking.tolist() == tiny.weights.rules.tolist()
    first, second = tiny.card["rules"]
    packed = replace(tiny, card=tiny.card | {"rules": [first, second | {"pack": True}]})
    assert packed.speaking.tolist() == [tiny.weights.rules[0], np.inf]


def test_the_tiny_model_has_learned_its_sixty_messages(tiny: Model) -> None:
    asked, warned, *_ = tiny_corpus.risks(tiny)
    assert warned < 0.5 < asked


@pytest.mark.parametrize("missing", [model.CARD, model.WEIGHTS])
def test_a_half_written_folder_is_refused(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    refused(folder, f"no scamguard model here .*give the folder that holds {model.CARD} and {model.WEIGHTS}")


@pytest.mark.parametrize("name", [model.WEIGHTS, model.PAGE, model.CARD])
def test_a_disk_that_is_full_leaves_the_old_model(tiny: Model, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    write = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if name not in path.name:
            return write(path, data)
        write(path, data[:100])
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="no space"):
            model.save(replace(tiny, card=tiny.card | {"about": "another"}), folder, readme="another")
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    assert model.load(folder).card["about"] != "another"


@pytest.mark.parametrize("name", [model.WEIGHTS, model.PAGE, model.CARD])
def test_new_weights_never_stand_beside_an_old_card(tiny: Model, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before, move = model.load(folder), Path.replace

    def broken(path: Path, target: Path) -> Path:
        if target.name == name:
            raise OSError("gone")
        return move(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", broken)
        with pytest.raises(OSError, match="gone"):
            model.save(replace(tiny, weights=replace(tiny.weights, shape=tiny.weights.shape + 1)), folder, readme="another")
    assert not list(folder.glob(".*"))
    if name == model.WEIGHTS:
        assert np.array_equal(model.load(folder).weights.shape, before.weights.shape)
    else:
        refused(folder, "its SHA-256 is not the one")


def test_the_page_of_a_model_goes_with_it(tiny: Model, folder: Path, tmp_path: Path) -> None:
    page = "# scamguard, the first model"
    model.save(tiny, folder, readme=page)
    assert (folder / model.PAGE).read_text("utf-8") == page
    model.save(tiny, folder)
    assert {file.name for file in folder.iterdir()} == {model.CARD, model.WEIGHTS}
    (folder / model.PAGE).write_text("# Our own notes", "utf-8")
    model.save(tiny, folder)
    assert (folder / model.PAGE).read_text("utf-8") == "# Our own notes"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / model.PAGE).write_text("# Of no model", "utf-8")
    model.save(tiny, tmp_path / "mine")
    assert (tmp_path / "mine" / model.PAGE).read_text("utf-8") == "# Of no model"


def test_changed_bytes_are_refused(folder: Path) -> None:
    raw = bytearray((folder / model.WEIGHTS).read_bytes())
    raw[-1] ^= 1
    (folder / model.WEIGHTS).write_bytes(raw)
    refused(folder, rf"{model.WEIGHTS}: its SHA-256 is not the one in {model.CARD}; fetch the model again")


def test_a_future_format_is_refused(folder: Path) -> None:
    change_card(folder, lambda card: card.update(format=model.FORMAT + 1))
    refused(folder, rf"format {model.FORMAT + 1}, but this scamguard reads {model.FORMAT}; install the version that wrote it")


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "null", '{"model_type": "bert"}', "\ud800"])
def test_a_foreign_card_is_refused(folder: Path, text: str) -> None:
    (folder / model.CARD).write_bytes(text.encode("utf-8", "surrogatepass"))
    refused(folder, "no scamguard model here|not a model card|format None")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "nowhere", "no scamguard model here")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    refused(tmp_path / "file", "no scamguard model here")


@pytest.mark.parametrize("key", ["format", "sha256", "settings", "bias", "calibration", "rules", "thresholds"])
def test_a_card_without_a_key_is_refused(folder: Path, key: str) -> None:
    change_card(folder, lambda card: card.pop(key))
    refused(folder, key.replace("sha256", "SHA-256"))


@pytest.mark.parametrize("key", ["warn", "block", "asks", "heads"])
def test_a_card_without_a_threshold_is_refused(folder: Path, key: str) -> None:
    change_card(folder, lambda card: card["thresholds"].pop(key))
    refused(folder, key)


@pytest.mark.parametrize("settings", [{"word_bits": 8}, {}, {"wrod_bits": 8}, 3])
def test_settings_of_another_kind_are_refused(folder: Path, settings: object) -> None:
    change_card(folder, lambda card: card.update(settings=settings))
    refused(folder, "not a scamguard model")


@pytest.mark.parametrize("name", ["word_bits", "char_bits", "framed_bits", "concept_bits", "head_bits"])
def test_settings_that_reach_beyond_the_tables_are_refused(folder: Path, name: str) -> None:
    """Ids would index past the end of the weights, in compiled code that checks nothing."""
    change_card(folder, lambda card: card["settings"].update({name: 20}))
    refused(folder, "not a scamguard model")


def test_fewer_rules_in_the_card_than_weights_are_refused(folder: Path) -> None:
    change_card(folder, lambda card: card["rules"].pop())
    refused(folder, "not a scamguard model")


ARRAYS = "weights.words weights.rules weights.floor weights.head_words terms.ends rules.need rules.frame"


@pytest.mark.parametrize("name", ARRAYS.split())
def test_an_array_of_another_size_is_refused(folder: Path, name: str) -> None:
    arrays = load_tensors((folder / model.WEIGHTS).read_bytes())
    change_weights(folder, save_tensors(arrays | {name: arrays[name][:1].copy()}))
    refused(folder, "not a scamguard model")


def test_a_missing_array_is_named(folder: Path) -> None:
    arrays = load_tensors((folder / model.WEIGHTS).read_bytes())
    del arrays["weights.words"]
    change_weights(folder, save_tensors(arrays))
    refused(folder, r"not a scamguard model: .*weights\.words")


FOREIGN = {"empty": b"", "zeros": b"\0" * 64, "pickle": pickle.dumps({"weights": 1}), "npy": b"\x93NUMPY\x01\x00v\x00"}


@pytest.mark.parametrize("kind", FOREIGN)
def test_weights_of_another_format_are_refused(folder: Path, kind: str) -> None:
    change_weights(folder, FOREIGN[kind])
    refused(folder, "not a scamguard model")


def test_loading_runs_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else lies in the folder is left alone, and nothing that could run code is called."""
    (folder / "__init__.py").write_text("raise SystemExit")
    (folder / "model.pkl").write_bytes(pickle.dumps(print))

    def run(*_: object, **__: object) -> None:
        raise AssertionError("loading a model ran code")

    with monkeypatch.context() as patch:
        for place, name in ((pickle, "load"), (pickle, "loads"), (builtins, "eval"), (np, "load")):
            patch.setattr(place, name, run)
        guard = scamguard.load(folder)
    assert len(guard.score(["hello"])) == 1  # outside: Numba reads its own cache of kernels with pickle


def test_loading_writes_nothing(folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    model.load(folder)
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
