# Needs git, make and Python 3.11 or newer; everything else goes into .venv, from the hashed locks in requirements/.
#   make run        chat in the terminal            make run ARGS="--lang es"
#   make test       all tests                       make test ARGS="tests/engine -k liquidation"
#   PYTHON=...      use this interpreter            make venv PYTHON=python3.12

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

VENV ?= .venv
PYTHON ?=
ARGS ?=
DATA ?= data

PY := $(VENV)/bin/python
PIP := -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
UV_VERSION := 0.13.8
LOCK := compile pyproject.toml --quiet --no-config --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate

# An environment whose interpreter is gone (moved, upgraded) is made anew, and so must forget what was installed.
ifeq ($(wildcard $(PY)),)
$(shell rm -f $(VENV)/.run $(VENV)/.dev)
endif
# $(call make_venv,FOLDER): the newest suitable interpreter makes a virtual environment, or a line says what is missing.
define make_venv
@old=; bare=; found=; \
for name in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python); do \
	path=`"$$name" -c 'import sys; sys.version_info < (3, 11) and sys.exit(3); import ensurepip, venv; print(sys.executable)' 2>/dev/null`; \
	case $$? in \
		0) found=$$path; break;; \
		3) old="$$old $$name";; \
		126|127) ;; \
		*) bare="$$bare $$name";; \
	esac; \
done; \
if [ -z "$$found" ]; then \
	if [ -n "$$bare" ]; then \
		echo "Found$$bare, but without the venv module. On Debian or Ubuntu: sudo apt install python3-venv" >&2; \
	elif [ -n "$$old" ]; then \
		echo "Found$$old, but too old: Marginalia needs Python 3.11 or newer. Name another one: make PYTHON=/path/to/python3" >&2; \
	else \
		echo "Found no Python$(if $(PYTHON), called $(PYTHON)). Marginalia needs Python 3.11 or newer: make PYTHON=/path/to/python3" >&2; \
	fi; \
	exit 1; \
fi; \
echo "Making $(1) with $$found"; \
"$$found" -m venv --clear $(1)
endef

$(PY):
	$(call make_venv,$(VENV))

$(VENV)/.run: requirements/run.txt | $(PY)
	@echo "Installing what the bot needs"
	@$(PY) $(PIP) -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt | $(PY)
	@echo "Installing what the bot, its checks and tests need"
	@$(PY) $(PIP) -r $<
	@touch $(VENV)/.run $@

.PHONY: help
help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: venv
venv: $(VENV)/.dev ## make .venv with everything for running and developing

.PHONY: run
run: $(VENV)/.run ## chat with the bot here in the terminal, on a simulated market
	@mkdir -p $(DATA)
	@$(PY) -m bot console --db $(DATA)/marginalia.db $(ARGS)

.PHONY: serve
serve: $(VENV)/.run ## run the bot on Telegram and Discord, with the settings in .env
	@mkdir -p $(DATA)
	@$(PY) -m bot run $(ARGS)

.PHONY: test
test: $(VENV)/.dev ## run all tests
	@$(PY) -m pytest $(ARGS)

.PHONY: check
check: formatted lint types layers texts containers test ## everything a change has to pass

.PHONY: format
format: $(VENV)/.dev ## format the code and mend what can be mended without asking
	@$(PY) -m ruff check --fix --quiet . || true
	@$(PY) -m ruff format .

.PHONY: formatted
formatted: $(VENV)/.dev ## is the code formatted?
	@$(PY) -m ruff format --check .

.PHONY: lint
lint: $(VENV)/.dev ## ruff
	@$(PY) -m ruff check .

.PHONY: types
types: $(VENV)/.dev ## mypy --strict
	@$(PY) -m mypy

.PHONY: layers
layers: $(VENV)/.dev ## do imports keep to the layers?
	@$(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo

# The whole answer is printed if there is any: pofilter itself ends well whatever it finds.
.PHONY: texts
texts: $(VENV)/.dev ## pofilter over the message catalogues
	@for file in locales/*/messages.po; do \
		[ -e "$$file" ] || continue; \
		found=`$(PY) -c 'from translate.filters.pofilter import main; main()' --progress=none \
			-t printf -t xmltags -t variables -t escapes -t newlines -t tabs -t blank -t endwhitespace "$$file"` || exit 1; \
		if printf '%s\n' "$$found" | grep -q '^msgstr'; then echo "$$file"; printf '%s\n' "$$found"; exit 1; fi; \
	done

.PHONY: containers
containers: $(VENV)/.dev ## lint Dockerfile and docker-compose.yml, without a Docker engine
	@$(VENV)/bin/hadolint Dockerfile
	@$(PY) -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

# The template of all messages is made, used and thrown away. A date in the headers would change at every run.
.PHONY: messages
messages: $(VENV)/.dev ## bring the message catalogues up to date with the texts in code and templates
	@pot=`mktemp`; trap 'rm -f "$$pot"' EXIT; \
	$(PY) -m babel.messages.frontend --quiet extract -F locales/babel.cfg -k N_ --no-wrap --sort-by-file --add-location file \
		--project Marginalia --copyright-holder "Marginalia contributors" -o "$$pot" . || exit 1; \
	for file in locales/*/messages.po; do \
		$(PY) -m babel.messages.frontend --quiet update -i "$$pot" -o "$$file" -l `basename $$(dirname $$file)` \
			--no-fuzzy-matching --ignore-obsolete --no-wrap --ignore-pot-creation-date || exit 1; \
	done

.PHONY: campaign
campaign: $(VENV)/.dev ## the engine against an independent oracle: ARGS="--steps 10000000 --seed 1" takes some hours
	@$(PY) -m tests.engine.campaign $(if $(ARGS),$(ARGS),--steps 100000 --seed 1)

.PHONY: questions
questions: $(VENV)/.dev ## every kind of question drawn 10,000 times and checked; about half an hour
	@$(PY) -m tests.services.school.draws $(if $(ARGS),$(ARGS),--draws 10000)

.PHONY: watch-campaign
watch-campaign: $(VENV)/.dev ## the watch against its oracle: ARGS="--lives 40 --seed 7" takes some minutes
	@$(PY) -m tests.engine.watch.campaign $(ARGS)

.PHONY: kills
kills: $(VENV)/.dev ## kill -9 while prices jump, as often as ARGS says
	@$(PY) -m tests.e2e.test_kill_ticks $(if $(ARGS),$(ARGS),200)

.PHONY: mutants
mutants: $(VENV)-mutants/bin/cosmic-ray ## plant small faults in a copy of the engine: which do its tests miss? takes long
	@copy=`mktemp -d`; trap 'rm -rf "$$copy"' EXIT; cp -r engine tests pyproject.toml "$$copy"; cd "$$copy"; \
	PATH="$(abspath $(VENV)-mutants)/bin:$$PATH"; cosmic-ray init tests/engine/mutants.toml s.sqlite && \
	cr-filter-operators s.sqlite tests/engine/mutants.toml && cosmic-ray exec tests/engine/mutants.toml s.sqlite && \
	cr-report --surviving-only --show-diff s.sqlite

$(VENV)-mutants/bin/cosmic-ray: requirements/dev.txt
	$(call make_venv,$(VENV)-mutants)
	@$(VENV)-mutants/bin/python $(PIP) -r $< && $(VENV)-mutants/bin/python -m pip install --quiet cosmic-ray==8.7.0

# What runs is what is tested: the lock to run takes its versions from the larger one.
.PHONY: lock
lock: ## pin the dependencies anew; with ARGS=--upgrade to the newest releases
	@[ -x $(VENV)-lock/bin/python ] || $(MAKE) --no-print-directory $(VENV)-lock/bin/python
	@$(VENV)-lock/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(VENV)-lock/bin/uv pip $(LOCK) $(ARGS) --group dev --output-file requirements/dev.txt
	@$(VENV)-lock/bin/uv pip $(LOCK) $(ARGS) --constraint requirements/dev.txt --output-file requirements/run.txt

$(VENV)-lock/bin/python:
	$(call make_venv,$(VENV)-lock)

.PHONY: bench
bench: $(VENV)/.dev ## print the measured figures, beside their rivals'
	@$(PY) -m benchmarks $(ARGS)

.PHONY: seasons
seasons: $(VENV)/.dev ## a thousand seasons of a challenge: what does the score put above what?
	@$(PY) -m benchmarks.seasons $(ARGS)

.PHONY: clean
clean: ## remove environments and caches; data/ stays
	@rm -rf $(VENV) $(VENV)-lock $(VENV)-mutants .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
