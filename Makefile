# The two commands for those who have make: `make book`, `make test`. It sets up .venv; the steps themselves stand in dodo.py.
# Needed beforehand: make and Python 3.11 or newer. Name another Python with PYTHON=…
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -Ec 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# Any locale: file names and what Python reads are UTF-8.
export LC_ALL = C.UTF-8
export PYTHONUTF8 = 1
# No other modules than those of the book, and none of the ways in which others have Python or pip behave.
unexport $(filter-out PYTHON PYTHONUTF8,$(filter PYTHON%,$(.VARIABLES))) PIP_TARGET PIP_PREFIX
export PIP_USER = 0
# One target after the other, also with -j: all write into .venv and _build.
.NOTPARALLEL:
PY := .venv/bin/python
# uv keeps what it fetched for the next folder, if it can.
UV := $(shell cache="$${UV_CACHE_DIR:-$${XDG_CACHE_HOME:-$$HOME/.cache}/uv}"; mkdir -p "$$cache" 2>/dev/null && [ -w "$$cache" ] || echo "UV_CACHE_DIR=_build/uv") .venv/bin/uv
STEP := $(PY) -m doit

# Two at a time: building the site keeps one processor busy, tests the other.
book: .venv/book ## execute the chapters and build the site into _build/html
	@$(STEP) book
book-zh: .venv/book ## the same pages in Chinese below _build/html/zh, from the catalogues in locale/
	@$(STEP) book_zh
test: .venv/all ## unit tests, doctests, stored outputs, equations, grader, site
	@$(STEP) -n 2 -P thread test
chapters: .venv/all ## execute the chapters and store their outputs; one only: make chapters C=chapters/01_notation.ipynb
	@$(STEP) chapters $(C)
assignments: .venv/all ## write the student notebooks and their checks from the sources, and prove them
bench: .venv/all ## compare the speed with other libraries (minutes; on a quiet machine) and write it into the book
clean: .venv/book ## remove what was built; the environment stays
lab: .venv/all ## open the chapters as live notebooks, in a folder of your own: notebooks/
lint: .venv/all ## check style and types of the code
mutate: .venv/all ## change the core in 6200 small ways; at least 95 % must turn a test red (hours); a sample: make mutate N=400
	@$(STEP) mutate $(N)
pictures: .venv/all ## draw the pictures of the README and of the guide for instructors (needs Chromium and the sandbox)
release: .venv/all ## write site, PDF, notebooks and student edition into _build/release
sources: .venv/all ## open the sources of the chapters, for authors
stored: .venv/all ## check that the stored notebooks hold nothing of one machine
translations: .venv/all ## bring the catalogues of the other language up to date, and say what is to do
vendor: .venv/all ## fetch the JavaScript libraries of the site again (needs npm)
clean: ; @$(STEP) tidy
assignments bench lab lint pictures release sources stored translations vendor:
	@$(STEP) $@
.PHONY: book book-zh test chapters assignments bench clean lab lint mutate pictures release sources stored translations vendor help lock

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | sort | expand -t 14

# What builds the book; and all of it: JupyterLab, the grader, what tests need.
.venv/book: locks/book.txt pyproject.toml
.venv/all: locks/all.txt pyproject.toml
# Where a set-up has ended, .venv/folder names the place. What was moved or copied leads elsewhere with every program of
# it, and in what was stopped on the way packages lack files, though they look installed: both are made again.
HERE := [ "$$(cat .venv/folder 2>/dev/null)" = "$$(pwd -P)" ]
ifneq ($(shell [ ! -e .venv/folder ] || $(HERE) || echo moved),)
.venv/book .venv/all: moved
endif
moved:
.PHONY: moved
.venv/book .venv/all:
	@[ -n "$(PYTHON)" ] || { echo "This book needs Python 3.11 or newer; install it, or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"This book needs Python 3.11 or newer; $(PYTHON) is {sys.version.split()[0]}.")'
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { echo "Python has no venv module; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv (about a minute) …"
	@$(HERE) && $(PY) -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || "$(PYTHON)" -m venv --clear .venv
	@rm -f .venv/folder
	@$(PY) -m pip install -qq --disable-pip-version-check "uv<1" \
		&& $(UV) pip install --quiet --python $(PY) --require-hashes -r $< && $(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation -e . \
		|| { $(PY) -c 'import shutil, sys; sys.exit(shutil.disk_usage(".").free < 1e8 and "The disk is full: .venv needs 1.5 GB, _build another.")' \
		&& $(PY) -m pip install -qq --disable-pip-version-check --upgrade pip && $(PY) -m pip install -qq -r $< && $(PY) -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .; }
	@pwd -P >.venv/folder
	@touch $@ && for file in $^; do [ ! "$$file" -nt $@ ] || touch -r "$$file" $@; done # of a clock that was ahead

lock: ## resolve the locks again from pyproject.toml; everything newer: make lock NEWER=--upgrade
	@[ -x .venv/bin/uv ] || { "$(PYTHON)" -m venv .venv && $(PY) -m pip install --quiet "uv<1"; }
	$(PY) site/lock.py $(NEWER)
