"""Standard chooses the middle size where a graphics card computes, and follows the device."""

from __future__ import annotations

import pytest
from project_fixtures import copy_of
from trainings_fixtures import TINY, ready_project, wait_for_end

from semigda.training.preflight import check_planned
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.network_config import NetworkConfig
from semigda_core.project.project import Project
from semigda_core.project.training import trainings
from semigda_core.project.training.planning import plan_training, to_rehearse
from semigda_core.project.training.plans import Plan

MIDDLE, SMALL = NetworkConfig.middle().to_dict(), NetworkConfig.pretrained().to_dict()
COST = {"pretrain": None, "align": 0.1, "supervised": 0.2, "semi": 0.3, "unet": 0.2}


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Project:
    return ready_project(tmp_path_factory.mktemp("made"))


@pytest.fixture
def project(made, tmp_path) -> Project:
    return copy_of(made, tmp_path)


def rehearsed(project: Project, plan: Plan, device: str) -> dict:
    """The settings that a rehearsal on such a device measures; its result says so much."""
    job = trainings.new_rehearsal(project, plan)
    settings, for_card = to_rehearse(job.job, device)
    facts = {
        "seconds_per_step": COST,
        **dict.fromkeys(("load_seconds", "validate_seconds", "save_seconds"), 0.1),
        **dict.fromkeys(("prepare_seconds", "prepare_all_seconds"), 0.0),
        **dict.fromkeys(("prepared_bytes", "unprepared_bytes"), 0),
        "memory_bytes": 1e9,
        "gpu_memory_bytes": 4e9 if device == "cuda" else None,
        "checkpoint_bytes": 1e6,
        "cases": 10,
        "device": device,
        "fits": True,
        "reason": "",
        "offers": {},
        "for_card": for_card,
    }
    job.update("running")
    job.finish({"rehearsal": facts}, {})
    return settings


def planned(project: Project, plan: Plan) -> tuple[dict, list[str], str]:
    """Network, branches, and the plan in words."""
    found = plan_training(project, plan)
    settings = found.settings
    return settings["network"], list(settings["branches"]), found.estimate(project.folder).plan


def test_standard_is_the_middle_size_on_a_card_and_follows_the_newest_rehearsal(project):
    plan = Plan()
    assert planned(project, plan) == (SMALL, ["cnn"], "")  # an unknown computer
    measured = rehearsed(project, plan, "cuda")
    assert (measured["network"], measured["branches"]) == (MIDDLE, ["vae", "cnn"])
    network, branches, told = planned(project, plan)
    assert (network, branches) == (MIDDLE, ["vae", "cnn"])
    assert "The network is the middle size: a graphics card computes." in told
    assert "One of the two branches" not in told
    estimate = trainings.estimate(project, plan)
    assert estimate.device == "cuda" and "4.0 GB GPU memory" in estimate.text
    # The card is gone: the next rehearsal measures, and plans, without it; and back again.
    assert rehearsed(project, plan, "cpu")["network"] == SMALL
    network, branches, told = planned(project, plan)
    assert (network, branches) == (SMALL, ["cnn"])
    assert "The network is the small one: no graphics card computes." in told
    rehearsed(project, plan, "cuda")
    assert planned(project, plan)[0] == MIDDLE


def test_the_choice_of_a_processor_needs_another_rehearsal(project):
    rehearsed(project, Plan(), "cuda")
    chosen = Plan(advanced={"device": "cpu"})
    assert planned(project, chosen) == (SMALL, ["cnn"], "")
    rehearsed(project, chosen, "cpu")
    assert planned(project, chosen)[2]
    assert planned(project, Plan())[0] == MIDDLE  # of the card's rehearsal, which still stands


@pytest.mark.parametrize(
    "plan",
    [
        Plan("quick"),
        Plan(features=False),
        Plan(advanced=TINY),
        Plan(advanced={"channels": [16, 24, 48, 64]}),
    ],
)
def test_nothing_else_changes_with_a_card(project, plan):
    before = planned(project, plan)
    assert rehearsed(project, plan, "cuda")["network"] == before[0]
    assert planned(project, plan)[:2] == before[:2]
    assert "The network is" not in planned(project, plan)[2]


def test_a_rehearsal_of_an_earlier_version_is_measured_again(project):
    job = trainings.new_rehearsal(project, Plan())
    assert to_rehearse({**job.job, "inputs": {}}, "cuda") == (job.job["options"], False)


@pytest.mark.parametrize(
    ("was", "now", "refused", "warned"),
    [
        ("cuda", "cpu", True, False),
        ("cuda", "cuda", False, False),
        ("cpu", "cuda", False, True),
        ("cpu", "cpu", False, False),
        (None, "cpu", False, False),
    ],
)
def test_a_plan_for_a_card_does_not_begin_without_it(tmp_path, was, now, refused, warned):
    job = JobFolder.create(tmp_path / "job", "train", {"planned_for": was})
    if refused:
        with pytest.raises(SemiGDAError) as caught:
            check_planned(job, now)
        assert caught.value.error_class == "device-unavailable"
        assert "Rehearse again" in caught.value.action
    else:
        check_planned(job, now)
    assert warned == any(event["type"] == "warning" for event in job.events())
    (job.path / "fold-1").mkdir()  # what has begun goes on
    (job.path / "fold-1/checkpoint.pt").write_bytes(b"")
    check_planned(job, now)


def test_a_training_keeps_what_it_was_planned_for(project):
    plan = Plan(advanced=TINY)
    rehearsed(project, plan, "cpu")
    job = trainings.start(project, plan)
    trainings.cancel(project)
    wait_for_end(project)
    assert job.job["inputs"]["planned_for"] == "cpu"
