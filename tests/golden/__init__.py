"""Golden verdicts: what the bundled model says of some hundred messages, to the last bit. `make bless` writes them anew.

The messages are the golden cases of the package, the sample chat, and odd ones below; `verdicts.jsonl` holds, by their ids, the risk
as the bits of its float32, action, kind, asks, rules and the spans of evidence. A change of the model, the lexicons or the code that changes
one of them is seen here, and blessed if it is meant.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

import scamguard

if TYPE_CHECKING:
    from scamguard.guard import Guard

ROOT: Final = Path(__file__).parents[2]
FILE: Final = Path(__file__).with_name("verdicts.jsonl")
ODD: Final = {
    "empty": "", "nul": "\0", "half a pair": "\ud83d", "a mark alone": "\u0301", "only emoji": "😀👍🏽👨‍👩‍👧", "override": "send \u202eesarhp dees\u202c to me",
    "zero width": "send me your s\u200be\u200be\u200bd phrase", "look-alikes": "ѕend me your ѕееd phrаse", "full width": "ｓｅｎｄ ｍｅ ｙｏｕｒ ｓｅｅｄ ｐｈｒａｓｅ",
    "leet": "s3nd m3 y0ur s33d phr4se", "spaced": "send me your s e e d p h r a s e", "capitals": "SEND ME YOUR SEED PHRASE NOW", "dots": "a." * 300,
    "digits": "1" * 500, "one word": "password", "a code": "482913", "a link": "https://kraken-support.example/login", "a defanged link": "hxxps://kraken-support[.]example/login",
    "combining": "pa\u0301ssword " * 40, "lines": "send\nme\nyour\nseed\nphrase", "pinyin": "qing ba zhu ji ci fa gei ke fu", "homophones": "请把住记词发给客服", "split characters": "请把助 记 词发给客服",
    "mixed": "客服 here: 把 seed phrase 发给我 please", "quoted": "they wrote “send me your seed phrase” and I laughed", "denied": "we will never ask for your seed phrase",
    "long and calm": "see you at seven, bring the cake. " * 200, "a scam in the middle": "nice weather today. " * 150 + "Send me your 12-word seed phrase. " + "see you. " * 150,
    "html": "<b>send</b> me your <i>seed phrase</i>", "escape": "\x1b[31msend me your seed phrase\x1b[0m",
}  # fmt: skip


def messages() -> dict[str, str]:
    """Give the messages by their ids."""
    found = {f"odd: {name}": text for name, text in ODD.items()}
    for name, file in (("", ROOT / "src/scamguard/golden/messages.jsonl"), ("group-", ROOT / "data/samples/group.jsonl")):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        found |= {f"{name}{row['id']}": row["text"] for row in rows}
    return found


def verdicts(guard: Guard) -> dict[str, dict[str, Any]]:
    """Judge them all."""
    texts = messages()
    table = guard.scan(list(texts.values())).to_pylist()
    return {id_: _told(guard, text, row) for (id_, text), row in zip(texts.items(), table, strict=True)}


def _told(guard: Guard, text: str, row: dict[str, Any]) -> dict[str, Any]:
    evidence = guard.check(text).evidence
    bits = int(np.float32(row["risk"]).view(np.uint32))
    return {"risk": f"{bits:08x}", **{key: row[key] for key in ("action", "kind", "asks", "rules")},
            "evidence": [[e.rule, e.start, e.stop, e.start_utf16, e.stop_utf16] for e in evidence]}  # fmt: skip


def kept() -> dict[str, dict[str, Any]]:
    """Read what was blessed."""
    rows = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
    return {row.pop("id"): row for row in rows}


def changes(old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]) -> list[str]:
    """Say what differs, a line a message: risks as numbers, and each thing that is said of it, before and after."""
    lines = [f"{id_}: {'new' if id_ in new else 'gone'}" for id_ in [*new, *old] if (id_ in old) != (id_ in new)]
    for id_ in new:
        if id_ in old and old[id_] != new[id_]:
            parts = [f"{key} {_shown(key, old[id_][key])} → {_shown(key, value)}" for key, value in new[id_].items() if old[id_][key] != value]
            lines.append(f"{id_}: {'; '.join(parts)}")
    return lines


def _shown(key: str, value: Any) -> str:
    return f"{np.uint32(int(value, 16)).view(np.float32):.9g}" if key == "risk" else json.dumps(value, ensure_ascii=False)


def bless() -> list[str]:
    """Write the verdicts of today; give what changed."""
    new = verdicts(scamguard.load())
    changed = changes(kept() if FILE.exists() else {}, new)
    lines = (json.dumps({"id": id_, **verdict}, ensure_ascii=False) for id_, verdict in new.items())
    FILE.write_text("\n".join(lines) + "\n", "utf-8")
    return changed
