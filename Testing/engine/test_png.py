"""Small pictures as PNG files, and back."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk

from semigda.data.png import png, read_png

PICTURE = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)


def test_itk_reads_it(tmp_path):
    (tmp_path / "a.png").write_bytes(png(PICTURE))
    np.testing.assert_array_equal(
        sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "a.png"))), PICTURE
    )


def test_and_back():
    np.testing.assert_array_equal(read_png(png(PICTURE), 5, 7), PICTURE)


@pytest.mark.parametrize("size", [(7, 5), (5, 6)])
def test_another_size_is_not_ours(size):
    assert read_png(png(PICTURE), *size) is None


def test_what_others_wrote_is_not_ours(tmp_path):
    sitk.WriteImage(sitk.GetImageFromArray(PICTURE[..., 0]), str(tmp_path / "grey.png"))
    assert read_png((tmp_path / "grey.png").read_bytes(), 5, 7) is None
    whole = png(PICTURE)
    for cut in range(len(whole) - 24):
        assert read_png(whole[:cut], 5, 7) is None
    spoilt = bytearray(whole)
    spoilt[43] ^= 255
    assert read_png(bytes(spoilt), 5, 7) is None
