"""Slices marked in Segment Editor, proposed ones, and regions that are ignored."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import studies
from slices_fixtures import (
    SLICES,
    look_at,
    mouse_in,
    opened,
    paint,
    paint_slices,
    predicted,
    project,
    tags,
    view,
)

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import IGNORE_TAG, FinishedSlices
from semigda_core.labels.segments import read_segments

__all__ = ["opened", "project"]


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
    opened.saveLabel(overlaps="smaller")
    opened.editLabel(case_id)
    node, volume = opened.labelling.segmentationNode, opened.labelling.volumeNode
    again = node.GetSegmentation().GetSegmentIdBySegmentName("Ignore")
    assert slicer.util.arrayFromSegmentBinaryLabelmap(node, again, volume).sum() == left.sum()
