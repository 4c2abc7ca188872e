# Thin on purpose: what a target does is in deploy/*.sh, or is one command. `make run` and `make test` set up all that they need.
.POSIX:
.PHONY: run test lint format bench web types lock venv dev

PYTHON = python3
BIN = .venv/bin
COMPILE = $(BIN)/uv pip compile -q pyproject.toml --extra embed --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock"

run: venv web
	@exec $(BIN)/bellhop serve

test: lint web
	@echo "Tests"
	@$(BIN)/python -m pytest $(ARGS)

lint: dev
	@echo "Lint: ruff, mypy, import-linter"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: dev
	@$(BIN)/ruff check -q --fix --exit-zero .
	@$(BIN)/ruff format -q .

bench: dev web
	@for each in log chat nlu typos several retrieval thresholds entities turn alike year inbox swaps training; do echo "bench.$$each"; $(BIN)/python -m bench.$$each || exit 1; done

web: venv
	@sh deploy/web.sh

types: dev
	@$(BIN)/python -m api.typescript

lock: dev
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install -q uv
	$(COMPILE) -o requirements.lock
	$(COMPILE) --group dev --group web -o requirements-dev.lock

venv:
	@PYTHON="$(PYTHON)" sh deploy/venv.sh requirements.lock

dev:
	@PYTHON="$(PYTHON)" sh deploy/venv.sh requirements-dev.lock
