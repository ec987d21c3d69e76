# The verbs of this project. Each installs what it needs at first; `make run DIR=~/code/shop` is all a new user types.

VENV ?= .venv
BIN := $(VENV)/bin
# The first that runs: a version manager's shim may stand for a version that is not there.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && echo $$python && break; \
  done)
# The one place that pins torch: pip finds a wheel for machines without a GPU for this version, while the newest one
# brings gigabytes of CUDA along.
TORCH := torch==2.13.0
# What to install beyond the base, by the names of pyproject.toml: `make install EXTRAS=models` for other models.
EXTRAS ?=
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run demo install test lint types format bench rows encoder image browser vendor pictures clean

help:
	@echo 'make run DIR=~/code/shop    start everything, index DIR, serve until Ctrl-C (QUERY="..." shows what it finds)'
	@echo 'make demo DIR=... QUERY=... the same, and end after the results: 0 when there are some'
	@echo 'make browser               install Chromium for the tests of the page (as root); without it they are skipped'
	@echo 'make test | lint | types    check the project; make format puts it in shape'
	@echo 'make rows                  write the typed rows, the TypeScript types and the dump after a change of the schema'
	@echo 'make bench                 measure speed and recall; with QUERIES=... SOURCES=... the quality of results too'
	@echo 'make encoder               make the code encoder again, from fetching sources to the measured model'
	@echo 'make image                 build the container (CONTAINER=podman for podman; EXTRAS=models)'
	@echo 'make install | clean        make the virtual environment (EXTRAS=models: for other models), or remove all'

# The code to index, and what to search for in it; handed on by the environment, so that no character in them is special.
DIR ?= .
QUERY ?=
run demo: export CODINGIT_MAKE_DIR = $(DIR)
run demo: export CODINGIT_MAKE_QUERY = $(QUERY)

run: install
	@exec $(BIN)/codingit up "$$CODINGIT_MAKE_DIR" --query "$$CODINGIT_MAKE_QUERY"

demo: install
	@exec $(BIN)/codingit up "$$CODINGIT_MAKE_DIR" --query "$$CODINGIT_MAKE_QUERY" --once

install: $(INSTALLED)$(EXTRAS:%=-%)

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer with venv is needed. Install it, or name it with PYTHON=...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(INSTALLED): pyproject.toml | $(BIN)/python
	@echo 'Installing into $(VENV): a minute or two, once.'
	@$(PIP) install --editable .
	@touch $@

# Every extra brings PyTorch.
$(INSTALLED)-%: pyproject.toml | $(BIN)/python
	@echo 'Installing into $(VENV) with $*: a minute or two, once.'
	@$(PIP) install '$(TORCH)'
	@$(PIP) install --editable '.[$*]' '$(TORCH)'
	@touch $@ $(INSTALLED)

test lint types format bench: $(INSTALLED)-dev

# The tests of the page drive Debian's Chromium. Without it they are skipped, and in CI they fail.
browser:
	@command -v chromium > /dev/null || { test "$$(id -u)" = 0 && command -v apt-get > /dev/null; } || { \
	  echo 'Install the package chromium, or run this as root.' >&2; exit 1; }
	@command -v chromium > /dev/null || { apt-get -q update \
	  && DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends chromium; }

# Two runs: a browser that is driven keeps an event loop in its process, and other tests want one of their own.
test:
	$(BIN)/pytest -n 2 --ignore tests/page
	$(BIN)/pytest -n 2 tests/page

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types:
	$(BIN)/mypy

# The page's highlighter from its package, and the pictures of docs/page.md.
vendor: $(INSTALLED)-dev
	$(BIN)/python -m tests.page.vendoring
pictures: $(INSTALLED)-dev browser
	$(BIN)/python -m tests.page.picturing $(SOURCES)

format:
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# docs/benchmarks.md says what each measures. Quality needs QUERIES and SOURCES; without SOURCES the others measure
# themselves on the standard library of Python.
bench:
	$(BIN)/python -m benchmarks.indexing $(SOURCES)
	$(BIN)/python -m benchmarks.recall $(SOURCES)
	$(BIN)/python -m benchmarks.latency $(SOURCES)
	$(BIN)/python -m benchmarks.embeddings $(SOURCES)
	$(if $(QUERIES),$(BIN)/python -m benchmarks.quality $(QUERIES) $(SOURCES),@echo 'Quality needs QUERIES=... SOURCES=...: see docs/quality.md.')

# models/rows/, models/database.types.ts and sql/schema.sql, from a database that is migrated for it.
rows: install
	$(BIN)/python -m sql.generating

# About 2 GB of sources, 10 GB in all; needs pip, npm and apt-get. training/README.md tells the steps.
ENCODER_CACHE ?= $(HOME)/.cache/codingit-encoder
ENCODER_PROCESSES ?= 2
encoder: $(INSTALLED)-models
	$(BIN)/python -m training --cache '$(ENCODER_CACHE)' --processes '$(ENCODER_PROCESSES)'

# docs/operations.md tells how it is run.
CONTAINER ?= docker
image:
	$(CONTAINER) build --build-arg 'EXTRAS=$(EXTRAS)' --build-arg 'TORCH=$(TORCH)' --tag codingit-search .

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build ./*.egg-info
