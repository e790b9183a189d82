"""Commands that learn, prepare slices, rank, describe a model, and import released weights."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from faults_lib.models import prepare_cases
from faults_lib.projects import fresh, on, project
from faults_lib.scenarios import Scenario, files_whole, package, prepare_user, read_volume

Command = Callable[[Path], list[str]]

# Released weights: theirs have 400 MB, a tiny network's take the same way.


def _prepare_released(folder: Path) -> None:
    import torch
    from model_fixtures import TINY, tiny_network

    from semigda_core.models.network_config import NetworkConfig

    NetworkConfig.paper = staticmethod(lambda: TINY)  # type: ignore[method-assign]
    user, tensors = prepare_user(folder), tiny_network().state_dict()
    torch.save({"model": tensors}, user / "stage2.pth")
    own = "autoencoder."
    drawing = {k.removeprefix(own): t for k, t in tensors.items() if k.startswith(own)}
    torch.save({"state_dict": drawing}, user / "vae.ckpt")


def _import(weights: str, out: str) -> Command:
    def command(folder: Path) -> list[str]:
        files = [str(folder / "user" / weights), "-o", str(folder / "out" / out)]
        return ["import-official", *files, "--overwrite"]

    return command


def _imported(folder: Path) -> Any:
    return package(folder / "out" / "released")


def _base(folder: Path) -> Any:
    """The tensors' hash; the file's bytes differ between runs in the order of its header."""
    from safetensors import safe_open

    from semigda.models.base import load_base

    path = folder / "out" / "base.safetensors"
    load_base(path)
    with safe_open(path, framework="pt") as file:
        return file.metadata()["sha256"]


def _if_there(name: str, essence: Callable[[Path], Any]) -> Callable[[Path], str]:
    """Whole, or not there yet."""

    def whole(folder: Path) -> str:
        return "" if not (folder / "out" / name).exists() or essence(folder) else "nothing in it"

    return whole


# Pre-training, whose job holds the prepared slices


def _prepare_pretrain(folder: Path) -> None:
    from phantom_fixtures import write_phantoms
    from training_fixtures import NETWORK, VOLUMES

    user = prepare_user(folder)
    values = {
        "cases": str(write_phantoms(user / "data", 2, 2, 0, shape=(12, 32, 32))),
        "out": str(folder / "out" / "base.safetensors"),
        "network": NETWORK,
        "preprocessing": VOLUMES,
        "num_classes": 2,
        "steps": 3,
        "batch_size": 4,
        "device": "cpu",
        "threads": 1,
    }
    (user / "settings.json").write_text(json.dumps(values))


def _pretrain(folder: Path) -> list[str]:
    settings = str(folder / "user" / "settings.json")
    return ["pretrain", "--job", str(folder / "out" / "job"), "--settings", settings]


def _pretrain_again(folder: Path) -> list[str]:
    job = folder / "out" / "job"
    return ["run", str(job)] if (job / "job.json").exists() else _pretrain(folder)


# Ranking, and rehearsing, which prepares a project's slices


def _prepare_ready(folder: Path) -> None:
    from trainings_fixtures import ready_project, tiny_plan

    from semigda_core.project.training.plans import save_plan

    made = ready_project(fresh(folder), labelled=4, unlabelled=2)
    save_plan(made, replace(tiny_plan(), minutes=500.0))
    shutil.move(made.folder, folder / "out" / "project")
    _put_model(folder, 0)


def _put_model(folder: Path, seed: int) -> None:
    from model_fixtures import tiny_card, tiny_network

    from semigda.models.package import save_package

    shutil.rmtree(folder / "out" / "model", ignore_errors=True)
    card = tiny_card("model", labels=project(folder).read().classes)
    save_package(folder / "out" / "model", tiny_network(seed), card)


def _prepare_ranked(folder: Path) -> None:
    """There is the ranking of an earlier model."""
    from semigda.cli import main

    _prepare_ready(folder)
    assert main(_RANK(folder)) == 0
    _put_model(folder, 1)


def _ranking(folder: Path) -> tuple[Path, dict[str, Any]]:
    inbox = project(folder).folder / "inbox"
    return inbox, json.loads((inbox / "ranking.json").read_text())


def _ranked(folder: Path) -> Any:
    """Each case's place and doubt, its label and its picture."""
    inbox, ranking = _ranking(folder)
    ids = [entry["case"] for entry in ranking["candidates"]]
    labels = [read_volume(inbox / f"{one}.seg.nrrd") for one in ids]
    return ranking, labels, [(inbox / f"{one}.png").is_file() for one in ids]


def _ranked_whole(folder: Path) -> str:
    """The labels to review are those that the ranking speaks of; a kill between the renames leaves
    no ranking."""
    import nrrd

    if not (project(folder).folder / "inbox" / "ranking.json").exists():
        return ""
    inbox, ranking = _ranking(folder)
    for label in inbox.glob("*.seg.nrrd"):
        if nrrd.read_header(str(label))["SemiGDA_ModelSHA256"] != ranking["model"]:
            return "a label of another model"
    return "" if _ranked(folder) else "nothing in it"


def _rehearsed(folder: Path) -> Any:
    """Figures are times; the slices must be whole, and found again."""
    from semigda.prepared.slices import open_slices

    prepared = project(folder).folder / "prepared"
    files = [(path.name, open_slices(path)) for path in sorted(prepared.glob("*.npy"))]
    index = json.loads((prepared / "index.json").read_text())
    return [(name, one and one.is_whole()) for name, one in files], len(index)


def _prepared_whole(folder: Path) -> str:
    return "" if len(project(folder).read().cases) == 6 else "a case was lost"


# A model's card


def _describe(folder: Path) -> list[str]:
    cases = str(folder / "user" / "list.json")
    return ["models", "training-images", "tiny", cases, "--device", "cpu"]


def _prepare_described(folder: Path) -> None:
    prepare_cases(folder)
    path = folder / "user" / "list.json"
    rows = [{**row, "role": "labeled"} for row in json.loads(path.read_text())]
    path.write_text(json.dumps(rows))


def _described(folder: Path) -> Any:
    library = folder / "out" / "library" / "tiny"
    return package(library), json.loads((library / "card.json").read_text())


def _card_whole(folder: Path) -> str:
    return "" if _described(folder)[0] else "no hash"


# A job that was killed stays, and what it needs to say that the disk is full.
_KILLED = ("out/project/jobs/DATE-@-ID/.reserve", "out/project/jobs/DATE-@-ID/.semigda-*")


def _left(kind: str) -> tuple[str, ...]:
    return tuple(path.replace("@", kind) for path in _KILLED)


def _ranking_of(prepare: Callable[[Path], None], whole: Callable[[Path], str]) -> Scenario:
    said = "could not be read"
    return Scenario(prepare, _RANK, _RANK, _ranked, whole, _left("rank"), said)


_RANK = on("rank", lambda folder: ["--model", str(folder / "out" / "model")])
_REHEARSE = on("rehearse")
_MODEL, _BASE = _import("stage2.pth", "released"), _import("vae.ckpt", "base.safetensors")
LEARNING = {
    "import-official (model)": Scenario(
        _prepare_released, _MODEL, _MODEL, _imported, _if_there("released", _imported)
    ),
    "import-official (autoencoder)": Scenario(
        _prepare_released, _BASE, _BASE, _base, _if_there("base.safetensors", _base)
    ),
    "pretrain": Scenario(
        _prepare_pretrain, _pretrain, _pretrain_again, _base, _if_there("base.safetensors", _base)
    ),
    "models training-images": Scenario(
        _prepare_described, _describe, _describe, _described, _card_whole
    ),
    "project rehearse": Scenario(
        _prepare_ready, _REHEARSE, _REHEARSE, _rehearsed, _prepared_whole, _left("rehearse")
    ),
    "project rank": _ranking_of(_prepare_ready, files_whole),
    "project rank (again)": _ranking_of(_prepare_ranked, _ranked_whole),
}
