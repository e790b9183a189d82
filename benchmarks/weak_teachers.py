"""What do other programs' results for unlabelled images gain, and can poor ones harm?

    python benchmarks/weak_teachers.py --seeds 0 1
    python benchmarks/weak_teachers.py --page

A model learns from eight labelled pictures and from the rest of the training pictures without
labels: as they are (*without*), with the results of a poor teacher (a model of three of the
labelled pictures, 200 steps), and with those of a good one (the starter model of the same set,
which learned from the labels of all training pictures, for long). All score on ``val``, which
trained and chose nothing. Every run is stored as it ends in benchmarks/results/weak_teachers.json,
and a finished one is not repeated; ``--page`` writes docs/machine-labels-study.md from it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.rows import read_rows, write_rows  # noqa: E402
from few_labels_lib.sets import SETS, DataSet  # noqa: E402
from weak_teachers_lib.page import page  # noqa: E402

TABLE = ROOT / "benchmarks/results/weak_teachers.json"
PAGE = ROOT / "docs/machine-labels-study.md"
STARTERS = {"breast_us": "breast-lesion-us", "polyp": "polyp-colonoscopy"}
LABELLED, TAUGHT, STEPS, TEACHER_STEPS = 8, 3, 600, 200
SCALE = 1.5  # 96 pixels a side: students that cost minutes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=list(STARTERS), default=list(STARTERS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--arms", nargs="+", choices=ARMS, default=["without", "poor", "good"])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/weak_teachers", help="for models")
    parser.add_argument("--stored", type=Path, default=TABLE, help="the table")
    parser.add_argument("--steps", type=int, default=STEPS, help="of a student")
    parser.add_argument("--page", action="store_true", help="write the page, and end")
    arguments = parser.parse_args()
    if arguments.page:
        PAGE.write_text(page(read_rows(arguments.stored)), encoding="utf-8")
        return
    for seed in arguments.seeds:
        for name in arguments.sets:
            for arm in arguments.arms:
                perform(arguments, SETS[name], arm, seed)


def perform(arguments: argparse.Namespace, one: DataSet, arm: str, seed: int) -> None:
    """Train, score and store one run, unless it is stored."""
    runs, key = read_rows(arguments.stored), (one.name, arm, seed)
    if any((run["set"], run["arm"], run["seed"]) == key for run in runs):
        return
    from weak_teachers_lib.runs import student

    run = {"set": one.name, "arm": arm, "seed": seed, **student(arguments, one, arm, seed)}
    print(json.dumps({key: value for key, value in run.items() if key != "dice"}), flush=True)
    runs = [*read_rows(arguments.stored), run]
    write_rows(arguments.stored, sorted(runs, key=lambda r: (r["set"], r["seed"], r["arm"])))


# without: no results. poor, good: results of such a teacher, measured on labelled cases;
# poor-believed: measured, and believed all the same.
ARMS = ("without", "poor", "good", "poor-believed")

if __name__ == "__main__":
    main()
