# Every target bootstraps what it needs: `make demo` and `make test` work on a fresh clone.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
BIN := .venv/bin
# Pages, tests and DAGs must not depend on the caller's locale or on a half-configured Airflow of theirs.
export PYTHONUTF8 = 1
unexport PYTHONPATH AIRFLOW_HOME

# Tests that spend their time inside dbt and Airflow: tracing coverage there doubles it and says nothing about our code.
UNTRACED = tests/integration/warehouse tests/integration/dags
TRACED = $(UNTRACED:%=--ignore=%)

##@ Start here
.PHONY: help setup demo test
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install uv, the virtual environment, and system libraries
	@./setup.sh

demo: setup ## Start the stack, import leads, follow them to scored properties with memos
	@$(BIN)/reos demo

test: setup ## Run all tests: lint rules, unit, contract, integration, security, then end to end
	@rm -f .reos/coverage/data*
	@$(PY) -m pytest -n 2 --dist loadfile tests/lint tests/unit tests/contract --cov --cov-report=
	@$(PY) -m pytest -n 2 --dist loadfile tests/integration tests/security $(TRACED) --cov --cov-append --cov-report=term:skip-covered --cov-fail-under=85
	@$(PY) -m coverage report --fail-under=95 --include='plugins/reos/policy/*,plugins/reos/events/*,plugins/reos/address/*'
	@$(PY) -m pytest -n 2 --dist loadfile $(UNTRACED)
	@$(PY) -m pytest tests/e2e

##@ Run it
.PHONY: up down status doctor
up: setup ## Start the single-machine stack and watch it (Ctrl-C stops all)
	@$(BIN)/reos up

down: ## Stop the stack
	@$(BIN)/reos down

status: ## Show every process of the stack
	@$(BIN)/reos status

doctor: setup ## Check this machine and say what to fix
	@$(BIN)/reos doctor

##@ Check it
.PHONY: check lint types imports dbt-parse
check: lint types imports dbt-parse test ## Everything that CI runs

lint: setup ## ruff, yamllint, sqlfluff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/yamllint --strict .
	@$(BIN)/sqlfluff lint dbt/models dbt/tests --disable-progress-bar --nocolor

types: setup ## mypy, strict
	@$(BIN)/mypy

imports: setup ## Layer rules of the packages
	@$(BIN)/lint-imports

dbt-parse: setup ## Parse the dbt project and run the manifest rules
	@$(PY) -m pytest tests/unit/dbt -q

##@ Measure it
.PHONY: bench bench-identity bench-policy bench-market drill-connectors
bench: bench-identity bench-policy bench-market ## Run all benchmarks; figures go to .reos/bench/

bench-identity: setup ## Addresses, parcel numbers, matching and imports: accuracy and speed
	@$(PY) tests/benchmarks/bench_identity.py

bench-policy: setup ## Decisions, budgets under a race, replay, and what every rule is good for
	@$(PY) tests/benchmarks/bench_policy.py

bench-market: setup ## Market files: values a second, memory, and a second load that writes nothing
	@$(PY) tests/benchmarks/bench_market.py

drill-connectors: setup ## Seven providers times eight faults: nothing lost, nothing charged twice
	@$(PY) -m tests.benchmarks.drill_connectors

##@ Maintain it
.PHONY: format lock openapi permissions clean
format: setup ## Format Python and fix what ruff can fix
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: setup ## Recompile requirements.lock from pyproject.toml
	@uv pip compile pyproject.toml --extra dev --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-emit-find-links --no-annotate --no-header -o requirements.lock --quiet

openapi: setup ## Write serving/openapi.json from the application
	@$(PY) -m reos_api.openapi

permissions: setup ## Draw docs/permissions.md from the policies
	@$(PY) -m reos.policy.permission_table

clean: ## Remove the state directory's build output and caches (not the demo's data: that is `reos reset`)
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache dbt/target dbt/logs
