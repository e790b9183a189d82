"""One run: train a recipe on a set with a seed and a budget, score it on val, write its JSON."""

from __future__ import annotations

import json
import os
import platform
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from speed_lib.machine import processor
from torch import nn

from few_labels_lib.budget import spent
from few_labels_lib.recipes import Recipe, recipe
from few_labels_lib.scores import score_network
from few_labels_lib.sets import SETS, DataSet
from few_labels_lib.some_levels import only_levels
from few_labels_lib.unet import new_network, train_recipe
from semigda.data.cases import read_cases
from semigda.data.preprocess import Preprocessing
from semigda.inference.device import choose_device, device_name
from semigda.models.package import load_network
from semigda.prepared.store import Store
from semigda.progress import Printed, Progress
from semigda.training.dataset import CaseSlices, SliceSampler, load_slices
from semigda.training.gradients import limited_threads
from semigda.training.pretrain import run_pretraining
from semigda.training.train import train
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.card import Label
from semigda_core.version import __version__


class Clock:
    """Seconds of wall time and of CPU time since it was made: of this process, and of its children
    that have ended."""

    def __init__(self):
        self._start = self._now()

    def read(self) -> dict[str, float]:
        wall, cpu = (round(b - a, 2) for a, b in zip(self._start, self._now(), strict=True))
        return {"wall": wall, "cpu": cpu}

    def _now(self) -> tuple[float, float]:
        return time.perf_counter(), sum(os.times()[:4])


def run_name(name: str, seed: int, steps: int, planned: Mapping | None = None) -> str:
    """Of the run's folder and of its JSON file."""
    return f"{name}-{seed}-{planned['cpu']}s" if planned else f"{name}-{seed}-{steps}"


def perform(
    one: DataSet,
    name: str,
    seed: int,
    steps: int,
    *,
    runs: Path,
    results: Path,
    device: str = "cpu",
    threads: int = 1,
    command: str = "",
    planned: Mapping | None = None,
) -> Path:
    """Train, score and write ``results/<set>/<run>.json``; a finished run is kept.

    What an earlier, killed process left of the run is deleted. The model stays in
    ``runs/<set>/<run>/model``.

    Args:
        planned: where ``steps`` are those that fit into a budget of CPU seconds,
            :func:`timing.planned`.
    """
    chosen = recipe(name)
    path = results / one.name / f"{run_name(name, seed, steps, planned)}.json"
    if path.exists():
        return path
    folder = runs / one.name / path.stem
    settings = begin(one, chosen, seed, steps, folder, device, threads)
    held_out = read_cases(one.write_cases(folder / "val.json", "val"))
    with quietly(folder, threads), only_levels(chosen.levels):
        network, seconds = train_network(one, chosen, settings, runs)
        clock = Clock()
        labels = [Label.from_dict(label) for label in one.card["labels"]]
        preprocessing = Preprocessing.from_dict(settings.preprocessing)
        rows, branches = score_network(network, preprocessing, held_out, labels)
        seconds["judge"] = clock.read()
    contents = {
        "set": one.name,
        "method": name,
        "seed": seed,
        "budget": steps,
        "planned": planned,
        "spent": spent(settings, chosen, chosen.fit(one).batch).to_dict(),
        "seconds": seconds,
        "recipe": {"network": chosen.network, "unlabeled": chosen.unlabeled, "base": chosen.base},
        "settings": _plain(settings),
        "device": device_name(choose_device(device)),
        "processor": processor(),
        "threads": threads,
        "versions": versions(),
        "command": command,
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "branches": branches,
        "rows": rows,
    }
    write_run(path, contents)
    return path


def begin(
    one: DataSet, chosen: Recipe, seed: int, steps: int, folder: Path, device: str, threads: int
) -> TrainSettings:
    """The settings of a run in an empty ``folder``, which then holds its list of cases."""
    shutil.rmtree(folder, ignore_errors=True)
    settings = chosen.settings(one, seed, steps, folder, device, threads)
    # Without val: the training cannot choose on it, and packs the averaged weights.
    roles = ["labeled"] if chosen.unlabeled == "none" else ["labeled", "unlabeled"]
    one.write_cases(Path(settings.cases), *roles)
    return settings


@contextmanager
def quietly(folder: Path, threads: int) -> Iterator[None]:
    """With so many threads, and what is printed in ``folder/log.jsonl``."""
    with (
        open(folder / "log.jsonl", "w", encoding="utf-8") as log,
        redirect_stdout(log),
        limited_threads(threads),
    ):
        yield


def train_network(
    one: DataSet, chosen: Recipe, settings: TrainSettings, runs: Path
) -> tuple[nn.Module, dict[str, dict[str, float]]]:
    """The network, and the seconds of each part of its training."""
    seconds = {}
    if settings.pretrain_steps:
        settings, seconds["pretrain"] = _with_base(one, chosen, settings, runs)
    clock = Clock()
    network = _train(chosen, settings)
    return network, {**seconds, "train": clock.read()}


def read_run(path: Path) -> dict:
    """The contents of a finished run's JSON."""
    return json.loads(path.read_text("utf-8"))


def write_run(path: Path, contents: dict) -> None:
    """At once, so that a file is a finished run; a line for each key and for each row."""
    rows = ",\n  ".join(map(json.dumps, contents["rows"]))
    lines = [f"{json.dumps(key)}: {json.dumps(contents[key])}" for key in contents if key != "rows"]
    text = "{\n " + ",\n ".join([*lines, f'"rows": [\n  {rows}\n ]']) + "\n}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def load_run(folder: Path, result: dict) -> nn.Module:
    """The network of a finished run, from its folder and its JSON."""
    if result["recipe"]["network"] == "semigda":
        return load_network(folder / "model")[0]
    network = new_network(recipe(result["method"]), len(result["settings"]["labels"]))
    network.load_state_dict(load_file(folder / "model.safetensors"))
    return network


def _train(chosen: Recipe, settings: TrainSettings) -> nn.Module:
    if chosen.network == "semigda":
        train(settings)
        return load_network(settings.out)[0]
    device = choose_device(settings.device)
    slices = _slices(settings)
    size = settings.preprocessing["size"]
    labeled = SliceSampler(slices["labeled"], size, settings.foreground_share)
    unlabeled = SliceSampler(slices["unlabeled"], size)
    network = train_recipe(settings, chosen, labeled, unlabeled, device)
    save_file(network.state_dict(), f"{settings.out}.safetensors")
    return network


def _slices(settings: TrainSettings) -> dict[str, list[CaseSlices]]:
    cases = read_cases(settings.cases)
    preprocessing = Preprocessing.from_dict(settings.preprocessing)
    store = Store(Path(settings.cases).parent / "prepared", preprocessing)
    return {
        role: load_slices([c for c in cases if c.role == role], store, settings.num_classes)
        for role in ("labeled", "unlabeled")
    }


# The autoencoder


def _with_base(
    one: DataSet, chosen: Recipe, settings: TrainSettings, runs: Path
) -> tuple[TrainSettings, dict[str, float]]:
    """The settings with an autoencoder to start from, and the seconds that it took to train.

    Runs that differ in nothing that concerns it share one; its cost counts in each of them.
    """
    rows, columns = settings.preprocessing["size"]
    seen = chosen.base if chosen.unlabeled != "none" else "labeled"
    key = f"{seen}-{settings.seed}-{settings.pretrain_steps}-{rows}x{columns}"
    if chosen.config:
        key += f"-{chosen.name.partition('.')[2]}"
    base = runs / one.name / "bases" / f"{key}.safetensors"
    note = base.with_suffix(".json")
    if not note.exists():
        clock = Clock()
        slices = sum(_slices(settings).values(), [])
        if chosen.base == "all-sets":
            for other in SETS.values():
                if other.name != one.name:
                    slices += _foreign_slices(other, one, settings, base.parent)
        pretraining = replace(settings.pretraining(str(base)), batch_size=chosen.fit(one).batch)
        run_pretraining(pretraining, Progress(Printed(base.parent), pretraining.steps), slices)
        note.write_text(json.dumps(clock.read()))
    return replace(settings, base=str(base)), json.loads(note.read_text())


def _foreign_slices(
    other: DataSet, one: DataSet, settings: TrainSettings, folder: Path
) -> list[CaseSlices]:
    """Training slices of another set, fitted into this set's working size."""
    values = {
        **other.preprocessing,
        "size": settings.preprocessing["size"],
        "spacing": [None, None, None],
    }
    cases = read_cases(other.write_cases(folder / f"{other.name}.json", "labeled", "unlabeled"))
    if other.num_classes > one.num_classes:
        cases = [replace(case, label=None) for case in cases]
    store = Store(folder / "prepared", Preprocessing.from_dict(values))
    return load_slices(cases, store, one.num_classes)


# What a reader needs to interpret the figures


def _plain(settings: TrainSettings) -> dict:
    """The settings without paths, and of the card only the classes."""
    values = settings.to_dict()
    for key in ("cases", "out", "work", "base", "card"):
        del values[key]
    return {**values, "labels": [label["name"] for label in settings.card["labels"]]}


def versions() -> dict[str, str]:
    return {
        "semigda": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
    }
