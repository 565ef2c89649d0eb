"""Passwords in other wordings: by a name misspelled or of a language with few terms here, with a space in it, or after a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .passwords import LINK, NAME, STATED, VARIED, kinds, unlike_words
from .placeholders import hollow
from .words import mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_SIGN: Final = r"(?:\s{0,2}(?:[:：=]|->|→)|\s[-–—](?=\s))"
_VALUE: Final = r"\s{0,2}[\"'`“„«]?(?P<value>[!-~]{4,64}+)"
_OTHER: Final = regex.compile(  # a name, and what stands for "is" in its language
    r"(?i)(?<![\p{L}\d_.])(?:(?!passwords?(?!\p{L}))(?:pas{1,3}(?:wrd|wrod|wor|owrd|wod|worrd|wordd|wo?rds?)|pssword|pasw(?:d|ort)|pas+vord)(?!\p{L})(?:\s(?:is|was))?"
    r"|(?:password|parola d['’]ordine)\s(?:è|era|e['’])|(?:wacht|pas)woord(?:en)?(?:\sis)?|has[łl][oa](?:\s(?:to|jest|brzmi))?"
    r"|heslo(?:\sje)?|lösenord(?:et)?(?:\sär)?|(?:passord|adgangskode|kodeord)(?:et|n)?(?:\ser)?|salasana(?:ni)?(?:\son)?|jelsz[óo](?:m|ja|d)?(?:\saz)?"
    r"|κωδικ[όο]ς?(?:\sπρόσβασης)?(?:\sείναι)?|ה?סיסמ[הא](?:\sשלי)?(?:\sהיא)?|รหัสผ่าน(?:\s?คือ)?|parola(?:\smea)?\seste)"
    rf"(?:{_SIGN}|(?<=\p{{L}})(?=[\s\"'])|(?<=[\p{{Thai}}\p{{Hebrew}}])){_VALUE}"
)
_STEMS: Final = (  # of these names, one of which most messages do not hold
    "pasw", "passw", "passs", "passo", "pasv", "passv", "pssw", "password è", "password e",
    "parola", "woord", "hasł", "hasl", "heslo", "lösen", "adgangs", "kodeord", "salasana", "jelsz", "κωδικ", "סיסמ", "รหัส",
)  # fmt: skip
_USUAL: Final = regex.compile(r"passwords?(?! (?:è|e))")
_DIGIT: Final = regex.compile(r"\d")
_TWO_WORDS: Final = regex.compile(r"\p{Ll} \d\d")
_BREAK: Final = regex.compile(  # a word alone behind a question, or in the second line
    r"[?？]\s{1,2}[!-~]{6,64}\s*$|\A.{1,40}\n\s*[!-~]{6,64}\s*$"
)
_SPACED: Final = regex.compile(
    rf"{STATED}(?P<value>(?-i:\p{{Lu}}\p{{Ll}}{{2,15}})[ ]\d{{2,4}}(?P<sign>[!#$*@?]{{0,3}}))(?=\s*(?:$|[\n.,;]))"
)
_ASKED: Final = regex.compile(  # "password? …", or in a line of its own below
    rf"(?:{NAME}\s?[?？]\s{{1,2}}|^\s*(?:(?i:my|the|mein|das|mi|la|mon|le|il|meu)\s)?{NAME}\s?\n\s*)(?P<value>[!-~]{{6,64}}+)\s*$"
)
MONTH: Final = regex.compile(
    r"(?i)(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])\p{L}{0,6}\s|(?:version|room|gate|platform|seite|page|raum)\s"
)
_TAIL: Final = ".,;:\"'`”»)"
_SURE: Final = 4  # kinds of characters
_WHY: Final = "a password, called so in the message"


def wording(message: Plain) -> Iterator[Finding]:
    """Find passwords that the message calls so in an unusual way."""
    text = message.text
    if not _DIGIT.search(text):
        return
    unusual = _USUAL.sub("", text.lower())
    for found in _OTHER.finditer(text) if any(stem in unusual for stem in _STEMS) else ():
        value = found["value"].rstrip(_TAIL)
        if _mixed(value):
            yield block(Secret.PASSWORD, _span(message, found), _WHY)
    if not mentions("password", text):
        return
    for found in _SPACED.finditer(text) if _TWO_WORDS.search(text) else ():
        if not MONTH.match(found["value"]):
            yield (block if found["sign"] else warn)(Secret.PASSWORD, message.span(*found.span("value")), _WHY)
    for found in _ASKED.finditer(text) if _BREAK.search(text) else ():
        if _mixed(found["value"]):
            yield (block if kinds(found["value"]) >= _SURE else warn)(Secret.PASSWORD, _span(message, found), _WHY)


def _span(message: Plain, found: regex.Match[str]) -> tuple[int, int]:
    start = found.start("value")
    return message.span(start, start + len(found["value"].rstrip(_TAIL)))


def _mixed(value: str) -> bool:
    """Tell what is made up with care from a word, a link and a placeholder."""
    made = unlike_words(value) and any(map(str.isdigit, value)) and kinds(value) >= VARIED
    return made and not (LINK.search(value) or hollow(value) or "@" in value[1:-1] or "/" in value)
