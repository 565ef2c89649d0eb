"""Android's SMS Backup & Restore, and what writes the same XML (Silence, signal-back): `<sms …/>` and `<mms …>…</mms>`.

The file is cut where a record begins, and each is parsed on its own: `<` cannot stand inside an attribute, so that cut is
sure, a broken record costs itself alone, and there is no place for a document type, so no entity can be declared (no
«billion laughs»). The app writes an emoji as two character references to UTF-16 surrogates, which is not XML; they are
joined. Of an MMS its texts are read, and of what is no picture or sound the name of the file.
Fields: synctech.com.au/sms-backup-restore/fields-in-xml-backup-files.
"""

from __future__ import annotations

import base64
import re
from typing import IO, TYPE_CHECKING, Final
from xml.etree import ElementTree as ET  # each record alone, without a document type: no entity, no expansion

from . import filenames, html, times, transfer, vcard
from .block import Message, cleaned
from .source import without_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .block import Block
    from .detect import Head
    from .source import Source

_CHUNK = 1 << 20  # characters
_LONGEST: Final = 1 << 26  # characters of a record: an MMS holds its pictures
_RECORD = re.compile(r"<(?:sms|mms)[\s/>]")
_REFERENCES = re.compile(r"(?:&#(?:x[0-9A-Fa-f]+|[0-9]+);)+")
_MOST_DIGITS: Final = 8
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ATTRIBUTE = re.compile(r"""\s([\w:.-]+)\s*=\s*(?:"[^"]*"|'[^']*')""")
_RECEIVED, _SENDER = "1", "137"  # type of an SMS; of an MMS address, PduHeaders.FROM
_BETWEEN: Final = re.compile("[~;,]")  # the numbers of a group
_MOST_OF_A_NUMBER: Final = 15  # digits (E.164)
_CONTACTS: Final = {"text/vcard", "text/x-vcard"}
_UNNAMED: Final = ("text/plain", "application/smil", "image/", "audio/", "video/")  # parts whose files nobody sees the name of
_MOST_DATA: Final = 1 << 16  # characters of a part that is packed; a longer one is no text that anybody reads
_NOTHING: Final = {None, "", "null"}  # how the app writes what is not there


def looks(head: Head) -> bool:
    """Say whether this is such a backup."""
    return head.text.lstrip()[:1] == "<" and re.search(r"<smses[\s>]", head.text[:4000]) is not None


def read(source: Source, column: str | None) -> Iterator[Block]:
    """Read every message, received or sent."""
    without_columns(source, column)
    return source.blocks(_messages(source))


def _messages(source: Source) -> Iterator[Message]:
    row = 0
    with source.text() as text:
        for records in _batches(_records(source, text)):
            for found in _parsed([_mended(record) for record in records]):
                row += 1
                if isinstance(found, str):
                    source.notes.skip(f"{source.name}, message {row}", f"not XML: {found}")
                else:
                    yield _sms(row, found) if found.tag == "sms" else _mms(row, found)


def _batches(records: Iterator[str]) -> Iterator[list[str]]:
    """Group records, for a parser costs more than what it parses."""
    waiting: list[str] = []
    chars = 0
    for record in records:
        waiting.append(record)
        chars += len(record)
        if chars > _CHUNK // 4:
            yield waiting
            waiting, chars = [], 0
    yield waiting


def _parsed(records: list[str]) -> Iterator[ET.Element | str]:
    """Parse records, all at once if none is broken; give what is wrong with one that is."""
    try:
        root = ET.fromstring(f"<r>{''.join(records)}</r>")  # noqa: S314 - see the import
    except ET.ParseError:
        root = ET.Element("r")
    if len(root) == len(records):
        yield from root
        return
    for record in records:
        try:
            yield ET.fromstring(record)  # noqa: S314
        except ET.ParseError as error:
            yield str(error).partition(":")[0]


def _records(source: Source, text: IO[str]) -> Iterator[str]:
    """Cut the file into records."""
    held, start = "", -1
    while chunk := text.read(_CHUNK):
        looked = max(0, len(held) - 5)
        held += chunk
        for found in list(_RECORD.finditer(held, max(looked, start + 1))):
            if start >= 0:
                yield held[start : found.start()]
            start = found.start()
        held, start = (held[start:], 0) if start >= 0 else (held[-5:], -1)
        if len(held) > _LONGEST:
            source.notes.skip(source.name, f"a message longer than {_LONGEST:,} characters")
            held, start = held[-5:], -1
    if start >= 0:
        yield held


def _mended(record: str) -> str:
    """Cut off what follows a record and put U+FFFD for the characters that XML does not allow."""
    closing = next((tag for tag in ("</mms>", "</sms>", "/>") if tag in record), "")
    record = record[: record.rfind(closing) + len(closing)] if closing else record
    return _NOT_XML.sub("\ufffd", cleaned(_REFERENCES.sub(_referred, _without_data(record))))


def _without_data(record: str) -> str:
    """Leave out pictures, which are longer than all else."""
    if "data" not in record:
        return record
    return _ATTRIBUTE.sub(lambda found: "" if found[1] == "data" and len(found[0]) > _MOST_DATA else found[0], record)


def _referred(found: re.Match[str]) -> str:
    """Join references to surrogates; put U+FFFD for one alone and for what XML does not allow."""
    units = "".join(map(_unit, found[0][2:-1].split(";&#")))
    joined = units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return "".join(f"&#{ord(char)};" if _allowed(ord(char)) else "\ufffd" for char in joined)


def _unit(digits: str) -> str:
    """Give what a reference names; U+FFFD for a number beyond all characters."""
    number = digits.removeprefix("x").lstrip("0")
    point = int(number or "0", 16 if digits[0] == "x" else 10) if len(number) <= _MOST_DIGITS else 0x110000
    return chr(point) if point < 0x110000 else "\ufffd"


def _allowed(point: int) -> bool:
    return point in {9, 10, 13} or 0x20 <= point < 0xD800 or 0xE000 <= point < 0xFFFE or 0x10000 <= point < 0x110000


def _sms(row: int, found: ET.Element) -> Message:
    subject = found.get("subject")
    body = found.get("body") or ""
    with_whom = _who(found)
    return Message(
        row,
        body if subject in _NOTHING else f"{subject}\n{body}",
        None,
        times.since(found.get("date"), 1000),
        with_whom if found.get("type") == _RECEIVED else "me",
        with_whom,
    )


def _mms(row: int, found: ET.Element) -> Message:
    parts = [found.get("sub"), *(said for part in found.iter("part") for said in _part(part))]
    number = next((addr.get("address") for addr in found.iter("addr") if addr.get("type") == _SENDER), None)
    number = None if number in {*_NOTHING, "insert-address-token"} else number
    received = found.get("msg_box") == _RECEIVED
    with_whom = _who(found)
    is_group = _is_group(found.get("address") or "")  # else whoever wrote it is whom the chat is with
    return Message(
        row,
        "\n".join(str(part) for part in parts if part not in _NOTHING),
        None if found.get("m_id") in _NOTHING else found.get("m_id"),
        times.since(found.get("date"), 1000),
        (number or with_whom if is_group else with_whom or number) if received else "me",
        with_whom,
    )


def _is_group(address: str) -> bool:
    return _BETWEEN.search(address) is not None or sum(map(str.isdigit, address)) > _MOST_OF_A_NUMBER


def _part(part: ET.Element) -> Iterator[str]:
    """Give the name of the file that a part is, and its text."""
    kind = (part.get("ct") or "").partition(";")[0].strip().lower()
    if not kind.startswith(_UNNAMED):
        names = (part.get(name) for name in ("fn", "name", "cl"))
        yield filenames.shown(next((name for name in names if name not in _NOTHING), None))
    if kind.startswith("text/"):
        text = part.get("text") or ""
        text = _unpacked(part.get("data") or "") if text in _NOTHING else text
        yield html.words(text) if kind == "text/html" else vcard.words(text) if kind in _CONTACTS else text


def _unpacked(data: str) -> str:
    try:
        return transfer.text(base64.b64decode(data), "")
    except ValueError:
        return ""


def _who(found: ET.Element) -> str | None:
    """Name the other side: the contact's name if there is one, else the number."""
    name = found.get("contact_name")
    number = None if found.get("address") in _NOTHING else found.get("address")
    return number if name in _NOTHING or name == "(Unknown)" else name
