"""The trainings of the study of weak teachers, and the results of the teachers."""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np
import SimpleITK as sitk
from few_labels_lib.figures import case_scores
from few_labels_lib.recipes import recipe
from few_labels_lib.runs import quietly
from few_labels_lib.scores import WHOLE, chances_of, score_network, segment
from few_labels_lib.sets import DataSet
from torch.nn import Module

from semigda.data.cases import Case, read_cases
from semigda.data.volumes import read_volume
from semigda.models.package import load_network
from semigda.training.sources import Source
from semigda.training.train import train
from semigda_core.models.card import Label
from semigda_core.models.preprocessing import Preprocessing

ROOT = Path(__file__).resolve().parents[2]


def student(arguments: argparse.Namespace, one: DataSet, arm: str, seed: int) -> dict:
    """Train one student: its Dice by held-out case, and what it was told of its teacher."""
    from weak_teachers import LABELLED, SCALE

    start = time.process_time()
    folder = arguments.runs / one.name / f"{arm}-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    rows = _rows(one, LABELLED)
    teacher = arm.partition("-")[0]
    if teacher != "without":
        results, own = _results(arguments, one, teacher, rows)
        for row in rows:
            if row["name"] not in own:
                row |= {"machine_label": str(results / f"{row['name']}.png")}
                row |= {"machine_source": f"{teacher} teacher"}
    # As a user without this method would: every result counts as a label of full weight.
    believing = patch.object(Source, "share", property(lambda source: 1.0))
    with believing if arm == "poor-believed" else nullcontext():
        network, summary = _train(one, rows, arguments.steps, seed, folder, SCALE)
    found = _score(one, network, recipe_of(SCALE).fit(one).preprocessing, folder)
    told = summary.get("sources", {})
    return {
        "steps": arguments.steps,
        "weights": weights_hash(network),
        "cpu_seconds": round(time.process_time() - start),
        "dice": found,
        "sources": list(told.values()),
    }


def weights_hash(network: Module) -> str:
    """Equal for networks whose weights are equal to the last bit."""
    digest = hashlib.blake2b(digest_size=8)
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()


def recipe_of(scale: float):
    """One branch from general image features, on slices of this scale."""
    return replace(recipe("semigda.one-branch"), scale=scale)


def _rows(one: DataSet, labelled: int) -> list[dict]:
    """The training cases: all but the first ``labelled`` labelled ones hide their labels."""
    split = one.split
    cases = [*split["labeled"], *split["unlabeled"]]
    rows: list[dict] = []
    for number, case in enumerate(cases):
        row = {"name": case, "image": str(one.file("images", case)), "role": "unlabeled"}
        row["group"] = str(split["group_of_case"][case])
        if number < labelled:
            row |= {"role": "labeled", "label": str(one.file("labels", case))}
        rows.append(row)
    return rows


def _train(one: DataSet, rows: list[dict], steps: int, seed: int, folder: Path, scale: float):
    settings = recipe_of(scale).settings(one, seed, steps, folder, "cpu", 1)
    Path(settings.cases).write_text(json.dumps(rows), encoding="utf-8")
    with quietly(folder, 1):
        summary = train(replace(settings, overwrite=True))
    return load_network(settings.out)[0], summary


def _results(
    arguments: argparse.Namespace, one: DataSet, teacher: str, rows: list[dict]
) -> tuple[Path, set[str]]:
    """The folder of a teacher's results for the training cases, and the cases it learned from
    whose labels the student has too, as far as it gets no result for them."""
    from weak_teachers import SCALE, STARTERS, TAUGHT, TEACHER_STEPS

    own = {row["name"] for row in rows[:TAUGHT]} if teacher == "poor" else set()
    folder = arguments.runs / one.name / teacher
    results = folder / "results"
    if (folder / "done").exists():
        return results, own
    results.mkdir(parents=True, exist_ok=True)
    if teacher == "poor":
        taught = [row for row in rows if row["name"] in own]
        network, _ = _train(one, taught, TEACHER_STEPS, 0, folder, SCALE)
        preprocessing = Preprocessing.from_dict(recipe_of(SCALE).fit(one).preprocessing)
    else:
        network, card = load_network(ROOT / "Resources/Models" / STARTERS[one.name])
        preprocessing = card.preprocessing
        if isinstance(preprocessing, dict):
            preprocessing = Preprocessing.from_dict(preprocessing)
    chances = chances_of(network, one.num_classes)
    for row in rows:
        case = Case(row["name"], Path(row["image"]), None, "unlabeled")
        volume = read_volume(case.image)
        labels = segment(preprocessing, one.num_classes, chances, case, volume)[WHOLE]
        image = sitk.GetImageFromArray(labels[0].astype(np.uint8))
        sitk.WriteImage(image, str(results / f"{case.name}.png"))
    (folder / "done").touch()
    return results, own


def _score(one: DataSet, network, preprocessing: dict, folder: Path) -> dict[str, float]:
    """Mean Dice over classes by held-out case."""
    path = one.write_cases(folder / "val.json", "val")
    labels = [Label.from_dict(label) for label in one.card["labels"]]
    values = Preprocessing.from_dict(preprocessing)
    rows, _ = score_network(network, values, read_cases(path), labels)
    return {case: round(dice, 5) for case, dice in case_scores({"rows": rows}, "dice").items()}
