# Every target sets up what it needs; `make help` lists them.
# Needed beforehand: make and Python 3.11 or newer. Name another Python with PYTHON=…
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/bash
# Building the site keeps one processor busy, tests the other. Goals that are named
# together come one after the other: make clean book.
ifeq ($(MAKELEVEL) $(words $(MAKECMDGOALS)),0 1)
MAKEFLAGS += --jobs=2
endif
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

BIN := .venv/bin
READY := .venv/ready
NOTEBOOKS := $(sort $(wildcard chapters/*.ipynb))
C ?= $(NOTEBOOKS)

BOOK_FROM := $(wildcard bpcore/explore/*) $(shell find intro.md references.bib CITATION.cff _config.yml _toc.yml chapters site \
	assignments/*/student.ipynb \
	-type f ! -name "*.pyc" ! -path "*/.ipynb_checkpoints/*")
LITE := _build/html/lite/index.html
LITE_FROM := _build/book site/editions.py pyproject.toml $(wildcard $(PYODIDE_URL)) \
	$(wildcard bpcore/*.py bpcore/explore/* bpgrader/*.py bpgrader/checks/*)

# One thread per process: two workers do not fight for two cores, and sums are added in one order.
export OMP_NUM_THREADS = 1
export OPENBLAS_NUM_THREADS = 1
export MKL_NUM_THREADS = 1
export PYTHONHASHSEED = 0
# Compiled modules are kept, else every kernel compiles Matplotlib anew.
unexport PYTHONDONTWRITEBYTECODE
# Not the reader's own IPython: start-up files of theirs would change outputs, and the kernel talks too much.
export IPYTHONDIR = $(CURDIR)/_build/ipython
export PATH := $(CURDIR)/$(BIN):$(PATH)

$(READY): requirements.txt pyproject.toml
	@[ -n "$(PYTHON)" ] || { echo "This book needs Python 3.11 or newer; install it, or name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and f"This book needs Python 3.11 or newer; $(PYTHON) is {sys.version.split()[0]}.")'
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null || { echo "Python has no venv module; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv (about a minute) …"
	@[ -x $(BIN)/python ] || "$(PYTHON)" -m venv .venv
	@$(BIN)/pip install -qq --disable-pip-version-check "uv<1" && $(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements.txt \
		|| $(BIN)/pip install -qq --disable-pip-version-check -r requirements.txt
	@touch $@

KERNEL := _build/ipython/profile_default/ipython_kernel_config.py
$(KERNEL):
	@mkdir -p $(@D) && echo 'c.IPKernelApp.log_level = "ERROR"' > $@

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 14

.PHONY: book
book: _build/book $(LITE) ## execute the chapters and build the site into _build/html
	@echo "The book: file://$(CURDIR)/_build/html/index.html"

_build/book: $(READY) _build/fresh $(BOOK_FROM)
	@$(if $(filter bpcore/% site/%,$?),rm -rf _build/.doctrees) # Sphinx does not see that these changed
	@jupyter-book build . --quiet -n -W --keep-going >_build/book.log
	@touch $@

# Outputs and the API pages depend on the package, which neither the execution cache nor Sphinx can see;
# the picture of the source map depends on the tables of its own page.
_build/fresh: $(READY) $(KERNEL) site/execute.py chapters/source_map.md $(wildcard bpcore/*.py bpcore/explore/*.py)
	@rm -rf _build/.jupyter_cache _build/.doctrees
	@echo "Executing the chapters …"
	@python site/execute.py
	@touch $@

# Live Python in the browser; PYODIDE_URL names an archive of Pyodide (address or file, pyodide-….tar.bz2) to ship with the site.
$(LITE): $(READY) $(LITE_FROM) _build/pyodide-url
	@rm -rf _build/wheel $(@D) .jupyterlite.doit.db # else JupyterLite takes for done what was removed
	@python site/editions.py live bpcore _build/live
	@{ hatchling build --target wheel --directory _build/wheel && jupyter lite build --lite-dir _build/wheel --contents $(CURDIR)/_build/live --output-dir $(CURDIR)/$(@D) --piplite-wheels "$$(ls $(CURDIR)/_build/wheel/*.whl)" \
		--apps notebooks --apps tree --no-sourcemaps --no-unused-shared-packages \
		$(if $(PYODIDE_URL),--pyodide "$(PYODIDE_URL)") --log-level ERROR; } \
		>_build/lite.log 2>&1 || { cat _build/lite.log >&2; exit 1; }
	@touch $@

.PHONY: FORCE
_build/pyodide-url: FORCE
	@mkdir -p $(@D); echo '$(PYODIDE_URL)' | cmp --silent - $@ || echo '$(PYODIDE_URL)' > $@

.PHONY: test
test: stored package notebooks others ## unit tests, doctests, stored outputs, equations, grader, site

.PHONY: lint
lint: $(READY) ## check style and types of the code
	ruff check .
	ruff format --check .
	pyright

# Examples and tests of the package's modules are many and short: handed out to two processes, and
# with all others counted for the coverage, they would take three times as long.
PACKAGE := bpcore tests/explore/test_makers.py tests/explore/test_frames.py $(wildcard $(patsubst bpcore/%,tests/test_%,$(subst /_,/,$(wildcard bpcore/*.py))))

# The grader and all that it starts are measured on their own: browsers and the building of the book would be slowed.
GRADER := bpgrader tests/grader

.PHONY: package
package: $(READY) $(KERNEL)
	pytest $(PACKAGE) --cov --tb=short >_build/package.log 2>&1; code=$$?; cat _build/package.log; exit $$code

.PHONY: others
others: book | package notebooks
	pytest -n 2 --dist loadgroup --tb=short $(addprefix --ignore=,$(PACKAGE) $(GRADER))
	pytest -n 2 --dist loadgroup --tb=short $(GRADER) --cov --cov-config=tests/grader/coverage.cfg

.PHONY: notebooks
notebooks: $(READY) $(KERNEL)
	pytest -n 2 --dist loadfile --tb=short --nbval --nbval-current-env \
		--nbval-sanitize-with tests/sanitize.cfg --nbval-cell-timeout 60 chapters

# Outputs and counts stay, what one machine adds goes.
STRIP := nbstripout --keep-output --keep-count \
	--extra-keys "metadata.widgets cell.metadata.execution metadata.language_info.version"

.PHONY: chapters
chapters: $(READY) $(KERNEL) ## execute the chapters and store their outputs; one only: make chapters C=chapters/01_notation.ipynb
	jupyter nbconvert --to notebook --execute --inplace --log-level WARN $(C)
	jupyter nbconvert --to notebook --coalesce-streams --inplace --log-level WARN $(C) # it would come before the execution
	$(STRIP) $(C)

.PHONY: stored
stored: $(READY) ## check that the stored notebooks hold nothing of one machine
	@$(STRIP) --verify $(NOTEBOOKS) || { echo "Store the notebooks normalised: make chapters" >&2; exit 1; }

.PHONY: lab
lab: _build/book ## open the chapters as live notebooks, in a folder of your own: notebooks/
	@python site/editions.py lab notebooks
	JUPYTER_CONFIG_PATH="$(CURDIR)/site/lab" jupyter lab notebooks

.PHONY: sources
sources: $(READY) $(KERNEL) ## open the sources of the chapters, for authors
	jupyter lab chapters

.PHONY: assignments
assignments: $(READY) ## write the student notebooks and their checks from the sources, and prove them
	bpgrader release assignments/*/ --checks bpgrader/checks && bpgrader check assignments/*/

.PHONY: release
release: book ## write site, PDF, notebooks and student edition into _build/release
	python site/editions.py release

.PHONY: translations
translations: $(READY) ## bring the catalogues of the other language up to date with the English, and say what is to do
	@python site/translation.py update
	@python site/translation.py check | tail -n 1

.PHONY: pictures
pictures: $(READY) ## draw the pictures of the README and of the guide for instructors (needs Chromium and the sandbox)
	python site/pictures.py
	python -m benchmarks.pictures

.PHONY: bench
bench: $(READY) ## compare the speed with other libraries (minutes; on a quiet machine) and write it into the book
	python -m benchmarks
	$(MAKE) chapters C="chapters/11_many_samples.ipynb chapters/speed.ipynb"

.PHONY: vendor
vendor: $(READY) ## fetch the JavaScript libraries of the site anew (needs npm)
	$(BIN)/uv pip install --quiet --python $(BIN)/python "brotli>=1.1,<2" # packs the font of the formulas
	python site/vendor.py

.PHONY: lock
lock: ## resolve requirements.txt anew from pyproject.toml
	@[ -x $(BIN)/uv ] || { "$(PYTHON)" -m venv .venv && $(BIN)/pip install --quiet "uv<1"; }
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 $(addprefix --extra ,book lab grader test) --no-header --no-annotate \
		--no-emit-index-url --no-emit-find-links --output-file requirements.txt pyproject.toml
	echo "-e ." >> requirements.txt

.PHONY: mutate
mutate: $(READY) ## change the core in 5600 small ways; at least 95 % must turn a test red (hours)
	mutmut run --max-children 2
	mutmut export-cicd-stats >/dev/null
	mutmut results # the survivors; tests/SURVIVORS.md gives the reasons
	@python -c 'import json; s = json.load(open("mutants/mutmut-cicd-stats.json")); n = s["total"]; k = s["killed"] + s["timeout"]; \
		print(f"{k} of {n} found, {k / n:.1%}"); raise SystemExit(k < 0.95 * n)'

.PHONY: clean
clean: ## remove what was built; the environment stays
	rm -rf _build mutants .pytest_cache .ruff_cache .hypothesis .coverage* .jupyterlite.doit.db
