"""The GitHub action: real events from a file, GitHub's API a server on loopback, run as the workflow runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scamguard import ChatError
from scamguard.chat import github
from scamguard.chat.comment import Comment

from . import chatting
from .chatting import ADVISORY, SCAM, quotes, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scamguard.guard import Guard

ROOT = Path(__file__).parents[1]
TOKEN = "ghs_of_a_test"  # noqa: S105 - a test's
HOSTILE = f"{SCAM}\n`$(touch /tmp/pwned)` ${{{{ github.token }}}} '; exit 1; #\n::set-output name=x::y"


class GitHub(ThreadingHTTPServer):
    """Stands for GitHub's API: notes what is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.calls: list[tuple[str, Any]] = []
        self.tokens: set[str] = set()
        self.answer: tuple[int, Any] = (200, {})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answers(BaseHTTPRequestHandler):
    server: GitHub

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.calls.append((self.path, body))
        self.server.tokens.add(self.headers["Authorization"])
        status, said = self.server.answer
        self.send_response(status)
        self.end_headers()
        self.wfile.write(said if isinstance(said, bytes) else json.dumps(said).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[GitHub]:
    with served(GitHub()) as server:
        yield server


def event(body: str | None, action: str = "created", association: str = "NONE", **more: Any) -> dict[str, Any]:
    """Make an issue_comment event as GitHub writes it (the parts that do not matter here are left out)."""
    user = {"login": "support-desk-example", "id": 2, "node_id": "MDQ6VXNlcjI=", "type": "User", "site_admin": False}
    return {
        "action": action,
        "issue": {"url": "https://api.github.com/repos/example/wallet/issues/7", "id": 70001, "node_id": "I_kwDOAAA", "number": 7,
                  "title": "Balance shows zero", "user": {"login": "ben-example", "id": 1}, "labels": [], "state": "open"},
        "comment": {"url": "https://api.github.com/repos/example/wallet/issues/comments/71", "id": 71, "node_id": "IC_kwDOABCDEF4_zYx",
                    "html_url": "https://github.com/example/wallet/issues/7#issuecomment-71", "user": user, "body": body,
                    "author_association": association, "created_at": "2026-05-01T10:05:00Z", "updated_at": "2026-05-01T10:05:00Z"},
        "repository": {"id": 9, "node_id": "R_1", "name": "wallet", "full_name": "example/wallet", "private": False},
        "sender": user,
        **more,
    }  # fmt: skip


@pytest.fixture
def env(tmp_path: Path, hub: GitHub) -> dict[str, str]:
    (tmp_path / "event.json").write_text(json.dumps(event(HOSTILE)), "utf-8")
    return {
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"), "GITHUB_API_URL": hub.url, "GITHUB_GRAPHQL_URL": f"{hub.url}/graphql",
        "GITHUB_TOKEN": TOKEN, "GITHUB_OUTPUT": str(tmp_path / "output"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "SCAMGUARD_EXEMPT": "association:MEMBER, mia",
    }  # fmt: skip


def rewrite(env: dict[str, str], found: object) -> None:
    Path(env["GITHUB_EVENT_PATH"]).write_text(found if isinstance(found, str) else json.dumps(found), "utf-8")


def test_a_scam_is_hidden_labelled_and_answered(guard: Guard, env: dict[str, str], hub: GitHub, tmp_path: Path) -> None:
    line = github.run(env)
    assert line.startswith("comment on #7: delete: credential request")
    (graphql, query), (labels, label), (comments, reply) = hub.calls
    assert (graphql, labels, comments) == ("/graphql", "/repos/example/wallet/issues/7/labels", "/repos/example/wallet/issues/7/comments")
    assert query["variables"] == {"id": "IC_kwDOABCDEF4_zYx"}
    assert re.search(r"minimizeComment\(input: \{subjectId: \$id, classifier: SPAM\}\)", query["query"])
    assert label == {"labels": ["possible-scam"]}
    assert reply["body"].startswith("This is a scam")
    assert hub.tokens == {f"Bearer {TOKEN}"}
    assert (tmp_path / "output").read_text() == "response=delete\n"
    assert (tmp_path / "summary").read_text() == f"scamguard: {line}\n"
    assert not any(quotes(HOSTILE, said) for said in (line, json.dumps(hub.calls)))


def below(part: str, place: str, number: int = 8, **said: Any) -> dict[str, Any]:
    """Make an event of something below a pull request or discussion, or of what opens one."""
    whole = event(None, **said)
    written = {**whole.pop("comment"), "node_id": f"N_{part}", "title": None, "body": SCAM}
    del whole["issue"]
    return {**whole, place: {"number": number, "node_id": f"N_{place}", "title": "hi"}, part: {"number": number, **written}}


@pytest.mark.parametrize(
    ("found", "want"),
    [
        (below("comment", "pull_request"), ("comment on #8", ["N_comment", "labels", "comments"])),
        (below("review", "pull_request", action="submitted"), ("review on #8", ["N_review", "labels", "comments"])),
        (below("comment", "discussion"), ("comment on #8", ["N_comment", "N_discussion"])),
        (below("issue", "issue", action="opened"), ("body of #8", ["labels", "comments"])),
        (below("pull_request", "pull_request", action="opened"), ("body of #8", ["labels", "comments"])),
        (below("discussion", "discussion"), ("body of #8", ["N_discussion"])),
    ],
)
def test_whatever_is_written_is_judged(
    guard: Guard, env: dict[str, str], hub: GitHub, found: dict[str, Any], want: tuple[str, list[str]]
) -> None:
    rewrite(env, found)
    name, calls = want
    assert github.run(env).startswith(f"{name}: delete: credential request")
    assert [said["variables"]["id"] if path == "/graphql" else path.rpartition("/")[2] for path, said in hub.calls] == calls


def test_a_title_is_judged(guard: Guard, env: dict[str, str], hub: GitHub) -> None:
    found = below("issue", "issue", action="edited")
    rewrite(env, {**found, "issue": {**found["issue"], "title": SCAM, "body": None}})
    github.run(env)
    assert len(hub.calls) == 2


@pytest.mark.parametrize("text", ["Kraken Support: send us your s&#101;ed phr<!-- x -->ase", f"<!-- {ADVISORY} -->\n{SCAM}"])
def test_what_github_hides_hides_nothing(guard: Guard, env: dict[str, str], hub: GitHub, text: str) -> None:
    rewrite(env, event(text))
    github.run(env)
    assert len(hub.calls) == 3


FILLER = "and then we went to the market to buy bread.\n" * 620
MARKED = SCAM.replace("seed", "se**e**d").replace("phrase", "phr[ase](https://a.example)").replace("wallet", "wal**l**et")
LONG = f"{FILLER}{MARKED}\n{FILLER}"


@pytest.mark.parametrize("text", [LONG, f"a title\n\n{LONG}{'.' * (65_536 - len(LONG))}", f"{FILLER}{SCAM}\n{FILLER}<!-- x --> a **b**old"])
def test_nothing_is_hidden_in_the_middle_of_a_long_text(guard: Guard, text: str) -> None:
    decision = chatting.moderator(guard).worst(github.views(text))
    assert (decision.response, decision.cut) == ("delete", False)
    assert chatting.moderator(guard).worst(github.views(FILLER)).response == "pass"


def test_the_login_is_judged_as_a_sender() -> None:
    found = Comment.of(event(SCAM))
    assert found is not None
    assert (found.sender.handle, found.sender.platform) == ("support-desk-example", "github")


@pytest.mark.parametrize(
    "found",
    [event(ADVISORY), event(""), event(None), event(SCAM, association="MEMBER"), event(SCAM, action="deleted"), {"action": "opened"}, {}],
)
def test_what_need_not_be_hidden_is_left_alone(guard: Guard, env: dict[str, str], hub: GitHub, found: object) -> None:
    rewrite(env, found)
    github.run(env)
    assert hub.calls == []


def test_an_edited_comment_is_judged(guard: Guard, env: dict[str, str], hub: GitHub) -> None:
    rewrite(env, event(SCAM, action="edited", changes={"body": {"from": "hi"}}))
    github.run(env)
    assert len(hub.calls) == 3


@pytest.mark.parametrize("changes", [{"body": {"from": f"{SCAM} "}}, {"title": {"from": "help"}}, {"base": {"ref": {"from": "main"}}}, {}])
def test_an_edit_that_changes_nothing_of_it_is_not_told_again(
    guard: Guard, env: dict[str, str], hub: GitHub, changes: dict[str, Any]
) -> None:
    found = below("issue", "issue", action="edited", changes=changes)
    rewrite(env, {**found, "issue": {**found["issue"], "title": "Balance", "body": SCAM}})
    assert github.run(env).endswith("as before it was edited, nothing to do")
    assert hub.calls == []


def test_an_edit_that_makes_it_worse_is_told(guard: Guard, env: dict[str, str], hub: GitHub) -> None:
    rewrite(env, event(SCAM, action="edited", changes={"body": {"from": chatting.likely(guard)}}))
    github.run(env)
    assert len(hub.calls) == 3


def test_an_operator_chooses(guard: Guard, env: dict[str, str], hub: GitHub) -> None:
    github.run(env | {"SCAMGUARD_ON_BLOCK": "flag", "SCAMGUARD_LABEL": "spam?"})
    assert hub.calls == [("/repos/example/wallet/issues/7/labels", {"labels": ["spam?"]})]
    hub.calls.clear()
    github.run(env | {"SCAMGUARD_ON_BLOCK": "warn", "SCAMGUARD_LANG": "zh"})
    assert [path.rpartition("/")[2] for path, _ in hub.calls] == ["labels", "comments"]
    assert hub.calls[1][1]["body"].startswith("这是诈骗")
    hub.calls.clear()
    github.run(env | {"SCAMGUARD_REPLY": "false"})
    assert [path.rpartition("/")[2] for path, _ in hub.calls] == ["graphql", "labels"]


def test_a_dry_run_asks_nothing(guard: Guard, env: dict[str, str], hub: GitHub, capsys: pytest.CaptureFixture[str]) -> None:
    github.run({**env, "SCAMGUARD_DRY_RUN": "true", "GITHUB_TOKEN": ""})
    assert hub.calls == []
    assert capsys.readouterr().out.count("dry run: POST ") == 3


def test_it_runs_as_the_workflow_runs_it(env: dict[str, str], hub: GitHub) -> None:
    """The command of action.yml, its inputs in the environment as the action maps them."""
    action = (ROOT / "action.yml").read_text("utf-8")
    command = re.findall(r"run: (python -m scamguard\S*)", action)
    assert command == ["python -m scamguard.chat.github"]
    done = subprocess.run([sys.executable, *command[0].split()[1:]], env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("scamguard: comment on #7: delete: credential request")
    assert done.stdout.count("\n") == 1, "nothing that a stranger wrote can become a workflow command"
    assert len(hub.calls) == 3


def test_no_text_of_an_event_is_part_of_a_command() -> None:
    action = (ROOT / "action.yml").read_text("utf-8")
    assert not re.search(r"\$\{\{\s*github\.event", action)
    runs = re.findall(r"^ +run: (.*)", action, re.MULTILINE)
    assert len(runs) == 2
    assert not any("${{" in run for run in runs)
    inputs = set(re.findall(r"^  ([a-z-]+): \{ description", action, re.MULTILINE)) - {"response"}
    assert set(re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", action)) == inputs
    source = Path(github.__file__).read_text("utf-8")
    read = {f"SCAMGUARD_{name.upper().replace('-', '_')}" for name in inputs - {"token"}}
    assert set(re.findall(r"(SCAMGUARD_[A-Z_]+):", action)) == read
    assert all(name in source or f'"{name.removeprefix("SCAMGUARD_").lower()}"' in source for name in read)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"GITHUB_TOKEN": " "}, "GITHUB_TOKEN is not set"),
        ({"GITHUB_EVENT_PATH": ""}, "GITHUB_EVENT_PATH is not set"),
        ({"GITHUB_EVENT_PATH": "/nowhere/event.json"}, "/nowhere/event.json: No such file"),
        ({"GITHUB_API_URL": "http://evil.example"}, "must begin with https://"),
        ({"GITHUB_GRAPHQL_URL": "http://localhost.evil.example/graphql"}, "must begin with https://"),
        ({"SCAMGUARD_DRY_RUN": "maybe"}, "dry-run is 'maybe'; it must be true or false"),
        ({"SCAMGUARD_BUDGET": "soon"}, "budget is 'soon'; it must be a number of seconds"),
        ({"SCAMGUARD_ON_BLOCK": "hide"}, "on_block: unknown response 'hide'"),
    ],
)
def test_settings_without_meaning_are_told(env: dict[str, str], change: dict[str, str], said: str) -> None:
    with pytest.raises(ChatError, match=said):
        github.run(env | change)


@pytest.mark.parametrize(
    ("found", "said"), [("{", "not JSON"), ("[]", "a JSON object is expected, not list"), ("[" * 100_000, "not JSON")]
)
def test_a_broken_event_file_is_told(env: dict[str, str], found: str, said: str) -> None:
    rewrite(env, found)
    with pytest.raises(ChatError, match=said):
        github.run(env)


@pytest.mark.parametrize(
    ("part", "key", "value", "said"),
    [
        ("comment", "node_id", 'x"}) { evil', "comment.node_id is missing or no node id"),
        ("comment", "node_id", None, "comment.node_id is missing"),
        ("issue", "number", "7/../../evil", "issue.number is missing or no number"),
        ("repository", "full_name", "example/wallet/../evil", "repository.full_name is missing or not owner/name"),
    ],
)
def test_no_part_of_an_event_can_lead_elsewhere(part: str, key: str, value: object, said: str) -> None:
    found = event(SCAM)
    found[part][key] = value
    with pytest.raises(ChatError, match=said):
        Comment.of(found)


@pytest.mark.parametrize(
    "case",
    [
        ((403, {"message": "Resource not accessible by integration"}), "GitHub answered 403 Forbidden; give the job the permissions"),
        ((200, {"errors": [{"type": "FORBIDDEN", "message": SCAM}]}), "GitHub refused: FORBIDDEN"),
        ((200, b"<html>"), "no answer that can be read"),
    ],
)
@pytest.mark.usefixtures("guard")
def test_what_github_refuses_is_told_in_one_line(
    env: dict[str, str], hub: GitHub, case: tuple[Any, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hub.answer, said = case
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert github.main() == 2
    out = capsys.readouterr().out
    assert said in out
    assert out.startswith("::error title=scamguard::POST ")
    assert out.count("\n") == 1
    assert TOKEN not in out
    assert not quotes(SCAM, out)


def test_the_token_is_not_shown() -> None:
    api = github.api({"GITHUB_TOKEN": TOKEN})
    assert (api.rest, api.graphql) == ("https://api.github.com", "https://api.github.com/graphql")
    assert TOKEN not in repr(api)
