"""What the Slack middleware reads of a message: all that a channel shows, and nothing that nobody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .chatting import SCAM, moderator

pytest.importorskip("slack_bolt", reason="needs the slack extra")

from scamguard.chat.slack import views

if TYPE_CHECKING:
    from scamguard.guard import Guard


@pytest.mark.parametrize(
    "more",
    [
        {"files": [{"name": "note.txt", "mimetype": "text/plain", "mode": "hosted", "preview": SCAM}]},
        {"files": [{"name": "cat.png", "mode": "snippet", "preview": SCAM}]},
        {"files": [{"title": "x", "mode": "email", "plain_text": "hello", "preview": SCAM}]},
        {"files": [{"title": "x", "initial_comment": {"comment": SCAM}}]},
        {"files": [{"title": "x", "alt_txt": SCAM}]},
        {"attachments": [{"text": "x", "author_subname": SCAM}]},
        {"attachments": [{"text": "x", "service_name": SCAM}]},
        {"attachments": [{"text": "x", "files": [{"title": SCAM}]}]},
        {"attachments": [{"text": "x", "actions": [{"text": "go", "confirm": {"text": SCAM, "ok_text": "ok"}}]}]},
        {"attachments": [{"text": "x", "actions": [{"text": "go", "options": [{"text": SCAM, "value": "1"}]}]}]},
        {"blocks": [{"type": "actions", "elements": [{"type": "button", "text": {"text": "go"}, "confirm": {"text": {"text": SCAM}}}]}]},
        {"blocks": [{"type": "actions", "elements": [{"type": "button", "text": {"text": "go"}, "confirm": {"deny": {"text": SCAM}}}]}]},
        {"blocks": [{"type": "of tomorrow", "sheets": [{"cells": [[{"text": SCAM}]]}]}]},
        {"blocks": [{"type": "of tomorrow", "caption": {"type": "rich_text", "elements": [{"type": "x", "text": SCAM}]}}]},
        {"blocks": [{"type": "markdown", "text": SCAM.replace("seed", "se**e**d").replace("phrase", "phr[ase](https://a.example)")}]},
    ],
    ids=lambda more: str(more).replace(SCAM, "…")[:60],
)
def test_wherever_words_are_shown_they_are_judged(guard: Guard, more: dict[str, Any]) -> None:
    assert moderator(guard).worst(views({"text": "see", **more})).response == "delete"


@pytest.mark.parametrize(
    ("more", "want"),
    [
        ({"files": [{"name": "cat.png", "mimetype": "image/png", "mode": "hosted", "preview": "x"}]}, "see\ncat.png"),
        ({"files": [{"name": "a", "mode": "email", "plain_text": "all of it", "preview": "all"}]}, "see\na\nall of it"),
        ({"files": [{"name": "a", "initial_comment": "x", "mode": ["x"], "mimetype": 5}]}, "see\na"),
        ({"files": [{"name": "http://[", "preview": "x"}]}, "see\nhttp://[\nx"),
        ({"attachments": [{"title": "T", "from_url": "https://help.example/"}]}, "see\nT"),
        ({"attachments": [{"title": "T", "service_name": "S", "from_url": "https://s.example/"}]}, "see\nS (https://s.example/)\nT"),
        ({"attachments": [{"image_url": "https://s.example/", "slack_file": {"url": "https://s.example/"}, "text": "T"}]}, "see\nT"),
    ],
)
def test_what_nobody_sees_is_not_read(more: dict[str, Any], want: str) -> None:
    assert views({"text": "see", **more})[0] == want


def test_addresses_that_nobody_sees_are_not_read() -> None:
    flow = {"type": "workflow_button", "text": {"text": "go"}, "workflow": {"trigger": {"url": "https://slack.example/"}}}
    image = {"type": "image", "alt_text": "cat", "slack_file": {"url": "https://files.slack.example/cat"}}
    assert views({"blocks": [{"type": "actions", "elements": [flow]}, image]}) == ["go\ncat"]
