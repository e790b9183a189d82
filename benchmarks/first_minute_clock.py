"""How long the first look takes by the clock on a computer with nothing else to do.

    python benchmarks/first_minute_clock.py
    python benchmarks/first_minute.py --table

30 pictures (breast_us) and 3 volumes (heart_la), read and looked at by as many threads as there are
cores, with all of the look's steps however long they take. The kernel says how much of the cores
the process got, so that a busy computer shows. The rows go to
benchmarks/results/first_minute_clock.json, and from there into docs/first-minute.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.markdown import as_table, number  # noqa: E402
from few_labels_lib.sets import SETS  # noqa: E402

CLOCK = ROOT / "benchmarks/results/first_minute_clock.json"
ASKED = {"breast_us": "pictures", "heart_la": "volumes"}
SECONDS = 60


def measure(name: str, threads: int, folder: Path) -> dict:
    """Of one look at a set's labelled cases, files unread: seconds by the clock and of CPUs."""
    from few_labels_lib.recipes import recipe
    from few_labels_lib.runs import Clock, begin, quietly
    from speed_lib.machine import processor

    from semigda.data.cases import read_cases
    from semigda.data.preprocess import Preprocessing
    from semigda.models.features import read_features
    from semigda.networks.efficientnet import EfficientNetLite0
    from semigda.prepared.store import Store
    from semigda.training import first_model
    from semigda.training.dataset import load_slices

    one = SETS[name]
    first_model.SECONDS = 1e6  # all steps, however busy the computer is
    chosen = recipe("unet-features")  # whose slices these are
    settings = begin(one, chosen, 0, first_model.STEPS, folder, "cpu", threads)
    preprocessing = Preprocessing.from_dict(settings.preprocessing)
    with quietly(folder, threads):
        clock = Clock()
        store = Store(folder / "prepared", preprocessing)
        slices = load_slices(read_cases(settings.cases), store, one.num_classes)
        read = clock.read()
        clock = Clock()
        features = EfficientNetLite0()
        features.load_state_dict(read_features())
        first_model.fit_first_model(features, slices, settings)
        look = clock.read()
    return {
        "set": name,
        "cases": len(slices),
        "threads": threads,
        "cores": os.cpu_count(),
        "processor": processor(),
        "read": read,
        "look": look,
    }


def section(rows: list[dict]) -> str:
    """A part of docs/first-minute.md."""
    heads = ["labelled cases", "read, s", "look, s", "together, s", "share of the cores it got"]
    lines, within = [], 0
    for row in rows:
        wall = row["read"]["wall"] + row["look"]["wall"]
        got = row["look"]["cpu"] / row["look"]["wall"] / row["threads"]
        within += wall <= SECONDS
        cases = f"{row['cases']} {ASKED[row['set']]} (`{row['set']}`)"
        seconds = [number(value, 0) for value in (row["read"]["wall"], row["look"]["wall"], wall)]
        lines.append([cases, *seconds, f"{100 * got:.0f} %"])
    machine = f"{rows[0]['threads']} threads on {rows[0]['cores']} cores, {rows[0]['processor']}"
    return (
        "\n## By the clock\n\n"
        "Made by `python benchmarks/first_minute_clock.py`: files read for the first time, all "
        f"320 steps, {machine}.\n"
        f"Within {SECONDS} s: {within} of {len(rows)}.\n\n" + as_table(heads, lines)
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=list(ASKED), default=list(ASKED))
    arguments = parser.parse_args()
    rows = (
        {row["set"]: row for row in json.loads(CLOCK.read_text("utf-8"))} if CLOCK.exists() else {}
    )
    for name in arguments.sets:
        with tempfile.TemporaryDirectory() as folder:
            rows[name] = measure(name, os.cpu_count() or 1, Path(folder))
        print(json.dumps(rows[name]), flush=True)
        kept = ",\n ".join(json.dumps(rows[key]) for key in ASKED if key in rows)
        CLOCK.write_text(f"[\n {kept}\n]\n", "utf-8")


if __name__ == "__main__":
    main()
