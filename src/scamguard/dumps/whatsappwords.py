"""What WhatsApp itself writes, in the languages of our lexicons: the names of the files it exports, and the lines about
groups, in which a colon may stand that no sender precedes.
"""

from __future__ import annotations

import re
from typing import Final

_APP: Final = r"(?:WhatsApp|واتساب)"
_WITH: Final = r"(?:with|mit|con|com|avec|с контактом|с|với|dengan|مع|bersama|tra|[-–:])"
_BEFORE: Final = re.compile(rf"^(?:\w+ (?:\w+ )?)?{_APP}(?:[- ]?\w+){{0,2}} {_WITH} (?P<name>.+)$")
_BEHIND: Final = re.compile(rf"^[与與和跟]?\s?(?P<name>.+?)\s?(?:ile(?: olan)?|के साथ|님과의|와의|과의|さんとの|との|的|之)\s?{_APP}\s?\S+$")
_ENCLOSED: Final = re.compile(rf"^{_APP}\s?(?P<name>.+?)(?:님과의|さんとの|との| के साथ| ile) \S+$")
_GROUP: Final = re.compile(
    r"created (?:the )?group|changed the (?:subject|group name|group description)"
    r"|hat die Gruppe|hat den (?:Betreff|Gruppennamen|Namen)|creó el grupo|cambió el (?:asunto|nombre)"
    r"|criou o? ?grupo|(?:mudou|alterou) o (?:assunto|nome)|a créé (?:le|un) groupe|a (?:changé|modifié) (?:le|l.)"
    r"|создала? группу|изменила? (?:тему|название)|グループ|그룹|đã tạo nhóm|đã (?:thay )?đổi"
    r"|grubunu|grubun|grup (?:adını|konusunu)|membuat grup|mengubah|समूह|ग्रुप"
    r"|أنشأت?|غيّ?رت?|创建了?|建立了?|更改了?|變更了?|修改了?"
)
_QUOTES: Final = re.compile('["“”„«»「」『』]')
_VERB: Final = 30  # characters behind the last quotation mark, where some languages have their verb


def chat_named(file: str) -> str:
    """Give the name of the chat out of that of its file.

    >>> chat_named("Chat de WhatsApp con Mia"), chat_named("Mia ile WhatsApp Sohbeti"), chat_named("与Mia的WhatsApp聊天"), chat_named("Mia")
    ('Mia', 'Mia', 'Mia', 'Mia')
    """
    found = _BEFORE.match(file) or _BEHIND.match(file) or _ENCLOSED.match(file)
    return found["name"] if found else file


def about_group(line: str, colon: int) -> bool:
    """Say whether a line tells of a group's name, and the colon stands within that: no sender precedes it.

    >>> about_group('Mia created group "Deals: hot"', 24), about_group('Mia "M: look at the group "x"', 6)
    (True, False)
    """
    if len(_QUOTES.findall(line, 0, colon)) % 2 == 0:
        return False
    pieces = _QUOTES.split(line)
    return len(pieces) > 2 and len(pieces[-1]) <= _VERB and _GROUP.search(f"{pieces[0]} {pieces[-1]}") is not None
