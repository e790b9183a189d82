"""DICOM files of many frames, and folders that are no plain series."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hostile_files import noise, refused
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
)
from test_volumes import write_dicom

from semigda.data.volumes import read_volume

FRAMES = noise((6, 16, 20))
PLACES = [(1.0, 2.0, 3.0 + 2.5 * n) for n in range(6)]
PER_FRAME = "PerFrameFunctionalGroupsSequence"
AXIAL, CORONAL = [1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, -1]


def item(**values) -> Dataset:
    data = Dataset()
    for name, value in values.items():
        setattr(data, name, value)
    return data


def write(path, places=PLACES, directions=(AXIAL,) * 6, slopes=(1,) * 6, spacings=(), lengths=True):
    """An enhanced MR file. ``lengths``: whether sequences say how long they are."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = EnhancedMRImageStorage, "1.2.3"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    data.SOPClassUID, data.SOPInstanceUID, data.Modality = EnhancedMRImageStorage, "1.2.3", "MR"
    data.StudyInstanceUID, data.SeriesInstanceUID = "1.2", "1.2.4"
    data.NumberOfFrames, (data.Rows, data.Columns) = len(FRAMES), FRAMES.shape[1:]
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation, data.PixelData = 15, 1, FRAMES.tobytes()
    measures = item(PixelSpacing=[0.8, 0.7], SliceThickness=2.5)
    data.SharedFunctionalGroupsSequence = [item(PixelMeasuresSequence=[measures])]
    if places is not None:
        data.PerFrameFunctionalGroupsSequence = [
            item(
                PlanePositionSequence=[item(ImagePositionPatient=list(place))],
                PlaneOrientationSequence=[item(ImageOrientationPatient=direction)],
                PixelValueTransformationSequence=[
                    item(RescaleIntercept=0, RescaleSlope=slope, RescaleType="US")
                ],
            )
            for place, direction, slope in zip(places, directions, slopes, strict=True)
        ]
    for group, spacing in zip(
        data.get("PerFrameFunctionalGroupsSequence", ()), spacings, strict=False
    ):
        group.PixelMeasuresSequence = [item(PixelSpacing=[spacing, spacing])]
    if not lengths:
        for element in data.iterall():
            if element.VR == "SQ":
                element.is_undefined_length = True
                for one in element.value:
                    one.is_undefined_length_sequence_item = True
    data.save_as(str(path), enforce_file_format=True)
    return path


@pytest.mark.parametrize("lengths", [True, False])
def test_frames_that_are_the_slices_of_a_volume(tmp_path, lengths):
    volume = read_volume(write(tmp_path / "a.dcm", lengths=lengths))
    np.testing.assert_array_equal(volume.array, FRAMES)
    np.testing.assert_allclose(volume.affine[:3, :3], np.diag([0.7, 0.8, 2.5]), atol=1e-6)
    np.testing.assert_allclose(volume.affine[:3, 3], PLACES[0])
    alone = read_volume(tmp_path)  # as scanners export it: a folder with one file
    np.testing.assert_array_equal(alone.array, FRAMES)
    np.testing.assert_array_equal(alone.affine, volume.affine)
    write(tmp_path / "a.dcm", PLACES[::-1], lengths=lengths)
    upside_down = read_volume(tmp_path / "a.dcm").affine
    np.testing.assert_allclose(upside_down[:3, 2:], [[0, 1], [0, 2], [-2.5, 15.5]], atol=1e-6)


def test_tilted_frames_come_out_sheared(tmp_path):
    places = [(1.0, 2.0 + 0.5 * n, 3.0 + 2.5 * n) for n in range(6)]
    affine = read_volume(write(tmp_path / "a.dcm", places)).affine
    np.testing.assert_allclose(affine[:3, 2], (0, 0.5, 2.5), atol=1e-6)


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ((0, 1, 2, 3, 4, 6), "not evenly spaced"),
        ((0, 2, 4, 1, 3, 5), "not evenly spaced"),
        ((0, 1, 2, 0, 1, 2), "at one position"),
    ],
)
def test_frames_with_a_gap_out_of_order_or_of_two_times_are_no_volume(tmp_path, order, told):
    """ITK reads them as one, with steps of 1 mm or as many slices as there are frames."""
    places = [(1.0, 2.0, 3.0 + 2.5 * n) for n in order]
    assert told in refused(write(tmp_path / "a.dcm", places)).message


@pytest.mark.parametrize("lengths", [True, False])
def test_frames_that_differ_in_direction_or_scale(tmp_path, lengths):
    """ITK goes by the first one."""
    turned = write(tmp_path / "a.dcm", directions=[AXIAL] * 5 + [CORONAL], lengths=lengths)
    assert "turned against each other" in refused(turned).message
    scaled = write(tmp_path / "a.dcm", slopes=[1, 1, 1, 1, 1, 2], lengths=lengths)
    assert "scaled differently" in refused(scaled).message
    stretched = write(tmp_path / "a.dcm", spacings=[0.8] * 5 + [0.9], lengths=lengths)
    assert "scaled differently" in refused(stretched).message
    same = read_volume(write(tmp_path / "a.dcm", slopes=[2] * 6, lengths=lengths))
    np.testing.assert_array_equal(same.array, 2 * FRAMES.astype(int))


def test_frames_without_a_place_may_be_a_film(tmp_path):
    error = refused(write(tmp_path / "a.dcm", None))
    assert "where its 6 frames lie" in error.message and "Slicer" in error.action


def test_deflated_files_are_checked_as_others_are(tmp_path):
    def deflated(path):
        data = dcmread(path)
        data.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
        data.save_as(path)
        return path

    volume = read_volume(deflated(write(tmp_path / "a.dcm")))
    np.testing.assert_array_equal(volume.array, FRAMES)
    assert volume.spacing == (2.5, 0.8, 0.7) and volume.unsaid == ()
    assert "where its 6 frames lie" in refused(deflated(write(tmp_path / "a.dcm", None))).message
    path = deflated(write(tmp_path / "a.dcm"))
    path.write_bytes(path.read_bytes()[:-500])
    refused(path)


# Folders.


@pytest.mark.parametrize(
    "unsaid", ["ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"]
)
def test_slices_without_a_place_or_a_spacing_are_no_volume(tmp_path, unsaid):
    """ITK reads them in the order of their numbers, or takes 1 mm."""
    write_dicom(tmp_path, [0.0, 2.5, 5.0])
    for one in tmp_path.glob("*.dcm"):
        data = dcmread(one)
        delattr(data, unsaid)
        data.save_as(one)
    assert "does not say where its slices lie" in refused(tmp_path).message


def test_a_pixel_spacing_of_zero(tmp_path):
    write_dicom(tmp_path, [0.0, 2.5])
    for one in tmp_path.glob("*.dcm"):
        one.write_bytes(one.read_bytes().replace(b".7\\.7", b".0\\.0"))
    assert "spacing is zero" in refused(tmp_path).message


def test_what_a_mac_leaves_beside_the_slices(tmp_path):
    write_dicom(tmp_path, [0.0, 2.5, 5.0])
    for one in list(tmp_path.glob("*.dcm")):
        (tmp_path / f"._{one.name}").write_bytes(b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X")
    assert read_volume(tmp_path).shape == (3, 4, 5)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_slice_that_is_a_link_to_nothing(tmp_path):
    """The first or last one: the others are evenly spaced."""
    write_dicom(tmp_path, [0.0, 2.5, 5.0])
    last = sorted(tmp_path.glob("*.dcm"))[-1]
    last.unlink()
    last.symlink_to(tmp_path / "elsewhere.dcm")
    assert "link leads nowhere" in refused(tmp_path).message


def test_two_files_of_many_frames_in_a_folder(tmp_path):
    write(tmp_path / "a.dcm")
    other = write(tmp_path / "b.dcm", [(x, y, z + 15) for x, y, z in PLACES])
    other.write_bytes(other.read_bytes().replace(b"1.2.3\0", b"1.2.5\0"))
    assert "several DICOM files of many frames" in refused(tmp_path).message
