"""Segments that cover each other: none is lost from a label without a word."""

from __future__ import annotations

import numpy as np
import phantoms
import pytest
import slicer
import studies
from slices_fixtures import opened, paint, project
from test_train_unlucky import press_save
from test_train_unlucky_scene import files, segmentation

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import FINISHED_TAG, FinishedSlices
from semigda_core.labels.segments import read_segments

__all__ = ["opened", "project"]


def nested(*order, equal=False):
    """A volume, and its segmentation with a lesion in an organ in a ring, in this order."""
    volume = phantoms.add_volume()
    organ = phantoms.answer() > 0
    masks = {"core": phantoms.answer() == 2, "ball": organ, "ring": np.ones_like(organ)}
    if equal:
        masks["core"] = organ
    return volume, segmentation(volume, {name: masks[name] for name in order})


def held(path) -> dict:
    """Voxels of a label file's segments, by their names, in the file's order."""
    import SimpleITK as sitk

    values = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    return {one.name: int((values == one.value).sum()) for one in read_segments(path)}


def test_a_segment_under_others_is_not_lost(training, project):
    """A lesion above its organ in the list; a script is told, and says what it means."""
    core, ball = ((phantoms.answer() == value).sum() for value in (2, 1))
    volume, node = nested("core", "ball")
    with pytest.raises(SemiGDAError, match="would be lost: 'core' under 'ball'") as raised:
        training.logic.addNodes([(volume, node)])
    assert "further down" in raised.value.action
    assert files(project, "labels") == [] and len(project.read().cases) == 2
    training.logic.addNodes([(volume, node)], overlaps="smaller")
    case = project.read().cases[2]
    assert held(case.label) == {"core": core, "ball": ball}
    node.GetSegmentation().SetSegmentIndex("s0", 1)
    training.logic.setLabelNode(case.id, node)
    assert held(project.read().case(case.id).label) == {"ball": ball, "core": core}


def test_segments_in_segments_come_out_in_any_order(training, project):
    """As planning systems draw them: each in the next larger one."""
    volume, node = nested("core", "ball", "ring")
    with pytest.raises(SemiGDAError, match="'core' under 'ring', 'ball' under 'ring'"):
        training.logic.addNodes([(volume, node)])
    training.logic.addNodes([(volume, node)], overlaps="smaller")
    expected = [(phantoms.answer() == value).sum() for value in (2, 1, 0)]
    assert list(held(project.read().cases[2].label).values()) == expected


def test_what_lies_on_a_segment_on_purpose_is_no_question(training, project):
    """Its parts, though they leave little of it; and a second segment of the same class."""
    volume = phantoms.add_volume()
    organ = phantoms.answer() > 0
    part = organ & (np.indices(organ.shape)[2] > np.argwhere(organ)[:, 2].min())
    assert 2 * part.sum() > organ.sum()
    node = segmentation(volume, {"ball": organ, "core": part, "core (2)": organ & part})
    training.logic.addNodes([(volume, node)])
    counted = held(project.read().cases[2].label)
    assert counted == {"ball": (organ & ~part).sum(), "core (2)": part.sum()}


def test_segments_that_mean_one_class_do_not_hide_each_other(training, project):
    volume, node = nested("core", "ring")
    with pytest.raises(SemiGDAError, match="'core' under 'ring'"):
        training.logic.addNodes([(volume, node)])
    project.set_mapping({"ring": "core"})
    training.logic.addNodes([(volume, node)])
    assert held(project.read().cases[2].label)["ring"] == phantoms.answer().size


def test_one_of_two_equal_segments_goes_only_by_order(training, project):
    volume, node = nested("core", "ball", equal=True)
    for answer in (None, "smaller"):
        with pytest.raises(SemiGDAError, match="'core' under 'ball'"):
            training.logic.addNodes([(volume, node)], overlaps=answer)
    training.logic.addNodes([(volume, node)], overlaps="anyway")
    assert held(project.read().cases[2].label) == {"ball": (phantoms.answer() > 0).sum()}


def test_the_panel_asks_about_a_segment_under_others(
    opened, training, project, module_host, artifacts
):
    """And nothing is written before it is answered."""
    truth = studies.draw(1)[1]
    paint(opened, "ball", truth == 2)
    paint(opened, "core", truth > 0)
    assert "would be lost: &#x27;ball&#x27; under" in press_save(training, module_host)
    assert opened.labelling is not None and files(project, "labels") == []
    module_host.grab(training, artifacts / "train-label-covered.png")
    module_host.click(training.ui.messageActionButton)
    module_host.process()
    assert opened.labelling is None and not training.ui.messageFrame.visible
    expected = {"ball": (truth == 2).sum(), "core": (truth == 1).sum()}
    assert held(project.read().cases[1].label) == expected


def test_the_panel_asks_again_where_no_order_helps(opened, training, project, module_host):
    truth = studies.draw(1)[1]
    for name in ("ball", "core"):
        paint(opened, name, truth > 0)
    ui = training.ui
    press_save(training, module_host)
    assert ui.messageActionButton.text == "Smaller ones on top"
    module_host.click(ui.messageActionButton)
    assert ui.messageActionButton.text == "Save without it" and opened.labelling is not None
    opened.discardLabel()
    module_host.click(ui.messageActionButton)  # the answer comes too late
    assert project.read().cases[1].label is None
    training.logic.editLabel(project.read().cases[1].id)
    for name in ("ball", "core"):
        paint(opened, name, truth > 0)
    press_save(training, module_host)
    module_host.click(ui.messageActionButton)
    module_host.click(ui.messageActionButton)
    assert held(project.read().cases[1].label) == {"core": (truth > 0).sum()}


def layered(path, around=False, **tags):
    """A file of the study's first label in which the core lies on the whole ball, in two layers;
    ``around``: stored with its rows and columns in the other direction."""
    truth = studies.draw(0)[1]
    studies.write_nrrd(path, truth)
    image = slicer.util.loadVolume(str(path), {"singleFile": True})
    if around:
        from SemiGDALib import nodes

        truth = truth[:, ::-1, ::-1]
        matrix = np.array(nodes.gridOf(image)[1]) @ np.diag([-1, -1, 1, 1])
        matrix[:3, 3] -= matrix[:3, :2] @ [truth.shape[2] - 1, truth.shape[1] - 1]
        image.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(matrix))
    node = segmentation(image, {"ball": truth > 0, "core": truth == 2})
    for segment in (node.GetSegmentation().GetNthSegment(n) for n in (0, 1)):
        for key, value in tags.items():
            segment.SetTag(key, value)
    path.unlink()
    slicer.util.exportNode(node, str(path), {})
    for one in (image, node):
        slicer.mrmlScene.RemoveNode(one)
    assert {one.layer for one in read_segments(path)} == {0, 1}
    return path


def drawn_in(labelling) -> dict:
    node, volume = labelling.segmentationNode, labelling.volumeNode
    ids = node.GetSegmentation().GetSegmentIDs()
    found = {node.GetSegmentation().GetSegment(one).GetName(): one for one in ids}
    return {
        name: int(slicer.util.arrayFromSegmentBinaryLabelmap(node, one, volume).sum())
        for name, one in found.items()
    }


def test_a_file_of_segments_that_overlap_is_not_written_over(training, project):
    """What lies under others in it would be gone; the new label is another file."""
    case = project.read().cases[0]
    (project.folder / "labels").mkdir()
    path = layered(project.folder / "labels" / "own.seg.nrrd")
    before = path.read_bytes()
    project.set_label(case.id, path)
    training.logic.editLabel(case.id)
    truth = studies.draw(0)[1]
    expected = {"ball": (truth > 0).sum(), "core": (truth == 2).sum()}
    assert drawn_in(training.logic.labelling) == expected
    training.logic.saveLabel()
    saved = project.read().case(case.id).label
    assert saved != path and path.read_bytes() == before
    assert held(saved) == {"ball": (truth == 1).sum(), "core": (truth == 2).sum()}
    training.logic.editLabel(case.id)
    training.logic.saveLabel()  # its own file, of one layer
    assert project.read().case(case.id).label == saved


@pytest.mark.parametrize("region", [True, False])
def test_segments_that_overlap_do_so_in_the_editor(training, project, tmp_path, region):
    """Also where the label gets a segment of what lies outside, or another order of voxels."""
    case = project.read().cases[0]
    said = {FINISHED_TAG: str(FinishedSlices(2, (1, 2)))}
    if region:
        said = {"SemiGDA.Region": "LPS 0 0 0 1 0 0 0 1 0 0 0 1 1000 1000 40"}
    path = layered(tmp_path / "a.seg.nrrd", around=not region, **said)
    project.set_label(case.id, path)
    training.logic.editLabel(case.id)
    truth = studies.draw(0)[1]
    found = drawn_in(training.logic.labelling)
    assert (found["ball"], found["core"]) == ((truth > 0).sum(), (truth == 2).sum())
    assert ("Ignore" in found) == region
    training.logic.discardLabel()
