"""What the Segment panel does when a node that is chosen in it is deleted."""

from __future__ import annotations

import phantoms
import pytest
import slicer
from segment_fixtures import choose, run
from test_segment_region import add_roi
from test_train_unlucky_scene import segmentation


def two(kind, volume):
    if kind == "roi":
        return add_roi(volume), add_roi(volume)
    mask = phantoms.answer() == 1
    return [segmentation(volume, {"mine": mask}, name) for name in "AB"]


@pytest.mark.parametrize("kind", ["roi", "outputSegmentation"])
def test_no_other_one_takes_its_place(panel, module_host, artifacts, kind):
    """Slicer's selector would choose the next one."""
    volume = phantoms.add_volume()
    first, second = two(kind, volume)
    choose(panel, module_host, volume, **{kind: first})
    slicer.mrmlScene.RemoveNode(second)
    assert not panel.ui.messageFrame.visible  # that was none of its
    third = two(kind, volume)[0]
    slicer.mrmlScene.RemoveNode(first)
    module_host.process()
    parameters = panel.logic.getParameterNode()
    assert getattr(parameters, kind) is None
    assert panel.ui.roiSelector.currentNode() is None
    assert panel.ui.outputSegmentationSelector.currentNode() is None
    assert "was deleted" in panel.ui.messageLabel.text
    module_host.grab(panel, artifacts / f"segment-deleted-{kind}.png")
    module_host.click(panel.ui.messageDismissButton)
    run(panel, module_host)
    assert panel.logic.run.options.roi is None
    if kind == "outputSegmentation":
        assert list(third.GetSegmentation().GetSegmentIDs()) == ["s0"]


def test_while_another_module_is_in_view(panel, module_host):
    volume = phantoms.add_volume()
    first, _second = two("roi", volume)
    choose(panel, module_host, volume, roi=first)
    module_host.close()
    slicer.mrmlScene.RemoveNode(first)
    module_host.open("SemiGDASegment", height=820)
    assert panel.logic.getParameterNode().roi is None
    assert "region of interest was deleted" in panel.ui.messageLabel.text


def test_a_closed_scene_says_nothing(panel, module_host):
    volume = phantoms.add_volume()
    choose(panel, module_host, volume, roi=two("roi", volume)[0])
    slicer.mrmlScene.Clear(0)
    module_host.process()
    assert not panel.ui.messageFrame.visible


def test_deleted_while_it_runs(panel, module_host):
    """The region was taken when the run began; the progress stays in view."""
    volume = phantoms.add_volume()
    first, _second = two("roi", volume)
    choose(panel, module_host, volume, roi=first)
    module_host.click(panel.ui.segmentButton)
    slicer.mrmlScene.RemoveNode(first)
    assert panel.ui.progressBar.visible
    module_host.wait(lambda: panel.ui.segmentButton.text == "Segment", 60)
    assert panel.logic.result is not None and panel.logic.run.options.roi is not None
    assert "region of interest was deleted" in panel.ui.messageLabel.text


def test_another_volume_is_chosen_by_the_user_alone(panel, module_host):
    first, second = (phantoms.add_volume(name=name) for name in ("Monday", "Tuesday"))
    choose(panel, module_host, first)
    slicer.mrmlScene.RemoveNode(first)
    module_host.process()
    assert panel.ui.inputVolumeSelector.currentNode() is None
    assert not panel.ui.segmentButton.enabled
    panel.ui.inputVolumeSelector.setCurrentNode(second)
    module_host.process()
    assert panel.ui.segmentButton.enabled
