"""Base, preset, rehearsal and training in the panel; trainings are real and tiny."""

from __future__ import annotations

import json
import os
import signal

import pytest
import slicer
import train_fixtures
from train_fixtures import picture, section

from semigda_core.jobs.folder import JobFolder

SLOW = {"pretrain_steps": 60, "align_steps": 20, "steps": 3000, "validations": 300}


@pytest.fixture
def panel(training):
    """The panel; a training that a failed test leaves behind is ended."""
    yield training
    watching = training.panel.sections["Training"]
    if training.logic.project is not None and watching._isUnfinished():
        training.logic.cancel()
        train_fixtures.wait_for_end(training.logic.training()["folder"])


def state(panel) -> str:
    """As the panel saw it last."""
    return panel.panel.sections["Training"]._job["state"]


def wait_for(panel, host, condition, seconds=180) -> None:
    host.wait(lambda: condition() or state(panel) == "failed", seconds)
    assert state(panel) != "failed", (panel.logic.training()["folder"] / "log.txt").read_text(
        "utf-8"
    )


def scores(panel) -> int:
    return len(panel.panel.sections["Training"]._history.scores)


def test_the_plan_is_kept_in_the_project(panel, module_host, artifacts, tmp_path):
    project = train_fixtures.ready(tmp_path)
    panel.panel.openProject(project.folder)
    ui = section(panel, "Base")
    assert (
        not ui.paperRadioButton.enabled
        and "Choose a model to start from first" in ui.paperLabel.text
    )
    picture(panel, module_host, artifacts, "base")
    ui.advancedCollapsibleButton.collapsed = False
    module_host.click(ui.resetButton)
    assert panel.logic.plan().advanced == {} and not ui.resetButton.enabled
    module_host.click(ui.quickRadioButton)
    assert not panel.logic.plan().compare_unet
    module_host.click(ui.compareUNetCheckBox)
    assert panel.logic.plan().compare_unet
    for box, value in ((ui.minutesSpinBox, 5), (ui.sizeSpinBox, 64), (ui.seedSpinBox, 7)):
        box.value = value
        box.editingFinished.emit()
    for edit, text in ((ui.rateEdit, "0.001"), (ui.channelsEdit, "8, 16 32, 32")):
        edit.text = text
        edit.editingFinished.emit()
    ui.alignRateEdit.text = "fast"
    ui.alignRateEdit.editingFinished.emit()
    assert ui.alignRateEdit.text == ""
    ui.deviceComboBox.setCurrentIndex(3)
    ui.deviceComboBox.activated.emit(3)
    module_host.check()
    plan = panel.logic.plan()
    assert (plan.preset, plan.minutes) == ("quick", 5.0)
    assert plan.advanced == {
        "side": 64,
        "seed": 7,
        "learning_rate": 0.001,
        "channels": [8, 16, 32, 32],
        "device": "cpu",
    }
    panel.logic.closeProject()
    panel.panel.refresh()
    panel.panel.openProject(project.folder)
    section(panel, "Base")
    assert ui.quickRadioButton.checked and ui.minutesSpinBox.value == 5
    assert ui.compareUNetCheckBox.checked
    assert ui.sizeSpinBox.value == 64 and ui.channelsEdit.text == "8, 16, 32, 32"
    assert ui.deviceComboBox.currentText == "CPU" and ui.rateEdit.text == "0.001"
    picture(panel, module_host, artifacts, "base-advanced")


def test_rehearsal(panel, module_host, artifacts, tmp_path):
    project = train_fixtures.ready(tmp_path)
    panel.panel.openProject(project.folder)
    ui = section(panel, "Training")
    assert "not measured" in ui.startLabel.text and not ui.rehearsalFrame.visible
    picture(panel, module_host, artifacts, "before")
    module_host.click(ui.rehearseButton)
    assert ui.rehearsalFrame.visible and not ui.startButton.enabled
    module_host.click(ui.cancelRehearsalButton)
    module_host.wait(lambda: not ui.rehearsalFrame.visible, 5)
    assert "not measured" in ui.startLabel.text and not panel.ui.messageFrame.visible
    assert project.jobs()[0]["state"] == "cancelled"  # also when the worker had not begun
    module_host.click(ui.rehearseButton)
    module_host.wait(lambda: ui.rehearsalProgressBar.value > 40, 60)
    assert ui.rehearsalLabel.text.count("Rehearsal") == 1
    picture(panel, module_host, artifacts, "rehearsing")
    module_host.wait(lambda: not ui.rehearsalFrame.visible, 60)
    assert "memory" in ui.startLabel.text and ui.startButton.enabled, ui.startLabel.text
    picture(panel, module_host, artifacts, "rehearsed")
    # What does not fit is not started; the offer is taken with one click.
    panel.logic.setPlan(minutes=0.01)
    panel.panel.refresh()
    assert not ui.startButton.enabled and "shortest" in ui.startLabel.text
    assert "Use the settings that fit" in panel.ui.nextStepLabel.text  # not: start it
    picture(panel, module_host, artifacts, "does-not-fit")
    module_host.click(ui.offerButton)
    assert ui.startButton.enabled and panel.logic.plan().minutes >= 1


def test_an_offer_in_words(panel):
    from SemiGDALib.train.training.section import offerText

    assert offerText({"minutes": 1, "labeled_batch": 4}) == "1 minute, labelled batch 4"
    assert offerText({"minutes": 2}) == "2 minutes"


def test_training(panel, module_host, artifacts, tmp_path):
    """Started, watched, left alone, found again, killed, resumed, ended with the best."""
    project = train_fixtures.ready(tmp_path, checkpoint_minutes=0.02, **SLOW)
    panel.panel.openProject(project.folder)
    ui = section(panel, "Training")
    module_host.click(ui.startButton)
    assert ui.watchFrame.visible and not ui.startFrame.visible
    wait_for(panel, module_host, lambda: ui.curvesFrame.visible)
    picture(panel, module_host, artifacts, "running-begin")
    wait_for(panel, module_host, lambda: ui.previewFrame.visible and ui.previewSlider.maximum > 2)
    picture(panel, module_host, artifacts, "running")
    module_host.click(ui.plotButton)
    charts = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
    assert len(charts) == 1 and charts[0].GetNumberOfPlotSeriesNodes() == 2
    rows = slicer.util.getNodesByClass("vtkMRMLTableNode")[0].GetNumberOfRows()
    # Leaving the panel, closing the project: the training goes on and is found again.
    module_host.close()
    job = JobFolder(panel.logic.training()["folder"])
    before = job.state()["progress"]
    panel.logic.closeProject()
    module_host.wait(lambda: job.state()["progress"] > before, 60)
    module_host.open("SemiGDATrain")
    panel.panel.openProject(project.folder)
    assert ui.watchFrame.visible and panel.logic.training()["progress"] > before
    wait_for(
        panel,
        module_host,
        lambda: slicer.util.getNodesByClass("vtkMRMLTableNode")[0].GetNumberOfRows() > rows,
    )
    # Killed as by a power cut.
    folder = panel.logic.training()["folder"]
    os.kill(json.loads((folder / "state.json").read_text("utf-8"))["pid"], signal.SIGKILL)
    module_host.wait(lambda: "interrupted" in ui.stateLabel.text, 10)
    assert "Resume the training" in panel.ui.nextStepLabel.text
    picture(panel, module_host, artifacts, "interrupted")
    shown = scores(panel)
    module_host.click(ui.resumeButton)
    wait_for(panel, module_host, lambda: scores(panel) > shown + 1)
    steps = [one.position for one in panel.panel.sections["Training"]._history.losses]
    assert steps == sorted(set(steps))
    # Asked once, answered no; then ended with what there is.
    module_host.click(ui.cancelButton)
    assert ui.confirmFrame.visible
    picture(panel, module_host, artifacts, "confirm")
    module_host.click(ui.keepButton)
    assert not ui.confirmFrame.visible and state(panel) == "running"
    # Paused: the process ends, so that its memory is free.
    module_host.click(ui.pauseButton)
    wait_for(panel, module_host, lambda: state(panel) == "paused", 20)
    assert "Paused" in ui.stateLabel.text and ui.resumeButton.visible
    picture(panel, module_host, artifacts, "paused")
    module_host.click(ui.resumeButton)
    wait_for(panel, module_host, lambda: state(panel) == "running")
    # Ended early with the best, which becomes a version.
    module_host.click(ui.stopButton)
    assert "Ending" in ui.stateLabel.text and not ui.stopButton.enabled
    wait_for(panel, module_host, lambda: ui.startFrame.visible)
    assert state(panel) == "done" and len(panel.logic.versions()) == 1
    picture(panel, module_host, artifacts, "done")


def test_cancel(panel, module_host, artifacts, tmp_path):
    """At once, also while the process is still starting; it can be resumed."""
    project = train_fixtures.ready(tmp_path, **SLOW)
    panel.panel.openProject(project.folder)
    ui = section(panel, "Training")
    module_host.click(ui.startButton)
    module_host.click(ui.cancelButton)
    module_host.click(ui.confirmButton)
    wait_for(panel, module_host, lambda: ui.startFrame.visible, 40)
    assert state(panel) == "cancelled" and "cancelled" in ui.stateLabel.text
    assert ui.resumeButton.visible
    picture(panel, module_host, artifacts, "cancelled")
