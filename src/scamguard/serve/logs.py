"""Logs: one JSON object a line. No message text, no path or query as sent, no address; of an exception its type and where it was raised."""

from __future__ import annotations

import json
import logging
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from .answer import encoded

if TYPE_CHECKING:
    from collections.abc import Mapping

LOG: Final = logging.getLogger("scamguard.serve")


class JsonLines(logging.Formatter):
    """Write a record as JSON. What an exception says may quote a message, so it is left out."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage().strip(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["event"] = record.getMessage().split("\n", 1)[0]
            error = _innermost(record.exc_info[1])
            line["error"] = type(error).__name__
            frames = traceback.extract_tb(error.__traceback__)
            line["at"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-6:]]
        return json.dumps(line, ensure_ascii=True, separators=(",", ":"))


def _innermost(error: BaseException) -> BaseException:
    return _innermost(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


class Lines(logging.StreamHandler[TextIO]):
    """Writes records as JSON, and the line that every request has without a record, which costs as much as a verdict."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self._second, self._time = 0, ""

    def answered(self, fields: Mapping[str, Any]) -> None:
        """Write that a request was answered, as ``format`` would; a log that cannot be written breaks no answer."""
        second, part = divmod(time.time_ns() // 1_000_000, 1000)
        if second != self._second:
            self._second, self._time = second, datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        line = encoded({"time": f"{self._time}.{part:03}+00:00", "level": "info", "event": "request", **fields})
        with self.lock:  # type: ignore[union-attr] # every handler has one
            try:
                self.stream.write(line.decode() + self.terminator)
                self.flush()
            except Exception:  # noqa: BLE001 - as every handler does
                self.handleError(LOG.makeRecord(LOG.name, logging.INFO, "", 0, "request", (), None))


def answered(fields: Mapping[str, Any]) -> None:
    """Log that a request was answered; whoever calls has asked whether it is to be logged."""
    ours = next((handler for handler in LOG.handlers if isinstance(handler, Lines)), None)
    if ours is not None and not LOG.propagate:
        ours.answered(fields)
    else:  # nobody asks which line of ours it was
        LOG.handle(LOG.makeRecord(LOG.name, logging.INFO, "", 0, "request", (), None, extra={"fields": fields}))


def to_stderr(level: str) -> None:
    """Send our log and the server's to standard error."""
    handler = Lines()
    for name in ("scamguard.serve", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], name == "uvicorn.error"
        logger.setLevel(level.upper())
    for name in ("scamguard.serve", "uvicorn"):
        logging.getLogger(name).addHandler(handler)
