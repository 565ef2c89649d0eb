"""GitHub: an action that labels and hides comments of fake support. Reads the event's file, calls GitHub's API, prints a summary.

What strangers write is data here and never part of a command, a URL or the log: it is read from the event file (``comment``).
"""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scamguard.dumps.markdown import LARGEST, github_views
from scamguard.errors import ChatError, ScamguardError

from .comment import Comment
from .moderator import Moderator
from .policy import Response, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .policy import Decision

_MINIMIZE: Final = "mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: SPAM}) { minimizedComment { isMinimized } } }"
_ANSWER: Final = "mutation($id: ID!, $body: String!) { addDiscussionComment(input: {discussionId: $id, body: $body}) { comment { id } } }"
_PERMISSIONS: Final = "give the job the permissions issues: write, pull-requests: write and, for discussions, discussions: write"


@dataclass(frozen=True, slots=True)
class Api:
    """GitHub's API, or one that only says what it would be asked."""

    rest: str
    graphql: str
    token: str = field(repr=False)
    dry: bool = False

    def label(self, comment: Comment, label: str) -> None:
        """Put a label on the issue or pull request; one on a discussion would need the label's own id."""
        if comment.below != "discussion":
            self._call(f"{self.rest}/repos/{comment.repository}/issues/{comment.number}/labels", {"labels": [label]})

    def reply(self, comment: Comment, notice: str) -> None:
        """Post a comment."""
        if comment.below == "discussion":
            self._call(self.graphql, {"query": _ANSWER, "variables": {"id": comment.thread, "body": notice}})
        else:
            self._call(f"{self.rest}/repos/{comment.repository}/issues/{comment.number}/comments", {"body": notice})

    def minimize(self, comment: Comment) -> None:
        """Hide a comment as spam; anyone may unfold it. What opens an issue cannot be hidden."""
        if comment.hidable:
            self._call(self.graphql, {"query": _MINIMIZE, "variables": {"id": comment.node}})

    def _call(self, url: str, body: dict[str, Any]) -> None:
        if self.dry:
            sys.stdout.write(f"dry run: POST {url}\n")
            return
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/vnd.github+json", "Content-Type": "application/json"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="POST")  # noqa: S310 - checked in api()
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                said = json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise ChatError(f"POST {url}: GitHub answered {error.code} {error.reason}; {_PERMISSIONS}") from None
        except (OSError, ValueError) as error:
            raise ChatError(f"POST {url}: no answer that can be read: {getattr(error, 'reason', error)}") from None
        if isinstance(said, dict) and said.get("errors"):  # GraphQL says so with status 200
            kinds = ", ".join(sorted({str(e.get("type", "error")) for e in said["errors"] if isinstance(e, dict)}))
            raise ChatError(f"POST {url}: GitHub refused: {kinds or 'error'}; {_PERMISSIONS}")


def act(api: Api, comment: Comment, decision: Decision, label: str) -> None:
    """Do what was decided: flag is a label, warn a label and advice, delete hides the comment as well."""
    if decision.response is Response.PASS:
        return
    if decision.response is Response.DELETE:
        api.minimize(comment)
    if not decision.failed:
        api.label(comment, label)
    if notice := decision.notice():
        api.reply(comment, notice)


def api(env: Mapping[str, str]) -> Api:
    """Read where GitHub's API is, and the token, from the environment of a workflow."""
    rest = env.get("GITHUB_API_URL") or "https://api.github.com"
    graphql = env.get("GITHUB_GRAPHQL_URL") or f"{rest}/graphql"
    for url in (rest, graphql):
        if not re.match(r"https://|http://(?:127\.0\.0\.1|localhost)(?::\d+)?(?:/|$)", url):
            raise ChatError(f"{url}: the API's address must begin with https://")
    dry, token = _truth(env, "SCAMGUARD_DRY_RUN", default=False), env.get("GITHUB_TOKEN", "").strip()
    if not token and not dry:
        raise ChatError("GITHUB_TOKEN is not set: give the action its token, or a dry run")
    return Api(rest.rstrip("/"), graphql, token, dry)


def rules(env: Mapping[str, str]) -> Rules:
    """Read what the operator chose, from the inputs of the action."""
    table: dict[str, Any] = {"budget": 30.0}
    for name in ("on_warn", "on_block", "lang"):
        if value := env.get(f"SCAMGUARD_{name.upper()}", "").strip():
            table[name] = value
    if budget := env.get("SCAMGUARD_BUDGET", "").strip():
        try:
            table["budget"] = float(budget)
        except ValueError:
            raise ChatError(f"budget is {budget!r}; it must be a number of seconds above 0") from None
    table["exempt"] = env.get("SCAMGUARD_EXEMPT", "").replace(",", " ").split()
    return Rules.of(
        table | {"fail_open": _truth(env, "SCAMGUARD_FAIL_OPEN", default=True), "reply": _truth(env, "SCAMGUARD_REPLY", default=True)}
    )


def _truth(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = env.get(name, "").strip().lower()
    if value not in {"", "true", "false"}:
        raise ChatError(f"{name.removeprefix('SCAMGUARD_').lower().replace('_', '-')} is {value!r}; it must be true or false")
    return value == "true" if value else default


def run(env: Mapping[str, str]) -> str:
    """Judge what the event that started the workflow tells of; give the line that says what was done."""
    chosen, target = rules(env), api(env)
    comment = Comment.of(_event(env))
    if comment is None:
        return "nothing new or edited that is read: nothing to do"
    moderator = Moderator.load(chosen, pack=env.get("SCAMGUARD_RULE_PACK", "").strip() or None)
    try:
        decision = moderator.worst(views(comment.text), comment.who, comment.sender)
        known = decision.response > Response.PASS and _is_known(moderator, comment, decision)
    finally:
        moderator.close()
    if not known:
        act(target, comment, decision, env.get("SCAMGUARD_LABEL", "").strip() or "possible-scam")
    _write(env, "GITHUB_OUTPUT", f"response={decision.response}\n")
    line = f"{comment}: {decision.summary()}{'; as before it was edited, nothing to do' if known else ''}"
    _write(env, "GITHUB_STEP_SUMMARY", f"scamguard: {line}\n")
    return line


def views(text: str) -> list[str]:
    """Give what is judged by itself; a body of full length is shown without the title above it, since longer texts are not rendered."""
    shown = github_views(text[-LARGEST:])[-1:] if len(text) > LARGEST else []
    return [*dict.fromkeys((*github_views(text), *shown))]


def _is_known(moderator: Moderator, comment: Comment, decision: Decision) -> bool:
    """Say whether as much was done already about what it said before it was edited."""
    if comment.before is None or decision.failed:
        return False
    before = moderator.worst(views(comment.before), comment.who, comment.sender)
    return not before.failed and before.response >= decision.response


def _event(env: Mapping[str, str]) -> Mapping[str, Any]:
    path = env.get("GITHUB_EVENT_PATH")
    if not path:
        raise ChatError("GITHUB_EVENT_PATH is not set: this runs in a workflow, such as on issue_comment")
    try:
        event = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise ChatError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ChatError(f"{path}: not JSON") from None
    if not isinstance(event, dict):
        raise ChatError(f"{path}: a JSON object is expected, not {type(event).__name__}")
    return event


def _write(env: Mapping[str, str], name: str, text: str) -> None:
    if path := env.get(name):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)


def main() -> int:
    """Run as a step of a workflow; 0 when all was done, whatever was found, 2 when something could not be."""
    try:
        sys.stdout.write(f"scamguard: {run(os.environ)}\n")
    except ScamguardError as error:
        sys.stdout.write(f"::error title=scamguard::{error}\n")  # a workflow command of GitHub: its text is ours alone
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
