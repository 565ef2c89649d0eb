"""Mended: records of known exporters that say in another column what is read, or in the one that is read more than that."""

from __future__ import annotations

import json
import re
from typing import Final
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from . import filenames

_OUTGOING: Final = "Outgoing"  # what iMazing calls a message of one's own, for which it names no sender
_WEB: Final = ("https://", "http://")
# Where an address ends; a path does before an address, and behind a suffix or the digits that DiscordChatExporter adds to each
_ADDRESS: Final = re.compile(r"(https?://[^,]*),?")
_PATH: Final = re.compile(r",(?=https?://)|(?:" + "|".join(rf"(?<=\.\w{{{size}}})" for size in (2, 3, 4, 5)) + r"|(?<=-[0-9A-F]{5})),")


def imazing(record: dict[str, str]) -> None:
    """Put the subject above the text; name a sender without a name by his number, and oneself."""
    record["Text"] = "\n".join(filter(None, (record.get("Subject"), record["Text"])))
    if not record["Sender Name"]:
        record["Sender Name"] = "me" if record.get("Type") == _OUTGOING else record.get("Sender ID", "")


def attached(text: str, files: str) -> str:
    r"""Put the names of files below a text, each from its address, or from its path if it was saved beside the export.

    >>> attached("see", r"https://cdn.example/1/tax%20report.zip?ex=1,Chat.csv_Files\a-B1C2.png")
    'see\ntax report .zip\na-B1C2.png'
    """
    names: list[list[str]] = []  # in pieces, for a comma may stand in a name
    for part in _PATH.sub("\n", _ADDRESS.sub(r"\1\n", files)).split("\n"):
        if "/" in part or "\\" in part:
            names.append([_file(part)])
        elif names and part:
            names[-1].append(part)
    return "\n".join(filter(None, (text, *(filenames.shown(",".join(name)) for name in names))))


def all_attached(texts: pa.Array, files: pa.ChunkedArray) -> pa.Array:
    """Do so for many texts (n,), few of which have files (n,)."""
    there = pc.not_equal(files.combine_chunks(), "")
    if not pc.any(there).as_py():
        return texts
    pairs = zip(texts.filter(there).to_pylist(), files.filter(there).to_pylist(), strict=True)
    return pc.replace_with_mask(texts, there, pa.array([attached(*pair) for pair in pairs], texts.type))


def _file(address: str) -> str:
    """Give the name of a file from its address, or from its path, in which any sign may stand."""
    path = address.partition("?")[0].partition("#")[0] if address.startswith(_WEB) else address
    return unquote(path.replace("\\", "/")).rpartition("/")[2]


def pywxdump(record: dict[str, str]) -> None:
    r"""Take the message out of the object around it.

    >>> record = {"content": '{"src": "", "msg": "您好\\n在吗"}'}
    >>> pywxdump(record)
    >>> record["content"]
    '您好\n在吗'
    """
    try:
        found = json.loads(record["content"])
    except (ValueError, RecursionError):
        return
    if isinstance(found, dict) and isinstance(found.get("msg"), str):
        record["content"] = found["msg"]
