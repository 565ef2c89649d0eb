"""Keys, tokens and cookies that let programs in: by the marks their services put on them, or by what the message calls them.

A mark needs no name ("gsk_…"). A name needs a value made by a machine; addresses and hashes are called tokens and keys as well, so
"token" alone names nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_MARKED: Final = regex.compile(
    r"(?<![A-Za-z0-9_\-])(?:sk-[0-9a-f]{32}|gsk_[A-Za-z0-9]{40,}|xai-[A-Za-z0-9]{60,}|GOCSPX-[A-Za-z0-9_\-]{28}|hv[sb]\.[A-Za-z0-9_\-]{24,}"
    r"|ATATT3x[A-Za-z0-9_=\-]{60,}|figd_[A-Za-z0-9_\-]{36,}|dapi[0-9a-f]{32}|ntn_[A-Za-z0-9]{40,}|lin_api_[A-Za-z0-9]{40}"
    r"|do[opr]_v1_[0-9a-f]{64}|whsec_[A-Za-z0-9+/]{24,}=*|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|r8_[A-Za-z0-9]{37}|pplx-[A-Za-z0-9]{40,}"
    r"|dp\.(?:pt|st|ct)\.[A-Za-z0-9]{40,}|HRKU-[A-Za-z0-9_\-]{36,}|nvapi-[A-Za-z0-9_\-]{60,})(?![A-Za-z0-9_])"
)
_FIELD: Final = regex.compile(  # a field of a file, of a header or of a cookie
    r"_\|WARNING:-DO-NOT-SHARE-THIS\.[^|\s]{0,200}\|_(?P<value>[A-Za-z0-9_.\-]{60,})"
    r"|(?i:AccountKey|SharedAccessKey)=(?P<value>[A-Za-z0-9+/]{43,86}={1,2})"
    r"|_(?:authToken|auth|password)\s?=\s?[\"']?(?P<value>[A-Za-z0-9_+/=.\-]{20,})"
    r"|(?<!\w)(?:PrivateKey|PresharedKey)\s?=\s?(?P<value>[A-Za-z0-9+/]{43}=)"
    r"|(?<![A-Za-z0-9])A[KS]IA[A-Z2-7]{16}\W{1,3}(?:\w{1,24}\W{1,4}){0,3}(?P<value>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])"
    r"|steamLoginSecure\s?[=:]\s?\d{17}(?:%7C%7C|\|\|)(?P<value>[A-Za-z0-9_.\-%]{40,})"
    r"|(?<!\w)(?i:sessionid|session_id|phpsessid|connect\.sid|auth_token)=(?P<value>[A-Za-z0-9%:_.\-]{24,})"
)
_VALUE: Final = r"(?P<value>(?!eyJ|0x|pk_)[A-Za-z0-9_.~+/\-]{24,200}+={0,2})(?![A-Za-z0-9_])"
_HEADER: Final = regex.compile(rf"(?i)(?<!\w)(?:authorization[\"']?\s?[:=]\s?[\"']?(?:bearer|token)|bearer)\s{{1,3}}{_VALUE}")
_SETTING: Final = regex.compile(  # OPENAI_API_KEY=…
    rf"(?<![A-Za-z0-9_])(?!\w{{0,40}}PUBLI)(?:[A-Z][A-Z0-9]{{0,30}}_){{1,5}}(?:KEY|TOKEN|PAT)[\"']?\s?(?:=>|[:=])\s{{0,2}}[\"']?{_VALUE}"
)
_CALLED: Final = regex.compile(
    r"(?i)(?<![\p{L}_])(?P<whose>(?:my|our|mein|mon|ma|mi|meu|мой)\s(?:[\p{L}]{2,16}\s){0,2}|我的\s?\p{L}{0,12}\s?)?"
    r"(?:(?P<sure>(?:access|auth|oauth|bearer|refresh|session|personal access|api|bot|github|gitlab|cloudflare|vercel|heroku|hf|discord)"
    r"[\s_-]?token)"
    r"|(?P<key>api[\s_-]?key|apikey|api ?密钥|api schlüssel|api-schlüssel|clé api|clave api|chave de api))"
    r"[\"'`*_)\]]{0,3}\s{0,3}(?:[:=：]|=>|->|is|是|ist|est|es|é|это)?\s{0,3}[\"'`*_(\[:]{0,3}" + _VALUE
)
_NAMED: Final = regex.compile(r"(?i)key|token|bearer|_PAT|密钥|schlüssel|clé|clave|chave")
_MAYBE: Final = regex.compile(r"[A-Za-z0-9+/]{24}|[._\-%][A-Za-z0-9+/]{16}|[A-Za-z0-9+/]{16}[._\-%]")
_SAMPLE: Final = regex.compile(r"(?i)123456789|abcdefgh|x{4}|\*{3}|\.{3}|example|sample|placeholder|your|dummy|redacted|(.)\1{5}")
_CASES: Final = 9  # different characters of what a machine made
_DIGITS: Final = 3
_HEX: Final = regex.compile(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}")  # a commit, a hash


def credentials(message: Plain) -> Iterator[Finding]:
    """Find keys, tokens and cookies."""
    text = message.text
    if not _MAYBE.search(text):
        return
    for found in _MARKED.finditer(text):
        if _made(found[0]):
            yield block(Secret.ACCESS_TOKEN, message.span(*found.span()), "an access token: it signs in as you")
    shapes = (_FIELD, _HEADER, _SETTING) if _NAMED.search(text) else (_FIELD,)
    for found in (found for shape in shapes for found in shape.finditer(text)):
        if _made(found["value"]):
            yield block(Secret.ACCESS_TOKEN, message.span(*found.span("value")), "a key or a cookie, by its field: it signs in as you")
    for found in _CALLED.finditer(text) if _NAMED.search(text) else ():
        if _made(found["value"]) and not _HEX.fullmatch(found["value"]):
            say = block if found["sure"] or found["whose"] else warn
            yield say(Secret.ACCESS_TOKEN, message.span(*found.span("value")), "a key that the message calls one: it signs in as you")


def _made(value: str) -> bool:
    """Tell a value made by a machine from a placeholder, a path and words joined."""
    digits, letters = sum(map(str.isdigit, value)), sum(map(str.isalpha, value))
    return digits >= _DIGITS and letters >= _DIGITS and len(set(value)) >= _CASES and not _SAMPLE.search(value)
