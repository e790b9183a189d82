"""Reading DICOM files and folders: what is damaged is refused."""

from __future__ import annotations

import struct

import pytest
from hostile_files import noise, refused, write
from test_volumes import write_dicom

from semigda.data.volumes import read_volume


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
    assert "pixel spacing" in error.message and "commas" in error.action


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
