"""Small faults made on purpose in the method, one at a time: does a test notice?

    python Testing/mutants.py --sample 300 --seed 0 --page Testing/mutants.md
    python Testing/mutants.py --file semigda/method/losses.py
    python Testing/mutants.py --file semigda/method/losses.py --line 41

Every mutant is a copy of the tree with one changed place, and meets the tests that
``Testing/mutating/tests.json`` names for its file. Survivors whose reason stands in
``Testing/mutating/survivors.json`` are known to be harmless; the exit status is 1 below 85 %.
Needs ``fork``: Linux or macOS.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from Testing.mutating import page, trial  # noqa: E402
from Testing.mutating.changes import Mutant, mutants  # noqa: E402

HERE = ROOT / "Testing/mutating"
WANTED = 0.85
LONGER, LEAST_S = 5, 60  # a mutant's tests may take so much longer, and at least so many seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, help="how many mutants, the same share of each file")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--file", action="append", help="only this one")
    parser.add_argument("--line", type=int, help="only of this line")
    parser.add_argument("--page", type=Path, help="Markdown file for the table")
    arguments = parser.parse_args()
    tests = json.loads((HERE / "tests.json").read_text("utf-8"))
    files = arguments.file or list(tests)
    possible = {file: mutants((ROOT / file).read_text("utf-8")) for file in files}
    chosen = {file: made for file, made in _sample(possible, arguments).items() if made}
    begun = time.monotonic()
    survived: dict[str, list[Mutant]] = {}
    with tempfile.TemporaryDirectory(prefix="semigda-mutants-") as name:
        copy = Path(name).resolve()
        trial.copy_tree(ROOT, copy)
        trial.prepare(copy)
        for file, made in chosen.items():
            survived[file] = list(_survivors(copy, file, made, tests[file]))
    seconds = time.monotonic() - begun
    counts = {file: (len(possible[file]), len(chosen[file])) for file in chosen}
    reasons = json.loads((HERE / "survivors.json").read_text("utf-8"))
    text = page.drawn(counts, survived, reasons, seconds, sys.argv[1:])
    print(text)
    if arguments.page:
        arguments.page.write_text(text, "utf-8")
    tried = sum(count for _, count in counts.values())
    return 0 if sum(map(len, survived.values())) <= (1 - WANTED) * tried else 1


def _sample(possible: dict[str, list[Mutant]], arguments) -> dict[str, list[Mutant]]:
    """The mutants to try: the same share of every file, drawn by the seed."""
    total = sum(map(len, possible.values()))
    share = min(1.0, arguments.sample / total) if arguments.sample else 1.0
    chosen = {}
    for file, made in possible.items():
        made = [one for one in made if arguments.line in (None, one.line)]
        drawn = random.Random(f"{arguments.seed} {file}").sample(
            range(len(made)), math.ceil(share * len(made))
        )
        chosen[file] = [made[at] for at in sorted(drawn)]
    return chosen


def _survivors(copy: Path, file: str, made: list[Mutant], tests: list[str]):
    """The mutants of a file that its tests let pass."""
    place = copy / file
    original = place.read_text("utf-8")
    state, usual = trial.run_tests(copy, tests, 600)
    if state != trial.PASSED:
        raise SystemExit(f"The tests of {file} do not pass on the tree as it is: {tests}")
    print(f"{file}: {len(made)} mutants, tests take {usual:.1f} s", flush=True)
    for one in made:
        place.write_text(one.source, "utf-8")
        state, _ = trial.run_tests(copy, tests, max(LEAST_S, LONGER * usual))
        if state == trial.PASSED:
            print(f"  {file}:{one.line} survived: {page.change(one)}", flush=True)
            yield one
    place.write_text(original, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
