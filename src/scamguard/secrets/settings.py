"""Settings and command lines: ``DB_PASSWORD=…``, ``spring.datasource.password=…``, ``curl -u ann:…``, the code for a Wi-Fi.

Here a name is joined to others, and what follows may be code: a value counts when it is written out (no variable, call, path or reference)
and made up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .passwords import LINK, unlike_words
from .placeholders import hollow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_TEXT: Final = r"(?:\"(?P<text>[^\"\n]{4,256})\"|'(?P<text>[^'\n]{4,256})'|(?P<bare>[^\s\"'`,;<>|&)]{4,256}))"
_JOINED: Final = (  # DB_PASSWORD, MYSQL_ROOT_PASSWORD, spring.datasource.password, dbPassword, PGPASSWORD
    r"(?:(?:[A-Za-z][A-Za-z\d]{0,30}[_.-]){1,6}(?i:password|passwd|passphrase|passwort|pass|pwd)"
    r"|[a-z]{1,20}(?:Password|Passwd|Passphrase|Pwd)|[A-Z]{1,12}(?:PASSWORD|PASSWD|PWD))"
)
_SECRETS: Final = (  # JWT_SECRET, SECRET_KEY, app.secret, sessionSecret
    r"(?:(?:[A-Za-z][A-Za-z\d]{0,30}[_.-]){1,6}(?i:secret(?:[_-]?key)?|signing[_-]?key|encryption[_-]?key)|[a-z]{1,20}Secret(?:Key)?"
    r"|SECRET_KEY(?:_BASE)?|secret_key(?:_base)?)"
)
_HEAD: Final = r"(?<![\w$@{%/.-])[\"']?"
_SETS: Final = r"[\"']?\s?(?:=>|:=|[:=](?!=))\s{0,3}"
_PASSWORD: Final = regex.compile(rf"{_HEAD}{_JOINED}{_SETS}{_TEXT}")
_SECRET: Final = regex.compile(rf"{_HEAD}{_SECRETS}{_SETS}{_TEXT}")
_OPTION: Final = regex.compile(rf"(?<![\w-])--?(?i:[a-z]{{0,12}}-?(?:password|passwd|passphrase)|requirepass)(?:=|\s){_TEXT}")
_TOOLS: Final = regex.compile(  # the option in which each tool takes a password
    r"(?<![\w./-])(?:"
    rf"(?:curl|http|https|wget)\s[^\n]{{0,200}}?(?<!\S)(?:-u\s?|--user[ =]|-a\s|--auth[ =])"
    rf"[\"']?[\w.@+-]{{1,64}}:(?P<bare>[^\s\"'`,;<>|&]{{4,128}})"
    rf"|sshpass\s{{1,2}}-p\s?{_TEXT}"
    rf"|(?:mysql|mysqldump|mysqladmin|mariadb)\s(?:[^\n]{{0,200}}?\s)?-p{_TEXT}"
    rf"|redis-cli\s(?:[^\n]{{0,200}}?\s)?-a\s{_TEXT}"
    rf"|(?:docker|podman|helm|az|mongo|mongosh)\s(?:[^\n]{{0,200}}?\s)?-p\s{_TEXT}"
    rf"|openssl\s[^\n]{{0,200}}?(?:-pass(?:in|out)?\s)pass:(?P<bare>[^\s\"'`,;<>|&]{{4,128}})"
    r")"
)
_WIFI: Final = regex.compile(  # as its square code holds it
    r"WIFI:(?:[A-Z]:(?:\\.|[^;\\\n]){0,64};){0,4}?P:(?P<bare>(?:\\.|[^;\\\n]){8,63});"
)
_WIRELESS: Final = regex.compile(r"(?i)(?:wi-?fi|wlan)-")  # "WLAN-Passwort: …" is prose, and what guests are told
_MAYBE: Final = regex.compile(
    r"(?i)pass|pwd|secret|://|WIFI:|curl|http|wget|redis-cli|docker|podman|helm|mysql|mariadb|mongo|openssl|(?<![a-z])az\s"
)
_CODE: Final = regex.compile(  # a call, an index, a variable, a path, a reference to another place
    r"[\p{L}_][\w.:>-]*[(\[].*|[$%@&*!{<].*|(?:\.{0,2}|~)/.*|[a-z]:\\.*|\w+://.*|(?i:vault|ssm|secretsmanager|keyring|arn|sm|kms|sealed|enc):.*"
    r"|[a-z_]\w*(?:\.[a-z_]\w*)+|.*\$\{.*|.*\{\{.*|0x[\da-fA-F]+|[\d.,]+[a-zA-Z]{1,3}|[\d./:-]+"
)
_IDENTIFIER: Final = regex.compile(
    r"(?i)(?=[a-z_\d]*(?:pass|pwd|secret|token|key|env|conf|param|arg|var|user|value|input|field|cred|example|sample|test|dummy))[a-z_][a-z_\d]*"
)
_SAMPLE: Final = regex.compile(
    r"(?i)(?:your|my|some|the|example|sample|test|dummy|fake|change|replace|insert|secret|password|admin|user)[a-z_-]*\d{0,4}!?"
)
_LEAST: Final = 16  # characters of a secret that a machine made
_DIGITS: Final = 4
_SHORTEST: Final = 6


def settings(message: Plain) -> Iterator[Finding]:
    """Find passwords and secrets that settings and command lines hold."""
    text = message.text
    if not _MAYBE.search(text):
        return
    for shape in (_PASSWORD, _OPTION, _TOOLS, _WIFI):
        for found in shape.finditer(text):
            if _written(found) and _made(_value(found)):
                say = warn if _WIRELESS.match(found[0]) else block
                yield say(Secret.PASSWORD, message.span(*_span(found)), "a password in a setting or a command line")
    for found in _SECRET.finditer(text):
        value = _value(found)
        if _written(found) and len(value) >= _LEAST and sum(map(str.isdigit, value)) >= _DIGITS and len(set(value)) > _LEAST // 2:
            yield block(Secret.API_SECRET, message.span(*_span(found)), "a secret in a setting: with it, anybody signs in its name")


def _span(found: regex.Match[str]) -> tuple[int, int]:
    return found.span("text") if found.groupdict().get("text") is not None else found.span("bare")


def _value(found: regex.Match[str]) -> str:
    start, stop = _span(found)
    return found.string[start:stop]


def _written(found: regex.Match[str]) -> bool:
    """Tell a value that is written out from code that fetches it, and from what a manual writes instead."""
    value = _value(found)
    if hollow(value, stated=False) or LINK.search(value) or _CODE.fullmatch(value) or _SAMPLE.fullmatch(value):
        return False
    return found.groupdict().get("text") is not None or not _IDENTIFIER.fullmatch(value)


def _made(value: str) -> bool:
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    return mixed and len(value) >= _SHORTEST and " " not in value and unlike_words(value)
