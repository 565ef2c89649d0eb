"""What clients could show of a Matrix event: no place is left out, and no view excuses another."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scamguard.chat.event import MOST, WORDED, speaker, views

from .pace import slower

REPLIES = {"m.in_reply_to": {"event_id": "$x"}}
POLL = {"question": {"m.text": [{"body": "Q"}]}, "answers": [{"m.id": "1", "m.text": [{"body": "A"}]}, {"id": "x", "m.text": "B"}]}
OLD_POLL = {"question": {"org.matrix.msc1767.text": "Q", "body": "Q"}, "answers": [{"id": "1", "org.matrix.msc1767.text": "A"}, 3]}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ({"body": "hi", "formatted_body": "<b>hi</b>"}, ["hi"]),
        ({"body": "> <@a:b> S\n\nok", "m.relates_to": REPLIES}, ["> <@a:b> S\n\nok", "ok"]),
        ({"body": "> S", "m.relates_to": REPLIES}, ["> S"]),
        ({"body": "ok", "formatted_body": "<mx-reply>S</mx-reply>ok"}, ["ok", "Sok"]),
        ({"body": "ok", "formatted_body": "<mx-reply>S"}, ["ok", "S"]),
        ({"body": "* old", "m.new_content": {"body": "new", "formatted_body": "<i>html</i>"}}, ["old", "* old", "new", "html"]),
        ({"body": "caption", "filename": "file.png"}, ["caption", "file.png"]),
        ({"m.poll.start": POLL, "m.text": [{"body": "fallback"}]}, ["fallback", "Q\nA\nB"]),
        ({"m.poll": POLL}, ["Q\nA\nB"]),
        ({"m.poll": {"question": "Q", "answers": ("A", "B")}, "m.text": ({"body": "t"},)}, ["t", "Q\nA\nB"]),  # frozen by Synapse
        ({"org.matrix.msc3381.poll.start": OLD_POLL, "org.matrix.msc1767.text": "fallback"}, ["fallback", "Q\nA"]),
        ({"m.text": [{"body": "plain"}, {"body": "<b>rich</b>", "mimetype": "text/html"}]}, ["plain", "rich", "<b>rich</b>"]),
        ({"m.relates_to": {"rel_type": "m.annotation", "key": "words for a reaction"}}, ["words for a reaction"]),
        ({"membership": "join", "displayname": "Kraken Support", "reason": "hi"}, ["Kraken Support", "hi"]),
        ({"topic": "old", "m.topic": {"m.text": [{"body": "new"}]}}, ["old", "new"]),
        ({"name": "a room"}, ["a room"]),
        ({"body": "geo", "m.location": {"uri": "geo:1,1", "description": "words"}}, ["geo", "words"]),
        ({"org.matrix.msc3488.location": {"description": "words"}}, ["words"]),
        ({"description": "of a beacon", "live": True}, ["of a beacon"]),
        ({"body": "a.png", "m.caption": [{"m.text": "words"}]}, ["a.png", "words"]),
        ({"body": "* x", "m.new_content": {"body": "a.png", "m.caption": {"m.text": [{"body": "new"}]}}}, ["x", "* x", "a.png", "new"]),
        ({"body": "x", "com.beeper.linkpreviews": [{"og:title": "T", "og:description": "D", "og:url": "u"}, 5]}, ["x", "T", "D"]),
        ({"body": "x", "com.beeper.per_message_profile": {"id": "1", "displayname": "Kraken Support"}}, ["x", "Kraken Support"]),
        ({"body": "x", "itemtypes": [{"body": "of a picture", "url": "mxc://a"}]}, ["x", "of a picture"]),
        ({"display_name": "who is invited"}, ["who is invited"]),
        ({"body": "hi", "formatted_body": '<span data-mx-spoiler="label">hi</span>'}, ["hi", "label hi"]),
        ({"body": 3, "m.text": {"a": 1}, "m.relates_to": [], "m.new_content": "x", "formatted_body": None, "m.poll": {}}, []),
    ],
)
def test_what_clients_could_show(content: dict[str, Any], shown: list[str]) -> None:
    assert sorted(views(content)) == sorted(shown)


def test_many_views_are_few_and_none_is_lost() -> None:
    found = views({"m.text": [f"text {n}" for n in range(2 * MOST)]})
    assert len(found) == MOST
    assert "\n".join(found) == "\n".join(f"text {n}" for n in range(2 * MOST))


def test_what_tells_of_words_is_judged_and_nothing_else() -> None:
    assert {"m.room.message", "m.poll.end", "m.room.third_party_invite", "m.room.tombstone", "m.message"} <= WORDED
    assert not {"m.room.encrypted", "m.room.power_levels", "m.poll.response", "m.call.candidates", "m.room.redaction"} & WORDED


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ({"displayname": "Mia", "membership": "join"}, "Mia"),
        ({"body": "x", "m.per_message_profile": {"displayname": "Mia"}}, "Mia"),
        ({"body": "* x", "m.new_content": {"body": "x", "com.beeper.per_message_profile": {"displayname": "Mia"}}}, "Mia"),
        ({"body": "x", "m.per_message_profile": ["Mia"], "m.new_content": 5}, None),
        ({"displayname": "", "m.per_message_profile": {"displayname": 5}}, None),
    ],
)
def test_who_speaks_is_named(content: dict[str, Any], name: str | None) -> None:
    assert speaker(content) == name


def test_however_deep_a_content_is_it_is_read() -> None:
    deep: dict[str, Any] = {"body": "x"}
    for _ in range(5_000):
        deep = {"body": "x", "m.caption": deep}
    assert views(deep) == ["x"]


NAMES = st.sampled_from(["body", "formatted_body", "m.text", "m.poll", "question", "answers", "m.relates_to", "key", "m.new_content"])
JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["body", "m.text", "m.poll.start", "m.relates_to", "m.new_content", "m.topic"]), JSON))
def test_any_content_has_views(content: dict[str, Any]) -> None:
    found = views(content)
    assert len(found) == len(set(found)) <= MOST
    body = content.get("body")
    if isinstance(body, str) and body.strip():
        assert body.strip() in found


OPEN = "<mx-reply>" * 50_000


@pytest.mark.parametrize("text", [OPEN, f"{OPEN}</mx-reply>", "> a\n" * 100_000, "<mx-reply>a</mx-reply>" * 20_000])
def test_no_event_takes_the_square_of_its_length(text: str) -> None:
    limit, began = 3 * slower(), time.process_time()
    views({"body": text, "formatted_body": text})
    assert time.process_time() - began < limit
