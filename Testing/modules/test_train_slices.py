"""Labels on some slices only: marked in Segment Editor, kept in files and scenes."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slicer
import studies

from semigda_core.errors import SemiGDAError
from semigda_core.files.stamps import stamp
from semigda_core.labels.finished import FINISHED_TAG, IGNORE_TAG, FinishedSlices
from semigda_core.labels.segments import read_segments

SLICES, HEIGHT, WIDTH = studies.SHAPE


@pytest.fixture
def project(training, tmp_path):
    """Classes ball and core; the first case has a label in segments, the second none."""
    folder = studies.write_study(tmp_path / "study", 1, 1)
    training.panel.createProject(tmp_path / "Liver")
    training.logic.project.set_classes(["ball", "core"])
    training.logic.addFolder(folder)
    training.panel.refresh()
    return training.logic.project


@pytest.fixture
def opened(training, project, module_host):
    """The case without a label, open in Segment Editor."""
    training.logic.editLabel(project.read().cases[1].id)
    yield training.logic
    training.logic.discardLabel()
    training.panel.refresh()  # takes the bar away


def view(name="Red"):
    return slicer.app.layoutManager().sliceWidget(name).mrmlSliceNode()


def look_at(logic, axis, index, name="Red"):
    """Move a view to a slice, by where its voxels lie in the scene."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    logic.labelling.volumeNode.GetIJKToRASMatrix(matrix)
    middle = [(n - 1) / 2 for n in (WIDTH, HEIGHT, SLICES)]
    middle[axis] = index
    view(name).JumpSliceByOffsetting(*matrix.MultiplyPoint([*middle, 1])[:3])


def mouse_in(name):
    crosshair = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLCrosshairNode")
    crosshair.SetCursorPositionXYZ([5, 5, 0], view(name))
    crosshair.InvokeEvent(crosshair.CursorPositionModifiedEvent)


def paint(logic, name, mask):
    node, volume = logic.labelling.segmentationNode, logic.labelling.volumeNode
    identifier = node.GetSegmentation().GetSegmentIdBySegmentName(name)
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        mask.astype(np.uint8), node, identifier, volume
    )


def paint_slices(logic, indices, number=1):
    """The truth on some slices only."""
    truth = studies.draw(number)[1]
    kept = np.zeros(studies.SHAPE, bool)
    kept[list(indices)] = True
    paint(logic, "ball", kept & (truth == 1))
    paint(logic, "core", kept & (truth == 2))


def tags(node) -> list:
    import vtk

    found = []
    segmentation = node.GetSegmentation()
    for number in range(segmentation.GetNumberOfSegments()):
        value = vtk.reference("")
        has = segmentation.GetNthSegment(number).GetTag(FINISHED_TAG, value)
        found.append(str(value.get()) if has else None)
    return found


# Marking


def test_a_label_is_whole_until_a_slice_is_marked(opened):
    assert opened.finishedSlices() is None
    assert tags(opened.labelling.segmentationNode) == [None, None]
    look_at(opened, 2, 6)
    assert opened.markSlice() == 6
    assert opened.finishedSlices() == FinishedSlices(2, (6,))
    assert tags(opened.labelling.segmentationNode) == ["2: 6", "2: 6"]
    opened.setWholeVolume()
    assert tags(opened.labelling.segmentationNode) == [None, None]
    opened.setWholeVolume(False)  # what was marked is not lost
    assert opened.finishedSlices() == FinishedSlices(2, (6,))


def test_range_between_and_unmark(opened):
    opened.markSlices(2, 3)
    look_at(opened, 2, 3)
    opened.unmarkSlice()
    assert opened.finishedSlices() == FinishedSlices(2, (2,))
    with pytest.raises(SemiGDAError, match="no such slices"):
        opened.markSlices(3, SLICES)
    opened.unmarkAllSlices()
    assert opened.finishedSlices() == FinishedSlices(2)
    with pytest.raises(SemiGDAError, match="Nothing is drawn"):
        opened.markBetween()
    paint_slices(opened, (4, 7))
    opened.markBetween()
    assert opened.finishedSlices() == FinishedSlices(2, (4, 5, 6, 7))


def test_marks_follow_the_view_that_the_mouse_was_in(opened):
    look_at(opened, 0, 9, "Yellow")
    look_at(opened, 2, 6, "Red")
    mouse_in("Yellow")
    assert opened.markSlice() == 9
    assert opened.finishedSlices() == FinishedSlices(0, (9,))
    mouse_in("Red")
    with pytest.raises(SemiGDAError, match="one direction"):
        opened.markSlice()
    assert opened.finishedSlices() == FinishedSlices(0, (9,))
    opened.unmarkAllSlices()
    assert opened.markSlice() == 6 and opened.finishedSlices() == FinishedSlices(2, (6,))


def test_a_tilted_view_is_refused_and_turned(opened):
    import vtk

    node, turn = view(), vtk.vtkTransform()
    turn.SetMatrix(node.GetSliceToRAS())
    turn.RotateX(10)
    node.GetSliceToRAS().DeepCopy(turn.GetMatrix())
    node.UpdateMatrices()
    mouse_in("Red")
    with pytest.raises(SemiGDAError, match="not parallel"):
        opened.markSlice()
    opened.slices().turnViews()
    look_at(opened, 2, 5)
    assert opened.markSlice() == 5


def test_an_oblique_image(training, module_host, tmp_path):
    """Its own slices lie in no standard view; they do once the views are turned to them."""
    path = studies.write_nrrd(tmp_path / "study" / "one.nrrd", studies.draw(1)[0])
    straight, turned = b"(1.0,0,0) (0,1.0,0) (0,0,2.5)", b"(.8,.6,0) (-.48,.64,.6) (.9,-1.2,2)"
    assert straight in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(straight, turned))
    training.panel.createProject(tmp_path / "Liver")
    training.logic.project.set_classes(["ball"])
    training.logic.addFolder(tmp_path / "study")
    training.logic.editLabel(training.logic.project.read().cases[0].id)
    slices = training.logic.slices()
    standard = {"Red": "Axial", "Green": "Coronal", "Yellow": "Sagittal"}
    for name, orientation in standard.items():
        view(name).SetOrientation(orientation)  # some versions turn the views when they load it
        mouse_in(name)
        with pytest.raises(SemiGDAError, match="not parallel"):
            slices.shown()
    slices.turnViews()
    axes = set()
    for name, axis in (("Red", 2), ("Green", 1), ("Yellow", 0)):
        mouse_in(name)
        look_at(training.logic, axis, 7, name)
        axes.add(slices.shown())
    assert axes == {(0, 7), (1, 7), (2, 7)}
    training.logic.discardLabel()


def test_a_view_beside_the_image_marks_nothing(opened):
    look_at(opened, 2, SLICES + 3)
    with pytest.raises(SemiGDAError, match="shows no slice"):
        opened.markSlice()
    assert opened.finishedSlices() is None


def test_undo_and_new_segments_keep_the_marks(opened):
    segmentation = opened.labelling.segmentationNode.GetSegmentation()
    history = slicer.vtkSegmentationHistory()
    history.SetSegmentation(segmentation)
    opened.markSlices(2, 2)
    paint_slices(opened, (5,))
    history.SaveState()
    paint_slices(opened, (5, 6))
    opened.markSlices(5, 6)
    assert history.RestorePreviousState()
    assert opened.slices().drawn(2) == [5]  # the stroke is undone
    assert tags(opened.labelling.segmentationNode) == ["2: 2 5-6"] * 2  # the marks are not
    segmentation.AddEmptySegment("", "vessel")
    assert tags(opened.labelling.segmentationNode) == ["2: 2 5-6"] * 3


# Which slices?


def test_slices_are_proposed_over_what_is_drawn(opened):
    paint_slices(opened, (3, 8))
    assert opened.proposeSlices(3) == (4, 6, 8)
    assert opened.slices().shown() == (2, 4)
    assert opened.nextSlice() == 6 and opened.slices().shown() == (2, 6)
    assert opened.nextSlice() == 8 and opened.nextSlice() is None
    look_at(opened, 2, 2)
    opened.markSlice()
    assert opened.nextSlice() == 4 and opened.nextSlice(-1) == 2 and opened.nextSlice(-1) is None


def test_without_a_drawing_the_borders_of_the_image_are_left_out(training, module_host, tmp_path):
    image = studies.draw(1)[0]
    image[:3] = image[10:] = 0
    studies.write_nrrd(tmp_path / "study" / "one.nrrd", image)
    training.panel.createProject(tmp_path / "Liver")
    training.logic.project.set_classes(["ball"])
    training.logic.addFolder(tmp_path / "study")
    training.logic.editLabel(training.logic.project.read().cases[0].id)
    found = training.logic.slices().extent()
    assert (found.axis, found.first, found.last, found.source) == (2, 3, 9, "image")
    assert training.logic.proposeSlices() == (4, 6, 8)  # 12 slices: at least 3 of them
    assert training.logic.proposeSlices(2, 0, 11) == (3, 9)
    training.logic.discardLabel()


def predicted(project, case, labels=None):
    """A model's label of the case waits in the inbox; a damaged file without ``labels``."""
    entry = {"disagreement": 0.3, "novelty": 0.5, "reason": "New.", "stamp": stamp(case.image)}
    entry["case"] = case.id
    inbox = project.folder / "inbox"
    inbox.mkdir()
    if labels is None:
        (inbox / f"{case.id}.seg.nrrd").write_bytes(b"NRRD0004\n\n")
    else:
        studies.write_nrrd(inbox / f"{case.id}.seg.nrrd", labels, segments=("ball", "core"))
    content = {"schema": 1, "model": "1" * 64, "candidates": [entry]}
    (inbox / "ranking.json").write_text(json.dumps(content))


def test_without_a_drawing_a_waiting_prediction_says_where(opened):
    truth = studies.draw(1)[1].copy()
    truth[:4] = truth[9:] = 0
    predicted(opened.project, opened.project.read().cases[1], truth)
    nodes = slicer.mrmlScene.GetNumberOfNodes()
    found = opened.slices().extent()
    assert (found.first, found.last, found.source) == (4, 8, "predicted")
    assert slicer.mrmlScene.GetNumberOfNodes() == nodes  # it was only looked at
    paint_slices(opened, (2, 9))
    found = opened.slices().extent()
    assert (found.first, found.last, found.source) == (2, 9, "drawn")


def test_a_damaged_prediction_says_nothing(opened):
    predicted(opened.project, opened.project.read().cases[1])
    assert opened.slices().extent().source == "image"


# Ignored regions


def test_an_ignored_region_is_no_class(opened):
    identifier = opened.addIgnoredRegion()
    assert opened.addIgnoredRegion() == identifier
    node = opened.labelling.segmentationNode
    segment = node.GetSegmentation().GetSegment(identifier)
    assert segment.GetName() == "Ignore" and segment.GetColor() == (0.5, 0.5, 0.5)
    assert not node.GetDisplayNode().GetSegmentVisibility3D(identifier)
    truth = studies.draw(1)[1]
    paint(opened, "ball", truth > 0)
    left = np.zeros(studies.SHAPE, bool)
    left[:, :, :9] = True
    paint(opened, "Ignore", left)
    case_id = opened.labelling.caseId
    opened.saveLabel()
    case = opened.project.read().case(case_id)
    assert case.segments == ("ball",)  # no question which class it is
    saved = read_segments(case.label)
    assert [one.tags.get(IGNORE_TAG) for one in saved] == [None, "1"]
    assert opened.project.read().unmapped() == {}
    opened.editLabel(case_id)  # it comes back as what it is, over what is drawn below it
    node = opened.labelling.segmentationNode
    assert tags(node) == [None, None, None]
    again = node.GetSegmentation().GetSegmentIdBySegmentName("Ignore")
    ball = node.GetSegmentation().GetSegmentIdBySegmentName("ball")
    volume = opened.labelling.volumeNode
    assert slicer.util.arrayFromSegmentBinaryLabelmap(node, again, volume).sum() == left.sum()
    found = slicer.util.arrayFromSegmentBinaryLabelmap(node, ball, volume) > 0
    assert np.array_equal(found, (truth > 0) & ~left)
    paint(opened, "core", np.ones(studies.SHAPE, bool))  # a segment after the ignored one
    opened.saveLabel()
    opened.editLabel(case_id)
    node, volume = opened.labelling.segmentationNode, opened.labelling.volumeNode
    again = node.GetSegmentation().GetSegmentIdBySegmentName("Ignore")
    assert slicer.util.arrayFromSegmentBinaryLabelmap(node, again, volume).sum() == left.sum()


# Files and scenes


def test_saved_opened_and_corrected(opened):
    """An empty slice beyond what is drawn stays finished, too."""
    case_id = opened.labelling.caseId
    opened.setWholeVolume(False)
    paint_slices(opened, (5, 6))
    with pytest.raises(SemiGDAError, match="No slice of the label is marked"):
        opened.saveLabel()
    opened.markSlices(5, 6)
    opened.markSlices(11, 11)
    opened.saveLabel()
    case = opened.project.read().case(case_id)
    assert case.finished == FinishedSlices(2, (5, 6, 11)) and case.role == "labeled"
    assert {one.tags[FINISHED_TAG] for one in read_segments(case.label)} == {"2: 5-6 11"}
    opened.editLabel(case_id)
    assert opened.finishedSlices() == case.finished
    assert opened.slices().drawn(2) == [5, 6]
    opened.setWholeVolume()
    opened.saveLabel()
    assert opened.project.read().case(case_id).finished is None


def test_drawn_on_a_finer_grid(opened):
    """*Specify geometry* of Segment Editor: slices stay those of the image."""
    case_id, volume = opened.labelling.caseId, opened.labelling.volumeNode
    fine = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    fine.CopyOrientation(volume)
    slicer.util.updateVolumeFromArray(fine, np.zeros([2 * n for n in studies.SHAPE], np.uint8))
    fine.SetSpacing([step / 2 for step in volume.GetSpacing()])
    mask = np.zeros([2 * n for n in studies.SHAPE], np.uint8)
    mask[10:14, 10:20, 10:20] = 1
    node = opened.labelling.segmentationNode
    identifier = node.GetSegmentation().GetSegmentIdBySegmentName("ball")
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, identifier, fine)
    slicer.mrmlScene.RemoveNode(fine)
    opened.markSlices(5, 7)
    assert 6 in opened.slices().drawn(2)
    opened.saveLabel()
    assert opened.project.read().case(case_id).finished == FinishedSlices(2, (5, 6, 7))


def test_kept_by_slicer_in_files_and_bundles(opened, tmp_path):
    """As Slicer saves them, the whole grid or only what is drawn, and as a scene."""
    paint_slices(opened, (5, 6))
    opened.markSlices(5, 7)
    node, volume = opened.labelling.segmentationNode, opened.labelling.volumeNode
    from SemiGDALib.train.slices.marks import finishedOn

    for crop in (False, True):
        path = tmp_path / f"crop{crop}.seg.nrrd"
        storage = slicer.vtkMRMLSegmentationStorageNode()
        storage.SetFileName(str(path))
        storage.SetCropToMinimumExtent(crop)
        assert storage.WriteData(node)
        again = slicer.util.loadSegmentation(str(path), {})
        assert finishedOn(again, volume) == FinishedSlices(2, (5, 6, 7))
        slicer.mrmlScene.RemoveNode(again)
    bundle = tmp_path / "scene.mrb"
    assert slicer.util.saveScene(str(bundle))
    name = node.GetName()
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(str(bundle))
    (node,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    (volume,) = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
    assert node.GetName() == name and tags(node) == ["2: 5-7"] * 2
    assert finishedOn(node, volume) == FinishedSlices(2, (5, 6, 7))


def test_a_segmentation_of_the_scene_brings_its_marks(training, project, module_host):
    """*From the scene...*, with the label on a grid that counts its slices the other way."""
    case = project.read().cases[1]
    volume = slicer.util.loadVolume(str(case.image), {})
    truth = studies.draw(1)[1]
    path = studies.write_nrrd(
        project.folder.parent / "turned.seg.nrrd", truth[::-1], (0, 0, 2.5 * 11), True, ("ball",)
    )
    node = slicer.util.loadSegmentation(str(path), {})
    node.GetSegmentation().GetNthSegment(0).SetTag(FINISHED_TAG, "2: 0-2")
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    training.logic.setLabelNode(case.id, node)
    assert project.read().case(case.id).finished == FinishedSlices(2, (9, 10, 11))


@pytest.mark.parametrize("left_handed", [False, True])
def test_a_label_map_with_finished_slices(training, project, module_host, left_handed):
    """The project knows them, as slices of the file; Slicer reverses a left-handed one."""
    case = project.read().cases[1]
    truth = (studies.draw(1)[1] == 1).astype(np.uint8)
    stored, origin = (truth[::-1], (0, 0, 2.5 * 11)) if left_handed else (truth, (0, 0, 0))
    label = studies.write_nrrd(project.folder.parent / "map.nrrd", stored, origin, left_handed)
    project.set_mapping({"1": 1})
    project.set_label(case.id, label)
    project.set_finished(case.id, FinishedSlices(2, (0, 1, 4)))
    training.logic.editLabel(case.id)
    expected = (7, 10, 11) if left_handed else (0, 1, 4)
    assert training.logic.finishedSlices() == FinishedSlices(2, expected)
    training.logic.discardLabel()


@pytest.mark.parametrize("ignored", [False, True])
def test_a_label_whose_slices_count_the_other_way(training, project, module_host, ignored):
    """Its tags are the image's as soon as it is open: also in a scene that is saved then."""
    from SemiGDALib.train.slices.marks import finishedOn

    case = project.read().cases[1]
    truth = studies.draw(1)[1]
    names = ("ball", "Ignore") if ignored else ("ball", "core")
    path = project.folder.parent / "turned.seg.nrrd"
    studies.write_nrrd(path, truth[::-1], (0, 0, 2.5 * 11), True, names)
    header = path.read_bytes()
    for number in range(2):
        told = f"{FINISHED_TAG}:2: 0 3-4|"
        told += f"{IGNORE_TAG}:1|" if ignored and number else ""
        layer = f"Segment{number}_Layer:=0\n".encode()
        header = header.replace(layer, layer + f"Segment{number}_Tags:={told}\n".encode())
    path.write_bytes(header)
    project.set_label(case.id, path)
    assert project.read().case(case.id).finished == FinishedSlices(2, (0, 3, 4))
    training.logic.editLabel(case.id)
    label = training.logic.labelling
    assert training.logic.finishedSlices() == FinishedSlices(2, (7, 8, 11))
    assert finishedOn(label.segmentationNode, label.volumeNode) == FinishedSlices(2, (7, 8, 11))
    training.logic.saveLabel()
    saved = project.read().case(case.id)
    assert saved.finished == FinishedSlices(2, (7, 8, 11))
    assert saved.segments == (("ball",) if ignored else ("ball", "core"))
