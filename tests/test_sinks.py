"""What single sinks do of their own: names in SARIF, and what stands in the way of DuckDB."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from scamguard.errors import DumpError
from scamguard.output import Output, part
from scamguard.sinks import sarif

from .talking import scam, table

ROW = {"risk": 0.99, "action": "block", "kind": "phishing_link", "asks": [], "rules": [], "text": "hi", "file": "d", "row": 1, "line": 1}


def test_a_name_in_sarif_is_as_short_as_a_message() -> None:
    named: dict[str, Any] = {"id": "7", "sender": "x" * 20_000, "channel": "room", "reply_to": None}
    told = sarif.result({**ROW, **named})["properties"]
    assert told["sender"] == "x" * 500 + "…"
    assert (told["id"], told["channel"]) == ("7", "room")
    assert "reply_to" not in told
    assert sarif.result({**ROW, **named, "sender": "y" * 500})["properties"]["sender"] == "y" * 500


def log(out: Path) -> Path:
    """Name the log that DuckDB writes beside its unfinished file."""
    return part(out).with_name(f"{part(out).name}.wal")


def rows(file: Path) -> int:
    """Count the rows of a database."""
    import duckdb  # noqa: PLC0415 - an extra

    with duckdb.connect(str(file), read_only=True) as base:
        return len(base.execute("SELECT row FROM verdicts").fetchall())


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes there")
@pytest.mark.parametrize("name", [b"\xff.duckdb", b"\xff/v.duckdb"])
def test_duckdb_takes_names_in_utf_8_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: bytes) -> None:
    out = tmp_path / os.fsdecode(name)
    out.parent.mkdir(exist_ok=True)
    with pytest.raises(DumpError, match=r"duckdb: cannot be written: DuckDB takes no name whose bytes are no UTF-8$"):
        Output(out)
    assert list(out.parent.iterdir()) == []
    monkeypatch.chdir(out.parent)  # where one is does not matter
    with Output(Path("é.duckdb")):
        pass
    assert rows(out.parent / "é.duckdb" if out.parent == tmp_path else Path("é.duckdb")) == 0


def test_the_name_of_an_unfinished_file_is_told_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    log(tmp_path / "o.duckdb").write_bytes(b"of a scan that was killed")
    with pytest.raises(DumpError) as failed:
        Output(tmp_path / "o.duckdb")
    assert str(failed.value).startswith(f"{tmp_path / 'o.duckdb'}: cannot be written: DuckDB needs the package duckdb")
    assert ".part" not in str(failed.value)
    assert list(tmp_path.iterdir()) == []


def test_the_log_of_a_scan_that_was_killed_is_no_part_of_the_next(tmp_path: Path) -> None:
    log(tmp_path / "o.duckdb").write_bytes(b"of a scan that was killed")
    with Output(tmp_path / "o.duckdb") as out:
        out.add(table([scam("send it")] * 3))
    assert rows(tmp_path / "o.duckdb") == 3
    assert [file.name for file in tmp_path.iterdir()] == ["o.duckdb"]


def test_a_database_that_cannot_be_begun_leaves_no_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import duckdb  # noqa: PLC0415 - an extra

    def failing(*_: object, **__: object) -> None:
        log(tmp_path / "o.duckdb").write_bytes(b"begun")
        raise duckdb.IOException("no")

    monkeypatch.setattr(duckdb, "connect", failing)
    with pytest.raises(DumpError, match="cannot be written"):
        Output(tmp_path / "o.duckdb")
    assert list(tmp_path.iterdir()) == []
