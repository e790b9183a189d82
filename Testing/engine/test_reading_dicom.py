"""Reading DICOM files and folders: what is damaged is refused."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import SimpleITK as sitk
from hostile_files import noise, refused, write
from pydicom import dcmread
from pydicom.dataset import Dataset
from test_volumes import write_dicom

from semigda.check.run import check
from semigda.data.labels import read_classes
from semigda.data.volumes import read_volume, slice_axis
from semigda_core.errors import SemiGDAError
from semigda_core.project.check.latest import measured
from semigda_core.project.project import NewCase, Project
from semigda_core.project.training.presets import guess_modality


def test_a_dicom_header_that_declares_more_than_its_pixel_data_holds(tmp_path):
    path = write(tmp_path / "a.dcm", noise((1, 20, 24)))
    rows = struct.pack("<HHIH", 0x28, 0x10, 2, 20)
    data = path.read_bytes()
    assert data.count(rows) == 1
    path.write_bytes(data.replace(rows, rows[:-2] + struct.pack("<H", 21)))
    assert "more voxels than it holds" in refused(path).message


def test_a_comma_is_no_decimal_point(tmp_path):
    path = write(tmp_path / "a.dcm", noise((1, 20, 24)))
    data = path.read_bytes()
    assert data.count(b".75\\.5") == 1
    path.write_bytes(data.replace(b".75\\.5", b",75\\,5"))
    error = refused(path)
    assert "PixelSpacing" in error.message and "commas" in error.action


def test_a_truncated_slice_in_a_dicom_folder(tmp_path):
    write_dicom(tmp_path, [0.0, 1.0, 2.0])
    (tmp_path / "README.txt").write_text("not a slice")
    assert read_volume(tmp_path).shape == (3, 4, 5)
    one = sorted(tmp_path.glob("*.dcm"))[1]
    whole = one.read_bytes()
    # ITK leaves out what it cannot read: two slices, evenly spaced.
    for length in (0, 100, 200, len(whole) - 40, len(whole) - 5):
        one.write_bytes(whole[:length])
        refused(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"1\\0\\0\\0\\1\\0", b"0\\1\\0\\0\\0\\1"),  # a localizer: another plane
        (b"1\\0\\0\\0\\1\\0 ", b"-1\\0\\0\\0\\1\\0"),  # mirrored
        (b".7\\.7", b".8\\.8"),
    ],
)
def test_slices_that_are_turned_against_each_other_are_no_volume(tmp_path, old, new):
    """They would be read as if all lay like the first."""
    write_dicom(tmp_path, [0.0, 1.0])
    last = sorted(tmp_path.glob("*.dcm"))[-1]
    data = last.read_bytes()
    assert data.count(old) == 1 and len(old) == len(new)
    last.write_bytes(data.replace(old, new))
    assert "turned against each other" in refused(tmp_path).message


def test_a_series_and_a_file_say_their_modality(tmp_path):
    write_dicom(tmp_path, [0.0, 1.0, 2.0])
    assert read_volume(tmp_path).modality == "CT"
    assert read_volume(sorted(tmp_path.glob("*.dcm"))[0]).facts().modality == "CT"
    assert read_volume(write(tmp_path / "a.nrrd", noise((2, 20, 24)))).modality == ""


def changed(folder, **values):
    """A series whose three slices, of values 0, 1, 2 and more, say one thing each."""
    write_dicom(folder, [0.0, 2.5, 5.0])
    for number, path in enumerate(sorted(folder.glob("*.dcm"))):
        data = dcmread(path)
        for name, told in values.items():
            setattr(data, name, told[number])
        data.save_as(path)
    return folder


@pytest.mark.parametrize(
    "tag", ["PatientID", "PatientName", "StudyInstanceUID", "FrameOfReferenceUID"]
)
def test_slices_of_two_patients_in_one_series_are_no_volume(tmp_path, tag):
    """An identifier that was given twice; the sentence names nobody."""
    error = refused(changed(tmp_path, **{tag: ["1.25", "1.25", "1.26"]}))
    assert "several patients" in error.message and "1.2" not in str(error) + error.detail
    assert "several patients" in refused(changed(tmp_path, Modality=["MR", "MR", "PT"])).message
    assert read_volume(changed(tmp_path, **{tag: ["1.25", "1.25", ""]})).shape == (3, 4, 5)


@pytest.mark.parametrize("slopes", [(1, 0.5, 2.25), (1, 100_000, 1), (0.5, 1, 1)])
def test_every_slice_has_its_own_scale(tmp_path, slopes):
    """As in PET; ITK stores them in the type that the first one needs."""
    read = read_volume(changed(tmp_path, RescaleSlope=slopes, RescaleIntercept=(-3, 0, 1)))
    stored = read_volume(changed(tmp_path, RescaleSlope=(1, 1, 1), RescaleIntercept=(0, 0, 0)))
    assert stored.array.dtype == np.int16
    expected = stored.array * np.reshape(slopes, (3, 1, 1)) + np.reshape((-3, 0, 1), (3, 1, 1))
    np.testing.assert_allclose(read.array, expected)


def test_slices_with_and_without_signs(tmp_path):
    pixels = [np.full((4, 5), n, np.uint16).tobytes() for n in (1, 2, 60000)]
    folder = changed(tmp_path, PixelRepresentation=(1, 1, 0), PixelData=pixels)
    assert read_volume(folder).array[:, 0, 0].tolist() == [1, 2, 60000]


def single(folder, **values):
    write_dicom(folder, [3.0])
    (path,) = folder.glob("*.dcm")
    data = dcmread(path)
    for name, told in values.items():
        setattr(data, name, told)
    data.save_as(path)
    return path


@pytest.mark.parametrize(
    ("said", "thick"),
    [
        ({"SliceThickness": 5}, 5.0),
        ({"SliceThickness": 5, "SpacingBetweenSlices": 6}, 6.0),
        ({"SliceThickness": 0, "SpacingBetweenSlices": -2.5}, 2.5),
        ({"SliceThickness": ""}, None),
        ({}, None),
    ],
)
def test_how_thick_a_single_slice_is(tmp_path, said, thick):
    """ITK takes 1 mm of most; where nobody says it, there are no millilitres."""
    path = single(tmp_path, **said)
    for one in (path, tmp_path):
        volume = read_volume(one)
        np.testing.assert_allclose(volume.spacing, (thick or 1.0, 0.7, 0.7))
        np.testing.assert_allclose(volume.affine[:3, 3], (-10, 5, 3))
        assert volume.voxel_ml == (thick and pytest.approx(thick * 0.49 / 1000))


def test_a_single_slice_that_does_not_say_how_large_its_pixels_are(tmp_path):
    """As of ultrasound or an endoscope; ITK takes 1 mm."""
    path = single(tmp_path, SliceThickness=5)
    assert read_volume(path).unsaid == ()
    data = dcmread(path)
    spacing = data.PixelSpacing
    del data.PixelSpacing
    data.save_as(path)
    assert read_volume(path).unsaid == ("spacing",) and read_volume(path).voxel_ml is None
    data.ImagerPixelSpacing = spacing
    data.save_as(path)
    assert read_volume(path).unsaid == ()


def test_pixels_that_are_not_square_and_of_unknown_size_are_refused(tmp_path):
    """As of a frame grabber; ITK reads them as square."""
    path = single(tmp_path, PixelAspectRatio=[2, 1])
    np.testing.assert_allclose(read_volume(path).spacing[1:], (0.7, 0.7))  # it says how large
    data = dcmread(path)
    del data.PixelSpacing
    data.save_as(path)
    for one in (path, tmp_path):
        assert "not square (PixelAspectRatio)" in refused(one).message
    data.PixelAspectRatio = [3, 3]
    data.save_as(path)
    assert read_volume(path).unsaid == ("spacing",)


def test_a_dose_in_numbers_of_its_own_is_refused(tmp_path):
    """ITK passes over its scale."""
    assert "(DoseGridScaling)" in refused(single(tmp_path, DoseGridScaling="0.25")).message
    assert read_volume(single(tmp_path, DoseGridScaling="1.0")).shape == (1, 4, 5)


def test_files_of_two_axes_say_no_thickness(tmp_path):
    for name in ("a.nii", "a.mha", "a.nrrd"):
        image = sitk.GetImageFromArray(noise()[0])
        image.SetSpacing((0.5, 0.5))
        sitk.WriteImage(image, str(tmp_path / name))
        volume = read_volume(tmp_path / name)
        assert volume.spacing == (1.0, 0.5, 0.5) and volume.voxel_ml is None
        assert read_volume(write(tmp_path / f"3{name}", noise((1, 20, 24)))).voxel_ml > 0


@pytest.mark.parametrize("finished", [None, "2: 0"])
@pytest.mark.parametrize("steps", [(1, 1, -1), (1, -1, 1)])
def test_a_label_of_a_slice_that_slicer_took_for_one_mm(tmp_path, steps, finished):
    image = read_volume(single(tmp_path, SliceThickness=5))
    label = sitk.GetImageFromArray(np.arange(20, dtype=np.uint8).reshape(1, 4, 5) % 3)
    label.SetOrigin((-10, 5, 3))
    label.SetSpacing((0.7, 0.7, 1))
    label = sitk.Flip(label, [step < 0 for step in steps])
    sitk.WriteImage(label, str(tmp_path / "l.nrrd"))
    found = read_classes(tmp_path / "l.nrrd", image, None, finished)
    np.testing.assert_array_equal(found.ravel(), np.arange(20) % 3)
    label.SetOrigin((-10, 5, 6))
    sitk.WriteImage(label, str(tmp_path / "l.nrrd"))
    with pytest.raises(SemiGDAError, match="grid"):
        read_classes(tmp_path / "l.nrrd", image, None, finished)


def test_a_single_slice_is_seen_from_the_front(tmp_path):
    """Its plane is the plane of the image, however thin it is said to be."""
    volume = read_volume(single(tmp_path, ImageOrientationPatient=[0, 1, 0, 0, 0, -1]))
    assert slice_axis(volume) == "sagittal"


@pytest.mark.parametrize("bits", [16, 12])
def test_white_is_the_highest_value_as_in_slicer(tmp_path, bits):
    """X-rays are stored the other way round, or some slices of a series are."""
    kinds = ("MONOCHROME1", "MONOCHROME2", "MONOCHROME1")
    same = {"BitsStored": (bits,) * 3, "HighBit": (bits - 1,) * 3}
    same["PixelRepresentation"] = (0,) * 3
    stored = read_volume(changed(tmp_path, **same)).array
    shown = read_volume(changed(tmp_path, **same, PhotometricInterpretation=kinds)).array
    np.testing.assert_array_equal(shown[1], stored[1])
    np.testing.assert_array_equal(shown[::2], 2**bits - 1 - stored[::2])
    one = sorted(tmp_path.glob("*.dcm"))[2]
    np.testing.assert_array_equal(read_volume(one).array[0], shown[2])


@pytest.mark.parametrize(("stored", "highest"), [(12, 15), (12, 13), (8, 15)])
def test_values_in_other_bits_than_the_lowest_are_refused(tmp_path, stored, highest):
    """As older scanners stored them; ITK reads the lowest bits. A highest bit that does not exist
    or is of all bits changes nothing."""
    told = {"BitsStored": (stored,) * 3, "HighBit": (stored - 1, stored - 1, highest)}
    assert "other bits than the lowest" in refused(changed(tmp_path, **told)).message
    assert "other bits" in refused(sorted(tmp_path.glob("*.dcm"))[2]).message
    for high in (15, 11):
        whole = changed(tmp_path, BitsStored=(16,) * 3, HighBit=(high,) * 3)
        assert read_volume(whole).array[:, 0, 0].tolist() == [0, 1, 2]


def test_values_by_a_table_are_refused(tmp_path):
    table = Dataset()
    table.LUTDescriptor, table.ModalityLUTType, table.LUTData = [3, 0, 16], "HU", bytes(6)
    folder = changed(tmp_path, ModalityLUTSequence=([], [], [table]))
    assert "Modality LUT" in refused(folder).message
    assert read_volume(changed(tmp_path, ModalityLUTSequence=([], [], []))).shape == (3, 4, 5)


def test_what_files_say_of_their_modality_counts_before_a_guess(tmp_path):
    """Values below -500 were taken for a CT, as phases of MR have; and several kinds are told."""
    project, said = Project.create(tmp_path / "project"), ["MR", "MR", "MR"]
    for number, codes in enumerate((said, said, ["OT"] * 3)):
        folder = tmp_path / str(number)
        folder.mkdir()
        changed(folder, Modality=codes, RescaleIntercept=(-4096 - number,) * 3)
        project.add([NewCase(folder)])
    assert "odd-modality" not in {one.code for one in check(project)}
    images = [one["image"] for one in measured(project).values()]
    assert guess_modality(images) == "MR" and guess_modality(images[2:]) == "CT"
    changed(tmp_path / "1", Modality=["CT"] * 3)
    (finding,) = (one for one in check(project) if one.code == "odd-modality")
    assert "several modalities: CT, MR." in finding.message and len(finding.case_ids) == 1


def test_a_slice_that_is_there_twice_is_told_as_that(tmp_path):
    """A copy, or another echo; nothing is missing."""
    write_dicom(tmp_path, [0.0, 1.0, 2.0])
    one = sorted(tmp_path.glob("*.dcm"))[1]
    (tmp_path / "copy.dcm").write_bytes(one.read_bytes())
    error = refused(tmp_path)
    assert "lie at one position" in error.message and "Delete copies" in error.action
