# The verbs of this project; `make test` on a fresh clone installs what it needs.

VENV := .venv
BIN := $(VENV)/bin
# The first that runs: a version manager's shim may stand for a version that is not there.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null && echo $$python && break; done)
# The one place that pins torch: the newest release whose wheel for machines without a GPU pip finds.
TORCH := torch==2.13.0
STAMP := $(VENV)/.installed

.PHONY: install test lint types format bench clean

install: $(STAMP)

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=..."; exit 1; }
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $(STAMP)

test: install
	$(BIN)/pytest -n 2

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: install
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# QUERIES and SOURCES as benchmarks/quality.py describes them.
bench: install
	$(BIN)/python -m benchmarks.quality $(QUERIES) $(SOURCES)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build ./*.egg-info

.PHONY: run demo

DIR ?= .
QUERY ?=

run: install
	$(BIN)/codingit up $(DIR) $(if $(QUERY),--query "$(QUERY)")

demo: install
	$(BIN)/codingit up $(DIR) --once $(if $(QUERY),--query "$(QUERY)")
