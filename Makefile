# `make run` and `make test` need Python 3.11 or newer (with venv), make and a package index, and nothing else done before.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := $(BIN)/python -m pytest -n auto --dist loadgroup

STUDY ?= telitacicept-belimumab

.PHONY: help run test quick long docs pictures lint ruff types contract format lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile

run: $(VENV)/run.stamp ## install, open the sandbox hospital, screen it over HTTP, show the mail (ONCE=1: end after the run)
	$(BIN)/trial-adapter demo --study $(STUDY) $(if $(ONCE),--once)

test: $(VENV)/test.stamp ## everything: lint, types, all tests that this machine can run
	@status=0; $(MAKE) --no-print-directory --keep-going lint || status=1; $(PYTEST) --durations=25 || status=1; exit $$status

quick: $(VENV)/test.stamp ## lint, types and the tests without servers, in under two minutes
	@status=0; $(MAKE) --no-print-directory --keep-going lint || status=1; $(PYTEST) -q -m "not slow" || status=1; exit $$status

long: $(VENV)/test.stamp ## the big seeded counts, which take hours
	LONG=1 $(BIN)/python -m pytest -m long

docs: $(VENV)/test.stamp ## write docs/reference/, docs/studies/ and profiles/ anew from the code and its data
	@$(BIN)/python -m tests.house.document
	@$(BIN)/python -m tests.profiles.write

pictures: $(VENV)/test.stamp ## take the pictures of the README anew (needs Chromium)
	@$(BIN)/python -m tests.browser.pictures docs/images

lint: ruff types contract ## ruff, strict types, the direction of imports

ruff: $(VENV)/test.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet

types: $(VENV)/test.stamp
	$(BIN)/mypy

contract: $(VENV)/test.stamp
	$(BIN)/lint-imports --no-cache --no-logo

format: $(VENV)/test.stamp ## put the code into form
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# A stamp is younger than the lock it was installed from, so nothing is installed twice.
$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/test.stamp: requirements-test.lock $(VENV)/run.stamp
	$(PIP) install --require-hashes --only-binary :all: -r requirements-test.lock
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "trial-adapter needs Python 3.11 or newer, and $(PYTHON) is" \
	    "$$($(PYTHON) --version 2>&1): name another with  make PYTHON=python3.12 ..." >&2; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "$(PYTHON) cannot make a virtual environment: install its venv package (Debian: python3-venv)" >&2; \
	  rm -rf $(VENV); exit 1; }

lock: ## for maintainers, with uv: write the lock files anew (add UPGRADE=--upgrade for newer versions)
	$(UV) --group build pyproject.toml -o requirements.lock
	$(UV) --group build --group test -c requirements.lock pyproject.toml -o requirements-test.lock
UV = uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes --only-binary :all: \
  --no-header --no-annotate --no-emit-index-url --no-emit-find-links

clean: ## take away what was installed and made
	rm -rf $(VENV) build dist var .mypy_cache .ruff_cache .pytest_cache .hypothesis
