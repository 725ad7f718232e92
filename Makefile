# The two commands: `make book` builds the site, `make test` proves all of it; the others
# are listed by `make help`. All set everything up; they need Python 3.11-3.13, make, git.

PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python
PIP := $(BIN)/pip install --quiet --quiet --disable-pip-version-check -c constraints.txt
# Where the package is, as seen from its folder: Python 3.11 cannot read an absolute path
# that is not ASCII where LC_ALL is C.
POINTER := _deep_learning_in_evidence.pth
WORKERS ?= $(shell $(PYTHON) -c "import os; print(min(4, os.cpu_count() or 2))")
export PYTHONDONTWRITEBYTECODE := 1

TESTS ?= tests book
# One thread and one process in each worker, so that none waits for those of another.
PYTEST := OMP_NUM_THREADS=1 LOKY_MAX_CPU_COUNT=1 $(RUN) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q

# JupyterLab's settings and open tabs are the environment's, never those in one's home.
LAB := JUPYTERLAB_WORKSPACES_DIR=.venv/workspaces PATH="$$PWD/$(BIN):$$PATH"
OPTIONS ?=
SETS ?= 5
CODE ?= folded

.PHONY: book test help lab machines run stability check new rename remove format serve \
	bench course student assignment grade offline pdf clean

book: .venv/book  ## build the site from the stored outputs
	@$(RUN) -m tools.site

test: .venv/test  ## run every notebook again and compare; check code, site and widgets
	@$(RUN) -m tools.lint
	@$(RUN) -m tools.site
	$(PYTEST) --nbval --nbval-cell-timeout 300 $(TESTS)

help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z]+:.*  ## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

lab: .venv/lab  ## open the book in JupyterLab; OPTIONS="--no-browser --port=8888"
	@$(RUN) -m tools.trust
	@$(RUN) -m tools.lab_ledger
	@$(LAB) python -m jupyterlab $(OPTIONS)

machines: .venv/test  ## all chapters: other threads, a plain processor, run again
	$(PYTEST) --machines tests/book

run: .venv/book  ## execute what is stale and store its outputs, or CHAPTER=part/slug
	@$(RUN) -m tools.run $(CHAPTER)

stability: .venv/book  ## judge with fresh seeds; CHAPTER= or CLAIM= SETS=5 SCHEDULER=tcp://
	@$(if $(SCHEDULER),$(PIP) -r tools/cluster.txt)
	@$(RUN) -m $(if $(CLAIM),tools.one_claim,tools.stability) --sets $(SETS) \
		$(if $(SCHEDULER),--scheduler $(SCHEDULER)) $(CLAIM)$(CHAPTER)

check: .venv/book  ## test one chapter in seconds: CHAPTER=part/slug
	@$(RUN) -m tools.check $(CHAPTER)

new: .venv/book  ## start a chapter: CHAPTER=part/slug
	@$(RUN) -m tools.new "$(CHAPTER)"

rename: .venv/book  ## files, links, contents: CHAPTER=part/slug TO=part/other
	@$(RUN) -m tools.rename "$(CHAPTER)" "$(TO)"

remove: .venv/book  ## files and contents of a chapter: CHAPTER=part/slug
	@$(RUN) -m tools.remove "$(CHAPTER)"

format: .venv/book  ## bring code and chapters into one form, or CHAPTER=part/slug
	@$(RUN) -m tools.format $(CHAPTER)

serve: book  ## show the site on this machine
	@echo "http://localhost:8000"
	@$(RUN) -m http.server --bind localhost --directory _build/html 8000

bench: .venv/test  ## compare speed with named peers
	@$(RUN) -m benchmarks

course: .venv/book  ## a repository of some chapters: CHAPTERS="a b" TO= TITLE= OF=https://
	@$(RUN) -m tools.course $(if $(TO),--to "$(TO)") $(if $(TITLE),--title "$(TITLE)") \
		$(if $(OF),--of "$(OF)") $(CHAPTERS)

student: .venv/book  ## write every chapter without its solutions
	@$(RUN) -m tools.student

assignment: .venv/book  ## chapters to be graded, for nbgrader: CHAPTERS="a b" TO= OF=https://
	@$(RUN) -m tools.assignment $(if $(TO),--to "$(TO)") $(if $(OF),--address "$(OF)") \
		$(CHAPTERS)

grade: .venv/book  ## run what was handed in and write a table of points: FOLDER= OPTIONS=
	@$(RUN) -m tools.grade "$(FOLDER)" $(OPTIONS)

offline: book  ## pack the site into one file to pass on
	@$(RUN) -m tools.offline

pdf: .venv/pdf book  ## print the book and every chapter; CHAPTER=part/slug CODE=open
	@$(RUN) -m tools.pdf --code $(CODE) $(CHAPTER)

clean:  ## delete the site and the environment
	rm -rf _build .venv

.venv/book: requirements.txt book/requirements.txt constraints.txt pyproject.toml
	@$(PYTHON) -m tools.check_python
	@test -x $(RUN) || $(PYTHON) -m venv .venv
	@echo "Installing what the book needs (some minutes the first time) ..."
	@$(PIP) -r requirements.txt
	@$(PIP) --no-deps -e .
	@echo ../../../../src | tee .venv/lib/*/site-packages/$(POINTER) > /dev/null
	@touch $@

.venv/lab: .venv/book .binder/lab.txt .binder/overrides.json .binder/workspace.json
	@echo "Installing JupyterLab ..."
	@$(PIP) -r .binder/lab.txt
	@$(LAB) .binder/settings
	@touch $@

.venv/pdf: .venv/book tools/pdf.txt
	@echo "Installing what prints ..."
	@$(PIP) -r tools/pdf.txt
	@$(RUN) -m tools.browser
	@touch $@

.venv/test: .venv/book tests/requirements.txt .binder/lab.txt tools/pdf.txt
	@echo "Installing what the tests need ..."
	@$(PIP) -r tests/requirements.txt
	@$(RUN) -m tools.browser
	@touch $@
