"""What is it worth to draw some slices of many cases instead of all slices of few?

    python benchmarks/slice_labels.py --seeds 0 1 2
    python benchmarks/slice_labels.py --page

Trains the one-branch recipe on heart_la, cardiac_scd and hippocampus of ../shared/data
(SEMIGDA_DATA) with labels drawn in four ways, see ``slices_lib/drawing.py``, and scores the split's
whole held-out cases. All other training images, and the slices that are not drawn, are unlabelled.
Every run enters benchmarks/results/slice_labels.json as it ends, and finished ones are kept;
``--page`` writes docs/fewer-slices.md and .svg from it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.rows import read_rows, write_rows  # noqa: E402
from slices_lib.drawing import ARMS, WHOLE_CASES, drawn  # noqa: E402
from slices_lib.page import page, picture  # noqa: E402

TABLE = ROOT / "benchmarks/results/slice_labels.json"
PAGE = ROOT / "docs/fewer-slices.md"
METHOD, STEPS, SCALE = "semigda.one-branch", 600, 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="*", choices=list(WHOLE_CASES), default=list(WHOLE_CASES))
    parser.add_argument("--arms", nargs="*", choices=ARMS, default=list(ARMS))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--page", action="store_true", help="write the page, and end")
    arguments = parser.parse_args()
    if arguments.page:
        PAGE.write_text(page(read_rows(TABLE)), encoding="utf-8")
        PAGE.with_suffix(".svg").write_text(picture(read_rows(TABLE)), encoding="utf-8")
        return
    for seed in arguments.seeds:
        for name in arguments.sets:
            for arm in arguments.arms:
                key = {"set": name, "arm": arm, "seed": seed, "steps": arguments.steps}
                if not any(key.items() <= run.items() for run in read_rows(TABLE)):
                    keep({**key, **perform(name, arm, seed, arguments.steps)})


def perform(name: str, arm: str, seed: int, steps: int) -> dict[str, Any]:
    """Train and score one run: what was drawn, Dice of each held-out case (the mean over its
    classes), and what it took."""
    from few_labels_lib.figures import case_scores
    from few_labels_lib.recipes import recipe
    from few_labels_lib.runs import Clock, quietly, versions
    from few_labels_lib.scores import score_network
    from few_labels_lib.sets import SETS

    from semigda.data.cases import read_cases
    from semigda.models.package import load_network
    from semigda.training.train import train
    from semigda_core.models.card import Label
    from semigda_core.models.preprocessing import Preprocessing

    one, chosen = SETS[name], replace(recipe(METHOD), scale=SCALE)
    labels = [Label.from_dict(label) for label in one.card["labels"]]
    clock, folder = Clock(), Path(tempfile.mkdtemp(prefix=f"slices-{name}-{arm}-"))
    try:
        settings = chosen.settings(one, seed, steps, folder, "cpu", 1)
        marked = {label.case: label for label in drawn(one, arm, seed)}
        one.write_cases(Path(settings.cases), "labeled", "unlabeled")
        rows = json.loads(Path(settings.cases).read_text("utf-8"))
        for row in rows:
            if row["name"] not in marked:
                row.pop("label", None)
                row["role"] = "unlabeled"
            elif (finished := marked[row["name"]].finished) is not None:
                row["label_slices"] = str(finished)
        Path(settings.cases).write_text(json.dumps(rows), encoding="utf-8")
        held_out = read_cases(one.write_cases(folder / "val.json", "val"))
        with quietly(folder, 1):
            train(settings)
            network = load_network(settings.out)[0]
            preprocessing = Preprocessing.from_dict(settings.preprocessing)
            scored, _ = score_network(network, preprocessing, held_out, labels)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    dice = case_scores({"rows": scored}, "dice")
    return {
        "cases": len(marked),
        "slices": sum(label.slices for label in marked.values()),
        "dice": {case: round(value, 5) for case, value in dice.items()},
        "cpu_seconds": clock.read()["cpu"],
        "versions": versions(),
    }


def keep(run: dict[str, Any]) -> None:
    """Add a run to the table."""
    runs = [*read_rows(TABLE), run]
    write_rows(
        TABLE, sorted(runs, key=lambda r: (r["set"], ARMS.index(r["arm"]), r["steps"], r["seed"]))
    )


if __name__ == "__main__":
    main()
