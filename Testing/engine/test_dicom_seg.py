"""What SemiGDA makes of a DICOM series, as a DICOM SEG of other people's software, and back."""

from __future__ import annotations

import nrrd
import numpy as np
import pytest
from volume_fixtures import BrightPixels, bright_card

from semigda.inference.segment import segment_file
from semigda_core.labels.segments import read_segments
from semigda_core.models.card import Label
from Testing.dicom_seg import (
    AXIAL,
    OBLIQUE,
    Described,
    read_seg,
    slices_of,
    write_seg,
    write_series,
)

ORGAN = {"scheme": "SCT", "code": "123037004", "meaning": "Anatomical Structure"}
LIVER = {"scheme": "SCT", "code": "10200004", "meaning": "Liver"}
FLIPPED = AXIAL @ np.diag([1.0, 1, -1, 1])


def described(path) -> list[Described]:
    """What Slicer's exporter takes from a segmentation's tags."""
    found = []
    for segment in read_segments(path):
        _context, category, kind, *_ = segment.tags["TerminologyEntry"].split("~")
        codes = [tuple(code.split("^")) for code in (category, kind)]
        assert segment.tags["DICOM.SegmentAlgorithmType"] == "AUTOMATIC"
        found.append(Described(segment.name, *codes, segment.tags["DICOM.SegmentAlgorithmName"]))
    return found


def drawn(shape=(6, 24, 28)) -> np.ndarray:
    """A mask that no flip or turn maps onto itself."""
    mask = np.zeros(shape, bool)
    mask[1:4, 3:15, 5:20] = mask[4, 10:20, 2:9] = True
    return mask


@pytest.mark.parametrize("affine", [AXIAL, FLIPPED, OBLIQUE], ids=["axial", "flipped", "oblique"])
def test_round_trip_voxel_for_voxel(tmp_path, affine):
    mask = drawn()
    series = write_series(tmp_path / "series", (mask * 255).astype(np.int16), affine)
    card = bright_card(
        {
            "channels": "2.5d",
            "slice_axis": "acquisition",
            "size": [32, 32],
            "spacing": [None, None, None],
            "intensity": {"rule": "8-bit"},
        },
        labels=[Label(1, "liver", (221, 130, 101), {"category": ORGAN, "type": LIVER})],
    )
    out = tmp_path / "liver.seg.nrrd"
    segment_file(tmp_path / "series", (BrightPixels(), card), out)
    labels, header = nrrd.read(str(out), index_order="C")
    grid = np.eye(4)
    grid[:3, :3], grid[:3, 3] = header["space directions"].T, header["space origin"]
    of_series = labels[slices_of(series, grid)]
    assert (of_series == mask).all()

    seg = tmp_path / "seg.dcm"
    write_seg(seg, series, of_series, described(out))
    back, segments = read_seg(seg, series)
    assert (back == mask).all()
    assert segments == [
        Described(
            "liver",
            ("SCT", "123037004", "Anatomical Structure"),
            ("SCT", "10200004", "Liver"),
            "SemiGDA bright",
        )
    ]
