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

# Two workers end together when the longest files are begun first. The second needs no kernel, and runs while the first compiles them.
_LONGEST = (
    "test_sklearn.py", "test_resume.py", "test_notebooks.py", "test_cli.py", "test_train.py", "test_lexicon.py", "test_serve_process.py",
    "test_spark.py", "test_chat_matrix.py", "test_serve_page.py", "test_security.py", "test_hostile_text.py", "test_sender.py",
    "test_pages.py",
)  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-xdist, where it is asked for, keep our order: it would begin with the files of many tests, and those are quick."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    places = {name: at for at, name in enumerate(_LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(places)))


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
