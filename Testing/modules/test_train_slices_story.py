"""A few slices of each of eight cases are drawn, and a model learns from them.

With $SEMIGDA_STORY_MINUTES they are real images and a real training; without, drawn balls and a
few steps. In both the user presses the same buttons.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import phantoms
import pytest
import slicer
import studies
import train_fixtures  # noqa: F401  finds the engine's fixtures
from conftest import checked
from stories import DATA, MINUTES, Story, child, split_of

from Testing.host.session import PANEL_WIDTH

LABELLED, UNLABELLED = 8, 12  # from eight on some are held out for good
DRAWN = 4  # slices of a case
FEW = {"pretrain_steps": 4, "align_steps": 4, "steps": 8}  # where nothing is to be learned
SIZE = (1440, 900)  # of the picture of panel and views


@dataclass(frozen=True)
class Study:
    """Images that nobody labelled, and what a clinician would draw on some of them.

    Attributes:
        images: their folder.
        answers: label files of those that are drawn on, by the image's name without ending.
        drawn: on how many slices of each.
        unseen: image and label of a case that is not in the folder.
    """

    classes: tuple[str, ...]
    images: Path
    answers: dict[str, Path]
    drawn: int
    unseen: tuple[Path, Path]


def brains(folder: Path) -> Study:
    """The hippocampus (Medical Segmentation Decathlon, Task04)."""
    split, images = split_of("hippocampus"), folder / "Brains"
    images.mkdir()
    answers = {}
    for number, name in enumerate(split["labeled"][:LABELLED], 1):
        shutil.copy(image_of(name), images / f"Brain {number:02d}.nii.gz")
        answers[f"Brain {number:02d}"] = answer_of(name)
    for number, name in enumerate(split["unlabeled"][:UNLABELLED], LABELLED + 1):
        shutil.copy(image_of(name), images / f"Brain {number:02d}.nii.gz")
    unseen = split["val"][1]
    classes = ("Anterior", "Posterior")
    return Study(classes, images, answers, DRAWN, (image_of(unseen), answer_of(unseen)))


def image_of(name: str) -> Path:
    return DATA / "hippocampus" / "images" / f"{name}.nii.gz"


def answer_of(name: str) -> Path:
    return DATA / "hippocampus" / "labels" / f"{name}.nii.gz"


def balls(folder: Path) -> Study:
    """Drawn volumes: some to draw on, and two others."""
    studies.write_study(folder / "Balls", 0, LABELLED + 2)
    answers, other = {}, LABELLED + 2
    for number in (*range(LABELLED), other):
        name = f"DOE_JANE_{number:02d}"
        answers[name] = studies.write_nrrd(folder / f"{name}.nrrd", studies.draw(number)[1])
    image = studies.write_nrrd(folder / "unseen.nrrd", studies.draw(other)[0])
    unseen = image, answers.pop(f"DOE_JANE_{other:02d}")
    return Study(("ball", "core"), folder / "Balls", answers, 3, unseen)


@pytest.mark.slow
def test_a_story_of_slices(tell, tmp_path):
    story = tell("story-slices")
    study = brains(tmp_path) if MINUTES else balls(tmp_path)
    story.widget.panel.createProject(tmp_path / "Project")
    for name in study.classes:
        story.add_class(name)
    story.add_folder(study.images)
    label_slices(story, study)
    train(story)
    version = look_at_result(story)
    segment_unseen(story, study)
    story.keep(version)


# Labelling


def label_slices(story: Story, study: Study) -> None:
    """One case after the other, as the panel says, until all of the answers are drawn."""
    widget, logic = story.widget, story.widget.logic
    checked(widget, story.host)
    count = 0
    for case in logic.project.read().cases:
        if case.name in study.answers:
            finished = label_case(story, study, case, first=not count)
            saved = logic.project.read().case(case.id)
            assert saved.finished.indices == finished and saved.label is not None
            count += study.drawn
    view = logic.project.read()
    assert len(view.of_role("labeled")) == len(study.answers)
    checked(widget, story.host)
    story.ui("Cases")
    story.look("cases")
    story.figures["slices_drawn"] = count


def label_case(story: Story, study: Study, case, first: bool) -> tuple[int, ...]:
    """Double-click, *Which slices?*, draw and mark, mark the empty ends, *Save label*. Returns
    which slices are finished."""
    host, logic, ui = story.host, story.widget.logic, story.ui("Cases")
    answer = array_of(study.answers[case.name])
    holds = np.flatnonzero(answer.any(axis=(1, 2)))
    row = [one.id for one in logic.project.read().cases].index(case.id)
    ui.casesTable.setCurrentCell(row, 1)
    ui.casesTable.cellDoubleClicked.emit(row, 1)
    assert host.selected == "SegmentEditor"
    editor = slicer.modules.segmenteditor.widgetRepresentation().self()
    editor.parent.resize(PANEL_WIDTH, SIZE[1])
    editor.parent.show()
    bar = slices_bar()

    def which(dialog):
        numbers_in(dialog, study.drawn, int(holds[0]), int(holds[-1]))
        if first:
            host.grab(dialog, story.artifacts / f"{story.name}-which.png")
        child(dialog, "okButton").click()

    host.in_dialog(which)
    host.click(bar.whichButton)
    proposed = logic.slices().proposed.indices
    assert len(proposed) == study.drawn and {*proposed} <= {*holds.tolist()}
    kept = np.zeros_like(answer)
    for number, index in enumerate(proposed, 1):
        assert logic.slices().shown() == (2, index)
        draw(logic.labelling, study.classes, kept, answer, index)
        host.click(bar.markButton)
        if first and number == len(proposed) - 2:
            look_at_slices(story, logic.labelling.volumeNode, answer)
        if bar.nextButton.enabled:
            host.click(bar.nextButton)
    ends = [range(holds[0]), range(holds[-1] + 1, len(answer))]
    for empty in filter(None, ends):  # no drawing: the structure is not there

        def span(dialog, empty=empty):
            numbers_in(dialog, empty[0], empty[-1])
            child(dialog, "okButton").click()

        host.in_dialog(span)
        bar.onRange()
        host.check()
    back = child(editor.parent, "backToSemiGDATrainButton")
    host.click(back)
    editor.parent.hide()
    assert "slices finished" in story.widget.ui.labellingLabel.text
    if first:
        story.look("save")
    host.click(story.widget.ui.saveLabelButton)
    return tuple(sorted({*proposed, *ends[0], *ends[1]}))


def array_of(path: Path) -> np.ndarray:
    """The values of a label file on the image's grid (z, y, x)."""
    node = slicer.util.loadLabelVolume(str(path), {"show": False})
    array = slicer.util.arrayFromVolume(node).copy()
    slicer.mrmlScene.RemoveNode(node)
    return array


def slices_bar():
    from SemiGDALib.train.labelling import editor_bar

    return editor_bar.bar()


def numbers_in(dialog, *values) -> None:
    import qt

    for box, value in zip(dialog.findChildren(qt.QSpinBox), values, strict=True):
        box.value = value


def draw(labelling, classes, kept, answer, index) -> None:
    """Every class on one more slice."""
    kept[index] = answer[index]
    segmentation = labelling.segmentationNode.GetSegmentation()
    for value, name in enumerate(classes, 1):
        slicer.util.updateSegmentBinaryLabelmapFromArray(
            (kept == value).astype(np.uint8),
            labelling.segmentationNode,
            segmentation.GetSegmentIdBySegmentName(name),
            labelling.volumeNode,
        )


def look_at_slices(story: Story, volume, answer) -> None:
    """What the module puts on top of Segment Editor's panel, and two of the views."""
    import vtk
    from qt import QImage

    editor = slicer.modules.segmenteditor.widgetRepresentation().self()
    here = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode().GetSliceOffset()
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    middle = [float(values.mean()) for values in reversed(np.nonzero(answer))]
    r, a, _s = matrix.MultiplyPoint([*middle, 1])[:3]
    path, size = story.artifacts / "slices-marked.png", (1040, 560)
    story.host.window(path, editor, size=size, panel_width=PANEL_WIDTH, center_ras=(r, a, here))
    QImage(str(path)).copy(0, 0, (size[0] + PANEL_WIDTH) // 2, size[1]).save(str(path))
    editor.parent.resize(PANEL_WIDTH, SIZE[1])


# Training


def train(story: Story) -> None:
    """Held-out cases, a quick look, *Start*."""
    host = story.host
    host.click(story.ui("HeldOut").chooseButton)
    ui = story.ui("Base")
    host.click(ui.quickRadioButton)
    if MINUTES:
        assert ui.baseComboBox.currentText.startswith("General image features")
        ui.minutesSpinBox.value = MINUTES
        ui.minutesSpinBox.editingFinished.emit()
        story.rehearse()
        story.look("rehearsed")
    else:
        from trainings_fixtures import TINY

        story.widget.logic.setPlan(features=False, minutes=None, advanced=TINY | FEW)
        story.widget.panel.refresh()
    ui = story.start()
    story.wait(lambda: ui.previewFrame.visible, 300, "no preview within 5 minutes of Start")
    story.look("first-preview")
    story.wait(lambda: story.training()["progress"] > 0.9 or story.ended(), 3600)
    story.look("training")
    story.to_the_end()
    rows = json.loads((story.training()["folder"] / "cases.json").read_text("utf-8"))
    assert sum(row.get("label_slices", "all") != "all" for row in rows) == LABELLED


def look_at_result(story: Story):
    """Scores of the slices that are finished, which the table says. Returns the version."""
    story.widget.panel.refresh()
    ui = story.ui("Result")
    (version,) = story.widget.logic.versions()
    table = ui.scoreTable
    told = [table.item(row, 0).text() for row in range(table.rowCount)]
    assert sum(" slices)" in text for text in told) == 2 * len(version.dice), told
    assert "Labelled in part, and scored on that part alone: 2." in ui.tableLabel.text
    story.look("result")
    assert version.scheme == "split"
    assert version.wins or not MINUTES, version.reason
    return version


def segment_unseen(story: Story, study: Study) -> None:
    """A case that the model has not seen, and where it is in doubt."""
    host, logic = story.host, story.widget.logic
    host.load("SemiGDASegment")
    logic.useVersion(logic.versions()[0].name)
    host.wait(lambda: logic.versions()[0].in_use, 120)
    scores = segment_image(story, study)
    assert tuple(scores) == study.classes
    assert np.mean(list(scores.values())) > 0.5 or not MINUTES
    story.figures["new_dice"] = scores


def segment_image(story: Story, study: Study) -> dict[str, float]:
    """Dice by class; and where results are worth it a picture, at the first doubtful spot."""
    host = story.host
    volume = slicer.util.loadVolume(str(study.unseen[0]), {"name": "New image"})
    answer = array_of(study.unseen[1])
    segment = host.open("SemiGDASegment", height=SIZE[1])
    segment.ui.inputVolumeSelector.setCurrentNode(volume)
    segment.logic.getParameterNode().model = next(
        model.name for model in segment.logic.models() if not model.bundled
    )
    host.process()
    host.click(segment.ui.segmentButton)
    host.wait(lambda: not segment.logic.isRunning(), 600)
    assert segment.logic.run.error is None
    node = segment.logic.result.segmentationNode
    scores = {}
    for row in segment.logic.result.segments:
        found = np.zeros(answer.shape, bool)
        if row["id"] is not None:
            found = phantoms.mask_in(volume, phantoms.world_points(node, row["id"]))
        scores[row["name"]] = round(float(phantoms.dice(found, answer == row["value"])), 3)
    if MINUTES:
        look_at_doubt(story, segment, node)
    return scores


def look_at_doubt(story: Story, segment, node) -> None:
    """The review map, and the first doubtful spot."""
    from SemiGDALib.segment import views

    segment.logic.show3D(node)
    segment.ui.showReviewCheckBox.checked = True
    story.host.click(segment.ui.nextSpotButton)
    picture = story.artifacts / f"{story.name}-segment.png"
    here = views.jumpToSpot(node, 0)
    story.host.window(picture, segment, size=SIZE, center_ras=here)
