"""What Slicer's core does with volumes, labels and transforms, and the modules rely upon.

Each of these once misplaced somebody's segmentation. If a newer core behaves differently, the
test that fails here says which part of SemiGDALib to look at.
"""

from __future__ import annotations

import nrrd
import numpy as np
import pytest
import vtk
from PySide6.QtGui import QImage

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])


def write_nrrd(path, array_xyz, directions, origin):
    """`directions`: one row an axis, LPS mm, as NRRD has them; may be left-handed or sheared."""
    header = {
        "space": "left-posterior-superior",
        "space directions": np.asarray(directions, float),
        "space origin": np.asarray(origin, float),
        "kinds": ["domain"] * 3,
    }
    nrrd.write(str(path), array_xyz, header)


def marked(shape=(7, 6, 5), at=(1, 2, 3)):
    array = np.zeros(shape, np.int16)
    array[at] = 1000
    return array


def ras_of_brightest(node):
    import slicer

    array = slicer.util.arrayFromVolume(node)
    k, j, i = np.unravel_index(array.argmax(), array.shape)
    matrix = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(matrix)
    return np.array(matrix.MultiplyPoint((i, j, k, 1)))[:3]


DIRECTIONS = {
    "right-handed": [[1, 0, 0], [0, 1, 0], [0, 0, 2]],
    "left-handed": [[1, 0, 0], [0, 1, 0], [0, 0, -2]],
    "oblique": [[0.8, 0.6, 0], [-0.6, 0.8, 0], [0, 0, 2]],
    "sheared": [[1, 0, 0], [0, 1, 0], [0, 0.5, 2]],
}


@pytest.mark.parametrize("name", DIRECTIONS)
def test_voxels_keep_their_place_in_every_geometry(host, tmp_path, name):
    import slicer

    directions, origin = np.array(DIRECTIONS[name]), np.array([10.0, -20.0, 30.0])
    write_nrrd(tmp_path / "image.nrrd", marked(), directions, origin)
    node = slicer.util.loadVolume(str(tmp_path / "image.nrrd"), {})
    expected = LPS_TO_RAS @ (np.array([1, 2, 3]) @ directions + origin)
    np.testing.assert_allclose(ras_of_brightest(node), expected, atol=1e-4)


def test_left_handed_files_are_flipped_on_load(host, tmp_path):
    """So node arrays must never be paired with voxels that another library read from the file."""
    import slicer

    write_nrrd(tmp_path / "image.nrrd", marked(), DIRECTIONS["left-handed"], (0, 0, 0))
    node = slicer.util.loadVolume(str(tmp_path / "image.nrrd"), {})
    array = slicer.util.arrayFromVolume(node)
    assert array.shape == (5, 6, 7)
    assert array[5 - 1 - 3, 2, 1] == 1000 and array[3, 2, 1] == 0


def test_image_data_holds_no_geometry(host):
    import slicer

    node = slicer.util.addVolumeFromArray(np.zeros((3, 4, 5), np.float32))
    node.SetSpacing(0.5, 0.6, 0.7)
    node.SetOrigin(1, 2, 3)
    assert node.GetImageData().GetSpacing() == (1, 1, 1)
    assert node.GetImageData().GetOrigin() == (0, 0, 0)


def test_types_that_volumes_refuse(host):
    import slicer

    with pytest.raises(TypeError):
        slicer.util.addVolumeFromArray(np.zeros((3, 4, 5), bool))
    with pytest.raises(RuntimeError):
        slicer.util.addVolumeFromArray(np.zeros((3, 4, 5), np.int64))
    for kind in (np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64):
        slicer.util.addVolumeFromArray(np.zeros((3, 4, 5), kind))


# Label maps become segmentations


def two_boxes():
    labels = np.zeros((8, 10, 12), np.uint8)
    labels[1:4, 2:5, 3:6] = 1
    labels[4:7, 5:9, 6:11] = 3
    return labels


def volume_and_labels(transform=None, left_handed=False):
    import slicer

    matrix = np.array([[-0.8, -0.6, 0, 5], [0.6, -0.8, 0, 6], [0, 0, 2.5, 7], [0, 0, 0, 1.0]])
    if left_handed:
        matrix[:, 2] *= -1
    volume = slicer.util.addVolumeFromArray(np.zeros((8, 10, 12), np.int16), matrix, "Brain")
    labels = slicer.util.addVolumeFromArray(
        two_boxes(), matrix, "Labels", "vtkMRMLLabelMapVolumeNode"
    )
    if transform is not None:
        volume.SetAndObserveTransformNodeID(transform.GetID())
    return volume, labels


def linear_transform():
    import slicer

    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Shift")
    angle = np.deg2rad(20)
    matrix = np.eye(4)
    matrix[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    matrix[:3, 3] = 30, -10, 4
    slicer.util.updateTransformMatrixFromArray(node, matrix)
    return node


def imported(volume, labels):
    import slicer

    segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Result")
    for node in (labels, segmentation):
        node.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    logic = slicer.modules.segmentations.logic()
    assert logic.ImportLabelmapToSegmentationNode(labels, segmentation)
    return segmentation


@pytest.mark.parametrize("left_handed", [False, True])
@pytest.mark.parametrize("transformed", [False, True])
def test_transforms_before_geometry_before_import(host, transformed, left_handed):
    import slicer

    volume, labels = volume_and_labels(linear_transform() if transformed else None, left_handed)
    segmentation = imported(volume, labels)
    identifiers = segmentation.GetSegmentation().GetSegmentIDs()
    for identifier, value in zip(identifiers, (1, 3), strict=True):
        array = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, identifier, volume)
        np.testing.assert_array_equal(array > 0, two_boxes() == value)


def test_a_result_follows_a_transform_that_changes(host):
    import slicer

    transform = linear_transform()
    volume, labels = volume_and_labels(transform)
    segmentation = imported(volume, labels)
    slicer.util.updateTransformMatrixFromArray(transform, np.diag([1.0, 1, 1, 1]))
    identifier = segmentation.GetSegmentation().GetNthSegmentID(0)
    array = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, identifier, volume)
    np.testing.assert_array_equal(array > 0, two_boxes() == 1)


def test_the_other_order_loses_the_labels(host):
    """The import bakes the transform of the label node into a segmentation that has none yet."""
    import slicer

    transform = linear_transform()
    volume, labels = volume_and_labels(transform)
    labels.SetAndObserveTransformNodeID(transform.GetID())
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Late")
    slicer.modules.segmentations.logic().ImportLabelmapToSegmentationNode(labels, node)
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    node.SetAndObserveTransformNodeID(transform.GetID())
    identifier = node.GetSegmentation().GetNthSegmentID(0)
    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, identifier, volume)
    assert not np.array_equal(array > 0, two_boxes() == 1)


def test_edits_are_told_by_the_segmentation_not_by_its_node(host):
    import slicer

    volume, labels = volume_and_labels()
    node = imported(volume, labels)
    segmentation, told = node.GetSegmentation(), []
    node.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_: told.append("node"))
    event = slicer.vtkSegmentation.SourceRepresentationModified
    segmentation.AddObserver(event, lambda *_: told.append("segmentation"))
    whole = np.ones((8, 10, 12), np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        whole, node, segmentation.GetNthSegmentID(0), volume
    )
    assert set(told) == {"segmentation"}


def test_one_import_is_one_layer_and_an_edit_splits_it(host):
    import slicer

    volume, labels = volume_and_labels()
    node = imported(volume, labels)
    segmentation = node.GetSegmentation()
    assert segmentation.GetNumberOfSegments() == 2  # the absent label 2 gives no segment
    assert segmentation.GetNumberOfLayers() == 1
    whole = np.ones((8, 10, 12), np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        whole, node, segmentation.GetNthSegmentID(0), volume
    )
    assert segmentation.GetNumberOfLayers() == 2
    segmentation.CollapseBinaryLabelmaps(False)
    assert segmentation.GetNumberOfLayers() == 2  # overlapping: cannot be one layer


def test_names_come_from_a_table_of_colours(host):
    """So names, colours and terminology are set segment by segment, never left to the import."""
    volume, labels = volume_and_labels()
    segmentation = imported(volume, labels).GetSegmentation()
    names = [segmentation.GetNthSegment(index).GetName() for index in range(2)]
    assert "Hippocampus" not in names
    segment = segmentation.GetNthSegment(0)
    entry = "Segmentation category and type - 3D Slicer General Anatomy list~SCT^1^A~SCT^2^B~^^~"
    segment.SetName("Hippocampus")
    segment.SetTag("TerminologyEntry", entry)
    assert segmentation.GetNthSegment(0).GetName() == "Hippocampus"


def test_an_import_ignores_the_terminology_of_a_colour_table(host):
    """Names and colours are taken from the table, the codes beside them are not."""
    import slicer

    table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLColorTableNode", "Table")
    table.SetTypeToUser()
    table.SetNumberOfColors(4)
    for value, name in enumerate(("Background", "Liver", "Unused", "Spleen")):
        table.SetColor(value, name, 0.2 * value, 0.5, 0.5, 1)
    organ = ("SCT", "123037004", "Anatomical Structure")
    assert table.SetTerminology(1, *organ, "SCT", "10200004", "Liver")
    volume, labels = volume_and_labels()
    labels.CreateDefaultDisplayNodes()
    labels.GetDisplayNode().SetAndObserveColorNodeID(table.GetID())
    nodes = [imported(volume, labels), imported(volume, labels)]
    segment, entry = nodes[0].GetSegmentation().GetNthSegment(0), vtk.reference("")
    assert segment.GetName() == "Liver"
    segment.GetTag("TerminologyEntry", entry)
    assert "10200004" not in str(entry)
    first, second = (set(node.GetSegmentation().GetSegmentIDs()) for node in nodes)
    assert not first & second  # identifiers are random: segments are found by name or tag


def test_result_can_lie_beside_its_source(host):
    import slicer

    volume, labels = volume_and_labels()
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    study = hierarchy.CreateStudyItem(hierarchy.GetSceneItemID(), "Study")
    hierarchy.SetItemParent(hierarchy.GetItemByDataNode(volume), study)
    node = imported(volume, labels)
    hierarchy.SetItemParent(hierarchy.GetItemByDataNode(node), study)
    assert hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node)) == study


# Files


def test_shear_survives_nrrd_but_not_nifti(host, tmp_path):
    """NIfTI straightens the axes with no more than a warning: volumes go out as .nrrd."""
    import slicer

    matrix = np.array([[1, 0, 0.5, 0], [0, 1, 0.3, 0], [0, 0, 2, 0], [0, 0, 0, 1.0]])
    volume = slicer.util.addVolumeFromArray(np.zeros((4, 5, 6), np.int16), matrix, "Sheared")
    kept = {}
    for suffix in (".nrrd", ".nii.gz"):
        path = str(tmp_path / f"sheared{suffix}")
        slicer.util.saveNode(volume, path, {})
        loaded, found = slicer.util.loadVolume(path, {}), vtk.vtkMatrix4x4()
        loaded.GetIJKToRASMatrix(found)
        kept[suffix] = np.allclose(slicer.util.arrayFromVTKMatrix(found), matrix, atol=1e-4)
    assert kept == {".nrrd": True, ".nii.gz": False}


def test_default_properties_are_remembered_between_calls(host, tmp_path):
    """A mutable default: callers pass a dict of their own (see packaging/test_module_code.py)."""
    import slicer

    volume, _ = volume_and_labels()
    slicer.util.exportNode(volume, str(tmp_path / "image.nrrd"))
    remembered = slicer.util.exportNode.__defaults__[0]
    assert remembered.pop("fileFormat").startswith("NRRD")


@pytest.mark.parametrize("left_handed", [False, True])
def test_scene_bundle_keeps_segments_attributes_and_place(host, tmp_path, left_handed):
    import slicer

    volume, labels = volume_and_labels(linear_transform(), left_handed)
    node = imported(volume, labels)
    node.SetAttribute("SemiGDA.Model", "tiny")
    node.GetSegmentation().GetNthSegment(0).SetName("Hippocampus")
    path = str(tmp_path / "scene.mrb")
    assert slicer.util.saveScene(path, {})
    slicer.mrmlScene.Clear(0)
    slicer.util.loadScene(path, {})
    node, volume = slicer.util.getNode("Result"), slicer.util.getNode("Brain")
    assert node.GetAttribute("SemiGDA.Model") == "tiny"
    identifier = node.GetSegmentation().GetSegmentIdBySegmentName("Hippocampus")
    array = slicer.util.arrayFromSegmentBinaryLabelmap(node, identifier, volume)
    # A left-handed volume comes back from its file with its slices reversed, as ever.
    expected = two_boxes()[::-1] if left_handed else two_boxes()
    np.testing.assert_array_equal(array > 0, expected == 1)


def test_segmentation_file_opens_elsewhere(host, tmp_path):
    import slicer

    volume, labels = volume_and_labels()
    node = imported(volume, labels)
    path = str(tmp_path / "result.seg.nrrd")
    assert slicer.util.saveNode(node, path, {})
    array, header = nrrd.read(path)
    assert header["Segment0_LabelValue"] == "1" and header["Segment1_ID"]
    np.testing.assert_array_equal(np.unique(array), [0, 1, 3])
    again = slicer.util.loadSegmentation(path, {})
    assert again.GetSegmentation().GetNumberOfSegments() == 2


def test_pictures(host, artifacts):
    volume, labels = volume_and_labels()
    import slicer

    node = imported(volume, labels)
    node.CreateDefaultDisplayNodes()
    node.CreateClosedSurfaceRepresentation()
    slicer.util.setSliceViewerLayers(background=volume)
    for path in (
        host.slice_view(artifacts / "traps-slice.png"),
        host.three_d_view(artifacts / "traps-3d.png"),
    ):
        image = QImage(str(path))
        step = range(0, image.width(), 5)
        assert len({image.pixel(x, y) for x in step for y in range(0, image.height(), 5)}) > 8
