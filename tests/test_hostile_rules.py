"""A rule pack from a stranger: refused in one line, in bounded time and memory, whatever stands in it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scamguard import lexicon
from scamguard.errors import LexiconError

RULE = '''[[rule]]
id = "own.x"
why = "w"
clause = ["give"]
hit = ["a", "b"]
spare = ["c", "d"]
'''


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the stranger's files only: the bundled ones take a second each time."""
    files = lexicon._files
    own = Path(lexicon.__file__).parent
    monkeypatch.setattr(lexicon, "_files", lambda root, folder: [] if root == own else files(root, folder))


def refused(folder: Path, place: str, text: str) -> str:
    """Load a pack that holds this one file; give the line it is refused with."""
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text(text, "utf-8")
    with pytest.raises(LexiconError) as caught:
        lexicon.load(folder)
    return str(caught.value)


@pytest.mark.parametrize("term", ["(a|b)" * 30, "(a|b|c|d|e|f|g|h)" * 5, "(" + "a|" * 6000 + ")"])
def test_a_bomb_of_alternatives_is_counted_and_not_spelled_out(tmp_path: Path, term: str) -> None:
    started = time.process_time()
    said = refused(tmp_path, "lexicons/xx.toml", f'language = "xx"\n[[concept]]\nname = "give"\nterms = ["{term}"]\n')
    assert "over 5000 forms" in said
    assert time.process_time() - started < 20
    assert len(said) < 600


@pytest.mark.parametrize("term", ["(" * 20_000 + "a|b" + "|" * 20_000, "(" * 20_000 + ")" * 20_000, "|" * 20_000])
def test_brackets_without_end_take_no_time(tmp_path: Path, term: str) -> None:
    started = time.process_time()
    assert "bracket" in refused(tmp_path, "lexicons/xx.toml", f'language = "xx"\n[[concept]]\nname = "give"\nterms = ["{term}"]\n')
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("term", "said"),
    [("(nudge|ping me", "not closed"), ("nudge me)", "not open"), ("ping|nudge us", "outside"), ("<url> now", "<url>"), ("", "empty"), ("  ", "empty"),
     ("poke[a-z]+ \\\\d{3}", "backslash"), ("(" * 9 + "a|b" + ")" * 9, "too deep")],
)  # fmt: skip
def test_a_term_that_is_written_wrongly_is_refused(tmp_path: Path, term: str, said: str) -> None:
    text = f'language = "xx"\n[[concept]]\nname = "give"\nterms = ["{term}"]\n'
    assert said in (line := refused(tmp_path, "lexicons/own.toml", text))
    assert line.startswith("lexicons/own.toml: concept 'give': term ")


@pytest.mark.parametrize(("old", "new"), [("own.x", ""), ("own.x", "side deal"), ("own.x", "own.x\\u001b[31m"), ('"w"', '""'), ('"w"', '"\\u001b[2J"')])
def test_what_is_shown_of_a_rule_is_plain_text(tmp_path: Path, old: str, new: str) -> None:
    assert refused(tmp_path, "rules/own.toml", RULE.replace(old, new)).isprintable()


@pytest.mark.parametrize("name", ["rules/r.toml", "lexicons/l.toml"])
@pytest.mark.parametrize(
    "text",
    ["rule = 3", "concept = 3", "rule = [3]", "concept = ['a']", "groups = 3\nrule = []", "[groups]\na = 3", "[groups]\na = [3]", "language = 3\nconcept = 1",
     "a = " + "[" * 5000, "\0", "language = 'x'\n[[concept]]\nname = 3\nterms = []", RULE.replace('["give"]', "[]"), RULE.replace("give", "@nobody"),
     RULE + "within = 99999999999999999999", RULE + "within = -1", RULE + "within = true"],
)  # fmt: skip
def test_what_is_no_pack_is_refused_in_one_line(tmp_path: Path, name: str, text: str) -> None:
    said = refused(tmp_path, name, text)
    assert said.startswith(name)
    assert "\n" not in said


@example('[groups]\n"a" = 1')
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text(st.sampled_from('[]{}"=\n.,rule concept terms hit spare ask 123 \'|()'), max_size=80))
def test_any_text_is_read_or_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "rules").mkdir(exist_ok=True)
    (tmp_path / "rules" / "r.toml").write_text(text, "utf-8")
    try:
        lexicon.load(tmp_path)
    except LexiconError as error:
        assert "\n" not in str(error)
        assert str(error).startswith("rules/r.toml")
