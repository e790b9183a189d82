"""The table of image formats, and the module that each of them has."""

from __future__ import annotations

import pkgutil
import struct
from pathlib import Path

import pytest

from semigda.reading import formats
from semigda.reading.detect import format_of, module_of
from semigda.reading.errors import unreadable
from semigda_core.files.formats import FORMATS, endings

STARTS = {
    "nrrd": b"NRRD0005\n",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpeg": b"\xff\xd8\xff\xe0",
    "tiff": b"MM\0*\0\0\0\x08",
    "bmp": b"BM" + bytes(40),
    "dicom": bytes(128) + b"DICM",
    "mgh": struct.pack(">7ih15f", 1, 4, 5, 6, 1, 3, 0, 1, *[1.0] * 15) + bytes(194),
    "nifti": b"\x5c\x01\0\0" + bytes(340) + b"n+1\0",
    "metaimage": b"ObjectType = Image\n",
}


def test_every_row_has_a_module_and_every_module_a_row():
    modules = {module.name for module in pkgutil.iter_modules(formats.__path__)}
    assert modules == {known.name for known in FORMATS}
    for known in FORMATS:
        assert callable(module_of(known).begins) and callable(module_of(known).read)


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_a_format_is_known_by_its_content_whatever_the_name_says(known, tmp_path):
    for other in FORMATS:
        path = tmp_path / f"a{other.endings[0]}"
        path.write_bytes(STARTS[known.name])
        assert format_of(path) == known


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.nii.gz", b"\x1f\x8b\x08", "nifti"),
        ("a.img", bytes(99), "nifti"),
        ("IM0001", b"\x08\0\x05\0CS\x0a\0ISO_IR 100", "dicom"),  # without the preamble
        ("a.nii", bytes(99), None),
        ("a.dcm", b"", None),
        # A DICOM file may begin as a TIFF file: it is read as what it begins as.
        ("a.dcm", b"II*\0" + bytes(124) + b"DICM", "tiff"),
    ],
)
def test_what_no_format_claims_may_be_of_one(name, content, expected, tmp_path):
    (tmp_path / name).write_bytes(content)
    found = format_of(tmp_path / name)
    assert (found and found.name) == expected


def test_endings_are_lower_case_and_the_longest_comes_first():
    assert all(ending == ending.lower() and ending[0] == "." for ending in endings())
    for number, ending in enumerate(endings()):
        assert not any(later.endswith(ending) for later in endings()[number + 1 :])
    assert set(endings(volumes=False)) == {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"}
    assert set(endings()) - set(endings(dicom=False)) == {".dcm"}
    assert ".seg.nrrd" in endings(labels=True) and ".jpg" not in endings(labels=True)


def test_the_sentence_names_every_format():
    assert all(known.title in unreadable().action for known in FORMATS)


def test_an_unreadable_file_is_told(tmp_path):
    with pytest.raises(OSError):
        format_of(Path(tmp_path / "none"))
