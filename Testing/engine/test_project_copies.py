"""A project and copies of it: those of a sync program, and those that a person makes."""

from __future__ import annotations

import json
import shutil

import pytest
from model_fixtures import tiny_card, tiny_network
from project_fixtures import make_project

from semigda.cli.project.training import _score
from semigda.models.package import save_package
from semigda_core.errors import SemiGDAError
from semigda_core.models.card import ModelCard
from semigda_core.models.library import user_folder
from semigda_core.project import store
from semigda_core.project.check.latest import findings
from semigda_core.project.classes import add_class, change_class
from semigda_core.project.project import Project
from semigda_core.project.training import versions


def add_version(project: Project, number: int) -> str:
    """A version as a training leaves it; its name."""
    name = f"tiny-{number}"
    card = tiny_card(versions.model_name(project.read()))
    save_package(project.folder / "models" / name, tiny_network(number), card)
    card = ModelCard.read(project.folder / "models" / name)
    made = {"name": name, "title": name, "date": "2026-11-30T10:00:00+01:00", "job": "job"}
    made |= {"sha256": card.weights_sha256, "scheme": "split", "base": "", "reason": ""}
    made |= {"cases": {"labeled": 1, "unlabeled": 0, "held-out": 1}, "dice": {}}
    made |= dict.fromkeys(("mean", "low", "high", "before")) | {"wins": True, "deleted": False}
    with project.edit("version made") as data:
        data.setdefault("versions", []).append(made)
    return name


@pytest.mark.slow
def test_a_copy_does_not_take_the_originals_place_in_the_library(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "models"))
    original = make_project(tmp_path, 1, 0)
    first = add_version(original, 1)
    shutil.copytree(original.folder, tmp_path / "copy")
    copy = Project(tmp_path / "copy")
    place = versions.use(original, add_version(original, 2))
    assert place.parent == user_folder()
    installed = ModelCard.read(place).weights_sha256
    with pytest.raises(SemiGDAError, match="copy of this project"):
        versions.use(copy, first)
    assert ModelCard.read(place).weights_sha256 == installed
    shutil.rmtree(place)
    assert versions.use(copy, first) == place


def test_the_place_in_the_library_stays_when_classes_are_renamed_or_added(tmp_path):
    """SemiGDA Segment would go on with the version of before, under another name."""
    project = make_project(tmp_path, 1, 0)
    project.set_classes(["ball", "centre"])  # before there is a model
    place = versions.model_name(project.read())
    assert place.startswith("ball-centre-")
    first, second = add_version(project, 1), add_version(project, 2)
    change_class(project, "centre", "nucleus")
    add_class(project, "rim")
    assert versions.model_name(project.read()) == place
    with project.edit("version used") as data:
        data["used"] = [first]
    shutil.rmtree(project.folder / "models" / second)
    assert versions.model_name(project.read()) == place


def test_a_drive_that_does_not_answer_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "models"))
    project = make_project(tmp_path, 1, 0)
    name = add_version(project, 1)
    monkeypatch.setattr(versions, "CHILD_SECONDS", 0.01)
    with pytest.raises(SemiGDAError, match="could not be copied within ten minutes"):
        versions.use(project, name)
    assert not list((tmp_path / "models").glob("*")) and not project.read().data.get("used")


def test_a_version_that_cannot_be_installed_says_why_whatever_else_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "models"))
    project = make_project(tmp_path, 1, 0)
    name = add_version(project, 1)
    (project.folder / "models" / name / "weights.safetensors").write_bytes(b"")
    (tmp_path / "sitecustomize.py").write_text("import warnings\nwarnings.warn('old driver')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(SemiGDAError) as caught:
        versions.use(project, name)
    assert "weights" in caught.value.message and "sitecustomize" not in str(caught.value)


def test_a_title_that_the_project_cannot_keep_is_not_given_to_the_card(tmp_path, monkeypatch):
    project = make_project(tmp_path, 1, 0)
    name = add_version(project, 1)
    before = ModelCard.read(project.folder / "models" / name).title
    monkeypatch.setattr(store, "LOCK_SECONDS", 0.0)
    with store.locked(project.folder), pytest.raises(SemiGDAError, match="by another program"):
        versions.rename(project, name, "My first")
    assert ModelCard.read(project.folder / "models" / name).title == before


def test_a_title_is_given_to_no_other_model_in_the_library(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "models"))
    original = make_project(tmp_path, 1, 0)
    first, second = add_version(original, 1), add_version(original, 2)
    place = user_folder() / versions.model_name(original.read())
    with original.edit("version used") as data:
        data["used"] = [first]
    (version, _) = reversed(versions.versions(original))
    assert version.in_use and not version.installed  # the project came from another computer
    assert "not in this computer's library" in _score(version)
    shutil.copytree(original.folder / "models" / second, place)  # used by a copy of the project
    assert not versions.find_version(original, first).installed
    title = ModelCard.read(place).title
    versions.rename(original, first, "My first")
    assert ModelCard.read(place).title == title
    shutil.rmtree(place)  # removed in SemiGDA Segment
    versions.rename(original, first, "Mine")
    assert [one.title for one in versions.versions(original)] == [second, "Mine"]
    assert ModelCard.read(original.folder / "models" / first).title == "Mine"
    shutil.copytree(original.folder / "models" / first, place)
    assert versions.find_version(original, first).installed
    versions.rename(original, first, "Ours")
    assert ModelCard.read(place).title == "Ours"


@pytest.mark.parametrize(
    "name", ["project (1).json", "project-DESK.json", "project.sync-conflict-20261130.json"]
)
def test_a_second_version_that_a_sync_program_left_is_told_if_it_holds_more(tmp_path, name):
    project = make_project(tmp_path, 1, 1)

    def told() -> list[str]:
        return [one.message for one in findings(project) if one.code == "conflicting-files"]

    other = project.folder / name
    shutil.copy(project.folder / "project.json", other)
    project.set_settings(title="later")
    assert told() == []  # an older one holds nothing more
    theirs, line = json.loads(other.read_text("utf-8")), {"date": "2026-11-30T10:00:00+01:00"}
    theirs["history"].append(line | {"what": "check job made", "job": "2026-11-30-100000-check"})
    other.write_text(json.dumps(theirs), encoding="utf-8")
    assert told() == []  # nor does a check
    theirs["history"].append(line | {"what": "classes set"})
    other.write_text(json.dumps(theirs), encoding="utf-8")
    (message,) = told()
    assert "changes that the project lacks" in message
    other.write_text(json.dumps(theirs | {"id": "another"}), encoding="utf-8")
    (project.folder / "project-notes.json").write_text("[1, 2", encoding="utf-8")
    assert told() == []
