"""A scan that is killed, anywhere, and resumed gives what an uninterrupted one gives, to the byte."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pytest

from scamguard import checkpoint, dumps, scanning
from scamguard.checkpoint import Checkpoint
from scamguard.errors import DumpError
from scamguard.table import SCHEMA

from .dying import begin

if TYPE_CHECKING:
    from scamguard.guard import Guard

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
OUTS = ("out.jsonl", "out.csv", "out.parquet", "out.sqlite", "out.sarif")
SENT = "See you.\nMy card is 4111 1111 1111 1111.\n"
ABOUT = {"format": 1, "model": "m", "version": "0", "options": {"column": None}, "inputs": {"0:a": "3 bytes"}}


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some blocks of messages, a broken record among them."""
    records = ({"text": f"message {i} of {i * i % 97} 密码", "id": i, "time": f"2026-05-01T10:00:{i % 60:02d}Z"} for i in range(3_000))
    lines = [json.dumps(record) for record in records]
    lines[900] = '{"text": '
    file = tmp_path_factory.mktemp("dump") / "d.jsonl"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


class Stopped(Exception):  # noqa: N818 - as Ctrl-C is none
    """Leaves the verdicts where they are kept."""


class Done(NamedTuple):
    returncode: int | None
    stdout: str
    stderr: str


def scan(step: int, dump: Path, folder: Path, *options: str) -> Done:
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as streams:
        run = begin(Path(streams), step, str(dump), *(str(folder / name) for name in OUTS), *options)
        run.join()
        return Done(run.exitcode, *((Path(streams) / name).read_text("utf-8") for name in ("stdout", "stderr")))


@pytest.fixture(scope="module")
def whole(dump: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], str, int]:
    """What an uninterrupted scan leaves and says, and how many steps it takes."""
    folder = tmp_path_factory.mktemp("whole")
    done = scan(-1, dump, folder)
    assert done.returncode == 2, done.stderr  # for the broken record
    *said, steps = done.stdout.rstrip().split("\n")
    return contents(folder), told(said), int(steps)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def told(lines: list[str]) -> str:
    """Drop what differs from run to run: seconds and rate, and what was kept of an earlier run."""
    return "\n".join(line.split(", in ")[0].rstrip() for line in lines if "before the scan was stopped" not in line)


def test_an_uninterrupted_scan_leaves_the_outputs_alone(whole: tuple[dict[str, bytes], str, int]) -> None:
    files, said, steps = whole
    assert set(files) == set(OUTS)
    assert "2,999 messages" in said
    assert steps > 40


def test_killed_at_any_step_and_resumed(dump: Path, whole: tuple[dict[str, bytes], str, int], tmp_path: Path) -> None:
    files, said, steps = whole
    chances = random.Random(7)
    for run, step in enumerate(sorted({0, 1, 2, steps - 1, steps - 2, steps - 5, *chances.sample(range(steps), 6)})):
        folder = tmp_path / str(run)
        assert scan(step, dump, folder).returncode == -signal.SIGKILL
        kept = folder / "out.jsonl.checkpoint"
        if run % 3 == 0 and kept.exists():  # as when the kill falls into the write of a frame
            os.truncate(kept, max(0, kept.stat().st_size - chances.randrange(1, 400)))
        done = scan(-1, dump, folder, "--resume")
        assert done.returncode == 2, done.stderr
        assert contents(folder) == files, step
        assert told(done.stdout.rstrip().split("\n")[:-1]) == said


def test_killed_again_and_again(dump: Path, whole: tuple[dict[str, bytes], str, int], tmp_path: Path) -> None:
    files, _, _ = whole
    options: tuple[str, ...] = ()
    for step in (9, 30, 45):
        assert scan(step, dump, tmp_path / "o", *options).returncode == -signal.SIGKILL
        options = ("--resume",)
    assert scan(-1, dump, tmp_path / "o", "--resume").returncode == 2
    assert contents(tmp_path / "o") == files


def test_killed_at_any_moment(dump: Path, whole: tuple[dict[str, bytes], str, int], tmp_path: Path) -> None:
    """By the clock rather than by steps: the kill falls wherever it falls."""
    files, _, _ = whole
    (tmp_path / "o").mkdir()
    outs = [str(tmp_path / "o" / name) for name in OUTS]
    chances = random.Random(11)
    for _ in range(3):
        run = begin(tmp_path, -1, str(dump), *outs, "--resume")
        time.sleep(chances.uniform(0.1, 1.0))
        run.kill()
        run.join()
    assert scan(-1, dump, tmp_path / "o", "--resume").returncode == 2
    assert contents(tmp_path / "o") == files


def test_a_stopped_scan_is_not_written_over(dump: Path, whole: tuple[dict[str, bytes], str, int], tmp_path: Path) -> None:
    scan(30, dump, tmp_path)
    before = contents(tmp_path)
    done = scan(-1, dump, tmp_path)
    assert done.returncode == 1
    assert "go on with --resume, or start afresh with --no-resume" in done.stderr
    assert contents(tmp_path) == before


def test_other_options_are_refused(dump: Path, whole: tuple[dict[str, bytes], str, int], tmp_path: Path) -> None:
    scan(30, dump, tmp_path)
    done = scan(-1, dump, tmp_path, "--resume", "--only")
    assert "the scan that stopped here had only None, not 'flagged'" in done.stderr


def test_a_dump_that_changed_is_refused(dump: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(dump.read_bytes())
    scan(30, copy, tmp_path / "o")
    os.utime(copy, (1, 1))
    assert "copy.jsonl has changed since the scan stopped" in scan(-1, copy, tmp_path / "o", "--resume").stderr


def table(n: int) -> pa.Table:
    columns = [[0.5] * n, ["warn"] * n, ["trust_trick"] * n, [["card"]] * n, [[]] * n]
    return pa.table([pa.array(values, kind) for values, kind in zip(columns, SCHEMA.types, strict=True)], schema=SCHEMA)


def stopped(path: Path, *sizes: int) -> None:
    """Leave a checkpoint behind."""
    fail(path, KeyboardInterrupt(), *sizes)


def fail(path: Path, error: BaseException, *sizes: int) -> None:
    kept = Checkpoint(path, ABOUT)
    for size in sizes:
        kept.add(b"d" * 16, table(size))
    kept.__exit__(type(error), error, None)


def test_a_checkpoint_gives_back_what_it_was_given(tmp_path: Path) -> None:
    stopped(tmp_path / "c", 3, 1, 5000)
    with Checkpoint(tmp_path / "c", ABOUT, resume=True) as kept:
        assert kept.kept == 5004
        assert [(digest, len(batch)) for digest, batch in kept.replay()] == [(b"d" * 16, 3), (b"d" * 16, 1), (b"d" * 16, 5000)]
        assert pa.Table.from_batches([batch for _, batch in kept.replay()]).equals(table(5004).combine_chunks())
    assert not (tmp_path / "c").exists()  # the scan is over


@pytest.mark.parametrize("cut", range(1, 260, 23))
def test_a_frame_that_is_cut_or_damaged_is_dropped(tmp_path: Path, cut: int) -> None:
    stopped(tmp_path / "c", 3)
    whole = (tmp_path / "c").stat().st_size
    stopped_bytes = (tmp_path / "c").read_bytes()
    (tmp_path / "c").unlink()
    stopped(tmp_path / "c", 3, 4)
    data = bytearray((tmp_path / "c").read_bytes())
    assert data[:whole] == stopped_bytes
    (tmp_path / "c").write_bytes(data[: max(whole, len(data) - cut)])
    with Checkpoint(tmp_path / "c", ABOUT, resume=True) as kept:
        assert kept.kept == 3
    data[max(whole, len(data) - cut)] ^= 1
    (tmp_path / "c").write_bytes(data)
    with Checkpoint(tmp_path / "c", ABOUT, resume=True) as kept:
        assert kept.kept == 3


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"model": "n"}, "used another model"),
        ({"version": "1"}, "written by scamguard 0, this is 1"),
        ({"options": {"column": "x"}}, "had column None, not 'x'"),
        ({"inputs": {"0:a": "4 bytes"}}, "a has changed since"),
        ({"inputs": {"0:b": "3 bytes"}}, "read other dumps: 'b' is only in this one"),
        ({"format": 2}, "its format is 1, this scamguard writes 2"),
    ],
)
def test_another_scan_is_refused_in_one_line(tmp_path: Path, about: dict[str, object], words: str) -> None:
    stopped(tmp_path / "c", 3)
    with pytest.raises(DumpError, match=words) as refused:
        Checkpoint(tmp_path / "c", ABOUT | about, resume=True)
    assert str(refused.value).count("\n") == 0
    with Checkpoint(tmp_path / "c", ABOUT | about, resume=False) as kept:  # unless it is told to start afresh
        assert kept.kept == 0


def test_two_scans_do_not_write_to_one_output(tmp_path: Path) -> None:
    with Checkpoint(tmp_path / "c", ABOUT), pytest.raises(DumpError, match="another scan is writing"):
        Checkpoint(tmp_path / "c", ABOUT)


def test_where_no_open_file_can_be_removed_a_checkpoint_goes_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""
    kept = Checkpoint(tmp_path / "c", ABOUT)
    unlink = Path.unlink

    def closed_alone(path: Path) -> None:
        if not kept._file.closed:
            raise PermissionError(errno.EACCES, "used by another process")
        unlink(path)

    monkeypatch.setattr(Path, "unlink", closed_alone)
    with kept:
        kept.add(b"d" * 16, table(3))
    assert list(tmp_path.iterdir()) == []


def test_a_checkpoint_that_cannot_be_removed_does_not_stop_the_next_scan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda *_: os.unlink(tmp_path))  # noqa: PTH108 - what is patched
        with Checkpoint(tmp_path / "c", ABOUT) as kept:
            kept.add(b"d" * 16, table(3))
    with Checkpoint(tmp_path / "c", ABOUT) as kept:
        assert kept.kept == 0
    stopped(tmp_path / "c", 3)
    with pytest.raises(DumpError, match="an earlier scan stopped here after 3 messages"):
        Checkpoint(tmp_path / "c", ABOUT)


def test_what_stays_wrong_keeps_nothing_and_what_passes_keeps_all(tmp_path: Path) -> None:
    fail(tmp_path / "c", DumpError("no such column"), 1)
    assert not (tmp_path / "c").exists()
    full = DumpError("cannot be written")
    full.__cause__ = OSError("disk full")
    fail(tmp_path / "c", full, 1)
    assert (tmp_path / "c").exists()


def test_a_digest_knows_messages_by_their_words_and_borders() -> None:
    texts = pa.array(["ab", "c", "", "d"], pa.large_string())
    assert checkpoint.digest(texts) != checkpoint.digest(pa.array(["a", "bc", "", "d"], pa.large_string()))
    assert checkpoint.digest(texts.slice(1, 2)) == checkpoint.digest(pa.array(["c", ""], pa.large_string()))
    senders = pa.array(["mia", None], pa.string())
    assert checkpoint.digest(texts[:2], senders) == checkpoint.digest(texts[:2], pa.array(["x", "mia", None])[1:])
    for other in (["Kraken Support", None], ["mia", ""], [None, "mia"]):
        assert checkpoint.digest(texts[:2], senders) != checkpoint.digest(texts[:2], pa.array(other, pa.string()))


def test_a_folder_is_known_by_its_files(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "m" / name).mkdir(parents=True)
    (tmp_path / "m" / "cur" / "1").write_text("Subject: x\n\nhello\n", "utf-8")
    before = checkpoint.identity({}, "0", {}, [dumps.open(tmp_path / "m")])
    assert before == checkpoint.identity({}, "0", {}, [dumps.open(tmp_path / "m")])
    (tmp_path / "m" / "cur" / "2").write_text("Subject: y\n\nhello\n", "utf-8")
    assert before != checkpoint.identity({}, "0", {}, [dumps.open(tmp_path / "m")])


def test_messages_sent_are_known_again_without_their_secrets(guard: Guard, tmp_path: Path) -> None:
    """On standard input nothing else says whether they are the same; a digest of the secrets themselves could be guessed."""
    judge, file = scanning.Judge(guard, outgoing=True), tmp_path / "sent.txt"

    def scanned(text: str, *, resume: bool | None) -> int:
        file.write_text(text, "utf-8")
        with Checkpoint(tmp_path / "c", ABOUT, resume=resume) as kept:
            summary = scanning.scan(judge, [dumps.open(file)], checkpoint=kept)
            raise Stopped(summary.resumed)

    for text, resume, before in ((SENT, None, 0), (SENT.replace("4111 1111 1111 1111", "4242 4242 4242 4242"), True, 2)):
        with pytest.raises(Stopped, match=str(before)):
            scanned(text, resume=resume)
    with pytest.raises(DumpError, match="not those the scan had read"):
        scanned(SENT.replace("See you.", "My password is Winter2024!"), resume=True)
