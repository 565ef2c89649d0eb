"""Contacts that are sent (vCard, RFC 2426 and RFC 6350): the words a program shows of one. A name may say what no text does."""

from __future__ import annotations

import re
from typing import Final

from . import transfer

_UNFOLD: Final = re.compile(r"\r?\n[ \t]")
_SAID: Final = re.compile(r"^(?:[\w-]+\.)?(FN|N|ORG|TITLE|ROLE|NOTE|URL)((?:;[^:\r\n]*)?):(.*)$", re.IGNORECASE | re.MULTILINE)
_QUOTED: Final = re.compile(r";(?:ENCODING=)?QUOTED-PRINTABLE", re.IGNORECASE)
_SOFT: Final = re.compile(r"=\r?\n")  # a line end that is none, where quoted-printable is allowed: in version 2.1
_ESCAPED: Final = re.compile(r"\\(.)")
_PARTS: Final = re.compile(r"(?<!\\);")  # of a name or an organization


def words(text: str) -> str:
    r"""Give the words of a contact, a line each.

    >>> words("BEGIN:VCARD\nN:Support;Kraken;;;\nFN:Kraken Sup\n port\nNOTE:Send your seed\\, now\nTEL:1\nEND:VCARD")
    'Kraken Support\nSend your seed, now'
    >>> words("BEGIN:VCARD\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=AE=A2=E6=9C=8D;;;;\nEND:VCARD")
    '客服'
    """
    text = _SOFT.sub("", text) if _QUOTED.search(text) else text
    found = _SAID.findall(_UNFOLD.sub("", text))
    is_named = any(name.upper() == "FN" for name, _, _ in found)
    return "\n".join(filter(None, (_value(how, said) for name, how, said in found if not (is_named and name.upper() == "N"))))


def _value(how: str, said: str) -> str:
    """Give the words of a line; those of a name in the order of the file, without what is empty."""
    if _QUOTED.search(how):
        said = transfer.text(transfer.decoded(said.encode("utf-8", "surrogateescape"), "quoted-printable"), "")
    parts = filter(None, (part.strip() for part in _PARTS.split(said)))
    return _ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], " ".join(parts))
