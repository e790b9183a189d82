"""Does labelling the cases that the ranking proposes pay more than labelling any?

    python benchmarks/label_next.py --seeds 0 1 2 3
    python benchmarks/label_next.py --table

A model is trained on a few labelled cases; then five more are labelled, proposed by the ranking or
drawn at random, and the same training (steps, seed) runs again from the start. What counts is Dice
on test cases that chose nothing: no step, no weights, no branch. The pool's labels are known but
hidden until a case is chosen.

Every finished training is a JSON in artifacts/label_next, so a stopped run resumes, and several
processes may share the work. ``--table`` adds them to benchmarks/results/label_next.json and writes
label_next.md beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import time
from collections import defaultdict
from pathlib import Path

import torch
from starter_data import BREAST, HIPPOCAMPUS, ROOT, write_case_list

from semigda.data.cases import Case, read_cases
from semigda.data.labels import read_classes
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import read_volume
from semigda.evaluation.evaluate import compare, evaluate_network
from semigda.inference.likeness import case_features
from semigda.models.package import load_network
from semigda.ranking.order import doubts, evenly, look, rank
from semigda.training.train import train
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.jobs.training import Augmentation, TrainSettings
from semigda_core.models.network_config import NetworkConfig

RESULTS = ROOT / "artifacts/label_next"
TABLE = ROOT / "benchmarks/results/label_next.json"
FIRST, MORE = 6, 5  # cases labelled at the start, and then
# No unlabelled loss: a training of one to four minutes on one thread.
TRAIN = {"align_steps": 40, "labeled_batch": 8, "unlabeled_weight": 0.0}
SETS = {
    "hippocampus": {"spec": HIPPOCAMPUS, "size": [64, 48], "steps": 600},
    "breast_us": {"spec": BREAST, "size": [64, 64], "steps": 800},
}


def nearer(distance: torch.Tensor, points: torch.Tensor) -> torch.Tensor:
    """How much nearer each case (rows) comes to a labelled one if another (columns) is labelled."""
    return (distance[:, None] - torch.cdist(points, points)).clamp_min(0)


# Compared here, and not what SemiGDA does any more, which is "typical".
ARMS = {
    "start": None,
    "random": None,
    "proposed": lambda doubt, distance, points: doubt * distance,
    "disagreement": lambda doubt, distance, points: doubt,
    "novelty": lambda doubt, distance, points: distance,
    # An odd case that stands for itself alone is worth little.
    "coverage": lambda doubt, distance, points: (doubt[:, None] * nearer(distance, points)).sum(0),
    "typical": evenly,
}
MAIN = ("start", "random", "proposed", "coverage", "typical")
OPTIONS = SegmentOptions(device="cpu", branches="both")


def split(name: str, seed: int, folder: Path) -> dict[str, list[Case]]:
    """Cases "first", "pool", "unlabeled" and "test"; the test cases are the same for every seed.

    Whole patients go to one side, so that no test patient is trained on.
    """
    cases = folder / f"{name}.json"
    if not cases.exists():
        write_case_list(name, cases)
    by_role: dict[str, list[Case]] = defaultdict(list)
    for case in read_cases(cases):
        by_role[case.role].append(case)
    patients = sorted({case.group for case in by_role["val"]})
    random.Random(0).shuffle(patients)
    tested = set(patients[: len(patients) // 2])
    test = [case for case in by_role["val"] if case.group in tested]
    known = [case for case in [*by_role["labeled"], *by_role["val"]] if case.group not in tested]
    random.Random(f"{name} {seed}").shuffle(known)
    return {
        "first": known[:FIRST],
        "pool": known[FIRST:],
        "unlabeled": by_role["unlabeled"],
        "test": test,
    }


def write_list(path: Path, parts: dict[str, list[Case]], labelled: list[Case]) -> None:
    """The case list of one training: it contains no test case, so nothing can be chosen on one."""
    names = {case.name for case in labelled}
    rest = [case for case in [*parts["first"], *parts["pool"]] if case.name not in names]
    rows = [
        {
            "name": case.name,
            "image": str(case.image),
            "role": role,
            **({"label": str(case.label)} if role == "labeled" else {}),
        }
        for role, cases in (("labeled", labelled), ("unlabeled", [*rest, *parts["unlabeled"]]))
        for case in cases
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows), encoding="utf-8")


def run(name: str, seed: int, arms: list[str], folder: Path) -> None:
    """The trainings of one set and seed that are not finished yet."""
    parts = split(name, seed, folder)
    start = training(name, seed, "start", parts, parts["first"], folder)
    for arm in arms:
        if arm == "start" or (RESULTS / f"{name}-{seed}-{arm}.json").exists():
            continue
        if ARMS[arm]:
            chosen = [parts["pool"][index] for index in start["orders"][arm][:MORE]]
        else:
            chosen = random.Random(f"random {name} {seed}").sample(parts["pool"], MORE)
        training(name, seed, arm, parts, [*parts["first"], *chosen], folder)


def training(
    name: str, seed: int, arm: str, parts: dict, labelled: list[Case], folder: Path
) -> dict:
    """Train, measure on the test cases, and for the start also rank the pool; the result."""
    target = RESULTS / f"{name}-{seed}-{arm}.json"
    if target.exists():
        return json.loads(target.read_text())
    plan, began = SETS[name], time.monotonic()
    work = folder / f"{name}-{seed}-{arm}"
    write_list(work / "cases.json", parts, labelled)
    settings = TrainSettings(
        cases=str(work / "cases.json"),
        out=str(work / "model"),
        work=str(work),
        card=plan["spec"]["card"],
        seed=seed,
        validations=0,
        steps=plan["steps"],
        network=NetworkConfig.compact().to_dict(),
        preprocessing={**plan["spec"]["preprocessing"], "size": plan["size"]},
        augmentation=Augmentation(**plan["spec"].get("augmentation", {})),
        threads=1,
        device="cpu",
        precision="float32",
        **TRAIN,
    )
    train(settings)
    network, card = load_network(work / "model", "cpu")
    measured = evaluate_network(network, card, parts["test"], OPTIONS)
    dice: dict[str, list[float]] = defaultdict(list)
    for row in measured["rows"]:
        if row["dice"] is not None:
            dice[row["name"]].append(row["dice"])
    result = {
        "set": name,
        "seed": seed,
        "arm": arm,
        "labelled": len(labelled),
        "test": len(parts["test"]),
        "pool": len(parts["pool"]),
        "added": [case.name for case in labelled[FIRST:]],
        "dice": {key: statistics.fmean(values) for key, values in dice.items()},
        "mean": statistics.fmean(statistics.fmean(values) for values in dice.values()),
        "cases": dict(dice),
        "seconds": round(time.monotonic() - began),
    }
    if arm == "start":
        result |= ranked(network, card, parts)
    RESULTS.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}")
    temporary.write_text(json.dumps(result, indent=1) + "\n")
    os.replace(temporary, target)
    shutil.rmtree(work / "model")
    print(f"{name} seed {seed} {arm}: {result['mean']:.4f} in {result['seconds']} s", flush=True)
    return result


def ranked(network, card, parts: dict) -> dict:
    """Orders of the pool by each way of ranking, and how well disagreement knows bad cases."""
    looks, dice = [], []
    for case in parts["pool"]:
        volume = read_volume(case.image)
        done, seen = look(network, card, volume, OPTIONS)
        truth = read_classes(case.label, volume, case.classes)
        rows = compare(truth, done.labels, volume.steps, card.labels, None)
        looks.append(seen)
        dice.append(statistics.fmean(row["dice"] for row in rows if row["dice"] is not None))
    preprocessing = Preprocessing.from_dict(card.preprocessing)
    known = [
        case_features(network, prepare(read_volume(case.image), preprocessing))
        for case in parts["first"]
    ]
    names = [label.name for label in card.labels]
    orders = {
        arm: [found.index for found in rank(looks, known, names, worth)]
        for arm, worth in ARMS.items()
        if worth
    }
    unsure = doubts(looks)
    return {"orders": orders, "pool_disagreement": unsure, "pool_dice": dice}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3])
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=list(MAIN))
    parser.add_argument("--runs", type=Path, default=ROOT / "runs/label_next")
    parser.add_argument("--table", action="store_true", help="only write the table")
    arguments = parser.parse_args()
    if not arguments.table:
        for seed in arguments.seeds:
            for name in arguments.sets:
                run(name, seed, arguments.arms, arguments.runs)
    from label_next_table import write_table

    print(write_table(TABLE, RESULTS))


if __name__ == "__main__":
    main()
