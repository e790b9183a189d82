"""A DICOM series with known voxels, and DICOM SEG written and read by highdicom.

highdicom stands for other people's software here: nothing of the product needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import highdicom
import numpy as np
import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.sr.coding import Code
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

# Steps of one voxel (x, y, z), LPS mm. The slices of the second run against its axes' normal, and
# nothing in it is parallel to the patient.
AXIAL = np.array([[0.8, 0, 0, -20], [0, 0.8, 0, -15], [0, 0, 2.5, 40], [0, 0, 0, 1]])
TURN, _ = np.linalg.qr(np.array([[0.9, -0.3, 0.2], [0.35, 0.85, -0.3], [-0.1, 0.3, 1.4]]))
OBLIQUE = np.eye(4)
OBLIQUE[:3, :3], OBLIQUE[:3, 3] = TURN * [0.8, 0.8, -2.5], (7.0, -31.0, 12.0)


@dataclass(frozen=True)
class Described:
    """What a DICOM SEG says of a segment."""

    name: str
    category: tuple[str, str, str]  # scheme, code, meaning
    kind: tuple[str, str, str]
    algorithm: str


def write_series(folder: Path, voxels: np.ndarray, affine: np.ndarray) -> list[Path]:
    """Write int16 voxels (z, y, x) as a series of MR images; paths in the order of z."""
    folder.mkdir(parents=True, exist_ok=True)
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    steps = np.linalg.norm(affine[:3, :3], axis=0)
    paths = []
    for z, plane in enumerate(voxels):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = (
            MRImageStorage,
            ExplicitVRLittleEndian,
        )
        meta.MediaStorageSOPInstanceUID = generate_uid()
        path = folder / f"{(z * 5) % len(voxels):03d}.dcm"  # the order of names says nothing
        image = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
        image.SOPClassUID, image.SOPInstanceUID = MRImageStorage, meta.MediaStorageSOPInstanceUID
        image.StudyInstanceUID, image.SeriesInstanceUID = study, series
        image.FrameOfReferenceUID, image.Modality = frame, "MR"
        image.PatientID, image.PatientName, image.PatientBirthDate = "1", "Test^Phantom", ""
        image.PatientSex = image.AccessionNumber = image.ReferringPhysicianName = ""
        image.StudyID, image.StudyDate, image.StudyTime = "1", "20260101", "120000"
        image.SeriesNumber, image.InstanceNumber = 1, z + 1
        image.ImagePositionPatient = [float(v) for v in (affine @ [0, 0, z, 1])[:3]]
        rows, columns = affine[:3, 0] / steps[0], affine[:3, 1] / steps[1]
        image.ImageOrientationPatient = [float(v) for v in (*rows, *columns)]
        image.PixelSpacing = [float(steps[1]), float(steps[0])]
        image.SliceThickness = float(steps[2])
        image.Rows, image.Columns = plane.shape
        image.SamplesPerPixel, image.PhotometricInterpretation = 1, "MONOCHROME2"
        image.BitsAllocated, image.BitsStored, image.HighBit = 16, 16, 15
        image.PixelRepresentation = 1
        image.PixelData = plane.astype("<i2").tobytes()
        image.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def write_seg(path: Path, series: list[Path], labels: np.ndarray, segments: list[Described]):
    """Write labels (z, y, x), slice by slice as ``series`` is ordered, as a DICOM SEG."""
    descriptions = [
        highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=one.name,
            segmented_property_category=_code(one.category),
            segmented_property_type=_code(one.kind),
            algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
            algorithm_identification=highdicom.AlgorithmIdentificationSequence(
                name=one.algorithm, version="1", family=Code("123109", "DCM", "Manual Processing")
            ),
        )
        for number, one in enumerate(segments, 1)
    ]
    highdicom.seg.Segmentation(
        source_images=[pydicom.dcmread(one) for one in series],
        pixel_array=labels,
        segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=descriptions,
        series_instance_uid=generate_uid(),
        series_number=100,
        sop_instance_uid=generate_uid(),
        instance_number=1,
        manufacturer="Test",
        manufacturer_model_name="Test",
        software_versions="1",
        device_serial_number="1",
    ).save_as(path)


def read_seg(path: Path, series: list[Path]) -> tuple[np.ndarray, list[Described]]:
    """The labels of a DICOM SEG on the slices of ``series`` (z, y, x), and its segments."""
    seg = highdicom.seg.segread(path)
    uids = [pydicom.dcmread(one, stop_before_pixels=True).SOPInstanceUID for one in series]
    labels = seg.get_pixels_by_source_instance(
        source_sop_instance_uids=uids, combine_segments=True, assert_missing_frames_are_empty=True
    )
    described = []
    for one in (seg.get_segment_description(number) for number in seg.segment_numbers):
        category, kind = one.segmented_property_category, one.segmented_property_type
        codes = [(c.scheme_designator, c.value, c.meaning) for c in (category, kind)]
        described.append(Described(one.segment_label, *codes, one.algorithm_identification.name))
    return labels, described


def slices_of(series: list[Path], affine: np.ndarray) -> list[int]:
    """For each image of a series, the slice of a grid (voxel to LPS) that lies in its plane.

    Fails if an image's first voxel is not a first voxel of the grid's slice.
    """
    found = []
    for one in series:
        place = pydicom.dcmread(one, stop_before_pixels=True).ImagePositionPatient
        index = np.linalg.inv(affine) @ [*map(float, place), 1.0]
        assert np.abs(index[:2]).max() < 1e-3 and abs(index[2] - round(index[2])) < 1e-3
        found.append(round(index[2]))
    return found


def _code(code: tuple[str, str, str]) -> Code:
    scheme, value, meaning = code
    return Code(value, scheme, meaning)
