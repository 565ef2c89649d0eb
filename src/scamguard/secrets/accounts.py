"""Passwords that no word for one announces: behind an account ("ann@example.com / Blue7Horse"), and PINs by the name of their card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .passwords import LINK
from .placeholders import hollow
from .words import source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_LISTED: Final = regex.compile(  # with a sign between, or on one line or two
    r"(?i)(?:(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}(?P<sign>[ ]?[/|][ ])?"
    r"|(?<![\w-])(?:user|username|login|account|логин|usuario|benutzer)[ ]?[:=][ ]?\S{1,80}(?P<sign>[ ][/|][ ]))"
    r"(?(sign)|[ \n])(?P<value>[!-~]{6,40}+)(?![!-~])(?P<last>[ \t]*(?:$|\n))?"
)
_PIN: Final = r"(?:pin|nip|senha|clave|contraseña|c[óo]digo|code|codice|mã pin|пин)(?:[\s-](?:code|код|secret\w?|segreto|confidentiel))?"
_OF: Final = r"(?:\s(?:do|da|del|de|de la|du|della|dello|para|pour|para la|от|моей))?(?:\s(?:meu|minha|mi|mon|ma|mia|моей))?"
_CARD: Final = (
    r"(?:cart[ãa]o|cajero|tarjeta|banco|carte|carta|bancomat|карт[ыеу]|карточки|thẻ|kartu)"
    r"(?:\s(?:bleue|bancaire|bancaria|visa|atm|de cr[ée]dit\w?))?"
)
_CARD_PIN: Final = regex.compile(  # "senha do cartão 4821", "Kreditkarten-PIN 4821", "пин карты 4821"
    rf"(?i)(?<![\p{{L}}\p{{N}}])(?:{_PIN}{_OF}\s{_CARD}|(?:kredit|bank|giro|ec-?)?karten-?(?:pin|code|geheimzahl)|(?:bank|giro|sim|ec)-pin)"
    rf"(?:\s(?:{source('copula')})|\s?[:：=])?\s{{1,2}}(?P<pin>\d{{4,6}})(?![\d%€£$]|[-/.:,]\d)"
    r"|الرقم السري (?:للبطاقة|لبطاقتي)[\s:]{1,3}(?:هو )?(?P<pin>\d{4,6})(?!\d)"
)
_LEAST: Final = 8  # characters of a password that no sign announces
_LETTERS: Final = 4  # unlike those of "10am" and "2nd"
_CLOSING: Final = ".,;:\"'`”’»」』。，।۔"


def accounts(message: Plain) -> Iterator[Finding]:
    """Find passwords behind accounts, and PINs of cards."""
    for found in _CARD_PIN.finditer(message.text):
        yield block(Secret.PASSWORD, message.span(*found.span("pin")), "the PIN of a card")
    for found in _LISTED.finditer(message.text):
        value = found["value"].rstrip(_CLOSING)
        span = message.span(found.start("value"), found.start("value") + max(1, len(value)))
        if _careful(value) and found["sign"]:
            yield block(Secret.PASSWORD, span, "a password beside the name of its account")
        elif _careful(value) and found["last"] is not None and len(value) >= _LEAST:
            yield warn(Secret.PASSWORD, span, "what may be a password beside the name of its account")


def _careful(value: str) -> bool:
    """Tell what is made up with care from a word, a link, another address and a placeholder."""
    if "@" in value or "/" in value or LINK.search(value) or hollow(value, stated=False):
        return False
    mixed = any(map(str.isupper, value)) and any(map(str.islower, value)) and any(map(str.isdigit, value))
    return mixed and sum(map(str.isalpha, value)) >= _LETTERS
