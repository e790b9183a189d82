"""Models that are gone while a training needs them: versions of the project, or the library's."""

from __future__ import annotations

import shutil

import pytest
from test_project_copies import add_version
from trainings_fixtures import ready_project, tiny_plan

from semigda.check.run import check
from semigda.jobs.run import run_job
from semigda_core.errors import SemiGDAError
from semigda_core.project.project import Project
from semigda_core.project.training import trainings, versions
from semigda_core.project.training.comparison import read

SHORT = {"pretrain_steps": 1, "align_steps": 1, "steps": 2}


@pytest.fixture
def project(tmp_path, library, monkeypatch) -> Project:
    """It has two versions that no training made, and uses the first."""
    monkeypatch.setattr(trainings, "launch", lambda job: None)
    project = ready_project(tmp_path)
    project.set_classes(["inner", "outer"])  # the versions'
    check(project)
    (project.folder / "jobs/job").mkdir()
    (project.folder / "jobs/job/cases.json").write_text("[]")
    first, _ = (add_version(project, number) for number in (1, 2))
    use(project, first)
    return project


def use(project: Project, *names: str) -> None:
    with project.edit("version used") as data:
        data["used"] = [*names]


def test_a_version_that_an_unfinished_training_needs_is_not_deleted(project):
    old, other = (project.folder / "models" / f"tiny-{number}" for number in (1, 2))
    trainings.start(project, tiny_plan(str(other), **SHORT))
    use(project)  # in another window
    for folder in (old, other):
        with pytest.raises(SemiGDAError, match="training that is not finished") as told:
            versions.delete(project, folder.name)
        assert folder.exists() and "cancel it" in told.value.action
    trainings.cancel(project)
    for folder in (old, other):
        versions.delete(project, folder.name)
        assert not folder.exists()


def test_a_training_is_not_lost_with_the_model_that_it_was_to_be_compared_with(project):
    job = trainings.start(project, tiny_plan(**SHORT))
    shutil.rmtree(project.folder / "models/tiny-1")
    assert run_job(job) == 0, job.error()
    compared = read(job.path)
    assert compared["all"]["before"] is None and compared["all"]["after"] is not None
    (told,) = [
        event for event in job.events() if "compared with is gone" in event.get("message", "")
    ]
    assert told["type"] == "warning"
    assert versions.versions(project)[0].job == job.path.name


def test_a_version_in_use_that_is_gone_keeps_nobody_from_training(project):
    shutil.rmtree(project.folder / "models/tiny-1")
    (event,) = trainings.start(project, tiny_plan(**SHORT)).events()
    assert event["type"] == "warning" and "is gone" in event["message"]
