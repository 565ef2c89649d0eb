"""The command line says who wrote a message, and writes tickets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from scamguard.cli import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result

SCAM = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."
FAKE = ("--sender-name", "Kraken Support ✓", "--sender-handle", "@kraken_desk", "--first-contact")


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)


def test_check_says_who_is_speaking() -> None:
    result = run("check", SCAM, *FAKE, "--lang", "es")
    for words in ("poses as Kraken", "sender.unofficial", "sender.ticks", "support.kraken.com", "estafa"):
        assert words in result.stdout
    assert "“”" not in result.stdout
    told = json.loads(run("check", SCAM, *FAKE, "--json").stdout)
    assert (told["brand"], told["official"]["domain"], told["language"]) == ("kraken", "kraken.com", "en")


@pytest.mark.parametrize("form", ["markdown", "text", "json"])
def test_report_writes_a_ticket(form: str) -> None:
    result = run(
        "report", "-", *FAKE, "--format", form, "--lang", "de", "--channel", "Telegram", "--gave", "seed_phrase", "--done", "it's 482913",
        stdin=SCAM + "\n",
    )  # fmt: skip
    assert (result.exit_code, result.stderr) == (0, "")
    for words in ("Kraken aus: Frage nach Zugangsdaten", "Telegram", "@kraken_desk", "entfernt"):
        assert words in result.stdout
    assert "482913" not in result.stdout
    if form == "json":
        assert json.loads(result.stdout)["official"]["help"] == "https://support.kraken.com"


def test_report_says_when_a_message_is_not_flagged() -> None:
    result = run("report", "see you at 7", "--lang", "en")
    assert result.exit_code == 0
    assert "not flagged" in result.stderr
    assert result.stdout.startswith("# Suspected scam")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--gave", "pin"), "given: unknown secret 'pin'"),
        (("--sender-platform", "myspace"), "unknown platform 'myspace'"),
    ],
)
def test_a_wrong_option_ends_in_one_line(options: tuple[str, ...], words: str) -> None:
    result = run("report", SCAM, *options)
    assert result.exit_code == 2
    assert result.stderr.startswith("scamguard: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert not result.stdout


def test_scan_reads_the_senders_of_a_dump(tmp_path: Path) -> None:
    rows = [{"text": "hello, how are you", "sender": sender} for sender in ("Kraken Support ✓", "Anna", None)]
    file = tmp_path / "chat.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    assert run("scan", file, "--all", "--out", tmp_path / "out.jsonl").exit_code in (0, 1)
    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert [row["rules"] for row in out] == [["sender.claims_brand", "sender.ticks"], [], []]
