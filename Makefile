# Everything a fresh machine needs is Python 3.11 or 3.12, make, and a package index.
SHELL := /bin/sh
BIN := .venv/bin
FITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" \
  --group build --extra prove pyproject.toml
# One more than there are processors: a test that starts a server waits for it.
TEST_WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Of the long tests, some wait for others' processes most of the time.
DEEP_WORKERS ?= 2
DEEP_SEED ?= $(shell date -u +%Y%j)
DEEP_SECONDS ?= 720

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: .venv/installed  ## install what it takes and serve the demo on loopback
	@$(BIN)/authz demo

test: lint types browser  ## format, lint, types, and all tests but the deep ones
	$(BIN)/python -m pytest -m "not deep" -n $(TEST_WORKERS) --dist loadfile

browser: .venv/installed-test  ## a Chromium for the tests that look at pages, where there is none
	@$(BIN)/python -m tests.browser.install

screenshots: browser  ## every page of the console in both themes, into var/screenshots
	@$(BIN)/python -m tests.browser.screenshots

test-deep: browser  ## random and long tests; DEEP_SEED=... repeats a run
	@echo "deep tests: DEEP_SEED=$(DEEP_SEED) DEEP_SECONDS=$(DEEP_SECONDS)"
	DEEP_SEED=$(DEEP_SEED) DEEP_SECONDS=$(DEEP_SECONDS) $(BIN)/python -m pytest tests/deep -m deep \
	  -n $(DEEP_WORKERS) --dist loadfile

check: test  ## what a change must pass before it is committed

lint: .venv/installed-test  ## format and lint, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/installed-test  ## mypy, strict
	$(BIN)/mypy

bench: .venv/installed-test  ## what decisions cost, one by one, in a world, over HTTP; what long lists and a diff cost
	@$(BIN)/python -m tests.bench.bench_decisions
	@$(BIN)/authz bench
	@$(BIN)/python -m tests.bench.bench_http
	@$(BIN)/python -m tests.bench.bench_lists
	@$(BIN)/python -m tests.bench.bench_diff

lock: .venv/installed-test  ## pin the newest versions that pyproject.toml allows
	$(LOCK) --upgrade --output-file requirements.txt
	$(LOCK) --upgrade --extra test --constraint requirements.txt --output-file requirements-test.txt

clean:  ## remove what make made; var/ stays
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/bin/python:
	@for python in $(PYTHON) python3.11 python3.12 python3; do \
	  if "$$python" -c "$(FITS)" 2>/dev/null; then \
	    echo "making .venv with $$("$$python" -V)"; exec "$$python" -m venv .venv; \
	  fi; \
	done; \
	echo "error: no Python 3.11 or 3.12 with venv was found; name one: make PYTHON=/path/to/python3.11" >&2; \
	exit 1

.venv/installed: .venv/bin/python requirements.txt pyproject.toml
	@echo "installing what requirements.txt locks"
	@$(INSTALL) --only-binary :all: --require-hashes --requirement requirements.txt
	@$(INSTALL) --no-build-isolation --no-index --editable .
	@touch $@

.venv/installed-test: .venv/installed requirements-test.txt
	@echo "installing what requirements-test.txt locks"
	@$(INSTALL) --only-binary :all: --require-hashes --requirement requirements-test.txt
	@touch $@

.PHONY: help run test browser screenshots test-deep check lint types bench lock clean
