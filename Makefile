# All chores of the project. `make help` lists them; each one installs what it needs first, and a second run is instant.
# Extra arguments go through ARGS, as in: make demo ARGS="--tempo 2"

SHELL := /bin/sh
.DEFAULT_GOAL := help
ARGS ?=

# Some machines forbid Python to keep compiled files. Temporal's worker hashes every loaded module at its start, so
# without them each start of Routewacht takes three times as long.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
RUN := .venv/.geinstalleerd-run
DEV := .venv/.geinstalleerd-dev

# A folder that was renamed or copied carries scripts that still point to the old place: then install again.
ifneq ($(shell grep -qsF "$(CURDIR)/.venv" $(BIN)/pip && echo hier),hier)
.PHONY: $(RUN) $(DEV)
endif

.PHONY: help
help: ## toon deze lijst
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: install-run
install-run: $(RUN) ## installeer wat nodig is om Routewacht te draaien
	@:

.PHONY: install-dev
install-dev: $(DEV) ## installeer ook wat nodig is om eraan te werken
	@:

.PHONY: demo
demo: $(RUN) ## start alles met voorbeeldgegevens op een versnelde klok
	@$(BIN)/routewacht demo $(ARGS)

.PHONY: test
test: check ## controleer alles en draai alle tests, ook die in een browser
	@ROUTEWACHT_TEST_CHROMIUM="$$($(BIN)/python scripts/browser.py)" && export ROUTEWACHT_TEST_CHROMIUM && \
	$(BIN)/pytest --tb=native -n 2 --dist loadfile $(ARGS)

.PHONY: check
check: $(DEV) ## controleer stijl, types en de richting van imports
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo

.PHONY: chaos
chaos: $(DEV) ## maak alles stuk wat stuk kan, ook wat minuten duurt, en schrijf docs/reliability.md
	@$(BIN)/pytest --tb=native -m "" tests/chaos --verslag docs/reliability.md $(ARGS)

.PHONY: bench
bench: $(DEV) ## meet wat het kost, als verhoudingen in een keer
	@$(BIN)/python -m bench $(ARGS)

.PHONY: record-histories
record-histories: $(DEV) ## neem geschiedenissen op van nieuwe scenario's; bestaande blijven zoals ze zijn
	@$(BIN)/python -m tests.replay.record $(ARGS)

# What `pip install --no-build-isolation -e .` needs is locked with the rest, so that installing needs nothing else.
# hatchling asks for editables only once it is asked for an editable install.
BUILD_REQUIRES := import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], "editables~=0.3", sep="\n")
COMPILE := $(BIN)/uv pip compile pyproject.toml - --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-header --no-annotate

.PHONY: lock
lock: $(DEV) ## leg de versies van alle pakketten opnieuw vast (ARGS="--upgrade" voor nieuwere)
	@$(BIN)/python -c '$(BUILD_REQUIRES)' | $(COMPILE) --extra demo $(ARGS) --output-file requirements.lock
	@$(BIN)/python -c '$(BUILD_REQUIRES)' | $(COMPILE) --extra demo --extra dev $(ARGS) --output-file requirements-dev.lock

$(RUN): requirements.lock pyproject.toml
	@sh scripts/venv.sh
	@echo "Pakketten installeren; dit duurt ongeveer een minuut."
	@$(BIN)/pip install -qq --require-hashes --requirement requirements.lock
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV): requirements-dev.lock requirements.lock pyproject.toml
	@sh scripts/venv.sh
	@echo "Pakketten installeren, ook die voor ontwikkelaars; dit duurt ongeveer een minuut."
	@$(BIN)/pip install -qq --require-hashes --requirement requirements-dev.lock
	@$(BIN)/pip install -qq --no-deps --no-build-isolation --editable .
	@touch $(RUN) $@
