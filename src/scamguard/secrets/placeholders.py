"""What stands for a password in manuals, code and logs: ``<password>``, ``${DB_PASS}``, ``your_password``, ``********``.

A placeholder is a name, all of one case, between marks or behind one; whatever else begins with such a mark may well be a password.
"""

from __future__ import annotations

from typing import Final

import regex

_WORD: Final = r"(?:\p{Lu}?\p{Ll}+|\p{Lu}+)"
_NAME: Final = rf"{_WORD}(?:[_\-. :]{{1,2}}{_WORD})*"  # letters, and what joins words
_THING: Final = r"(?i:pass(?:word|wd|phrase|code)?|pwd|passwd|secret|token|key|credential|user|your|my|new|old|db)"
_CAMEL: Final = rf"(?:\p{{Ll}}*{_THING}\p{{L}}*)"  # dbPassword, userPwd
_LONGEST: Final = 100  # code points of a name
_NAMED: Final = regex.compile(  # the last mark may be cut off, as the end of a sentence is
    rf"[<\[{{(]{{1,2}}[ ]?(?:{_NAME}|{_CAMEL})[ ]?[>\]}})]{{0,2}}"
    rf"|\$[({{]{{0,2}}(?:{_NAME}|{_CAMEL})[)}}]{{0,2}}|\${{[\w.:\-]+}}?|{{{{[\w.\-]+(?:}}}}?)?"
    rf"|%(?:{_NAME}|{_CAMEL})%?|%\({_NAME}\)?s?|:{{?(?:{_NAME}|{_CAMEL})}}?|#{{(?:{_NAME}|{_CAMEL})}}?|__{_NAME}__|<%=?"
    rf"|.*\{{(?:{_NAME}|{_CAMEL})\}}.*"  # a template
    rf"|(?i:your)[\p{{L}}_\- ]*+|(?i:your)[_\-]?{_THING}\w*",
    regex.DOTALL,
)
_SHAPED: Final = regex.compile(
    r"[*•xX.·_?\-#]+|\d{1,2}[到至]\d{1,2}|\d[.)]?|[<\[{$%(:>\]}]+"  # ********, a page, a mark alone
    r"|(?i:&lt;.*|.*(?:censored|redacted).*|.*\(\).*)"
    r"|[:(][A-Za-z][).]?"  # a smile
    r"|(?i:passwords?|passwd|secrets?|pass[_-]?phrase|my[_-]?password|change[_-]?(?:me|it|this))"
    r"|(?i:example|placeholder|null|none|true|false|undefined|string|required)\d{0,3}"
    r"|(?i:(?:os|process|env|self|this|settings)\..*|config[.\[].*|(?:os\.)?(?:getenv|input|getpass)\(.*)|.*\w\[['\"]\w.*"
    r"|</?(?:[a-z]{1,10}|[A-Z]{1,10})\d?(?:[/>].*)?|[>=].*|\p{Lu}\p{Ll}+<\p{L}\w*>?"  # a tag, an operator, a type
    r"|[(\[<{:](?i:https?:|www\.|mailto:|tel:).*|<(?i:[a-z\d-]+\.)+(?i:[a-z]{2,})(?:/\S*)?>?|[\w.+-]+@[\w.-]+>.*"  # a link between marks
    r"|:[a-z][a-z\d_+-]*(?:::?[a-z\d_+-]+)*|\[[\p{L} _-]+\]?|\{\d\}"  # an emoji by its name, a tag before a text
    r"|[{\[(][\"'].*|\{\p{L}[\p{L}_]*:.*"  # an object or a list of values
    r"|\$[\p{L}_]+(?:->|[/\[:]).*|%[-+ 0-9.$]*[a-z]"  # a variable of a script and a format
    r"|[$€£¥₹]\d[\d.,]*(?i:k|m|bn|usd|eur)?"  # a price
    r"|\$(?:\d\w?|y|argon2\w*|pbkdf2[\w-]*)\$.*"  # a salted hash, as crypt writes it
    r"|[(\[<{](?i:min|max)?\W?\d{1,2}\W{0,2}(?:\d{1,2})?\W?(?i:char\w*|digits?|letters?|位|文字|자).*",
    regex.DOTALL,
)
_ASIDE: Final = regex.compile(r"[(\[<{$%:].*|.*[<>{}].*|(?i:your).*|(?i:password|passwd|secret)\d{0,3}", regex.DOTALL)


def hollow(value: str, *, stated: bool = True) -> bool:
    """Tell what stands for a password; one that is not ``stated`` to be the value ("password (8 chars)") is so more often.

    >>> [hollow(value) for value in ("<password>", "${DB_PASS}", "[your", "********", "$ecret99!Kz", "(Blue7Horse)", "your7Kq!pz")]
    [True, True, True, True, False, False, False]
    """
    if (len(value) <= _LONGEST and _NAMED.fullmatch(value)) or _SHAPED.fullmatch(value):
        return True
    return not stated and _ASIDE.fullmatch(value) is not None
