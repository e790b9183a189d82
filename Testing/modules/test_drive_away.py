"""A network drive that goes away and returns: nothing is lost, and work goes on."""

from __future__ import annotations

import contextlib
import os
import shutil

import pytest
import slicer
import train_fixtures
from conftest import checked
from slices_fixtures import opened, paint_slices, project
from test_segment_several import finish, folder, fromFolder, section, states
from test_train_unlucky import press_save, show

from semigda_core.project.project import Project

__all__ = ["folder", "opened", "project", "section"]

WAYS = ["gone", "failing"]
AWAY = "folder cannot be found"


@contextlib.contextmanager
def away(place, how):
    """The folder is on a drive that is not connected, or of which every question is an error."""
    aside = place.with_name(f"{place.name} away")
    place.rename(aside)
    if how == "failing":
        place.symlink_to("x" * 300)  # a name that is too long
    try:
        yield
    finally:
        if how == "failing":
            place.unlink()
        aside.rename(place)


# Segment


@pytest.mark.parametrize("how", WAYS)
def test_results_of_a_batch(panel, section, module_host, folder, tmp_path, how):
    (folder / "case2.nrrd").unlink()
    share = tmp_path / "share"
    share.mkdir()
    fromFolder(section, folder, share / "out")
    module_host.click(section.startButton)
    module_host.wait((share / "out" / "case0.json").exists, 100)
    with away(share, how):
        finish(section, module_host)
        assert "failed" in states(section) or panel.ui.messageFrame.visible
        assert not os.path.exists(share / "out"), "it was made anew where the drive was"
        module_host.close()
        module_host.open("SemiGDASegment", height=820)  # it remembers the folder
    section.refresh()
    assert states(section)[0] == "done"
    module_host.click(section.startButton)
    finish(section, module_host)
    assert states(section) == ["done"] * 3 and section.label.text == "3 of 3 done"


@pytest.mark.parametrize("how", WAYS)
def test_images_of_a_batch(panel, section, module_host, folder, tmp_path, how):
    with away(folder, how):
        fromFolder(section, folder, tmp_path / "out")
        assert section.label.text and str(tmp_path) not in section.label.text
    section.refresh()
    assert states(section) == [""] * 4


# Train


def test_a_project_that_is_away_stays_a_recent_one(training, tmp_path):
    from SemiGDALib.train.recent import recentProjects

    for name in ("One", "Two"):
        training.panel.createProject(tmp_path / name)
    with away(tmp_path / "One", "gone"):
        training.panel.createProject(tmp_path / "Three")
        assert recentProjects() == [str(tmp_path / name) for name in ("Three", "Two")]
    assert recentProjects() == [str(tmp_path / name) for name in ("Three", "Two", "One")]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("part", ["project", "jobs"])
def test_a_training_is_watched_again(training, module_host, tmp_path, how, part):
    """Also where only some of its files could not be read."""
    opened = train_fixtures.ready(tmp_path / "share", labelled=4)
    training.panel.openProject(opened.folder)
    job = opened.new_job("train", {}, {}, version="v")
    job.update("running", 0.3, 4000.0, "Learning to segment: step 75 of 400.")
    training.panel.refresh()
    ui = train_fixtures.section(training, "Training")
    with away(opened.folder if part == "project" else opened.folder / "jobs", how):
        module_host.process(2.5)
        module_host.click(ui.pauseButton)
        assert training.ui.messageFrame.visible
        if part == "project":
            assert AWAY in training.ui.messageLabel.text
    job.update("running", 0.4, 3000.0, "Learning to segment: step 99 of 400.")
    module_host.wait(lambda: "step 99" in ui.stateLabel.text and ui.watchFrame.visible, 10)
    assert not ui.startFrame.visible
    if part == "project":
        module_host.wait(lambda: not training.ui.messageFrame.visible, 5)


@pytest.mark.parametrize("how", WAYS)
def test_a_drawing_waits(opened, training, project, module_host, tmp_path, how):
    paint_slices(opened, (5, 6))
    with away(project.folder, how):
        show(training, module_host)
        assert AWAY in press_save(training, module_host) and opened.labelling.isAlive()
        module_host.click(training.ui.backToEditorButton)
        show(training, module_host)
    assert press_save(training, module_host) == ""
    assert Project(project.folder).read().cases[1].label is not None


def test_a_check_that_cannot_write(training, project, module_host):
    """The project can be read, and its folder of jobs is another thing."""
    ui = train_fixtures.section(training, "Check")
    jobs = project.folder / "jobs"
    shutil.rmtree(jobs)
    jobs.write_text("in the way")
    module_host.click(ui.checkButton)
    assert "cannot be used" in training.ui.messageLabel.text and training.ui.messageFrame.visible
    jobs.unlink()
    module_host.click(ui.checkButton)
    checked(training, module_host)


@pytest.mark.parametrize("how", WAYS)
def test_a_scene_whose_project_is_away(training, project, module_host, tmp_path, how):
    slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    training.logic.closeProject()
    slicer.mrmlScene.Clear(0)
    with away(project.folder, how):
        slicer.util.loadScene(str(tmp_path / "scene.mrb"))
        module_host.process(0.2)
        assert AWAY in training.ui.messageLabel.text
    module_host.close()
    module_host.open("SemiGDATrain", height=1100)
    assert training.logic.project.folder == project.folder
    assert not training.ui.messageFrame.visible
