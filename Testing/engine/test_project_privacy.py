"""A whole project by commands, with patients' names planted wherever a study has them.

They may stand where the images are named, and nowhere else: in ``project.json``, in ``facts.json``
and in what jobs are given (``job.json``, case lists). States, events, results, scores, previews,
logs, cards, and what is exported hold none.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from project_fixtures import AFFINE, draw
from trainings_fixtures import TINY
from volume_fixtures import write_nrrd

from semigda.cli import main
from semigda_core.project.project import Project

PLANTED = ("Mustermann", "Erika", "19490812", "1.2.840.99999.7", "station-7b")
INPUTS = ("job.json", "cases.json", "folds.json", "all.json")
SETTINGS = TINY | {"pretrain_steps": 3, "align_steps": 2, "steps": 4, "validations": 1}


@pytest.fixture(autouse=True)
def library(tmp_path, monkeypatch):
    from semigda.training import rehearsal

    monkeypatch.setattr(rehearsal, "STAGE_SECONDS", 0.2)
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "user" / "models"))


def write_study(folder: Path, labelled: int, unlabelled: int) -> None:
    folder.mkdir(parents=True)
    for number in range(labelled + unlabelled):
        image, labels = draw(number)
        name = f"Mustermann_Erika_19490812_1.2.840.99999.7.{number}"
        write_nrrd(folder / f"{name}.nrrd", image, AFFINE)
        if number < labelled:
            write_nrrd(folder / f"{name}_seg.nrrd", labels, AFFINE)


def planted_in(data: bytes) -> list[str]:
    return [word for word in PLANTED if word.lower().encode() in data.lower()]


def run(capsys, *arguments) -> str:
    code = main(["project", *map(str, arguments)])
    told = capsys.readouterr()
    assert code == 0, told.err
    return told.out


@pytest.mark.parametrize(
    "labelled",
    [pytest.param(8, id="split"), pytest.param(2, id="leave-one-out", marks=pytest.mark.slow)],
)
def test_no_patient_leaves_the_places_where_images_are_named(labelled, tmp_path, capsys):
    study, folder = tmp_path / "station-7b Mustermann", tmp_path / "Erika Mustermann"
    write_study(study, labelled, 1)
    run(capsys, "create", folder, "--classes", "ball", "core", "--name", "Mustermann")
    run(capsys, "add", folder, study, "--map", "1=ball", "2=core")
    run(capsys, "check", folder)
    run(capsys, "split", folder)
    options = [part for item in SETTINGS.items() for part in ("--set", _setting(*item))]
    run(capsys, "rehearse", folder, *options)
    run(capsys, "train", folder, "--wait")
    status = json.loads(run(capsys, "status", folder, "--json"))
    (version,) = status["versions"]
    assert status["training"]["state"] == "done"
    run(capsys, "use", folder, version["name"])
    assert "in use" in run(capsys, "versions", folder)
    run(capsys, "export", folder, version["name"], tmp_path / "model.zip")

    project = Project(folder)
    looked_at = set()
    for part in ("jobs", "models"):
        for path in sorted((project.folder / part).rglob("*")):
            assert not planted_in(path.relative_to(project.folder).as_posix().encode()), path.name
            if path.is_file() and path.name not in INPUTS:
                assert not planted_in(path.read_bytes()), path.relative_to(project.folder)
                looked_at.add(path.name)
    expected = {"state.json", "events.jsonl", "result.json", "comparison.json", "log.txt"}
    assert expected <= looked_at and "card.json" in looked_at
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        for name in archive.namelist():
            assert not planted_in(name.encode() + archive.read(name)), name
    installed = next((tmp_path / "user" / "models").iterdir())
    assert not planted_in(installed.name.encode() + (installed / "card.json").read_bytes())
    assert planted_in((project.folder / "project.json").read_bytes())  # the test would find them


def _setting(name: str, value: object) -> str:
    return f"{name}={json.dumps(value)}"
