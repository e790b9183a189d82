"""The whole story on real images: from a few labelled cases to a segmentation by one's own model.

MR images of the hippocampus, a quick look as short as can be, and everything that happens to a
training: its process is killed, the panel is closed, the project is opened anew. Every step leaves
a picture (``story-*.png``). With $SEMIGDA_STORY_MINUTES it is the tutorial's: six patients are
labelled and held out in four turns (five trainings), not three in three.
"""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import numpy as np
import phantoms
import pytest
import slicer
from conftest import checked
from stories import DATA, MINUTES, Story, child, split_of

CLASSES = ("Anterior", "Posterior")
LABELLED, UNLABELLED = (6, 20) if MINUTES else (3, 6)
FEW = {"side": 64, "align_steps": 10, "steps": 30}  # as many as find both classes
TURNS = min(4, LABELLED)
PATIENT = "DOE_JANE"  # in every file's name, as studies have it; must not get out


def write_study(folder: Path) -> None:
    split = split_of("hippocampus")
    labelled, unlabelled = split["labeled"][:LABELLED], split["unlabeled"][:UNLABELLED]
    for part, names in (("images", labelled + unlabelled), ("labels", labelled)):
        (folder / part).mkdir(parents=True)
        for name in names:
            source = DATA / "hippocampus" / part / f"{name}.nii.gz"
            shutil.copy(source, folder / part / f"{PATIENT}_{name[-3:]}.nii.gz")


@pytest.fixture
def story(tell):
    return tell("story")


@pytest.mark.slow
def test_story(story, tmp_path):
    write_study(tmp_path / "study")
    gather(story, tmp_path)
    plan(story)
    train(story)
    use(story)
    label_next(story)
    nothing_told(story, tmp_path)


def gather(story: Story, tmp_path: Path) -> None:
    """A project, its classes and cases, the check, the held-out cases."""
    widget, host = story.widget, story.host
    widget.panel.createProject(tmp_path / "Hippocampus")
    for name in CLASSES:
        story.add_class(name)
    story.add_folder(tmp_path / "study" / "images", tmp_path / "study" / "labels")
    view = widget.logic.project.read()
    counts = len(view.of_role("labeled")), len(view.of_role("unlabeled"))
    assert counts == (LABELLED, UNLABELLED)
    checked(widget, host)

    def tell_values(dialog):
        table = child(dialog, "namesTable")
        for row in range(table.rowCount):
            value = int(table.item(row, 0).text().rpartition(" ")[2])
            combo = table.cellWidget(row, 2)
            combo.setCurrentIndex(combo.findText(CLASSES[value - 1]))
        host.grab(dialog, story.artifacts / "story-00-values.png")
        child(dialog, "okButton").click()

    assert "Assign a class" in widget.ui.nextStepLabel.text  # values bear no names
    host.in_dialog(tell_values)
    host.click(story.ui("Cases").mappingButton)
    story.look("cases")
    story.ui("Check")
    assert not [one for one in widget.panel.context.findings if one.severity == "error"]
    story.look("check")
    host.click(story.ui("HeldOut").chooseButton)
    assert len(widget.logic.project.read().heldout["folds"]) == TURNS  # each patient in one
    story.ui("HeldOut")
    story.look("held-out")


def plan(story: Story) -> None:
    """A quick look from general image features, and what it will take."""
    host = story.host
    ui = story.ui("Base")
    host.click(ui.quickRadioButton)
    ui.minutesSpinBox.value = MINUTES or 1
    ui.minutesSpinBox.editingFinished.emit()
    assert ui.baseComboBox.currentText.startswith("General image features")
    if not MINUTES:
        story.widget.logic.setPlan(advanced=FEW)
        story.widget.panel.refresh()
    story.look("plan")
    story.rehearse()
    story.look("rehearsed")


def train(story: Story) -> None:
    """Started, killed, resumed, the panel closed and the project opened anew, finished."""
    widget, host = story.widget, story.host
    ui = story.start()
    story.wait(lambda: ui.previewFrame.visible, 300, "no preview within 5 minutes of Start")
    story.look("first-preview")
    story.wait(lambda: ui.curvesFrame.visible and story.training()["progress"] > 0.1, 300)
    os.kill(story.process_id(), getattr(signal, "SIGKILL", signal.SIGTERM))
    host.wait(lambda: "interrupted" in ui.stateLabel.text, 20)
    story.look("interrupted")
    host.click(ui.resumeButton)
    story.wait(lambda: story.training()["progress"] > 0.15, 300)
    folder, process = widget.logic.project.folder, story.process_id()
    host.close()
    widget.logic.closeProject()
    host.process(3)
    host.open("SemiGDATrain")
    widget.panel.openProject(folder)
    ui = story.ui("Training")
    assert ui.watchFrame.visible and story.process_id() == process
    story.wait(lambda: story.training()["progress"] > 0.9, 1800)
    story.look("training")
    story.to_the_end()


def use(story: Story) -> None:
    """The verdict on the held-out cases; the model in SemiGDASegment."""
    widget, host = story.widget, story.host
    ui = story.ui("Result")
    widget.panel.refresh()
    (version,) = widget.logic.versions()
    story.look("result")
    assert version.wins and version.scheme == "leave-one-out", version.reason
    host.load("SemiGDASegment")
    host.click(ui.useButton)
    host.wait(lambda: host.selected == "SemiGDASegment", 120)
    assert widget.logic.versions()[0].in_use
    host.open("SemiGDATrain")
    story.look("in-use")
    name = split_of("hippocampus")["val"][1]  # an image that no training saw
    image, label = (DATA / "hippocampus" / part / f"{name}.nii.gz" for part in ("images", "labels"))
    volume = slicer.util.loadVolume(str(image), {"name": "MR"})
    labelled = slicer.util.loadLabelVolume(str(label), {})
    truth = slicer.util.arrayFromVolume(labelled)
    slicer.mrmlScene.RemoveNode(labelled)
    segment = host.open("SemiGDASegment", height=820)
    models = [model.name for model in segment.logic.models() if not model.bundled]
    assert len(models) == 1
    segment.ui.inputVolumeSelector.setCurrentNode(volume)
    assert segment.logic.getParameterNode().model == models[0]  # chosen by *Use in SemiGDA Segment*
    host.process()
    host.click(segment.ui.segmentButton)
    host.wait(lambda: not segment.logic.isRunning(), 300)
    assert segment.logic.run.error is None
    node = segment.logic.result.segmentationNode
    scores = {}
    for row in segment.logic.result.segments:
        mask = phantoms.mask_in(volume, phantoms.world_points(node, row["id"]))
        scores[row["name"]] = phantoms.dice(mask, truth == row["value"])
    story.figures["new_dice"] = {name: round(float(dice), 3) for name, dice in scores.items()}
    story.keep(version)
    assert tuple(scores) == CLASSES and np.mean(list(scores.values())) > 0.3
    segment.logic.show3D(node)
    bounds = np.zeros(6)
    node.GetRASBounds(bounds)
    picture = story.artifacts / "story-20-segment.png"
    host.window(picture, segment, center_ras=bounds.reshape(3, 2).mean(1))


def label_next(story: Story) -> None:
    """All unlabelled cases ranked; one prediction accepted."""
    widget, host = story.widget, story.host
    host.open("SemiGDATrain")
    ui = story.ui("Review")
    host.click(ui.rankButton)
    host.wait(lambda: not ui.rankFrame.visible, 300)
    assert ui.nextTable.rowCount == UNLABELLED and ui.inboxTable.rowCount > 0
    story.look("label-next")
    before = len(widget.logic.project.read().of_role("labeled"))
    host.click(ui.acceptButton)
    view = widget.logic.project.read()
    assert len(view.of_role("labeled")) == before + 1
    assert [case.origin for case in view.cases].count("machine") == 1


def nothing_told(story: Story, tmp_path: Path) -> None:
    """No name and no path of the study in what may leave the computer, or in the jobs' history."""
    logic = story.widget.logic
    (version,) = logic.versions()
    report = logic.report(version.job)
    told = [Path(report), *(tmp_path / "library").rglob("*"), *version.folder.rglob("*")]
    for pattern in ("events.jsonl", "state.json", "result.json", "comparison.json", "log.txt"):
        told += (logic.project.folder / "jobs").rglob(pattern)
    files = [path for path in told if path.is_file()]
    assert len(files) > 8
    for path in files:
        content = path.read_bytes()
        assert PATIENT.encode() not in content and str(tmp_path).encode() not in content, path.name
