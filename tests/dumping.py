"""Read a dump into plain rows, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scamguard import dumps

if TYPE_CHECKING:
    from pathlib import Path


class Found(NamedTuple):
    """All that a dump gave."""

    messages: list[dumps.Message]  # with `time` in milliseconds since 1970
    files: list[str | None]
    dump: dumps.Dump

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def rows(self) -> list[int]:
        return [message.row for message in self.messages]


def read(path: Path | str, **options: Any) -> Found:
    """Read all of it."""
    dump = dumps.open(path, **options)
    messages, files = [], []
    for block in dump:
        assert len(block) == len(block.texts) == len(block.rows) == block.about.num_rows > 0
        assert block.about.schema == dumps.ABOUT
        block.texts.validate(full=True)
        block.about.validate(full=True)
        columns = [column.to_pylist() for column in block.about.set_column(1, "time", block.about["time"].cast("int64")).columns]
        messages += [
            dumps.Message(int(row), text, *about) for row, text, *about in zip(block.rows, block.texts.to_pylist(), *columns, strict=True)
        ]
        files += [block.file] * len(block)
    return Found(messages, files, dump)
