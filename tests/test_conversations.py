"""Messages judged in their conversation: context raises the sender's own words, and nothing else."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from typer.testing import CliRunner

from scamguard import dumps, scanning
from scamguard.cli import app
from scamguard.conversations import CONTEXT, SCHEMA, Conversations, combine, is_context, why
from scamguard.conversations.memory import LINES, Memory, answered, before, line
from scamguard.lexicon import SECRETS
from scamguard.verdict import Action

from .talking import START, judged, scam, table

if TYPE_CHECKING:
    import pyarrow as pa

    from scamguard.guard import Guard

DATA = Path(__file__).parents[1] / "data" / "conversations"
OPENER = "Hi, I'm with the wallet team, your balance shows zero because of the sync error. You have the paper from the setup?"
CLOSER = "Then read it to me from the top, I type along here."
WARNING = "Never give a code to anybody who writes to you first. Support never asks for it."
ODDS = st.floats(-12, 12)


@pytest.fixture(scope="module")
def labelled() -> list[dict[str, Any]]:
    return [json.loads(row) for name in ("scam", "benign") for row in (DATA / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def rows(guard: Guard, labelled: list[dict[str, Any]]) -> pa.Table:
    """Judge every message of the labelled conversations alone."""
    return judged(guard, [{**m, "channel": c["id"], "row": n + 1} for c in labelled for n, m in enumerate(c["messages"])])


@pytest.fixture(scope="module")
def ranking(guard: Guard, rows: pa.Table) -> dict[str, dict[str, Any]]:
    talks = Conversations(guard)
    talks.add(rows)
    return {row["channel"]: row for row in talks.ranking().to_pylist()}


def chat(guard: Guard, *said: tuple[str | None, str], **more: Any) -> list[dict[str, Any]]:
    """Judge one chat in its context."""
    whole = judged(guard, [{"sender": sender, "text": text, "channel": "dm", **more} for sender, text in said])
    out: list[dict[str, Any]] = Conversations(guard).add(whole).to_pylist()
    return out


@given(ODDS, ODDS, ODDS)
def test_context_never_lowers_and_never_says_more_than_both_readings(alone: float, joined: float, earlier: float) -> None:
    [whole] = combine.pooled(np.array([alone]), np.array([joined]), np.array([earlier]))
    event("raised" if whole > alone else "as it was")
    assert alone <= whole <= max(alone, joined)
    if joined <= earlier:
        assert whole == alone


@given(st.floats(0, 1, width=32))
def test_risks_survive_the_way_to_log_odds_and_back(risk: float) -> None:
    [back] = combine.risk(combine.log_odds(np.array([risk], np.float32)))
    assert back == pytest.approx(risk, abs=2e-6)


def test_an_ask_after_a_fake_support_opener_is_worse_than_alone(guard: Guard) -> None:
    [alone] = chat(guard, ("Wallet Desk", CLOSER))
    whole = chat(guard, ("Wallet Desk", OPENER), ("Ivy", "yes, please help"), ("Wallet Desk", CLOSER))
    assert whole[2]["risk"] > alone["risk"]
    assert alone["action"] == Action.ALLOW != whole[2]["action"]
    assert whole[2]["rules"][0] == CONTEXT
    assert whole[1]["risk"] < 0.5  # the reader is not blamed


def test_a_scam_raises_nobody_else(guard: Guard) -> None:
    [alone] = chat(guard, ("Rob", CLOSER))
    whole = chat(guard, ("Wallet Desk", OPENER), ("Rob", CLOSER), ("Mia", "lunch at one?"))
    assert whole[1]["risk"] == alone["risk"]
    assert whole[2]["action"] == Action.ALLOW


def test_a_warning_or_kind_words_lower_nothing(guard: Guard) -> None:
    ask = "Send me the 12 words of your wallet to restore it"
    [alone] = chat(guard, ("x", ask))
    for opening in (WARNING, "Hello! Hope you are well today.", "see you at 7"):
        for sender in ("x", "mod"):
            assert chat(guard, (sender, opening), ("x", ask))[1]["risk"] >= alone["risk"]


VERIFY = "Please verify at https://kraken-support.example/login now"
PHRASE = "Kraken Support: your wallet is locked. Reply with your 12-word seed phrase to restore it."


@pytest.mark.parametrize("scam", [[PHRASE], [VERIFY, PHRASE], [PHRASE, VERIFY], [OPENER, CLOSER], [PHRASE, VERIFY, PHRASE]])
@pytest.mark.parametrize("harmless", ["ok", "ok thanks see you", "good morning", "thanks!", "lunch at one?", "好的", "👍"])
def test_what_says_nothing_new_after_a_scam_stays_harmless(guard: Guard, scam: list[str], harmless: str) -> None:
    for row in chat(guard, *(("x", text) for text in (*scam, harmless, harmless)))[len(scam) :]:
        assert row["action"] == Action.ALLOW
        assert row["risk"] < 0.2


def test_an_ask_after_several_parts_of_a_scam_is_still_raised(guard: Guard) -> None:
    parts = ("Hi, I'm with the wallet team, your balance shows zero because of a sync error.", "You have the paper from the setup?", CLOSER)
    [alone] = chat(guard, ("x", CLOSER))
    assert chat(guard, *(("x", text) for text in parts))[2]["risk"] > alone["risk"] + 0.05


def test_a_message_whose_sender_is_not_known_has_no_context(guard: Guard) -> None:
    said = [(None, OPENER), (None, CLOSER)]
    alone = judged(guard, [{"text": text} for _, text in said])["risk"].to_pylist()
    assert [row["risk"] for row in chat(guard, *said)] == alone


def test_context_is_of_the_same_chat_and_recent(guard: Guard) -> None:
    here = judged(guard, [{"sender": "x", "text": OPENER, "channel": "a"}, {"sender": "x", "text": CLOSER, "channel": "b"}])
    assert Conversations(guard).add(here)["risk"].to_pylist() == here["risk"].to_pylist()
    late = judged(guard, [{"sender": "x", "text": OPENER}, {"sender": "x", "text": CLOSER, "time": START.replace(month=6)}])
    assert Conversations(guard).add(late)["risk"].to_pylist() == late["risk"].to_pylist()


def test_a_code_sent_after_an_ask_is_a_finding(guard: Guard) -> None:
    ask = "Kraken Support: you will get a six digit code, send it to me to release your withdrawal."
    whole = chat(guard, ("Kraken Support", ask), ("Tom", "it's 604182"))
    assert (whole[1]["kind"], whole[1]["action"], whole[1]["asks"]) == ("own_secret", "block", ["2fa_code"])
    assert whole[1]["rules"] == ["outgoing.otp"]
    assert whole[1]["text"] == "it's ••••••••"
    assert chat(guard, ("Ann", "what was the order number?"), ("Tom", "it's 604182"))[1]["kind"] != "own_secret"


def test_a_code_given_away_stands_in_no_output(tmp_path: Path) -> None:
    ask = "Kraken Support: you will get a six digit code, send it to me to release your withdrawal."
    said = [{"sender": "Kraken Support", "text": ask}, {"sender": "Tom", "text": "604182"}]
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(one) + "\n" for one in said), "utf-8")
    outs = [tmp_path / f"o.{suffix}" for suffix in ("jsonl", "csv", "sqlite", "sarif")]
    named = [word for out in outs for word in ("--out", str(out))]
    done = CliRunner().invoke(app, ["scan", str(tmp_path / "d.jsonl"), *named, "--report", str(tmp_path / "r.html"), "--by-conversation"])
    assert done.exit_code == 1, done.output
    assert "own_secret" in outs[0].read_text("utf-8")
    for out in (*outs, tmp_path / "r.html"):
        assert b"604182" not in out.read_bytes(), out
    assert "604182" not in done.output


def test_an_answer_to_somebody_else_is_none_to_the_scammer(guard: Guard) -> None:
    ask = "Kraken Support: you will get a six digit code, send it to me to release your withdrawal."
    said = [
        {"sender": "Ann", "text": "what's the door code?"},
        {"sender": "Kraken Support", "text": ask},
        {"sender": "Tom", "text": "it's 604182"},
    ]
    to_ann, to_scammer = (judged(guard, [*said[:2], {**said[2], "reply_to": to}]) for to in ("0", "1"))
    assert Conversations(guard).add(to_ann)["kind"][2].as_py() == ""
    assert Conversations(guard).add(to_scammer)["kind"][2].as_py() == "own_secret"


def test_whoever_asks_is_no_victim(guard: Guard) -> None:
    asks = [scam("send me the code", sender="a", asks=["2fa_code"]), scam("and yours", sender="b", asks=["2fa_code"])]
    out = Conversations(guard).add(table([*asks, {"sender": "b", "text": "it's 604182"}]))
    assert "own_secret" not in out["kind"].to_pylist()


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_blocks_may_be_cut_anywhere(guard: Guard, rows: pa.Table, size: int) -> None:
    some = rows.slice(0, 60)
    whole, parts = Conversations(guard), Conversations(guard)
    expected = whole.add(some).to_pylist()
    found = [row for at in range(0, len(some), size) for row in parts.add(some.slice(at, size)).to_pylist()]
    assert found == expected
    assert parts.ranking().equals(whole.ranking())


def test_the_labelled_conversations(labelled: list[dict[str, Any]], rows: pa.Table, ranking: dict[str, dict[str, Any]]) -> None:
    """Hold the figures of docs/report.md: what context adds, and what it costs."""
    alone = {row["channel"] for row in rows.to_pylist() if row["action"] != Action.ALLOW}
    scams, benign = ([c for c in labelled if c["label"] == label] for label in ("scam", "benign"))
    found = [c for c in scams if ranking[c["id"]]["flagged"]]
    false = [c for c in benign if ranking[c["id"]]["flagged"]]
    assert len(found) >= sum(c["id"] in alone for c in scams) + 6
    assert len(found) >= 0.88 * len(scams)
    assert len(false) <= sum(c["id"] in alone for c in benign) + 2
    given = [c for c in scams if c["given"]]
    assert sum(c["given"]["secret"] in ranking[c["id"]]["given"] for c in given) >= 0.85 * len(given)
    assert not [c["id"] for c in labelled if not c["given"] and ranking[c["id"]]["given"]]
    right = [c for c in found if ranking[c["id"]]["who"] == c["messages"][c["turn"]]["sender"]]
    assert len(right) >= 0.95 * len(found)


def test_the_ranking_says_who_what_and_when(guard: Guard) -> None:
    talks = Conversations(guard)
    talks.add(table([{"channel": "calm"}, scam("x", channel="bad", sender="eve"), scam("y", channel="worse", sender="mal", risk=1.0)]))
    worse, bad, calm = talks.ranking().to_pylist()
    assert [row["channel"] for row in (worse, bad, calm)] == ["worse", "bad", "calm"]
    assert (bad["who"], bad["asks"], bad["turned_row"], bad["kind"]) == ("eve", ["seed_phrase"], 2, "credential_request")
    assert (calm["flagged"], calm["turned"], calm["who"]) == (0, None, None)
    assert talks.ranking(1).num_rows == 1
    assert talks.ranking().schema == SCHEMA


def test_memory_has_a_bound_and_forgets_the_harmless_first(guard: Guard) -> None:
    talks = Conversations(guard, chats=10)
    talks.add(table([scam("x", channel="bad", sender="eve"), *({"channel": str(n), "sender": "a"} for n in range(500))]))
    assert talks.forgotten == 491
    assert len(talks.ranking()) == 11
    talks.add(table([{"channel": "bad", "sender": "tom"}]))
    [first] = talks.ranking(1).to_pylist()
    assert (first["channel"], first["messages"], first["flagged"]) == ("bad", 2, 1)


def test_a_chat_may_lie_in_several_files_of_a_dump(guard: Guard, tmp_path: Path) -> None:
    """A Slack export has a file a day, a Maildir a file a mail: who split a scam over them is followed all the same."""
    said = ["This is the security team of your bank.", "A text message with six digits is on its way to you.", "Read the digits out to me."]
    days = [[{"type": "message", "ts": f"171460799{n}.1", "user": "U1", "text": text}] for n, text in enumerate(said)]
    (tmp_path / "split" / "general").mkdir(parents=True)
    (tmp_path / "whole" / "general").mkdir(parents=True)
    for name in ("split", "whole"):
        (tmp_path / name / "users.json").write_text('[{"id": "U1", "name": "mia"}]', "utf-8")
        (tmp_path / name / "channels.json").write_text("[]", "utf-8")
    for n, day in enumerate(days):
        (tmp_path / "split" / "general" / f"2024-05-0{n + 1}.json").write_text(json.dumps(day), "utf-8")
    (tmp_path / "whole" / "general" / "2024-05-01.json").write_text(json.dumps([day[0] for day in days]), "utf-8")
    for part in ("cur", "new"):
        (tmp_path / "mails" / part).mkdir(parents=True)
    for n, text in enumerate(said):
        (tmp_path / "mails" / "cur" / str(n)).write_text(f"From: b@x.example\nMessage-ID: <{n}@x>\nSubject: s\n\n{text}\n", "utf-8")
    for name in ("split", "whole", "mails"):
        talks = Conversations(guard)
        scanning.scan(scanning.Judge(guard), [dumps.open(tmp_path / name)], talks=talks)
        [chat] = talks.ranking().to_pylist()
        assert (chat["file"], chat["messages"], chat["flagged"]) == (str(tmp_path / name), 3, 1)
    assert chat["turned_file"] == f"{tmp_path / 'mails'}/cur/2"


def test_files_that_are_chats_of_their_own_stay_apart(guard: Guard, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as out:
        for name in ("a.csv", "b.csv"):
            out.writestr(name, "sender,text\nmia,hello\n")
        out.writestr("c.csv", "sender,text,channel\nmia,hello,x\n")
        out.writestr("d.csv", "sender,text,channel\nmia,hello,x\n")
    talks = Conversations(guard)
    scanning.scan(scanning.Judge(guard), [dumps.open(tmp_path / "all.zip")], talks=talks)
    assert [(chat["channel"], chat["messages"]) for chat in talks.ranking().to_pylist()] == [(None, 1), (None, 1), ("x", 2)]


def test_past_findings_have_a_bound_too() -> None:
    memory = Memory(2, 4)
    for n in range(200):
        memory["f", str(n)].flagged = 1
        memory["f", str(n)].risk = n / 200
        memory.trim()
    kept = sorted(chat.risk for chat in memory)
    assert len(kept) <= 6
    assert kept[-1] == 199 / 200


def test_only_the_last_lines_are_kept() -> None:
    chat = Memory(1, 1)["f", "c"]
    for n in range(LINES + 5):
        chat.lines.append(line("a", str(n), None, "x" * 9000, 0.0))
    assert len(chat.lines) == LINES
    assert len(chat.lines[0].text) < 1000
    assert [spoken.id for spoken in before(list(chat.lines), "a", None)] == ["18", "19", "20"]
    assert answered(list(chat.lines), "b", None, None) == (None, True)


def test_every_reason_is_told(guard: Guard) -> None:
    assert "same sender" in why(guard, CONTEXT)
    assert "otp" in why(guard, "outgoing.otp")
    assert why(guard, "ask.secret.to-me").startswith("A secret")
    assert why(guard, "no.such.rule").startswith("No rule")
    assert [is_context(rule) for rule in (CONTEXT, "outgoing.otp", "ask.secret.to-me")] == [True, True, False]


def test_the_labelled_set_keeps_its_form(labelled: list[dict[str, Any]]) -> None:
    assert len({c["id"] for c in labelled}) == len(labelled)
    for c in labelled:
        assert set(c) == {"id", "lang", "label", "asks", "turn", "given", "pair", "messages"}
        assert all(set(m) == {"sender", "text"} and m["text"].strip() for m in c["messages"])
        assert set(c["asks"]) <= set(SECRETS)
        assert (c["turn"] is not None) == (c["label"] == "scam")
        assert c["turn"] is None or c["turn"] < len(c["messages"])
    for label in ("scam", "benign"):
        assert sum(c["label"] == label for c in labelled) >= 60
        assert len({c["lang"] for c in labelled if c["label"] == label}) >= 14
