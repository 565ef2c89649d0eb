"""Mutation testing: change one thing in a module, run its tests, and see whether they notice. ``python -m tests.torture.mutants MODULE``

Kernels are read as plain Python (NUMBA_DISABLE_JIT=1), so a mutant costs no compilation. Each runs in a process of its own that patches the
source as it is imported: nothing on disk is changed. The figure is killed / all; what survives is listed with its line.
Tests that take a minute as plain Python are left out: what only they would notice counts as alive.
"""

from __future__ import annotations

import ast
import json
import os
import random
import resource
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
TESTS: Final = {
    "rules": ["test_rules.py"],
    "match": ["test_match.py"],
    "fold": ["test_fold.py"],
    "model": ["test_model.py", "test_hostile_model.py"],
    "soundness": ["test_hostile_model.py"],
    "tokens": ["test_match.py", "test_features.py"],
}
SLOW: Final = {
    "fold": ["test_fold.py::test_folding_never_makes_a_message_longer_than_its_bytes", "test_fold.py::test_any_text_folds_however_long"],
}
# Changes that no test can tell: what a message gives is the same. They are listed by themselves, with the reason, and count neither way.
# By the module and a part of the line; one that is killed all the same counts as killed.
_ROOM, _SPEED = "room or a unit of work of another size", "only more or less work, or other places in a memory that is checked"
_TIE, _UNREAD, _NEVER = "a tie that the other half of the condition, or the order, settles", "a value that is not read", "a value that does not occur"
EQUIVALENT: Final = {
    "rules": [
        ("room = 2 * len", "2 → 3, 64 → 65", _ROOM),
        ("tried[:] = -1", "-1 → 0", _NEVER),
        ("group = 0", "0 → 1", _NEVER),
        ("group += 1", "1 → 2", _NEVER),
        ("if not (r.need[i, k, 0] & low", "BitAnd → BitOr", _SPEED),
    ],
    "match": [
        ("TOGETHER: Final", "256 → 257", _ROOM),
        ("MEMO: Final", "1 → 2, 13 → 14", _ROOM),
        ("room = MOST_CONCEPTS", "1 → 2", _ROOM),
        ("memo = block", "1 → 2, 4 → 5", _ROOM),
        ("return Work(", "1 → 2, 32 → 33, 2 → 3", _ROOM),
        ("while some < len(message)", "1 → 2, Add → Sub, Sub → Add, LtE → Lt", _ROOM),
        ("row = _slot(key[k]", "Mult → FloorDiv", _SPEED),
        ("missed += ", "BitAnd → BitOr, 0 → 1", _SPEED),
        ("r.hash[k] = exact", "BitAnd → BitOr", _SPEED),
        ("r.memo[row : row + 8]", "8 → 9", _UNREAD),
        ("if sort[k] & INSIDE or not", "Lt → LtE, BitAnd → BitOr, Or → And", _SPEED),
        ("r.end[k] = r.spelled[k] = -1", "-1 → 0", _UNREAD),
        ("if leads >> 3 and (end", "Gt → GtE, 2 → 3", _TIE),
        ("r.found[k] = end, 2 * end + 1", "2 → 3, Mult → FloorDiv, 1 → 2, Add → Sub", _TIE),
        ("if not leads & LEADS", "BitAnd → BitOr", _SPEED),
        ("if not leads & LEADS", "0 → 1, Lt → LtE", _NEVER),
        ("if leads & NUMBERS", "BitAnd → BitOr", _SPEED),
        ("if leads & STEMS", "BitAnd → BitOr, 0 → 1, Lt → LtE, And → Or", _SPEED),
        ("if found >= 0 and (end", "Gt → GtE", _TIE),
        ("if word != NO_WORD", "BitAnd → BitOr, And → Or", _SPEED),
        ("return np.int64((h ^ h", "29 → 30, RShift → LShift, 1 → 2", _SPEED),
        ("np.int64(ROOT), 0, words", "0 → 1", _UNREAD),
        ("return np.int64(-1), np.int64(-1), np.int64(-1)", "-1 → 0", _UNREAD),
        ("return i + np.int64(row[6])", "Mult → FloorDiv, Add → Sub", _TIE),
    ],
    "fold": [
        ("_DRAWN_OUT: Final", "1792 → 1793", _NEVER),
        ("for _mark, _kana in", "12352 → 12353", _NEVER),
        ("return _VOICED[", "12352 → 12353, 12544 → 12545, Lt → LtE", _NEVER),
        ("return (sort == LETTER and code", "Lt → LtE, GtE → Gt", _NEVER),
        ("disguised |= np.uint32(numbers", "128 → 129", _NEVER),
        ("ascii_page = ", "LShift → RShift", "the first page is page 0"),
        ("return (codes[i] == 60", "Add → Sub", _NEVER),
        ("if c == 32 and out", "1 → 2", _SPEED),
        ("while i < end and (kind[i]", "Lt → LtE", _UNREAD),
        ("elif c == 47 and before", "LtE → Lt", _NEVER),
    ],
}  # fmt: skip
SECONDS: Final = 600  # for the tests as they are
# Times the processor's time that they take, and some seconds at least; a mutant that takes more is one that does not end, and is killed.
# Time on the clock would say as much of what else the machine does.
PATIENCE: Final = 5
LEAST: Final = 15
_COMPARE: Final = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In}
_BINARY: Final = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
                  ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.Mod: ast.Mult}  # fmt: skip


class _Mutator(ast.NodeTransformer):
    """Changes the ``at``-th thing that can be changed; counts them all."""

    def __init__(self, at: int) -> None:
        self._at, self.count, self.told = at, 0, ""

    def _turn(self, node: ast.AST, what: str) -> bool:
        self.count += 1
        if self.count - 1 != self._at:
            return False
        self.told = f"line {getattr(node, 'lineno', 0)}: {what}"
        return True

    def _body(self, node: ast.FunctionDef | ast.ClassDef) -> ast.AST:  # a decorator says how it is made or kept, not what it does
        node.body = [self.visit(line) for line in node.body]
        return node

    visit_FunctionDef = visit_ClassDef = _body  # noqa: N815 - names that ast asks for

    def visit_If(self, node: ast.If) -> ast.AST:
        return node if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:  # words of an error are no logic
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        for place, op in enumerate(node.ops):
            other = _COMPARE.get(type(op))
            if other is not None and self._turn(node, f"{type(op).__name__} → {other.__name__}"):
                node.ops[place] = other()
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        other = _BINARY.get(type(node.op))
        if other is not None and self._turn(node, f"{type(node.op).__name__} → {other.__name__}"):
            node.op = other()
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        if self._turn(node, f"{type(node.op).__name__} → {other.__name__}"):
            node.op = other()
        return node

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        if isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant) and isinstance(node.operand.value, int):
            less = -node.operand.value  # "none" is often -1: -2 would be none as well, 0 is the first there is
            return ast.copy_location(ast.Constant(less + 1), node) if self._turn(node, f"{less} → {less + 1}") else node
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and self._turn(node, "not x → x"):
            return node.operand
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:  # `ahead` fetches a line of memory early, whichever: no value depends on it
        return node if isinstance(node.func, ast.Name) and node.func.id == "ahead" else self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, bool):
            return ast.copy_location(ast.Constant(not node.value), node) if self._turn(node, f"{node.value} → {not node.value}") else node
        if isinstance(node.value, int) and self._turn(node, f"{node.value} → {node.value + 1}"):
            return ast.copy_location(ast.Constant(node.value + 1), node)
        return node

    def visit_Break(self, node: ast.Break) -> ast.AST:
        return ast.copy_location(ast.Continue(), node) if self._turn(node, "break → continue") else node

    def visit_Continue(self, node: ast.Continue) -> ast.AST:
        return ast.copy_location(ast.Break(), node) if self._turn(node, "continue → break") else node


def mutated(source: str, at: int) -> tuple[str, str, int]:
    """Give a mutant of a source, what was changed, and how many mutants there are."""
    mutator = _Mutator(at)
    tree = ast.fix_missing_locations(mutator.visit(ast.parse(source)))
    return ast.unparse(tree), mutator.told, mutator.count


_PATCH: Final = """
import importlib.abc, importlib.machinery, pathlib, resource, sys, warnings
warnings.simplefilter("ignore")
name, source, seconds, tests = sys.argv[1], pathlib.Path(sys.argv[2]).read_text("utf-8"), int(sys.argv[3]), sys.argv[4:]
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
class Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, fullname):
        return compile(source, self.path, "exec")
class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path, target=None):
        if fullname != name:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        spec.loader = Loader(fullname, spec.origin)
        return spec
sys.meta_path.insert(0, Finder())
import pytest
sys.exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", "-W", "ignore", "--no-header", *tests]))
"""


def noticed(module: str, text: str, file: Path, seconds: float = SECONDS) -> bool:
    """Run the module's tests on another text of it; say whether they fail, or take more than ``seconds`` of the processor's time."""
    file.write_text(text, "utf-8")
    tests = [str(ROOT / "tests" / name) for name in TESTS[module]] + [f"--deselect=tests/{name}" for name in SLOW.get(module, [])]
    command = [sys.executable, "-c", _PATCH, f"scamguard.{module}", str(file), str(int(seconds)), *tests]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore", "PYTHONPATH": paths}
    try:
        return subprocess.run(command, capture_output=True, check=False, env=environment, timeout=20 * seconds, cwd=ROOT).returncode != 0
    except subprocess.TimeoutExpired:  # it waits for something
        return True
    finally:
        file.unlink()


def main(module: str, most: int, seed: int = 1) -> int:
    """Try all mutants of a module, or ``most`` of them by lot; status 1 if fewer than 85 of 100 that can be told are killed."""
    source = (ROOT / "src" / "scamguard" / f"{module}.py").read_text("utf-8")
    count = mutated(source, -1)[2]
    chosen = range(count) if most >= count else sorted(random.Random(seed).sample(range(count), most))
    work = Path(__file__).with_name(".work")
    work.mkdir(exist_ok=True)
    if noticed(module, mutated(source, -1)[0], work / f"{module}-whole.py"):
        sys.stderr.write(f"{module}: its tests fail before anything is changed\n")
        return 2
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = max(LEAST, PATIENCE * (used.ru_utime + used.ru_stime))

    def alive(at: int) -> str:
        text, told, _ = mutated(source, at)
        return "" if noticed(module, text, work / f"{module}-{at}.py", seconds) else told

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        left = list(filter(None, pool.map(alive, chosen)))
    killed = len(chosen) - len(left)
    lines = source.splitlines()
    reasons = [_same(module, told, lines) for told in left]
    same = [f"{told} ({why})" for told, why in zip(left, reasons, strict=True) if why]
    left = [told for told, why in zip(left, reasons, strict=True) if not why]
    figures = {"module": module, "mutants": count, "tried": len(chosen), "killed": killed, "alive": left, "equivalent": same}
    sys.stdout.write(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    return int(killed < 0.85 * (killed + len(left)))


def _same(module: str, told: str, lines: list[str]) -> str:
    """Say why a mutant does what the module does; empty if that is not known."""
    place, what = told.split(": ", 1)
    line = lines[int(place.removeprefix("line ")) - 1]
    return next((why for part, changes, why in EQUIVALENT.get(module, []) if part in line and what in changes.split(", ")), "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else 1_000_000))
