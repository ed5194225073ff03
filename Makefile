# `make` lists the targets. Everything is installed into .venv; nothing else on the machine changes.
.DEFAULT_GOAL := help
PORT ?= 8000
PYTHON3 ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
# A process for each core; a file's tests stay together.
PARALLEL := --numprocesses logical --dist loadfile
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 18

.PHONY: run
run: $(VENV)/.run ## install, migrate, load the demo and serve on http://127.0.0.1:8000/ (PORT=…)
	@$(MANAGE) build_graphiql --optional
	@$(MANAGE) demo --port $(PORT)
	@$(MANAGE) run $(PORT)

.PHONY: test
test: $(VENV)/.dev ## the whole suite on SQLite, no service needed (ARGS=… for pytest)
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

.PHONY: test-postgres
test-postgres: $(VENV)/.dev ## the suite on PostgreSQL: DATABASE_URL's, or one started for it
	@$(BIN)/python -m tests.postgres $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

.PHONY: test-user-model
test-user-model: $(VENV)/.dev ## the suite with a custom user model
	@DJANGO_SETTINGS_MODULE=tests.user_model.settings $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

.PHONY: fuzz
fuzz: $(VENV)/.dev ## many requests that nobody thought of (FUZZ=… of each kind)
	@FUZZ=$(FUZZ) $(BIN)/python -m pytest tests/schema/test_fuzz.py $(ARGS)
FUZZ ?= 1000

.PHONY: test-browser
test-browser: $(VENV)/.dev chromium ## the pages in a real Chromium, installed on Debian as root if there is none
	@$(MANAGE) build_graphiql
	@$(BIN)/python -m pytest tests/browser $(ARGS)

.PHONY: test-delivery
test-delivery: $(VENV)/.dev ## workers killed, brokers and mail servers in trouble
	@$(BIN)/python -m tests.redis $(BIN)/python -m tests.postgres \
	  $(BIN)/python -m pytest tests/delivery_in_trouble $(ARGS)

.PHONY: test-clients
test-clients: $(VENV)/.dev ## real clients against a live server: Apollo, urql, Relay, gql … (ARGS=… for some)
	@$(BIN)/python -m tests.clients $(ARGS)

.PHONY: benchmark
benchmark: $(VENV)/.dev ## what the project promises of its speed, beside others (ARGS=… for some)
	@$(BIN)/python -m tests.postgres $(BIN)/python -m tests.benchmarks $(ARGS)

.PHONY: coverage
coverage: $(VENV)/.dev ## the suite with branch coverage
	@$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term $(ARGS)

# What each request reads is read from META: request.headers is made of all the others, too.
.PHONY: lint
lint: $(VENV)/.dev ## style, types, arrows between modules, migrations, system checks
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@git ls-files '*.py' | xargs $(BIN)/django-upgrade --target-version 5.2 --skip request_headers
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) check --fail-level WARNING
	@DEBUG=false SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	  ALLOWED_HOSTS=example.org $(MANAGE) check --deploy --fail-level WARNING

.PHONY: format
format: $(VENV)/.dev ## format the code
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

.PHONY: schema
schema: $(VENV)/.dev ## write schema/schema.graphql
	@$(MANAGE) export_schema schema.root --path schema/schema.graphql

.PHONY: lock
lock: $(VENV)/.dev ## resolve the dependencies anew: one set of locks for all Pythons
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) $(EXTRAS) \
	  --output-file project/requirements.txt
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) $(EXTRAS) --group dev \
	  --constraint project/requirements.txt --output-file tests/requirements.txt
	@$(BIN)/uv pip compile --group pyproject.toml:node $(LOCK) \
	  --output-file project/graphiql/requirements.txt
EXTRAS = --extra apprise --extra bearer --extra celery --extra postgres --extra project --extra tasks --extra webhook
LOCK = --quiet --upgrade --universal --python-version 3.11 --fork-strategy requires-python \
  --generate-hashes --no-annotate --no-header

.PHONY: chromium
chromium:
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome chrome; do \
	  if command -v "$$name" >/dev/null; then exit 0; fi; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo 'Installing Chromium ...'; \
	  apt-get update -qq && apt-get install -y -qq chromium >/dev/null && exit 0; \
	fi; \
	echo 'Chromium is missing: install it, or set CHROMIUM to its path.'; exit 1

.PHONY: clean
clean: ## remove what was installed and built; the database stays
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage
	rm -rf tests/clients/node_modules tests/clients/build tests/clients/relay/build
	rm -rf project/graphiql/node_modules project/static/project/graphiql

$(BIN)/python:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed: make PYTHON3=/path/to/python3 ...'; exit 1; }
	@echo 'Making $(VENV) ...'
	@$(PYTHON3) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python project/requirements.txt
	@echo 'Installing what the service needs ...'
	@$(PIP) -r project/requirements.txt
	@touch $@

$(VENV)/.dev: $(BIN)/python tests/requirements.txt
	@echo 'Installing what the tests need ...'
	@$(PIP) -r tests/requirements.txt
	@touch $@
