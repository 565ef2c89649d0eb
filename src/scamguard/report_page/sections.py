"""The sections of the page, as plain values for its template. Whatever a stranger wrote goes through ``masking``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from scamguard import __version__
from scamguard.conversations import why

from . import charts, masking, stories, tables, words
from .gather import BINS, STRIDE
from .languages import NAMES

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable
    from datetime import datetime

    import pyarrow as pa

    from scamguard.scanning import Summary

    from .gather import Gathered

_TOP: Final = 12
_RULES: Final = 15
_ANCHORS: Final = {
    "columns": ("timeline", "When"), "given": ("given", "Given away"), "kinds": ("what", "What they want"),
    "conversations": ("conversations", "Conversations"), "senders": ("who", "Who and where"), "brands": ("brands", "Whom they imitate"),
    "campaigns": ("campaigns", "Campaigns"), "examples": ("examples", "Examples"), "rules": ("rules", "Why"),
}  # fmt: skip


def sections(g: Gathered, summary: Summary, conversations: pa.Table | None, now: datetime) -> dict[str, Any]:
    """Give the template all that it names."""
    at = g.guard.model.card["thresholds"]
    columns, unit, strays = g.timeline.columns()
    labels = words.labels(columns, unit)
    tones = ["blocked" if (i + 0.5) / BINS > at["block"] else "warned" if (i + 1) / BINS > at["warn"] else "plain" for i in range(BINS)]
    tones[-1] = "blocked" if g.actions["block"] else tones[-1]
    brands = tables.brands(g, _TOP)
    domains, others = tables.domains(g, _TOP + 8)
    head, told = words.given(g)
    talks, more = tables.conversations(conversations, _TOP + 8)
    values: dict[str, Any] = {
        "title": f"scamguard: {words.headline(g)}",
        "headline": words.headline(g),
        "lead": words.lead(g, [row["label"] for row in brands]),
        "source": words.source(g, summary, now),
        "tiles": tables.tiles(g),
        "problems": _problems(summary),
        "columns": list(zip(labels, columns, strict=True)),
        "timeline": charts.timeline(columns, labels, "Flagged messages over time", words.timeline(columns, labels)),
        "unit": words.unit(unit),
        "clock": words.clock(g, strays),
        "given": tables.given(g),
        "given_count": g.gave,
        "given_head": head,
        "given_told": told,
        "kinds": _bars(g.kinds, g.kinds.total()),
        "asks": _bars(g.asks, g.kinds.total()),
        "conversations": talks,
        "conversations_more": more,
        "senders": tables.parties(g.senders, _TOP),
        "channels": tables.parties(g.channels, _TOP),
        "forgotten": _forgotten(g),
        "brands": brands,
        "domains": domains,
        "other_domains": others,
        "campaigns": stories.campaigns(g),
        "campaigns_lead": stories.lead(g),
        "examples": stories.examples(g),
        "rules": [{"label": why(g.guard, rule), "note": rule, "count": many} for rule, many in g.rules.most_common(_RULES)],
        "languages_caption": f"Languages, read from a sample (one in {STRIDE})" if g.sampled else "Languages of all messages",
        "languages": _languages(g.languages),
        "flagged_languages": _languages(g.flagged_languages),
        "histogram": charts.histogram(g.risks, tones, "Messages by risk", words.risks(g)),
        "risks": [] if g.outgoing else [(f"{i / BINS:.2f} to {(i + 1) / BINS:.2f}", many) for i, many in enumerate(g.risks)],
        "method": words.method(g),
        "footer": f"scamguard {__version__}. Made on this machine; this page loads nothing and sends nothing.",
    }
    named = [anchor for name, anchor in _ANCHORS.items() if values[name] or (name == "brands" and (domains or others))]
    values["sections"] = [("totals", "Totals"), *named, ("languages", "Languages"), ("method", "Method")]
    return values


def _bars(counts: Counter[str], of: int) -> list[dict[str, Any]]:
    return [
        {"label": name.replace("_", " ").replace("2fa", "2FA"), "note": words.share(many, of) + " of scams", "count": many}
        for name, many in counts.most_common(_TOP)
    ]


def _languages(counts: Counter[str]) -> list[dict[str, Any]]:
    total = counts.total()
    return [{"label": NAMES[code], "note": words.share(many, total), "count": many} for code, many in counts.most_common(_TOP)]


def _problems(summary: Summary) -> list[str]:
    notes, out = summary.notes, []
    if summary.left_out:
        left_out = f"{words.some(summary.left_out, 'message')} left out by --since, --until, --sender or --channel, and not judged"
        out.append(f"{left_out}: no figure here counts them.")
    if notes.broken:
        out.append(f"{words.some(notes.broken, 'broken record')} skipped, such as: {_places(notes.places)}")
    if notes.undecodable:
        out.append(f"{words.some(notes.undecodable, 'message')} held bytes that could not be decoded, judged as U+FFFD.")
    if notes.timeless:
        out.append(f"{words.some(notes.timeless, 'message')} had a time that cannot be told.")
    return out


def _places(places: Iterable[str]) -> str:
    return "; ".join(masking.name(place) for place in places)


def _forgotten(g: Gathered) -> str:
    parts = {"senders": g.senders.forgotten, "channels": g.channels.forgotten, "domains": g.domains.forgotten}
    told = [f"{many:,} {name}" for name, many in parts.items() if many]
    return f"{' and '.join(told)} of the least risk were set aside to bound memory; counts are lower bounds." if told else ""
