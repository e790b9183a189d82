"""Pictures of 16 bits, with and without transparency: read exactly, scaled with a word."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from project_fixtures import make_project
from test_segment import BrightPixels, bright_card, settings

from semigda.check.measure import measure_case
from semigda.data.intensity import white_of
from semigda.data.labels import label_parts, read_classes
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import read_volume
from semigda.inference.segment import segment_volume
from semigda_core.errors import SemiGDAError
from semigda_core.project.check.rules.images import odd_intensity, other_depth
from semigda_core.project.training.presets import suggest_preprocessing

RANDOM = np.random.default_rng(0)
EIGHT = RANDOM.integers(0, 256, (20, 30), dtype=np.uint8)
EIGHT[0, :2] = 0, 255
PICTURE = Preprocessing(
    size=(32, 32), slice_axis="acquisition", intensity={"rule": "8-bit"}, crop=True
)


def chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check


def png(path, array: np.ndarray, kind: int):
    """A PNG of (h, w) or (h, w, n) values; every line is stored as the difference to the one above
    (filter 2), so that a wrong pixel size shows."""
    high, wide = array.shape[:2]
    bits = 8 * array.dtype.itemsize
    rows = array.astype(array.dtype.newbyteorder(">")).reshape(high, -1).view(np.uint8)
    rows = np.diff(rows, axis=0, prepend=np.zeros((1, rows.shape[1]), np.uint8))
    data = b"".join(b"\x02" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", wide, high, bits, kind, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(data)), (b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts))
    return path


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(("kind", "values", "kept"), [(0, 1, 1), (2, 3, 3), (4, 2, 1), (6, 4, 3)])
def test_every_kind_of_png_is_read_to_the_last_bit_without_its_transparency(
    tmp_path, dtype, kind, values, kept
):
    array = RANDOM.integers(0, np.iinfo(dtype).max, (20, 30, values), dtype, endpoint=True)
    volume = read_volume(png(tmp_path / "a.png", array, kind))
    expected = array[..., 0] if kept == 1 else array[..., :3]
    assert volume.array.dtype == dtype and volume.two_dimensional
    np.testing.assert_array_equal(volume.array[0], expected)


@pytest.mark.parametrize("ending", [".png", ".tif"])
@pytest.mark.parametrize("factor", [257, 256])
def test_eight_bits_in_sixteen_are_what_they_were_however_dark(tmp_path, ending, factor):
    for picture in (EIGHT, EIGHT // 4, np.stack([EIGHT, EIGHT // 2, EIGHT // 3], -1)):
        path = tmp_path / f"a{ending}"
        deep = picture.astype(np.uint16) * factor
        sitk.WriteImage(sitk.GetImageFromArray(deep, isVector=deep.ndim == 3), str(path))
        volume = read_volume(path)
        assert white_of(volume.array) == 255 * factor
        rgb = Preprocessing(
            size=(32, 32),
            channels="rgb" if picture.ndim == 3 else "2.5d",
            slice_axis="acquisition",
            intensity={"rule": "8-bit"},
        )
        found = prepare(volume, rgb)
        volume.array = picture[None]
        as_it_was = prepare(volume, rgb)
        torch.testing.assert_close(found.planes(0, 1), as_it_was.planes(0, 1), atol=1e-6, rtol=0)
        assert not as_it_was.notes
        assert found.notes == [f"The picture is not of 8 bits: {255 * factor} was taken as white."]


@pytest.mark.parametrize(
    ("values", "white"),
    [
        ([0, 3001, 4095], 4095),  # 12 bits
        ([0, 1000, 60001], 65535),
        ([0, 200, 1023], 1023),
        ([0, 100, 255], 255),  # 8 bits, in 16 as they are
        ([1, 2, 256], 511),
    ],
)
def test_white_is_the_most_that_the_bits_can_hold(values, white):
    assert white_of(np.array(values, np.uint16).reshape(1, 1, 3)) == white
    assert white_of(np.array(values, np.int32).reshape(1, 1, 3)) == white


def test_shares_of_white_and_what_is_no_picture():
    assert white_of(np.array([[[0, 0.25, 1]]], np.float32)) == 1
    assert white_of(np.array([[[0, 0.25, 200]]], np.float32)) == 255
    for wrong in (np.float32([-1, 3]), np.int16([-1, 3]), np.float32([0, 300.5]), [0, 65536]):
        with pytest.raises(SemiGDAError, match="values that no picture of 8 or 16 bits has"):
            white_of(np.array(wrong).reshape(1, 1, 2))


def test_a_result_says_what_was_taken_as_white(tmp_path):
    card = bright_card(settings(slice_axis="acquisition"))
    path = png(tmp_path / "a.png", (EIGHT.astype(np.uint16) * 257), 0)
    deep = segment_volume(BrightPixels(0.0), card, read_volume(path), None)
    plain = segment_volume(
        BrightPixels(0.0), card, read_volume(png(tmp_path / "b.png", EIGHT, 0)), None
    )
    np.testing.assert_array_equal(deep.labels, plain.labels)
    assert deep.labels.any() and plain.report["notes"] == []
    assert deep.report["notes"] == ["The picture is not of 8 bits: 65535 was taken as white."]


def test_labels_of_sixteen_bits_stay_exact(tmp_path):
    image = read_volume(png(tmp_path / "image.png", EIGHT, 0))
    labels = RANDOM.integers(0, 4, EIGHT.shape, dtype=np.uint16)
    found = read_classes(png(tmp_path / "label.png", labels, 0), image, None)
    np.testing.assert_array_equal(found[0], labels)
    alpha = np.stack([labels, np.full_like(labels, 65535)], -1)
    found = read_classes(png(tmp_path / "alpha.png", alpha, 4), image, None)
    np.testing.assert_array_equal(found[0], labels)
    mask = (labels > 1).astype(np.uint16)
    found = read_classes(png(tmp_path / "mask.png", mask * 65535, 0), image, None)
    np.testing.assert_array_equal(found[0], mask)
    red = np.stack([mask * 65535, 0 * mask, 0 * mask], -1)
    parts = dict(label_parts(png(tmp_path / "red.png", red, 2), image))
    np.testing.assert_array_equal(parts["#ff0000"][0], mask)
    with pytest.raises(SemiGDAError, match="values other than 0 to 255"):
        read_classes(png(tmp_path / "wrong.png", labels * 300, 0), image, None)
    with pytest.raises(SemiGDAError, match="values other than 0 to 255"):  # not only white
        read_classes(png(tmp_path / "both.png", mask * 65535 | labels, 0), image, None)


def facts_of(project, tmp_path, factors: list[int]) -> dict:
    """Of pictures that are the same but for their bits, in place of the project's images."""
    facts = {}
    for case, factor in zip(project.read().cases, factors, strict=False):
        picture = RANDOM.permutation(EIGHT.ravel()).reshape(EIGHT.shape)
        deep = picture if factor == 1 else picture.astype(np.uint16) * factor
        facts[case.id] = measure_case(png(tmp_path / f"{case.id}.png", deep, 0), None)
    return facts


def test_a_project_may_mix_pictures_of_eight_and_sixteen_bits(tmp_path):
    project = make_project(tmp_path, labelled=6)
    facts = facts_of(project, tmp_path, [1, 1, 257, 1, 16, 1])
    view = project.read()
    pictures = view.cases[:6]
    deep = [case for case in pictures if "white" in facts[case.id]["image"]]
    assert [facts[case.id]["image"]["white"] for case in deep] == [65535, 4095]
    (hint,) = other_depth(view, pictures, facts)
    assert hint.severity == "hint" and set(hint.case_ids) == {case.id for case in deep}
    assert not list(odd_intensity(view, pictures, facts))
    assert suggest_preprocessing(view, facts, 96)["intensity"] == {"rule": "8-bit"}
    alike = facts_of(project, tmp_path, [257] * 6)
    assert not list(other_depth(view, pictures, alike))
    assert suggest_preprocessing(view, alike, 96)["intensity"]["rule"] == "mr-percentile"
