"""AutoMod: rules for Discord's own filter, for servers that run no bot. Crude, since it compares words alone, and chosen to be precise.

Keywords are phrases that are requests by themselves, to be answered to whoever sends them, and stand in no benign message of the
corpus (``train/keywords.py``); patterns are combinations that ask for a secret at the start of a clause, where no «never» can stand
before them. Neither knows what stands before a phrase, or that it is quoted. A server has six rules.
"""

from __future__ import annotations

import itertools
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import tomli

from scamguard.errors import ChatError, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# https://discord.com/developers/docs/resources/auto-moderation, «trigger metadata field limits»
RULES: Final = 6  # of type KEYWORD, a server
KEYWORDS: Final = 1000  # a rule
KEYWORD: Final = 60  # characters
PATTERNS: Final = 10  # a rule
PATTERN: Final = 260  # characters, in the flavour of Rust's regex: no look-around, no back-references
MESSAGE: Final = 150  # characters of what the sender is told
EXEMPT_ROLES: Final = 20
_MESSAGE_SEND, _KEYWORD, _BLOCK, _ALERT = 1, 1, 1, 2  # Discord's numbers: event type, trigger type, action types
_NOT_RUST = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]|\(\?P=|\(\?>|[*+?}]\+")
_TOLD: Final = "This looks like a scam and was not sent. Real support never asks for a password, code, private key or seed phrase."
GROUPS: Final = {
    "English": ("en", "mixed"),
    "中文": ("zh-Hans", "zh-Hant"),
    "español, português, français, Deutsch": ("es", "pt", "fr", "de"),
    "русский, українська, Türkçe, العربية, فارسی": ("ru", "uk", "tr", "ar", "ar-Latn", "fa"),
    "日本語, 한국어, हिन्दी": ("ja", "ko", "hi", "hi-Latn"),
    "Tiếng Việt, Indonesia, Melayu, ไทย": ("vi", "id", "ms", "th"),
}


def rules(
    langs: Sequence[str] = (), *, alert: str | None = None, exempt_roles: Sequence[str] = (), block: bool = True
) -> list[dict[str, Any]]:
    """Give rules as the body of ``POST /guilds/{id}/auto-moderation/rules``, one a group of languages that anything is known in.

    Parameters
    ----------
    langs
        Only groups that hold one of these languages; all by default.
    alert
        The id of the channel where moderators are told.
    exempt_roles
        Ids of the roles of staff.
    block
        Whether messages are held back; otherwise moderators are told alone.

    Raises
    ------
    ChatError
        A language is unknown, or no phrase in it is sure enough; an id is no id; or the rules would do nothing.
    """
    known = {lang.partition("-")[0] for of in GROUPS.values() for lang in of} - {"mixed"}
    if stray := [lang for lang in langs if lang not in known]:
        raise ChatError(unknown("language", stray[0], known))
    for name, value in [("alert channel", alert), *(("exempt role", role) for role in exempt_roles)]:
        if value is not None and not re.fullmatch(r"[0-9]{15,21}", value):
            raise ChatError(f"{name} {value!r} is no Discord id: copy it with developer mode on")
    if not block and alert is None:
        raise ChatError("the rules would neither block nor alert: give the id of a channel for alerts")
    actions: list[dict[str, Any]] = [{"type": _BLOCK, "metadata": {"custom_message": _TOLD}}] if block else []
    if alert is not None:
        actions.append({"type": _ALERT, "metadata": {"channel_id": alert}})
    made = [
        {
            "name": f"scamguard: {name}",
            "event_type": _MESSAGE_SEND,
            "trigger_type": _KEYWORD,
            "trigger_metadata": {"keyword_filter": _keywords(of), "regex_patterns": _patterns(of)},
            "actions": actions,
            "enabled": True,
            "exempt_roles": list(exempt_roles),
        }
        for name, of in GROUPS.items()
        if any(_keywords([lang]) or _patterns([lang]) for lang in of if not langs or lang.partition("-")[0] in langs)
    ]
    if not made:
        raise ChatError(f"no phrase in {', '.join(langs)} is sure enough for a word list: run a bot")
    check(made)
    return made


def check(made: Sequence[dict[str, Any]]) -> None:
    """Check rules against Discord's limits.

    Raises
    ------
    ChatError
        Discord would refuse them.
    """
    if len(made) > RULES:
        raise ChatError(f"{len(made)} keyword rules; Discord allows {RULES}")
    for rule in made:
        words, patterns = rule["trigger_metadata"]["keyword_filter"], rule["trigger_metadata"]["regex_patterns"]
        problems = [
            (len(words) > KEYWORDS, f"{len(words)} keywords, of {KEYWORDS}"),
            (len(patterns) > PATTERNS, f"{len(patterns)} patterns, of {PATTERNS}"),
            (not words and not patterns, "neither keywords nor patterns"),
            (len(rule["exempt_roles"]) > EXEMPT_ROLES, f"{len(rule['exempt_roles'])} exempt roles, of {EXEMPT_ROLES}"),
            *((not 0 < len(word.strip("*")) <= len(word) <= KEYWORD, f"keyword {word!r}: 1 to {KEYWORD} characters") for word in words),
            *((not 0 < len(p) <= PATTERN, f"pattern {p!r}: 1 to {PATTERN} characters") for p in patterns),
            *((_NOT_RUST.search(p) is not None, f"pattern {p!r}: not in Rust's flavour") for p in patterns),
            *((len(a["metadata"].get("custom_message", "")) > MESSAGE, "message too long") for a in rule["actions"]),
        ]
        if found := next((text for wrong, text in problems if wrong), None):
            raise ChatError(f"{rule['name']}: {found}")


def catches(made: Iterable[dict[str, Any]], text: str) -> bool:
    """Say whether Discord would act on a message: keywords between wildcards are found anywhere, whatever their case."""
    low = text.lower()
    return any(
        any(word.strip("*") in low for word in rule["trigger_metadata"]["keyword_filter"])
        or any(_compiled(pattern).search(text) for pattern in rule["trigger_metadata"]["regex_patterns"])
        for rule in made
    )


def _keywords(langs: Iterable[str]) -> list[str]:
    """Give the keywords of a group: the best of each language in turn, as many as fit."""
    ranks = itertools.zip_longest(*(_data()["keywords"].get(lang, []) for lang in langs))
    return [f"*{phrase}*" for phrase in dict.fromkeys(phrase for rank in ranks for phrase in rank if phrase)][:KEYWORDS]


def _patterns(langs: Iterable[str]) -> list[str]:
    return [pattern for lang in langs for pattern in _data()["patterns"].get(lang, [])]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@cache
def _data() -> dict[str, dict[str, list[str]]]:
    here = resources.files(__package__)
    return {
        "keywords": tomli.loads((here / "automod.toml").read_text("utf-8"))["keywords"],
        "patterns": tomli.loads((here / "automod_patterns.toml").read_text("utf-8"))["patterns"],
    }
