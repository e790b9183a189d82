"""Death at any rename or removal of a command that changes two things: both are old or new."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hostile_projects import VERSION, full_project
from job_fixtures import ROOT
from project_fixtures import make_project
from ranking_fixtures import make_project as make_pool
from ranking_fixtures import run, train_model

from semigda.jobs import kinds
from semigda.jobs.run import run_job
from semigda.ranking import run as ranking
from semigda_core.errors import SemiGDAError
from semigda_core.files import atomic
from semigda_core.files.atomic import clear_leftovers
from semigda_core.jobs import folder
from semigda_core.project import store
from semigda_core.project.check.latest import new_check
from semigda_core.project.project import Project
from semigda_core.project.review.candidates import new_ranking
from semigda_core.project.review.inbox import pending
from semigda_core.project.training.versions import delete, versions

DYING = """
import os, sys
left = int(sys.argv[2])
def counted(action):
    def act(*names, **more):
        global left
        left -= 1
        if left < 0:
            os._exit(9)
        return action(*names, **more)
    return act
for name in ("replace", "unlink", "rmdir"):
    setattr(os, name, counted(getattr(os, name)))
from semigda_core.project.project import Project
project = Project(sys.argv[1])
"""
REMOVE = """
from semigda_core.project.check.findings import Finding, Fix
from semigda_core.project.check.repairs import apply_fix
ids = (project.read().cases[-1].id,)
apply_fix(project, Finding("copies", "warning", ids, "", "", Fix("remove", ids, "Take it out")))
"""
DELETE = "from semigda_core.project.training.versions import delete; delete(project, 'ball-1')"
CHECK = "from semigda_core.project.check.latest import new_check; new_check(project)"


def deaths(project: Project, action: str) -> Iterator[Project]:
    """The project after the action died at its first, second ... change; last, after all."""
    kept = shutil.copytree(project.folder, project.folder.with_name("kept"))
    for number in range(100):
        command = [sys.executable, "-c", DYING + action, str(project.folder), str(number)]
        code = subprocess.run(command, cwd=ROOT, timeout=100).returncode
        assert code in (0, 9)
        yield project
        if code == 0:
            assert number
            return
        shutil.rmtree(project.folder)
        shutil.copytree(kept, project.folder)
    raise AssertionError("never done")


def test_whatever_was_repaired_can_be_undone(tmp_path):
    before = len(make_project(tmp_path).read().cases)
    for after in deaths(Project(tmp_path / "project"), REMOVE):
        view = after.read()
        assert len(view.cases) == before - len(view.data.get("repairs", []))
    assert len(view.cases) == before - 1


def test_a_version_that_is_deleted_leaves_nothing_or_can_be_deleted_again(tmp_path):
    for project in deaths(full_project(tmp_path), DELETE):
        if versions(project):
            delete(project, VERSION)
        clear_leftovers(project.folder / "models")
        assert not versions(project) and not list((project.folder / "models").iterdir())


def test_a_version_stays_if_its_deletion_cannot_be_written(tmp_path, monkeypatch):
    project = full_project(tmp_path)

    def full(*_):
        raise SemiGDAError("disk-full")

    monkeypatch.setattr(store, "write_json", full)
    with pytest.raises(SemiGDAError, match="full"):
        delete(project, VERSION)
    assert [one.name for one in versions(project)] == [VERSION]
    assert os.listdir(project.folder / "models") == [VERSION]


def test_forgotten_checks_leave_no_folder(tmp_path):
    project = make_project(tmp_path)
    for _ in range(3):
        new_check(project).fail(SemiGDAError("cancelled"))
    for after in deaths(project, CHECK):
        new_check(after)
        clear_leftovers(after.folder / "jobs")
        known = {job["id"] for job in after.jobs()}
        ended = {path.parent.name for path in after.folder.glob("jobs/*/result.json")}
        assert ended <= known and len(ended) == 1


def test_killed_checks_leave_no_folder(tmp_path):
    project = make_project(tmp_path)
    for _ in range(3):
        job = new_check(project)
        job.update("running")
        job.hold_back()
        state = json.loads((job.path / "state.json").read_text())
        (job.path / "state.json").write_text(json.dumps(state | {"pid": 2**22 + 1}))
    checks = [found["id"] for found in project.jobs() if found["kind"] == "check"]
    assert len(checks) == 2 and len(list(project.folder.glob("jobs/*-check-*"))) == 2


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """What it predicts does not matter here."""
    short = {"pretrain_steps": 4, "align_steps": 2, "steps": 4}
    return train_model(tmp_path_factory.mktemp("training"), **short)


def test_labels_to_review_are_those_that_the_ranking_tells_of(model, tmp_path, monkeypatch):
    """A ranking dies in the middle of replacing an earlier one: there is none, until the next."""
    project, _ = make_pool(tmp_path, model.parent / "study")
    run(new_ranking(project, model, count=2))
    inbox = project.folder / "inbox"

    class Death(BaseException):
        pass

    def dying(source, target, replaced=[]):  # noqa: B006
        if replaced:
            raise Death
        replaced.append(target)
        atomic.replace(source, target)

    monkeypatch.setattr(ranking, "replace", dying)
    assert run_job(new_ranking(project, model, count=2)) == 1
    assert not pending(project)  # its labels are not those of the old list any more
    left = [path.name for path in inbox.iterdir() if path.suffix == ".npy" or path.is_dir()]
    assert not left
    monkeypatch.undo()
    run(new_ranking(project, model, count=3))
    assert len(pending(project)) == 3


def test_a_full_disk_is_told_by_every_kind_of_job(tmp_path, monkeypatch):
    """Room for the answer is held back before the work begins."""
    project = make_project(tmp_path)
    job = new_check(project)

    def full(job, models):
        assert (job.path / ".reserve").stat().st_size > 1 << 15
        raise OSError(28, "No space left on device")

    monkeypatch.setitem(kinds.WAYS, "check", full)
    assert run_job(job) == 1
    assert job.error().error_class == "disk-full" and not (job.path / ".reserve").exists()


def test_a_full_disk_is_told_even_if_it_cannot_be_written(tmp_path, monkeypatch):
    job = new_check(make_project(tmp_path))

    def full(*_, **__):
        raise SemiGDAError("disk-full")

    monkeypatch.setattr(folder, "write_json", full)
    with pytest.raises(SemiGDAError, match="full"):
        run_job(job)
