"""Finding: where a secret of the reader's own stands in what they are about to send, and never the secret itself.

A finding holds a kind, a place and a reason, so nothing that prints, logs or raises it can give the secret away.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Certainty(StrEnum):
    """How sure a finding is: ``block`` stops the message, ``warn`` asks the reader."""

    WARN = "warn"
    BLOCK = "block"


class Secret(StrEnum):
    """What a reader can give away without meaning to."""

    SEED_PHRASE = "seed_phrase"
    EXTENDED_KEY = "extended_key"
    WIF = "wif"
    RAW_KEY = "raw_key"
    KEYSTORE = "keystore"
    SOLANA_KEY = "solana_key"
    PEM = "pem"
    API_SECRET = "api_secret"  # noqa: S105 - the name of a kind
    ACCESS_TOKEN = "access_token"  # noqa: S105 - the name of a kind
    CARD = "card"
    OTP = "otp"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    BACKUP_CODE = "backup_code"
    TOTP_SEED = "totp_seed"

    @property
    def asked(self) -> str:
        """Give the name that a verdict's ``asks`` uses for it: what somebody must have asked for to get this.

        >>> Secret.WIF.asked
        'private_key'
        """
        return _ASKED.get(self, "private_key")


_ASKED: Final = {
    Secret.SEED_PHRASE: "seed_phrase",
    Secret.CARD: "card",
    Secret.OTP: "2fa_code",
    Secret.BACKUP_CODE: "2fa_code",
    Secret.TOTP_SEED: "2fa_code",
    Secret.PASSWORD: "password",
    Secret.API_SECRET: "password",
    Secret.ACCESS_TOKEN: "password",
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One secret: ``text[start:stop]`` in code points, of the message that is about to be sent."""

    start: int
    stop: int
    kind: Secret
    certainty: Certainty
    why: str

    def __post_init__(self) -> None:
        """Keep to spans that hold something."""
        if not 0 <= self.start < self.stop:
            raise ValueError(f"secrets: a finding needs 0 <= start < stop, got {self.start} and {self.stop}")


def block(kind: Secret, span: tuple[int, int], why: str) -> Finding:
    """Make a finding that stops the message."""
    return Finding(*span, kind, Certainty.BLOCK, why)


def warn(kind: Secret, span: tuple[int, int], why: str) -> Finding:
    """Make a finding that asks the reader."""
    return Finding(*span, kind, Certainty.WARN, why)


def settle(findings: list[Finding]) -> tuple[Finding, ...]:
    """Of findings that overlap, keep the surer, then the longer one; give them in reading order."""
    kept: list[Finding] = []
    last = -1
    by_worth = sorted(findings, key=lambda f: (f.certainty is Certainty.WARN, f.start - f.stop, f.start))
    for clash in _groups(by_worth):
        for finding in clash:
            if all(finding.stop <= other.start or other.stop <= finding.start for other in kept[last + 1 :]):
                kept.append(finding)
        last = len(kept) - 1
    return tuple(sorted(kept))


def _groups(findings: list[Finding]) -> list[list[Finding]]:
    """Part findings into groups that overlap only among themselves, each in the given order."""
    rank = {id(finding): n for n, finding in enumerate(findings)}
    groups: list[list[Finding]] = []
    edge = -1
    for finding in sorted(findings):
        if finding.start >= edge:
            groups.append([])
        groups[-1].append(finding)
        edge = max(edge, finding.stop)
    return [sorted(group, key=lambda f: rank[id(f)]) for group in groups]
