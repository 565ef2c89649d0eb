"""Passwords in Chinese, Japanese or Korean letters: "パスワード：さくら2024".

Such a value has no spaces and looks like prose, so it counts where a sign says that it follows, and nothing in it is said of passwords.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import regex

from .finding import Finding, Secret, block, warn
from .words import mentions, source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .plain import Plain

_LETTER: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}ー]"
_STATED: Final = regex.compile(
    rf"(?i:{source('password')})\s{{0,2}}(?:(?P<sign>[:：=])|就?是|为|為|は|은|는)\s{{0,2}}[「『“\"']?"
    rf"(?P<value>(?:{_LETTER}|[!#-&*+./-9;-~]){{4,40}})(?=[」』”\"'\s,，、。!！?？)）]|$)"
)
_DIGITS: Final = regex.compile(r"\d{2}")
_LETTERS: Final = regex.compile(rf"{_LETTER}{{2,}}")
_WHOLE: Final = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー]{5,16}")
_SAID: Final = regex.compile(  # of a password: "see below", "8 letters at least", "forgotten", "the same"
    r"安全|保密|密码|密碼|登录|登入|设置|設置|設定|重置|输入|輸入|修改|忘|附件|私信|默认|默認|初始|生日|手机|手機|邮箱|郵箱|身份|客服|联系|聯繫|管理|错误|錯誤"
    r"|正确|正確|必填|必須|任意|变更|變更|変更|同|见|見|看|请|請|无|無|空|问|找|已|未|不|没|沒|的|了|是|在|和|或|有|到|至|需|号|號|后|後|位|字|数|數|账|帳|发|發|给|給"
    r"|文字|英|桁|下記|別途|です|ます|ません|ました|した|ない|なし|ください|から|まで|以上|以内|お問"
    r"|요|니다|없|잊|변경|입력|동일|설정|아래|필수|글자|자리|이상|문의"
)


def native(message: Plain) -> Iterator[Finding]:
    """Find passwords that the message calls so."""
    text = message.text
    if text.isascii() or not mentions("password", text):
        return
    for found in _STATED.finditer(text):
        value, span = found["value"], message.span(*found.span("value"))
        if not _LETTERS.search(value) or _SAID.search(value):
            continue
        if _DIGITS.search(value):
            yield block(Secret.PASSWORD, span, "a password, called so in the message")
        elif found["sign"] and _WHOLE.fullmatch(value):
            yield warn(Secret.PASSWORD, span, "words that the message calls a password")
