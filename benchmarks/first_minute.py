"""What a minute of one core gives: the first look, and U-Nets trained for as long.

    python benchmarks/first_minute.py
    python benchmarks/first_minute.py --sets skin --methods look --seeds 0
    python benchmarks/first_minute.py --table

Every method learns from the labelled cases of docs/results.md and is scored on ``val``, by the same
judge. A U-Net takes as many steps as fit into 60 CPU seconds, by what a few steps took before; the
look takes all of its steps, as on a computer that has the time. A finished run is a JSON in
artifacts/first_minute and is skipped.
``--table`` adds the runs to benchmarks/results/first_minute.json and writes docs/first-minute.md.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.figures import Group, case_scores, difference, grouped  # noqa: E402
from few_labels_lib.markdown import number, signed  # noqa: E402
from few_labels_lib.recipes import TITLES, recipe  # noqa: E402
from few_labels_lib.rows import read_rows  # noqa: E402
from few_labels_lib.sets import SETS, DataSet  # noqa: E402
from few_labels_lib.table import read_runs, read_table, write_table  # noqa: E402
from few_labels_lib.times import write_times  # noqa: E402
from tables import as_table  # noqa: E402

from semigda.memory import keep_freed_memory  # noqa: E402

RESULTS = ROOT / "artifacts/first_minute"
TABLE = ROOT / "benchmarks/results/first_minute.json"
PAGE, TEXT = ROOT / "docs/first-minute.md", ROOT / "benchmarks/first_minute.txt"
SECONDS = 60
LOOK = "look"
HEADS = "heads"  # what the look was before: two small heads on frozen features
ASKED = {"breast_us": "30 pictures", "heart_la": "3 volumes"}
METHODS = ("unet", "unet-features", LOOK)


def look(one: DataSet, seed: int, runs: Path, results: Path) -> Path:
    """Take a first look at a set, score it and write its run, unless there is one."""
    from few_labels_lib.runs import Clock, begin, quietly, versions, write_run
    from few_labels_lib.scores import WHOLE, score_cases, segment
    from speed_lib.machine import processor

    from semigda.data.cases import read_cases
    from semigda.data.preprocess import Preprocessing
    from semigda.models.features import read_features
    from semigda.networks.efficientnet import EfficientNetLite0
    from semigda.prepared.store import Store
    from semigda.training import first_model
    from semigda.training.dataset import load_slices
    from semigda_core.models.card import Label

    path = results / one.name / f"{LOOK}-{seed}.json"
    if path.exists():
        return path
    folder = runs / one.name / path.stem
    chosen = recipe("unet-features")  # whose slices these are
    steps = first_model.STEPS
    first_model.SECONDS = 1e6  # by the clock: what else the machine does would count
    settings = begin(one, chosen, seed, steps, folder, "cpu", 1)
    held_out = read_cases(one.write_cases(folder / "val.json", "val"))
    preprocessing = Preprocessing.from_dict(settings.preprocessing)
    with quietly(folder, 1):
        clock = Clock()
        store = Store(folder / "prepared", preprocessing)
        slices = load_slices(read_cases(settings.cases), store, one.num_classes)
        features = EfficientNetLite0()
        features.load_state_dict(read_features())
        model = first_model.fit_first_model(features, slices, settings)
        seconds = {"train": clock.read()}
        labels = [Label.from_dict(label) for label in one.card["labels"]]

        def chances(images):
            return {WHOLE: model.probabilities(images)}

        predict = partial(segment, preprocessing, one.num_classes, chances)
        rows, branches = score_cases(held_out, labels, predict)
    run = {
        "set": one.name,
        "method": LOOK,
        "seed": seed,
        "budget": steps,
        "planned": {"cpu": SECONDS},
        "spent": {},
        "seconds": seconds,
        "device": "cpu",
        "processor": processor(),
        "threads": 1,
        "versions": versions(),
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "settings": {"preprocessing": settings.preprocessing},
        "branches": branches,
        "rows": rows,
    }
    write_run(path, run)
    shutil.rmtree(folder)
    return path


def unet(one: DataSet, name: str, seed: int, arguments: argparse.Namespace) -> Path:
    """A U-Net that is trained for as long, with a learning rate that ends with the time."""
    from few_labels_lib.runs import perform
    from few_labels_lib.timing import planned, time_methods

    times = arguments.results / "seconds.json"
    try:
        steps, plan = planned(SECONDS, read_rows(times), one, name)
    except LookupError:
        rows = time_methods(one, [name], 1, arguments.runs, "cpu", 1)
        times.parent.mkdir(parents=True, exist_ok=True)
        write_times(times, [*read_rows(times), *rows])
        steps, plan = planned(SECONDS, rows, one, name)
    places = {"runs": arguments.runs, "results": arguments.results}
    return perform(one, name, seed, steps, planned=plan, **places)


def page(groups: list[Group]) -> str:
    """docs/first-minute.md: what the look is, in its own file, then what was measured."""
    by_key = {(group.set_name, group.method): group for group in groups}
    sets = [name for name in SETS if (name, LOOK) in by_key]
    heads = [
        *("set", "first look", "its CPU s", "U-Net", "difference"),
        *("two heads on frozen features", TITLES["unet-features"]),
    ]
    columns = (LOOK, "unet", HEADS, "unet-features")
    rows, better = [], 0
    for name in sets:
        ours, *others = (by_key.get((name, method)) for method in columns)
        assert ours is not None
        gap = difference(ours, others[0]) if others[0] else None
        better += gap is not None and gap.low > 0
        means = [number(group.mean("dice")) if group else "-" for group in (ours, *others)]
        seconds = number(ours.seconds("cpu"), 0)
        rows.append([name, means[0], seconds, means[1], signed(gap), *means[2:]])
    seeds = {method: _seeds(by_key, sets, method) for method in columns}
    told = (
        f"\nMean Dice of the cases `val`. Seeds of the first look: {seeds[LOOK]}; of the U-Net: "
        f"{seeds['unet']}; of the heads: {seeds[HEADS]}; of the U-Net with features: "
        f"{seeds['unet-features']}. The first look is better than the U-Net, by the interval, on "
        f"{better} of {len(sets)} sets. Difference: Dice points over the same seeds and cases, "
        "with a 95 % bootstrap interval over patients.\n"
    )
    return TEXT.read_text("utf-8") + as_table(heads, rows) + told + _clock(by_key)


def _clock(by_key: dict) -> str:
    """How long the look takes by the clock, of runs with nothing else to do beside them."""
    times = []
    for name, cases in ASKED.items():
        runs = [run["seconds"]["train"] for run in by_key[name, LOOK].runs.values()]
        free = [took["wall"] for took in runs if took["wall"] < 1.1 * took["cpu"]]
        if free:
            times.append(f"{number(max(free), 0)} s for {cases} (`{name}`)")
    if not times:
        return ""
    return (
        "\n**By the clock**, on one thread of a computer that did nothing else: "
        f"{' and '.join(times)}, with reading the files; {SECONDS} s on two cores were the aim.\n"
    )


def _seeds(by_key: dict, sets: list[str], method: str) -> str:
    found = {
        seed for name in sets if (name, method) in by_key for seed in by_key[name, method].runs
    }
    return " ".join(map(str, sorted(found))) or "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/first_minute")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--table", action="store_true", help="write table and page, and end")
    arguments = parser.parse_args()
    if arguments.table:
        groups = grouped([*read_table(TABLE), *read_runs(arguments.results)])
        write_table(TABLE, (run for group in groups for run in group.runs.values()))
        PAGE.write_text(page(groups), encoding="utf-8")
        return
    keep_freed_memory()
    from few_labels_lib.runs import read_run

    for seed in arguments.seeds:
        for name in arguments.sets:
            for method in arguments.methods:
                if method == LOOK:
                    path = look(SETS[name], seed, arguments.runs, arguments.results)
                else:
                    path = unet(SETS[name], method, seed, arguments)
                run = read_run(path)
                scores = case_scores(run, "dice").values()
                mean, took = sum(scores) / max(1, len(scores)), run["seconds"]["train"]
                print(f"{name:<12}{method:<14} seed {seed}  Dice {mean:.3f}  {took}", flush=True)


if __name__ == "__main__":
    main()
