"""Volumes of FreeSurfer."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hostile_files import refused
from mgh_files import MIDDLE, TYPES, mgh, voxels

from semigda.data.volumes import read_volume
from semigda_core.project.cases.pairing import pair_folder


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(gzip.compress(data) if path.suffix == ".mgz" else data)
    return path


@pytest.mark.parametrize("ending", [".mgz", ".mgh"])
@pytest.mark.parametrize("dtype", TYPES)
def test_voxels_and_their_place(tmp_path, ending, dtype):
    volume = read_volume(written(tmp_path / f"a{ending}", mgh(voxels(dtype))))
    assert volume.array.dtype == dtype
    np.testing.assert_array_equal(volume.array, voxels(dtype))
    # Voxel (3, 2.5, 2), half of the 6 x 5 x 4 voxels, is at the middle; LPS is RAS with x and y
    # turned round. x runs to the left, so to higher x in LPS; y runs down; z to the front, lower y.
    np.testing.assert_allclose(
        volume.affine @ [3, 2.5, 2, 1], [-MIDDLE[0], -MIDDLE[1], MIDDLE[2], 1], atol=1e-5
    )
    expected = np.transpose([[0.8, 0, 0], [0, 0, -1.1], [0, -2.5, 0]])
    np.testing.assert_allclose(volume.affine[:3, :3], expected, atol=1e-6)


def test_a_file_without_geometry_is_coronal_around_the_origin(tmp_path):
    data = mgh(voxels(), said=0, axes=np.full((3, 3), np.nan))
    volume = read_volume(written(tmp_path / "a.mgz", data))
    np.testing.assert_allclose(volume.affine @ [3, 2.5, 2, 1], [0, 0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(np.abs(np.linalg.det(volume.affine)), 1)


def test_one_of_several_frames(tmp_path):
    frames = voxels(np.float32, (3, 4, 5, 6))
    path = written(tmp_path / "a.mgz", mgh(frames))
    np.testing.assert_array_equal(read_volume(path, frame=2).array, frames[2])
    assert "3 frames" in refused(path).message


@pytest.mark.parametrize("ending", [".mgz", ".mgh"])
def test_what_follows_the_voxels_is_not_read(tmp_path, ending):
    tail = b"mri_convert \xff" * 3000
    path = written(tmp_path / f"a{ending}", mgh(voxels(), tail=tail))
    np.testing.assert_array_equal(read_volume(path).array, voxels())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (mgh(voxels())[:-1], "declares more voxels than it holds"),
        (mgh(voxels())[:200], "declares more voxels than it holds"),
        (mgh(voxels(), spacing=(0, 1, 1)), "spacing is zero, negative or no number"),
        (mgh(voxels(), spacing=(np.nan, 1, 1)), "cannot be read"),
        (mgh(voxels(), axes=np.full((3, 3), np.inf)), "cannot be read"),
        (mgh(voxels(), sizes=(2**31 - 1,) * 4), "cannot be read"),
        (mgh(voxels(), sizes=(6, 5, 0, 1)), "cannot be read"),
        (mgh(voxels(), kind=2), "cannot be read"),
        (mgh(voxels(), version=2), "cannot be read"),
    ],
)
@pytest.mark.parametrize("ending", [".mgz", ".mgh"])
def test_damaged_files_are_refused_in_one_sentence(tmp_path, data, said, ending):
    error = refused(written(tmp_path / f"a{ending}", data))
    assert error.error_class == "bad-input"
    # A packed file of no version is one of another format to us.
    assert said in error.message or ending == ".mgz" and said == "cannot be read"


def test_a_packed_file_that_is_cut_is_refused(tmp_path):
    whole = gzip.compress(mgh(voxels(np.float32, (20, 30, 40))))
    path = tmp_path / "a.mgz"
    path.write_bytes(whole[: len(whole) // 2])
    assert "declares more voxels than it holds" in refused(path).message


@pytest.mark.parametrize("tail", [b"", b"mri_convert " * 300_000])
def test_a_packed_file_with_a_wrong_voxel_is_refused(tmp_path, tail):
    """Its check sum says so, also where it stands behind a history."""
    noise = np.random.default_rng(0).integers(0, 99, (20, 30, 40)).astype(np.int16)
    whole = bytearray(gzip.compress(mgh(noise, tail=tail), 0))  # stored, not packed
    whole[5000] ^= 1
    path = tmp_path / "a.mgz"
    path.write_bytes(whole)
    assert "not whole" in refused(path).message


def test_a_folder_offers_them(tmp_path):
    for name in ("brain.mgz", "brain_mask.mgz"):
        written(tmp_path / name, mgh(voxels()))
    ((image, label),) = pair_folder(tmp_path).pairs
    assert (image.name, label.name) == ("brain.mgz", "brain_mask.mgz")
