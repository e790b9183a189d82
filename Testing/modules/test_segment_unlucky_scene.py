"""What *Segment* does with outputs, models and scenes that are not what one hopes for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import phantoms
import pytest
import slicer
from segment_fixtures import choose, idle, run

from semigda_core.errors import SemiGDAError


def segmentations() -> list:
    return slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


def add_surfaces(volume, mask):
    """A segmentation that has surfaces only, such as of an .stl file."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Surfaces")
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    identifier = node.GetSegmentation().AddEmptySegment("mine", "mine")
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        mask.astype(np.uint8), node, identifier, volume
    )
    assert node.CreateClosedSurfaceRepresentation()
    node.GetSegmentation().SetSourceRepresentationName("Closed surface")
    node.GetSegmentation().RemoveRepresentation("Binary labelmap")
    return node


def test_an_output_of_surfaces_is_not_mixed_with_label_maps(logic, bright):
    volume = phantoms.add_volume()
    node = add_surfaces(volume, phantoms.answer() == 2)
    with pytest.raises(SemiGDAError) as raised:
        logic.segment(volume, bright, node, device="cpu")
    assert "surfaces" in raised.value.message and "new segmentation" in raised.value.action
    assert list(node.GetSegmentation().GetSegmentIDs()) == ["mine"]
    assert node.GetSegmentation().GetSourceRepresentationName() == "Closed surface"


def test_a_spacing_that_is_mended_meanwhile(logic, bright):
    """Millilitres and the grid that the model worked on would be those of the wrong one."""
    volume = phantoms.add_volume()
    started = logic.start(volume, bright, device="cpu")
    volume.SetSpacing(0.5, 0.5, 3)
    started.wait()
    assert not segmentations()
    assert "changed while it was being segmented" in started.error.message


RESULTS = ["[]", "{}", '{"segments": 3}', '{"segments": [{"id": "x"}]}', '{"segments": ["a"]}']


@pytest.mark.parametrize("text", RESULTS)
def test_a_scene_whose_result_is_nonsense(panel, module_host, text):
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Result")
    node.SetAttribute("SemiGDA.Result", text)
    volume = phantoms.add_volume()
    choose(panel, module_host, volume, resultSegmentation=node)
    module_host.open("SemiGDASegment", height=820)
    assert panel.ui.segmentButton.enabled
    assert not panel.ui.resultCollapsibleButton.visible


def test_a_whole_result_is_still_read(panel, module_host):
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    from SemiGDALib import provenance

    node = panel.logic.result.segmentationNode
    said = json.loads(node.GetAttribute("SemiGDA.Result"))
    assert provenance.resultOf(node) == said and said["segments"]


def test_a_model_that_was_deleted_meanwhile(panel, module_host, bright, tmp_path, monkeypatch):
    """By another Slicer, or on a drive that is gone."""
    import os

    library = tmp_path / "models"
    shutil.copytree(Path(os.environ["SEMIGDA_MODELS"]) / bright, library / "short-lived")
    monkeypatch.setenv("SEMIGDA_MODELS", str(library))
    panel.panel.refreshModels()
    choose(panel, module_host, phantoms.add_volume())
    panel.logic.getParameterNode().model = "short-lived"
    module_host.process()
    shutil.rmtree(library / "short-lived")
    module_host.click(panel.ui.segmentButton)
    module_host.wait(lambda: idle(panel), 60)
    assert "no such model" in panel.ui.messageLabel.text
    assert not segmentations()


def test_a_cancel_when_the_job_is_out_of_reach(logic, bright):
    """Its disk is gone: the job ends all the same."""
    volume = phantoms.add_volume()
    started = logic.start(volume, bright, device="cpu")
    folder = started._job.folder.path
    shutil.rmtree(folder)
    started.cancel()
    started.cancel()  # an impatient user
    started.wait()
    assert started.error.error_class == "cancelled"
    assert logic.segment(volume, bright, device="cpu") is not None


def test_a_very_long_name(logic, bright, tmp_path):
    from SemiGDALib.segment.several import rows

    name = "Schädel-MRT " * 40
    volume = phantoms.add_volume(name=name)
    found = rows.ofVolumes([volume, phantoms.add_volume(name=name)])
    logic.startSeveral(found, bright, tmp_path / "out", device="cpu").wait()
    assert [row.state for row in found] == ["done", "done"], [row.error for row in found]
    assert len(list((tmp_path / "out").glob("*.seg.nrrd"))) == 2
    assert len(segmentations()) == 2


def test_cancelled_at_the_very_end(panel, module_host):
    """The result is there in the same moment: a no is a no, and the scene stays as it was."""
    choose(panel, module_host, phantoms.add_volume())
    before = slicer.mrmlScene.GetNumberOfNodes()
    module_host.click(panel.ui.segmentButton)
    run = panel.logic.run
    result = run._job.folder.path / "result.json"
    module_host.wait(lambda: result.exists() or not run.active, 60)
    for _ in range(2):
        if run.active:  # otherwise a click starts the next run
            panel.panel.onSegmentOrCancel()
    module_host.wait(lambda: idle(panel), 60)
    if panel.logic.run.error is not None:  # the cancel came first
        assert not segmentations() and slicer.mrmlScene.GetNumberOfNodes() == before
    assert panel.ui.segmentButton.enabled


def test_a_volume_that_was_changed_is_segmented_again(logic, bright, tmp_path):
    """*Skip done* in a scene that was saved, with a filter's output in one of its volumes."""
    from SemiGDALib.segment.several import rows as theRows

    errors = []

    def again(folder=None, **options) -> int:
        rows = theRows.ofVolumes([slicer.util.getNode(name) for name in ("A", "B", "C")])
        before = len(segmentations())
        logic.startSeveral(rows, bright, folder, device="cpu", **options).wait()
        errors[:] = [row.error.message for row in rows if row.error]
        return len(segmentations()) - before

    for name in "ABC":
        phantoms.add_volume(name=name)
    assert again() == 3 and again() == 0
    assert again(allParts=True) == 3 and again(allParts=True, review=False) == 0
    slicer.util.updateVolumeFromArray(slicer.util.getNode("B"), phantoms.image()[:, ::-1].copy())
    slicer.util.getNode("C").SetSpacing(1, 1, 3)
    assert slicer.util.saveScene(str(tmp_path / "scene.mrb"))
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(str(tmp_path / "scene.mrb"))
    assert again() == 2 and again() == 0 and not errors
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    moved = np.eye(4)
    moved[0, 3] = 9
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(moved))
    slicer.util.getNode("A").SetAndObserveTransformNodeID(transform.GetID())
    slicer.util.getNode("A").HardenTransform()  # the same voxels elsewhere
    assert again() == 0
    # With a folder as well: what is there is another image's by now.
    assert again(tmp_path / "out") == 3 and again(tmp_path / "out") == 0
    slicer.util.updateVolumeFromArray(slicer.util.getNode("B"), phantoms.image())
    assert again(tmp_path / "out") == 0
    assert errors == ["The output folder has a result of another image of this name."]
