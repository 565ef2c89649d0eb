"""docs/chat.md: what an operator copies is run as it stands there."""

from __future__ import annotations

import asyncio
import gc
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scamguard.chat import Moderator, Rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scamguard.guard import Guard

# frameworks make event loops that a page, ended before it has run, leaves behind; they are not this page's fault, nor the next test's
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "chat.md").read_text("utf-8")
SNIPPETS = dict(re.findall(r"<!-- test: (\w+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL))


@pytest.fixture(autouse=True)
def _load_once(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare every snippet the loading of the model."""
    monkeypatch.setattr("scamguard.guard.load", lambda *_, **__: guard)


@pytest.fixture(autouse=True, scope="module")
def _swept() -> Iterator[None]:
    """Spare the modules after this one what snippets left behind; once, for it takes a second beside all that other tests keep."""
    yield
    gc.collect()


def run(name: str) -> dict[str, Any]:
    space: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(SNIPPETS[name], f"chat.md:{name}", "exec"), space)  # noqa: S102 - our own page
    return space


def test_every_platform_has_a_snippet() -> None:
    assert set(SNIPPETS) == {"telegram", "discord", "slack", "slack_async", "matrix", "smtp", "milter", "github", "guarded"}


def test_the_table_names_the_settings_and_their_defaults() -> None:
    rules = Rules()
    for name, default in re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, re.MULTILINE):
        value = getattr(rules, name)
        if default.strip("`") not in {"none", "the platform's locale"}:
            assert str(value).lower() == default.strip("`")


def test_telegram() -> None:
    telegram_ext = pytest.importorskip("telegram.ext", reason="needs the telegram extra")
    application = run("telegram")["build"]("1:x")
    assert isinstance(application.handlers[-1][0], telegram_ext.MessageHandler)


def test_discord() -> None:
    pytest.importorskip("discord", reason="needs the discord extra")
    bot = run("discord")["bot"]
    asyncio.run(bot.setup_hook())
    assert bot.get_cog("ScamguardCog").moderators == 234567890123456789
    assert bot.intents.message_content


def test_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    slack_sdk = pytest.importorskip("slack_sdk", reason="needs the slack extra")
    pytest.importorskip("slack_bolt", reason="needs the slack extra")
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "of a test")
    monkeypatch.setattr(slack_sdk.WebClient, "auth_test", lambda *_, **__: {"ok": True})  # the only call that App makes
    app = run("slack")["build"]()
    assert any("judge" in middleware.name for middleware in app._middleware_list)


def test_slack_async(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("aiohttp", reason="AsyncApp needs aiohttp")
    pytest.importorskip("slack_bolt", reason="needs the slack extra")
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "of a test")
    app = run("slack_async")["build"]()
    assert any("judge" in middleware.name for middleware in app._async_middleware_list)


def test_mail() -> None:
    handlers = pytest.importorskip("aiosmtpd.handlers", reason="needs the smtp extra")
    handler = run("smtp")["controller"].handler
    assert isinstance(handler._inner, handlers.Proxy)
    assert handler._moderator.rules.fail_open is False


def test_milter(monkeypatch: pytest.MonkeyPatch) -> None:
    milter = pytest.importorskip("scamguard.chat.milter", reason="needs the milter extra", exc_type=ImportError)
    started: list[tuple[Moderator, int]] = []

    async def serve(moderator: Moderator, port: int) -> None:
        await asyncio.sleep(0)
        started.append((moderator, port))

    monkeypatch.setattr(milter, "serve", serve)
    run("milter")["main"]()
    assert [(chief.rules.exempt, port) for chief, port in started] == [(frozenset({"login:mia"}), 8890)]


def test_matrix() -> None:
    yaml = pytest.importorskip("yaml", reason="comes with the matrix extra")
    (module,) = yaml.safe_load(SNIPPETS["matrix"])["modules"]
    assert module["module"] == "scamguard.chat.matrix.ScamguardModule"
    settings = dict(module["config"])
    assert settings.pop("notice_user") == "@guard:example.org"
    assert Rules.of(settings).budget == 0.5


def test_github() -> None:
    yaml = pytest.importorskip("yaml", reason="comes with the matrix extra")
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    step = yaml.safe_load(SNIPPETS["github"])["jobs"]["scamguard"]["steps"][0]
    assert set(step["with"]) <= set(action["inputs"])
    assert action["runs"]["using"] == "composite"


def test_guarded(capsys: pytest.CaptureFixture[str]) -> None:
    run("guarded")
    assert capsys.readouterr().out == "sent\nnot sent: own secret (2fa code); .verdict says why\n"
