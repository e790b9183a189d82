"""The report of a real training of a project: its model's card, wherever the project is now."""

from __future__ import annotations

import json
import shutil

import pytest
from trainings_fixtures import ready_project, tiny_plan, train_here

from semigda_core.models.card import ModelCard
from semigda_core.project.project import Project
from semigda_core.project.report.report import write_report


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project after a training."""
    project = ready_project(tmp_path_factory.mktemp("card"))
    project.set_settings(licence="CC BY 4.0", attribution=["Balls & cores."])
    train_here(project, tiny_plan(steps=8, align_steps=2, pretrain_steps=2))
    return project


@pytest.fixture
def copy(trained, tmp_path):
    """The project somewhere else, without the one it was made as."""
    shutil.copytree(trained.folder, tmp_path / "elsewhere")
    return Project(tmp_path / "elsewhere")


def training(project) -> dict:
    return next(job for job in project.jobs() if job["kind"] == "train")


def told_model(project, told: str) -> None:
    """Let the training's result say where its model is as another version said it."""
    path = training(project)["folder"] / "result.json"
    result = json.loads(path.read_text("utf-8"))
    result["outputs"]["model"] = told
    path.write_text(json.dumps(result))


def assert_card_is_shown(project) -> None:
    card = ModelCard.read(project.folder / "models" / training(project)["version"])
    page = write_report(project).read_text("utf-8")
    assert f"<td>Weights (SHA-256)</td><td>{card.weights_sha256}</td>" in page
    assert "<td>Licence of the model</td><td>CC BY 4.0</td>" in page
    assert "<td>Attribution</td><td>Balls &amp; cores.</td>" in page
    assert "<td>branches used</td><td>both</td>" in page
    assert "What is missing here" not in page


def test_a_real_training_shows_its_card(trained):
    assert_card_is_shown(trained)


@pytest.mark.parametrize(
    "told", ["../../models/{}", "models/{}", "/home/DOE_JANE/models/{}", "C:\\DOE_JANE\\models\\{}"]
)
def test_so_does_one_of_any_version_after_its_project_moved(copy, told):
    told_model(copy, told.format(training(copy)["version"]))
    assert_card_is_shown(copy)


def test_a_deleted_model_is_said_to_be(copy):
    shutil.rmtree(copy.folder / "models" / training(copy)["version"])
    page = write_report(copy).read_text("utf-8")
    assert "What is missing here" in page and "The model was deleted" in page
    assert "SHA-256" not in page


def test_a_damaged_card_and_damaged_scores_are_said_to_be(copy):
    folder = training(copy)["folder"]
    (copy.folder / "models" / training(copy)["version"] / "card.json").write_text("{")
    (folder / "comparison.json").write_text("{}")
    page = write_report(copy).read_text("utf-8")
    missing = page[page.index("What is missing here") :]
    assert "The model card is not valid JSON from line 1 on." in missing
    assert "The scores of the training cannot be read." in missing


def test_an_unfinished_training_misses_nothing(copy):
    folder = training(copy)["folder"]
    for name in ("result.json", "comparison.json"):
        (folder / name).unlink()
    shutil.rmtree(copy.folder / "models")
    assert "What is missing here" not in write_report(copy).read_text("utf-8")
