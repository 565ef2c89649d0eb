"""What SECURITY.md promises and no other test holds: nothing is fetched, unpickled or evaluated; planted secrets are in no output."""

from __future__ import annotations

import ast
import io
import itertools
import json
import logging
import random
import re
import subprocess
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import scamguard
from scamguard import errors
from scamguard.serve.settings import Settings

from . import planted
from .serving import client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scamguard.guard import Guard

SRC = Path(scamguard.__file__).parent
ROOT = Path(__file__).parents[1]
RUNTIME = [file for file in sorted(SRC.rglob("*.py")) if file.relative_to(SRC).parts[0] != "train"]
_RUNS_CODE = {"eval", "exec", "compile", "__import__", "execfile"}
_UNPICKLES = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "yaml", "numpy.load"}
_FETCHES = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "ftplib", "smtplib", "telnetlib", "socket"}
_STARTS = {"subprocess", "pty", "ctypes", "multiprocessing", "os.system", "os.popen", "os.execv", "os.fork"}
# GitHub's action calls GitHub's API, that is what it is for; joblib's thread pool fits estimators
_ALLOWED = {("chat/github.py", "urllib.request")}


def named(tree: ast.AST) -> Iterator[str]:
    """Name what a module imports and what it calls by a plain name or an attribute of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def test_no_module_evaluates_unpickles_fetches_or_starts_anything() -> None:
    files = {file.relative_to(SRC).as_posix(): ast.parse(file.read_text("utf-8")) for file in RUNTIME}
    used = {(where, name) for where, tree in files.items() for name in named(tree)} - _ALLOWED
    forbidden = _RUNS_CODE | _UNPICKLES | _FETCHES | _STARTS
    within = tuple(f"{bad}." for bad in forbidden - _RUNS_CODE)
    assert {(where, name) for where, name in used if name in forbidden or name.startswith(within)} == set()


AUDITED = """
import json, os, sys, tempfile
seen = []
WATCHED = ("socket.", "urllib.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "shutil.unpack", "ftplib", "smtplib")
def hook(event, arguments):
    if event.startswith(WATCHED):
        seen.append(event)
    elif event == "pickle.find_class":
        seen.append(f"pickle {arguments[0]}")
import scamguard
from scamguard import dumps, imitation
from scamguard.outgoing import judged
guard = scamguard.load()
sys.addaudithook(hook)
text = "Kraken Support: open https://kraken-support.example/x and send your 12-word seed phrase to @desk"
guard.score([text]); guard.scan([text, None]); guard.explain(text)
verdict = guard.check(text, sender=scamguard.Sender(name="Kraken Support", handle="kraken_desk"))
verdict.advice("en"); verdict.report(text) if hasattr(verdict, "report") else None
guard.check("it's 482913", direction="outgoing")
scamguard.lookalike("https://kraken-support.example/login")
for block in dumps.open(sys.argv[1]):
    guard.scan(block.texts)
scamguard.load()
print(json.dumps(sorted(set(seen))))
"""


def test_judging_opens_no_connection_and_starts_no_program() -> None:
    """The interpreter itself is asked what happens (PEP 578). Numba reads the kernels it kept, and nothing else is unpickled."""
    sample = ROOT / "data" / "samples" / "mail.mbox"
    done = subprocess.run([sys.executable, "-c", AUDITED, str(sample)], capture_output=True, text=True, check=True)
    seen: list[str] = json.loads(done.stdout.splitlines()[-1])
    unpickled = {event.split()[1].split(".")[0] for event in seen if event.startswith("pickle ")}
    assert unpickled <= {"numba", "llvmlite", "numpy", "builtins", "_codecs", "copyreg", "collections", "scamguard", "types"}
    assert [event for event in seen if not event.startswith("pickle ")] == []


def test_no_pickle_is_in_the_package() -> None:
    unpickled = [file.name for file in SRC.rglob("*") if file.suffix in {".pkl", ".pickle", ".joblib", ".npy", ".npz", ".pt", ".bin"}]
    assert unpickled == []


def secrets() -> dict[str, str]:
    chances = random.Random(2)
    return {
        "phrase": " ".join(planted.phrase("english", 12, chances)),
        "wif": planted.wif(chances),
        "hex": planted.hex_key(chances),
        "solana": planted.solana(chances),
        "card": "4539 1488 0343 6467",
        "password": "Tr0ub4dor-Mango!9",
    }


SENTENCES = {
    "phrase": "my seed phrase is {}", "wif": "here is the key {}", "hex": "my private key: {}", "solana": "my private key {}",
    "card": "my card number is {}", "password": "my password is: {}",
}  # fmt: skip


def held(secret: str, text: str) -> bool:
    """Say whether any telling part of a secret is in a text: the whole, or half of it."""
    half = len(secret) // 2
    return secret in text or secret[:half] in text or secret[half:] in text


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chat in which secrets are given away, one in every broken or odd place a dump has."""
    lines = [json.dumps({"text": SENTENCES[kind].format(secret), "id": kind, "sender": "me"}) for kind, secret in secrets().items()]
    lines += [f'{{"text": "my private key: {secrets()["hex"]}', json.dumps([secrets()["wif"]]), json.dumps({"text": {"password": secrets()["password"]}})]
    file = tmp_path_factory.mktemp("dump") / "d.jsonl"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


OUTS = ("jsonl", "csv", "parquet", "sqlite", "sarif")


def test_planted_secrets_are_in_no_output_of_an_outgoing_scan(dump: Path, tmp_path: Path) -> None:
    """Every file written, both streams, and what is kept for --resume."""
    outs = [part for suffix in OUTS for part in ("--out", str(tmp_path / f"o.{suffix}"))]
    command = [sys.executable, "-c", "from scamguard.cli import main; main()", "scan", str(dump), "--direction", "outgoing", *outs, "--show", "99"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr  # for the broken records
    written = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert set(written) == {f"o.{suffix}" for suffix in OUTS}
    import pyarrow.parquet as pq  # noqa: PLC0415 - packed: read as a reader would

    texts = {name: raw.decode("utf-8", "replace") for name, raw in written.items() if not name.endswith("parquet")}
    texts |= {"parquet": str(pq.read_table(tmp_path / "o.parquet").to_pylist()), "stdout": done.stdout, "stderr": done.stderr}
    found = {(name, kind) for (name, text), (kind, secret) in itertools.product(texts.items(), secrets().items()) if held(secret, text)}
    assert found == set()
    assert "••••" in texts["o.jsonl"]


@pytest.mark.parametrize("kind", SENTENCES)
def test_planted_secrets_are_in_no_verdict_of_an_outgoing_message(guard: Guard, kind: str) -> None:
    secret = secrets()[kind]
    verdict = guard.check(SENTENCES[kind].format(secret), direction="outgoing")
    assert verdict.action != "allow"
    shown = [repr(verdict), str(verdict), json.dumps(verdict.to_dict()), verdict.advice("en"), verdict.advice("zh"), repr(verdict.evidence)]
    shown.append(str(errors.MessageBlocked(verdict)))
    assert not any(held(secret, text) for text in shown)


@pytest.mark.parametrize("kind", SENTENCES)
def test_planted_secrets_are_in_no_answer_log_or_metric_of_the_service(guard: Guard, caplog: pytest.LogCaptureFixture, kind: str) -> None:
    secret = secrets()[kind]
    text = SENTENCES[kind].format(secret)
    with caplog.at_level(logging.DEBUG), client(lambda: guard, Settings()) as web:
        answers = [
            web.post("/v1/check", json={"text": text, "direction": "outgoing"}),
            web.post("/v1/report", json={"text": text, "direction": "outgoing"}),
            web.post("/v1/report", json={"text": f"Support here, confirm this: {text}", "channel": text[:200]}),
            web.post("/v1/check", content=f'{{"text": "{text}", '.encode()),
            web.post("/v1/check", json={"text": 3, "direction": text}),
            web.post("/v1/scan", json={"messages": [{"text": text}]}),
            web.post(f"/{secret}", params={"q": secret}),
            web.get("/metrics"),
        ]
    assert not [at for at, answer in enumerate(answers) if held(secret, answer.text) or held(secret, str(answer.headers))]
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]  # the client logs what it asks
    assert not held(secret, "\n".join(logged))


@pytest.mark.parametrize("kind", SENTENCES)
def test_planted_secrets_are_in_no_exception(guard: Guard, kind: str) -> None:
    text = SENTENCES[kind].format(secrets()[kind])
    calls: list[Any] = [
        lambda: guard.check(text.encode()),  # type: ignore[arg-type]
        lambda: guard.check([text]),  # type: ignore[arg-type]
        lambda: guard.score(text),
        lambda: guard.score([text, 3]),
        lambda: guard.scan([text], senders=[text, text]),
        lambda: guard.check("x", sender=text),  # type: ignore[arg-type]
    ]
    for call in calls:
        with pytest.raises(scamguard.ScamguardError) as caught:
            call()
        told = str(caught.value) + repr(caught.value)
        assert not held(secrets()[kind], told)
        own = [line for line in traceback.format_exception(caught.value) if "test_security" not in line]
        assert not held(secrets()[kind], "".join(own))


def test_every_claim_of_the_policy_points_at_a_test_that_is_there() -> None:
    """SECURITY.md names tests as `file.py::test` or `file.py`; each must exist."""
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    claims = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", text)
    assert len(claims) > 30
    for file, test in claims:
        code = (ROOT / "tests" / file).read_text("utf-8")
        assert not test or re.search(rf"^(?:async )?def {test}\(", code, re.MULTILINE), f"{file}::{test}"
    pages = re.findall(r"`((?:test_\w+\.py)::(?:test_\w+))`", (ROOT / "docs" / "robustness.md").read_text("utf-8"))
    for file, _, test in (page.partition("::") for page in pages):
        assert f"def {test}(" in (ROOT / "tests" / file).read_text("utf-8"), f"{file}::{test}"


def test_a_row_of_the_threat_model_without_a_test_does_not_stand() -> None:
    rows = [line for line in (ROOT / "SECURITY.md").read_text("utf-8").splitlines() if line.startswith("| ") and not line.startswith(("| who", "| ---", "|--"))]
    assert rows
    assert [row for row in rows if "test_" not in row] == []


def test_the_wheel_is_the_same_to_the_byte(tmp_path: Path) -> None:
    """Built twice, by the clock of the source and not by that of the machine."""
    hatchling = pytest.importorskip("hatchling.builders.wheel", reason="the build tool is not installed")
    digests = set()
    for turn in ("1", "2"):
        builder: Any = hatchling.WheelBuilder(str(ROOT))
        made = next(iter(builder.build(directory=str(tmp_path / turn), versions=["standard"])))
        digests.add(Path(made).read_bytes())
    assert len(digests) == 1
    assert io.BytesIO(digests.pop()).read(2) == b"PK"
