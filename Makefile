# Two commands: `make demo` sets everything up and runs the demo study; `make test` sets up and passes the tests.
# On Linux x86-64 the environment is built from requirements.lock with every hash checked; elsewhere from pyproject.toml.
# The lock file is complete, so pip has nothing to resolve (--no-deps); it would also reach past pins given with extras.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
IS_LOCKED := $(filter Linux-x86_64,$(shell uname -s)-$(shell uname -m))

.PHONY: demo test static check format lock clean

demo: $(STAMP)
	@$(BIN)/colloquy demo

test: $(STAMP)
	@$(BIN)/python -m pytest $(PYTEST)

check: static test

static: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "Python %d.%d is not supported: install Python 3.11, 3.12 or 3.13 and run: make PYTHON=python3.12 $(or $(MAKECMDGOALS),demo)" % v)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up (about 6 GB; a few minutes) …"
ifneq ($(IS_LOCKED),)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
else
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
endif
	@touch $@

# Resolves anew. Needs the `uv` program; writes versions and hashes, no addresses.
lock:
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url --no-annotate \
	  --no-header --python-version 3.11 --python-platform x86_64-manylinux_2_28 -o requirements.lock

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache
