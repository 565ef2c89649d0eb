"""The sentences of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import masking

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from scamguard.scanning import Summary

    from .gather import Gathered
    from .timeline import Column

_DAY: Final = 24
_SAFE: Final = "Secrets found in what is shown are masked; messages cannot act in this page."
_UNITS: Final = {1: "one hour", 24: "one day", 7 * 24: "one week", 28 * 24: "four weeks", 91 * 24: "a quarter", 365 * 24: "a year"}


def some(count: int, noun: str) -> str:
    """Count things.

    >>> some(1, "message"), some(2000, "message")
    ('1 message', '2,000 messages')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def share(part: int, whole: int) -> str:
    """Give a share in percent, with a digit where it is small.

    >>> share(1, 3), share(1, 300), share(1, 10**6), share(0, 0)
    ('33 %', '0.3 %', '< 0.1 %', '0 %')
    """
    percent = 100 * part / whole if whole else 0
    if 0 < percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 10 else f"{percent:.0f} %"


def headline(g: Gathered) -> str:
    """Say what matters in one line."""
    if not g.messages:
        return "There was no message to judge"
    if g.outgoing:
        many = f"{g.gave:,}" if g.gave else "None"
        return f"{many} of {some(g.messages, 'message')} {_gives(g.gave or 1)} a secret of the writer's own away"
    scams = g.kinds.total()
    if not scams:
        return f"None of {some(g.messages, 'message')} looks like a scam"
    return f"{scams:,} of {some(g.messages, 'message')} {'looks' if scams == 1 else 'look'} like a scam"


def lead(g: Gathered, brands: Sequence[str]) -> str:
    """Say in a few sentences what was found."""
    if g.outgoing:
        most = _listed([_plain(secret) for secret, _ in g.given_kinds.most_common(3)]) if g.gave else ""
        return f"That is {share(g.gave, g.messages)}; given away most: {most}." if g.gave else ""
    scams = g.kinds.total()
    out = []
    if scams:
        kind, many = g.kinds.most_common(1)[0]
        out.append(f"That is {share(scams, g.messages)}; most often {_plain(kind)} ({share(many, scams)}).")
    if g.asks:
        out.append(f"What they are after most: {_listed([_plain(secret) for secret, _ in g.asks.most_common(3)])}.")
    if brands:
        out.append(f"Most imitated or named: {_listed(brands[:3])}.")
    if grouped := g.campaigns.grouped[1]:
        out.append(f"{share(grouped, scams)} are sent more than once, with small changes.")
    if g.gave:
        out.append("Somebody gave a secret away: see whom to reach first.")
    return " ".join(out)


def source(g: Gathered, summary: Summary, now: datetime) -> str:
    """Say what was read, when and by what."""
    model = str(g.guard.model.card.get("sha256", ""))[:12]
    rate = f"{some(g.messages, 'message')} in {summary.seconds:,.1f} s"
    made = f"Made {now:%Y-%m-%d %H:%M} UTC. {rate}."
    if g.outgoing:
        return f"{made} Only secrets of the writers' own were looked for, not scams."
    return f"{made} Model {model}, rules and brands as shipped with it{_pack(g.guard.model.card.get('pack'))}."


def given(g: Gathered) -> tuple[str, str]:
    """Head the list of those who gave a secret away, and say what it is."""
    told = f"{some(g.gave, 'message')} {_gives(g.gave)} a secret"
    if g.outgoing:
        return "What was given away", f"{told} of the writer's own away. What was sent is not shown here."
    return "Reach these people first", f"{told} away after somebody asked for it. What was sent is not shown here."


def unit(hours: int) -> str:
    """Name the width of a column."""
    if hours in _UNITS:
        return _UNITS[hours]
    return some(hours // _DAY, "day") if hours % _DAY == 0 else some(hours, "hour")


def labels(columns: Sequence[Column], hours: int) -> list[str]:
    """Label each column by when it begins."""
    return [column.start.isoformat(" ")[: 10 if hours >= _DAY else 16] for column in columns]


def clock(g: Gathered, strays: int) -> str:
    """Say what the times are and what the chart leaves out."""
    out = ["Times are UTC where the export names a zone, else its own clock."]
    if g.timeline.timeless:
        out.append(f"{some(g.timeline.timeless, 'message')} without a time {'is' if g.timeline.timeless == 1 else 'are'} not drawn.")
    if strays:
        out.append(f"{some(strays, 'message')} far from all others {'is' if strays == 1 else 'are'} not drawn.")
    return " ".join(out)


def timeline(columns: Sequence[Column], labels: Sequence[str]) -> str:
    """Describe the chart to those who cannot see it."""
    if not columns:
        return "No message has a time."
    flagged = [c.warned + c.blocked for c in columns]
    peak = max(range(len(columns)), key=lambda i: flagged[i])
    return f"{sum(flagged):,} flagged messages from {labels[0]} to {labels[-1]}; most, {flagged[peak]:,}, from {labels[peak]}."


def risks(g: Gathered) -> str:
    """Describe the histogram to those who cannot see it."""
    return f"{g.actions['allow']:,} messages are allowed, {g.actions['warn']:,} to warn of, {g.actions['block']:,} to block."


def method(g: Gathered) -> list[str]:
    """Say how far to trust all this."""
    if g.outgoing:
        return [
            "A message is to block where it holds a secret beyond doubt, and to warn of where it likely does. Scams were not looked for.",
            "Totals are exact. Languages are told by script and common words.",
            _SAFE,
        ]
    at = g.guard.model.card["thresholds"]
    out = [
        (
            f"A risk is a calibrated probability. From {at['warn']:.2f} a message is to warn of, from {at['block']:.2f} to block; "
            "the thresholds are set for few false alarms on ordinary traffic."
        ),
        (
            "It misses scams, above all indirect ones, and flags some honest messages. Treat a warning as a reason to look, not as proof, "
            "and look before you act against a sender."
        ),
        (
            "Totals are exact. Campaigns are near-duplicates found by MinHash: character 4-grams, half of them shared, "
            "numbers, links and handles left out."
        ),
        (
            "Languages are told by script and common words. A brand counts where a flagged message says its name, or where a link or a "
            "sender's name looks like it."
        ),
        _SAFE,
    ]
    if g.campaigns.forgotten:
        out.append(f"{some(g.campaigns.forgotten, 'small campaign')} had to be set aside to stay in bounded memory.")
    return out


def _gives(count: int) -> str:
    return "gives" if count == 1 else "give"


def _pack(about: dict[str, str] | None) -> str:
    """Name a rule pack, by its folder and what is in it."""
    return f", and the rule pack {masking.name(about['name'])} ({about['sha256'][:12]})" if about else ""


def _plain(name: str) -> str:
    return name.replace("_", " ").replace("2fa", "2FA")


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
