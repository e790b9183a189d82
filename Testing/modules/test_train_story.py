"""The whole story on real images: from six labelled cases to a segmentation by one's own model.

Six labelled and twenty unlabelled MR images of the hippocampus, a quick look of three minutes or
$SEMIGDA_STORY_MINUTES (seven trainings), and everything that happens to a training: its process is
killed, the panel is closed, the project is opened anew. Every step leaves a picture
(``story-*.png``).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import phantoms
import pytest
import slicer
from conftest import checked
from train_fixtures import section, wait_for_end

from Testing.host.session import PANEL_WIDTH

DATA = Path(os.environ.get("SEMIGDA_DATA", Path(__file__).parents[3] / "shared" / "data"))
CLASSES = ("Anterior", "Posterior")
MINUTES = int(os.environ.get("SEMIGDA_STORY_MINUTES", "3"))
PATIENT = "DOE_JANE"  # in every file's name, as studies have it; must not get out


def hippocampus() -> dict[str, list[str]]:
    if not (DATA / "splits.json").is_file():
        pytest.skip("the development data are not here (SEMIGDA_DATA)")
    return json.loads((DATA / "splits.json").read_text("utf-8"))["sets"]["hippocampus"]


def write_study(folder: Path) -> None:
    split = hippocampus()
    for part, names in (("images", split["labeled"][:6] + split["unlabeled"][:20]),):
        (folder / part).mkdir(parents=True)
        for name in names:
            source = DATA / "hippocampus" / part / f"{name}.nii.gz"
            shutil.copy(source, folder / part / f"{PATIENT}_{name[-3:]}.nii.gz")
    (folder / "labels").mkdir()
    for name in split["labeled"][:6]:
        source = DATA / "hippocampus" / "labels" / f"{name}.nii.gz"
        shutil.copy(source, folder / "labels" / f"{PATIENT}_{name[-3:]}.nii.gz")


def child(dialog, name):
    import qt

    return next(one for one in dialog.findChildren(qt.QWidget) if one.objectName == name)


class Story:
    """The panel as the user sees it, one step after another."""

    def __init__(self, widget, host, artifacts):
        self.widget, self.host, self.artifacts = widget, host, artifacts
        self.count = 0

    def look(self, name: str) -> None:
        """A picture of the panel, as high as it needs to be."""
        self.count += 1
        self.host.process(0.1)
        self.widget.parent.resize(PANEL_WIDTH, self.widget.parent.layout().sizeHint().height())
        self.host.grab(self.widget, self.artifacts / f"story-{self.count:02d}-{name}.png")

    def ui(self, name: str):
        return section(self.widget, name)

    def wait(self, condition, seconds: float, message: str = "waited too long") -> None:
        """As a user who looks now and then: waiting in a hurry would slow the training down."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, message
            self.host.process(0.02)
            self.host.check()
            time.sleep(0.5)

    def training(self) -> dict:
        return self.widget.logic.training()

    def process_id(self) -> int:
        return json.loads((self.training()["folder"] / "state.json").read_text("utf-8"))["pid"]


@pytest.fixture
def story(training, module_host, artifacts, tmp_path):
    os.environ["SEMIGDA_MODELS"] = str(tmp_path / "library")
    os.environ.pop("OMP_NUM_THREADS", None)  # the training may use the whole computer
    told = Story(training, module_host, artifacts)
    yield told
    if training.logic.project is not None and told.training():
        if told.training()["state"] not in ("done", "failed", "cancelled"):
            training.logic.cancel()
            wait_for_end(told.training()["folder"], 60)


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
    ui = story.ui("Cases")
    for name in CLASSES:

        def fill(dialog, name=name):
            child(dialog, "textEdit").text = name
            child(dialog, "okButton").click()

        host.in_dialog(fill)
        host.click(ui.addClassButton)

    def choose(dialog):
        child(dialog, "imagesEdit").text = str(tmp_path / "study" / "images")
        child(dialog, "labelsEdit").text = str(tmp_path / "study" / "labels")
        host.grab(dialog, story.artifacts / "story-00-folder.png")
        child(dialog, "okButton").click()

    host.in_dialog(choose)
    host.click(ui.addFolderButton)
    view = widget.logic.project.read()
    assert len(view.of_role("labeled")) == 6 and len(view.of_role("unlabeled")) == 20
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
    assert len(widget.logic.project.read().heldout["folds"]) == 6  # each patient in turn
    story.ui("HeldOut")
    story.look("held-out")


def plan(story: Story) -> None:
    """A quick look with small batches, and what it will take."""
    host = story.host
    ui = story.ui("Base")
    host.click(ui.quickRadioButton)
    boxes = {ui.minutesSpinBox: MINUTES, ui.labeledBatchSpinBox: 4, ui.unlabeledBatchSpinBox: 4}
    for box, value in boxes.items():
        box.value = value
        box.editingFinished.emit()
    story.look("plan")
    ui = story.ui("Training")
    host.click(ui.rehearseButton)
    host.wait(lambda: not ui.rehearsalFrame.visible, 150)
    if ui.offerButton.visible:  # a busy computer needs more minutes than these
        host.click(ui.offerButton)
    assert "min" in ui.startLabel.text and ui.startButton.enabled, ui.startLabel.text
    story.look("rehearsed")


def train(story: Story) -> None:
    """Started, killed, resumed, the panel closed and the project opened anew, finished."""
    widget, host = story.widget, story.host
    ui = story.ui("Training")
    host.click(ui.startButton)
    story.wait(lambda: ui.previewFrame.visible, 180, "no preview within 3 minutes of Start")
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
    story.wait(lambda: story.training()["state"] in ("done", "failed"), 600)
    log = (story.training()["folder"] / "log.txt").read_text("utf-8", "replace")
    assert story.training()["state"] == "done", log
    host.wait(lambda: widget.logic.versions(), 10)


def use(story: Story) -> None:
    """The verdict on the held-out cases; the model in SemiGDASegment."""
    widget, host = story.widget, story.host
    ui = story.ui("Result")
    widget.panel.refresh()
    (version,) = widget.logic.versions()
    print("Dice", {name: round(dice, 3) for name, dice in version.dice.items()}, version.reason)
    story.look("result")
    assert version.wins and version.scheme == "leave-one-out", version.reason
    host.load("SemiGDASegment")
    host.click(ui.useButton)
    host.wait(lambda: host.selected == "SemiGDASegment", 120)
    assert widget.logic.versions()[0].in_use
    host.open("SemiGDATrain")
    story.look("in-use")
    name = hippocampus()["val"][1]  # an image that no training saw
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
    print("Dice of a new image", {name: round(float(dice), 3) for name, dice in scores.items()})
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
    assert ui.nextTable.rowCount == 20 and ui.inboxTable.rowCount > 0
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
