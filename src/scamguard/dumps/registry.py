"""The formats there are. To add one, write its module and add its row.

A row that stands earlier is tried earlier: programs with unmistakable exports first, then tables, then what anything can be.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Format(NamedTuple):
    """Where a format's reader is, and how files of that format are told."""

    module: str
    function: str = "read"
    suffixes: tuple[str, ...] = ()
    magic: tuple[bytes, ...] = ()  # how every such file begins
    looks: str = ""  # the function that tells by the first lines
    plain: bool = False  # a table or text: its suffix says more than its content


FORMATS: Final = {
    "zip": Format("container", "read_zip", (".zip",), (b"PK\x03\x04", b"PK\x05\x06")),
    "parquet": Format("arrow", "read_parquet", (".parquet",), (b"PAR1",)),
    "arrow": Format("arrow", "read_ipc", (".arrow", ".arrows", ".feather", ".ipc"), (b"ARROW1\0\0",), looks="looks_ipc"),
    "telegram": Format("telegram", looks="looks"),
    "discord": Format("discord", looks="looks"),
    "slack": Format("slack", "read_day", looks="looks"),
    "signal": Format("signal", looks="looks"),
    "whatsapp": Format("whatsapp", looks="looks"),
    "sms": Format("sms", looks="looks"),
    "mbox": Format("mail", "read_mbox", (".mbox",), looks="looks_mbox"),
    "eml": Format("mail", "read_eml", (".eml",), looks="looks_eml"),
    "imessage": Format("imessage", looks="looks"),
    "github": Format("github", looks="looks"),
    "wechat": Format("wechat", looks="looks"),
    "qq": Format("qq", looks="looks"),
    "chatlab": Format("chatlab", looks="looks"),
    "csv": Format("delimited", "read_csv", (".csv",), looks="looks", plain=True),
    "tsv": Format("delimited", "read_tsv", (".tsv",), plain=True),
    "jsonl": Format("jsonl", "read", (".jsonl", ".ndjson"), looks="looks", plain=True),
    "json": Format("jsondoc", "read", (".json",), looks="looks", plain=True),
    "txt": Format("lines", "read", (".txt", ".log"), plain=True),
}
FOLDERS: Final = {  # formats of a whole folder
    "maildir": Format("mail", "read_maildir"),
    "slack folder": Format("container", "read_slack"),
    "folder": Format("container", "read_folder"),
}
