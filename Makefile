# The two commands: `make book` builds the site, `make test` proves all of it.
# Both set everything up; they need Python 3.11-3.13, make and git.

PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python
PIP := $(BIN)/pip install --quiet --quiet --disable-pip-version-check -c constraints.txt
WORKERS ?= $(shell $(PYTHON) -c "import os; print(min(4, os.cpu_count() or 2))")
export PYTHONDONTWRITEBYTECODE := 1

TESTS ?= tests book
PYTEST := $(RUN) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q

.PHONY: book test machines run check new rename remove format serve bench student offline clean

book: .venv/book
	@$(RUN) -m tools.site

test: .venv/test
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check .
	@$(RUN) -m tools.site
	$(PYTEST) --nbval --nbval-cell-timeout 300 $(TESTS)

machines: .venv/test  ## all chapters: other threads, a plain processor, run again
	$(PYTEST) --machines tests/book

run: .venv/book  ## CHAPTER=part/slug, or all that is stale
	@$(RUN) -m tools.run $(CHAPTER)

check: .venv/book  ## CHAPTER=part/slug
	@$(RUN) -m tools.check $(CHAPTER)

new: .venv/book  ## CHAPTER=part/slug
	@$(RUN) -m tools.new "$(CHAPTER)"

rename: .venv/book  ## CHAPTER=part/slug TO=part/slug: files, links, contents
	@$(RUN) -m tools.rename "$(CHAPTER)" "$(TO)"

remove: .venv/book  ## CHAPTER=part/slug: files and contents
	@$(RUN) -m tools.remove "$(CHAPTER)"

format: .venv/book  ## CHAPTER=part/slug, or all chapters and code
	@$(RUN) -m tools.format $(CHAPTER)

serve: book
	@echo "http://localhost:8000"
	@$(RUN) -m http.server --bind localhost --directory _build/html 8000

bench: .venv/test
	@$(RUN) -m benchmarks

student: .venv/book
	@$(RUN) -m tools.student

offline: book
	@$(RUN) -m tools.offline

clean:
	rm -rf _build .venv

.venv/book: requirements.txt constraints.txt pyproject.toml
	@$(PYTHON) -m tools.check_python
	@test -x $(RUN) || $(PYTHON) -m venv .venv
	@echo "Installing what the book needs (some minutes the first time) ..."
	@$(PIP) -r requirements.txt
	@$(PIP) --no-deps -e .
	@touch $@

.venv/test: .venv/book tests/requirements.txt
	@echo "Installing what the tests need ..."
	@$(PIP) -r tests/requirements.txt
	@$(RUN) -m tools.browser
	@touch $@
