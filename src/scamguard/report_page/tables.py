"""The tables of the page: who, where, whom, what was given away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from . import masking, words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import pyarrow as pa

    from .bounded import Bounded
    from .gather import Gathered, Party

_GIVEN: Final = 20
_ASKS: Final = 3
_HOW: Final = {
    "homoglyph": "letters that look alike", "typo": "a misspelling", "combosquat": "the name with other words",
    "wrong_tld": "another ending", "subdomain": "the name in front of another domain", "path": "the name in the path",
    "userinfo": "the name before an @", "open_redirect": "a link that passes on", "free_host": "a page anyone can make",
    "shortener": "a shortened link", "bare_ip": "a bare number", "email": "a mailbox in its name",
    "handle": "a handle in its name", "display_name": "a display name",
}  # fmt: skip


def tiles(g: Gathered) -> list[dict[str, str]]:
    """Give the totals."""
    groups, grouped = g.campaigns.grouped
    out = [
        _tile("messages", g.messages, "plain"),
        _tile("to block", g.actions["block"], "blocked", words.share(g.actions["block"], g.messages)),
        _tile("to warn of", g.actions["warn"], "warned", words.share(g.actions["warn"], g.messages)),
    ]
    if len(g.senders) and not g.outgoing:
        flagged = sum(party.flagged > 0 for _, party in g.senders.best(len(g.senders)))
        out.append(_tile("senders flagged", flagged, "warned", f"of {len(g.senders) + g.senders.forgotten:,}"))
    if g.kinds:
        out.append(_tile("campaigns", groups, "plain", f"{words.some(grouped, 'message')} in all" if groups else ""))
    if g.gave:
        out.append(_tile("secrets given away", g.gave, "blocked"))
    return out


def _tile(label: str, value: int, tone: str, note: str = "") -> dict[str, str]:
    return {"label": label, "value": f"{value:,}", "tone": tone, "note": note}


def parties(found: Bounded[Party], most: int) -> list[dict[str, Any]]:
    """List senders or channels from which something was flagged, the riskiest first."""
    return [
        {
            "name": masking.name(name) or "(no name)",
            "note": f"mostly {party.kinds.most_common(1)[0][0].replace('_', ' ')}" if party.kinds else "",
            "blocked": party.blocked,
            "warned": party.warned,
            "flagged": party.flagged,
            "messages": party.messages,
            "share": words.share(party.flagged, party.messages),
            "worst": party.worst,
            "asks": secrets([secret for secret, _ in party.asks.most_common(_ASKS)]),
        }
        for name, party in found.best(most)
        if party.flagged
    ]


def brands(g: Gathered, most: int) -> list[dict[str, Any]]:
    """List the brands that are imitated or named."""
    found = sorted(g.imitated.items(), key=lambda item: (-item[1].worth, item[0]))
    out = []
    for name, brand in found[:most]:
        parts = {"named": brand.said, "look-alike link": brand.domains, "sender's name": brand.senders}
        out.append({"label": name, "note": ", ".join(f"{part} {many:,}" for part, many in parts.items() if many), "count": brand.worth})
    return out


def domains(g: Gathered, most: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """List the domains that imitate somebody, and the others that flagged messages lead to."""
    best = g.domains.best(len(g.domains))
    alike = [
        {
            "host": masking.name(host).replace(".", "[.]"),
            "brand": domain.brand or "",
            "how": _HOW.get(domain.kind, domain.kind),
            "official": domain.official or "",
            "messages": domain.messages,
            "flagged": domain.flagged,
        }
        for host, domain in best
        if domain.kind
    ]
    others = [
        {"label": masking.name(host).replace(".", "[.]"), "note": "", "count": domain.flagged}
        for host, domain in best
        if domain.flagged and not domain.kind
    ]
    return alike[:most], others[: most // 2]


def given(g: Gathered) -> list[dict[str, str]]:
    """List who gave a secret away, and where, but not what."""
    return [
        {
            "who": masking.name(row["sender"] or "(unknown)"),
            "what": secrets(row["asks"]) or "another secret",
            "where": masking.name(row["channel"] or base(row["file"])),
            "when": when(row["time"]),
            "place": place(row),
        }
        for row in g.given[:_GIVEN]
    ]


def conversations(table: pa.Table | None, most: int) -> tuple[list[dict[str, Any]], str]:
    """List the conversations in which something was flagged."""
    if table is None:
        return [], ""
    rows = [row for row in table.to_pylist() if row["flagged"]]
    out = [
        {
            "channel": masking.name(row["channel"] or base(row["file"])),
            "who": masking.name(row["who"] or "(unknown)"),
            "asks": secrets(row["asks"][:_ASKS]) + (" …" if len(row["asks"]) > _ASKS else ""),
            "given": secrets(row["given"]),
            "turned": when(row["turned"]) or f"row {row['turned_row']:,}",
            "flagged": row["flagged"],
            "messages": row["messages"],
            "risk": row["risk"],
        }
        for row in rows[:most]
    ]
    return out, f"{len(rows) - most:,} more have flagged messages." if len(rows) > most else ""


def place(row: Mapping[str, Any]) -> str:
    """Say where a message stands: the file's own name, and the row in it."""
    return f"{masking.name(base(row['file']))}, {row['row']:,}"


def base(file: str) -> str:
    """Give a file's name without its folders."""
    return re.split(r"[/\\]", file.rstrip("/\\"))[-1] or file


def secrets(names: list[str]) -> str:
    """Write names of secrets for people."""
    return ", ".join(name.replace("_", " ").replace("2fa", "2FA") for name in names)


def when(time: datetime | None) -> str:
    """Write a time to the minute."""
    return time.isoformat(" ")[:16] if time else ""
