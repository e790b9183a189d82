"""A result keeps the patient's and study's place, and leaves as DICOM SEG with its codes.

Slicer's DICOM module is Qt code and not in the host. In its place stands an exporter with the same
calls, which reads from the scene what Slicer's reads, and writes with highdicom.
"""

from __future__ import annotations

import types
from pathlib import Path

import numpy as np
import phantoms
import pydicom
import pytest
import slicer
import vtk
from segment_fixtures import choose, run
from test_segment_nodes import hierarchy

from semigda_core.errors import SemiGDAError
from Testing import dicom_seg

RAS = np.diag([-1.0, -1, 1, 1])
GEOMETRIES = {
    "axial": dicom_seg.AXIAL,
    "flipped": dicom_seg.AXIAL @ np.diag([1.0, 1, -1, 1]),
    "oblique": dicom_seg.OBLIQUE,
}


class Exporter:
    """What Slicer's plugin takes from the scene, and its calls."""

    series: list[Path] = []

    def examineForExport(self, item):
        return [types.SimpleNamespace(subjectHierarchyItemID=item)]

    def export(self, exportables):
        for one in exportables:
            node = hierarchy().GetItemDataNode(one.subjectHierarchyItemID)
            volume = node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole())
            uids = volume.GetAttribute("DICOM.instanceUIDs").split()
            of_uid = {pydicom.dcmread(path).SOPInstanceUID: path for path in self.series}
            if not set(uids) <= set(of_uid):
                return "Referenced volume files were not found in the DICOM database"
            segmentation = node.GetSegmentation()
            labels, described = np.zeros(phantoms.SHAPE, np.uint8), []
            for number, segment_id in enumerate(segmentation.GetSegmentIDs(), 1):
                mask = slicer.util.arrayFromSegmentBinaryLabelmap(node, segment_id, volume)
                labels[mask > 0] = number
                described.append(_described(segmentation.GetSegment(segment_id)))
            path = Path(one.directory) / "seg.dcm"
            dicom_seg.write_seg(path, [of_uid[uid] for uid in uids], labels, described)
        return ""


def _described(segment) -> dicom_seg.Described:
    def tag(key):
        value = vtk.reference("")
        return str(value.get()) if segment.GetTag(key, value) else ""

    entry = slicer.vtkSlicerTerminologyEntry()
    text = tag(segment.GetTerminologyEntryTagName())
    assert slicer.modules.terminologies.logic().DeserializeTerminologyEntry(text, entry)
    codes = [
        (one.GetCodingSchemeDesignator(), one.GetCodeValue(), one.GetCodeMeaning())
        for one in (entry.GetCategoryObject(), entry.GetTypeObject())
    ]
    assert tag("DICOM.SegmentAlgorithmType") == "AUTOMATIC"
    return dicom_seg.Described(segment.GetName(), *codes, tag("DICOM.SegmentAlgorithmName"))


@pytest.fixture
def slicer_dicom(module_host, monkeypatch):
    """A Slicer whose DICOM module has an exporter for segmentations."""
    plugins = {"DICOMSegmentationPlugin": Exporter}
    monkeypatch.setattr(slicer.modules, "dicomPlugins", plugins, raising=False)
    return Exporter


def load_series(folder, affine):
    """A series in the scene as the DICOM module leaves it: its UIDs, under patient and study."""
    Exporter.series = dicom_seg.write_series(folder, phantoms.image(), affine)
    volume = phantoms.add_volume(ijk_to_ras=RAS @ affine, name="1: MR")
    uids = [pydicom.dcmread(path).SOPInstanceUID for path in Exporter.series]
    volume.SetAttribute("DICOM.instanceUIDs", " ".join(uids))
    patient = hierarchy().CreateSubjectItem(hierarchy().GetSceneItemID(), "Patient")
    study = hierarchy().CreateStudyItem(patient, "Study")
    hierarchy().SetItemParent(hierarchy().GetItemByDataNode(volume), study)
    return volume, study


def test_the_result_is_in_the_study_of_its_series(logic, bright, tmp_path):
    volume, study = load_series(tmp_path / "series", dicom_seg.AXIAL)
    node = logic.segment(volume, bright, device="cpu")
    for one in (node, logic.result.reviewNode):
        assert hierarchy().GetItemParent(hierarchy().GetItemByDataNode(one)) == study


@pytest.mark.parametrize("name", GEOMETRIES)
def test_dicom_seg_voxel_for_voxel(logic, slicer_dicom, bright, tmp_path, name):
    volume, _study = load_series(tmp_path / "series", GEOMETRIES[name])
    node = logic.segment(volume, bright, device="cpu")
    (path,) = logic.exportDicomSeg(node, tmp_path / "out")
    labels, segments = dicom_seg.read_seg(path, Exporter.series)
    ids = node.GetSegmentation().GetSegmentIDs()
    for number, segment_id in enumerate(ids, 1):
        mask = phantoms.mask_in(volume, phantoms.world_points(node, segment_id))
        assert (mask == (labels == number)).all() and mask.any()
    structure = ("SCT", "123037004", "Anatomical Structure")
    assert [one.name for one in segments] == ["bright", "brighter"]
    assert [one.kind for one in segments] == [
        ("SCT", "91720002", "Body substance"),
        ("SCT", "85756007", "Tissue"),
    ]
    assert segments[0].category == structure
    assert {one.algorithm for one in segments} == {"SemiGDA bright"}


def test_an_image_from_elsewhere(logic, slicer_dicom, bright, tmp_path):
    node = logic.segment(phantoms.add_volume(), bright, device="cpu")
    with pytest.raises(SemiGDAError, match="not loaded from DICOM"):
        logic.exportDicomSeg(node, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_slicer_without_the_exporter(logic, bright, tmp_path):
    volume, _study = load_series(tmp_path / "series", dicom_seg.AXIAL)
    node = logic.segment(volume, bright, device="cpu")
    with pytest.raises(SemiGDAError, match="cannot write DICOM SEG") as caught:
        logic.exportDicomSeg(node, tmp_path)
    assert "5.12" in caught.value.action


def test_a_series_that_left_the_database(logic, slicer_dicom, bright, tmp_path):
    volume, _study = load_series(tmp_path / "series", dicom_seg.AXIAL)
    node = logic.segment(volume, bright, device="cpu")
    Exporter.series = Exporter.series[1:]
    with pytest.raises(SemiGDAError, match="exporter could not write") as caught:
        logic.exportDicomSeg(node, tmp_path / "out")
    assert "not found" in caught.value.detail
    (tmp_path / "file").touch()
    with pytest.raises(SemiGDAError, match="cannot be used"):  # such as a drive that is away
        logic.exportDicomSeg(node, tmp_path / "file" / "out")


def test_the_button(panel, slicer_dicom, module_host, tmp_path, monkeypatch, artifacts):
    import qt

    button = panel.panel.export.button
    choose(panel, module_host, phantoms.add_volume())
    run(panel, module_host)
    assert not button.enabled and "not loaded from DICOM" in button.toolTip
    volume, _study = load_series(tmp_path / "series", dicom_seg.AXIAL)
    choose(panel, module_host, volume)
    run(panel, module_host)
    assert button.enabled
    shown = panel.logic.result.segmentationNode

    def choose_folder(*_):
        panel.panel.export.show(None)  # the result in view changes meanwhile
        return str(tmp_path / "out")

    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", choose_folder)
    (tmp_path / "out").mkdir()
    module_host.click(button)
    assert (tmp_path / "out" / "seg.dcm").is_file()
    assert panel.ui.phaseLabel.text == "Exported: seg.dcm"
    panel.panel.export.show(shown)
    module_host.grab(panel, artifacts / "segment-dicom.png")
