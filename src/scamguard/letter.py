"""The ticket as a letter: polite, in the reader's language, as Markdown or plain text.

Our own words are prose. Whatever others wrote (the message, names, handles, links, times) stands in code spans and fenced blocks
whose fences are longer than any run of backticks inside (CommonMark 0.31, 4.5 and 6.1), so it cannot become markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .visible import visible
from .wording import called, filled, isolated, tickets

if TYPE_CHECKING:
    from .ticket import Incident


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    lines: tuple[str, ...] = ()  # our own words
    items: tuple[tuple[str, str], ...] = ()  # a label of ours, a value of others
    quote: str = ""


def markdown(it: Incident) -> str:
    """Write Markdown."""
    parts = [f"# {it.title}", *_opening(it)]
    for section in _sections(it):
        parts.append(f"## {section.heading}")
        listed = [*(f"- {label}{code(value)}" for label, value in section.items), *(f"- {line}" for line in section.lines)]
        parts += ["\n".join(listed)] if listed else []
        parts += [fenced(section.quote)] if section.quote else []
    return "\n\n".join([*parts, tickets(it.language)["thanks"]]) + "\n"


def text(it: Incident) -> str:
    """Write plain text."""
    parts = [it.title, *_opening(it)]
    for section in _sections(it):
        lines = [section.heading]
        lines += [f"- {label}{isolated(_line(value), it.language)}" for label, value in section.items]
        lines += [f"- {line}" for line in section.lines]
        lines += [f"> {line}" for line in _lines(section.quote)] if section.quote else []
        parts.append("\n".join(lines))
    return "\n\n".join([*parts, tickets(it.language)["thanks"]]) + "\n"


def code(value: str) -> str:
    """Write a code span that ``value`` cannot leave.

    >>> code("a`b``c")
    '```a`b``c```'
    """
    value = _line(value)
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", value)), default=0))
    pad = " " if value.startswith("`") or value.endswith("`") else ""
    return f"{fence}{pad}{value}{pad}{fence}"


def fenced(value: str) -> str:
    """Write a fenced block that ``value`` cannot leave."""
    lines = _lines(value)
    fence = "`" * max(3, 1 + max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0))
    return "\n".join([f"{fence}text", *lines, fence])


def _line(value: str) -> str:
    return visible(" ".join(value.split())) or "-"


def _lines(value: str) -> list[str]:
    return visible(re.sub(r"\r\n?", "\n", value), keep="\n\t").split("\n")


def _opening(it: Incident) -> list[str]:
    words = tickets(it.language)
    if it.official:
        opening = filled(words["opening"], called(it.brand, it.official.name, it.language), it.language)
        to = words["to"].format(where=isolated(it.official.desk, it.language))
        return [words["hello"], f"{opening} {to}" if it.language not in ("zh", "zh-Hant", "ja") else opening + to]
    return [words["hello"], words["opening_unknown"]]


def _sections(it: Incident) -> list[_Section]:
    w = tickets(it.language)
    secrets = w["secret"]
    asked = tuple(secrets[secret] for secret in it.asks) or (w["unstated"],)
    please = [w["please"]["look"], w["please"]["block"]]
    please += [w["please"]["secure"]] if it.given else []
    please += [w["please"]["money"]] if it.traces or "payment" in it.given else []
    found = [
        _Section(w["head"]["what"], quote=it.message),
        _Section(w["head"]["when"], () if it.when else (w["unstated"],), (("", it.when),) if it.when else ()),
        _Section(w["head"]["where"], *_where(it, w)),
        _Section(w["head"]["asked"], asked),
        _Section(w["head"]["contacts"], items=_contacts(it, w)),
        _Section(w["head"]["money"], items=tuple((f"{w['label'][t.kind]} {t.chain}".rstrip() + w["colon"], t.value) for t in it.traces)),
        _Section(w["head"]["given"], tuple(secrets[secret] for secret in it.given)),
        _Section(w["head"]["done"], () if it.done else (w["unstated"],), tuple(("", step) for step in it.done)),
        _Section(w["head"]["shots"], it.screenshots),
        _Section(w["head"]["please"], tuple(please)),
    ]
    return [section for section in found if section.lines or section.items or section.quote]


def _where(it: Incident, w: dict[str, Any]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    label, who = w["label"], it.sender
    items = [(label["channel"], it.channel)]
    facts = []
    if who:
        items += [(label["platform"], who.platform), (label["name"], who.name), (label["handle"], who.handle)]
        facts += [label["first"]] if who.first_contact else []
        facts += [label["young"].format(days=f"{who.account_age_days:g}")] if who.account_age_days is not None else []
        facts += [label["verified"]] if who.verified else []
    known = tuple((f"{name}{w['colon']}", value) for name, value in items if value)
    return tuple(facts) if known or facts else (w["unstated"],), known


def _contacts(it: Incident, w: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    kinds = (("link", it.links), ("mailbox", it.mailboxes), ("handle", it.handles), ("phone", it.phones))
    return tuple((f"{w['label'][kind]}{w['colon']}", value) for kind, values in kinds for value in values)
