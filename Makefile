# Everything that is done with this project, starting from Python and make alone.
#
#   make serve    build the book and serve it, rebuilding on every change
#   make test     run the tests
#
# PYTHON names the Python to start from, VENV the environment to make from it:
#
#   make test PYTHON=python3.13 VENV=.venv-3.13

PYTHON ?= python3
VENV ?= .venv

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

ifeq ($(OS),Windows_NT)
bin := $(VENV)/Scripts
python := $(bin)/python.exe
else
bin := $(VENV)/bin
python := $(bin)/python
endif

# An environment is as good as the lock it was made from. Its two marks say what is in it: what the
# book takes to build, and what working on it takes besides.
site := $(VENV)/.installed-site
dev := $(VENV)/.installed-dev
neighbours := $(VENV)/neighbours
hosts := $(VENV)/hosts
# The oldest versions that plugin/pyproject.toml allows have wheels for the oldest Python.
oldest_python := $(shell $(PYTHON) -c 'import sys; print(int(sys.version_info[:2] == (3, 11)))' 2>/dev/null)
hosts_here := properdocs zensical $(if $(filter 1,$(oldest_python)),mkdocs-oldest)
packages := runtime/pyproject.toml plugin/pyproject.toml
install := $(python) -m pip install --quiet --disable-pip-version-check

# What a build writes down as its date is the commit's, so that one commit gives one site.
commit_time := $$(git log -1 --format=%ct 2>/dev/null || date +%s)
# Material's banner about MkDocs 2: plugin/pyproject.toml keeps to MkDocs 1, and the fence works in
# Zensical.
export NO_MKDOCS_2_WARNING := 1

.PHONY: help
help:  ## List what can be made
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/\1\t\2/p' Makefile | expand -t 18

.PHONY: serve
serve: $(site)  ## Build the book and serve it, rebuilding on every change
	$(python) -m mkdocs serve $(MKDOCS_FLAGS)

.PHONY: build
build: $(site)  ## Build the book into site/; any problem in a page fails
	SOURCE_DATE_EPOCH=$(commit_time) $(python) -m mkdocs build --strict --clean $(MKDOCS_FLAGS)

.PHONY: record
record: $(site)  ## Record the book's snippets on this platform, for builds elsewhere
	$(bin)/mkdocs-wakepoint record docs --out docs/recordings

.PHONY: record-all
record-all: $(dev)  ## Record them on each backend that Linux has or can emulate
	$(python) tests/tools/record_all.py

.PHONY: picture
picture: $(dev)  ## Take the README's picture of the front page anew, with Chromium
	$(python) tests/tools/picture.py

.PHONY: test
test: $(dev)  ## Run the tests; TESTS=tests/runtime runs some of them
	$(python) -m pytest --numprocesses $(JOBS) --dist loadfile $(PYTEST_FLAGS) $(TESTS)

JOBS ?= 2
ifeq ($(OS),Windows_NT)
# pytest-timeout would wait on a thread of Python's, which might hold a waker: no deadlock would be one.
PYTEST_FLAGS += --timeout=0 -o faulthandler_timeout=120 -o faulthandler_exit_on_timeout=true
endif

.PHONY: lint
lint: $(dev)  ## Check style and formatting
	$(python) -m ruff check
	$(python) -m ruff format --check

.PHONY: typecheck
typecheck: $(dev)  ## Check types as each platform sees them
	$(python) -m mypy --platform linux
	$(python) -m mypy --platform darwin
	$(python) -m mypy --platform win32

.PHONY: format
format: $(dev)  ## Format the code, and mend what can be mended
	$(python) -m ruff check --fix
	$(python) -m ruff format

.PHONY: windows-python
windows-python: $(dev)  ## Fetch the Windows Python that tests run under Wine
	$(python) tests/tools/windows_python.py

.PHONY: webassembly-python
webassembly-python: asset-tools $(dev)  ## Fetch what the Python in WebAssembly runs tests with
	$(python) tests/tools/webassembly/python.py

.PHONY: neighbours
neighbours: $(neighbours)/.installed  ## Install other people's plugins, beside which tests build sites

.PHONY: peers
peers: $(dev)  ## Install what benchmarks/runtime.py compares with and is published as source alone
	@$(bin)/uv pip install --quiet --python $(VENV) --require-hashes --only-binary :all: \
		--no-binary curio --build-constraints requirements/peers.txt --requirement requirements/peers.txt

.PHONY: hosts
hosts: $(hosts_here:%=$(hosts)/%/.installed)  ## Install each that builds sites, alone: ProperDocs, Zensical, the oldest MkDocs

lock_command := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock"
host_command := $(lock_command) --no-emit-package wakepoint plugin/pyproject.toml \
	requirements/hosts/build.in

.PHONY: lock
lock: $(dev)  ## Lock the newest versions that requirements/*.in allow
	$(bin)/$(lock_command) --upgrade --output-file requirements/site.txt requirements/site.in
	$(bin)/$(lock_command) --upgrade --output-file requirements/dev.txt requirements/dev.in
	$(bin)/$(lock_command) --upgrade --output-file requirements/peers.txt requirements/peers.in
	$(bin)/$(lock_command) --upgrade --output-file requirements/neighbours.txt requirements/neighbours.in
	$(bin)/$(lock_command) --upgrade --output-file requirements/webassembly-python.txt \
		requirements/webassembly-python.in
	$(bin)/$(host_command) --upgrade --output-file requirements/hosts/mkdocs-oldest.txt \
		--extra mkdocs --resolution lowest-direct
	$(bin)/$(host_command) --upgrade --output-file requirements/hosts/properdocs.txt \
		--extra properdocs requirements/hosts/properdocs.in
	$(bin)/$(host_command) --upgrade --output-file requirements/hosts/zensical.txt --extra zensical

.PHONY: asset-tools
asset-tools: node_modules/.package-lock.json  ## Install what builds the site's script and style sheet, and tests the script

.PHONY: assets
assets: asset-tools  ## Build wakepoint.js and wakepoint.css in plugin/mkdocs_wakepoint/assets/ from their parts
	npm run --silent build

.PHONY: clean
clean:  ## Remove what was built, cached or installed
	rm -rf $(VENV) .cache .hypothesis node_modules site

# --- the environment ----------------------------------------------------------------------------

$(python):
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON); name a Python: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version_info; v >= (3, 11) or sys.exit(\
		"Wakepoint needs Python 3.11 or later and $(PYTHON) is %d.%d; name one: make PYTHON=python3.11" % v[:2])'
	@echo "Making $(VENV) and installing the locked packages; this is done once."
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(site): requirements/site.txt $(packages) | $(python)
	@$(install) --require-hashes --only-binary :all: --requirement $<
	@$(install) --no-deps --no-build-isolation --editable runtime --editable plugin
	@$(python) -m pip check
	@touch $@

$(dev): requirements/dev.txt $(site)
	@$(install) --require-hashes --only-binary :all: --requirement $<
	@touch $@

node_modules/.package-lock.json: package.json package-lock.json
	@npm ci --silent --no-audit --no-fund
	@touch $@

# They are apart from the other: it has MkDocs, and these show that nothing of ours needs it; and one
# has the oldest of all that plugin/pyproject.toml allows.
$(hosts)/%/.installed: requirements/hosts/%.txt $(packages) | $(dev)
	@$(python) -m venv $(hosts)/$*
	@$(bin)/uv pip sync --quiet --python $(hosts)/$* --require-hashes --only-binary :all: $<
	@$(bin)/uv pip install --quiet --python $(hosts)/$* --no-deps --no-build-isolation \
		--editable runtime --editable plugin
	@touch $@

# It is apart from the other: what those plugins ask for is no part of what we promise to work with.
$(neighbours)/.installed: requirements/neighbours.txt $(packages) | $(dev)
	@$(python) -m venv $(neighbours)
	@$(bin)/uv pip sync --quiet --python $(neighbours) --require-hashes --only-binary :all: $<
	@$(bin)/uv pip install --quiet --python $(neighbours) --no-deps --no-build-isolation \
		--editable runtime --editable plugin
	@touch $@
