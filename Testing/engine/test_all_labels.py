"""After the training that is scored, one more on all labelled cases makes the model."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from trainings_fixtures import ready_project, tiny_plan, train_here, wait_for_end, wait_until

from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.card import ModelCard
from semigda_core.project.project import Project
from semigda_core.project.training import trainings, versions
from semigda_core.project.training.bases import SEEN, find_base
from semigda_core.project.training.comparison import read, scores
from semigda_core.project.training.planning import plan_training, planned_view, turns

ALL = replace(tiny_plan(pretrain_steps=3, align_steps=2, steps=4, validations=0), all_labels=True)


def roles(job: JobFolder, *place: str) -> dict[str, str]:
    """The role of each case of a list, by its id."""
    rows = json.loads(job.path.joinpath(*place, "cases.json").read_text("utf-8"))
    return {row["name"]: row["role"] for row in rows}


def learning(job: JobFolder) -> set[str]:
    """The kinds of the trainings that have begun to learn to segment."""
    events = [event for event in job.events() if event["type"] == "losses"]
    return {event["part"]["kind"] for event in events if event["stage"] == "segment"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory, library) -> tuple[Project, JobFolder]:
    project = ready_project(tmp_path_factory.mktemp("all"))
    return project, train_here(project, ALL)


def test_the_scored_training_has_not_seen_what_the_model_learns_from(trained):
    project, job = trained
    view = project.read()
    held = dict.fromkeys(view.held_out, "val")
    labelled = {case.id: "labeled" for case in view.of_role("labeled")}
    unlabelled = {case.id: "unlabeled" for case in view.of_role("unlabeled")}
    assert len(held) == 2 and len(labelled) == 6  # the project itself holds them out still
    assert roles(job, "folds", "0") == held | labelled | unlabelled
    assert roles(job) == dict.fromkeys(held, "labeled") | labelled | unlabelled


def test_the_version_has_the_scores_of_the_held_out_cases_and_says_of_what(trained):
    project, job = trained
    (version,) = versions.versions(project)
    assert version.cases == {"labeled": 8, "unlabeled": 2, "held-out": 2}
    assert version.mean is not None and version.comparable
    assert scores(read(job.path)).keys() == project.read().held_out
    card = ModelCard.read(version.folder)
    assert card.training["val_dice"] == dict(version.dice)
    assert card.training["scores_of"] == (
        "2 held-out cases; nothing was chosen on them; they score the training before: this model "
        "has learned from them"
    )


def test_no_training_starts_from_it_but_its_scores_are_compared(trained):
    project, job = trained
    (first, *_) = versions.versions(project)
    with pytest.raises(SemiGDAError, match=SEEN):
        find_base(project, replace(ALL, base=str(first.folder)))
    versions.use(project, first.name)
    for plan in (ALL, replace(ALL, all_labels=False)):
        again = train_here(project, plan)
        assert "before" not in again.job["inputs"]  # the model itself would be too good
        assert scores(read(again.path), "before") == scores(read(job.path))


def test_a_split_one_is_compared_on_the_held_out_cases(trained):
    project, _ = trained
    train_here(project, replace(ALL, all_labels=False))
    split = versions.versions(project)[0]
    assert split.scheme == "split"
    versions.use(project, split.name)
    again = train_here(project, ALL)
    assert scores(read(again.path), "before") == scores(read(project.folder / "jobs" / split.job))


def test_a_stop_ends_the_first_one_early_and_it_is_scored(tmp_path):
    project = ready_project(tmp_path, unlabelled=0)
    job = trainings.start(project, replace(ALL, advanced={**ALL.advanced, "steps": 100_000}))
    for part, scored in (("fold", False), ("final", True)):
        wait_until(lambda part=part: part in learning(job))
        assert (job.path / "folds" / "0" / "scores.json").exists() == scored
        trainings.stop(project)
    assert wait_for_end(project)["state"] == "done"
    assert read(job.path)["heldout_cases"] == 2


def test_the_plan_tells_of_two_trainings_that_share_the_time(trained):
    project, _ = trained
    assert turns(planned_view(project, ALL)) == [0]
    assert turns(planned_view(project, replace(ALL, all_labels=False))) == []
    assert plan_training(project, ALL).work.trainings == 2


def test_it_is_not_trained_where_nothing_could_be_scored(tmp_path):
    project = ready_project(tmp_path, unlabelled=0)
    for case in project.read().of_role("held-out"):
        case.image.unlink()
    with pytest.raises(SemiGDAError, match="None of the held-out cases is where it was"):
        trainings.start(project, ALL)


def test_where_patients_are_held_out_in_turn_it_changes_nothing(tmp_path):
    project = ready_project(tmp_path, labelled=4, unlabelled=0)
    view = planned_view(project, ALL)
    assert view.in_turn and turns(view) == turns(project.read()) == [0, 1, 2, 3]
