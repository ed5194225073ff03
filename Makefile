# `make` lists the targets. Everything is installed into .venv, and the machine is not changed otherwise.
.DEFAULT_GOAL := help
PORT ?= 8000
VENV ?= .venv
BIN := $(VENV)/bin
# The Python of the environment, if it exists: a choice of PYTHON3 lasts until `make clean`.
PYTHON3 ?= $(or $(wildcard $(BIN)/python),python3)
MANAGE := $(BIN)/python manage.py
# One process for each core; the tests of a file run in one process.
PARALLEL := --numprocesses logical --dist loadfile
STEP = $(PYTHON3) -m project.install.progress
INSTALL = $(PYTHON3) -m project.install $(VENV)

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 18

.PHONY: run
run: $(VENV)/.run ## install, migrate, load the demo and serve on http://127.0.0.1:8000/ (PORT=…)
	@$(MANAGE) run $(PORT)

.PHONY: test
test: $(VENV)/.dev ## the test suite on SQLite (ARGS=… for pytest)
	@$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

.PHONY: test-postgres
test-postgres: $(VENV)/.dev ## the suite on PostgreSQL: that of DATABASE_URL, or one that is started for it
	@$(BIN)/python -m tests.postgres $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

.PHONY: test-user-model
test-user-model: $(VENV)/.dev ## the suite with a custom user model
	@DJANGO_SETTINGS_MODULE=tests.user_model.settings $(BIN)/python -m pytest $(PARALLEL) $(ARGS)

.PHONY: test-guardian
test-guardian: $(VENV)/.dev ## permissions by django-guardian and django-rules
	@DJANGO_SETTINGS_MODULE=tests.guardian.settings $(BIN)/python -m pytest tests/guardian $(ARGS)

.PHONY: test-replica
test-replica: $(VENV)/.dev ## reads from a replica with lag: a copy in SQLite, a standby of PostgreSQL
	@$(BIN)/python -m pytest tests/replica $(ARGS)
	@$(BIN)/python -m tests.replica $(BIN)/python -m pytest tests/replica $(ARGS)

.PHONY: fuzz
fuzz: $(VENV)/.dev ## generated requests (FUZZ=… of each kind)
	@FUZZ=$(FUZZ) $(BIN)/python -m pytest tests/schema/test_fuzz.py $(ARGS)
FUZZ ?= 1000

.PHONY: test-browser
test-browser: $(VENV)/.dev chromium ## the pages in Chromium, which is installed on Debian as root if it is missing
	@$(MANAGE) build_graphiql
	@$(BIN)/python -m pytest tests/browser $(ARGS)

.PHONY: test-delivery
test-delivery: $(VENV)/.dev ## delivery with killed workers, failing brokers and mail servers
	@STATEMENT_TIMEOUT=60 $(BIN)/python -m tests.redis $(BIN)/python -m tests.postgres \
	  $(BIN)/python -m pytest tests/delivery_in_trouble $(ARGS)

.PHONY: test-deploy
test-deploy: $(VENV)/.dev ## the deployment guide with nginx and PgBouncer, which are installed on Debian as root
	@DATABASE_URL= $(BIN)/python -m tests.deploy $(BIN)/python -m tests.postgres \
	  $(BIN)/python -m pytest tests/deploy $(ARGS)

.PHONY: test-clients
test-clients: $(VENV)/.dev ## Apollo, urql, Relay, gql and other clients against a live server (ARGS=… for some)
	@$(BIN)/python -m tests.clients $(ARGS)

.PHONY: benchmark
benchmark: $(VENV)/.dev ## performance beside other programs (ARGS=… for some)
	@$(BIN)/python -m tests.postgres $(BIN)/python -m tests.benchmarks $(ARGS)

.PHONY: coverage
coverage: $(VENV)/.dev ## the suite with branch coverage
	@$(BIN)/python -m pytest $(PARALLEL) --cov --cov-report=term $(ARGS)

# Code for each request reads META, not request.headers, which is built from all headers.
.PHONY: lint
lint: $(VENV)/.dev ## style, words, types, layers of imports, migrations, system checks
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@find manage.py project notifications schema tests -name node_modules -prune -o -name '*.py' -print | \
	  xargs $(BIN)/django-upgrade --target-version 5.2 --skip request_headers
	@$(BIN)/python -m tests.words
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) check --fail-level WARNING
	@DEBUG=false SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	  ALLOWED_HOSTS=example.org $(MANAGE) check --deploy --fail-level WARNING

.PHONY: docs
docs: $(VENV)/.dev ## build the documentation into docs/_build/html, offline, and check its links
	@rm -rf docs/_build
	@$(BIN)/python -m sphinx -q -n -W --keep-going -b html -d docs/_build/doctrees docs docs/_build/html
	@$(BIN)/python -m tests.docs.links

.PHONY: format
format: $(VENV)/.dev ## format the code
	@$(BIN)/ruff check --fix-only
	@$(BIN)/ruff format

.PHONY: hooks
hooks: $(VENV)/.dev ## install the hooks of .pre-commit-config.yaml, which check each commit
	@$(BIN)/pre-commit install

.PHONY: schema
schema: $(VENV)/.dev ## write schema/schema.graphql
	@$(MANAGE) export_schema schema.root --path schema/schema.graphql

# Each lock is complete with its extras, and is installed without resolving dependencies.
.PHONY: lock
lock: $(VENV)/.dev ## resolve the dependencies into the locks of all Pythons (UPGRADE= keeps versions)
	@$(COMPILE) pyproject.toml $(EXTRAS) --output-file project/requirements.txt
	@$(COMPILE) pyproject.toml $(EXTRAS) --group dev \
	  --constraint project/requirements.txt --output-file tests/requirements.txt
	@$(COMPILE) --group pyproject.toml:installer \
	  --constraint tests/requirements.txt --output-file project/install/requirements.txt
	@$(COMPILE) --group pyproject.toml:node --output-file project/graphiql/requirements.txt
UPGRADE = --upgrade
EXTRAS = --extra apprise --extra bearer --extra celery --extra postgres --extra project --extra tasks --extra webhook
COMPILE = $(BIN)/uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 \
  --fork-strategy requires-python --generate-hashes --no-strip-extras --no-annotate --no-header

.PHONY: chromium
chromium:
	@for name in "$$CHROMIUM" chromium chromium-browser google-chrome chrome; do \
	  if command -v "$$name" >/dev/null; then exit 0; fi; \
	done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  $(STEP) 'Installing Chromium' sh -c 'apt-get update -qq && apt-get install -y -qq chromium' && exit 0; \
	fi; \
	echo 'Chromium is missing: install it, or set CHROMIUM to its path.'; exit 1

.PHONY: clean
clean: ## remove installed and built files, but not the database
	rm -rf $(VENV) .venv-other dist build docs/_build htmlcov screenshots static run-*.log
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.*
	rm -rf tests/clients/node_modules tests/clients/build tests/clients/relay/build
	rm -rf tests/benchmarks/peers/node_modules
	rm -rf project/graphiql/node_modules project/graphiql/.build
	rm -rf project/static/project/graphiql project/static/project/graphiql.new
	find project notifications schema tests -name __pycache__ -prune -exec rm -rf {} +

# These targets are no files: the installer compares the environment with the lock.
RUN_LOCK = project/requirements.txt
DEV_LOCK = tests/requirements.txt
.PHONY: $(VENV)/.run $(VENV)/.dev
$(VENV)/.run: python
	@$(INSTALL) $(RUN_LOCK)

$(VENV)/.dev: python
	@$(INSTALL) $(DEV_LOCK)

.PHONY: python
python:
	@$(PYTHON3) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'Python 3.11 or newer is needed: make PYTHON3=/path/to/python3 ...'; exit 1; }
