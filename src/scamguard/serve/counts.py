"""Counts: what Prometheus is told. Labels come from fixed sets, so that no stranger can make them grow."""

from __future__ import annotations

from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from scamguard import __version__
from scamguard.verdict import Action

_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)
disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each, of the time it began: nobody reads them
_BATCH: Final = (1, 2, 4, 8, 16, 32, 64)


class Counts:
    """The metrics of one service, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        kept: dict[str, Any] = {"registry": self.registry}
        self.requests = Counter("scamguard_requests", "Requests answered.", ("route", "status"), **kept)
        self.seconds = Histogram("scamguard_request_seconds", "From the first byte of a request to the last of its answer.",
                                 ("route",), buckets=_SECONDS, **kept)  # fmt: skip
        self.open = 0
        Gauge("scamguard_requests_open", "Requests being answered.", **kept).set_function(lambda: self.open)
        self.messages = Counter("scamguard_messages", "Messages judged.", ("action",), **kept)
        self.judged = {action: self.messages.labels(str(action)) for action in Action}  # to look a label up costs more than to count
        self.refused = Counter("scamguard_refused", "Requests not answered in full, by the reason in the log.", ("reason",), **kept)
        self.together = Histogram(
            "scamguard_read_together", "Messages read in one go, of those that are not brief.", buckets=_BATCH, **kept
        )
        self.ready = Gauge("scamguard_ready", "1 when the model is loaded and warm.", **kept)
        Gauge("scamguard_build_info", "Always 1.", ("version",), **kept).labels(__version__).set(1)
