# The two commands of the README, and what CI adds to them.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check clean

demo: .venv/installed
	$(BIN)/python -m demo

test: .venv/test
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Each stamp says what the environment holds; a changed pyproject.toml makes it anew.
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "chipwatch needs Python 3.11 or later; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml | .venv/bin/python
	$(BIN)/pip install -qq --disable-pip-version-check --editable '.[vectors]'
	@touch $@

.venv/test: pyproject.toml | .venv/bin/python
	$(BIN)/pip install -qq --disable-pip-version-check --editable '.[test,vectors]'
	@touch $@

.venv/dev: pyproject.toml | .venv/bin/python
	$(BIN)/pip install -qq --disable-pip-version-check --editable '.[dev,bench]'
	@touch $@

clean:
	rm -rf .venv demo/out
