"""What becomes of labels when disk, scene or segmentation are not what one hopes for."""

from __future__ import annotations

import contextlib
import signal
import sys

import numpy as np
import phantoms
import pytest
import slicer
import studies
from slices_fixtures import opened, paint, paint_slices, project
from test_segment_geometry import add_bending
from test_train_unlucky import drawn, press_save

from semigda_core.errors import SemiGDAError
from semigda_core.labels.segments import read_segments
from semigda_core.project.project import Project

__all__ = ["opened", "project"]


@contextlib.contextmanager
def full_disk(size: int):
    """No file of this process gets larger than so many bytes."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def files(project, folder) -> list:
    return sorted(path.name for path in (project.folder / folder).glob("*"))


def segmentation(volume, masks: dict, name="Drawn"):
    """A segmentation of the volume; segments by their names."""
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    for number, (segment, mask) in enumerate(masks.items()):
        identifier = node.GetSegmentation().AddEmptySegment(f"s{number}", segment)
        slicer.util.updateSegmentBinaryLabelmapFromArray(
            mask.astype(np.uint8), node, identifier, volume
        )
    return node


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a process")
def test_a_disk_that_fills_up_while_a_label_is_saved(opened, training, project, module_host):
    labelling = opened.labelling
    rng = np.random.default_rng(0)  # does not get smaller
    truth = rng.random(studies.SHAPE) < 0.5
    name = labelling.segmentationNode.GetSegmentation().GetNthSegmentID(0)
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        truth.astype(np.uint8), labelling.segmentationNode, name, labelling.volumeNode
    )
    with full_disk(600):
        with pytest.raises(SemiGDAError) as raised:
            labelling.save()
    assert raised.value.error_class == "disk-full"
    assert files(project, "labels") == []
    assert opened.labelling.isAlive() and project.read().cases[1].label is None
    assert press_save(training, module_host) == ""
    assert drawn(project.read().cases[1].label) == truth.sum()


@pytest.mark.skipif(sys.platform == "win32", reason="needs limits of a process")
def test_a_disk_that_fills_up_while_an_image_is_copied(training, project):
    volume = phantoms.add_volume()
    with full_disk(3000), pytest.raises(SemiGDAError) as raised:
        training.logic.addNodes([(volume, None)])
    assert raised.value.error_class == "disk-full"
    assert files(project, "images") == [] and len(project.read().cases) == 2


def test_more_segments_than_a_label_can_hold(training, project):
    """They must not come round and be other segments."""
    volume = phantoms.add_volume()
    node = segmentation(volume, {})
    labels = np.zeros(phantoms.SHAPE, np.uint16)
    labels.reshape(-1)[:300] = np.arange(1, 301)
    label = slicer.util.addVolumeFromArray(labels, None, "many", "vtkMRMLLabelMapVolumeNode")
    logic = slicer.modules.segmentations.logic()
    assert logic.ImportLabelmapToSegmentationNode(label, node)
    slicer.mrmlScene.RemoveNode(label)
    assert node.GetSegmentation().GetNumberOfSegments() == 300
    with pytest.raises(SemiGDAError, match="255 segments"):
        training.logic.addNodes([(volume, node)])
    assert files(project, "labels") == [] and len(project.read().cases) == 2


def test_surfaces_only(training, project):
    """Such as of an .stl file."""
    volume = phantoms.add_volume()
    ball = phantoms.answer() == 1
    node = segmentation(volume, {"ball": ball})
    assert node.CreateClosedSurfaceRepresentation()
    node.GetSegmentation().SetSourceRepresentationName("Closed surface")
    node.GetSegmentation().RemoveRepresentation("Binary labelmap")
    training.logic.addNodes([(volume, node)])
    path = project.read().cases[2].label
    assert drawn(path) == pytest.approx(ball.sum(), rel=0.15)
    assert [one.name for one in read_segments(path)] == ["ball"]


def test_two_segments_of_one_name_and_another_order(training, project):
    """Both stay, and the user is asked which class the second one is."""
    volume = phantoms.add_volume()
    z = np.arange(phantoms.SHAPE[0])[:, None, None]
    answer = phantoms.answer()
    masks = {"core": answer == 2, "ball": (answer == 1) & (z < 6), "later": (answer == 1) & (z > 5)}
    node = segmentation(volume, masks)
    node.GetSegmentation().GetNthSegment(2).SetName("ball")
    training.logic.addNodes([(volume, node)])
    assert list(project.read().unmapped()) == ["ball (2)"]
    project.set_mapping({"ball (2)": "ball"})
    case = project.read().cases[2]
    known = project.read().classes_of(case)
    classes = {one.value: known[one.name] for one in read_segments(case.label)}
    image = slicer.util.loadLabelVolume(str(case.label), {"singleFile": True})
    values = slicer.util.arrayFromVolume(image)
    found = np.bincount([classes.get(value, 0) for value in values.flat], minlength=3)
    assert found[1:].tolist() == np.bincount(answer.flat)[1:].tolist()


def test_a_label_under_a_bending_transform(training, project):
    """What lies where in the scene counts."""
    from SemiGDALib.train import scene_files

    volume = phantoms.add_volume()
    node = segmentation(volume, {"ball": phantoms.answer() == 1})
    node.SetAndObserveTransformNodeID(add_bending().GetID())
    training.logic.addNodes([(volume, node)])
    bent = drawn(project.read().cases[2].label)
    node.HardenTransform()
    assert bent == scene_files.labelsOn(node, volume)[0].astype(bool).sum()


def test_another_patients_volume_has_the_id_of_one_that_was_deleted(training, project, tmp_path):
    """A scene is imported into another one: nobody may mix them up."""
    from SemiGDALib import nodes
    from SemiGDALib.train import scene_files

    first = phantoms.add_volume(name="Monday")
    node = segmentation(first, {"ball": phantoms.answer() == 1})
    node.SetNodeReferenceID(nodes.INPUT_REFERENCE, first.GetID())
    identifier = first.GetID()
    slicer.mrmlScene.RemoveNode(first)
    bundle = tmp_path / "monday.mrb"
    assert slicer.util.saveScene(str(bundle))
    slicer.mrmlScene.Clear(0)
    second = phantoms.add_volume(name="Tuesday")
    assert second.GetID() == identifier
    slicer.util.loadScene(str(bundle))
    (node,) = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    assert scene_files.guessLabels([second]) == [None]
    with pytest.raises(SemiGDAError, match="not in the scene"):
        scene_files.drawnOn(node)


def test_labels_that_were_not_taken_are_told(training, project, module_host, artifacts, tmp_path):
    import train_fixtures

    case = project.read().cases[0]
    other = studies.write_nrrd(
        tmp_path / f"{case.image.stem}_label.seg.nrrd", studies.draw(3)[1], segments=("ball",)
    )
    cases = training.panel.sections["Cases"]
    cases.addPaths([str(case.image), str(other)])
    assert "A case keeps its label" in training.ui.messageLabel.text
    train_fixtures.section(training, "Cases")
    train_fixtures.picture(training, module_host, artifacts, "labels-not-taken")
    module_host.click(training.ui.messageActionButton)
    assert cases.table.selected() == [case.id]
    assert project.read().cases[0].label == case.label
    cases.addPaths([str(case.image), str(case.label)])  # the same again: nothing to tell
    assert not training.ui.messageFrame.visible


def test_damaged_labels_are_named_and_the_others_are_taken(training, project, tmp_path):
    for number in range(3):
        voxels, drawn = studies.draw(number + 20)
        studies.write_nrrd(tmp_path / f"new{number}.nrrd", voxels)
        label = studies.write_nrrd(tmp_path / f"new{number}.seg.nrrd", drawn, segments=("ball",))
    label.write_bytes(label.read_bytes().replace(b"LabelValue:=1", b"LabelValue:=x"))
    training.panel.sections["Cases"].addPaths(sorted(map(str, tmp_path.glob("new*"))))
    told = training.ui.messageLabel.text
    assert "A label cannot be read, and was left out: new2.seg.nrrd." in told
    assert [case.label is None for case in project.read().cases[-3:]] == [False, False, True]


def test_the_label_goes_to_the_case_that_was_asked_about(training, project, module_host, tmp_path):
    """While the window is open, another Slicer removes the case."""
    (_labelled, case) = project.read().cases
    path = studies.write_nrrd(tmp_path / "a.seg.nrrd", studies.draw(1)[1], segments=("ball",))
    cases = training.panel.sections["Cases"]
    cases.table.select([case.id])

    def choose(*_about):
        Project(project.folder).remove([case.id])
        training.panel.refresh()
        return str(path)

    from SemiGDALib import dialogs

    asked, dialogs.chooseFile = dialogs.chooseFile, choose
    try:
        cases.onLabelFile()
    finally:
        dialogs.chooseFile = asked
    assert training.ui.messageFrame.visible
    assert [one.id for one in project.read().cases] == [_labelled.id]


def test_a_border_under_another_one_is(training, project):
    """People draw a little over the border."""
    volume = phantoms.add_volume()
    mask = phantoms.answer() == 1
    node = segmentation(volume, {"ball": mask, "core": np.roll(mask, 8, 2)})
    training.logic.addNodes([(volume, node)])
    assert [one.name for one in read_segments(project.read().cases[2].label)] == ["ball", "core"]


def test_an_ignored_region_may_cover_a_class(opened, training, project, module_host):
    """Nobody labels there, and that was said on purpose."""
    case = opened.labelling.caseId
    paint_slices(opened, range(12))
    opened.addIgnoredRegion()
    everywhere = np.ones(studies.SHAPE)
    everywhere[6] = 0
    paint(opened, "Ignore", everywhere)
    assert press_save(training, module_host) == ""
    assert [one.ignored for one in read_segments(project.read().case(case).label)].count(True) == 1


def test_files_that_belong_to_nothing_are_named(training, project, tmp_path):
    """A label of another name than its image's was dropped, and nobody heard of it again."""
    for name in ("new.nrrd", "new2.nrrd", "tumour_mask.nrrd"):
        studies.write_nrrd(tmp_path / name, studies.draw(20 + len(name))[0])
    cases, message = training.panel.sections["Cases"], training.ui.messageLabel
    cases.addPaths([str(tmp_path / name) for name in ("new.nrrd", "tumour_mask.nrrd")])
    assert "A file was left out: tumour_mask.nrrd." in message.text
    case = project.read().cases[0]
    other = studies.write_nrrd(
        tmp_path / f"{case.image.stem}_label.seg.nrrd", studies.draw(3)[1], segments=("ball",)
    )
    cases.addPaths([str(case.image), str(other), str(tmp_path / "tumour_mask.nrrd")])
    assert "left out: tumour_mask.nrrd. A case keeps its label" in message.text
    cases.addPaths([str(tmp_path / "new2.nrrd")])
    assert not training.ui.messageFrame.visible
