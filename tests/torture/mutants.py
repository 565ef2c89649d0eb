"""Mutation testing: change one thing in a module, run its tests, and see whether they notice. ``python -m tests.torture.mutants MODULE``

Kernels are read as plain Python (NUMBA_DISABLE_JIT=1), so a mutant costs no compilation. Each runs in a process of its own that patches the
source as it is imported: nothing on disk is changed. The figure is killed / all; what survives is listed with its line.
"""

from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
import time
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
SECONDS: Final = 240  # for the tests as they are
PATIENCE: Final = 8  # times what they take, and a minute at least; a mutant that takes longer is one that does not end, and is killed
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
        self.generic_visit(node)
        if isinstance(node.op, ast.Not) and self._turn(node, "not x → x"):
            return node.operand
        return node

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
import importlib.abc, importlib.machinery, pathlib, sys, warnings
warnings.simplefilter("ignore")
name, source, tests = sys.argv[1], pathlib.Path(sys.argv[2]).read_text("utf-8"), sys.argv[3:]
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
    """Run the module's tests on another text of it; say whether they fail, or do not end within ``seconds``."""
    file.write_text(text, "utf-8")
    command = [sys.executable, "-c", _PATCH, f"scamguard.{module}", str(file), *(str(ROOT / "tests" / name) for name in TESTS[module])]
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore", "PYTHONPATH": paths}
    try:
        return subprocess.run(command, capture_output=True, check=False, env=environment, timeout=seconds, cwd=ROOT).returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        file.unlink()


def main(module: str, most: int, seed: int = 1) -> int:
    """Try all mutants of a module, or ``most`` of them by lot; status 1 if fewer than 85 of 100 are killed."""
    source = (ROOT / "src" / "scamguard" / f"{module}.py").read_text("utf-8")
    count = mutated(source, -1)[2]
    chosen = range(count) if most >= count else sorted(random.Random(seed).sample(range(count), most))
    work = Path(__file__).with_name(".work")
    work.mkdir(exist_ok=True)
    start = time.perf_counter()
    if noticed(module, mutated(source, -1)[0], work / f"{module}-whole.py"):
        sys.stderr.write(f"{module}: its tests fail before anything is changed\n")
        return 2
    seconds = max(60.0, PATIENCE * (time.perf_counter() - start))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        alive = list(filter(None, pool.map(lambda at: _alive(module, mutated(source, at), work / f"{module}-{at}.py", seconds), chosen)))
    killed = len(chosen) - len(alive)
    sys.stdout.write(json.dumps({"module": module, "mutants": count, "tried": len(chosen), "killed": killed, "alive": alive}, indent=1) + "\n")
    return int(killed < 0.85 * len(chosen))


def _alive(module: str, mutant: tuple[str, str, int], file: Path, seconds: float) -> str:
    text, told, _ = mutant
    return "" if noticed(module, text, file, seconds) else told


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]) if sys.argv[2:] else 1_000_000))
