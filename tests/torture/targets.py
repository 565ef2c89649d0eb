"""What is fuzzed: functions of bytes that raise when something is wrong, and the samples to begin with.

Kernels run as plain Python here (NUMBA_DISABLE_JIT=1), so that coverage sees into them and an index beyond an array is an
error rather than a read of somebody else's memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from scamguard import dumps, model
from scamguard.columns import TextBatch
from scamguard.errors import DumpError, ModelError
from scamguard.fold import fold
from scamguard.match import match
from scamguard.tokens import tokens

from ..twins import fold as twin

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.testclient import TestClient

    from scamguard.fold import Folded

ROOT: Final = Path(__file__).parents[2]
SAMPLES: Final = ROOT / "data" / "samples"
_MOST: Final = 400  # bytes of a message: the readable twin of the fold is slow
_PATHS: Final = (
    "/v1/check", "/v1/scan", "/v1/report", "/tgspam/check", "/checkv2", "/synapse/check_event_for_spam", "/v1/scan?x=%00", "/healthz",
)  # fmt: skip
_KINDS: Final = ("application/json", "application/x-ndjson", "text/plain; charset=utf-7", "")
_ODD: Final = (0, 1, -1, 2, 7, 8, 127, 128, 255, 2**15 - 1, -(2**15), 2**31 - 1, -(2**31), 2**63 - 1, -(2**63), 1 << 24, 3, 1000)
_CUT: Final = 250  # of 255: an array is cut short
_VALUES: Final = 'null true -1 0 1 40 63 64 99999999999999999999 1e308 NaN Infinity "x" "" [] {} [1] [null,"a"] [[1,2]] {"a":1}'.split()  # JSON
_OPEN: Final = contextlib.ExitStack()  # until the process ends
_SCRATCH: Final = Path(tempfile.mkdtemp(prefix="scamguard-fuzz-"))


class Target(NamedTuple):
    """Something to fuzz."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    longest: int  # bytes of an input


def _folded(raw: bytes) -> Folded:
    raws = raw[:_MOST].split(b"\n")
    return fold(TextBatch(np.frombuffer(b"".join(raws), np.uint8), np.cumsum([0, *map(len, raws)], dtype=np.int64)))


def folding(raw: bytes) -> None:
    """Fold lines of any bytes as their readable twin does."""
    folded = _folded(raw)
    for n, line in enumerate(raw[:_MOST].split(b"\n")):
        a, b = int(folded.starts[n]), int(folded.starts[n + 1])
        cells = twin.fold(line)
        assert [ord(cell.char) for cell in cells] == folded.codes[a:b].tolist(), "another text than the twin's"
        assert [cell.marked for cell in cells] == folded.kinds[a:b].tolist(), "other marks than the twin's"
        assert [cell.origin for cell in cells] == folded.origin[a:b].tolist(), "other origins than the twin's"


def matching(raw: bytes) -> None:
    """Match all terms of the bundled model: hits lie in their message and in reading order."""
    folded = _folded(raw)
    hits = match(folded, tokens(folded), _bundled().terms)
    for n in range(len(folded)):
        rows = slice(int(hits.starts[n]), int(hits.starts[n + 1]))
        start, stop = hits.start[rows], hits.stop[rows]
        assert ((folded.starts[n] <= start) & (start < stop) & (stop <= folded.starts[n + 1])).all(), "a hit beyond its message"
        assert (np.diff(start) >= 0).all(), "not in reading order"
        assert (np.diff(hits.clause[rows]) >= 0).all(), "clauses run backwards"


def reading(raw: bytes) -> None:
    """Read a file of a chosen format, or of the one that its bytes tell."""
    names = [*dumps.FORMATS, *(f"a{suffix}" for suffix in (".csv", ".json", ".jsonl", ".txt", ".eml", ".zip", ".gz", ".zst", ""))]
    chosen = names[raw[0] % len(names)] if raw else "a"
    file = _SCRATCH / (chosen if chosen not in dumps.FORMATS else "d")
    file.write_bytes(raw[1:])
    try:
        dump = dumps.open(file, format=chosen if chosen in dumps.FORMATS else None)
        for block in dump:
            block.texts.validate(full=True)
            block.about.validate(full=True)
            assert len(block) == len(block.texts) == len(block.rows) == block.about.num_rows, "columns of different lengths"
    except DumpError as error:
        assert str(error).startswith(str(_SCRATCH)), "an error that does not name the file"
        assert "\n" not in str(error), "an error of several lines"
    finally:
        file.unlink()


def loading(raw: bytes) -> None:
    """Load a model folder whose arrays and card were changed, with the digest that belongs to them; score with what loads."""
    card, weights = _tiny()
    how, changes = (raw[0], raw[1:]) if raw else (0, b"")
    if how % 4 == 1:  # the file as bytes
        weights = _scattered(weights, changes)
    elif how % 4 == 2:  # the card as bytes
        card = _scattered(card, changes)
    elif how % 4 == 3:  # the card as JSON
        card = _renumbered(card, changes)
    else:  # the arrays by their elements
        weights = _altered(weights, changes)
    with contextlib.suppress(ValueError, RecursionError):
        told = json.loads(card)
        told["sha256"] = hashlib.sha256(weights).hexdigest()
        card = json.dumps(told).encode()
    (_SCRATCH / model.CARD).write_bytes(card)
    (_SCRATCH / model.WEIGHTS).write_bytes(weights)
    try:
        loaded = model.load(_SCRATCH)
    except ModelError as error:
        assert str(error).startswith(str(_SCRATCH)), "an error that does not name the folder"
        return
    for text in ("kraken support: send us your seed phrase now, 12 words", "请把助记词发给客服"):
        logits = loaded.logits(_batch(text))
        assert len(logits) == 1, "not a logit a message"


def asking(raw: bytes) -> None:
    """Send bytes to the service: it answers, and never with a defect of its own."""
    path = _PATHS[raw[0] % len(_PATHS)] if raw else _PATHS[0]
    kind = _KINDS[raw[1] % len(_KINDS)] if raw[1:] else _KINDS[0]
    answer = _service().request("GET" if path == "/healthz" else "POST", path, content=raw[2:], headers={"content-type": kind} if kind else {})
    assert answer.status_code < 500 or answer.json().get("reason") == "out_of_time", f"status {answer.status_code}"  # slow without Numba
    assert "Traceback" not in answer.text, "a traceback in the answer"


def _scattered(file: bytes, changes: bytes) -> bytes:
    """Change a byte for every four of ``changes``: three say where, the last what."""
    out = bytearray(file)
    for at in range(0, len(changes) - 3, 4):
        out[int.from_bytes(changes[at : at + 3], "little") % len(out)] = changes[at + 3]
    return bytes(out)


def _altered(file: bytes, changes: bytes) -> bytes:
    """Change an element for every four of ``changes``: of which array, which one, and to what."""
    arrays = {name: array.copy() for name, array in load_tensors(file).items()}
    for at in range(0, len(changes) - 3, 4):
        name = sorted(arrays)[changes[at] % len(arrays)]
        flat = arrays[name].reshape(-1)
        if not flat.size:
            continue
        value = _ODD[changes[at + 3] % len(_ODD)]
        if changes[at + 3] > _CUT:
            arrays[name] = flat[: changes[at + 1]].copy()
        elif flat.dtype.kind == "f":
            flat[changes[at + 1] % flat.size] = np.float32(value)
        else:
            bits = np.frombuffer((value & (1 << 64) - 1).to_bytes(8, "little"), np.uint8)[: flat.itemsize]
            where = int.from_bytes(changes[at + 1 : at + 3], "little") % flat.size
            flat[where : where + 1].view(np.uint8)[:] = bits & (1 if flat.dtype == np.bool_ else 255)
    return save_tensors(arrays)


def _renumbered(file: bytes, changes: bytes) -> bytes:
    """Put something else in the place of some of the card's values."""
    card = json.loads(file)
    for at in range(0, len(changes) - 2, 3):
        tables = [card, *(value for value in card.values() if isinstance(value, dict | list))]
        into = tables[changes[at] % len(tables)]
        keys: list[Any] = sorted(into) if isinstance(into, dict) else [*range(len(into))]
        if keys:
            into[keys[changes[at + 1] % len(keys)]] = json.loads(_VALUES[changes[at + 2] % len(_VALUES)])
    return json.dumps(card).encode()


def _batch(text: str) -> TextBatch:
    raw = text.encode()
    return TextBatch(np.frombuffer(raw, np.uint8), np.array([0, len(raw)], np.int64))


@cache
def _bundled() -> model.Model:
    return model.load(model.bundled())


@cache
def _tiny() -> tuple[bytes, bytes]:
    folder = ROOT / "tests" / "artifacts" / f"format-{model.FORMAT}"
    return (folder / model.CARD).read_bytes(), (folder / model.WEIGHTS).read_bytes()


@cache
def _service() -> TestClient:
    import scamguard
    from scamguard.serve.settings import Limits, Settings

    from ..serving import client

    guard = scamguard.load()
    return _OPEN.enter_context(client(lambda: guard, Settings(limits=Limits(budget=120, message=400))))


def _messages() -> list[bytes]:
    lines = (ROOT / "src" / "scamguard" / "golden" / "messages.jsonl").read_text("utf-8").splitlines()
    odd = ["k\u200br\u0430ken s33d p h r a s e", "ｓｅｅｄ　ｐｈｒａｓｅ", "a\u0300\u0301" * 20, "http://xn--e1afmkfd.example/а", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16")]
    return [json.loads(line)["text"].encode()[:_MOST] for line in lines] + [text.encode() for text in odd] + [b"\xed\xa0\x80\xff\xc0\x80"]


def _files() -> list[bytes]:
    names = list(dumps.FORMATS)
    files = [file for file in sorted(SAMPLES.rglob("*")) if file.is_file() and file.suffix != ".md" and file.stat().st_size < 4000]
    found = []
    for file in files:
        raw = file.read_bytes()
        found += [bytes([len(names) + 8]) + raw, bytes([names.index(dumps.open(file).format)]) + raw]
    return found


def _bodies() -> list[bytes]:
    texts = [json.dumps({"text": "Kraken Support: send your seed phrase", "lang": "zh"}), '{"messages": ["a", null, {"text": "b", "id": 1}]}',
             '"line"\nnull\n{"text": "x"}\n', '{"message": "hi", "user_id": "1", "user_name": "x"}', "From: a@b\nSubject: x\n\nhello\n",
             '{"event": {"type": "m.room.message", "content": {"body": "x", "msgtype": "m.text"}, "sender": "@a:b"}}']  # fmt: skip
    return [bytes([path, kind]) + text.encode() for path in range(len(_PATHS)) for kind in range(2) for text in texts]


TARGETS: Final = {
    "fold": Target(folding, _messages, _MOST),
    "match": Target(matching, _messages, _MOST),
    "readers": Target(reading, _files, 4096),
    "model loader": Target(loading, lambda: [bytes([how]) + bytes(range(17, 81)) for how in range(4)], 240),
    "http bodies": Target(asking, _bodies, 1024),
}
