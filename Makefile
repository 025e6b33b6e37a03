# install: .venv in the checkout. check: linters and types. test: the fast suite. demo: the main job, end to end.
# docs: generated pages, drawings, and the site in build/docs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := runs/demo
export HF_HUB_OFFLINE ?= 1
export TOKENIZERS_PARALLELISM ?= true

.PHONY: install demo check test test-slow format docs clean

install: $(VENV)/.installed

# uv is quicker, but does not read pip's settings: a folder of local builds is handed over. Where uv cannot be had or
# cannot reach the index as pip can, pip does it.
$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet uv || true
	UV_FIND_LINKS="$${PIP_FIND_LINKS:-$$($(BIN)/python -m pip config get global.find-links 2>/dev/null)}" \
	UV_SYSTEM_CERTS=1 VIRTUAL_ENV=$(VENV) $(BIN)/uv pip install --quiet -e '.[dev]' \
	|| $(BIN)/python -m pip install --quiet -e '.[dev]'
	touch $@

demo: install
	$(BIN)/polybatch run recipes/demo.toml --out $(DEMO)

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=src $(BIN)/lint-imports --no-cache
	$(BIN)/vulture
	$(BIN)/codespell src tests docs benchmarks README.md CHANGELOG.md CONTRIBUTING.md Makefile

test: install
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2 -m "not slow"

test-slow: install
	$(BIN)/pytest -m slow

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/draw.py
	$(BIN)/sphinx-build -W --keep-going -q -d build/doctrees docs build/docs

clean:
	rm -rf $(VENV) runs build dist
