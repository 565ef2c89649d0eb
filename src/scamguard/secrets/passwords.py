"""Passwords in prose: what follows "my password is", in fourteen languages.

A value with a digit or a sign in it is no word of a sentence. A plain word might be one ("my password is wrong"), so it must end its
clause and is worth a question only; so are words in a row, and words joined by hyphens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .other import invites, opens
from .placeholders import hollow
from .postal import is_postal
from .words import mentions, pattern, source, terms

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .plain import Plain

# Signs, letters, and emoji or one ideogram amid Latin letters: a password may hold anything but a space.
LETTER: Final = (
    r"(?:[!-~]|(?![!-~\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}])[\p{L}\p{M}]"
    r"|(?<=[!-~])(?:\p{Extended_Pictographic}++|\p{Han})(?=[!-~]{2}))"
)
NAME: Final = rf"(?i:{source('password')})"
_IS: Final = rf"(?:,?\s{{0,3}}(?:(?i:{source('copula')})|:=|[：=]|:(?!//)|->|→|(?<=\s)[-–—](?=\s)|(?<=\p{{L}})['’]s(?=\s))){{1,3}}\s{{0,3}}"
_VALUE: Final = rf"(?:[\"'`“‘«「『]([^\"'`”’»」』\n]{{3,512}})[\"'`”’»」』]|({LETTER}{{3,}}+))"
_OF: Final = r"(?:\s(?:ngân hàng|tài khoản|ví|email|gmail|facebook|zalo|máy tính|điện thoại|đăng nhập|app|wifi)){0,2}"
_OWN: Final = rf"(?:[ \t]{{1,2}}(?i:{source('own')}))?"
_FOR: Final = r"(?:\s(?:for|to|on|de|para|pour|für|от|для|del|do|da|du|của|untuk)(?:\s(?:[\p{L}\d.@']{1,20}|https?://[!-~]{1,80}?(?=:?\s))){1,4}?)?"
STATED: Final = rf"{NAME}{_OF}{_OWN}{_FOR}{_IS}"  # "my password for the bank is"; the colon of "https://" says nothing
_STATED: Final = regex.compile(rf"{STATED}{_VALUE}")
_BARE: Final = regex.compile(rf"{NAME}(?:\s(?:от|для|к)(?:\s\p{{L}}{{1,20}}){{1,3}}?)?{_OWN}[ \t]{{1,2}}([!-~]{{4,}}+)")
_UNSPACED: Final = regex.compile(
    rf"{NAME}[\p{{Han}}\p{{Hiragana}}\p{{Katakana}}\p{{Hangul}} :=「『\"'“]{{0,12}}?(?<![!-~])({LETTER}{{4,}}+)",
)
_AFTER: Final = regex.compile(rf"(?<!\S)([!-~]{{4,}})\s?(?i:{source('copula')}|,|-|–)\s(?:(?i:{source('mine')})\s)?{NAME}")
_COMBO: Final = regex.compile(  # ann@example.com:hunter2, u: ann p: hunter2
    r"(?i)(?<![\w.+-])(?!git@)[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}[:|;]([!-~]{5,128}+)"
    r"|(?<![\w-])(?:u|un|usr|user|username|login|l|id|email|mail)\s?[:=]\s?\S{1,80}[\s,;/|]{1,4}(?:p|pw|pass|pwd)\s?[:=]\s?([!-~]{4,128}+)",
)
_PAIRED: Final = regex.compile(r"(?i)[\s,;/|]p(?:w|ass|wd)?\s?[:=]")
_MORE: Final = regex.compile(
    r"(?:[ \t]{1,2}(?:(?:or|and|oder|und|ou|et|o|y|или|и|或|和|atau|dan|veya|ve|hoặc|và)[ \t]|[,/|][ \t]?)?)([!-~]{5,}+)"
)
_ELSEWHERE: Final = regex.compile(  # "my pw is hunter2 but for the bank it's Sommer2024!"
    rf"(?<!\p{{L}})(?i:it['’]?s|it is|that['’]?s|{source('copula')})\s{{1,2}}[\"'`]?(?P<value>[!-.0-~]{{6,64}}+)(?!/)|[\n.!?。]"
)
_WORDS: Final = regex.compile(rf"{NAME}{_OWN}{_FOR}{_IS}((?-i:\p{{Ll}}{{3,12}})(?:[ ]\p{{Ll}}{{3,12}}){{3,7}})[ .!]*(?:$|\n)")
_ENDS: Final = regex.compile(r"\s*(?:$|[\n.!,;。！，、)(।။،۔]|(?:और|and|y|e|und|et|и|है|です|입니다|이야|예요|يا)(?!\p{L}))")
LINK: Final = regex.compile(r"(?i)^(?:h[tx]{2}ps?:|www\.)|^[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|html?|php|cn|ru|py|js|txt|pdf)(?:/\S*)?$")
_SHORT: Final = regex.compile(r"(?i)(?:pass|pin|pw|pwd|psw|mk|mdp)\b")  # names that mean other things too
_PASS: Final = regex.compile(  # "boarding pass A1B2C3", "the tests pass 1234 of 1300", "pin 4821 on the map"
    r"(?i)(?:pass|pin)(?![\s_-]{0,2}(?:code|phrase|word))\b"
)
_PASS_BEHIND: Final = regex.compile(r"(?i)\s?[,–-]\s(?:pass|pin)")  # "seat 14B, pass it on"
_CALLED: Final = regex.compile(r"[:=「『\"'\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_MINE: Final = regex.compile(  # whose it is, or what it opens
    r"(?i)(?:(?<!\p{L})(?:my|our|mein\p{Ll}{0,2}|unser\p{Ll}{0,2}|mon|ma|meu|minha|mi|mio|mia|мой|моя|benim|wi-?fi|wlan|bank|card|debit|credit|atm|sim"
    r"|phone|account|admin|root|server|vpn|router|e-?mail|gmail|ssh|login|log[ ]in|unlock)\s|[我的내제]\s?)$"
)
_ACCOUNT: Final = regex.compile(
    r"(?i)(?:(?<!\w)(?:log ?in|user(?:[ ]?name)?|usr|account|acc|id|e?mail)\s?(?P<sign>[:=]?)\s?\S{1,80}"
    r"|(?P<sign>[\w.+-]{1,64}@[\w.-]{1,80}))[\s,;/|]{1,3}(?:and\s)?$"
)
_WIFI: Final = regex.compile(
    r"(?i)(?:(?<!\p{L})(?:wi-?fi|wlan|hotspot)(?:[\s-](?:guests?|gast|gäste)-?)?[\s-]{0,2}|无线网?|無線網?路?)$"
)
_FOR_WIFI: Final = regex.compile(
    r"(?i)\s(?:for|für|de|du|del|do|to)\s(?:(?:the|our|my|das|la|le|el|il|o)\s)?(?:guest\s|gäste-?)?(?:wi-?fi|wlan)(?!\p{L})"
)
_WORDY: Final = 4  # letters, unlike those of "10am" and "2nd"
_NEAR: Final = 20
_BESIDE: Final = 90  # code points in which an account stands before its password
VARIED: Final = 3  # kinds of characters of what a machine, or somebody careful, made up
_PLACE: Final = regex.compile(r",?[ ]\p{Lu}\p{Ll}+")  # "pin 1234 Main Street", "PIN code 560001 Bangalore"
_UNSPACED_SCRIPT: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Myanmar}]")
_MARK: Final = regex.compile(r"[\p{M}\u200c\u200d]")  # half a letter: a vowel of Devanagari is no sign amid letters
_TAIL: Final = "-.,;:!?)]}\"'`”’»」』。，।။"
_CLOSING: Final = ".,;:\"'`”’»」』。，।။"  # no part of what is masked; a password may well end in "!!" or ")"


def passwords(message: Plain, wanted: Collection[str] = ()) -> Iterator[Finding]:
    """Find passwords and PINs that the message calls so; ``wanted`` names concepts, as ``asked`` gives them."""
    text = message.text
    for found in _COMBO.finditer(text) if "@" in text or _PAIRED.search(text) else ():
        yield from _combined(message, found)
    if not mentions("password", text):
        return
    asked = "password" in wanted
    for found in _STATED.finditer(text):
        group = 1 if found[1] else 2
        yield from _judged(message, found, group, stated=True, asked=asked)
    for shape in (_BARE, _UNSPACED, _AFTER):
        for found in shape.finditer(text):
            if asked or not _is_ticket(text, found):
                yield from _judged(message, found, 1, stated=False, asked=asked)
    for found in _WORDS.finditer(text):
        words = found[1].split(" ")
        if not (set(words) & terms("hedge") or any(word in terms("prose") for word in words[1:])):
            yield warn(Secret.PASSWORD, message.span(*found.span(1)), "words in a row that the message calls a password")


def _combined(message: Plain, found: regex.Match[str]) -> Iterator[Finding]:
    """Judge what stands beside an account: it must be made up, and no path."""
    group = 1 if found[1] else 2
    value = found[group].rstrip(_TAIL)
    if "/" in value or LINK.search(value) or hollow(value) or value.isdigit() or not unlike_words(value):
        return
    stop = found.start(group) + len(found[group].rstrip(_CLOSING))
    yield block(Secret.PASSWORD, message.span(found.start(group), stop), "a password beside the name of its account")


def _judged(message: Plain, found: regex.Match[str], group: int, *, stated: bool, asked: bool) -> Iterator[Finding]:
    """Say how much a value looks like a password."""
    text = message.text
    start = found.start(group) + len(found[group]) - len(found[group].lstrip("\"'`"))
    value = found[group].lstrip("\"'`").rstrip(_TAIL)
    if not value or LINK.search(value) or hollow(value, stated=stated) or not _own(text[max(0, found.start() - 2) : found.start()]):
        return
    if not stated and _SHORT.match(found[0]) and not any(char.isdigit() for char in value):
        return
    stop = start + len(value)
    if invites(text, found.start()) or (value.isdigit() and opens(text, found.start())):
        return
    if value.isdigit() and (is_postal(text, start, stop, asked=asked) or (not stated and _PLACE.match(text, stop))):
        return
    whole = start + max(len(value), len(found[group].lstrip("\"'`").rstrip(_CLOSING)))
    if _made(value, stated=stated):
        yield _given(message, found, (start, whole), asked=asked)
        yield from _more(message, found.end(group))
    elif stated and (joined := regex.split(r"[-_.]", value)) and len(joined) > 1:
        yield from _joined(message, (start, whole), joined)
    elif stated and not _SHORT.match(found[0]) and one_word(value) and _ENDS.match(text, stop):
        yield warn(Secret.PASSWORD, message.span(start, stop), "a word that the message calls a password")


def _given(message: Plain, found: regex.Match[str], place: tuple[int, int], *, asked: bool) -> Finding:
    """Warn of what guests are told as well, unless somebody asked for a password; block the rest."""
    before = message.text[max(0, found.start() - _NEAR) : found.start()]
    if not asked and (_WIFI.search(before) or _FOR_WIFI.search(message.text, found.start(), place[0])):
        return warn(Secret.PASSWORD, message.span(*place), "the password of a wireless network: whoever has it is inside")
    return block(Secret.PASSWORD, message.span(*place), "a password, called so in the message")


def _is_ticket(text: str, found: regex.Match[str]) -> bool:
    """Tell a pass to board with, a verb, or a pin in a map from a password that is somebody's, an account's, or made up with care."""
    value, behind = found[1].rstrip(_TAIL), found[0][found.end(1) - found.start() :]
    if kinds(value) >= VARIED or not (_PASS.match(found[0]) or _PASS_BEHIND.fullmatch(behind)):
        return False
    between = text[found.start() : found.start(1)]
    if _CALLED.search(between) or pattern("own").search(between) or _MINE.search(text, max(0, found.start() - _NEAR), found.start()):
        return False
    account = _ACCOUNT.search(text, max(0, found.start() - _BESIDE), found.start())
    return account is None or (value.isdigit() and not account["sign"])  # "user tests pass 1234 of 1300"


def _made(value: str, *, stated: bool) -> bool:
    if unlike_words(value):
        return stated or len(value) > 4 or value.isdigit()
    return stated and value.isdigit() and len(value) > 12


def _joined(message: Plain, span: tuple[int, int], words: list[str]) -> Iterator[Finding]:
    """Judge words joined by hyphens: three or more are a passphrase, "read-only" is a word."""
    if (
        len(words) >= 3
        and all(len(word) >= 3 and _letters(word) for word in words)
        and not {word.casefold() for word in words[1:]} & terms("prose")
    ):
        yield warn(Secret.PASSWORD, message.span(*span), "joined words that the message calls a password")


def _more(message: Plain, at: int) -> Iterator[Finding]:
    """Find what else is made up after a password: its second half, another one to try, or that of another account."""
    while (found := _MORE.match(message.text, at)) and (more := _another(message, *found.span(1))):
        yield more
        at = found.end()
    for found in _ELSEWHERE.finditer(message.text, at, at + _BESIDE):
        if found["value"] is None:
            return  # the sentence ends
        more = _another(message, *found.span("value"))
        if more and sum(map(str.isalpha, found["value"])) >= _WORDY:
            yield more


def _another(message: Plain, start: int, stop: int) -> Finding | None:
    written = message.text[start:stop]
    value = written.rstrip(_TAIL)
    mixed = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    if not mixed or LINK.search(value) or hollow(value) or "@" in value:
        return None
    why = "made up as the password before it: a part of it, or another"
    return block(Secret.PASSWORD, message.span(start, start + len(written.rstrip(_CLOSING))), why)


def one_word(value: str) -> bool:
    """Tell a word that might be a password from what is said of one."""
    return len(value) >= 4 and _letters(value) and value.casefold() not in terms("prose") and not _UNSPACED_SCRIPT.search(value)


def kinds(value: str) -> int:
    """Count the kinds of characters: capitals, small letters, digits, signs."""
    return sum((any(map(str.isupper, value)), any(map(str.islower, value)), any(map(str.isdigit, value)), not value.isalnum()))


def _letters(value: str) -> bool:
    return _MARK.sub("", value).isalpha()


def _own(before: str) -> bool:
    """Tell whether the name of a password is one, and not half of another (an e-mail subject, an option)."""
    return not before.endswith(("--", "/", "$", "@", "_", "."))


def unlike_words(value: str) -> bool:
    """Tell a made-up value from a word or a date.

    >>> [unlike_words(value) for value in ("Tr0ub4dor", "hunter2", "p@ssw0rd", "4821", "wrong", "e-mail", "8-16", "सुरक्षित")]
    [True, True, True, True, False, False, False, False]
    """
    digits, letters = sum(char.isdigit() for char in value), sum(char.isalpha() for char in value)
    if digits == len(value):
        return 4 <= digits <= 12 and not regex.fullmatch(r"(?:19|20)\d\d", value)
    if digits and letters:
        return len(value) >= 4
    signs = sum(not char.isalnum() and char not in "-'’.,/…~" for char in _MARK.sub("", value))
    return letters > 2 and signs > 0 and len(value) >= 6
