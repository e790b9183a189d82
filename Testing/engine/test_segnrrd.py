"""The .seg.nrrd writer, read back by pynrrd and by Slicer's own storage node."""

from __future__ import annotations

import zlib

import nrrd
import numpy as np
import pytest
import torch
from model_fixtures import TISSUE, tiny_card
from volume_fixtures import DIRECTIONS, affine_of

from semigda.data.segnrrd import write_map, write_segmentation
from semigda_core.files.documents import has_controls
from semigda_core.labels.segments import read_segments
from semigda_core.models.card import Label, terminology_entry

LABELS = [
    Label(1, "Läsion | 1 \\n x:=y~^", (255, 51, 0), TISSUE),
    Label(2, "心臓 😀", (0, 255, 0)),
]
PROVENANCE = {"SemiGDA_Model": "tiny", "SemiGDA_Date": "2026-01-01T08:33:12+00:00"}


@pytest.fixture
def labels() -> np.ndarray:
    array = np.zeros((5, 6, 7), np.uint8)
    array[1:3, 2:5, 1:4], array[4, 0, 6] = 1, 2
    return array


@pytest.mark.parametrize("name", DIRECTIONS)
def test_read_back_by_pynrrd(tmp_path, labels, name):
    affine = affine_of(DIRECTIONS[name])
    path = tmp_path / "a.seg.nrrd"
    write_segmentation(path, labels, affine, tiny_card(labels=LABELS), PROVENANCE)
    array, header = nrrd.read(str(path), index_order="C")
    np.testing.assert_array_equal(array, labels)
    np.testing.assert_array_equal(header["space directions"].T, affine[:3, :3])
    np.testing.assert_array_equal(header["space origin"], affine[:3, 3])
    assert header["space"] == "left-posterior-superior"
    # pynrrd leaves out what is not ASCII.
    assert [part.name for part in read_segments(path)] == [label.name for label in LABELS]
    assert header["Segment0_Color"] == "1 0.2 0"
    assert header["Segment0_Extent"] == "0 6 0 5 0 4"
    assert header["Segment0_Tags"].startswith(f"TerminologyEntry:{terminology_entry(LABELS[0])}|")
    assert header["Segment1_LabelValue"] == "2" and header["Segment1_Layer"] == "0"
    assert header["SemiGDA_Model"] == "tiny"
    assert [p.name for p in tmp_path.iterdir()] == ["a.seg.nrrd"]


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_in_any_memory_order(tmp_path, labels, order):
    stored = np.asarray(labels, order=order)
    write_segmentation(tmp_path / "a.seg.nrrd", stored, np.eye(4), tiny_card(labels=LABELS))
    np.testing.assert_array_equal(
        nrrd.read(str(tmp_path / "a.seg.nrrd"), index_order="C")[0], labels
    )


@pytest.mark.parametrize("name", DIRECTIONS)
def test_slicer_opens_it(tmp_path, labels, name):
    slicer = pytest.importorskip("slicer", reason="slicer-core is not installed")
    import vtk
    from vtk.util.numpy_support import vtk_to_numpy

    affine = affine_of(DIRECTIONS[name])
    path = tmp_path / "a.seg.nrrd"
    write_segmentation(path, labels, affine, tiny_card(labels=LABELS), PROVENANCE)
    scene = slicer.vtkMRMLScene()
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    storage = scene.AddNewNodeByClass("vtkMRMLSegmentationStorageNode")
    storage.SetFileName(str(path))
    assert storage.ReadData(node)
    segmentation = node.GetSegmentation()
    assert segmentation.GetNumberOfSegments() == 2
    for number, label in enumerate(LABELS):
        segment = segmentation.GetNthSegment(number)
        np.testing.assert_allclose(segment.GetColor(), np.array(label.color) / 255, atol=1e-5)
        assert segment.GetLabelValue() == label.value and segment.GetName() == label.name
        text = vtk.mutable("")
        assert segment.GetTag("SemiGDA_Date", text) and str(text) == PROVENANCE["SemiGDA_Date"]
        image = segment.GetRepresentation("Binary labelmap")
        matrix = vtk.vtkMatrix4x4()
        image.GetImageToWorldMatrix(matrix)
        ras = np.array([[matrix.GetElement(r, c) for c in range(4)] for r in range(4)])
        np.testing.assert_allclose(ras, np.diag([-1, -1, 1, 1]) @ affine, atol=1e-9)
        i0, _, j0, _, k0, _ = image.GetExtent()
        x, y, z = image.GetDimensions()
        values = vtk_to_numpy(image.GetPointData().GetScalars())
        mask = np.zeros(labels.shape, bool)
        mask[k0 : k0 + z, j0 : j0 + y, i0 : i0 + x] = values.reshape(z, y, x) == label.value
        np.testing.assert_array_equal(mask, labels == label.value)
    text = vtk.mutable("")
    assert segmentation.GetNthSegment(0).GetTag("TerminologyEntry", text)
    assert str(text) == terminology_entry(LABELS[0])


def test_control_characters_never_reach_the_header(tmp_path, labels):
    wild = [Label(1, "a\x1b[31m\nSegment0_Layer:=7\u202e", (255, 0, 0)), LABELS[1]]
    made = {"SemiGDA_Model": "x\ny\x07|z"}
    write_segmentation(tmp_path / "a.seg.nrrd", labels, np.eye(4), tiny_card(labels=wild), made)
    header = (tmp_path / "a.seg.nrrd").read_bytes().split(b"\n\n")[0].decode()
    assert not has_controls(header.replace("\n", "")) and "\u202e" not in header
    first = read_segments(tmp_path / "a.seg.nrrd")[0]
    assert (first.name, first.layer) == ("a[31m Segment0_Layer:=7", 0)
    assert first.tags["SemiGDA_Model"] == "x y/z"


@pytest.mark.parametrize("size", [1, 1000, 1001, 16_000, 33_333])
def test_pieces_that_are_packed_side_by_side_are_one_stream(tmp_path, monkeypatch, size):
    monkeypatch.setattr("semigda.data.segnrrd._PIECE", 1000)
    voxels = np.random.default_rng(0).integers(0, 3, (1, 1, size)).astype(np.uint8)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        write_map(tmp_path / "a.nrrd", voxels, np.eye(4))
    finally:
        torch.set_num_threads(before)
    packed = (tmp_path / "a.nrrd").read_bytes().partition(b"\n\n")[2]
    reader = zlib.decompressobj(zlib.MAX_WBITS | 16)  # of one stream, with its checksum
    assert reader.decompress(packed) == voxels.tobytes()
    assert reader.eof and not reader.unused_data


def test_runs_of_equal_labels_are_packed_small(tmp_path):
    """A third of what level 1 makes of them in general."""
    y, x = np.ogrid[:192, :192]
    ball = np.stack([(y - 96) ** 2 + (x - 96 + z) ** 2 < 1600 for z in range(50)]).astype(np.uint8)
    path = tmp_path / "a.nrrd"
    write_map(path, ball, np.eye(4))
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    usual = len(packer.compress(ball.data) + packer.flush())
    assert path.stat().st_size - len(path.read_bytes().split(b"\n\n")[0]) < usual / 2
