"""What does a model lose on images that differ from those of its training?

    python benchmarks/robust.py MODEL SET [--changes NAME ...]     one model, about five minutes
    python benchmarks/robust.py --page

Segments the ``val`` cases of a set of ../shared/data (SEMIGDA_DATA) as they are and changed, by the
whole inference, and scores each on its own grid. Nothing is chosen on the result here, but ``val``
judged other things too. A run replaces the rows of its model and set in
benchmarks/results/robust.json; ``--page`` writes docs/robustness.md from it.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from few_labels_lib.sets import SETS, DataSet  # noqa: E402
from robust_lib.page import page  # noqa: E402

TABLE = ROOT / "benchmarks/results/robust.json"
PAGE = ROOT / "docs/robustness.md"
DRAWS = 2000  # of the bootstrap


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", type=Path, help="folder of a model package")
    parser.add_argument("set", nargs="?", choices=list(SETS))
    parser.add_argument("--changes", nargs="+", help="only these; stored only with --name")
    parser.add_argument("--name", help="of the model in the table; by default the card's")
    parser.add_argument("--cases", type=int, help="only so many, and nothing is stored")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--stored", type=Path, default=TABLE, help="the table")
    parser.add_argument("--page", action="store_true", help="write the page, and end")
    arguments = parser.parse_args()
    if arguments.page:
        runs = json.loads(arguments.stored.read_text("utf-8"))
        PAGE.write_text(page(runs), encoding="utf-8")
        return
    if arguments.model is None or arguments.set is None:
        parser.error("needs a model and a set")
    run = measure(arguments)
    if (arguments.name or not arguments.changes) and not arguments.cases:
        store(arguments.stored, run)


def measure(arguments: argparse.Namespace) -> dict:
    """Losses of one model on one set."""
    import torch
    from robust_lib.changes import PICTURES, VOLUMES
    from robust_lib.scores import coarse_truth, dice, dice_of_cases, labels_of_cases, read_val

    from semigda.models.package import load_network

    torch.set_num_threads(arguments.threads)
    network, card = load_network(arguments.model, "cpu")
    one: DataSet = SETS[arguments.set]
    cases = read_val(one)[: arguments.cases]
    pictures = cases[0].volume.two_dimensional
    groups = [case.group for case in cases]
    classes, found = len(card.labels), labels_of_cases(network, card, cases)
    plain = [dice(c.truth, labels, classes) for c, labels in zip(cases, found, strict=True)]
    print(f"{card.name} on {one.name}: {np.mean(plain):.4f}, {len(cases)} cases", flush=True)
    rows = []
    for change in PICTURES if pictures else VOLUMES:
        if arguments.changes and change.name not in arguments.changes:
            continue
        row = {"change": change.name, "words": change.words, "bar": change.bar}
        row |= lost(plain, dice_of_cases(network, card, cases, change), groups)
        if not pictures:
            # What no model can avoid: the labels found in the image as it is, on the coarse grid.
            row["unavoidable"] = lost(plain, coarse_truth(found, classes, cases, change), groups)
        rows.append(row)
        print(json.dumps(row), flush=True)
    return {
        "model": arguments.name or card.name,
        "sha256": card.weights_sha256,
        "set": one.name,
        "cases": len(cases),
        "dice": round(float(np.mean(plain)), 4),
        "rows": rows,
    }


def lost(plain: list[float], changed: list[float], groups: list[str]) -> dict:
    """Points of Dice, with a 95 % interval over patients (bootstrap of the paired differences)."""
    differences = 100 * (np.array(plain) - np.array(changed))
    names = sorted(set(groups))
    members = [differences[[g == name for g in groups]] for name in names]
    sums, counts = np.array([m.sum() for m in members]), np.array([len(m) for m in members])
    drawn = np.random.default_rng(0).integers(0, len(names), (DRAWS, len(names)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.percentile(means, (2.5, 97.5))
    return {
        "points": round(float(differences.mean()), 2),
        "low": round(float(low), 2),
        "high": round(float(high), 2),
    }


def store(path: Path, run: dict) -> None:
    """Put a run into the table, in place of an older one of the same model and set."""
    runs = json.loads(path.read_text("utf-8")) if path.exists() else []
    found = {(r["model"], r["set"]): r for r in [*runs, run]}
    text = json.dumps([found[key] for key in sorted(found)], indent=1)
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
