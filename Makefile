# Every command of this checkout. Nothing is installed outside it: tools live in .venv, data and logs in var.
PYTHON ?= python3
PORT ?=
BIN := .venv/bin
export UV_CACHE_DIR := $(CURDIR)/.venv/cache/uv
export PIP_CACHE_DIR := $(CURDIR)/.venv/cache/pip
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export npm_config_cache := $(CURDIR)/.venv/cache/npm
# Of another virtualenv that may be active: ours is named by its path.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH

# What the settings need in order to be read at all, for tools that look at the code and connect to nothing.
UNCONNECTED := DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing REDIS_URL=redis://127.0.0.1:1/0 \
	SECRET_KEY=read-by-tools-that-check-the-code-and-never-by-a-process-that-answers-anybody
# As in production: a public name, hence HTTPS and every protection that comes with it.
PRODUCTION := $(UNCONNECTED) ALLOWED_HOSTS=iamdash.example.org

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-tick run test coverage bench simulate soak lint format browser screenshots lock

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

setup: .venv/installed  ## install what the product, its demo and its tests need, into .venv (PYTHON= chooses the Python)

demo: setup  ## the whole product on a stand-in AWS with an invented organisation (PORT= chooses the port)
	@$(BIN)/python -m iamdash.local demo $(if $(PORT),--port '$(PORT)')

demo-tick: setup  ## let a day pass in the demo that is running
	@test -x var/demo/manage || { echo 'No demo is running here: start one with make demo.'; exit 1; }
	@var/demo/manage demo_tick

run: setup  ## the whole product on your AWS: ambient credentials and iamdash.toml (PORT= chooses the port)
	@$(BIN)/python -m iamdash.local run $(if $(PORT),--port '$(PORT)')

test: lint browser  ## everything that has to hold: lint, and tests on real services and in a real browser
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

coverage: setup browser  ## the same tests with the lines that none of them reaches, half as slow again
	$(BIN)/pytest --cov --cov-report=term:skip-covered $(ARGS)

bench: setup  ## what a sync costs and what pages take, in organisations of several sizes (ARGS="--users 200", ARGS="--pages 1000")
	@$(BIN)/python -m benchmarks $(ARGS)

simulate: setup  ## how often "safe to deactivate" came too early, on invented keys of many rhythms (ARGS="--keys 100")
	@$(BIN)/python -m benchmarks.waiting $(ARGS)

soak: setup  ## hundreds of syncs with faults, 200 accounts, rules on many examples (IAMDASH_TEST_SOAK_SECONDS=600; SEED= tells one story)
	IAMDASH_TEST_SOAK_SEED='$(SEED)' $(BIN)/pytest -q tests/faults/soak.py
	$(if $(SEED),,IAMDASH_TEST_ACCOUNTS=200 $(BIN)/pytest -q tests/test_fan_out.py)
	$(if $(SEED),,IAMDASH_TEST_EXAMPLES=1500 $(BIN)/pytest -q tests/rules/test_properties.py)

lint: setup  ## style, types, import contract, missing migrations, production settings
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(UNCONNECTED) $(BIN)/mypy
	$(BIN)/lint-imports
	$(UNCONNECTED) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: setup  ## put the code into the one style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

browser: setup  ## bring a Chromium into the checkout for the tests, if there is none on the PATH
	@$(BIN)/python -m tests.browser.chromium

screenshots: browser  ## take the README's pictures anew, of the demo that is running (PORT= says at which port)
	$(BIN)/python -m tests.browser.pictures http://localhost:$(or $(PORT),8000)

lock: setup  ## look for newer versions of all dependencies and write requirements/ anew
	$(LOCK) --upgrade pyproject.toml -o requirements/runtime.txt
	$(LOCK) --upgrade --group dev -c requirements/runtime.txt pyproject.toml -o requirements/dev.txt
	echo uv | $(LOCK) --upgrade - -o requirements/uv.txt
# Names, versions and hashes, and no addresses: where packages come from is the business of whoever installs them.
LOCK = $(BIN)/uv pip compile -q --generate-hashes --no-header --no-emit-index-url --no-annotate --universal --python-version 3.11

# uv installs the same locked files as pip, three times as fast; where it does not run, pip does it.
.venv/installed: requirements/dev.txt requirements/uv.txt
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "iamdash needs Python 3.11 or later, and '$(PYTHON)' is not that. For example: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' \
		|| { echo "'$(PYTHON)' cannot make a virtualenv: install its venv module (on Debian and Ubuntu the package python3-venv)."; exit 1; }
	@echo 'Installing what iamdash needs into .venv: up to a minute.'
	@'$(PYTHON)' -m venv .venv
	@$(BIN)/python -m pip install -q --require-hashes -r requirements/uv.txt \
		&& $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt \
		|| $(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	@touch $@
