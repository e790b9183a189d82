"""A plain U-Net beside a training: scored on the same cases, whatever comes in between."""

from __future__ import annotations

import json
import os
import shutil
import signal
from dataclasses import replace

import pytest
import torch
from trainings_fixtures import ready_project, tiny_plan, train_here, wait_for_end, wait_until

from semigda.cli import main
from semigda.networks.unet import UNet
from semigda.training.checkpoint import load_checkpoint, save_checkpoint
from semigda.training.unet import LEARNING_RATE
from semigda_core.jobs.folder import JobFolder
from semigda_core.project.project import Project
from semigda_core.project.report.report import write_report
from semigda_core.project.training import plans, trainings, versions
from semigda_core.project.training.comparison import read
from semigda_core.project.training.estimates import Work, total_seconds
from semigda_core.project.training.judging import beside_unet

pytestmark = pytest.mark.usefixtures("library")
SHORT = {"pretrain_steps": 3, "align_steps": 2, "steps": 4, "validations": 0}


def beside(**changes) -> plans.Plan:
    return replace(tiny_plan(**changes), compare_unet=True)


def start(project, **changes) -> JobFolder:
    return trainings.start(project, beside(**changes))


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A project after a training with a U-Net beside it that learns, and its job."""
    project = ready_project(tmp_path_factory.mktemp("unet"))
    return project, train_here(project, beside(steps=50, pretrain_steps=0))


def test_the_unet_is_scored_on_the_same_cases(compared):
    project, job = compared
    found = read(job.path)
    assert {row["case"] for row in found["unet"]["rows"]} == set(project.read().heldout["cases"])
    assert found["unet"]["all"]["model"] == found["all"]["after"]
    assert 0.3 < found["unet"]["all"]["unet"] <= 1  # it has learned
    kept = json.loads((job.path / "unet/0/scores.json").read_text("utf-8"))
    assert kept == {
        case: {row["class"]: row["unet"] for row in found["unet"]["rows"] if row["case"] == case}
        for case in kept
    }


def test_it_is_no_model_to_use(compared):
    project, job = compared
    (version,) = versions.versions(project)
    assert [path.name for path in (project.folder / "models").iterdir()] == [version.name]
    assert version.mean == read(job.path)["all"]["after"]
    left = [path.name for path in (job.path / "unet").rglob("*") if path.is_file()]
    assert left == ["scores.json"]


def test_the_report_shows_it_beside_the_model(compared):
    page = write_report(compared[0]).read_text("utf-8")
    beside = read(compared[1].path)["unet"]
    assert "<h2>Beside a plain U-Net</h2>" in page and beside["reason"] in page
    ball = beside["classes"]["ball"]
    assert f"<td>ball</td><td>{ball['unet']:.3f}</td><td>{ball['model']:.3f}</td>" in page
    assert page.count("<svg") == 3  # still of SemiGDA's own training


def test_without_it_nothing_is_said_of_a_unet(tmp_path):
    project = ready_project(tmp_path, labelled=2, unlabelled=0)
    job = train_here(project, tiny_plan(**SHORT))
    assert "unet" not in read(job.path) and not (job.path / "unet").exists()
    assert "U-Net" not in write_report(project).read_text("utf-8")


def test_each_patient_held_out_has_its_own_and_a_kill_repeats_none(tmp_path):
    project = ready_project(tmp_path, labelled=3, unlabelled=1)
    job = start(project, **SHORT)
    first, second = (job.path / "unet" / str(n) / "scores.json" for n in (0, 1))
    wait_until(first.exists)
    os.kill(job.state()["pid"], getattr(signal, "SIGKILL", signal.SIGTERM))
    wait_until(lambda: trainings.current(project)["stale"])
    assert not second.exists() and "unet" not in read(job.path)
    stamp = first.stat().st_mtime_ns
    trainings.resume(project)
    assert wait_for_end(project)["state"] == "done"
    assert first.stat().st_mtime_ns == stamp
    assert len([e for e in job.events() if e["type"] == "trained"]) == 4
    found = read(job.path)
    assert len({row["case"] for row in found["unet"]["rows"]}) == 3
    for number in range(3):
        rows = json.loads((job.path / "folds" / str(number) / "cases.json").read_text("utf-8"))
        scored = json.loads((job.path / "unet" / str(number) / "scores.json").read_text("utf-8"))
        assert set(scored) == {row["name"] for row in rows if row["role"] == "val"}


@pytest.fixture(scope="module")
def paused(tmp_path_factory):
    """A training that was paused while its U-Net learned: the model is there."""
    project = ready_project(tmp_path_factory.mktemp("paused"), unlabelled=0)
    job = start(project, **SHORT | {"steps": 40, "labeled_batch": 8})
    wait_until(lambda: "U-Net to compare with: step" in (job.state()["message"] or ""))
    trainings.pause(project)
    assert wait_for_end(project)["state"] == "paused"
    return project


@pytest.fixture
def unet_begun(paused, tmp_path):
    """A copy of it, and its job."""
    shutil.copytree(paused.folder, tmp_path / "copy")
    project = Project(tmp_path / "copy")
    return project, JobFolder(trainings.current(project)["folder"])


def test_a_pause_goes_on_where_the_unet_was(unet_begun):
    project, job = unet_begun
    state = torch.load(job.path / "unet/0/unet.pt", weights_only=True)
    assert state["stage"] == "unet" and 0 < state["step"] < 45
    trainings.resume(project)
    assert wait_for_end(project)["state"] == "done"
    assert "unet" in read(job.path) and not (job.path / "unet/0/unet.pt").exists()
    assert len([event for event in job.events() if event["type"] == "trained"]) == 1


def test_a_checkpoint_of_another_version_lets_the_unet_begin_again(unet_begun):
    project, job = unet_begun
    path = job.path / "unet/0/unet.pt"
    content = load_checkpoint(path, lambda settings: True)
    content["network"] = dict(list(content["network"].items())[1:])
    save_checkpoint(path, content)
    trainings.resume(project)
    assert wait_for_end(project)["state"] == "done"
    assert "unet" in read(job.path)
    (warning,) = [event for event in job.events() if event["type"] == "warning"]
    assert "of another version" in warning["message"]


def test_a_stop_keeps_the_model_and_leaves_the_unet(unet_begun):
    project, job = unet_begun
    trainings.stop(project)
    assert wait_for_end(project)["state"] == "done"
    assert "unet" not in read(job.path) and len(versions.versions(project)) == 1
    said = [event["message"] for event in job.events() if event["type"] == "warning"]
    assert "There is no U-Net to compare with. The training was stopped early." in said


def test_a_cancel_ends_the_training(unet_begun):
    project, _ = unet_begun
    trainings.cancel(project)
    assert wait_for_end(project)["state"] == "cancelled"
    assert versions.versions(project) == []


# What it is trained by, what it takes, and what is said of it


def test_the_plan_keeps_the_choice(tmp_path, capsys):
    project = ready_project(tmp_path)
    assert not plans.saved_plan(project).compare_unet
    tiny = [f"--set={name}={json.dumps(value)}" for name, value in tiny_plan().advanced.items()]
    for option, kept in (("--compare-unet", True), (None, True), ("--no-compare-unet", False)):
        options = [option] if option else []
        assert main(["project", "rehearse", str(project.folder), *tiny, *options, "--json"]) == 0
        assert plans.saved_plan(project).compare_unet is kept
    told = json.loads(capsys.readouterr().out.rpartition("\n{\n")[2].join(["{\n", ""]))
    assert told["rehearsal"]["seconds_per_step"]["unet"] > 0


MEASURED = {
    "seconds_per_step": {
        "supervised": 1.0,
        "align": 1.0,
        "semi": None,
        "pretrain": None,
        "unet": 0.5,
    },
    **{"load_seconds": 10.0, "validate_seconds": 1.0, "save_seconds": 0.0, "prepare_seconds": 0.0},
}


@pytest.mark.parametrize(
    "scheme, trainings_, more",
    [
        # 100 steps of half a second, the cases once more, and 4 held-out ones scored once more.
        ("split", 1, 100 * 0.5 + 10 + 4),
        ("leave-one-out", 5, 4 * (100 * 0.5 + 10) + 4),
    ],
)
def test_its_time_is_in_the_estimate(scheme, trainings_, more):
    settings = {"steps": 80, "align_steps": 20, "base": "x", "validations": 0}
    without = total_seconds(settings, MEASURED, Work(trainings_, 4, False, False))
    with_it = total_seconds(settings, MEASURED, Work(trainings_, 4, False, False, unet=True))
    assert with_it - without == pytest.approx(more)


def scores(*values: float) -> dict:
    return {f"case {n}": {"ball": value} for n, value in enumerate(values)}


@pytest.mark.parametrize(
    "unet, said",
    [
        ((0.7, 0.71, 0.72), "The model is better than a plain U-Net of the same budget: "),
        ((0.9, 0.91, 0.92), "A plain U-Net of the same budget is better than the model: "),
        ((0.7, 0.8, 0.93), "These cases show no difference beyond chance"),
        ((0.7, 0.8), "Too few cases to tell the model from a plain U-Net"),
        ((), "No held-out case could be scored by both"),
    ],
)
def test_what_is_said_of_it(unet, said):
    found = beside_unet(scores(0.8, 0.81, 0.82), scores(*unet), ["ball"], {})
    assert said in found["reason"]
    if unet:
        mean = sum(unet) / len(unet)
        assert found["all"]["unet"] == pytest.approx(mean, abs=1e-4)
        assert f"the U-Net {mean:.3f}." in found["reason"]
        difference = found["all"]["model"] - found["all"]["unet"]
        assert found["all"]["difference"] == pytest.approx(difference, abs=2e-4)


def test_it_is_no_weaker_than_others_would_make_it():
    """MONAI's own width, which did better than half of it, and the study's learning rate."""
    assert LEARNING_RATE == 2e-3 and UNet(1).width == 32
