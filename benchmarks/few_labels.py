"""Accuracy with few labels: SemiGDA and U-Nets on the same slices with the same budget.

    python benchmarks/few_labels.py                                 every set, method and seed
    python benchmarks/few_labels.py --sets skin --methods unet semigda --seeds 0 --steps 300
    python benchmarks/few_labels.py --methods semigda.no-dam semigda.no-mix
    python benchmarks/few_labels.py --time --methods unet-features semigda.features
    python benchmarks/few_labels.py --cpu-seconds 900 --methods unet-features semigda.features
    python benchmarks/few_labels.py --list
    python benchmarks/few_labels.py --table

A finished run is one JSON, artifacts/few_labels/<set>/<method>-<seed>-<steps>.json, and is skipped;
a run that was killed starts over. Several processes may share the work if each has its own sets.
With ``--cpu-seconds`` a run takes as many steps as fit, by what ``--time`` measured before on an
otherwise quiet machine, and its name ends in the seconds instead.
``--table`` adds the finished runs to benchmarks/results/few_labels.json and writes from it
docs/results.md and few_labels.md beside it. Needs the data in $SEMIGDA_DATA.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.figures import case_scores, grouped  # noqa: E402
from few_labels_lib.page import details, page  # noqa: E402
from few_labels_lib.recipes import ALL, METHODS, QUESTIONS, VARIANTS, recipe  # noqa: E402
from few_labels_lib.rows import read_rows  # noqa: E402
from few_labels_lib.sets import SETS, DataSet  # noqa: E402
from few_labels_lib.table import read_runs, read_table, write_table  # noqa: E402
from few_labels_lib.times import write_times  # noqa: E402

from semigda.memory import keep_freed_memory  # noqa: E402

RESULTS = ROOT / "artifacts/few_labels"
TABLE = ROOT / "benchmarks/results/few_labels.json"
TIMES = ROOT / "benchmarks/results/few_labels_seconds.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--methods", nargs="+", default=list(METHODS), metavar="METHOD[.VARIANT]")
    parser.add_argument("--seeds", nargs="+", type=int, help="by default each set's own number")
    parser.add_argument("--steps", type=int, help="optimiser steps; by default each set's own")
    parser.add_argument("--cpu-seconds", type=int, help="budget; --steps then names its steps")
    parser.add_argument("--time", action="store_true", help="measure the seconds a step, and end")
    parser.add_argument("--rounds", type=int, default=2, help="of --time, in turn")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/few_labels", help="for models")
    parser.add_argument("--results", type=Path, default=RESULTS, help="for the JSON of each run")
    parser.add_argument("--list", action="store_true", help="print methods and variants, and end")
    parser.add_argument("--table", action="store_true", help="write table and pages, and end")
    parser.add_argument("--baseline", choices=list(METHODS), default="unet")
    parser.add_argument("--stored", type=Path, default=TABLE, help="the table")
    parser.add_argument("--times", type=Path, default=TIMES, help="the seconds a step")
    parser.add_argument("--page", type=Path, default=ROOT / "docs/results.md")
    arguments = parser.parse_args()
    if arguments.list:
        print("\n".join(f"{name:<30}{one.title}" for name, one in ALL.items()))
        print("\n".join(f".{name:<29}{QUESTIONS[name]}" for name in VARIANTS))
        return
    if arguments.table:
        groups = grouped([*read_table(arguments.stored), *read_runs(arguments.results)])
        if not groups:
            parser.error("there is no finished run yet")
        write_table(arguments.stored, (run for group in groups for run in group.runs.values()))
        arguments.page.write_text(page(groups), encoding="utf-8")
        text = details(groups, arguments.baseline, read_rows(arguments.times))
        arguments.stored.with_suffix(".md").write_text(text, encoding="utf-8")
        return
    for name in arguments.methods:
        try:
            recipe(name)
        except KeyError:
            parser.error(f"there is no method or variant {name!r}; see --list")
    keep_freed_memory()  # as every command does, for the U-Nets as for SemiGDA
    if arguments.time:
        measure(arguments)
    else:
        run_all(arguments)


def measure(arguments: argparse.Namespace) -> None:
    """Every set by itself, so that one that is stopped has all methods of the first sets."""
    from few_labels_lib.timing import time_methods

    for name in arguments.sets:
        rows = time_methods(
            SETS[name],
            arguments.methods,
            arguments.rounds,
            arguments.runs,
            arguments.device,
            arguments.threads,
        )
        write_times(arguments.times, [*read_rows(arguments.times), *rows])
        for row in rows:
            print(f"{row['set']:<12}{row['method']:<30}{row['a_step']:.3f} s a step", flush=True)


def run_all(arguments: argparse.Namespace) -> None:
    """Seed by seed, so that a study that is stopped has all methods of the first seeds."""
    from few_labels_lib.runs import perform, read_run

    sets = [SETS[name] for name in arguments.sets]
    most = max(one.seeds for one in sets)
    for seed in arguments.seeds or range(most):
        for one in sets:
            if arguments.seeds is None and seed >= one.seeds:
                continue
            for name in arguments.methods:
                steps, plan = budget(arguments, one, name)
                command = (
                    f"python benchmarks/few_labels.py --sets {one.name} --methods {name} "
                    f"--seeds {seed} --steps {steps}"
                )
                if plan is not None:
                    command += f" --cpu-seconds {plan['cpu']}"
                path = perform(
                    one,
                    name,
                    seed,
                    steps,
                    runs=arguments.runs,
                    results=arguments.results,
                    device=arguments.device,
                    threads=arguments.threads,
                    command=command,
                    planned=plan,
                )
                print(line(read_run(path)), flush=True)


def budget(arguments: argparse.Namespace, one: DataSet, name: str) -> tuple[int, dict | None]:
    """Steps of a run, and its plan if they are those of a budget in CPU seconds."""
    from few_labels_lib.timing import planned

    if arguments.cpu_seconds is None:
        return arguments.steps or recipe(name).steps(one), None
    if arguments.steps is not None:
        return arguments.steps, {"cpu": arguments.cpu_seconds}
    try:
        return planned(arguments.cpu_seconds, read_rows(arguments.times), one, name)
    except LookupError as error:
        sys.exit(f"{error}: run --time first")


def line(run: dict) -> str:
    """A run in one line."""
    scores = case_scores(run, "dice").values()
    seconds = " ".join(f"{part} {values['wall']:.0f}" for part, values in run["seconds"].items())
    return (
        f"{run['set']:<12}{run['method']:<28} seed {run['seed']} steps {run['budget']}  "
        f"Dice {sum(scores) / max(1, len(scores)):.3f}  {run['spent']['tflop']:.1f} TFLOP  "
        f"seconds: {seconds}"
    )


if __name__ == "__main__":
    main()
