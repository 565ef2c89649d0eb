"""What all tests share: one Hypothesis profile, the bundled guard, the bundled lexicon and a tiny model."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

import scamguard
from scamguard import lexicon

from . import tiny as tiny_corpus

if TYPE_CHECKING:
    from scamguard.guard import Guard
    from scamguard.lexicon import Lexicon
    from scamguard.model import Model

collect_ignore = ["typing"]  # read by mypy, never run

# A first example may compile a kernel, hence no deadline. `HYPOTHESIS_PROFILE=deep pytest` looks longer and elsewhere.
_SLOW_START = [HealthCheck.too_slow]
settings.register_profile("quick", max_examples=60, deadline=None, derandomize=True, suppress_health_check=_SLOW_START)
settings.register_profile("deep", max_examples=3000, deadline=None, suppress_health_check=_SLOW_START)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(scope="session")
def guard() -> Guard:
    """Load the bundled model once."""
    return scamguard.load()


@pytest.fixture(scope="session")
def bundled() -> Lexicon:
    """Read the bundled lexicons and rules once."""
    return lexicon.load()


@pytest.fixture(scope="session")
def tiny() -> Model:
    """Train the tiny model once."""
    return tiny_corpus.trained()
