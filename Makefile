# `make run` and `make test` set up what they need and do the rest; `make check` is every other gate that CI has.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TEST_PROCESSES ?= auto

.PHONY: run demo test check lint types layers budgets migrations rules coverage wheel lock clean

run: $(VENV)/.runtime
	$(BIN)/tapewatch run

demo: $(VENV)/.runtime
	$(BIN)/tapewatch demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder --randomly-seed=1 --cov --cov-report= $(PYTEST_ARGS)

check: lint types layers budgets migrations rules coverage wheel

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

layers: $(VENV)/.dev
	$(BIN)/lint-imports

budgets: $(VENV)/.dev
	$(BIN)/python scripts/budgets.py

migrations: $(VENV)/.dev
	$(BIN)/python scripts/check_migrations.py

rules: $(VENV)/.dev
	$(BIN)/tapewatch rules check rules
	$(BIN)/tapewatch rules test rules

# The pure rooms are covered wholly, the rest nearly so; `make test` collects the figures.
coverage: $(VENV)/.dev
	$(BIN)/coverage report --fail-under=100 --include='service/model/*,service/events/*,service/rules/*,service/alerting/*,service/marked_yaml/*,service/folding.py'
	$(BIN)/coverage report --fail-under=90 --skip-covered

wheel: $(VENV)/.dev
	bash scripts/check_wheel.sh $(BIN)/python

# Pins every package with its hashes; needs `uv` on the PATH.
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header requirements-build.in -c requirements.txt -o requirements-build.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml --group dev -c requirements.txt -c requirements-build.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) dist build .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Tapewatch needs Python 3.11 or newer; say which with: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt requirements-build.txt pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-build.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
