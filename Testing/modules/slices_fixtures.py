"""What tests do with a label that is open in Segment Editor, slice by slice."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slicer
import studies

from semigda_core.files.stamps import stamp
from semigda_core.labels.finished import FINISHED_TAG

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
    names = [label.name for label in project.read().classes]
    content = {"schema": 1, "model": "1" * 64, "classes": names, "candidates": [entry]}
    (inbox / "ranking.json").write_text(json.dumps(content))
