"""Home: whether all that a message points to is a brand's own, a firm's or a state's, so that whoever follows it comes to where it says.

A scam has to lead its reader somewhere. What leads to the real site alone, and names no number, account or other place to turn to, can only
ask for an answer. On a real site one may still be made to let a stranger's device in, to read what a stranger put there, or be passed on:
such pages do not count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from .hosts import host_in, is_state
from .judge import remembered
from .names import words
from .value import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .facts import Facts

_FIRMS: Final = words("firms")
_SHARED: Final = words("shared_hosts")
# On a site where people have pages: what is the site's own.
_OWN_PATH: Final = re.compile(r"(?i)/(?:settings|hacked|accounts?|security|help|login|password|me/settings)(?:[/?#]|$)")
_LETS_IN: Final = re.compile(
    r"(?i)\bdevice(?!s\b)|remote|activat|\bpair|/link\b|oauth|authori[sz]e|connect(?!\.garmin)|/(?:my)?tv\d*\b|anydesk|teamviewer|rustdesk"
    r"|quickassist|apppasswords|/begin\b|/code\b|uni-qr|dapp|/redir|/away|/slink|linkfilter|/amp/s/|[?&](?:q|u|url|to|mpre)=(?:https?|www)"
    r"|/share|/shortcuts|sharedalbum|/invite|paypalme|/ncp/|/invoice|/pools|wise\.com/pay|search"
)
_DATE: Final = re.compile(r"(?<![\d./-])(?:\d{4}([-/.])\d\d?\1\d\d?|\d\d?([-/.])\d\d?\2\d{2,4})(?![./-]?\d)|(?<!\d)20\d\d[-–/]20\d\d(?!\d)")
_MONEY: Final = re.compile(
    r"(?i)(?:Rp\.?|IDR|VND|[$€£¥₫₽₹₩₺]|R\$|US\$)\s?\d{1,3}(?:[.,\s]\d{3})+|(?<!\d)\d{1,3}(?:[.,\s]\d{3})+\s?(?:đ|vnd|₫|руб|₽|元|円|원|€|tl\b|₺)"
)
_NUMBER: Final = re.compile(r"\d(?:[^\w\n]{0,3}\d){6,}")  # seven digits, however they are set apart: a telephone, or an account
_IN_WORDS: Final = re.compile(  # five digits spelled out
    r"(?i)(?:\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)\b[^\w\n]{0,3}){5}|[零〇一二三四五六七八九幺]{7}"
    r"|(?<!\w)1-\d{3}-[a-z]"
)
# other places to turn to, named in words, and what one does where no link is followed
_ELSEWHERE: Final = re.compile(
    r"(?i)@|[\[({]\s*(?:dot|\.)\s*[\])}]|\w\s+(?:dot\s+|\.\s?)(?:com|net|org|info|top|xyz|io|app|site|online|shop|vip|cc|me|ru|cn)\b"
    r"|\b\w+\.eth\b|\bsms:|\b\d{1,3}(?:\.\d{1,3}){3}\b|(?:bit|tinyurl)\s(?:ly|com)\s?/"
    r"|whats?app|telegram|\bsignal\b|\bviber\b|\bzalo\b|\bkakao|wechat|телеграм|вотсап|ватсап|카톡|카카오톡|微信|加v|企业微信|扣扣|\bqq\b"
    r"|gift ?cards?|礼品卡|\bwin\s?\+\s?r\b|\bqr\b|二维码|二維碼|扫码|掃碼|courier (?:will|is)|\bbote[nr]?\b|coursier|курьер"
    r"|(?:officer|advis[eo]r|agent|operator|оператор\w*)\b.{0,60}\b(?:ring|phone|call|код|code)"
    r"|(?:ring|phone|call)s?\b.{0,60}\b(?:officer|advis[eo]r|agent|carrier)"
)


def home(text: str, there: Mapping[str, Facts]) -> str:
    """Give the first link of ``there`` if all of them lead home, and nothing else in ``text`` leads anywhere.

    Returns
    -------
    the link; empty if something else is there, or nobody is asked to follow one: a bare domain may be a mere name

    Examples
    --------
    >>> from scamguard.imitation.facts import facts
    >>> of = {link: facts(link) for link in ("netflix.com/account", "kraken.com", "netflix-help.example/a")}
    >>> home("Netflix: your card was declined. netflix.com/account", {"netflix.com/account": of["netflix.com/account"]})
    'netflix.com/account'
    >>> home("kraken.com will never ask", {"kraken.com": of["kraken.com"]}), home("netflix.com/account netflix-help.example/a", of)
    ('', '')
    """
    if not there or not all(is_home(link, of) for link, of in there.items()):
        return ""
    rest = text
    for link in there:
        rest = rest.replace(link, " ")
    if _ELSEWHERE.search(rest) or _IN_WORDS.search(rest) or _NUMBER.search(_MONEY.sub(" ", _DATE.sub(" ", rest))):
        return ""
    return next((link for link in there if "/" in link), "")


def is_home(link: str, of: Facts) -> bool:
    """Say whether one link leads to a page of a brand's, a firm's or a state's own.

    >>> from scamguard.imitation.facts import facts
    >>> [is_home(link, facts(link)) for link in ("netflix.com/account", "netflix.com/search?q=desk", "netflix-help.example/a")]
    [True, False, False]
    """
    value = read(link)
    if not of.site or of.alone or of.open or _LETS_IN.search(link) or _NUMBER.search(link) or remembered(link):
        return False
    if (of.paged or of.common or host_in(value.host, _SHARED)) and not _OWN_PATH.match(value.path):
        return False
    return of.own or host_in(value.host, _FIRMS) or is_state(value)
