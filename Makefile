# Everything a contributor runs. Needs Python 3.11 or newer and make; the rest is installed into .venv from hash-pinned locks.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: help demo test test-service test-oldest fuzz rewrap proof big load crash-sweep terminate-sweep outside-sweep mutants mutmut openapi check format lock sbom schemathesis spectral contract clean

VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

# The first of these that can make environments. There are wheels of every locked package for Python 3.11 to 3.15.
first_python = $(shell for python in $(1); do \
	if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo $$python; break; fi; done)

# The newest here, since it is the fastest; `make test PYTHON=/path/to/python3` overrides it.
PYTHON ?= $(call first_python,python3.15 python3.14 python3.13 python3.12 python3.11 python3)
OLDEST ?= $(call first_python,python3.11 python3.12 python3.13 python3.14 python3.15 python3)

# uv and pip install from the same locks. uv is tried first because it is fast; `INSTALLER=pip` leaves it out.
INSTALLER ?= uv
export UV_PYTHON_DOWNLOADS := never
export UV_SYSTEM_CERTS := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1
UV := $(BIN)/uv
PIP := $(BIN)/python -m pip
# A lock is complete, so nothing is resolved; and wheels only, so no code of a dependency runs while it is installed.
FROM_LOCKS := --no-deps --only-binary :all: --require-hashes

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# An environment that is set up for development serves the demo too; otherwise the demo needs the product alone.
demo: $(if $(wildcard $(VENV)/.dev),$(VENV)/.dev,$(VENV)/.runtime) ## Rotate an emulated site on this machine (ARGS="--help" shows how)
	$(BIN)/rotator demo $(ARGS)

# Many tests wait for a heartbeat more than they work, so a few files at a time are faster on two cores as well. The longest
# begin first (tests/conftest.py): the default, most tests first, would leave the longest test to the end.
# The order of the others, and of the tests in each file, is random; pytest prints its seed.
# Tests start many processes of ours, so what is compiled is kept.
JOBS ?= 4

PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

# Tests that start processes of the product, kill them, or have them play simulations, rotations of months or of many
# histories on Temporal, and samples of what proof and sweeps play: half of the time of all.
SERVICE := tests/e2e tests/contract $(addprefix tests/,outside/test_outside_sweep.py sweep/test_sample.py sweep/test_undisturbed.py deploy/test_image.py \
	engine/test_worker.py api/repeats/test_killed.py emulator/serving/test_serve.py api/plan/test_simulations.py api/pages/test_accessible_pages.py api/pages/test_browser.py api/pages/test_card_states.py api/pages/language/test_whole_pages.py api/pages/site/test_forms_on_a_phone.py api/pages/test_forms_in_browser.py cli/commands/test_simulate.py simulation/test_main.py \
	proof/temporal/test_durable.py proof/test_ways.py proof/test_rivals.py proof/test_mutants.py sweep/test_stopping.py \
	terminating/test_terminate_sweep.py simulation/test_holes.py simulation/test_in_czech.py simulation/test_seeds.py store/database/test_processes.py store/keys/test_rewrapping.py workflows/test_ninety_days.py \
	workflows/test_many_histories.py workflows/test_recorded.py workflows/test_offline_recorded.py big/test_big_site.py)

test: $(VENV)/.dev ## Run the tests (ARGS="-k plan" passes options to pytest; JOBS=0 runs them one by one)
	$(PYTEST) $(addprefix --ignore=,$(SERVICE)) $(ARGS)

# A test here shares two cores with all that it and three others start: what is a minute alone can be four.
test-service: $(VENV)/.dev contract ## Run the tests that start processes of the product, and play long rotations
	$(PYTEST) --timeout 600 $(SERVICE) $(ARGS)

TARGETS ?= test test-service
test-oldest: ## Run both on the oldest Python here, in an environment of its own (TARGETS=test-service runs one)
	$(MAKE) $(TARGETS) VENV=$(VENV)-oldest PYTHON=$(OLDEST)

fuzz: $(VENV)/.dev ## Play 100,000 damaged and hostile files to every parser (ARGS="--help" shows how)
	$(BIN)/python -m tests.fuzz $(ARGS)

rewrap: $(VENV)/.dev ## Put 10,000 secrets under a new key while rotations run, through two kills with -9
	ROTATOR_TEST_SECRETS=10000 $(BIN)/python -m pytest -s --durations=1 tests/store/keys/test_rewrapping.py $(ARGS)

proof: $(VENV)/.dev ## Play 5,000 random rotations, 200 of them through the real Temporal too (ARGS="--help" shows how)
	$(BIN)/python -m tests.proof --json build/proof.json $(ARGS)

crash-sweep: $(VENV)/.dev ## Kill each part at every point that a rotation touches (ARGS="--help" shows how)
	$(BIN)/python -m tests.sweep --json build/crash-sweep.json $(ARGS)

terminate-sweep: $(VENV)/.dev ## Terminate every procedure at every step, and follow the way out (ARGS="--help" shows how)
	$(BIN)/python -m tests.terminating --json build/terminate-sweep.json $(ARGS)

outside-sweep: $(VENV)/.dev ## Cancel and reset every procedure in Temporal, in a drawn share of its steps (ARGS="--help" shows how)
	$(BIN)/python -m tests.outside --json build/outside-sweep.json $(ARGS)

big: $(VENV)/.dev ## Rotate a site of 3,000 groups and 100,000 clients on the real Temporal, and measure it (ARGS="--help" shows how)
	$(BIN)/python -m tests.big --json build/big.json $(ARGS)

load: $(VENV)/.dev ## Read lists, listen and attack at the rate that the service stands on one core (ARGS="--help" shows how)
	$(BIN)/python -m tests.load $(ARGS)

mutants: $(VENV)/.dev ## Show that a product without one of its rules is caught (ARGS="--help" shows how)
	$(BIN)/python -m tests.proof.mutants $(ARGS)

# Made anew each time: mutmut keeps what it knows, and would not try a mutant again for a test that was written since.
mutmut: $(VENV)/.dev ## Mutate the domain line by line, and list what its tests do not notice (ARGS="rotation.proof.gate.*" for a part)
	rm -rf mutants
	$(BIN)/mutmut run $(ARGS)
	$(BIN)/mutmut results

openapi: $(VENV)/.dev ## Write docs/openapi.json, the description of the API
	$(BIN)/python -m tests.api.openapi_changes --write

check: $(VENV)/.dev ## Lint, formatting, types, the direction of imports, and the API's description
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.api.openapi_changes

format: $(VENV)/.dev ## Format the code and apply the safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# dev.lock holds everything and comes first; the others take their versions from it and so cannot differ.
COMPILE = $(UV) pip compile --quiet --python $(BIN)/python --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	$(if $(UPGRADE),--upgrade)
SAME = --constraint requirements/dev.lock

lock: $(VENV)/.uv ## Write requirements/*.lock from pyproject.toml (UPGRADE=1 takes newer versions)
	@test -x $(UV) || $(PIP) install --quiet $(FROM_LOCKS) -r requirements/bootstrap.lock
	$(COMPILE) pyproject.toml --extra embedded --extra postgres --group test --group check --group mutation --group build -o requirements/dev.lock
	$(COMPILE) $(SAME) pyproject.toml --extra embedded -o requirements/runtime.lock
	$(COMPILE) $(SAME) pyproject.toml --extra embedded --extra postgres -o requirements/postgres.lock
	$(COMPILE) $(SAME) --group build -o requirements/build.lock
	$(COMPILE) --group bootstrap -o requirements/bootstrap.lock
	$(COMPILE) --group sbom -o requirements/sbom.lock
	$(COMPILE) --group contract -o requirements/contract.lock

# Of the largest lock that is shipped. What the wheels hold inside (Temporal's program, in Go) is not listed by their packages.
SBOM := build/sbom
sbom: $(VENV)/.dev ## Write build/sbom.cdx.json (CycloneDX) of what is shipped, and deploy/licences.txt; refuses an unknown licence
	rm -rf $(SBOM)
	$(foreach env,product tool,$(BIN)/python -m venv --without-pip $(SBOM)/$(env) &&) true
	$(PIP) --python $(SBOM)/product/bin/python install --quiet $(FROM_LOCKS) -r requirements/postgres.lock
	$(PIP) --python $(SBOM)/tool/bin/python install --quiet $(FROM_LOCKS) -r requirements/sbom.lock
	$(SBOM)/tool/bin/cyclonedx-py environment $(SBOM)/product/bin/python --pyproject pyproject.toml --mc-type application \
		--output-reproducible --output-format JSON --output-file build/sbom.cdx.json
	$(BIN)/python -m tests.deploy.licences build/sbom.cdx.json deploy/licences.txt

# What tests of the API's description need beside our own environment: Python's and TypeScript's makers of clients, Spectral.
CONTRACT := build/contract
NODE := build/node
$(CONTRACT)/.ready: requirements/contract.lock | $(BIN)/python
	rm -rf $(CONTRACT)
	$(BIN)/python -m venv --without-pip $(CONTRACT)
	$(PIP) --python $(CONTRACT)/bin/python install --quiet $(FROM_LOCKS) -r $<
	@touch $@

# A lock of npm without addresses: where packages come from is npm's setting. None of their scripts runs.
$(NODE)/.ready: tests/contract/package.json tests/contract/package-lock.json
	rm -rf $(NODE) && mkdir -p $(NODE) && cp $^ $(NODE)/
	npm ci --prefix $(NODE) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

contract: $(VENV)/.dev $(CONTRACT)/.ready $(if $(shell command -v npm),$(NODE)/.ready)

schemathesis: contract ## Ask every operation as every role, 20,000 generated cases at least, beside rotations (ARGS="--help" shows how)
	$(BIN)/python -m tests.contract $(ARGS)

spectral: $(VENV)/.dev $(NODE)/.ready ## Lint the API's description with Spectral's rules, none left out but one
	$(BIN)/python -m pytest tests/contract/test_spectral.py $(ARGS)

clean: ## Remove the environments, caches and builds (var/, where a demo keeps its data, stays)
	rm -rf $(VENV) $(VENV)-oldest build dist mutants *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "no Python 3.11 or newer with venv found; name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.uv: requirements/bootstrap.lock | $(BIN)/python
	@test $(INSTALLER) = pip || $(PIP) install --quiet $(FROM_LOCKS) -r $< \
		|| echo "uv cannot be installed here; pip installs the same lock"
	@touch $@

# $(call install,locks): the locked packages, then this project itself, built by the locked hatchling.
define install
	@if test $(INSTALLER) != pip && test -x $(UV) \
		&& $(UV) pip sync --quiet --python $(BIN)/python --only-binary :all: --require-hashes requirements/bootstrap.lock $(1); \
	then echo "installed by uv: $(1)"; \
	else $(PIP) install --quiet $(FROM_LOCKS) $(addprefix -r ,$(1)) && echo "installed by pip: $(1)"; fi
	@$(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
	@touch $@
endef

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/.uv
	$(call install,requirements/dev.lock)

$(VENV)/.runtime: requirements/runtime.lock requirements/build.lock pyproject.toml | $(VENV)/.uv
	$(call install,requirements/runtime.lock requirements/build.lock)
