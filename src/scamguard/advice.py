"""Advice: what to tell the reader of a flagged message, in the reader's language.

One sentence by kind of scam, one by secret for whoever has given it already, and one on where the real brand is and to report it there.
Nothing of the message is repeated, so advice can never echo a secret; the brand's name and address come from the registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .errors import InputError
from .verdict import GIVEN_AWAY, Action
from .wording import called, filled, isolated, sentences, tag

if TYPE_CHECKING:
    from .verdict import Verdict

# What must be answered first where several secrets are asked for: what empties an account soonest.
_URGENCY: Final = ("remote_access", "seed_phrase", "private_key", "payment", "2fa_code", "password", "card", "id_document")
# What is given away first where a message does not say what it is after: a page that a link opens asks for the login.
_USUAL: Final = {
    "phishing_link": "password", "credential_request": "password", "payment_demand": "payment", "remote_access": "remote_access",
}  # fmt: skip


def advice(verdict: Verdict, lang: str | None = None) -> str:
    """Say in one to three sentences what this is, what to do if a secret was given already, and where to report it.

    Parameters
    ----------
    verdict
        What ``Guard.check`` said.
    lang
        A BCP-47 tag or a POSIX locale; that of the message if not given. What we do not speak gets English.

    Returns
    -------
    The advice; empty for an allowed message.

    Raises
    ------
    InputError
        ``lang`` is no str.
    """
    if verdict.action is Action.ALLOW:
        return ""
    if not isinstance(lang, str | None):
        raise InputError(f"lang is {type(lang).__name__}; give a str such as 'pt-BR', or None")
    lang = tag(verdict.language if lang is None else lang)
    table = sentences(lang)
    if verdict.kind == GIVEN_AWAY:
        return str(table["own_secret"])
    what = str(table["kind"].get(verdict.kind, table["kind"]["other"]))
    said = [what.format(scam=table["scam"][str(verdict.action)])]  # as sure as the verdict is
    given = next((secret for secret in _URGENCY if secret in verdict.asks), _USUAL.get(verdict.kind))
    if given is not None:
        said.append(table["given"][given])
    if real := verdict.official:
        brand = called(verdict.brand, real.name, lang)
        said.append(filled(table["official"], brand, lang, where=isolated(real.channel, lang)))
    else:
        said.append(table["report"])
    return str(table["between"]).join(said)
