# demo and test make their own environment: nothing has to be prepared.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip install --quiet

# One more than the two cores of most machines: many tests wait for a process that computes little.
TESTS := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 3 --dist worksteal \
	Testing/modules Testing/host Testing/packaging Testing/engine

.PHONY: demo test test-all lint bench mutants clean

demo: $(READY)
	$(BIN)/python Testing/demo.py

test: $(READY) lint
	$(TESTS) -m "not slow"

test-all: $(READY) lint
	$(TESTS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python Testing/packaging/check_types.py

bench: $(READY)
	$(BIN)/python benchmarks/speed.py --bench

# Twenty minutes: whether the tests of the method can fail.
mutants: $(READY)
	nice $(BIN)/python Testing/mutants.py --sample 300 --page Testing/mutants.md

$(READY): Testing/requirements.txt pyproject.toml
	bash Testing/system_packages.sh
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(PIP) torch==$$(sed -n 's/^torch==//p' Testing/requirements.txt)
	$(PIP) -r Testing/requirements.txt
	$(PIP) --no-deps --editable .
	touch $@

clean:
	rm -rf $(VENV) artifacts build
