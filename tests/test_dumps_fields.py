"""Valid JSON whose fields are of the wrong kind: it costs the record it stands in, never the scan."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from scamguard.errors import DumpError

from .dumping import read

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = Path(__file__).parent.parent / "data" / "samples"
SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
JUNK = st.sampled_from(
    [5, -1, 1e300, True, None, "", "x", [], {}, [5], [None, ["x"]], [{"text": 5}], {"a": 1}, {"title": 5}, {"name": {"name": 5}}]
)
DOCUMENTS = ("telegram", "discord", "github", "qq", "chatlab", "wechat-echotrace", "wechat-chatlog")
LINES = ("signal", "gharchive", "group")
Place = tuple[Any, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Name every place in a document but its root."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield (*at, name)
        yield from places(one, (*at, name))


def changed(document: Any, place: Place, value: Any) -> Any:
    """Give a copy with another value at a place."""
    new = copy.deepcopy(document)
    holder = new
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = value
    return new


def record(place: Place) -> Place | None:
    """Name the record that holds a place, if one does."""
    ends = [at + 1 for at, name in enumerate(place) if isinstance(name, int) and (at == 0 or place[at - 1] == "messages")]
    return place[: ends[-1]] if ends else None


def written(path: Path, document: Any, *, lines: bool) -> Path:
    text = "".join(json.dumps(line) + "\n" for line in document) if lines else json.dumps(document, indent=1)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", [*DOCUMENTS, *LINES])
@SLOW
@given(data=st.data())
def test_a_field_of_the_wrong_kind_costs_its_record_alone(tmp_path: Path, name: str, data: st.DataObject) -> None:
    lines = name in LINES
    file = SAMPLES / f"{name}.{'jsonl' if lines else 'json'}"
    text = file.read_text("utf-8").replace("\\x1B", "\\u001b")
    document = [json.loads(line) for line in text.splitlines()[:8]] if lines else json.loads(text)
    options = {"format": name.partition("-")[0].replace("gharchive", "github").replace("group", "jsonl")}
    place = data.draw(st.sampled_from([*places(document)]))
    whole = record(place)
    event(f"within a record: {whole is not None}")
    bad = written(tmp_path / "bad", changed(document, place, data.draw(JUNK)), lines=lines)
    if whole is None:
        try:
            read(bad, **options)
        except DumpError as error:
            assert str(error).startswith(str(bad))  # noqa: PT017 - where no messages are left, that is said
        return
    others = read(written(tmp_path / "others", changed(document, whole, 5), lines=lines), **options)
    got = read(bad, **options)
    assert others.dump.notes.broken >= 1
    left = iter([message.text for message in got.messages])
    assert all(text in left for text in others.texts), "another record was lost"
    assert len(got.texts) + got.dump.notes.broken >= len(others.texts)


@SLOW
@given(data=st.data())
def test_a_slack_export_with_fields_of_the_wrong_kind(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Wherever it is, in the lists of people and channels too."""
    root = SAMPLES / "slack-export"
    files = {path.relative_to(root): json.loads(path.read_text("utf-8")) for path in root.rglob("*.json")}
    folder = tmp_path_factory.mktemp("slack")
    place = data.draw(st.sampled_from([*places(files)]).filter(lambda place: len(place) > 1))
    for name, document in changed(files, place, data.draw(JUNK)).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(document), "utf-8")
    want, got = read(root), read(folder)
    assert len(got.texts) >= len(want.texts) - (len(place[0].parts) > 1)


@pytest.mark.parametrize(
    ("format_", "bad", "problem"),
    [
        ("telegram", {"id": 1, "type": "message", "text": "x", "poll": {"question": "q", "answers": 5}}, "'answers' is int, not an array"),
        ("telegram", {"id": 1, "type": "message", "text": {"x": 1}}, "'text' is dict, not a string"),
        ("discord", {"content": ["x"]}, "'content' is list, not a string"),
        ("discord", {"content": "x", "embeds": 5}, "'embeds' is int, not an array"),
        ("qq", {"content": {"text": 5}}, "'text' is int, not a string"),
        ("qq", {"content": {"text": "x", "elements": 5}}, "'elements' is int, not an array"),
        ("qq", {"content": {"elements": [{"type": "json", "data": {"title": []}}]}}, "'title' is list, not a string"),
        ("chatlab", {"content": {}}, "'content' is dict, not a string"),
        ("wechat", {"talker": "t", "content": "x", "contents": {"title": []}}, "'title' is list, not a string"),
        ("wechat", {"content": "x", "contents": {"recordInfo": {"DataList": {"DataItems": 5}}}}, "'DataItems' is int, not an array"),
        ("wechat", {"content": "x", "senderUsername": "y", "appMsgDesc": 5}, "'appMsgDesc' is int, not a string"),
    ],
)
def test_a_broken_record_is_told_with_its_place(tmp_path: Path, format_: str, bad: dict[str, Any], problem: str) -> None:
    good = {"type": "message", "text": "fine", "content": "fine"}
    document = {"messages": [bad, good]}
    got = read(written(tmp_path / "d", document, lines=False), format=format_)
    assert (got.texts, got.rows) == (["fine"], [2])
    assert got.dump.notes.places == [f"{tmp_path / 'd'}, message 1: {problem}"]


def test_a_name_of_the_wrong_kind_leaves_the_words(tmp_path: Path) -> None:
    lines = [{"version": 1, "backupTimeMs": 1}, {"recipient": {"id": "1", "contact": {"systemGivenName": 5, "profileGivenName": "Mia"}}},
             {"recipient": {"id": "2", "group": {"snapshot": "x"}}},
             {"chatItem": {"chatId": "2", "authorId": "1", "dateSent": [1],
                           "standardMessage": {"text": {"body": "hi"}, "quote": 5}}}]  # fmt: skip
    got = read(written(tmp_path / "main.jsonl", lines, lines=True))
    assert [(m.row, m.text, m.sender, m.time) for m in got.messages] == [(4, "hi", "Mia", None)]
    assert got.dump.notes.broken == 0


def test_a_reply_to_a_story_is_read(tmp_path: Path) -> None:
    item = {"chatId": "1", "authorId": "2", "dateSent": "1714568648127", "incoming": {}}
    replies = [{"textReply": {"text": {"body": "hi"}}}, {"emoji": "👍"}, {"textReply": {"text": {"body": 5}}}, {"textReply": 5}]
    lines = [{"version": 1, "backupTimeMs": 1}, {"recipient": {"id": "2", "contact": {"profileGivenName": "Mia"}}}]
    lines += [{"chatItem": {**item, "directStoryReplyMessage": reply}} for reply in replies]
    got = read(written(tmp_path / "main.jsonl", lines, lines=True))
    assert [(m.row, m.text, m.sender, m.time) for m in got.messages] == [(3, "hi", "Mia", 1714568648127)]
    assert got.dump.notes.places == [f"{tmp_path / 'main.jsonl'}, line 5: 'body' is int, not a string"]


def test_what_an_error_names_never_comes_from_the_record(tmp_path: Path) -> None:
    document = {"messages": [{"id": 1, "type": "message", "text": [["my password is Tr0ub4dor"]], "inline_bot_buttons": [[{"type": []}]]}]}
    got = read(written(tmp_path / "d", document, lines=False), format="telegram")
    assert "Tr0ub4dor" not in "".join(got.dump.notes.places)
