# Regenerates every figure of the paper. `make help` says what there is.

PROFILE ?= quick
OFFLINE ?=
SEED ?=
# 1: build a command that can train on an NVIDIA card (docs/gpu.md).
GPU ?=
# Downloads and build artefacts live outside the clone, so that a second clone is fast.
CACHE ?=

# The user's settings of shell, Python, git and cargo in the environment must not change what is started here.
unexport BASH_ENV ENV CDPATH GREP_OPTIONS
unexport PYTHONPATH PYTHONHOME PYTHONUSERBASE PYTHONSTARTUP PYTHONSAFEPATH PYTHONOPTIMIZE PYTHONINSPECT PYTHONWARNINGS PYTHONPLATLIBDIR
unexport GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY GIT_NAMESPACE GIT_PREFIX
unexport CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR CARGO_BUILD_BUILD_DIR CARGO_BUILD_TARGET RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS

# Paths may hold blanks, quotes and dollars: `value` leaves them alone, and recipes take them from their environment.
quoted = '$(subst ','\'',$(value $(1)))'
# An argument of make, passed on to a shell that sees only make's environment.
argument = $(if $(filter command,$(firstword $(origin $(1)))),$(1)=$(call quoted,$(1)))
override DAE_CACHE_DIR := $(shell unset BASH_ENV CDPATH; $(call argument,DAE_CACHE_DIR) bash -p scripts/cache.sh $(call quoted,CACHE))
override DAE_OFFLINE := $(shell unset BASH_ENV CDPATH; $(call argument,DAE_OFFLINE) bash -p scripts/offline.sh $(call quoted,OFFLINE))
ifneq ($(MAKECMDGOALS),help)
$(if $(filter /%,$(firstword $(DAE_CACHE_DIR))),,$(error $(DAE_CACHE_DIR)))
$(if $(filter-out 1,$(DAE_OFFLINE)),$(error $(DAE_OFFLINE)))
endif
export DAE_CACHE_DIR DAE_OFFLINE
unexport CACHE CARGO PYTHON
export PATH := $(value PATH)$(if $(value CARGO_HOME),:$(value CARGO_HOME)/bin,$(if $(value HOME),:$(value HOME)/.cargo/bin))

FIGURES := $(filter-out common,$(notdir $(patsubst %/mod.rs,%,$(sort $(wildcard crates/paper/src/experiments/*/mod.rs)))))
CARGO := bash scripts/cargo.sh
FEATURES := $(if $(filter-out 0,$(GPU)),--features cuda)
PAPER := $(CARGO) run --release --quiet --package paper $(FEATURES) --bin paper --
# The Python environment of the notebooks, made when it is first needed.
PYTHON = $$(bash scripts/python.sh)/bin/python
RUN := $(PAPER) run --profile $(PROFILE) $(if $(SEED),--seed $(SEED))

.DEFAULT_GOAL := all
# Cargo and the command use all cores by themselves; two of our targets at once would only wait for each other.
.NOTPARALLEL:
.PHONY: all figures $(FIGURES) verify readme data data-if-possible lab notebooks notebook-setup site animation build test test-rust test-notebooks test-browser report test-report test-interruption test-concurrency fuzz coverage mutants bench bench-kernels bench-peers bench-limit bench-scaling bench-precision bench-costs bench-first-use bench-gpu check lint audit clean clean-cache setup help test-setup writable

# A prerequisite of every target that writes into the checkout.
writable:
	@[ -w results ] || { [ ! -e results ] && [ -w . ]; } || { echo 'setup: this checkout is read-only. Copy it, or run `make build` and call the command that it names with --results FOLDER' >&2; exit 1; }

all: writable data-if-possible figures ## Set up, get the data, regenerate every figure, compare with the published values (the default)

figures: writable build ## Regenerate every figure; with OFFLINE=1 those that need no images (PROFILE, SEED)
	@$(RUN)

$(FIGURES): writable build ## Regenerate one figure (PROFILE, SEED)
	@$(RUN) $@

# The committed results, unless PROFILE was given.
VERIFIED := $(if $(filter file,$(origin PROFILE)),paper,$(PROFILE))

verify: build ## Check results, the committed ones unless PROFILE is given: files against the manifest, tables against theory, published values and claims (PROFILE, RECOMPUTE, TRAIN)
	@$(PAPER) verify --profile $(VERIFIED) $(if $(filter-out 0,$(RECOMPUTE)),--recompute) $(foreach run,$(TRAIN),--run $(run))

readme: writable build ## Write the tables of the results into README.md and docs (running, CLAIMS, performance)
	@$(PAPER) readme

data: build ## Get MNIST and CIFAR-10, verify them, and compare their spectra with the committed ones
	@$(PAPER) data fetch
	@$(PAPER) spectrum --top 0

# All figures but the sixth start from the committed spectra: they can be made without images.
data-if-possible: build
ifeq ($(DAE_OFFLINE),)
	@$(PAPER) data fetch || echo "The images could not be fetched. All figures but the sixth do without them: make figures OFFLINE=1"
endif

lab: writable notebook-setup ## Open JupyterLab on this machine at notebook 00, with a Rust kernel
	@python=$(PYTHON) && "$$python" scripts/notebooks/lab.py

# The committed outputs are those of the profile quick; at others the notebooks are executed and compared, not written.
notebooks: writable data-if-possible figures notebook-setup ## Execute the notebooks and compare their tables with the figures'; only at quick write them back (PROFILE)
	@python=$(PYTHON) && "$$python" scripts/notebooks/execute.py --profile $(PROFILE) $(if $(filter quick,$(PROFILE)),--keep)

notebook-setup: writable build
	@bash scripts/linker.sh
	@python=$(PYTHON) && "$$python" scripts/notebooks/setup.py

site: writable ## Export the notebooks as HTML, to results/<profile>/site
	@python=$(PYTHON) && "$$python" scripts/notebooks/export.py --to results/$(PROFILE)/site

build: setup ## Build the `paper` command (target/release/paper)
	@$(CARGO) build --release --package paper $(FEATURES)

# OpenBLAS kernel for tests and micro-benchmarks: `paper` picks one at start-up, these cannot.
KERNELS = OPENBLAS_CORETYPE=$${OPENBLAS_CORETYPE:-$$($(PAPER) machine --kernels)}

test: writable build data-if-possible ## Run everything that CI runs: lint, unit, property, integration and documentation tests, all figures (verified) and notebooks at PROFILE=smoke
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory test-setup
	@$(MAKE) --no-print-directory test-rust
	@rm -rf results/smoke
	@$(PAPER) run --profile smoke
	@$(PAPER) report --profile smoke
	@$(PAPER) verify --profile smoke --recompute --run all
	@$(MAKE) --no-print-directory test-notebooks

# nextest runs a test on each core, so that each may use one thread of BLAS. The benchmarks have no tests; lint reads them.
test-rust: writable build ## Run the unit, property, integration and documentation tests, and the examples of dae
	@if cargo nextest --version >/dev/null 2>&1; then \
		$(KERNELS) OPENBLAS_NUM_THREADS=1 $(CARGO) nextest run --release --workspace --exclude bench --no-fail-fast; \
	else \
		$(KERNELS) $(CARGO) test --release --workspace --exclude bench --lib --bins --tests --examples --no-fail-fast; \
	fi
	@$(CARGO) test --release --workspace --doc

test-notebooks: notebook-setup ## Test the committed notebooks and the kernels, and execute all notebooks at PROFILE=smoke
	@python=$(PYTHON) && "$$python" scripts/notebooks/check.py
	@python=$(PYTHON) && "$$python" tests/test_notebooks.py
	@$(PAPER) run --profile smoke
	@python=$(PYTHON) && "$$python" scripts/notebooks/execute.py --profile smoke

test-browser: notebook-setup ## Test notebook 01 in JupyterLab and the report of PROFILE=smoke in a headless Chromium; screenshots in target/browser
	@chromium=$$(bash scripts/chromium.sh) && python=$(PYTHON) && "$$python" scripts/notebooks/browser.py --chromium "$$chromium" --pictures target/browser
	@$(PAPER) run --profile smoke
	@$(MAKE) --no-print-directory test-report PROFILE=smoke

test-setup: ## Test the set-up under other caches and settings of cargo, pip and git, offline and read-only (half a minute)
	@python3 -I tests/test_setup.py
	@python3 -I tests/test_python.py

# The tests of `make test` with higher counts; an interruption takes about four seconds.
KILLS ?= 70
ROUNDS ?= 5

test-interruption: build ## Interrupt two figures and fetching 70 times each, fill the disk, and check that the tables are undisturbed (KILLS; a quarter of an hour)
	@KILLS=$(KILLS) OPENBLAS_NUM_THREADS=1 $(CARGO) test --release --package paper --test interruption -- --test-threads 1 --nocapture

test-concurrency: notebook-setup ## Run two commands, two makes, and notebooks beside a command at once, and check that the tables are undisturbed (ROUNDS)
	@ROUNDS=$(ROUNDS) $(CARGO) test --release --package paper --test concurrency -- --test-threads 1 --include-ignored

# Each of these three needs a tool that its script names, and takes from half an hour to hours: nothing does it unasked.
SECONDS ?= 600
JOBS ?= 2
FILES ?=

fuzz: writable ## Fuzz every reader of outside bytes, with coverage (SECONDS, JOBS)
	@JOBS=$(JOBS) bash scripts/fuzz.sh $(SECONDS)

coverage: writable ## Say which lines of crates/dae its tests reach
	@bash scripts/coverage.sh

mutants: writable ## Make crates/dae/src/theory wrong in many ways, one at a time, and check that a test notices (JOBS, FILES)
	@JOBS=$(JOBS) FILES=$(call quoted,FILES) bash scripts/mutants.sh

# Beside these parts there is first-use, which builds everything from nothing once more.
PART ?= kernels peers limit scaling precision costs

bench: writable build data ## Measure speed on a quiet machine: kernels, NumPy and PyTorch, the limit, scaling, precision, costs (PART; also first-use and gpu)
	@for part in $(PART); do $(MAKE) --no-print-directory bench-$$part || exit 1; done
	@$(PAPER) readme

BENCH := $(CARGO) run --release --quiet --package bench --

bench-peers:
	@python=$$(REQUIREMENTS=crates/bench/peers/requirements.txt bash scripts/python.sh) && $(BENCH) peers --python "$$python/bin/python"

# On a machine with an NVIDIA card. PyTorch brings libraries of CUDA, which will do for us too.
bench-gpu:
	@python=$$(REQUIREMENTS=crates/bench/peers/requirements.txt bash scripts/python.sh) && \
		libraries=$$(echo "$$python"/lib/python3*/site-packages/nvidia/cu13/lib) && \
		LD_LIBRARY_PATH=$$libraries$${LD_LIBRARY_PATH:+:$$LD_LIBRARY_PATH} \
		$(CARGO) run --release --quiet --package bench --features cuda -- gpu --python "$$python/bin/python"

bench-kernels: export CRITERION_HOME := $(CURDIR)/target/criterion
bench-kernels:
	@rm -rf "$$CRITERION_HOME"
	@$(KERNELS) $(CARGO) bench --quiet --package bench --bench kernels
	@$(BENCH) kernels --criterion "$$CRITERION_HOME"

bench-limit bench-scaling bench-precision bench-first-use:
	@$(BENCH) $(@:bench-%=%)

bench-costs: build
	@$(BENCH) costs --paper target/release/paper

animation: writable build ## Draw Figure 4 in motion, as the animated PNG docs/animation.png
	@$(PAPER) animate

report: writable build ## Write results/<profile>/report.html: figures, comparisons, claims and their origin on one page
	@$(PAPER) report --profile $(PROFILE)

# The page in a browser, at two widths, light and dark, by keyboard and in print.
test-report: report ## Open the report in a headless Chromium and look for defects; pictures in target/browser
	@chromium=$$(bash scripts/chromium.sh) && python=$(PYTHON) && \
		"$$python" scripts/browser/report.py --chromium "$$chromium" --pictures target/browser results/$(PROFILE)/report.html

check: setup lint ## Run the fast loop: format, lint, unit and property tests of theory and training
	@$(CARGO) test --release --package dae --lib --test theory --test training

lint: setup ## Run rustfmt, clippy and rustdoc; warnings are errors
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --release --workspace --all-targets --quiet -- -D warnings
	@$(CARGO) clippy --release --package paper --features cuda --quiet -- -D warnings
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --release --workspace --lib --no-deps --quiet

# cargo install --locked cargo-deny cargo-machete: that builds some 500 crates, so nothing does it unasked.
audit: ## Check licences, duplicates and origin of all crates, and look for unused ones (ADVISORIES)
	@cargo deny --version >/dev/null 2>&1 && cargo machete --version >/dev/null 2>&1 || \
		{ echo "install them with: cargo install --locked cargo-deny cargo-machete" >&2; exit 1; }
	@cargo deny check licenses bans sources $(if $(filter-out 0,$(ADVISORIES)),advisories)
	@cargo machete

setup: ## Find or install what the build needs: a C compiler, OpenBLAS (Rust must be installed)
	@bash scripts/setup.sh

clean: writable ## Remove what was built and computed here; keep results/paper, its training runs and the caches
	@rm -rf target results/smoke results/quick
	@bash scripts/build-dir.sh "$$DAE_CACHE_DIR" --clean
	@echo "Kept: results/paper (its training runs may have taken hours) and the cache $$DAE_CACHE_DIR (make clean-cache removes it)"

# Folders of these names may be somebody's own where the cache is also something else, such as CACHE=~.
CACHED := build|downloads|(mnist|cifar10)(\.bad-[0-9]+)?|spectra|eigenvectors|python|notebooks|evcxr-.*|evcxr\.lock|bench|\.writing-.*|\.npm-.*

clean-cache: ## Remove the downloads and build artefacts that all clones share
	@cd "$$DAE_CACHE_DIR" 2>/dev/null || exit 0; \
		other=$$(ls -A | grep -vxE '$(CACHED)' | head -n 1); \
		[ -z "$$other" ] || { echo "setup: $$DAE_CACHE_DIR is more than a cache (it holds $$other); remove by hand what is not needed" >&2; exit 1; }; \
		cd / && rm -rf "$$DAE_CACHE_DIR"

# The reader may close the pipe early (make help | head -3).
help: ## Show this
	@trap '' PIPE; { \
		echo "make [TARGET] [PROFILE=smoke|quick|paper] [SEED=n] [GPU=1] [OFFLINE=1] [CACHE=folder] [OPTION=...]"; \
		echo; \
		sed -n 's/^\([$$()A-Za-z-]*\):[^#]*## \(.*\)/\1|\2/p' Makefile | sed 's/^$$(FIGURES)/$(firstword $(FIGURES))..$(lastword $(FIGURES))/' | \
		awk -F'|' '{ printf "  %-18s %s\n", $$1, $$2 }'; \
		echo; \
		echo "  PROFILE      quick (default), smoke (tiny, a minute) or paper (as published)"; \
		echo "  SEED         seed of everything random, instead of the one of the settings"; \
		echo "  GPU          1: build what trains on an NVIDIA card, and train there if there is one (docs/gpu.md)"; \
		echo "  OFFLINE      1: fetch nothing; figures come from the committed spectra"; \
		printf '  CACHE        %s (%s)\n' "where downloads and build artefacts are kept" "$$DAE_CACHE_DIR"; \
		echo; \
		echo "  RECOMPUTE    1: compute Figures 1 to 4 again and compare (verify)"; \
		echo "  TRAIN        runs to train again and compare, such as 'fig5/mnist/AE fig5/mnist/DAE', a figure, or all (verify)"; \
		echo "  KILLS        how often each command is interrupted: $(KILLS) (test-interruption)"; \
		echo "  ROUNDS       how often two commands run at once: $(ROUNDS) (test-concurrency)"; \
		echo "  SECONDS      for each reader: $(SECONDS) (fuzz)"; \
		echo "  JOBS         how many at a time: $(JOBS) (fuzz, mutants)"; \
		echo "  FILES        files of the theory, such as 'coupled deep'; all without (mutants)"; \
		echo "  PART         what to measure: $(PART); also first-use and gpu (bench)"; \
		echo "  ADVISORIES   1: look for known defects, too (audit)"; \
	} 2>/dev/null || true
