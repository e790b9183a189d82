"""A project at one moment."""

from __future__ import annotations

import pytest

from semigda_core.errors import SemiGDAError
from semigda_core.project.project import Project
from semigda_core.project.reading import Reading


@pytest.fixture
def project(tmp_path):
    return Project.create(tmp_path / "project")


def test_it_stays_as_it_was(project):
    reading = Reading(project)
    project.set_classes(["ball"])
    project.new_job("rank", {})
    assert reading.read().classes == [] and reading.jobs() == []
    assert reading.read() is reading.read() and reading.jobs() is reading.jobs()
    assert [label.name for label in Reading(project).read().classes] == ["ball"]


def test_what_is_changed_through_it_is_seen(project):
    reading = Reading(project)
    assert reading.jobs() == []
    job = reading.new_job("rank", {})
    assert [known["folder"] for known in reading.jobs()] == [job.path]
    project.set_classes(["ball"])
    reading.set_settings(modality="CT")  # it changes the file as it is now
    view = project.read()
    assert view.settings == {"modality": "CT"} and [one.name for one in view.classes] == ["ball"]
    assert reading.read().data == view.data


def test_a_change_that_fails_leaves_it(project):
    reading = Reading(project)
    before = reading.read()
    with pytest.raises(SemiGDAError):
        reading.set_classes(["ball", "Ball"])
    assert reading.read() is before


def test_the_disk_is_looked_at_once(project, tmp_path):
    from semigda_core.project.project import NewCase

    image = tmp_path / "image.nrrd"
    image.write_bytes(b"NRRD0004\n")
    project.add([NewCase(image)])
    view = Reading(project).read()
    assert view.cases[0].role == "unlabeled" and not view.present().missing
    image.unlink()
    assert not view.present().missing and view.present() is view.present()
    assert project.read().present().cases[0].role == "missing"
