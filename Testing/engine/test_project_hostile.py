"""A hostile or damaged project: nothing outside it is touched, and every wrong value is an error.

Ids that lead elsewhere, links, values of the wrong type at every place of every document.
"""

from __future__ import annotations

import errno
import json
import re
import shutil
from pathlib import Path

import pytest
from hostile_projects import (
    CHANGES,
    VERSION,
    contents,
    do_everything,
    everything,
    full_project,
    leaves,
    replaced,
    without,
)

from semigda.check.run import check
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.card import ModelCard
from semigda_core.project import store
from semigda_core.project.cases.caselist import listed_cases
from semigda_core.project.check.facts import read_facts
from semigda_core.project.project import Project
from semigda_core.project.review.candidates import read_ranking
from semigda_core.project.training import comparison, trainings
from semigda_core.project.training.plans import saved_plan
from semigda_core.project.training.versions import delete, find_version, rename, versions

WRONG = (None, -1, 10**30, "../../canary", ["x"], {"x": 1})
IDS = ("../x", "..", "/etc", "C:\\x", "a/b", "a" * 65, "é", "", " ", "a.b", "con:x", "x\n")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with a full project, its study and a canary."""
    folder = tmp_path_factory.mktemp("made")
    full_project(folder)
    canary = folder / "canary"
    for name in ("job.json", "state.json", "thesis.txt"):
        canary.mkdir(exist_ok=True)
        (canary / name).write_text("mine")
    return folder


@pytest.fixture
def project(made, tmp_path):
    """A copy, to be damaged; images stay where they were made."""
    shutil.copytree(made, tmp_path / "copy", symlinks=True)
    return tmp_path / "copy" / "project"


def document(project: Path) -> dict:
    return json.loads((project / "project.json").read_text("utf-8"))


def write(project: Path, data: dict) -> None:
    (project / "project.json").write_text(json.dumps(data), "utf-8")


def test_what_is_done_to_a_sound_project_works(project, made):
    worked = do_everything(project)
    names = [name for name, _ in everything(project)]
    # A training that ended can be neither cancelled nor paused, and no prediction is left.
    assert [name for name in names if name not in worked] == ["cancel", "pause"]
    assert not (project / "models" / VERSION).exists()


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        *((("cases", -1, "id"), wrong) for wrong in IDS),
        *((("versions", 0, "name"), wrong) for wrong in IDS if wrong != "a.b"),
        (("jobs", 0, "id"), "../x"),
        (("jobs", -1, "version"), "../x"),
        (("used",), ["../x"]),
        (("id",), "../x"),
        (("heldout", "cases", 0), "../x"),
    ],
)
def test_an_id_that_is_none_is_refused_and_nothing_is_touched(project, made, place, wrong):
    write(project, replaced(document(project), place, wrong))
    before = contents(project.parent, made)
    for name, action in everything(project):
        if name == CHANGES:
            continue
        with pytest.raises(SemiGDAError, match="The project's file cannot be used") as caught:
            action()
        assert caught.value.error_class == "bad-input", name
        assert str(wrong) not in str(caught.value) or wrong in ("", " ", "..")
    assert contents(project.parent, made) == before


@pytest.mark.parametrize(
    "what",
    ["jobs/ID", "jobs", f"models/{VERSION}", "models", "labels", "thumbnails", "inbox"],
)
def test_a_link_out_of_the_project_is_never_written_through(project, made, what):
    data = document(project)
    for job in data["jobs"]:
        what = what.replace("ID", job["id"])
    place, outside = project / what, project.parent / "canary"
    if place.exists():
        shutil.rmtree(outside)
        place.rename(outside)  # what the link leads to looks just like what it replaces
    place.symlink_to(outside, target_is_directory=True)
    before = contents(project.parent, made, but=project)
    do_everything(project)
    assert contents(project.parent, made, but=project) == before


def test_jobs_that_the_project_did_not_make_are_not_deleted(project):
    """The ids are good ones; but who says that the folders are jobs?"""
    data = document(project)
    for name in ("images", "thesis"):
        folder = project / "jobs" / name
        if name == "thesis":  # it even looks like a job that has ended
            shutil.copytree(project / "jobs" / data["jobs"][-1]["id"], folder)
            file = folder / "job.json"
            file.write_text(json.dumps(json.loads(file.read_text()) | {"kind": "check"}))
        else:
            folder.mkdir()
        (folder / "mine.txt").write_text("mine")
        record = {**data["jobs"][0], "id": name}
        data["jobs"].insert(0, record)
    write(project, data)
    Project(project).forget_jobs("check")
    assert (project / "jobs/images/mine.txt").exists()
    assert (project / "jobs/thesis/mine.txt").exists()
    kinds = [job["kind"] for job in Project(project).jobs()]
    assert kinds.count("check") == 1


def places(made: Path, name: str) -> list[tuple]:
    return list(leaves(json.loads(next(made.glob(name)).read_text("utf-8"))))


# Every document, and the one function that reads it.
DOCUMENTS = {
    "project/project.json": lambda file: Project(file.parent).read().data,
    "project/facts.json": read_facts,
    "project/inbox/ranking.json": lambda file: read_ranking(Project(file.parents[1])),
    "project/jobs/*train*/comparison.json": lambda file: comparison.read(file.parent),
    "project/jobs/*train*/cases.json": listed_cases,
    "project/jobs/*train*/job.json": lambda file: JobFolder(file.parent).job,
    "project/jobs/*train*/state.json": lambda file: JobFolder(file.parent).state(),
    "project/jobs/*train*/result.json": lambda file: JobFolder(file.parent).result(),
    "project/models/*/card.json": lambda file: ModelCard.read(file.parent),
}


def reading(name: str, file: Path) -> str:
    """What all others see of a document; the same for all that are refused."""
    try:
        return repr(DOCUMENTS[name](file))
    except SemiGDAError as error:
        assert error.error_class != "internal"
        return "refused"


@pytest.mark.parametrize(
    "thorough",
    [
        pytest.param(True, id="one value a place, every action"),
        pytest.param(False, id="the other values, what reads", marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_wrong_value_anywhere_is_an_error_or_is_ignored(project, made, name, thorough):
    """Whatever is wrong in a document, what reads it ends in a SemiGDAError or goes on.

    Documents that read the same are tried once.
    """
    file = next(project.parent.glob(name))
    whole = json.loads(file.read_text("utf-8"))
    outside = contents(project.parent, made, but=project)
    sound = shutil.copytree(project, project.parent / "sound", symlinks=True)
    wrong, tried = [], set()
    for number, place in enumerate(places(made, name)):
        changes = [without(whole, place), *(replaced(whole, place, wrong) for wrong in WRONG)]
        for turn, change in enumerate(changes):
            if (turn == number % len(changes)) != thorough:
                continue
            file.write_text(json.dumps(change), "utf-8")
            told = reading(name, file)
            if told in tried:
                continue
            tried.add(told)
            for what, action in everything(project):
                if what == CHANGES and not thorough:
                    break
                try:
                    action()
                except SemiGDAError as error:
                    assert error.error_class != "internal", (place, what)
                except Exception as error:
                    wrong.append((place, turn, what, repr(error)))
            if thorough:
                shutil.rmtree(project)
                shutil.copytree(sound, project, symlinks=True)
    shutil.rmtree(sound)
    assert not wrong
    assert contents(project.parent, made, but=project) == outside


@pytest.mark.parametrize("name", [*DOCUMENTS, "project/jobs/*train*/events.jsonl"])
@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_file_that_is_none_is_an_error_or_is_ignored(project, made, name, content):
    next(project.parent.glob(name)).write_bytes(content)
    outside = contents(project.parent, made, but=project)
    do_everything(project)
    assert contents(project.parent, made, but=project) == outside


def test_a_version_whose_card_tells_no_counts_is_still_one(project):
    data = document(project)
    del data["versions"]
    write(project, data)
    card = next(project.glob("models/*/card.json"))
    card.write_text(json.dumps(json.loads(card.read_text("utf-8")) | {"training": {}}), "utf-8")
    (version,) = versions(Project(project))
    assert version.cases["labeled"] == version.cases["unlabeled"] == 0 < version.cases["held-out"]


def test_a_project_edited_by_hand_is_told_and_never_emptied(project):
    """What is not misread is left as it is: nothing is written over it."""
    whole, file = document(project), project / "project.json"
    raw = file.read_text("utf-8")
    twice = raw.rstrip().removesuffix("}") + ', "cases": [], "heldout": null}'
    named = {**whole, "classes": [*whole["classes"], {**whole["classes"][0], "value": 3}]}
    for content, told in (
        (twice, "holds the same field twice"),
        (raw.replace(' "cases"', '=======\n "cases"', 1), "is not valid JSON from line "),
        (json.dumps(named), "'classes[2].name' is the name of an earlier class, too"),
    ):
        file.write_text(content, "utf-8")
        for what, action in everything(project):
            if what != CHANGES:
                with pytest.raises(SemiGDAError, match=re.escape(told)):
                    action()
        assert file.read_text("utf-8") == content


def test_a_held_out_case_without_a_label_is_told_before_a_training(project):
    data = document(project)
    held = data["heldout"]["cases"][0]
    next(case for case in data["cases"] if case["id"] == held)["label"] = None
    write(project, data)
    found = {finding.code: finding for finding in check(Project(project))}
    assert found["held-out-unlabelled"].case_ids == (held,) and "held-out-changed" not in found
    with pytest.raises(SemiGDAError, match="A held-out case has no label"):
        trainings.start(Project(project), saved_plan(Project(project)))


def test_who_may_only_read_sees_a_version_that_nobody_has_recorded(project, monkeypatch):
    data = document(project)
    recorded = data.pop("versions")
    write(project, data)

    def refused(*_):
        raise PermissionError(errno.EACCES, "Permission denied", "project.json")

    with monkeypatch.context() as patched:
        patched.setattr(store, "write_json", refused)
        assert [version.name for version in versions(Project(project))] == [VERSION]
        with pytest.raises(SemiGDAError, match="Permission denied"):
            delete(Project(project), VERSION)
    assert "versions" not in document(project)
    assert [version.name for version in versions(Project(project))] == [VERSION]
    assert [one["name"] for one in document(project)["versions"]] == [recorded[0]["name"]]


def test_a_version_that_another_window_deletes_meanwhile(project, monkeypatch):
    seen = find_version(Project(project), VERSION)
    delete(Project(project), VERSION)
    monkeypatch.setattr("semigda_core.project.training.versions.find_version", lambda *_: seen)
    for action in (delete, lambda *given: rename(*given, "Another")):
        with pytest.raises(SemiGDAError) as caught:
            action(Project(project), VERSION)
        assert caught.value.error_class != "internal"
