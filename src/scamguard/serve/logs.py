"""Logs: one JSON object a line. No message text, no path or query as sent, no address; of an exception its type and where it was raised."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

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
        return json.dumps(line, ensure_ascii=True)


def _innermost(error: BaseException) -> BaseException:
    return _innermost(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error


def to_stderr(level: str) -> None:
    """Send our log and the server's to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("scamguard.serve", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], name == "uvicorn.error"
        logger.setLevel(level.upper())
    for name in ("scamguard.serve", "uvicorn"):
        logging.getLogger(name).addHandler(handler)
