# The interpreter that makes the virtual environment; anything from Python 3.11 on.
PYTHON ?= python3
BIN := .venv/bin
# What serving needs, and what tests and linters need on top of it.
SERVED := .venv/.served
STAMP := .venv/.installed
# The generator of the client that a test runs, whose dependencies clash with FlexGet's.
CLIENT := .venv/client/.installed
# Each file's tests in one process, for they share servers; ARGS=-n0 runs all in one. Tests wait a lot, so four share two cores.
PARALLEL := -n 4 --dist loadfile --no-loadscope-reorder
# Tests that hypothesis makes examples for: the mirror's documents, how FlexGet reads, bodies of requests.
GENERATED = $(shell grep -rl --include='test_*.py' 'testing.examples import' flexapi executions tasks schedules)
# Linting loads the settings, which create the data folder: not the user's own.
LINT_ENV := FLEXAPI_DATA_DIR=$(CURDIR)/.venv/lint-data

.PHONY: venv run test test-matrix coverage kills fuzz lint messages bundle audit format bench screenshots release licences installs wheel image clean

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
	@test -n "$(ARGS)" || $(BIN)/python -m releasing passed

# The same on each Python and each FlexGet that FlexAPI works with, as far as this machine has them; ON="3.13 3.12/3.21" chooses.
test-matrix: $(STAMP) $(CLIENT)
	$(BIN)/python -m releasing.matrix $(addprefix --on ,$(ON)) -- $(PARALLEL) $(ARGS)

# Whether these files can be released, and what is to be done first; it changes nothing.
release: $(STAMP)
	@$(LINT_ENV) $(BIN)/python -m releasing

# Which lines and branches all of the tests reach, in every process: half as long again. FLOOR=90: fewer percent fail.
coverage: $(STAMP) $(CLIENT)
	$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term --cov-fail-under=$(or $(FLOOR),90)

# Servers that are killed 200 times between an event and its delivery, and 10,000 events for two servers: nothing may be lost.
kills: $(STAMP)
	FLEXAPI_TEST_KILLS=$(or $(KILLS),200) FLEXAPI_TEST_EVENTS=$(or $(EVENTS),10000) $(BIN)/python -m pytest -n0 -s notifications/tests/test_kill.py

# Requests made from the OpenAPI document, as every role, to a real server (MINUTES=10 or as given); then EXAMPLES (20) times the
# examples that `make test` makes.
fuzz: $(STAMP)
	$(BIN)/python -m flexapi.testing.fuzz --minutes $(or $(MINUTES),10)
	FLEXAPI_TEST_EXAMPLES=$(or $(EXAMPLES),20) $(BIN)/python -m pytest $(PARALLEL) $(GENERATED)

# The pictures of README.md and docs/, made in Chromium of a server with invented runs.
screenshots: $(STAMP)
	$(BIN)/python -m flexapi.testing.screenshots

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports --no-cache
	PYTHONPATH=contrib/flexapi-flexget-api $(BIN)/lint-imports --no-cache --no-logo contrib/flexapi-flexget-api/pyproject.toml
	$(BIN)/deptry . --no-ansi
	$(BIN)/python -m flexapi.testing.english
	$(LINT_ENV) $(BIN)/mypy

# Takes the texts that the sources mark into the catalogues of languages, compiles them, and says how much is translated.
messages: $(STAMP)
	$(LINT_ENV) $(BIN)/python -m flexapi.testing.languages

# Makes the editor's bundle again, of the versions in its lock file. Serving needs no node: the bundle is committed.
bundle:
	cd flexapi/web/bundle && npm ci --ignore-scripts --silent && npm run --silent build

# Asks a service on the internet about known vulnerabilities of what the requirements name.
audit: $(STAMP)
	$(BIN)/pip-audit -r requirements.txt -r requirements-distributed.txt

# The licence of each package, for docs/licences.md; refuses one that doesn't go with FlexAPI's.
licences: $(STAMP)
	$(BIN)/python -m releasing.licences

# Each way to install, tried in a bare place and timed: WAYS="make uv", or all. Minutes, and the internet.
installs: $(STAMP)
	$(BIN)/python -m releasing.installs $(WAYS)

# What people install, in dist/; and the image, tagged with the version.
wheel: $(STAMP)
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	rm -rf build flexapi.egg-info

image:
	docker build -f deploy/Dockerfile -t flexapi:latest -t flexapi:$$($(PYTHON) -c 'from flexapi.version import VERSION; print(VERSION)') .

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)
	$(BIN)/python -m bench

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
