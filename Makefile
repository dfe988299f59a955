# Everything runs in .venv, which is made on first use.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export OMP_NUM_THREADS = 1

.PHONY: help demo test lint check-tests test-slow test-trainers docs bench format clean

help:
	@echo "make demo [DATA=file.jsonl BUDGET=1000]  select from your file, or from Python's own docs"
	@echo "make test           lint, types, layers, tests, examples of docs and docstrings"
	@echo "make lint           ruff, mypy, import-linter"
	@echo "make format         let ruff rewrite the layout"
	@echo "make test-slow      the tests that take minutes"
	@echo "make test-trainers  train tiny models with real trainers (installs torch)"
	@echo "make docs           build the site into site/"
	@echo "make bench          every benchmark on small data; see benchmarks/README.md"

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "entropylaw needs Python 3.11 or newer; say make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv || { echo "python3 -m venv failed: install your system's venv package (Debian: apt install python3-venv)"; exit 1; }
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@touch $@

.venv/user: .venv/python pyproject.toml
	@$(BIN)/python -m pip install --quiet -e '.[cli,plot]'
	@touch $@

.venv/dev: .venv/user
	@$(BIN)/python -m pip install --quiet -e '.[cli,plot]' --group test --group lint
	@touch $@

.venv/trainers: .venv/dev
	@$(BIN)/python -m pip install --quiet --group trainers
	@touch $@

.venv/docs: .venv/user
	@$(BIN)/python -m pip install --quiet --group docs
	@touch $@

BUDGET ?= 1000
demo: .venv/user
	$(BIN)/entropylaw demo $(if $(DATA),'$(DATA)') --budget '$(BUDGET)' --output demo-out

test: lint check-tests

lint: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

check-tests: .venv/dev
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-slow: .venv/dev
	$(BIN)/python -m pytest -m slow -n 2

test-trainers: .venv/trainers
	$(BIN)/python -m pytest -m trainers

docs: .venv/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench: .venv/dev
	$(BIN)/python -m benchmarks quick

format: .venv/dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf .venv site demo-out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
