"""What all tests share: one Hypothesis profile, the bundled guard, the bundled lexicon and a tiny model."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import HealthCheck, settings

import scamguard
from scamguard import lexicon

from . import tiny as tiny_corpus

if TYPE_CHECKING:
    from scamguard.guard import Guard
    from scamguard.lexicon import Lexicon
    from scamguard.model import Model

# Pools of processes that load scikit-learn anew take longer than what they compute here; a test of training asks for one again.
os.environ.setdefault("JOBLIB_MULTIPROCESSING", "0")

collect_ignore = ["typing"]  # read by mypy, never run
_SRC = Path(__file__).parents[1] / "src"

# Workers end together when the longest files are begun first. The second starts Java while the first compiles the kernels.
_LONGEST = (
    "test_notebooks.py", "test_spark.py", "test_cli.py", "test_serve_process.py", "test_sklearn.py", "test_chat_matrix.py",
    "test_serve_page.py", "test_suite.py", "test_pages.py", "test_train.py", "test_resume.py", "test_security.py", "test_hostile_text.py",
    "test_parts.py", "test_chat_automod.py", "test_lookalike.py", "test_secrets.py", "test_evasion.py", "test_dumps_packed.py",
)  # fmt: skip


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out whole files, as ``--dist loadfile`` does, with ``-n`` alone as well.

    A file of which two workers take a part starts its services, and trains its models, twice.
    """
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # noqa: PLC0415 - only with --numprocesses

    return LoadFileScheduling(config, log) if config.getoption("dist") in {"load", "loadfile"} else None


class _Examples:
    """Looks for examples in docstrings of ours alone, and where there are any: each worker would load and search every file."""

    @pytest.hookimpl(wrapper=True)
    def pytest_collect_file(self, file_path: Path) -> Any:
        found = yield
        if file_path.suffix == ".py" and file_path.is_relative_to(_SRC) and b">>>" in file_path.read_bytes():
            return found
        return [one for one in found if not isinstance(one, DoctestModule)]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Any:
    """Collect no garbage meanwhile, and never look at what is collected again: a million objects that live as long as the tests."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest-xdist, where it is asked for, keep our order: it would begin with the files of many tests, and those are quick."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False
    config.pluginmanager.register(_Examples())  # a hook of this file itself would see no file of src/


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
