"""What somebody is called: handles, profiles and display names, which cost nothing to choose.

A brand's name alone accuses nobody, for fans carry it, too; beside a role (support, 客服) or a tick it does, and so does a bent one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

import regex

from .finding import plainly, say
from .labels import match
from .names import words
from .profiles import owner
from .skeleton import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..brands import Brand
    from .finding import LookAlike
    from .labels import Match
    from .names import Names
    from .value import Value

ROLE: Final = re.compile(
    rf"\b(?:{'|'.join(sorted(words('roles')))}|help desk|customer (?:care|service)|atención al cliente|atendimento ao cliente"
    r"|müşteri hizmetleri|güvenlik|équipe|sécurité|segurança|hỗ trợ|chăm sóc khách hàng|an ninh)\b"
    r"|поддержк|підтримк|служб|безопасност|администратор|客服|官方|管理员|管理員|工作人员|工作人員|サポート|公式|管理者|運営|事務局"
    r"|고객센터|고객지원|공식|관리자|الدعم|دعم|خدمة العملاء|सहायता|सपोर्ट|ग्राहक सेवा",
    re.IGNORECASE,
)
TICK: Final = re.compile("[✓✔✅☑🔵🛡️]")
_STAFF: Final = re.compile("|".join(sorted(words("roles"))))
LONGEST_PART: Final = 64  # characters of a handle between dots
WORDS: Final = re.compile(r"[^\w]+|_")
_SEAM: Final = re.compile(r"(?<=[!-~])(?=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3])")  # ``kraken官方`` is two words
_PARTED: Final = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Devanagari}]")
_WORDED: Final = r"(?<![\p{{L}}\p{{M}}]){}(?!\p{{L}}{{3}})"


def called(v: Value, n: Names) -> LookAlike | None:
    """Judge a handle or display name."""
    bare = v.text.lstrip("@").lower()
    if bare in n.handles or bare in n.homes:  # ``@apple.com #618203``: a code that is bound to a domain ends so
        return None
    parted = _SEAM.sub(" ", unicodedata.normalize("NFC", v.text).lower())
    words = [word for word in WORDS.split(parted) if word]
    role, tick = bool(ROLE.search(v.text.replace("_", " "))), bool(TICK.search(v.text))
    if brand := next(_in_own_writing(v.text.casefold(), n), None) if role or tick else None:
        return say(plainly(brand, n), "display_name")
    for word in ["".join(words), *words] if len(words) < 8 else words:
        found = match(word, n)
        if found is None:
            continue
        if found.kind == "homoglyph" and plain(word) != word:
            return say(found, "homoglyph")
        beside = [other for other in words if other != word] if word in words else []
        if role or tick or (v.kind == "handle" and _poses(found, beside)):
            kind = found.kind if found.kind in ("homoglyph", "typo") else v.kind if v.kind == "handle" else "display_name"
            return say(found, kind)
    return None


def _poses(found: Match, beside: list[str]) -> bool:
    """Say whether a handle poses by itself: a bent name, one with a lure, or one with a role among the words beside it."""
    if found.kind == "exact":  # ``@bitpanda.hilfe.tom``
        return not found.name.word and any(_STAFF.fullmatch(word) for word in beside)
    return found.sure and not (found.name.word and found.kind == "typo")


def theirs(handle: str, platform: str) -> bool:
    """Say whether a brand verified the handle: there, or elsewhere, if it does not pose as staff."""
    brand = owner(handle)
    return brand is not None and (bool(platform and owner(handle, platform)) or not _staff(handle, brand))


def profiled(platform: str, handle: str, n: Names) -> LookAlike | None:
    """Judge a profile: fans call themselves after a brand, and only staff of its own speaks for it."""
    if owner(handle, platform):
        return None
    for part in handle.lower().split("."):
        found = match(part, n) if len(part) < LONGEST_PART else None
        if found and found.kind != "typo" and found.sure and _staff(handle, found.name.brand):
            return say(found, "handle")
    return None


def _staff(handle: str, brand: Brand) -> bool:
    """Say whether a handle poses as staff; ``team`` in ``steam`` does not."""
    rest = handle.lower()
    for label in brand.labels:
        rest = rest.replace(label, " ")
    return _STAFF.search(rest) is not None


def _in_own_writing(small: str, n: Names) -> Iterator[Brand]:
    """Give the brands that case-folded text calls by an alias; where its script parts words, by a word of its own, endings allowed."""
    for alias, brand in n.aliases.items():
        if alias in small and (not _PARTED.search(alias) or regex.search(_WORDED.format(regex.escape(alias)), small)):
            yield brand
