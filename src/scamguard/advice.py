"""Advice: what to tell the reader of a flagged message, in the reader's language.

The sentences are data, ``advice/<lang>.toml``: one by kind of scam, one by secret for whoever has given it already,
and one on where to report. Nothing of the message is repeated, so advice can never echo a secret.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from .verdict import GIVEN_AWAY, Action

if TYPE_CHECKING:
    from .verdict import Verdict

# What must be answered first where several secrets are asked for: what empties an account soonest.
_URGENCY: Final = ("remote_access", "seed_phrase", "private_key", "payment", "2fa_code", "password", "card", "id_document")


def advice(verdict: Verdict, lang: str = "en") -> str:
    """Say in one to three sentences what this is, what to do if a secret was given already, and where to report it.

    Parameters
    ----------
    verdict
        What ``Guard.check`` said.
    lang
        A BCP-47 tag or a POSIX locale; what is not Chinese gets English.

    Returns
    -------
    The advice; empty for an allowed message.
    """
    if verdict.action is Action.ALLOW:
        return ""
    table = _table("zh" if lang.lower().startswith("zh") else "en")
    if verdict.kind == GIVEN_AWAY:
        return str(table["own_secret"])
    sentences = [table["kind"].get(verdict.kind, table["kind"]["other"])]
    given = next((secret for secret in _URGENCY if secret in verdict.asks), None)
    if given is not None:
        sentences.append(table["given"][given])
    sentences.append(table["report"])
    return str(table["between"]).join(sentences)


@cache
def _table(lang: str) -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / "advice" / f"{lang}.toml").read_text("utf-8"))
