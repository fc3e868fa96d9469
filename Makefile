# `make help` lists what there is. Everything runs inside .venv, which is made and brought up to
# date on the way; PYTHON=… names the interpreter to make it with. DEMO='--port 9000' and the like
# go to `tongbao mall demo`.

SHELL = /bin/sh
.DEFAULT_GOAL = help
.NOTPARALLEL:

HISTORY = examples/online-retail/online_retail_orders.csv.gz
PLAN = examples/online-retail/plan.toml
REPORT = build/online-retail
# The history has no profit, so one is assumed; its licence asks that its source be named.
OPTIONS = --profit 35% --citation 'Chen, D. (2015). Online Retail. UCI Machine Learning Repository, doi.org/10.24432/C5BW33. CC BY 4.0, changed: stored as CSV, the lines of each invoice added up.'

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' Makefile | while IFS='|' read -r name does; do printf '%-16s %s\n' "$$name" "$$does"; done

run: ## open the demo malls at http://localhost:8000 and :8001
	@requirements/venv run
	@.venv/bin/tongbao mall demo $(DEMO)

backtest: ## backtest the bundled order history and name its report
	@requirements/venv run
	@.venv/bin/tongbao backtest $(HISTORY) --plan $(PLAN) --out $(REPORT) $(OPTIONS)

install: ## make .venv with the tongbao command in it
	@requirements/venv run
	@echo "Ready: .venv/bin/tongbao --help"

lint: ## style, types, who may import whom
	@requirements/venv dev
	@echo "— style"
	@.venv/bin/python -m ruff check --quiet --output-format concise .
	@.venv/bin/python -m ruff format --quiet --check .
	@echo "— types"
	@.venv/bin/python -m mypy --no-error-summary
	@echo "— imports"
	@mkdir -p build && { .venv/bin/lint-imports >build/lint-imports.txt 2>&1 || { cat build/lint-imports.txt; exit 1; }; }

test: lint ## every check: style, types, imports, tests (half an hour on two cores)
	@requirements/postgresql || echo "— what needs PostgreSQL is skipped"
	@requirements/pgbouncer || echo "— what needs PgBouncer is skipped"
	@requirements/chromium || echo "— what needs a browser is skipped"
	@echo "— tests"
	@.venv/bin/python -m pytest $(SPREAD)

test-all: lint ## the same with the long campaigns (up to 80 minutes)
	@echo "— tests, the long campaigns too"
	@.venv/bin/python -m pytest $(SPREAD) -m '' -o faulthandler_timeout=0

# A worker per core; eight are enough for anybody.
SPREAD = --numprocesses auto --maxprocesses 8 --dist worksteal

bench: ## measure the engine against its bounds
	@requirements/venv dev
	@.venv/bin/python -m benchmarks

mutate: ## mutation testing of the engine (about an hour); ONLY=tongbao.engine.units.* for a part
	@requirements/venv mutate
	@.venv/bin/python -m mutmut run '$(or $(ONLY),*)'
	@.venv/bin/python -m mutmut results | grep -v 'not checked' || echo 'No mutant survived.'
	@echo 'tests/engine/MUTANTS.md lists those that no test can kill.'

clean: ## remove what was built, .venv too
	@rm -rf .venv build dist mutants .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help run backtest install lint test test-all bench mutate clean
