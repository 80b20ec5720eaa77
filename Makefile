# Every target does all of its own set-up. `make help` lists them.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(foreach name,python3.11 python3,$(if $(shell $(name) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo yes),$(name))))
# modules are compiled when they are first imported: most never are
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile
# PySpark comes as sources; compressing its jars once more would take longer than all the rest
PYSPARK := --config-settings-package pyspark:--build-option=--compression=stored
# uv takes half of pip's time. It knows nothing of pip's settings, so it is told pip's index; where it cannot install, pip does.
install = export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}}"; \
	test -n "$$UV_DEFAULT_INDEX" || unset UV_DEFAULT_INDEX; \
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes $(PYSPARK) -r $(1) 2>/dev/null \
	|| { echo "uv cannot install $(1) here; pip does."; $(PIP) --require-hashes -r $(1); }

# tests that run at once; those that hold a clock to something run alone all the same
JOBS ?= 2
PYTEST := $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast test-soak docs bench lint lock clean tools

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

demo: $(VENV)/.ready ## two generated days, landed, built, loaded into a real Neo4j that stays
	@$(BIN)/lakegraph demo

test: $(VENV)/.ready-dev ## the tests, on real parts: DuckDB, Databricks, Athena, Neo4j
	@$(BIN)/lakegraph prepare
	@$(PYTEST)

test-fast: $(VENV)/.ready-dev ## the quick ones, the whole way from drops to the graph on DuckDB, and what a load does
	@$(BIN)/lakegraph prepare
	@$(PYTEST) -m "core or not (slow or soak)"

test-soak: $(VENV)/.ready-dev ## the long runs: many seeded kills
	@$(BIN)/python -m pytest -m soak

docs: $(VENV)/.ready ## the documentation site, in site/
	@$(BIN)/lakegraph docs

bench: $(VENV)/.ready-dev ## one benchmark: make bench NAME=landing
	@$(BIN)/python -m bench.$(or $(NAME),$(error say which: make bench NAME=landing))

lint: $(VENV)/.ready-dev ## style and layers
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

lock: $(VENV)/.ready-dev ## make the requirement locks anew from requirements*.in
	@for part in requirements-install requirements requirements-dev; do \
	    $(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --no-strip-extras --no-header --no-emit-index-url \
	        --no-emit-trusted-host --no-emit-find-links --output-file $$part.txt $$part.in || exit 1; done

clean: ## forget the environment and everything built; drops and the lake stay
	rm -rf $(VENV) target logs site build bench/results *.egg-info

# A missing tool gives one line that says what to install.
tools:
	@test -n "$(PYTHON)" || { echo "error: Python 3.11 is missing. Install it (Debian: apt install python3.11 python3.11-venv)."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "error: Python's venv module is missing. Install it (Debian: apt install python3.11-venv)."; exit 1; }
	@command -v "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" >/dev/null || { echo "error: JDK 17 is missing. Install it (Debian: apt install openjdk-17-jdk-headless)."; exit 1; }

$(VENV)/bin/python: | tools
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.ready: requirements-install.txt requirements.txt pyproject.toml $(VENV)/bin/python | tools
	@echo "Installing what requirements.txt names into $(VENV) ..."
	@$(PIP) --require-hashes -r requirements-install.txt
	@$(call install,requirements.txt)
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	@$(call install,requirements-dev.txt)
	@touch $@
