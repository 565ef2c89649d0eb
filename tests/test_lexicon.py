"""The bundled lexicons hold what their examples promise; a file that breaks the contract is refused by name."""

from __future__ import annotations

import copy
import pickle
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scamguard import lexicon, proof
from scamguard.errors import BrandError, LexiconError
from scamguard.spelled import spelled

if TYPE_CHECKING:
    from scamguard.lexicon import Lexicon

PACKAGE = Path(str(resources.files("scamguard")))

RULE = """
[[rule]]
id = "test.ask"
why = "An example."
clause = ["give", "password"]
asks = "password"
kind = "credential_request"
hit = ["one", "two"]
spare = ["three", "four"]
"""
CONCEPT = """
[[concept]]
name = "password"
terms = ["open sesame"]
"""


def test_every_example_does_what_it_promises(bundled: Lexicon) -> None:
    assert proof.failures(bundled) == []


def test_every_clause_earns_its_place(bundled: Lexicon) -> None:
    assert proof.idle_clauses(bundled) == []


def test_each_secret_has_a_rule(bundled: Lexicon) -> None:
    assert {rule.asks for rule in bundled.rules} >= set(lexicon.SECRETS)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the bundled concepts and no bundled terms or rules: reading those takes a second or two."""
    root = tmp_path / "package"
    (root / "rules").mkdir(parents=True)
    (root / "rules" / "concepts.toml").write_bytes((PACKAGE / "rules" / "concepts.toml").read_bytes())
    (root / "rules" / "first.toml").write_text('[groups]\nnot_asked = ["forbid"]\n' + RULE.replace("test.ask", "test.taken"), "utf-8")
    monkeypatch.setattr("scamguard.lexicon.resources.files", lambda _: root)
    return tmp_path


def write(folder: Path, kind: str, text: str) -> Path:
    """Write ``text`` as the lexicon or rule file ``xx.toml`` of ``folder``."""
    (folder / kind).mkdir(exist_ok=True)
    (folder / kind / "xx.toml").write_text(text, "utf-8")
    return folder


def test_own_files_come_on_top(small: Path) -> None:
    write(small, "lexicons", CONCEPT)
    both = lexicon.load(write(small, "rules", RULE + 'unless = ["@not_asked"]'))
    assert [(rule.id, rule.unless) for rule in both.rules] == [("test.taken", ()), ("test.ask", ("forbid",))]
    assert [entry.forms() for entry in both.entries] == [["open sesame"]]


RULE_FAULTS = {
    "unknown key": (RULE + "weight = 3", r"rule 'test\.ask': unknown key 'weight'; known: .*why"),
    "missing key": (RULE.replace('why = "An example."', ""), r"rule 'test\.ask': key 'why' is missing"),
    "no id": (RULE.replace('id = "test.ask"', ""), r"rule '<no id>': key 'id' is missing"),
    "no scope": (RULE.replace("clause = ", "#"), r"rule 'test\.ask': needs exactly one of clause, sentence, message"),
    "two scopes": (RULE + 'message = ["give"]', r"rule 'test\.ask': needs exactly one of clause, sentence, message"),
    "unknown concept": (RULE.replace('"give"', '"giev"'), r"rule 'test\.ask': unknown concept 'giev'; did you mean give"),
    "unknown alternative": (RULE.replace('"give"', '"give|giev"'), r"rule 'test\.ask': unknown concept 'giev'; did you mean give"),
    "unknown exclusion": (RULE + 'unless = ["forbidd"]', r"rule 'test\.ask': unknown concept 'forbidd'; did you mean forbid"),
    "unknown group": (RULE + 'unless = ["@not_askd"]', r"rule 'test\.ask': unknown group 'not_askd'; known: .*not_asked"),
    "repeated id": (RULE + RULE, r"rule 'test\.ask': id is used twice; ids are public and never reused"),
    "too few hits": (RULE.replace('["one", "two"]', '["one"]'), r"rule 'test\.ask': needs at least 2 'hit' and 2 'spare' examples"),
    "too few spares": (RULE.replace('["three", "four"]', "[]"), r"rule 'test\.ask': needs at least 2 'hit' and 2 'spare' examples"),
    "one example, not a list": (RULE.replace('["one", "two"]', '"one"'), r"rule 'test\.ask': 'hit'"),
    "unknown secret": (
        RULE.replace('asks = "password"', 'asks = "serect"'),
        r"rule 'test\.ask': unknown secret 'serect'; known: .*password",
    ),
    "unknown kind": (RULE.replace("credential_request", "phish"), r"rule 'test\.ask': unknown kind 'phish'; known: .*credential_request"),
    "too many concepts": (
        RULE.replace('"give", ', '"give", "give", "give", "give", '),
        r"rule 'test\.ask': clause lists 5 concepts; 1 to 4",
    ),
    "no number": (RULE + 'within = "near"', r"rule 'test\.ask': 'within'"),
    "not TOML": (RULE + "within = ", r"not TOML: "),
    "endless number": (RULE + f"within = {'1' * 9999}", r"not TOML: a number too long or brackets too deep to be read"),
    "a table of one": (RULE.replace("[[rule]]", "[rule]"), r"'rule': rows are wanted: \[\[rule\]\]"),
    "a group of nothing": ("[groups]\nours = 3\n" + RULE, r"group 'ours': must be a list of concepts"),
    "no group": ("groups = 3\n" + RULE, r"group 'groups': must be a list of concepts"),
    "unknown table": (RULE.replace("[[rule]]", "[[rules]]"), r"unknown key 'rules'; known: .*rule"),
    "a group of nobody": ('[groups]\nours = ["give", "giev"]\n' + RULE, r"group 'ours': unknown concept 'giev'; did you mean give"),
    "a group of groups": ('[groups]\nours = ["@not_asked"]\n' + RULE, r"group 'ours': unknown concept '@not_asked'"),
}
CONCEPT_FAULTS = {
    "unknown key": (CONCEPT + "weight = 3", r"concept 'password': unknown key 'weight'; known: .*terms"),
    "missing key": (CONCEPT.replace("terms", "#"), r"concept 'password': key 'terms' is missing"),
    "no name": (CONCEPT.replace("name", "#"), r"concept '<no name>': key 'name' is missing"),
    "unknown concept": (CONCEPT.replace("password", "pasword"), r"concept 'pasword': unknown concept 'pasword'; did you mean password"),
    "one term, not a list": (CONCEPT.replace('["open sesame"]', '"open sesame"'), r"concept 'password': 'terms'"),
    "too many forms": (CONCEPT.replace("open sesame", "(a|b)" * 13), r"concept 'password': term .* has over 5000 forms; split it"),
    "not TOML": ("name = ", r"not TOML: "),
    "a number for a language": ("language = 1\n" + CONCEPT, r"'language': must be text"),
    "a list for a language": ("language = []\n" + CONCEPT, r"'language': must be text"),
    "unknown table": (CONCEPT.replace("[[concept]]", "[[concepts]]"), r"unknown key 'concepts'; known: .*concept"),
}


def refused(folder: Path, match: str) -> None:
    """Check that loading fails with one line that begins with the file's name."""
    with pytest.raises(LexiconError, match=rf"^(?:rules|lexicons)/xx\.toml: .*?{match}") as caught:
        lexicon.load(folder)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fault", RULE_FAULTS)
def test_a_faulty_rule_is_named(small: Path, fault: str) -> None:
    text, match = RULE_FAULTS[fault]
    refused(write(small, "rules", text), match)


@pytest.mark.parametrize("fault", CONCEPT_FAULTS)
def test_a_faulty_concept_is_named(small: Path, fault: str) -> None:
    text, match = CONCEPT_FAULTS[fault]
    refused(write(small, "lexicons", text), match)


def test_a_file_that_cannot_be_read_is_named(small: Path) -> None:
    (small / "rules" / "xx.toml").mkdir(parents=True)
    refused(small, "cannot be read: Is a directory")


def test_a_file_in_another_encoding_is_named(small: Path) -> None:
    (small / "rules").mkdir()
    (small / "rules" / "xx.toml").write_bytes("# 密码".encode("gb18030"))
    refused(small, "not TOML")


def test_an_own_rule_cannot_replace_a_bundled_one(small: Path) -> None:
    refused(write(small, "rules", RULE.replace("test.ask", "test.taken")), "rule 'test.taken': id is used twice")


def test_an_own_group_cannot_replace_a_bundled_one(small: Path) -> None:
    refused(write(small, "rules", '[groups]\nnot_asked = ["give"]\n' + RULE), "group 'not_asked': is there already")
    both = lexicon.load(write(small, "rules", '[groups]\nours = ["forbid", "neg"]\n' + RULE + 'unless = ["@ours"]'))
    assert both.rules[-1].unless == ("forbid", "neg")


def test_a_file_may_name_its_own_group_like_another_file_of_its_folder(small: Path) -> None:
    write(small, "rules", '[groups]\nours = ["give"]\n' + RULE + 'unless = ["@ours"]')
    other = '[groups]\nours = ["neg"]\n' + RULE.replace("test.ask", "test.b") + 'unless = ["@ours"]'
    (small / "rules" / "aa.toml").write_text(other, "utf-8")
    assert [rule.unless for rule in lexicon.load(small).rules[1:]] == [("neg",), ("give",)]


@pytest.mark.parametrize(
    ("frames", "match"),
    [("1", "must be a list of concepts"), ('[["a"]]', "must be a list"), ('"give"', "must be a list"), ('["giev"]', "unknown concept")],
)
def test_faulty_frames_are_named(small: Path, frames: str, match: str) -> None:
    (small / "rules").mkdir()
    (small / "rules" / "concepts.toml").write_text(f"frames = {frames}", "utf-8")
    with pytest.raises(LexiconError, match=rf"^rules/concepts\.toml: frames: {match}"):
        lexicon.load(small)


@pytest.mark.parametrize("kind", [LexiconError, BrandError])
def test_an_error_that_names_a_place_can_be_pickled_and_copied(kind: type[LexiconError | BrandError]) -> None:
    error = kind("rules/xx.toml", "rule 'a.b'", "is wrong")
    for same in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301 - our own
        assert type(same) is kind
        assert str(same) == str(error) == "rules/xx.toml: rule 'a.b': is wrong"


def test_a_missing_folder_is_an_error_not_an_empty_lexicon(small: Path) -> None:
    with pytest.raises(LexiconError, match="nowhere"):
        lexicon.load(small / "nowhere")


@pytest.mark.parametrize(
    ("term", "forms"),
    [
        ("seed phrase", ["seed phrase"]),
        ("(send|give) me( now|)", ["send me now", "send me", "give me now", "give me"]),
        ("(|a) b", ["b", "a b"]),
        ("(a|a) b", ["a b"]),  # each form once
        ("a (b)", ["a (b)"]),  # brackets without alternatives are brackets
        ("  a   b ", ["a b"]),
        ("(|)", []),
        ("(码|碼)*", ["码*", "碼*"]),
    ],
)
def test_spelled(term: str, forms: list[str]) -> None:
    assert spelled(term) == forms
