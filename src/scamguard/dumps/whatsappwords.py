"""What WhatsApp itself writes, in the languages of our lexicons: the names of the files it exports, the lines about groups,
in which a colon may stand that no sender precedes, and notices. A notice is known word for word, and of a name in it no more
than two words, so that nothing that somebody wrote to look like one is taken for it.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_SENTENCE: Final = re.compile(r"(?<=[.。।])\s*")
_LONGEST: Final = 400  # characters of a notice
_WORD: Final = r"(?:[\u2e80-\ud7af]{1,4}|(?:(?![\u0e00-\u109f\u2e80-\ud7af])[\w'’‑-]){1,20})"  # shorter where no spaces part words
_NAME: Final = rf"(?:~\s?)?\u2068?(?:{_WORD}(?:\s{_WORD})?|\+[\d\s()‑-]{{5,22}})\u2069?"
_NOTICES: Final = """
Messages and calls are end-to-end encrypted
Messages are end-to-end encrypted
Messages to this chat and calls are now secured with end-to-end encryption
Messages you send to this chat and calls are now secured with end-to-end encryption
Messages to this group are now secured with end-to-end encryption
No one outside of this chat, not even WhatsApp, can read or listen to them
Only people in this chat can read, listen to, or share them
Tap to learn more
Tap for more info
Tap to change
Learn more
* created this group
* added *
* removed *
* was added
* was removed
* left
* joined using this group's invite link
* joined using a group link
* changed this group's icon
* deleted this group's icon
* changed the group description
You're now an admin
You're no longer an admin
* pinned a message
Your security code with * changed
This chat is with a business account
This business uses a secure service from Meta to manage this chat
* changed their phone number to a new number
Tap to message or add the new number
* turned off disappearing messages
* is a contact
You blocked this contact
You unblocked this contact
Missed voice call
Missed video call
Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt
Nachrichten in diesem Chat sowie Anrufe sind jetzt mit Ende-zu-Ende-Verschlüsselung geschützt
Niemand außerhalb dieses Chats kann sie lesen oder anhören, nicht einmal WhatsApp
Nur Personen in diesem Chat können sie lesen, anhören oder teilen
Tippe, um mehr zu erfahren
Tippe für mehr Infos
Mehr erfahren
* hat diese Gruppe erstellt
* hat * hinzugefügt
* hat * entfernt
* wurde hinzugefügt
* hat die Gruppe verlassen
* ist der Gruppe mithilfe des Einladungslinks beigetreten
* hat das Gruppenbild geändert
* hat die Gruppenbeschreibung geändert
Deine Sicherheitsnummer für * hat sich geändert
Du bist jetzt Admin
Los mensajes y las llamadas están cifrados de extremo a extremo
Nadie fuera de este chat, ni siquiera WhatsApp, puede leerlos ni escucharlos
Solo las personas en este chat pueden leerlos, escucharlos o compartirlos
Toca para obtener más información
Obtén más información
* creó este grupo
* añadió a *
* agregó a *
* eliminó a *
* salió
* salió del grupo
* se unió usando el enlace de invitación de este grupo
* cambió el ícono de este grupo
* cambió la descripción del grupo
Cambió tu código de seguridad con *
As mensagens e as ligações são protegidas com a criptografia de ponta a ponta e ficam somente entre você e os participantes desta conversa
As mensagens e as chamadas são protegidas com a criptografia de ponta a ponta e ficam somente entre você e os participantes desta conversa
Nem mesmo o WhatsApp pode ler ou ouvi-las
Somente as pessoas que fazem parte da conversa podem ler, ouvir e compartilhar esse conteúdo
Toque para saber mais
Saiba mais
* criou este grupo
* adicionou *
* removeu *
* saiu
* entrou usando o link de convite deste grupo
O código de segurança de * mudou
* mudou a imagem do grupo
* mudou a descrição do grupo
Les messages et les appels sont chiffrés de bout en bout
Les messages et appels sont chiffrés de bout en bout
Le code de sécurité avec * a changé
Aucun tiers, pas même WhatsApp, ne peut les lire ou les écouter
Seules les personnes présentes dans cette discussion peuvent les lire, les écouter ou les partager
Appuyez pour en savoir plus
En savoir plus
* a créé ce groupe
* a ajouté *
* a retiré *
* est parti
* a quitté le groupe
* a rejoint le groupe via le lien d'invitation
Сообщения и звонки защищены сквозным шифрованием
Код безопасности для * изменился
Третьи лица, включая WhatsApp, не могут прочитать ваши сообщения или прослушать звонки
Подробнее
* добавил *
* добавила *
* удалил *
* удалила *
* покинул группу
* покинула группу
Mesajlar ve aramalar uçtan uca şifrelidir
WhatsApp da dahil olmak üzere bu sohbetin dışında bulunan hiç kimse mesajlarınızı okuyamaz ve aramalarınızı dinleyemez
Daha fazla bilgi edinmek için dokunun
* ayrıldı
Pesan dan panggilan dienkripsi secara end-to-end
Tidak seorang pun di luar chat ini, termasuk WhatsApp, yang dapat membaca atau mendengarkannya
Ketuk untuk info selengkapnya
* menambahkan *
* keluar
Tin nhắn và cuộc gọi được mã hóa đầu cuối
* đã thêm *
* đã rời đi
मैसेज और कॉल एंड-टू-एंड एन्क्रिप्टेड हैं
消息和通话已进行端到端加密
訊息和通話經端對端加密
メッセージと通話はエンドツーエンドで暗号化されています
메시지와 통화는 종단간 암호화됩니다
الرسائل والمكالمات مشفرة تمامًا بين الطرفين
* غادر
""".strip().split("\n")
_OF_TWO: Final = [line for line in _NOTICES if line.count("*") == 2]
_DOING: Final = re.compile("|".join(re.escape(line.split("*")[1]) for line in _OF_TWO))  # found sooner than a whole notice


def chat_named(file: str) -> str:
    """Give the name of the chat out of that of its file.

    >>> chat_named("Chat de WhatsApp con Mia"), chat_named("Mia ile WhatsApp Sohbeti"), chat_named("与Mia的WhatsApp聊天"), chat_named("Mia")
    ('Mia', 'Mia', 'Mia', 'Mia')
    """
    found = _BEFORE.match(file) or _BEHIND.match(file) or _ENCLOSED.match(file)
    return found["name"] if found else file


def about_group(line: str, colon: int) -> bool:
    """Say whether a line tells of a group, and the colon stands in a name there: no sender precedes it.

    >>> about_group('Mia created group "Deals: hot"', 24), about_group('Mia "M: look at the group "x"', 6)
    (True, False)
    """
    if len(_QUOTES.findall(line, 0, colon)) % 2 == 0:
        return _DOING.search(line, 0, colon) is not None and _members().fullmatch(line, 0, colon) is not None
    return names_group(line)


def names_group(line: str) -> bool:
    """Say whether a line tells how a group is called."""
    pieces = _QUOTES.split(line)
    return len(pieces) > 2 and len(pieces[-1]) <= _VERB and _GROUP.search(f"{pieces[0]} {pieces[-1]}") is not None


def is_notice(line: str) -> bool:
    """Say whether a line is a notice and nothing else.

    >>> is_notice("Messages and calls are end-to-end encrypted. Tap to learn more."), is_notice("Tap to learn more. Send your seed")
    (True, False)
    """
    sentences = _SENTENCE.split(line) if len(line) <= _LONGEST else [""]
    return all(_notice().fullmatch(sentence.rstrip(".。।")) for sentence in sentences if sentence or len(sentences) == 1)


@functools.cache
def _notice() -> re.Pattern[str]:
    return _with_names(_NOTICES)


@functools.cache
def _members() -> re.Pattern[str]:
    return _with_names(_OF_TWO)


def _with_names(lines: Sequence[str]) -> re.Pattern[str]:
    """Compile notices with their names: a third of a second, which no other format should wait for."""
    return re.compile("|".join(re.escape(line).replace(r"\*", _NAME) for line in lines))
