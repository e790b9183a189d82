"""Few labelled patients: each is held out in turn; kills, pauses and stops in between."""

from __future__ import annotations

import json
import os
import signal

import pytest
from trainings_fixtures import ready_project, tiny_plan, wait_for_end, wait_until

from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.card import ModelCard
from semigda_core.models.doubt import doubt_entry, read_outcomes
from semigda_core.processes import process_start
from semigda_core.project.training import trainings, versions
from semigda_core.project.training.bases import bases
from semigda_core.project.training.comparison import read, scores

pytestmark = pytest.mark.usefixtures("library")
SHORT = {"pretrain_steps": 3, "align_steps": 2, "steps": 4, "validations": 0}
FOUND = dict(value=1, certainty=0.9, dice=0.8, truth=10, predicted=12, whole=True)


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Killed after its first fold, then resumed: (project, stamp of the first fold's scores)."""
    project = ready_project(tmp_path_factory.mktemp("folds"), labelled=3, unlabelled=1)
    assert project.read().heldout["scheme"] == "leave-one-out"
    job = trainings.start(project, tiny_plan(**SHORT))
    first, second = (job.path / "folds" / str(n) / "scores.json" for n in (0, 1))
    wait_until(lambda: first.exists())
    os.kill(job.state()["pid"], getattr(signal, "SIGKILL", signal.SIGTERM))
    wait_until(lambda: trainings.current(project)["stale"])
    assert not second.exists()
    stamp = first.stat().st_mtime_ns
    told = first.with_name("outcomes.json")
    assert told.stat().st_mtime_ns <= stamp  # with its scores a fold counts as done
    told.write_text(json.dumps([FOUND]))  # as an earlier version wrote it
    with pytest.raises(SemiGDAError, match="process is gone"):
        trainings.pause(project)
    trainings.resume(project)
    with pytest.raises(SemiGDAError, match="running already"):
        trainings.resume(project)
    assert wait_for_end(project)["state"] == "done"
    return project, job, stamp


def test_what_a_fold_found_before_a_kill_is_in_the_card(killed):
    """How certain the model was and how right; nothing of it is lost, or counts twice."""
    project, job, _ = killed
    rows = []
    for number in range(3):
        fold = job.path / "folds" / str(number)
        rows += json.loads((fold / "outcomes.json").read_text("utf-8"))
    assert rows.count(FOUND) == 1
    (version,) = versions.versions(project)
    entry = ModelCard.read(version.folder).doubt
    assert entry == doubt_entry(read_outcomes(rows), [1, 2])
    assert entry["classes"][0]["patients"] >= 1


@pytest.mark.slow
def test_a_kill_between_folds_repeats_none(killed):
    _, job, stamp = killed
    assert (job.path / "folds" / "0" / "scores.json").stat().st_mtime_ns == stamp
    parts = [e["part"] for e in job.events() if e["type"] == "trained"]
    assert [(part["index"], part["kind"]) for part in parts] == [
        (0, "fold"),
        (1, "fold"),
        (2, "fold"),
        (3, "final"),
    ]
    assert {part["count"] for part in parts} == {4}


def test_the_scores_are_of_patients_not_seen_and_the_card_says_so(killed):
    project, job, _ = killed
    compared = read(job.path)
    assert compared["scheme"] == "leave-one-out" and compared["heldout_cases"] == 3
    by_fold = {}
    for number in range(3):
        by_fold |= json.loads((job.path / "folds" / str(number) / "scores.json").read_text("utf-8"))
        rows = json.loads((job.path / "folds" / str(number) / "cases.json").read_text("utf-8"))
        held = [row["name"] for row in rows if row["role"] == "val"]
        assert held == project.read().heldout["folds"][number]
    assert scores(compared) == by_fold
    (version,) = versions.versions(project)
    training = ModelCard.read(version.folder).training
    assert training["scores_of"].startswith("cross-validation in 3 turns")
    assert training["val_dice"] == dict(version.dice)
    assert training["cases"] == {"labeled": 3, "unlabeled": 1, "val": 3}
    assert version.scheme == "leave-one-out" and version.cases["held-out"] == 3
    left = [path.name for path in (job.path / "folds").rglob("*.safetensors")]
    assert not left and not list((job.path / "folds").rglob("*.pt"))


def test_the_model_itself_has_seen_all_so_it_is_no_base_but_its_folds_compare(killed):
    """A stop in the folds scores no further patient and goes on to the last training."""
    project, *_ = killed
    (version,) = versions.versions(project)
    problem = {base.path: base.problem for base in bases(project)}[version.folder]
    assert "learned from cases that are held out" in problem
    versions.use(project, version.name)
    job = trainings.start(project, tiny_plan(**SHORT))
    before = json.loads((job.path / "before_scores.json").read_text("utf-8"))
    assert before == scores(read(project.folder / "jobs" / version.job))
    assert "before" not in job.job["inputs"]
    wait_until(lambda: (job.path / "folds" / "0" / "scores.json").exists())
    trainings.stop(project)
    assert wait_for_end(project)["state"] == "done"
    compared = read(job.path)
    assert compared["heldout_cases"] == 1 and compared["all"]["before"] is not None
    kinds = [e["part"]["kind"] for e in job.events() if e["type"] == "trained"]
    assert kinds == ["fold", "final"]
    newest = versions.versions(project)[0]
    assert newest.cases["held-out"] == 1
    told = ModelCard.read(newest.folder).training["scores_of"]
    assert told.startswith("cross-validation in 1 of 3 turns")


def test_a_cancelled_one_frees_the_project_and_leaves_no_version(tmp_path):
    project = ready_project(tmp_path, labelled=2, unlabelled=0)
    job = trainings.start(project, tiny_plan(**SHORT))
    trainings.cancel(project)
    assert wait_for_end(project)["state"] == "cancelled"
    assert versions.versions(project) == []
    trainings.start(project, tiny_plan(**SHORT))
    again = JobFolder(trainings.current(project)["folder"])
    assert again.path != job.path
    wait_until(lambda: again.state()["state"] == "running")
    os.kill(again.state()["pid"], getattr(signal, "SIGKILL", signal.SIGTERM))
    wait_until(lambda: trainings.current(project)["stale"])
    trainings.cancel(project)  # nobody is there to answer
    assert trainings.current(project)["state"] == "cancelled"


@pytest.mark.slow
def test_a_pause_ends_the_process_and_a_stop_then_skips_the_other_patients(tmp_path):
    project = ready_project(tmp_path, labelled=3, unlabelled=0)
    job = trainings.start(project, tiny_plan(**SHORT))
    wait_until(lambda: (job.path / "folds" / "0" / "scores.json").exists())
    pid = job.state()["pid"]
    trainings.pause(project)
    wait_until(lambda: trainings.current(project)["state"] == "paused")
    wait_until(lambda: process_start(pid) is None, 10)
    assert not trainings.current(project)["stale"]
    trainings.pause(project)  # nothing more to do
    trainings.stop(project)  # starts it again, for that
    assert wait_for_end(project)["state"] == "done"
    assert read(job.path)["heldout_cases"] == 1
    assert versions.versions(project)[0].cases["held-out"] == 1
