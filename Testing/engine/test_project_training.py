"""A project's trainings: rehearsal, estimate, start, the gate, and the versions they make."""

from __future__ import annotations

import json
import os
import re
import time
import zipfile
from argparse import Namespace
from types import SimpleNamespace

import pytest
from project_fixtures import make_project
from test_project_copies import add_version
from trainings_fixtures import in_this_process, ready_project, tiny_plan, wait_for_end

from semigda.check.run import check
from semigda.cli import main
from semigda.cli.project.training import _wait_and_tell
from semigda.cli.telling import typed
from semigda.jobs.run import run_job
from semigda.training import rehearsal
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.card import ModelCard
from semigda_core.models.library import find_model
from semigda_core.project.check.latest import measured
from semigda_core.project.heldout import change_heldout, choose_heldout
from semigda_core.project.project import Project
from semigda_core.project.training import plans, trainings, versions
from semigda_core.project.training.bases import bases
from semigda_core.project.training.comparison import read
from semigda_core.project.training.plans import Plan


@pytest.fixture(autouse=True, scope="module")
def library(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("user") / "models"
        patch.setenv("SEMIGDA_MODELS", str(folder))
        patch.setattr(rehearsal, "STAGE_SECONDS", 1.0)
        yield folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project with a rehearsal and one training: (project, estimate, seconds it took)."""
    project = ready_project(tmp_path_factory.mktemp("trained"))
    assert run_job(trainings.new_rehearsal(project, tiny_plan())) == 0
    estimate = trainings.estimate(project, tiny_plan())
    began = time.monotonic()
    trainings.start(project, tiny_plan())
    assert wait_for_end(project)["state"] == "done"
    return project, estimate, time.monotonic() - began


def test_before_a_rehearsal_nothing_is_claimed(tmp_path):
    project = ready_project(tmp_path)
    estimate = trainings.estimate(project, tiny_plan())
    assert estimate.seconds is None and estimate.fits and "not measured" in estimate.text


def test_the_rehearsal_tells_about_what_it_takes(trained):
    project, estimate, seconds = trained
    # Other programs may come or go between the two: on a busy computer much is forgiven.
    busy = not hasattr(os, "getloadavg") or os.getloadavg()[0] > os.cpu_count()
    factor = 8 if busy else 2
    assert seconds / factor < estimate.seconds < factor * seconds
    assert estimate.fits and estimate.device == "cpu"
    number, unit = re.search(r", ([0-9.]+) (MB|GB) memory$", estimate.text).groups()
    assert 5e7 < float(number) * {"MB": 1e6, "GB": 1e9}[unit] < 5e9
    job = next(job for job in project.jobs() if job["kind"] == "rehearse")
    left = {path.name for path in job["folder"].iterdir()}
    assert left <= {"job.json", "state.json", "result.json", "cases.json", "log.txt", "control"}


def test_a_budget_is_kept_and_other_settings_need_another_rehearsal(trained):
    project, *_ = trained
    advanced = tiny_plan().advanced
    free = {
        k: v for k, v in advanced.items() if k not in ("pretrain_steps", "align_steps", "steps")
    }
    for minutes in (10, 30):
        estimate = trainings.estimate(project, Plan("quick", minutes=minutes, advanced=free))
        assert estimate.seconds == pytest.approx(60 * minutes, rel=0.05)
        assert estimate.text.startswith(f"about {minutes} min")
    hurried = trainings.estimate(project, Plan("quick", minutes=0.05, advanced=free))
    assert not hurried.fits and hurried.offers["minutes"] > 0.05 and "shortest" in hurried.reason
    plan = Plan("quick", minutes=0.05, advanced=free | {"steps": 20, "seed": 1})
    told = trainings.estimate(project, plan).reason
    assert "what the plan fixes (" in told and ", steps), even" in told and "seed" not in told
    for other in ({"labeled_batch": 8}, {"branches": ["cnn"]}):
        assert trainings.estimate(project, tiny_plan(**other)).seconds is None


def test_a_first_version_says_what_its_scores_are_of(trained):
    project, *_ = trained
    (version,) = versions.versions(project)
    job = trainings.current(project)
    compared = read(job["folder"])
    assert version.name == "ball-core-1" and version.job == job["id"]
    assert version.cases == {"labeled": 6, "unlabeled": 2, "held-out": 2}
    assert version.mean == compared["all"]["after"] and version.dice.keys() == {"ball", "core"}
    assert version.before is None and "no earlier model" in version.reason and version.comparable
    heldout = set(project.read().heldout["cases"])
    assert {row["case"] for row in compared["rows"]} == heldout
    card = ModelCard.read(version.folder)
    assert card.training["scores_of"].startswith("2 held-out cases; nothing was chosen on them")
    assert card.training["heldout_dice"] == dict(version.dice)
    assert card.title == version.title == "Ball, core (version 1)" and card.name.startswith(
        "ball-core-"
    )
    revision = project.read().revision
    assert versions.versions(project) == [version] and project.read().revision == revision


def test_use_gate_roll_back_compare_export_and_delete(trained, library, tmp_path, monkeypatch):
    """A second training that learns next to nothing loses against the version in use."""
    project, *_ = trained
    first = versions.versions(project)[0]
    installed = versions.use(project, first.name)
    assert installed.parent == library and find_model(installed.name) == installed
    assert versions.versions(project)[0].in_use
    poor = tiny_plan(pretrain_steps=1, align_steps=1, steps=2, validations=0)
    trainings.start(project, poor)
    with pytest.raises(SemiGDAError, match="not finished"):
        trainings.start(project, poor)
    assert wait_for_end(project)["state"] == "done"
    second, again = versions.versions(project)
    assert again.name == first.name and second.name == "ball-core-2"
    assert not second.wins and "not better" in second.reason
    assert second.before == pytest.approx(first.mean, abs=0.002)  # by the real inference twice

    rows = versions.compare(project, first.name, second.name)
    assert len(rows) == 4 and all(row["before"] > row["after"] for row in rows)
    with pytest.raises(SemiGDAError, match="No other version"):
        versions.roll_back(project)
    with monkeypatch.context() as patched:
        patched.setattr(versions, "_in_child", in_this_process)
        assert versions.use(project, second.name) == installed
        hashes = [ModelCard.read(place).weights_sha256 for place in (installed, second.folder)]
        assert hashes[0] == hashes[1]
        assert versions.roll_back(project) == first.name
    assert ModelCard.read(installed).weights_sha256 == ModelCard.read(first.folder).weights_sha256

    versions.rename(project, first.name, "Ball for the ward")
    assert versions.find_version(project, first.name).title == "Ball for the ward"
    assert ModelCard.read(installed).title == "Ball for the ward"
    path = versions.export(project, first.name, tmp_path / "out.zip")
    assert any(name.endswith("card.json") for name in zipfile.ZipFile(path).namelist())
    with pytest.raises(SemiGDAError, match="exists already"):
        versions.export(project, first.name, path)
    path.write_bytes(b"not a model")
    with pytest.raises(SemiGDAError, match="SemiGDA did not make it"):
        versions.export(project, first.name, path, overwrite=True)
    assert path.read_bytes() == b"not a model"
    with pytest.raises(SemiGDAError, match="in use"):
        versions.delete(project, first.name)
    versions.delete(project, second.name)
    assert not second.folder.exists() and len(versions.versions(project)) == 1
    with pytest.raises(SemiGDAError, match="no such version"):
        versions.use(project, second.name)


def test_the_same_by_commands(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(versions, "_in_child", in_this_process)
    project, *_ = trained
    folder, name = project.folder, versions.versions(project)[-1].name

    def run(action, *arguments):
        code = main(["project", action, str(folder), *map(str, arguments)])
        told = capsys.readouterr()
        return code, told.out + told.err

    code, out = run("status")
    assert code == 0 and f"version {name}: Dice 0." in out and "training:" not in out
    status = json.loads(run("status", "--json")[1])
    assert status["training"]["state"] == "done" and status["versions"][0]["name"] == name
    assert name in run("versions")[1]
    assert json.loads(run("use", name, "--json")[1])["model"].startswith("ball-core-")
    assert run("rename", name, "Ball again") == (0, "renamed\n")
    assert json.loads(run("versions", "--json")[1])[0]["title"] == "Ball again"
    code, out = run("compare", name, name)
    assert code == 0 and out.splitlines()[0].split()[:4] == ["class", "before", "after", "gain"]
    assert json.loads(run("compare", name, name, "--json")[1])["all"]["difference"] == 0
    assert run("export", name, tmp_path / "v.zip")[0] == 0 and (tmp_path / "v.zip").exists()
    for action, arguments in (("rollback", ()), ("delete", (name,)), ("use", ("none",))):
        assert run(action, *arguments)[0] == 1
    for action in ("pause", "stop", "cancel", "resume"):
        code, out = run(action)
        assert code == 1 and ("No training" in out or "is done" in out)
    assert run("train", "--set", "nonsense")[0] == 1
    free = "--set pretrain_steps=null --set align_steps=null --set steps=null".split()
    code, out = run("train", "--minutes", "0.05", *free)  # as in the panel
    assert code == 1 and "shortest" in out and "This would: --minutes" in out
    assert json.loads(run("status", "--json")[1])["training"]["state"] == "done"


def test_a_base_is_offered_unless_it_has_seen_held_out_cases(trained):
    project, *_ = trained
    version = versions.versions(project)[-1]
    found = {base.path: base for base in bases(project)}
    assert found[None].kind == "scratch" and found[version.folder].problem is None
    assert any(base.kind == "autoencoder" and base.problem is None for base in found.values())
    assert any("classes are others" in (base.problem or "") for base in found.values())  # starters
    seen = [case.id for case in project.read().of_role("labeled")][:1]
    change_heldout(project, "a test", measured(project), seen)
    assert not versions.versions(project)[-1].comparable
    problem = {base.path: base.problem for base in bases(project)}[version.folder]
    assert "held out" in problem
    with pytest.raises(SemiGDAError, match="too good"):
        trainings.start(project, tiny_plan(base=str(version.folder)))


def test_start_refuses_what_would_not_work(tmp_path):
    project = make_project(tmp_path, 8, 1)
    with pytest.raises(SemiGDAError, match="held-out"):
        trainings.start(project, tiny_plan())
    check(project)
    choose_heldout(project, measured(project))
    case = project.read().of_role("unlabeled")[0]
    case.image.write_bytes(b"no image")
    with pytest.raises(SemiGDAError, match="not checked"):
        trainings.start(project, tiny_plan())
    check(project)
    with pytest.raises(SemiGDAError, match="cannot be read|not be read|read"):
        trainings.new_rehearsal(project, tiny_plan())
    for act in (trainings.pause, trainings.resume, trainings.stop, trainings.cancel):
        with pytest.raises(SemiGDAError, match="No training|no training"):
            act(project)
    assert trainings.current(project) is None


def test_whoever_waits_for_a_training_hears_its_warnings(trained, capsys):
    project, *_ = trained
    job = JobFolder(trainings.current(project)["folder"])
    for _ in range(2):  # again after a kill
        job.event("warning", message="Something is odd.")
    assert _wait_and_tell(Namespace(json=False), project, job) == 0
    assert capsys.readouterr().err.count("Something is odd.") == 1


def test_whoever_waits_is_told_the_time_left_and_may_leave(trained, tmp_path, monkeypatch, capsys):
    project, *_ = trained
    job = JobFolder.create(tmp_path / "job", "train", {"cases": ""})
    job.update("running", 0.5, 300, "Learning.")

    def ctrl_c(seconds):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("semigda.cli.project.training.time", SimpleNamespace(sleep=ctrl_c))
        with pytest.raises(SemiGDAError, match="goes on without this terminal") as told:
            _wait_and_tell(Namespace(json=False), project, job)
    assert "project cancel" in told.value.action and job.state()["state"] == "running"
    job.pause()
    assert _wait_and_tell(Namespace(json=False), project, job) == 1
    said = capsys.readouterr().err
    assert " 50.0 %  Learning. (about 5 min left)\n" in said
    assert said.endswith(f"To go on: {typed('project', 'resume', project.folder)}\n")


def test_a_version_in_use_that_is_not_compared_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(trainings, "launch", lambda job: None)
    project = ready_project(tmp_path)
    name = add_version(project, 1)
    with project.edit("version used") as data:
        data["used"] = [name]
    job = trainings.start(project, tiny_plan())
    (event,) = job.events()
    assert event["type"] == "warning" and "has other classes" in event["message"]
    trainings.cancel(project)
    project.set_classes(["inner", "outer"])  # the version's
    check(project)
    (project.folder / "jobs/job").mkdir()
    (project.folder / "jobs/job/cases.json").write_text("[]")
    assert trainings.start(project, tiny_plan()).events() == []


def test_the_plan_is_kept(tmp_path):
    project = Project.create(tmp_path / "p")
    assert plans.saved_plan(project) == Plan()
    plan = Plan("quick", minutes=5.0, advanced={"seed": 3})
    plans.save_plan(project, plan)
    assert plans.saved_plan(Project(project.folder)) == plan
    assert json.loads((project.folder / "project.json").read_text("utf-8"))["settings"]["plan"]


def test_what_nothing_can_be_resumed_from_any_more_leaves_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(trainings, "launch", lambda job: None)
    project = ready_project(tmp_path, unlabelled=0)
    for ended in ("cancelled", "out-of-memory", None):
        job = trainings.start(project, tiny_plan())
        for name in ("checkpoint.pt", "checkpoint.pt.before", "folds/0/checkpoint.pt", "log.txt"):
            (job.path / name).parent.mkdir(parents=True, exist_ok=True)
            (job.path / name).write_bytes(b"of a training")
        if ended:
            job.fail(SemiGDAError(ended))
            assert len(list(job.path.rglob("checkpoint.pt*"))) == 3  # it can be resumed
    *earlier, newest = [record["folder"] for record in reversed(project.jobs())]
    for folder in earlier:
        assert (folder / "log.txt").exists() and not list(folder.rglob("checkpoint.pt*"))
    assert len(list(newest.rglob("checkpoint.pt*"))) == 3
