"""What the panel makes of a training's files: folds, stuck classes, a full disk, repeated steps.

The files are written here as a training writes them, so that rare states come at once.
"""

from __future__ import annotations

import json

import numpy as np
import pytest
import train_fixtures
from train_fixtures import picture, section

from semigda_core.errors import SemiGDAError
from Testing.host.session import PANEL_WIDTH


@pytest.fixture
def job(training, tmp_path):
    """A training of this process, with the panel watching it."""
    project = train_fixtures.ready(tmp_path, labelled=4)
    training.panel.openProject(project.folder)
    job = project.new_job("train", {}, {}, version="v")
    job.update("running", 0.3, 4000.0, "Learning to segment: step 75 of 400.")
    training.panel.refresh()
    return job


def write_picture(path, shade) -> None:
    import SimpleITK as sitk

    path.parent.mkdir(exist_ok=True)
    rows, columns = np.mgrid[:96, :288]
    image = np.stack([(rows + columns + shade) % 255] * 3, axis=-1).astype(np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(image, isVector=True), str(path))


def part(index, kind="fold"):
    return {"index": index, "count": 5, "kind": kind}


def test_folds_and_stuck_classes(training, job, module_host, artifacts):
    ui = section(training, "Training")
    for fold in (0, 1):
        for step in (25, 50, 75):
            losses = {"total": 1 / step, "segment_vae": 0.5 / step}
            job.event("losses", stage="segment", step=step, losses=losses, part=part(fold))
            dice = {"both": {"ball": step / 100 + fold / 10, "core": 0.0}}
            job.event("validation", step=step, dice=dice, cases=1, part=part(fold))
    for number, kind in enumerate(("autoencoder", "held-out", "unlabeled")):
        for step in (25, 50):
            name = f"previews/{kind}-{step}.png"
            write_picture(job.path / name, 40 * number + step)
            job.event("preview", stage="segment", step=step, kind=kind, file=name, part=part(1))
    causes = ["The label is in few slices.", "The label's values are others than in the list."]
    warning = "2 held-out cases could not be scored."
    for _ in range(2):  # again after a kill
        job.event("warning", message=warning)
    job.event("stuck", classes=["core"], step=75, causes=causes, part=part(1))
    module_host.wait(lambda: ui.stuckLabel.visible, 5)
    assert "core" in ui.stuckLabel.text and causes[0] in ui.stuckLabel.text
    assert ui.stuckLabel.text.count(warning) == 1
    assert "Patient 2 of 4 held out" in ui.stateLabel.text
    assert "1 h 5 min left" in ui.stateLabel.text
    assert "ball&nbsp;0.85" in ui.legendLabel.text  # of the second fold
    history = training.panel.sections["Training"]._history
    assert len(history.scores) == 6 and len(history.ofNewestPart(history.scores)) == 3
    assert ui.previewComboBox.count == 3 and ui.previewComboBox.currentText == "Held-out cases"
    picture(training, module_host, artifacts, "fold-stuck")
    # Back in time, and another kind; new pictures then do not tear the user away.
    ui.previewSlider.value = 0
    assert "step 25" in ui.previewNoteLabel.text
    ui.previewComboBox.setCurrentIndex(1)
    ui.previewComboBox.activated.emit(1)
    assert "step 50" in ui.previewNoteLabel.text and "branch" in ui.previewNoteLabel.text
    ui.previewSlider.value = 0
    write_picture(job.path / "previews" / "unlabeled-75.png", 0)
    about = {"stage": "segment", "kind": "unlabeled", "part": part(1)}
    job.event("preview", step=75, file="previews/unlabeled-75.png", **about)
    module_host.wait(lambda: ui.previewSlider.maximum == 2, 5)
    assert ui.previewSlider.value == 0 and "step 25" in ui.previewNoteLabel.text
    # Losses of a stage, in the panel and in the plot view.
    ui.curvesComboBox.setCurrentIndex(1)
    ui.curvesComboBox.activated.emit(1)
    assert "Learning to segment" in ui.legendLabel.text and "total" in ui.legendLabel.text
    picture(training, module_host, artifacts, "losses")
    job.event("losses", stage="pretrain", step=1, losses={"l1": 1.0}, part=part(4, "final"))
    module_host.wait(lambda: "The final model" in ui.stateLabel.text, 5)


def test_the_first_look(training, job, module_host, artifacts):
    ui = section(training, "Training")
    for number, kind in enumerate(("held-out", "unlabeled")):
        name = f"previews/look_000000_{kind}.png"
        write_picture(job.path / name, 60 * number)
        job.event("preview", stage="look", step=0, kind=kind, file=name)
    job.event("first-look", seconds=40.4, dice={"ball": 0.7, "core": 0.0})
    cause = "It is not found anywhere on its own labelled cases: look at its labels."
    job.event("stuck", classes=["core"], step=0, stage="look", causes=[cause])
    module_host.wait(lambda: ui.stuckLabel.visible and ui.previewFrame.visible, 5)
    assert cause in ui.stuckLabel.text and "core" in ui.stuckLabel.text
    assert "First look, after 40 s" in ui.previewNoteLabel.text
    picture(training, module_host, artifacts, "first-look")
    ui.previewComboBox.setCurrentIndex(1)
    ui.previewComboBox.activated.emit(1)
    assert "doubt" in ui.previewNoteLabel.text and "branch" not in ui.previewNoteLabel.text
    # The training's own pictures come after it, and what it finds is what counts from then on.
    name = "previews/align_000004_held-out.png"
    write_picture(job.path / name, 9)
    job.event("preview", stage="align", step=4, kind="held-out", file=name)
    job.event("validation", step=9, dice={"both": {"ball": 0.8, "core": 0.5}}, cases=1)
    module_host.wait(lambda: not ui.stuckLabel.visible, 5)
    history = training.panel.sections["Training"]._history
    assert [one.stage for one in history.previews["held-out"]] == ["look", "align"]


def test_repeated_steps_are_told_once(training, job):
    history = training.panel.sections["Training"]._history
    for step in (25, 50, 75, 50, 75, 100):  # killed at 75, resumed at 25
        job.event("losses", stage="segment", step=step, losses={"total": float(step)})
    assert history.read() and not history.read()
    assert [one.step for one in history.losses] == [25, 50, 75, 100]
    with open(job.path / "events.jsonl", "ab") as file:
        file.write(b'{"type": "losses", "stage": "segm')  # torn by a kill
    job.event("losses", stage="segment", step=125, losses={"total": 1.0})
    assert history.read() and history.losses[-1].step == 125


def test_paused_by_a_full_disk(training, job, module_host, artifacts):
    ui = section(training, "Training")
    job.update("paused", message="Paused.")
    state = json.loads((job.path / "state.json").read_text("utf-8"))
    (job.path / "state.json").write_text(
        json.dumps(state | {"reason": SemiGDAError("disk-full").to_dict(), "pid": None}), "utf-8"
    )
    module_host.wait(lambda: "disk is full" in ui.stateLabel.text, 5)
    assert "Free some disk space" in ui.stateLabel.text and ui.resumeButton.visible
    assert not ui.pauseButton.visible and "Resume the training" in training.ui.nextStepLabel.text
    picture(training, module_host, artifacts, "disk-full")


def test_failed(training, job, module_host, artifacts):
    ui = section(training, "Training")
    job.fail(SemiGDAError("out-of-memory"))
    module_host.wait(lambda: "too little free memory" in ui.stateLabel.text, 5)
    assert ui.resumeButton.visible and ui.startFrame.visible and not ui.stopButton.visible
    picture(training, module_host, artifacts, "failed")


def test_what_happens_while_the_section_is_closed(training, job, module_host):
    """It is told, and can be answered, as soon as the section is opened again."""
    ui, button = section(training, "Training"), training.panel.buttons["Training"]
    button.collapsed = True
    training.panel.refresh()
    button.collapsed = False
    assert ui.pauseButton.visible and ui.stopButton.visible
    button.collapsed = True
    job.fail(SemiGDAError("disk-full", "The disk is full.", action="Free some space."))
    training.panel.refresh()
    button.collapsed = False
    assert "The disk is full." in ui.stateLabel.text
    assert ui.resumeButton.visible and not ui.pauseButton.visible


def test_the_panel_keeps_its_width_however_often_it_is_drawn(training, job, module_host):
    ui = section(training, "Training")
    for kind in ("held-out", "unlabeled"):
        write_picture(job.path / f"previews/{kind}-1.png", 0)
        name = f"previews/{kind}-1.png"
        job.event("preview", stage="segment", step=1, kind=kind, file=name, part=part(0))
    for step in range(1, 51):
        job.event("losses", stage="segment", step=step, losses={"total": 1 / step}, part=part(0))
        dice = {"both": {"ball": step / 100, "core": 0.5}}
        job.event("validation", step=step, dice=dice, cases=1, part=part(0))
        training.panel.sections["Training"]._readHistory()
        module_host.process()
    assert ui.curvesLabel.pixmap.width() > 200 and ui.previewLabel.pixmap.width() > 200
    assert training.parent.width == PANEL_WIDTH
    module_host.check()
