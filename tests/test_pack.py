"""A rule pack lifts what its rules find, leaves all else as the model says it to the last bit, and is refused by name if faulty."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from typer.testing import CliRunner

import scamguard
from scamguard import checkpoint, columns, lexicon, pack, proof, sieve
from scamguard.cli import app
from scamguard.errors import LexiconError, ModelError
from scamguard.fold import fold
from scamguard.lexicon import Concept, Lexicon
from scamguard.match import match
from scamguard.merge import merged
from scamguard.rules import compile_rules, joined
from scamguard.terms import compile_terms
from scamguard.tokens import tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from scamguard.guard import Guard
    from scamguard.match import Hits

DEAL = "poke me and we trade directly"
STAFF = "Our treasurer here, tell me your password for the shop"
FILLER = "we baked bread and walked the dog along the river and talked about the garden and the rain. "


@pytest.fixture(scope="module")
def club(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the first pack."""
    folder = tmp_path_factory.mktemp("packs") / "club"
    pack.start(folder)
    return folder


@pytest.fixture(scope="module")
def packed(club: Path) -> Guard:
    return scamguard.load(rules=club)


def own(guard: Guard, folder: Path) -> Guard:
    """Give the loaded guard another pack."""
    return replace(guard, model=pack.packed(guard.model, folder))


def changed(folder: Path, into: Path, file: str, *edits: tuple[str, str]) -> Path:
    """Copy a pack and edit one of its files."""
    shutil.copytree(folder, into)
    text = (into / file).read_text("utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    (into / file).write_text(text, "utf-8")
    return into


def test_the_first_pack_holds(guard: Guard, club: Path) -> None:
    found = pack.read(guard.model, club)
    assert proof.failures(found, guard.model.terms) == []
    assert proof.idle_clauses(found, guard.model.terms) == []


def test_a_floor_lifts_to_its_threshold(guard: Guard, packed: Guard) -> None:
    for text, action, kind, asks in ((DEAL, "warn", "trust_trick", "payment"), (STAFF, "block", "credential_request", None)):
        verdict = packed.check(text)
        assert verdict.action == action, text
        assert verdict.kind == kind
        assert asks is None or asks in verdict.asks
        assert verdict.evidence[0].rule.startswith("club.")
        assert verdict.advice("en")
    first = packed.check(DEAL).evidence[0]
    assert DEAL[first.start : first.stop] == DEAL
    assert guard.check(DEAL).action == "allow"


def test_scan_says_what_check_says(packed: Guard) -> None:
    texts = [DEAL, "see you at 7", STAFF, "", FILLER * 40 + DEAL + ". " + FILLER * 40]
    for row, text in zip(packed.scan(texts, threads=2).to_pylist(), texts, strict=True):
        verdict = packed.check(text)
        assert row == {
            "risk": verdict.risk,
            "action": str(verdict.action),
            "kind": verdict.kind,
            "asks": list(verdict.asks),
            "rules": [e.rule for e in verdict.evidence] if verdict.action != "allow" else [],
        }
    assert packed.check(texts[-1]).action == "warn", "a lift is not diluted"


def test_scores_are_those_of_the_stages_to_the_bit(packed: Guard) -> None:
    texts = [DEAL, STAFF, *(message["text"] for message in chat())]
    whole = replace(packed.model, sieve=sieve.NONE)
    assert whole.logits(columns.pack(texts)).tolist() == packed.model.read(columns.pack(texts)).logit.tolist()


def chat() -> list[dict[str, Any]]:
    """Read the sample chat."""
    lines = (Path(__file__).parents[1] / "data" / "samples" / "group.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_what_no_rule_of_the_pack_finds_keeps_its_score(guard: Guard, packed: Guard) -> None:
    texts = [message["text"] for message in chat()]
    assert packed.model.read(columns.pack(texts)).fired.rule.max() < len(guard.model.card["rules"])
    assert guard.score(texts).tolist() == packed.score(texts).tolist()
    assert guard.score([DEAL]) < packed.score([DEAL])


def test_ids_and_weights_of_the_model_stay(guard: Guard, packed: Guard) -> None:
    old, new = guard.model, packed.model
    many = len(old.card["rules"])
    assert new.card["rules"][:many] == old.card["rules"]
    assert new.card["concepts"][: len(old.card["concepts"])] == old.card["concepts"]
    assert new.weights.rules[:many].tolist() == old.weights.rules.tolist()
    assert np.array_equal(new.weights.words, old.weights.words)
    for name in ("need", "needs", "within", "ordered", "unless"):
        assert np.array_equal(getattr(new.rules, name)[:many], getattr(old.rules, name))


def test_bundled_rules_see_the_terms_of_a_pack(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "x.toml").write_text('[[concept]]\nname = "seed_phrase"\nterms = ["biscuit list"]\n', "utf-8")
    club = own(guard, tmp_path)
    text = "Kraken Support: your account is locked, send us your biscuit list now"
    assert "ask.seed-phrase" in [e.rule for e in club.check(text).evidence]
    assert "ask.seed-phrase" not in [e.rule for e in guard.check(text).evidence]
    assert club.score([text]) > guard.score([text])


def test_terms_for_what_excuses_may_lower_a_risk(guard: Guard, tmp_path: Path) -> None:
    """As docs/rules.md says; a pack is trusted with this."""
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "x.toml").write_text('[[concept]]\nname = "forbid"\nterms = ["zork"]\n', "utf-8")
    club = own(guard, tmp_path)
    text = "zork send me your password"
    assert club.score([text]) < guard.score([text])
    assert club.score([f"no {text[5:]}"]) == guard.score([f"no {text[5:]}"])


def test_a_rule_without_a_floor_is_only_named(guard: Guard, club: Path, tmp_path: Path) -> None:
    quiet = own(guard, changed(club, tmp_path / "p", "rules/club.toml", ('floor = "block"', ""), ('floor = "warn"', "")))
    assert quiet.score([DEAL]).tolist() == guard.score([DEAL]).tolist()
    scam = "Market crew here: send us your 12-word seed phrase and the otp to restore your wallet"
    assert "club.fake-staff" in [e.rule for e in quiet.check(scam).evidence]
    assert quiet.score([scam]).tolist() == guard.score([scam]).tolist()


def test_a_stopped_scan_is_not_taken_up_with_another_pack(guard: Guard, packed: Guard, club: Path, tmp_path: Path) -> None:
    other = own(guard, changed(club, tmp_path / "club", "rules/club.toml", ("within = 8", "within = 9")))
    about = [checkpoint.identity(one.model.card, "1", {}, []) for one in (packed, other, own(guard, club))]
    assert about[0] != about[1]
    assert about[0] == about[2]


FAULTS = {
    "unknown floor": ("rules/club.toml", 'floor = "warn"', 'floor = "high"', "unknown floor 'high'; known: block, warn"),
    "floor of another type": ("rules/club.toml", 'floor = "warn"', "floor = 3", "'floor' must be text"),
    "a taken rule": ("rules/club.toml", "club.side-deal", "ask.seed-phrase", "id is used twice"),
    "rule in single brackets": ("rules/club.toml", "[[rule]]", "[rule]", "not TOML|double brackets"),
    "a taken concept": ("rules/concepts.toml", "side_deal =", "give =", "concept 'give': is there already"),
    "a name with a sign": ("rules/concepts.toml", "side_deal =", '"side|deal" =', "small letters, digits and _"),
    "a list of concepts": ("rules/concepts.toml", "[concepts]", "concepts = []\n[x]", "unknown key 'x'"),
    "a number for a concept": ("rules/concepts.toml", '"a sale that goes around the club\'s escrow"', "3", "must be lines of"),
    "a lone text": ("rules/club.toml", "# Rules:", '[groups]\ng = "x"\n# Rules:', "must be a list of concepts"),
    "frames": ("rules/concepts.toml", "[concepts]", 'frames = ["give"]\n[concepts]', "frames: are learned with a model; a pack has none"),
    "a bundled group": ("rules/club.toml", "# Rules:", '[groups]\nnot_asked = ["give"]\n# Rules:', "group 'not_asked': is there already"),
    "an id like our own": ("rules/club.toml", "club.side-deal", "sender.unofficial", "are those of scamguard's own findings"),
    "a family of our own": ("rules/club.toml", "club.side-deal", "outgoing.side-deal", "the families sender, link, handle, outgoing"),
    "a term nothing can match": ("lexicons/club.toml", '"poke me"', '"#<code>"', "cannot be matched"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_pack_is_one_clear_line(guard: Guard, club: Path, tmp_path: Path, fault: str) -> None:
    file, old, new, match = FAULTS[fault]
    folder = changed(club, tmp_path / "p", file, (old, new))
    with pytest.raises(LexiconError, match=match) as caught:
        own(guard, folder)
    assert "\n" not in str(caught.value)


def test_single_brackets_are_told(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "x.toml").write_text('[concept]\nname = "give"\nterms = ["x"]\n', "utf-8")
    with pytest.raises(LexiconError, match=r"x\.toml: 'concept': rows are wanted: \[\[concept\]\]"):
        own(guard, tmp_path)


def test_concepts_that_do_not_fit(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    many = 129 - len(guard.model.card["concepts"])
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "x.toml").write_text('[[concept]]\nname = "c0"\nterms = ["x"]\n', "utf-8")
    (tmp_path / "rules" / "concepts.toml").write_text("[concepts]\n" + "".join(f'c{i} = "x"\n' for i in range(many)), "utf-8")
    with pytest.raises(LexiconError, match="129 concepts: only 128 fit"):
        own(guard, tmp_path)


def test_a_model_without_names_for_its_concepts_takes_no_pack(tiny: Any, club: Path) -> None:
    bare = type(tiny)(tiny.terms, tiny.rules, tiny.weights, tiny.settings, {k: v for k, v in tiny.card.items() if k != "concepts"})
    with pytest.raises(ModelError, match="does not name its concepts"):
        pack.packed(bare, club)


def test_a_folder_that_is_no_pack(guard: Guard, tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="holds neither rules/ nor lexicons/"):
        own(guard, tmp_path)
    with pytest.raises(LexiconError, match="no such folder"):
        own(guard, tmp_path / "nowhere")


def test_bundled_rules_have_no_floor(bundled: Lexicon) -> None:
    assert {rule.floor for rule in bundled.rules} == {""}, "training chooses decisive rules; floors are for packs"


def test_the_commands(tmp_path: Path) -> None:
    def run(*arguments: object) -> Any:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    club = tmp_path / "club"
    assert run("rules", "new", club).output.splitlines() == [
        str(club / name) for name in ("README.md", "rules/concepts.toml", "rules/club.toml", "lexicons/club.toml")
    ]
    again = run("rules", "new", club)
    assert (again.exit_code, "not empty" in again.output) == (2, True)
    tested = run("rules", "test", "--rules", club)
    assert (tested.exit_code, tested.output) == (0, "3 concept entries, 2 rules: all examples hold\n")
    checked = run("check", DEAL, "--rules", club, "--lang", "en")
    assert checked.exit_code == 1
    assert "club.side-deal" in checked.output
    (tmp_path / "chat.txt").write_text(f"{DEAL}\nsee you at 7\n", "utf-8")
    scanned = run("scan", tmp_path / "chat.txt", "--rules", club, "--out", tmp_path / "v.jsonl")
    assert scanned.exit_code == 1
    assert json.loads((tmp_path / "v.jsonl").read_text("utf-8").splitlines()[0])["rules"] == ["club.side-deal"]
    rows = ({"text": DEAL, "label": "scam"}, {"text": "hi", "label": "benign"})
    (tmp_path / "l.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    reported = run("rules", "report", "--rules", club, "--corpus", tmp_path / "l.jsonl")
    assert "club.side-deal" in reported.output
    assert "ask.seed-phrase" not in reported.output


# The slow twin: each term of the model against each of the pack.

WORDS = st.sampled_from(["red", "fox", "sends", "the", "key", "看", "钥", "匙"])
TERMS = st.lists(st.lists(WORDS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=5, unique=True)
NAMES = ("a", "b", "c", "d")


def entries(terms: list[str], names: tuple[str, ...]) -> tuple[Concept, ...]:
    return tuple(Concept(name=names[i % 2], lang="xx", terms=(term,)) for i, term in enumerate(terms))


def rows(hits: Hits) -> list[tuple[int, ...]]:
    """List the hits: place, end, concept, and where in the message that is."""
    columns = (hits.start, hits.stop, hits.concept, hits.unit, hits.clause, hits.sentence)
    return [*zip(*(column.tolist() for column in columns), strict=True)]


def places(hits: Hits) -> list[int]:
    """Give the message of each hit."""
    return np.repeat(np.arange(len(hits.starts) - 1), np.diff(hits.starts)).tolist()


@given(TERMS, TERMS, st.lists(st.lists(WORDS, max_size=8).map(" ".join), min_size=1, max_size=4))
def test_all_that_a_pack_finds_is_kept_and_hides_what_is_inside(first: list[str], second: list[str], texts: list[str]) -> None:
    first_half, more = entries(first, ("a", "b")), entries(second, ("b", "c"))
    folded = fold(columns.pack(texts))
    cut = tokens(folded)
    one, *parts = (match(folded, cut, compile_terms(Lexicon(NAMES, each, ()))) for each in (first_half + more, first_half, more))
    both = merged(*parts)
    hidden = []
    for n in range(len(texts)):
        wanted, here = [], [[row for at, row in zip(places(part), rows(part), strict=True) if at == n] for part in (*parts, both, one)]
        for start, stop, *rest in here[0]:
            if any(a <= start and stop <= b and (a, b) != (start, stop) for a, b, *_ in here[1]):
                hidden.append(start)
            else:
                wanted.append((start, stop, *rest))
        longest = {(start, concept) for start, _, concept, *_ in wanted}
        wanted += [row for row in here[1] if (row[0], row[2]) not in longest]  # of one concept at one place one hit is enough
        assert sorted(here[2]) == sorted(wanted)
        assert here[2] == sorted(here[2], key=lambda row: row[0]), "in reading order, as the rules want them"
        assert {(start, concept) for start, _, concept, *_ in here[2]} >= {(start, concept) for start, _, concept, *_ in here[3]}
    event(f"hidden: {bool(hidden)}, both found something: {all(len(part.concept) for part in parts)}")


def test_a_longer_term_of_a_pack_hides_a_bundled_one(guard: Guard, tmp_path: Path) -> None:
    (tmp_path / "lexicons").mkdir()
    (tmp_path / "lexicons" / "x.toml").write_text('[[concept]]\nname = "tech"\nterms = ["seed phrase of the day"]\n', "utf-8")
    found = pack.read(guard.model, tmp_path)
    hits = proof.hits_of(found, ["the seed phrase of the day"], guard.model.terms)
    assert [lexicon_name(found, c) for c in hits.concept] == ["tech"]


def with_a_phone(folder: Path) -> Path:
    """Write a pack whose one term is a number that the bundled ones take for part of "call <phone>"."""
    for name in ("rules", "lexicons"):
        (folder / name).mkdir()
    (folder / "rules" / "concepts.toml").write_text('[concepts]\nfraud_line = "a number that is no help desk of ours"\n', "utf-8")
    (folder / "lexicons" / "x.toml").write_text('[[concept]]\nname = "fraud_line"\nterms = ["+1 555 0100"]\n', "utf-8")
    (folder / "rules" / "x.toml").write_text(
        '[[rule]]\nid = "club.fraud-line"\nwhy = "w"\nclause = ["fraud_line"]\nfloor = "block"\nhit = ["+1 555 0100", "call +1 555 0100"]\n'
        'spare = ["+1 555 0199", "call us"]\n',
        "utf-8",
    )
    return folder


def test_no_bundled_term_hides_one_of_a_pack(guard: Guard, tmp_path: Path) -> None:
    mine = own(guard, with_a_phone(tmp_path))
    for text in ("hello +1 555 0100 there", "call +1 555 0100", "please call +1 555 0100 today"):
        assert mine.check(text).action == mine.scan([text, text])["action"][0].as_py() == "block", text
    for text in ("call +1 555 0199", "hello there"):
        assert mine.score([text]) == guard.score([text])
    assert proof.failures(pack.read(guard.model, tmp_path), guard.model.terms) == []


def lexicon_name(found: lexicon.Lexicon, concept: int) -> str:
    return found.concepts[concept]


def test_the_tiny_model_takes_a_pack_too(tiny: Any, club: Path) -> None:
    """Its concepts are few: what the pack speaks of beyond them is told."""
    assert "give" in tiny.card["concepts"]
    with pytest.raises(LexiconError, match="unknown concept 'contact'"):
        pack.packed(tiny, club)


@pytest.mark.parametrize("place", ["extra.toml", "rules/more/extra.toml", "lexicons/more/extra.toml", "rules/extra.TOML", "Extra.Toml"])
def test_rules_where_none_are_read_are_refused(place: str, club: Path, tmp_path: Path, guard: Guard) -> None:
    folder = changed(club, tmp_path / "club", "README.md")
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_text("", "utf-8")
    with pytest.raises(LexiconError, match=place):
        pack.packed(guard.model, folder)


def test_a_pack_is_a_folder(tmp_path: Path, guard: Guard) -> None:
    file = tmp_path / "club.toml"
    file.write_text("", "utf-8")
    with pytest.raises(LexiconError, match="is a file"):
        pack.packed(guard.model, file)
    with pytest.raises(LexiconError, match="is a file"):
        pack.start(file)


def test_notepad_writes_packs_too(club: Path, tmp_path: Path, guard: Guard) -> None:
    folder = changed(club, tmp_path / "club", "README.md")
    for file in folder.glob("*/*.toml"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert own(guard, folder).check(DEAL).action == "warn"


MISNAMED = ["rules/other.toml.txt", "rules/club.yaml", "rules/club.yml", "rules/club.json", "rules/other.toml.bak", "rules/CLUB.TOML"]


@pytest.mark.parametrize("place", [*MISNAMED, "lexicons/club.Yaml", "lexicons/more.toml~"])
def test_what_may_be_meant_as_rules_is_not_passed_over(place: str, club: Path, tmp_path: Path, guard: Guard) -> None:
    folder = changed(club, tmp_path / "club", "README.md")
    (folder / place).write_text("", "utf-8")
    with pytest.raises(LexiconError, match=f"{place}: would not be read"):
        pack.read(guard.model, folder)


HIDDEN = [".git/club.toml", "rules/.ipynb_checkpoints/club.toml", "lexicons/.more.toml"]
LEFT = ["rules/.#club.toml", "rules/._club.toml", ".club.toml.swp", "rules/club.toml~", "rules/club.toml.bak", "rules/#club.toml#"]


@pytest.mark.parametrize("place", [*LEFT, *HIDDEN, "rules/README.md", "notes.txt"])
def test_what_editors_and_systems_leave_is_passed_over(place: str, club: Path, tmp_path: Path, guard: Guard) -> None:
    folder = changed(club, tmp_path / "club", "README.md")
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_bytes(b"\0\x05\x16\x07 no TOML")
    assert pack.read(guard.model, folder) == pack.read(guard.model, club)
    assert pack.packed(guard.model, folder).card["pack"] == pack.packed(guard.model, club).card["pack"]


def test_a_lock_that_leads_nowhere_is_passed_over(club: Path, tmp_path: Path, guard: Guard) -> None:
    folder = changed(club, tmp_path / "club", "README.md")
    (folder / "rules" / ".#club.toml").symlink_to("user@host.1234:5678")
    assert own(guard, folder).check(DEAL).action == "warn"


@pytest.mark.parametrize("place", ["rules/x.toml", "lexicons/x.toml", "rules/concepts.toml"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "nowhere"])
def test_what_is_no_file_is_not_waited_for(place: str, kind: str, club: Path, tmp_path: Path, guard: Guard) -> None:
    folder = changed(club, tmp_path / "club", "README.md")
    (folder / place).unlink(missing_ok=True)
    made: dict[str, Callable[[Path], None]] = {"pipe": os.mkfifo, "folder": Path.mkdir, "nowhere": lambda file: file.symlink_to("gone")}
    made[kind](folder / place)
    with pytest.raises(LexiconError, match=f"{place}: (is no file|cannot be read: Is a directory)"):
        pack.read(guard.model, folder)


@pytest.mark.parametrize("text", ["", "[concepts]\nown = 'x'\n"])
def test_a_pack_without_rules_or_terms_is_told(text: str, tmp_path: Path, guard: Guard) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "concepts.toml").write_text(text, "utf-8")
    with pytest.raises(LexiconError, match="holds no rules: nor any terms"):
        pack.read(guard.model, tmp_path)


def test_only_so_many_rules_fit(guard: Guard, tmp_path: Path) -> None:
    """Each has a number of 16 bits: a later one would wrap round and never fire."""
    one = pack.read(guard.model, with_a_phone(tmp_path))
    most = (1 << 15) - len(guard.model.card["rules"])
    full = joined(guard.model.rules, compile_rules(replace(one, rules=one.rules * most)))
    assert (len(full.needs), full.anchored.min(), full.anchored.max()) == (1 << 15, 0, (1 << 15) - 1)
    with pytest.raises(LexiconError, match="rules: 32,769 rules: only 32,768 fit, those of the model included"):
        joined(guard.model.rules, compile_rules(replace(one, rules=one.rules * (most + 1))))
    with pytest.raises(LexiconError, match="rules: 40,000 rules: only 32,768 fit"):
        compile_rules(replace(one, rules=one.rules * 40_000))


def test_a_model_that_slopes_down_takes_no_floors(guard: Guard, club: Path) -> None:
    down = replace(guard.model, card=guard.model.card | {"calibration": [-0.7, 0.1]})
    with pytest.raises(ModelError, match="risk falls as its logit rises, so no floor can lift a message"):
        pack.packed(down, club)


@pytest.mark.parametrize("risk", [0.0, 1.0])
def test_a_floor_may_be_all_or_nothing(risk: float, guard: Guard, club: Path) -> None:
    every = guard.model.card["thresholds"] | {"warn": risk, "block": risk, "other": risk, "languages": {}}
    mine = pack.packed(replace(guard.model, card=guard.model.card | {"thresholds": every}), club)
    [found] = mine.risk(mine.logits(columns.pack([DEAL])))
    assert found >= risk
