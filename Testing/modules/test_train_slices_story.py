"""A few slices of a real heart, drawn as the tutorial says; draws the tutorial's pictures."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import slicer
import train_fixtures

from semigda_core.labels.finished import FinishedSlices
from Testing.host.session import PANEL_WIDTH

DATA = Path(os.environ.get("SEMIGDA_DATA", Path(__file__).parents[3] / "shared" / "data"))


@pytest.fixture
def heart():
    """Image and label of the left atrium (Medical Segmentation Decathlon, Task02)."""
    if not (DATA / "splits.json").is_file():
        pytest.skip("the development data are not here (SEMIGDA_DATA)")
    name = json.loads((DATA / "splits.json").read_text("utf-8"))["sets"]["heart_la"]["labeled"][0]
    return [DATA / "heart_la" / part / f"{name}.nii.gz" for part in ("images", "labels")]


@pytest.mark.slow
def test_a_few_slices_of_a_heart(training, module_host, artifacts, tmp_path, heart):
    training.panel.createProject(tmp_path / "Heart")
    logic = training.logic
    logic.project.set_classes(["left atrium"])
    logic.addFiles([heart[0]])
    case = logic.project.read().cases[0]
    label = slicer.util.loadLabelVolume(str(heart[1]), {})
    truth = slicer.util.arrayFromVolume(label).copy()
    slicer.mrmlScene.RemoveNode(label)
    holds = np.flatnonzero(truth.any(axis=(1, 2)))
    logic.editLabel(case.id)
    node, volume = logic.labelling.segmentationNode, logic.labelling.volumeNode
    identifier = node.GetSegmentation().GetSegmentIDs()[0]
    proposed = logic.proposeSlices(6, int(holds[0]), int(holds[-1]))
    drawn = np.zeros(truth.shape, np.uint8)
    for number, index in enumerate(proposed):
        assert logic.slices().shown() == (2, index)
        drawn[index] = truth[index] > 0
        slicer.util.updateSegmentBinaryLabelmapFromArray(drawn, node, identifier, volume)
        logic.markSlice()
        if number == 3:
            assert "4 of 130 slices finished" in finished_text()
            look(module_host, artifacts / "slices-marked.png", volume, truth)
        logic.nextSlice()
    logic.saveLabel()
    saved = logic.project.read().case(case.id)
    assert saved.finished == FinishedSlices(2, proposed) and len(proposed) == 6
    training.panel.refresh()
    module_host.open("SemiGDATrain")
    train_fixtures.section(training, "Cases")
    train_fixtures.picture(training, module_host, artifacts, "slices-cases")


def finished_text() -> str:
    from SemiGDALib.train import editor_bar

    return editor_bar.bar().finishedLabel.text


def look(host, path, volume, truth):
    """Segment Editor's panel, with what the module puts on top of it, and two of the views."""
    import vtk
    from qt import QImage

    editor = slicer.modules.segmenteditor.widgetRepresentation().self()
    editor.parent.show()
    host.process()
    here = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode().GetSliceOffset()
    matrix = vtk.vtkMatrix4x4()
    volume.GetIJKToRASMatrix(matrix)
    middle = [float(values.mean()) for values in reversed(np.nonzero(truth))]
    r, a, _s = matrix.MultiplyPoint([*middle, 1])[:3]
    size = (1040, 560)
    host.window(path, editor, size=size, panel_width=PANEL_WIDTH, center_ras=(r, a, here))
    QImage(str(path)).copy(0, 0, (size[0] + PANEL_WIDTH) // 2, size[1]).save(str(path))
    editor.parent.hide()
