"""Other numbers: an order, a room and an error have a "code" or a "number" too, and none of them lets anybody sign in.

What such a number belongs to stands right before it or its name ("order 482913", "posta kodu", 注文番号), or right after the name
("code postal", "the code for the gate").
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import regex

from .words import mentions, pattern, source, terms

if TYPE_CHECKING:
    from regex import Pattern

_WORK: Final = (  # what hours and bills are booked on
    r"(?:(?<![\p{L}\p{M}\p{N}])(?:projects?|projekt\w*|team|cost(?:[ -]cent(?:er|re)s?)?|department|wbs|time ?sheets?"
    r"|kostenstellen?|proyecto|projeto|projet|progetto|equipo|équipe|проекта?|команды)(?![\p{L}\p{M}])|项目|項目|团队|團隊|成本)"
)
_ANY: Final = rf"(?i:{source('other_number')}|{source('other_thing')}|{_WORK})"
_THING: Final = rf"(?i:{source('other_thing')})"
_NUMBER: Final = r"(?:[\s_-]?(?i:no|nr|num|number|nummer|numero|número|numéro|номер|id|code|n°|nº|№)\b\.?)?"
_MARKS: Final = r"[\s:：#(\"'“「『-]{0,3}"
_BEFORE: Final = regex.compile(rf"{_ANY}(?:['’]s)?{_NUMBER}{_MARKS}$")
_HOLDER: Final = regex.compile(rf"(?i:(?<!\p{{L}})(?:users?|accounts?|clients?|customers?|members?)){_NUMBER}{_MARKS}$")
_IS: Final = regex.compile(rf"{_ANY}(?:['’]s)?{_NUMBER}\s{{0,2}}(?i:{source('copula')})?{_MARKS}$")
_THING_IS: Final = regex.compile(rf"{_THING}\s{{0,2}}(?i:{source('copula')})?{_MARKS}$")
_SIGN: Final = regex.compile(r"[:：=][\s(\"'“「『-]{0,3}$")  # "the OTP for my account: …"
_CLAUSE: Final = regex.compile(r"[,;，；、]|(?i:\s(?:and|but|und|aber|y|pero|et|mais|e|mas|и|а|но)\s)")
_OF: Final = r"\s(?i:de la|de las|de los|de l['’]|du|des|de|da|do|del|della|d['’]|của|untuk|для|от)\s{0,2}"
_FOR: Final = (
    r"\s(?i:for|to|of|für|zum|zur|vom|pour|para|per)\s"
    r"(?:(?i:the|your|our|my|that|this|die|das|den|der|la|le|el|il|o|a)\s)?(?:\p{L}+\s)?"
)
_USED: Final = (  # "what code do you use for …"
    r"(?i:\s(?:do|did|should|can|shall|must)\s(?:i|you|we|they)\s(?:use|enter|book|put|write|type))"
)
_AFTER: Final = regex.compile(rf"(?:[\s-]?|{_OF}){_ANY}|{_USED}?{_FOR}(?:{_THING}|(?i:{_WORK}))")
_ACRONYM: Final = regex.compile(  # "HSN code"
    r"(?i)(?<![\p{L}\p{N}])(?:hsn?|sac|gl|ean|upc|icd|cpt|naics|sic|ifsc|micr|bsb|std|iso|lei|un)\s$"
)
_UNSPACED: Final = regex.compile(r"[\p{Han}\p{Katakana}\p{Hiragana}\p{Hangul}ー]")
_LATIN: Final = regex.compile(r"(?i)(?<![a-z])(?:qr|http|sku|url|zip)$")
_THING_BEFORE: Final = regex.compile(rf"{_THING}(?:['’]s)?\s{{0,2}}$")
_WHICH: Final = regex.compile(
    rf"(?i:(?<!\p{{L}})(?:which|what(?:['’]?s|\sis|\swas)?(?:\s(?:the|your))?|welche\p{{L}}*|quel\p{{L}}*|cu[áa]l\p{{L}}*|qual|какой|hangi))\s(?:\p{{L}}+\s)?{_ANY}"
    rf"|{_ANY}(?:番号|번호|号码|號碼|号|號|コード|코드|码|碼)"
)
_WHEN: Final = regex.compile(  # when people meet: "when did you get it?" goes on asking for the code
    r"(?i)(?<!\p{L})(?:when|wann|quand|cu[áa]ndo|quando|когда)\s(?:(?:do|are|shall|should|will|can|did)\s)?(?:we|wir|on|nos|treffen|встреча\p{L}*)(?!\p{L})"
    r"|(?<!\p{L})(?:when|wann|quand|cu[áa]ndo|quando|когда)\s[^.!?\n]{0,40}(?:meet(?:ing)?|arriv\p{L}*|leav\p{L}*|start\p{L}*|dinner|lunch|party"
    r"|train|bus|treff\p{L}*|zug|essen|vemos|quedamos|retrouve\p{L}*|встре\p{L}*)(?!\p{L})|什么时候见|几点见|什麼時候見"
)
_WINDOW: Final = 40

# An invitation to a meeting names the code that lets others in; whoever gets the invitation is meant to have it.
_INVITES: Final = regex.compile(
    r"(?i)(?:meeting|webinar|conference|besprechungs|r[eé]union|reunião|reunión|конференци\p{L}*|toplantı)[\s-]{0,2}(?:id|number|no|code|link|nummer)\b"
    r"|(?:id|n[uú]mero)\s(?:de\s)?(?:la\s|da\s)?r[eé]uni(?:[oó]n|ão)"
    r"|идентификатор конференции|zoom\.(?:us|com)/[jsw]/|teams\.(?:microsoft|live)\.com/"
    r"|microsoft teams|meet\.google\.com/|webex\.com/|meeting\.tencent\.com/"
    r"|dial[\s-]?in|腾讯会议|騰訊會議|会议\s?(?:号|id)|會議\s?(?:號|id)"
    r"|ミーティング\s?id|会議\s?id|회의\s?id"
)
_INVITED: Final = 200  # code points between an invitation and its passcode
_PLAINLY: Final = regex.compile(  # begins a line or a part of one: "the admin password" is somebody's
    r"(?i)(?:^|[\n,;.!?&#(|/，。；]|\d)\s*(?:(?:and|the|with|meeting|zoom|webinar|call|participant|numeric|phone|und|mit|et|y|e|con)\s+){0,3}$"
)
_OPEN: Final = regex.compile(  # what everybody in the room reads from the wall
    r"(?i)(?:(?<!\p{L})(?:kahoot|quiz|meeting|webinar|conference|dial[\s-]?in|besprechungs|konferenz|réunion|reunión|reunião|toplantı)[\s-]{0,2}"
    r"|会议室?|會議室?|进群|入群|ミーティング|会議|회의\s?|解压缩?|解壓縮?|压缩包|壓縮檔|解凍)$"  # or from beside the archive
)
_CALL: Final = regex.compile(r"(?i)(?<!\p{L})(?:zoom|webex|teams)\s(?:call\s)?$")  # "zoom passcode"; a "zoom password" is the account's
_FOR_OPEN: Final = regex.compile(
    r"(?i)\s(?:for|of|to|für|zum|zur|vom|de|du|pour|para|per)\s(?:(?:the|our|this|that|today['’]?s|das|die|den|la|el|le|il|o|a)\s)?"
    r"(?:kahoot|quiz|meeting|webinar|conference|(?:zoom|teams|webex)(?:\s(?:call|meeting)|(?![\s\p{L}-]))|besprechung|konferenz|réunion|reunión|reunião)"
)
_GAME: Final = regex.compile(r"(?i)(?<!\p{L})(?:game|door|gate|garage|entrance|parking|lobby|门禁?|門)\s?$")


def belongs(text: str, at: int, since: int = 0, *, stated: bool = False) -> bool:
    """Tell whether what stands at ``at`` is another thing's; ``stated``: "the order number is …" counts as well."""
    return (_IS if stated else _BEFORE).search(text, max(since, at - _WINDOW), at) is not None


def between(text: str, start: int, stop: int) -> bool:
    """Tell whether a number at ``stop`` is another thing's, though the name of a code ends at ``start``."""
    if _THING_IS.search(text, start, stop):
        return True
    if not _SIGN.search(text, start, stop) and (belongs(text, stop, start) or _HOLDER.search(text, start, stop)):
        return True
    clause = _CLAUSE.search(text, start, stop)  # "the OTP never came, my ticket is …"
    return clause is not None and belongs(text, stop, clause.end(), stated=True)


def named(text: str, start: int, stop: int) -> bool:
    """Tell whether the name ``text[start:stop]`` ("code", 番号) is another thing's.

    >>> [named(text, text.index("code"), text.index("code") + 4) for text in ("zip code?", "code postal", "code for the gate", "my code")]
    [True, True, True, False]
    """
    if _UNSPACED.match(text, start):
        return belongs(text, start) or _glued(text, start)
    if belongs(text, start) or _ACRONYM.search(text, max(0, start - 8), start):
        return True
    return _AFTER.match(text, stop, stop + _WINDOW) is not None


def thing(text: str, at: int) -> bool:
    """Tell whether the name of a one-time code at ``at`` is that of a door or a stay: "hotel confirmation code"."""
    return _THING_BEFORE.search(text, max(0, at - _WINDOW), at) is not None


def _glued(text: str, start: int) -> bool:
    """Tell whether a name written without spaces is the end of a longer one: 股票代码, 伝票番号, QRコード."""
    start -= text[start - 1 : start] in {"号", "號"}
    if _LATIN.search(text, max(0, start - 8), start):
        return True
    return start > 0 and _UNSPACED.match(text, start - 1) is not None and not _prefix().search(text, max(0, start - 8), start)


@cache
def _prefix() -> Pattern[str]:
    return regex.compile(rf"(?:{'|'.join(map(regex.escape, sorted(terms('code_prefix'))))})$")


def turns(text: str) -> bool:
    """Tell whether a message asks for another number: how many, how much, which room."""
    counts = mentions("counted", text) and pattern("counted").search(text) is not None
    return counts or _WHICH.search(text) is not None or _WHEN.search(text) is not None


def invites(text: str, at: int) -> bool:
    """Tell whether the passcode whose name stands at ``at`` is that of a meeting, which is meant to be passed on.

    >>> [invites(text, text.index("pass")) for text in ("Meeting ID: 823 4567 8901 passcode", "Meeting ID: 823, my password")]
    [True, False]
    """
    if _OPEN.search(text, max(0, at - _WINDOW), at) or _in_a_call(text, at):
        return True
    plainly = _PLAINLY.search(text, max(0, at - _WINDOW), at) is not None
    return plainly and _INVITES.search(text, max(0, at - _INVITED), at) is not None


def _in_a_call(text: str, at: int) -> bool:
    return text[at : at + 8].lower() == "passcode" and _CALL.search(text, max(0, at - _WINDOW), at) is not None


def shared(text: str, start: int, stop: int) -> bool:
    """Tell whether the name ``text[start:stop]`` is that of what all who take part get: "the pin for the Kahoot".

    >>> [shared(text, text.index("pin"), text.index("pin") + 3) for text in ("the pin for the quiz?", "the pin for the card?")]
    [True, False]
    """
    return invites(text, start) or _FOR_OPEN.match(text, stop, stop + _WINDOW) is not None


def opens(text: str, at: int) -> bool:
    """Tell whether a PIN whose name stands at ``at`` opens a door, or a game."""
    return _GAME.search(text, max(0, at - 16), at) is not None
