"""A refresh of the training panel reads the project once, whatever its sections ask."""

from __future__ import annotations

import sys

import pytest
import train_fixtures
from train_fixtures import section

from semigda_core.project.review.candidates import new_ranking

_opened: list[str] = []
_watching: list[bool] = []


def _hook(event, arguments):
    """Stays for ever, as audit hooks do."""
    if _watching and event == "open":
        _opened.append(str(arguments[0]))


@pytest.fixture(scope="module")
def trained(installed, tmp_path_factory):
    """A project with a version and a ranking."""
    from semigda.jobs.run import run_job

    sys.addaudithook(_hook)
    project = train_fixtures.trained(tmp_path_factory.mktemp("trained"))
    assert run_job(new_ranking(project)) == 0
    return project


@pytest.fixture
def project(trained, training, tmp_path):
    return train_fixtures.open_copy(trained, training, tmp_path)


def opens_of_a_refresh(panel) -> int:
    """How often a refresh opens project.json."""
    _opened.clear()
    _watching.append(True)
    try:
        panel.panel.refresh()
    finally:
        _watching.clear()
    return sum(name.endswith("project.json") for name in _opened)


def test_one_reading(training, project):
    assert len(training.panel.context.now.versions) == 1
    assert section(training, "Review").nextTable.rowCount == 5
    assert opens_of_a_refresh(training) == 1


def test_one_reading_without_anything(training, tmp_path):
    training.panel.createProject(tmp_path / "New")
    assert opens_of_a_refresh(training) == 1


def test_a_new_version_is_shown_at_once(training, trained, tmp_path):
    """It enters the project while the project is read."""
    project = train_fixtures.open_copy(trained, training, tmp_path)
    with project.edit("forgotten") as data:
        data.pop("versions")
    training.panel.refresh()
    assert section(training, "Result").versionsTable.rowCount == 1
    assert len(project.read().data["versions"]) == 1
    assert not training.panel.context.isOutdated()


def test_a_picture_that_was_drawn_again_is_shown(training, project, module_host):
    import os

    review = training.panel.sections["Review"]
    table = review.ui.nextTable
    before = [table.item(row, 0) for row in range(5)]
    training.panel.refresh()
    assert [table.item(row, 0) for row in range(5)] == before, "rows that did not change stay"
    picture = review._next[0].thumbnail
    os.utime(picture, (1, 1))
    training.panel.refresh()
    assert table.item(0, 0) is not before[0] and table.item(1, 0) is before[1]
