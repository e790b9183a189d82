"""Segment Editor's *Undo* and *Redo*, by the class that the editor uses."""

from __future__ import annotations

import numpy as np
import phantoms
import pytest
import slicer
import studies
from segment_fixtures import choose, idle, run, table
from slices_fixtures import opened, paint_slices, project, tags
from test_segment_sending import liver, written
from test_train_unlucky import drawn, press_save
from test_train_unlucky_scene import segmentation

from semigda_core.labels.finished import FinishedSlices

__all__ = ["liver", "opened", "project"]


def history(node):
    """As the editor has it: every effect saves the state before it draws."""
    made = slicer.vtkSegmentationHistory()
    made.SetSegmentation(node.GetSegmentation())
    return made


def names(node) -> list[str]:
    segmentation = node.GetSegmentation()
    return [
        segmentation.GetNthSegment(n).GetName() for n in range(segmentation.GetNumberOfSegments())
    ]


def test_a_result_is_undone_and_comes_back(panel, module_host, liver):
    volume = phantoms.add_volume()
    node = segmentation(volume, {"mine": phantoms.answer() == 2})
    editor = history(node)
    editor.SaveState()
    choose(panel, module_host, volume, outputSegmentation=node)
    run(panel, module_host)
    assert names(node) == ["mine", "bright", "brighter"]
    editor.RestorePreviousState()
    module_host.process(0.1)
    assert names(node) == ["mine"]
    panel.ui.resultTable.cellDoubleClicked.emit(0, 1)  # of a segment that is gone
    panel.panel.sending.send(str(liver.folder))
    assert "mine" in panel.ui.messageLabel.text and not liver.read().cases
    module_host.check()
    editor.RestoreNextState()
    module_host.process(0.1)
    assert names(node) == ["mine", "bright", "brighter"]
    node.GetSegmentation().RemoveSegment("s0")
    panel.panel.sending.send(str(liver.folder))
    (case,) = liver.read().cases
    masks, _segments = written(case)
    assert phantoms.dice(masks["bright"], phantoms.answer() == 1) > 0.9


def test_the_table_follows_what_became_of_the_segments(panel, module_host):
    """Sizes are those of now; what was edited is not what the model was sure of."""
    from SemiGDALib.segment import sizes

    volume = phantoms.add_volume()
    volume.SetSpacing(1, 1, 3)
    choose(panel, module_host, volume)
    run(panel, module_host)
    node = panel.logic.result.segmentationNode
    first, second = node.GetSegmentation().GetSegmentIDs()
    made = table(panel)
    editor = history(node)

    def seen() -> list[list[str]]:
        module_host.process(0.4)
        return table(panel)

    editor.SaveState()
    node.GetSegmentation().GetSegment(first).SetName("Bright, corrected")
    assert seen() == [["", "Bright, corrected", *made[0][2:]], made[1]]
    editor.SaveState()
    half = slicer.util.arrayFromSegmentBinaryLabelmap(node, first, volume).copy()
    half[:, :20] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(half, node, first, volume)
    size = sizes.text({"ml": half.sum() * 3 / 1000})
    assert seen() == [["", "Bright, corrected", size, "–"], made[1]] and size != made[0][2]
    assert "edited" in panel.ui.resultTable.item(0, 3).toolTip()
    panel.exit()  # to Segment Editor
    panel.enter()
    assert table(panel)[0][2:] == [size, "–"]
    node.GetSegmentation().RemoveSegment(second)
    assert seen()[1] == ["", "brighter", "deleted", "–"]
    editor.RestorePreviousState()
    assert seen()[0] == ["", "Bright, corrected", *made[0][2:]] and seen()[1] == made[1]
    editor.RestorePreviousState()
    assert seen() == made


def test_the_result_follows_its_node_s_name_and_its_review_map(panel, module_host):
    volume = phantoms.add_volume()
    choose(panel, module_host, volume)
    run(panel, module_host)
    node, ui = panel.logic.result.segmentationNode, panel.ui
    node.SetName("Before surgery")
    module_host.process(0.4)
    assert ui.resultNameLabel.text == ui.resultNameLabel.toolTip == "Before surgery"
    module_host.click(ui.nextSpotButton)
    told = ui.resultNoteLabel.text
    node.SetAttribute("Study", "one")  # which changes nothing here
    module_host.process(0.4)
    assert "Doubtful spot 1" in told and ui.resultNoteLabel.text == told
    assert ui.showReviewCheckBox.enabled
    slicer.mrmlScene.RemoveNode(panel.logic.result.reviewNode)
    module_host.process(0.4)
    assert not ui.showReviewCheckBox.enabled and not ui.showReviewCheckBox.checked


@pytest.mark.parametrize("hand", [1, -1])
def test_as_many_voxels_elsewhere(panel, module_host, tmp_path, hand):
    """What the model was sure of is not there any more; in a saved scene it is."""
    volume = phantoms.add_volume()
    volume.SetSpacing(1, 1, 3)
    volume.SetIJKToRASDirections([[hand, 0, 0], [0, 1, 0], [0, 0, 1]])
    choose(panel, module_host, volume)
    run(panel, module_host)
    made = table(panel)
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.util.loadScene(str(tmp_path / "scene.mrb"), {"clear": True})
    module_host.process(0.4)
    assert table(panel) == made
    parameters = panel.logic.getParameterNode()
    node, volume = parameters.resultSegmentation, parameters.inputVolume
    first = node.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(node, first, volume).copy()
    there = np.argwhere(mask)[0]
    mask[tuple(there)], mask[0, 0, 0] = 0, 1
    slicer.util.updateSegmentBinaryLabelmapFromArray(mask, node, first, volume)
    module_host.process(0.4)
    assert table(panel) == [[*made[0][:3], "–"], made[1]]


def test_undone_after_it_was_sent(panel, module_host, liver):
    """The project has what was sent; sent again, what is seen."""
    volume = phantoms.add_volume()
    choose(panel, module_host, volume)
    run(panel, module_host)
    node = panel.logic.result.segmentationNode
    editor = history(node)
    editor.SaveState()
    segment = node.GetSegmentation().GetNthSegmentID(0)
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment, volume)
    half = mask.copy()
    half[:, :20] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(half, node, segment, volume)
    panel.panel.sending.send(str(liver.folder))
    sent = written(liver.read().cases[0])[0]
    assert np.array_equal(sent["bright"], half > 0)
    editor.RestorePreviousState()
    panel.panel.sending.send(str(liver.folder))
    module_host.click(panel.ui.messageActionButton)
    assert np.array_equal(written(liver.read().cases[0])[0]["bright"], mask > 0)


def test_finished_slices_stay_finished(opened, training, project, module_host):
    """What was drawn is undone, what was said of it is not."""
    case, node = opened.labelling.caseId, opened.labelling.segmentationNode
    editor = history(node)
    editor.SaveState()
    paint_slices(opened, (5, 6))
    opened.setWholeVolume(False)
    opened.markSlices(5, 6)
    editor.SaveState()
    paint_slices(opened, (5, 6, 7))
    opened.markSlices(7, 7)
    editor.RestorePreviousState()
    assert opened.finishedSlices() == FinishedSlices(2, (5, 6, 7))
    assert len(set(tags(node))) == 1
    editor.RestorePreviousState()  # nothing drawn
    editor.RestoreNextState()
    editor.RestoreNextState()
    assert len(set(tags(node))) == 1
    assert press_save(training, module_host) == ""
    saved = project.read().case(case)
    assert saved.finished == FinishedSlices(2, (5, 6, 7))
    assert drawn(saved.label) == int((studies.draw(1)[1][5:8] > 0).sum())


def test_segments_changed_before_sending(panel, module_host, liver):
    """Renamed back, recoloured, in another order, hidden, and a deleted one."""
    volume = phantoms.add_volume()
    choose(panel, module_host, volume)
    run(panel, module_host)
    node = panel.logic.result.segmentationNode
    of = node.GetSegmentation()
    first, second = of.GetNthSegmentID(0), of.GetNthSegmentID(1)
    of.GetSegment(first).SetColor(0, 0, 1)
    of.SetSegmentIndex(second, 0)
    node.GetDisplayNode().SetSegmentVisibility(first, False)
    of.GetSegment(first).SetName("Bright, corrected")
    panel.panel.sending.send(str(liver.folder))
    assert "Bright, corrected" in panel.ui.messageLabel.text and not liver.read().cases
    of.GetSegment(first).SetName("bright")
    panel.panel.sending.send(str(liver.folder))
    masks, segments = written(liver.read().cases[0])
    assert [one.name for one in segments] == ["brighter", "bright"]
    for name, value in (("bright", 1), ("brighter", 2)):
        assert phantoms.dice(masks[name], phantoms.answer() == value) > 0.9
    copy = slicer.vtkSegment()
    copy.DeepCopy(of.GetSegment(first))
    copy.SetName("bright copy")
    of.AddSegment(copy, "copy")
    panel.panel.sending.send(str(liver.folder))
    assert "bright copy" in panel.ui.messageLabel.text


def test_a_result_on_another_grid_than_the_image(panel, module_host, liver):
    """A segmentation that was begun on a coarser image gets the result, and is sent."""
    volume = phantoms.add_volume()
    coarse = phantoms.add_volume(phantoms.image()[:, ::2, ::2].copy(), np.diag([2, 2, 1, 1]), "Low")
    node = segmentation(coarse, {"mine": (phantoms.answer() == 2)[:, ::2, ::2]})
    choose(panel, module_host, volume, outputSegmentation=node)
    run(panel, module_host)
    assert "of another volume: Low." in panel.ui.messageLabel.text
    module_host.click(panel.panel.message.otherButton)
    module_host.wait(lambda: idle(panel), 60)
    node.GetSegmentation().RemoveSegment("s0")
    panel.panel.sending.send(str(liver.folder))
    (case,) = liver.read().cases
    assert case.name == volume.GetName()
    masks, _segments = written(case)
    for name, value in (("bright", 1), ("brighter", 2)):
        assert phantoms.dice(masks[name], phantoms.answer() == value) > 0.9
