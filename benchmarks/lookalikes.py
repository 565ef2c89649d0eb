"""Measure look-alike detection: ``python benchmarks/lookalikes.py DOMAINS [MESSAGES [PUBLIC]]``.

DOMAINS holds the gzipped lists named in docs/lookalikes.md; MESSAGES is ``data/messages``; PUBLIC holds ``*.jsonl`` or ``*.jsonl.gz``.
Each list is cut into two random halves. Rules and names were written from what was missed in the first half of
``cryptoscamdb_brand_labelled``; of the other lists, samples from both halves were looked at.
"""

from __future__ import annotations

import collections
import gzip
import json
import random
import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from scamguard import lookalikes
from scamguard.brands import registry
from scamguard.identity import NAMES, described
from scamguard.identity import rows as findings

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows(file: Path) -> list[list[str]]:
    with gzip.open(file, "rt", encoding="utf8", errors="replace") as lines:
        return [line.rstrip("\n").split("\t") for line in lines if line.strip()]


def plain(text: str) -> str:
    return re.sub("[^a-z0-9]", "", text.lower())


def known() -> dict[str, str]:
    return {plain(label): brand.name for brand in registry() for label in (brand.name, brand.id, *brand.labels)}


def shuffled(labelled: list[tuple[str, str]]) -> list[tuple[str, str]]:
    labelled = list(labelled)
    random.Random(11).shuffle(labelled)  # noqa: S311 - to be the same in every run
    return labelled


def recall(title: str, labelled: list[tuple[str, str]]) -> None:
    labelled = shuffled(labelled)
    found = lookalikes([domain for domain, _ in labelled]).column("brand").to_pylist()
    for half in (0, 1):
        cut = slice(len(found) // 2 * half, len(found) // 2 if half == 0 else None)
        part = list(zip(found[cut], (brand for _, brand in labelled[cut]), strict=True))
        hit = [pair for pair in part if pair[0]]
        right = sum(one == brand for one, brand in hit) / max(len(hit), 1)
        print(f"{title:24} half {half + 1}  n {len(part):6}  recall {len(hit) / max(len(part), 1):.4f}  right brand {right:.4f}")


def alarms(title: str, domains: list[str]) -> None:
    table = lookalikes(domains)
    found = len(domains) - table.column("kind").null_count
    print(f"{title:40} n {len(domains):6}  alarms {found:3}  {100 * found / max(len(domains), 1):.3f} %")


def measure(folder: Path) -> None:
    brands = known()
    labelled = [(d, brands[plain(b)]) for d, b in rows(folder / "cryptoscamdb_brand_labelled.tsv.gz") if plain(b) in brands]
    recall("cryptoscamdb", labelled)
    kinds = collections.defaultdict(list)
    for domain, brand, kind, _ in rows(folder / "lookalike_by_brand__phish.tsv.gz"):
        kinds[kind].append((domain, brands.get(plain(brand), "?")))
    for kind, of in sorted(kinds.items()):
        recall(kind, of)
    recall("typo1 + typo2", kinds["typo1"] + kinds["typo2"])
    top = [row[0] for row in rows(folder / "canvasfp_top10k_2024__benign.txt.gz")]
    for title, domains in (
        ("top 10k", top),
        ("false friends", [row[0] for row in rows(folder / "ethphish_whitelist__benign.txt.gz")]),
        ("brands' own", [domain for brand in registry() for domain in brand.domains if "." in domain]),
        ("official domains of 2fa directory", [row[0] for row in rows(folder / "twofactorauth_brands.tsv.gz")]),
    ):
        alarms(title, domains)
    speed(top, [d for of in kinds.values() for d, _ in of])


def speed(top: list[str], phish: list[str]) -> None:
    links = [f"https://{top[i * 7919 % len(top)]}/p/{i}/hello" for i in range(200_000)]
    mixed = [phish[i % len(phish)] if i % 20 == 0 else link for i, link in enumerate(links)]
    for title, column in (("links, honest hosts", links), ("of which 5 % distinct look-alikes", mixed), ("look-alikes alone", phish)):
        values, start = pa.array(column), time.process_time()
        lookalikes(values)
        print(f"{title:40} {len(column) / (time.process_time() - start) / 1000:.0f} k links/s a core")


def messages(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted([*folder.rglob("*.jsonl"), *folder.rglob("*.jsonl.gz")]):
        with gzip.open(file, "rt", encoding="utf8") if file.suffix == ".gz" else file.open(encoding="utf8") as lines:
            for line in lines:
                row = json.loads(line)
                yield f"{row['label']}/{row['kind']}" if "kind" in row else f"{row['label']}/{file.name.split('.')[0]}", row["text"]


def rates(folder: Path) -> None:
    groups = collections.defaultdict(list)
    for group, text in messages(folder):
        groups[group].append(text)
    print("hits in 10 000:", *NAMES, sep="\n  ")
    start, count = time.process_time(), 0
    for group, texts in sorted(groups.items()):
        share = findings([described(text) for text in texts]).mean(axis=0) * 10_000
        count += len(texts)
        print(f"{group:40} {len(texts):6} ", " ".join(f"{value:6.0f}" for value in share))
    print(f"{count / (time.process_time() - start) / 1000:.0f} k messages/s a core")


if __name__ == "__main__":
    lookalikes(["warm.example", "krakan.com"])
    measure(Path(sys.argv[1]))
    for extra in sys.argv[2:]:
        rates(Path(extra))
