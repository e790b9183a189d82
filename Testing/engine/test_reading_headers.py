"""Headers that say one thing in two ways: read as both mean it, or refused with the reason."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import SimpleITK as sitk
from hostile_files import noise, nrrd, refused, write
from training_fixtures import VOLUMES

from semigda.check.run import check
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import read_volume
from semigda.reading.plain import read_plain
from semigda_core.models.fit import unit_note
from semigda_core.project.project import NewCase, Project

STEPS = (2.0, 2.0, 3.0)
TURNED = np.array([[0.0, -2.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 3.0]])


def nifti(path, by_quaternion, by_matrix, matrix=None, steps=STEPS, side=1.0, axes=3):
    """Both transforms in RAS: the quaternion's is the identity at (1, 2, 3)."""
    data = bytearray(write(path, noise()).read_bytes())
    matrix = np.diag(STEPS) if matrix is None else np.asarray(matrix, float)
    data[40:42] = struct.pack("<h", axes)
    data[76:92] = struct.pack("<4f", side, *steps)
    data[252:256] = struct.pack("<2h", by_quaternion, by_matrix)
    data[256:280] = struct.pack("<6f", 0, 0, 0, 1, 2, 3)
    data[280:328] = np.hstack([matrix, [[4], [5], [6]]]).astype("<f4").tobytes()
    path.write_bytes(data)
    return path


def seen(path) -> np.ndarray:
    """The affine in RAS; it must be the one that ITK, and Slicer with it, reads."""
    affine = read_volume(path).affine
    image = sitk.ReadImage(str(path))
    direction = np.array(image.GetDirection()).reshape(3, 3)
    np.testing.assert_allclose(affine[:3, :3], direction * image.GetSpacing(), atol=1e-5)
    np.testing.assert_allclose(affine[:3, 3], image.GetOrigin(), atol=1e-5)
    return np.diag([-1, -1, 1, 1]) @ affine


@pytest.mark.parametrize("codes", [(1, 1), (1, 2), (2, 1), (1, 4), (0, 2), (1, 0)])
def test_two_transforms_that_only_move_the_image_are_read_as_in_slicer(tmp_path, codes):
    affine = seen(nifti(tmp_path / "a.nii", *codes, TURNED))
    by_matrix = codes[1] == 1 or not codes[0]
    np.testing.assert_allclose(affine[:3, :3], TURNED if by_matrix else np.diag(STEPS), atol=1e-5)
    np.testing.assert_allclose(affine[:3, 3], (4, 5, 6) if by_matrix else (1, 2, 3), atol=1e-5)


@pytest.mark.parametrize("codes", [(1, 1), (1, 2), (4, 1), (2, 2), (1, 4)])
def test_two_transforms_of_which_one_is_a_mirror_are_refused(tmp_path, codes):
    mirror = np.diag((-2.0, 2.0, 3.0))
    assert "which side is the left" in refused(nifti(tmp_path / "a.nii", *codes, mirror)).message
    seen(nifti(tmp_path / "a.nii", 0, codes[1], mirror))  # alone it is as good as any
    reversed_too = np.diag((2.0, 2.0, -3.0))
    seen(nifti(tmp_path / "a.nii", *codes, reversed_too, side=-1.0))


@pytest.mark.parametrize("codes", [(0, 1), (0, 4), (1, 1), (2, 2), (4, 1)])
def test_two_spacings_are_refused(tmp_path, codes):
    """ITK takes the length of a step from one and its direction from the other."""
    path = nifti(tmp_path / "a.nii", *codes, np.eye(3))
    assert "two different voxel spacings" in refused(path).message
    seen(nifti(tmp_path / "a.nii", *codes, np.diag(STEPS) * 1.002))  # rounded


@pytest.mark.parametrize("codes", [(0, 2), (1, 1), (2, 2), (2, 1)])
def test_sheared_axes_are_refused_also_beside_a_quaternion_of_the_same_space(tmp_path, codes):
    sheared = [[2, 0.5, 0], [0, 2, 0], [0, 0, 3]]
    assert "right angles" in refused(nifti(tmp_path / "a.nii", *codes, sheared)).message
    # That of an atlas may be, and one of zeros says nothing.
    seen(nifti(tmp_path / "a.nii", 1, 4, sheared))
    seen(nifti(tmp_path / "a.nii", 1, 4, np.eye(3)))
    seen(nifti(tmp_path / "a.nii", 1, 1, np.zeros((3, 3))))


def test_a_picture_needs_no_third_step(tmp_path):
    path = nifti(tmp_path / "a.nii", 1, 1, np.diag((2.0, 2.0, 0.0)), (2.0, 2.0, 0.0), axes=2)
    data = bytearray(path.read_bytes())
    data[352 + 24 * 20 * 2 :] = b""
    path.write_bytes(data)
    assert read_volume(path).shape == (1, 20, 24)


@pytest.mark.parametrize("step", [np.inf, np.nan])
def test_a_step_that_is_no_number_is_refused(tmp_path, step):
    path = nifti(tmp_path / "a.nii", 1, 0, steps=(2.0, step, 3.0))
    assert "spacing is zero, negative or no number" in refused(path).message


@pytest.mark.parametrize("slope", [0.0, float("nan"), float("inf")])
def test_an_offset_of_values_without_a_scale_is_refused(tmp_path, slope):
    """ITK adds it, and the standard says that neither counts."""
    path = write(tmp_path / "a.nii", noise())
    for offset in (0.0, float("nan"), 5.0):
        content = bytearray(path.read_bytes())
        content[112:120] = struct.pack("<2f", slope, offset)
        path.write_bytes(content)
        if offset == 5.0:
            assert "scl_slope" in refused(path).message
        else:
            np.testing.assert_array_equal(read_volume(path).array, noise())


def test_nifti_2_is_refused_by_its_name(tmp_path):
    """ITK does not know it."""
    header = struct.pack("<i8s", 540, b"n+2\0\r\n\x1a\n").ljust(544, b"\0")
    (tmp_path / "a.nii").write_bytes(header + noise().tobytes())
    error = refused(tmp_path / "a.nii")
    assert "NIfTI-2" in error.message and "NIfTI-1 or NRRD" in error.action


def test_voxels_of_a_pair_are_as_many_as_its_header_says(tmp_path):
    write(tmp_path / "a.hdr", noise())
    with open(tmp_path / "a.img", "ab") as file:
        file.write(bytes(5000))
    assert "more voxels than it declares" in refused(tmp_path / "a.hdr").message


@pytest.mark.parametrize("ending", [".mhd", ".nhdr"])
def test_voxels_beside_their_header_are_as_many_as_it_says(tmp_path, ending):
    """Of another type, or fewer: what is read would be noise, or a part."""
    path = write(tmp_path / f"a{ending}", noise((6, 80, 90)))
    header = path.read_bytes()
    for old, new in (
        (b"MET_SHORT", b"MET_UCHAR"),
        (b"type: short", b"type: uchar"),
        (b" 6", b" 5"),
    ):
        if old in header:
            path.write_bytes(header.replace(old, new, 1))
            assert "more voxels than it declares" in refused(path).message
    told = (
        b"\nHeaderSize = -1\nElementDataFile" if ending == ".mhd" else b"\nbyte skip: -1\ndata file"
    )
    path.write_bytes(header.replace(told.rsplit(b"\n", 1)[1], told[1:].strip(), 1))
    (voxels,) = (one for one in tmp_path.iterdir() if one != path)
    voxels.write_bytes(bytes(10_000) + voxels.read_bytes())
    np.testing.assert_array_equal(read_volume(path).array, noise((6, 80, 90)))


def test_a_metaimage_that_does_not_say_that_it_is_binary_is(tmp_path):
    data = write(tmp_path / "a.mha", noise()).read_bytes()
    (tmp_path / "a.mha").write_bytes(data.replace(b"BinaryData = True\n", b"", 1))
    np.testing.assert_array_equal(read_volume(tmp_path / "a.mha").array, noise())


@pytest.mark.parametrize(
    ("name", "other"), [("Offset", "Position"), ("TransformMatrix", "Rotation")]
)
def test_a_metaimage_says_its_place_once_and_in_numbers(tmp_path, name, other):
    """ITK takes one of two, and 1 for 1,5."""
    lines = write(tmp_path / "a.mha", noise()).read_bytes().split(b"ElementSpacing", 1)
    (said,) = (line for line in lines[0].split(b"\n") if line.startswith(name.encode()))
    again = said.replace(name.encode(), other.encode())
    for line, told in (
        (again, ""),
        (again.replace(b"0", b"0.0"), ""),
        (again.replace(b"0", b"9"), "one thing in two ways"),
        (again.replace(b"0", b"0,5"), "cannot be read"),
    ):
        (tmp_path / "a.mha").write_bytes(lines[0] + line + b"\nElementSpacing" + lines[1])
        if told:
            assert told in refused(tmp_path / "a.mha").message
        else:
            np.testing.assert_array_equal(read_volume(tmp_path / "a.mha").array, noise())


@pytest.mark.parametrize("name", ["Slope", "Offset"])
def test_a_scale_that_itk_passes_over_is_refused(tmp_path, name):
    data = write(tmp_path / "a.mha", noise()).read_bytes()
    for value in (1 if name == "Slope" else 0, -1000):
        line = f"ElementToIntensityFunction{name} = {value}\nElementType".encode()
        (tmp_path / "a.mha").write_bytes(data.replace(b"ElementType", line, 1))
        if value == -1000:
            assert "how to scale its values" in refused(tmp_path / "a.mha").message
        else:
            np.testing.assert_array_equal(read_volume(tmp_path / "a.mha").array, noise())


def test_a_fifth_dimension_is_no_frame_to_choose(tmp_path):
    data = bytearray(write(tmp_path / "a.nii", noise()).read_bytes())
    data[40:56] = struct.pack("<8h", 6, 24, 20, 2, 1, 3, 1, 1)
    (tmp_path / "a.nii").write_bytes(data)
    assert read_volume(tmp_path / "a.nii", frame=1).shape == (2, 20, 24)
    data[40:56] = struct.pack("<8h", 6, 24, 10, 2, 2, 1, 3, 1)
    (tmp_path / "a.nii").write_bytes(data)
    assert "more than four dimensions" in refused(tmp_path / "a.nii").message


def test_a_field_that_stands_there_twice(tmp_path):
    path = nrrd(tmp_path / "a.nrrd", noise(), content="twice\nsizes: 24 20 6")
    np.testing.assert_array_equal(read_volume(path).array, noise())
    nrrd(path, noise(), content="twice\nsizes: 20 24 6")
    assert "one thing in two ways" in refused(path).message
    whole = write(tmp_path / "a.mha", noise()).read_bytes()
    (tmp_path / "a.mha").write_bytes(b"Comment = a\nComment = b\n" + whole)
    np.testing.assert_array_equal(read_volume(tmp_path / "a.mha").array, noise())
    (tmp_path / "a.mha").write_bytes(whole.replace(b"DimSize", b"DimSize = 20 24 6\nDimSize"))
    assert "one thing in two ways" in refused(tmp_path / "a.mha").message


def test_where_the_voxels_of_an_attached_metaimage_begin(tmp_path):
    """HeaderSize -1: at the end of the file."""
    header, voxels = write(tmp_path / "a.mha", noise()).read_bytes().split(b"LOCAL\n")
    header = b"HeaderSize = -1\n" + header + b"LOCAL\n"
    (tmp_path / "a.mha").write_bytes(b"ObjectType = Image\n" + header + b"rest" + voxels)
    np.testing.assert_array_equal(read_volume(tmp_path / "a.mha").array, noise())


@pytest.mark.parametrize("space", ["right-anterior-superior-time", "LAST", "3D-left-handed"])
def test_a_space_that_itk_and_slicer_take_for_another_is_refused(tmp_path, space):
    """The image would be mirrored, or on its head."""
    about = {"dimension": 3, "space": space}
    if "hand" not in space:
        about |= {"dimension": 4, "sizes": "24 20 6 1", "kinds": "domain domain domain time"}
        about["space_directions"] = "(1,0,0,0) (0,1,0,0) (0,0,1,0) (0,0,0,1)"
        about["space_origin"] = "(0,0,0,0)"
    assert "mirrored" in refused(nrrd(tmp_path / "a.nrrd", noise(), **about)).message


@pytest.mark.filterwarnings("error")
def test_infinite_directions_are_left_to_the_reader_without_a_warning(tmp_path):
    path = nrrd(tmp_path / "a.nrrd", noise(), space_directions="(1,0,0) (0,1,0) (0,0,inf)")
    assert read_plain(path) is None
    refused(path)


def with_unit(path, unit, field="space units"):
    """A file whose geometry is in a unit, as its header says."""
    whole = write(path, noise()).read_bytes()
    if path.suffix == ".mha":
        changed = whole.replace(b"Offset", f"DistanceUnits = {unit}\nOffset".encode(), 1)
    else:
        words = " ".join([f'"{unit}"'] * 3)
        changed = whole.replace(b"endian", f"{field}: {words}\nendian".encode(), 1)
    assert changed != whole
    path.write_bytes(changed)
    return path


@pytest.mark.parametrize(
    ("unit", "told"),
    [("cm", "cm"), ("um", "µm"), ("mm", ""), ("?", "")],
)
@pytest.mark.parametrize("ending", [".mha", ".nrrd"])
def test_other_units_are_told_and_move_nothing_as_in_slicer(tmp_path, ending, unit, told):
    plain = read_volume(write(tmp_path / f"p{ending}", noise()))
    volume = read_volume(with_unit(tmp_path / f"a{ending}", unit))
    assert volume.unit == told and plain.unit == ""
    np.testing.assert_array_equal(volume.affine, plain.affine)


@pytest.mark.parametrize("unit", ["micron", "\u00b5m", "\u03bcm", "Micrometer"])
def test_units_are_spelled_in_many_ways(tmp_path, unit):
    assert read_volume(with_unit(tmp_path / "a.nrrd", unit)).unit == "µm"


@pytest.mark.parametrize("unit", ["m/s", "ms", "s"])
def test_a_unit_of_values_or_frames_is_no_unit_of_length(tmp_path, unit):
    assert read_volume(with_unit(tmp_path / "a.nrrd", unit)).unit == ""


def test_the_check_and_a_result_tell_of_another_unit(tmp_path):
    project = Project.create(tmp_path / "project")
    other = write(tmp_path / "b.nrrd", noise() + 1)
    case = with_unit(tmp_path / "a.nrrd", "cm")
    ids = project.add([NewCase(case), NewCase(other)]).cases
    (finding,) = (one for one in check(project) if one.code == "other-unit")
    assert finding.case_ids == (ids[0],) and "gives its sizes in cm" in finding.message
    told = [
        prepare(read_volume(tmp_path / name), Preprocessing.from_dict(VOLUMES)).notes
        for name in ("a.nrrd", "b.nrrd")
    ]
    assert told == [[unit_note("cm")], []]
