"""scamguard reads a message and says whether somebody poses as another to get the reader's secrets or money.

>>> import scamguard
>>> guard = scamguard.load()                                      # doctest: +SKIP
>>> guard.check("Kraken Support: send us your seed phrase").action  # doctest: +SKIP
<Action.BLOCK: 'block'>
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .brands import Brand
    from .errors import (
        BrandError,
        ChatError,
        DumpError,
        InputError,
        LexiconError,
        MessageBlocked,
        ModelError,
        ScamguardError,
        TrainingError,
    )
    from .explain import Contribution
    from .guard import Guard, load
    from .imitation import LookAlike, lookalike
    from .imitation.column import lookalikes
    from .sender import Sender
    from .sending import guarded
    from .ticket import Incident, incident
    from .verdict import Action, Evidence, Official, Policy, Verdict

_HOME = {
    "Action": "verdict", "Brand": "brands", "BrandError": "errors", "Contribution": "explain", "DumpError": "errors",
    "Evidence": "verdict", "Guard": "guard",
    "InputError": "errors", "LexiconError": "errors", "ModelError": "errors", "Policy": "verdict", "ScamguardError": "errors",
    "Verdict": "verdict", "load": "guard",
    "ChatError": "errors", "TrainingError": "errors", "MessageBlocked": "errors", "guarded": "sending",
    "LookAlike": "imitation", "lookalike": "imitation", "lookalikes": "imitation.column",
    "Incident": "ticket", "Official": "verdict", "Sender": "sender", "incident": "ticket",
}  # fmt: skip

__all__ = [
    "Action", "Brand", "BrandError", "ChatError", "Contribution", "DumpError", "Evidence", "Guard",
    "Incident", "InputError", "LexiconError", "LookAlike", "MessageBlocked", "ModelError", "Official",
    "Policy", "ScamguardError", "Sender", "TrainingError", "Verdict", "guarded", "incident", "load",
    "lookalike", "lookalikes",
]  # fmt: skip
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Load a public name on first use: importing scamguard itself loads no heavy module."""
    if name not in _HOME:
        raise AttributeError(f"module 'scamguard' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
