"""Two programs change one project in the same moment: nothing is lost without a word."""

from __future__ import annotations

import contextlib
import errno
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from job_fixtures import ROOT
from model_fixtures import tiny_package
from project_fixtures import draw, make_project, write_segmentation
from trainings_fixtures import ready_project, tiny_plan, wait_until

from semigda.jobs.run import run_job
from semigda_core.errors import Paused, SemiGDAError
from semigda_core.files.atomic import removed_folder
from semigda_core.files.stamps import stamp
from semigda_core.jobs import launch as launching
from semigda_core.jobs import locks
from semigda_core.jobs.folder import ENDED, JobFolder
from semigda_core.project.own_labels import LABELS
from semigda_core.project.training import trainings, versions


def semigda(*command: object) -> subprocess.CompletedProcess:
    whole = [sys.executable, "-m", "semigda", *map(str, command)]
    return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=120)


@pytest.fixture
def paused(tmp_path, monkeypatch):
    """A project with a paused training, which has not begun."""
    project = ready_project(tmp_path, 8, 0)
    monkeypatch.setattr(trainings, "launch", lambda job: job.pause())
    trainings.start(project, tiny_plan())
    monkeypatch.undo()
    assert trainings.current(project)["state"] == "paused"
    return project


def test_a_cancel_while_the_training_is_resumed_is_obeyed_or_refused(paused, monkeypatch):
    asked = []

    def launch(job):
        asked.append(semigda("project", "cancel", paused.folder))
        return launching.launch(job)

    monkeypatch.setattr(trainings, "launch", launch)
    trainings.resume(paused)
    (told,) = asked
    assert told.returncode == 1 and "Another window is starting a training" in told.stderr
    assert semigda("project", "cancel", paused.folder).returncode == 0
    wait_until(lambda: trainings.current(paused)["state"] in ENDED)
    assert trainings.current(paused)["state"] == "cancelled"


def test_a_pause_while_the_training_begins_is_obeyed(paused):
    trainings.resume(paused)
    assert trainings.current(paused)["state"] == "queued"  # Python is starting
    trainings.pause(paused)
    wait_until(lambda: trainings.current(paused)["state"] not in ("queued", "running", "pausing"))
    assert trainings.current(paused)["state"] == "paused"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_cancel_while_the_training_pauses_is_obeyed(paused, monkeypatch, moment):
    """Its process saw the pause first, or had written that it is paused."""
    job = JobFolder(trainings.current(paused)["folder"])
    job.update("pausing")
    pause = JobFolder.pause

    def pausing(job, *reason):
        if moment == "before":
            trainings.cancel(paused)
        pause(job, *reason)

    def request(job, control):
        if moment == "after":
            pause(JobFolder(job.path))
        asked(job, control)

    asked = JobFolder.request
    monkeypatch.setattr(JobFolder, "pause", pausing)
    monkeypatch.setattr(JobFolder, "request", request)
    monkeypatch.setattr("semigda.jobs.run._run", lambda *_: (_ for _ in ()).throw(Paused()))
    if moment == "after":
        trainings.cancel(paused)
    else:
        run_job(JobFolder(job.path))
    assert trainings.current(paused)["state"] == "cancelled" and not job.requested("cancel")


# Labels

CASES = 12
SEGMENTS = [{"Name": name, "LabelValue": value} for value, name in ((1, "ball"), (2, "core"))]
RACE = """
import sys, time
from semigda_core.errors import SemiGDAError
from semigda_core.project.cases.sending import send
from semigda_core.project.project import Project
from semigda_core.project.review.inbox import accept, take_edited
act, number, begin, folder, *rest = sys.argv[1:]
project, step = Project(folder), 0.4
def acts(place, one):
    if act == "send":
        return send(project, *one.split("|")).how
    if act == "take":
        return take_edited(project, *one.split("|"))
    return accept(project, [one])
for place, one in enumerate(rest):
    while time.time() < float(begin) + place * step:
        pass
    try:
        acts(place, one)
        print("done")
    except SemiGDAError as error:
        print(error.message)
"""


def race(act: str, folder: Path, each: list[str]) -> list[list[str]]:
    """What each of two processes said, that did the same at the same time."""
    begin = time.time() + 4
    command = [sys.executable, "-c", RACE, act]
    both = [
        subprocess.Popen(
            [*command, str(number), str(begin), str(folder), *each],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    return [one.communicate(timeout=120)[0].splitlines() for one in both]


def with_predictions(tmp_path: Path):
    """A project whose cases all have a predicted label."""
    project = make_project(tmp_path, 0, CASES)
    inbox = project.place("inbox")
    inbox.mkdir()
    rows = []
    for number, case in enumerate(project.read().cases):
        write_segmentation(inbox / f"{case.id}.seg.nrrd", [draw(number)[1]], SEGMENTS)
        row = {"case": case.id, "disagreement": 0.1, "novelty": 0.5, "reason": "Like others."}
        rows.append(row | {"stamp": stamp(case.image)})
    ranking = {"schema": 1, "model": "0" * 64, "classes": ["ball", "core"], "candidates": rows}
    (inbox / "ranking.json").write_text(json.dumps(ranking))
    return project


@pytest.mark.slow
def test_two_accept_the_same_predictions(tmp_path):
    project = with_predictions(tmp_path)
    ids = [case.id for case in project.read().cases]
    for told in zip(*race("accept", project.folder, ids), strict=True):
        assert sorted(told)[1] == "done" and "not among those that wait" in sorted(told)[0], told
    assert len(list((project.folder / LABELS).iterdir())) == CASES
    assert all(case.origin == "machine" for case in project.read().cases)


@pytest.mark.slow
def test_two_send_the_same_image(tmp_path):
    project = make_project(tmp_path, 0, 0)
    pairs = []
    for number in range(CASES):
        image, label = tmp_path / f"i{number}.nrrd", tmp_path / f"l{number}.seg.nrrd"
        image.write_bytes(str(number).encode())
        write_segmentation(label, [draw(number)[1]], SEGMENTS)
        pairs.append(f"{image}|{label}")
    for told in zip(*race("send", project.folder, pairs), strict=True):
        assert sorted(told) == ["The project has this image already, with a label.", "done"], told
    assert len(project.read().cases) == CASES


@pytest.mark.slow
def test_two_take_a_corrected_prediction(tmp_path):
    """The second takes the place of the first, whose file stays: both were asked for."""
    project = with_predictions(tmp_path)
    corrected = []
    for number, case in enumerate(project.read().cases):
        path = tmp_path / f"{number}.seg.nrrd"
        write_segmentation(path, [draw(number)[1]], SEGMENTS)
        corrected.append(f"{case.id}|{path}")
    assert race("take", project.folder, corrected) == [["done"] * CASES] * 2
    assert len(list((project.folder / LABELS).iterdir())) == 2 * CASES


def test_a_drive_that_cannot_lock(tmp_path, monkeypatch):
    """What another window wrote meanwhile is not written over; the later one is told."""

    def refuse(_file):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks, "_lock", refuse)
    project = make_project(tmp_path, 0, 2)
    first, second = (case.id for case in project.read().cases)
    with pytest.raises(SemiGDAError, match="by another program in this moment"):
        with project.edit_file() as data:
            project.rename(second, "theirs")
            data["cases"][0]["name"] = "ours"
    assert project.read().case(second).name == "theirs"
    project.rename(first, "ours")
    assert [case.name for case in project.read().cases] == ["ours", "theirs"]


# Versions


@pytest.fixture
def versioned(tmp_path):
    """A project with a version that no training made."""
    project = make_project(tmp_path, 0, 0)
    tiny_package(project.folder / "models", "v1")
    counts = dict.fromkeys(("labeled", "unlabeled", "held-out"), 0)
    scores = dict.fromkeys(("mean", "low", "high", "before", "sha256"))
    record = {"name": "v1", "title": "One", "date": "2026", "job": "a", "cases": counts, "dice": {}}
    record |= {"wins": False, "reason": "None.", "scheme": "split", "base": "", "deleted": False}
    with project.edit_file() as data:
        data["versions"] = [record | scores]
    return project


def test_a_version_that_is_deleted_while_it_is_installed(versioned, monkeypatch):
    def install(project, version):
        assert semigda("project", "delete", project.folder, version.name).returncode == 0

    monkeypatch.setattr(versions, "_install", install)
    with pytest.raises(SemiGDAError, match="no such version"):
        versions.use(versioned, "v1")
    assert not versioned.read().data.get("used") and not versions.versions(versioned)


def test_a_version_that_is_used_while_it_is_deleted(versioned, monkeypatch):
    @contextlib.contextmanager
    def meanwhile(folder):
        with versioned.edit("version used") as data:
            data["used"] = ["v1"]
        with removed_folder(folder):
            yield

    monkeypatch.setattr(versions, "removed_folder", meanwhile)
    with pytest.raises(SemiGDAError, match="in use"):
        versions.delete(versioned, "v1")
    (version,) = versions.versions(versioned)
    assert version.in_use and (version.folder / "card.json").is_file()
