"""What image files do not say, and is assumed: it is told, or refused where programs differ."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import SimpleITK as sitk
from hostile_files import noise, nrrd, refused, write
from mgh_files import mgh, voxels
from training_fixtures import VOLUMES

from semigda.check.run import check
from semigda.data.frames import Frames
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import read_volume, told_by_header
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.fit import UNSAID
from semigda_core.project.project import NewCase, Project

NOTHING = {"space": None, "space_directions": None, "space_origin": None, "kinds": None}


def nifti(path, quaternion, matrix, array=None):
    data = bytearray(write(path, noise() if array is None else array).read_bytes())
    data[252:256] = struct.pack("<2h", quaternion, matrix)
    path.write_bytes(data)
    return path


def metaimage(path, matrix="1 0 0 0 1 0 0 0 1", letters="RAI", array=None):
    text, data = write(path, noise() if array is None else array).read_bytes().split(b"LOCAL\n", 1)
    lines = [line for line in text.decode().splitlines() if "Anatomical" not in line]
    kept = [line for line in lines if "TransformMatrix" not in line]
    kept[2:2] = [f"TransformMatrix = {matrix}"] * (matrix is not None)
    kept[2:2] = [f"AnatomicalOrientation = {letters}"] * (letters is not None)
    path.write_bytes("\n".join(kept).encode() + b"LOCAL\n" + data)
    return path


@pytest.mark.parametrize(("codes", "unsaid"), [((0, 0), ("sides",)), ((1, 0), ()), ((0, 2), ())])
def test_a_nifti_file_without_a_transform_says_no_sides(tmp_path, codes, unsaid):
    assert read_volume(nifti(tmp_path / "a.nii", *codes)).unsaid == unsaid


@pytest.mark.parametrize(
    ("matrix", "letters", "unsaid"),
    [
        ("1 0 0 0 1 0 0 0 1", None, ()),
        ("1 0 0 0 1 0 0 0 1", "???", ()),
        ("1 0 0 0 1 0 0 0 1", "RAI", ()),
        ("0.8 0.6 0 0.6 -0.8 0 0 0 1", "RPI", ()),
        ("1 0 0 0 1 0 0 0 1", "RPI", ("sides",)),
        ("1 0 0 0 1 0 0 0 1", "LAI", ("sides",)),
        (None, "RAI", ()),
        (None, "LPI", ("sides",)),
        (None, None, ("sides",)),
    ],
)
def test_a_metaimage_that_says_no_sides_or_others_than_are_read(tmp_path, matrix, letters, unsaid):
    """ITK, and Slicer with it, goes by the matrix alone, and takes none for the identity."""
    path = metaimage(tmp_path / "a.mha", matrix, letters)
    volume = read_volume(path)
    assert volume.unsaid == unsaid
    image = sitk.ReadImage(str(path))
    direction = np.array(image.GetDirection()).reshape(3, 3)
    np.testing.assert_allclose(volume.affine[:3, :3], direction * image.GetSpacing(), atol=1e-6)


@pytest.mark.parametrize(
    ("space", "unsaid"),
    [
        ("RAS", ()),
        ("left-anterior-superior", ()),
        ("scanner-xyz", ("sides",)),
        ("3D-right-handed", ("sides",)),
    ],
)
def test_an_nrrd_file_with_a_space_without_sides(tmp_path, space, unsaid):
    assert read_volume(nrrd(tmp_path / "a.nrrd", noise(), space=space)).unsaid == unsaid


@pytest.mark.parametrize(
    ("fields", "unsaid"),
    [
        ({}, ("sides", "spacing")),
        ({"spacings": "0.5 0.5 2"}, ("sides",)),
        ({"spacings": "0.5 0.5 nan"}, ("sides", "spacing")),
        ({"spacings": "0.5 0.5 2", "axis mins": "1 2 3"}, ("sides",)),
        ({"axis mins": "nan nan nan"}, ("sides", "spacing")),
    ],
)
def test_an_nrrd_file_without_a_space(tmp_path, fields, unsaid):
    """As pynrrd writes an array."""
    volume = read_volume(nrrd(tmp_path / "a.nrrd", noise(), **NOTHING, **fields))
    assert volume.unsaid == unsaid
    assert (volume.voxel_ml is None) == ("spacing" in unsaid)


@pytest.mark.parametrize("name", ["axis mins", "axismaxs", "axis maxs"])
def test_ends_of_axes_without_a_spacing_are_refused(tmp_path, name):
    """ITK takes 1 mm; teem computes it, in one of two ways."""
    path = nrrd(tmp_path / "a.nrrd", noise(), **NOTHING, **{name: "10 20 30"})
    assert "axis mins" in refused(path).message


def test_other_files_without_a_spacing(tmp_path):
    path = metaimage(tmp_path / "a.mha")
    path.write_bytes(path.read_bytes().replace(b"ElementSpacing = 0.5 0.75 2\n", b""))
    volume = read_volume(path)
    assert volume.unsaid == ("spacing",) and volume.voxel_ml is None
    (tmp_path / "a.mgh").write_bytes(mgh(voxels(), said=0))
    assert read_volume(tmp_path / "a.mgh").unsaid == ("sides", "spacing")
    (tmp_path / "a.mgh").write_bytes(mgh(voxels()))
    assert read_volume(tmp_path / "a.mgh").unsaid == ()


@pytest.mark.parametrize("ending", [".nii", ".mha", ".nrrd", ".nii.gz"])
@pytest.mark.parametrize("shape", [(20, 24), (6, 20, 24), (3, 6, 20, 24)])
def test_what_itk_writes_says_everything(tmp_path, ending, shape):
    path = tmp_path / f"a{ending}"
    sitk.WriteImage(sitk.GetImageFromArray(noise(shape), isVector=False), str(path))
    frame = 0 if len(shape) == 4 else None
    no_space = frame == 0 and ending == ".nrrd"  # only that it has four dimensions
    assert read_volume(path, frame=frame).unsaid == (("sides",) if no_space else ())


def test_of_two_axes_no_sides_are_missed(tmp_path):
    path = nrrd(tmp_path / "a.nrrd", noise((20, 24)), **NOTHING, spacings="1 1")
    assert read_volume(path).unsaid == ()


def test_the_check_and_a_result_tell_what_is_unsaid(tmp_path):
    project = Project.create(tmp_path / "project")
    files = [
        nifti(tmp_path / "a.nii", 0, 0),
        write(tmp_path / "b.nrrd", noise() + 1),
        nrrd(tmp_path / "c.nrrd", noise() + 2, **NOTHING),
    ]
    ids = project.add([NewCase(file) for file in files]).cases
    found = {one.code: one for one in check(project) if one.code.startswith("unsaid")}
    assert found["unsaid-sides"].case_ids == (ids[0], ids[2])
    assert found["unsaid-spacing"].case_ids == (ids[2],)
    assert "which side of the body is the left" in found["unsaid-sides"].message
    told = [prepare(read_volume(f), Preprocessing.from_dict(VOLUMES)).notes for f in files]
    assert told == [[UNSAID["sides"]], [], list(UNSAID.values())]


def test_frames_tell_it_as_well(tmp_path):
    sitk.WriteImage(sitk.GetImageFromArray(noise((2, 6, 20, 24)), False), str(tmp_path / "a.nii"))
    data = bytearray((tmp_path / "a.nii").read_bytes())
    data[252:256] = bytes(4)
    (tmp_path / "a.nii").write_bytes(data)
    assert Frames(tmp_path / "a.nii").read(tmp_path, SegmentOptions(frame=1)).unsaid == ("sides",)


def test_a_volume_that_another_program_read_is_told_by_the_files_header(tmp_path):
    """Only the header is read: what is wrong with voxels is another's to say."""
    read = read_volume(write(tmp_path / "passed on.nrrd", noise()))
    silent = nrrd(tmp_path / "a.nrrd", noise(), **NOTHING)
    assert told_by_header(read, silent).unsaid == ("sides", "spacing")
    assert told_by_header(read, nifti(tmp_path / "a.nii", 0, 0)).unsaid == ("sides",)
    flat = nrrd(tmp_path / "flat.nrrd", noise((20, 24)), **NOTHING, spacings="1 1")
    assert told_by_header(read, flat).unsaid == ()
    other = nrrd(tmp_path / "b.nrrd", noise(), space_units='"cm" "cm" "cm"')
    assert told_by_header(read, other).unit == "cm"
    (tmp_path / "damaged.nrrd").write_bytes(silent.read_bytes()[:-9000])
    for path in ("gone.nrrd", "damaged.nrrd"):
        assert told_by_header(read, tmp_path / path) is read
    sitk.WriteImage(
        sitk.GetImageFromArray(noise((20, 24)).astype(np.uint8)), str(tmp_path / "a.png")
    )
    assert told_by_header(read, tmp_path / "a.png") is read
