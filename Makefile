# The interpreter that makes the virtual environment; anything from Python 3.11 on.
PYTHON ?= python3
BIN := .venv/bin
# What serving needs, and what tests and linters need on top of it.
SERVED := .venv/.served
STAMP := .venv/.installed
# The generator of the client that a test runs, whose dependencies clash with FlexGet's.
CLIENT := .venv/client/.installed
# Each file's tests in one process, for they share servers; ARGS=-n0 runs all in one. Tests wait a lot, so three share two cores.
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder
# Tests that hypothesis makes examples for: the mirror's documents, how FlexGet reads, bodies of requests.
GENERATED = $(shell grep -rl --include='test_*.py' 'testing.examples import' flexapi executions tasks schedules)
# Linting loads the settings, which create the data folder: not the user's own.
LINT_ENV := FLEXAPI_DATA_DIR=$(CURDIR)/.venv/lint-data

.PHONY: venv run test coverage fuzz lint bundle audit format bench clean

venv: $(STAMP) $(CLIENT)

# Installed again when a requirements file changes; a stamp is written only after a complete installation.
$(SERVED): requirements.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(STAMP): $(SERVED) requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

$(CLIENT): requirements-client.txt
	test -x .venv/client/bin/python || $(PYTHON) -m venv .venv/client
	.venv/client/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-client.txt
	touch $@

run: $(SERVED)
	exec $(BIN)/python manage.py serve

test: $(STAMP) $(CLIENT)
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

# Which lines and branches all of the tests reach, in every process: half as long again. FLOOR=90: fewer percent fail.
coverage: $(STAMP) $(CLIENT)
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term --cov-fail-under=$(or $(FLOOR),90)

# Requests made from the OpenAPI document, as every role, to a real server (MINUTES=10 or as given); then EXAMPLES (20) times the
# examples that `make test` makes.
fuzz: $(STAMP)
	$(BIN)/python -m flexapi.testing.fuzz --minutes $(or $(MINUTES),10)
	FLEXAPI_TEST_EXAMPLES=$(or $(EXAMPLES),20) $(BIN)/python -m pytest $(PARALLEL) $(GENERATED)

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m flexapi.testing.english
	$(LINT_ENV) $(BIN)/mypy

# Makes the editor's bundle again, of the versions in its lock file. Serving needs no node: the bundle is committed.
bundle:
	cd flexapi/web/bundle && npm ci --ignore-scripts --silent && npm run --silent build

# Asks a service on the internet about known vulnerabilities of what the requirements name.
audit: $(STAMP)
	$(BIN)/pip-audit -r requirements.txt -r requirements-distributed.txt

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)
	$(BIN)/python -m bench

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
