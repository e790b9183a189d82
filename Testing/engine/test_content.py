"""Empty borders: found, cut off before the working grid, and background in the result."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from volume_fixtures import ORIENTATIONS, affine_of

from semigda.data.content import content_box, moved, whole_box
from semigda.data.geometry import turned
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import Volume

EIGHT_BIT = {"rule": "8-bit"}
PICTURE = {"size": (32, 48), "slice_axis": "acquisition", "intensity": EIGHT_BIT, "crop": True}
RANDOM = np.random.default_rng(0)


def picture(rows=40, columns=60) -> np.ndarray:
    return RANDOM.integers(30, 256, (1, rows, columns)).astype(np.uint8)


def framed(array: np.ndarray, *sides: tuple[int, int], value: int = 0) -> np.ndarray:
    rest = [(0, 0)] * (array.ndim - len(sides))
    return np.pad(array, [*sides, *rest], constant_values=value)


def test_a_box_of_a_part_is_told_as_one_of_the_whole():
    box = ((0, 1), (2, 30), (3, 5))
    assert moved(box, ((7, 9), (10, 50), (20, 26))) == ((7, 8), (12, 40), (23, 25))
    assert moved(box, None) == box


@pytest.mark.parametrize("value", [0, 128, 255])
def test_borders_of_any_grey_are_cut_off(value):
    array = framed(picture(), (0, 0), (7, 0), (0, 25), value=value)
    assert content_box(array, True) == ((0, 1), (7, 47), (0, 60))


def test_borders_of_a_coloured_picture_are_of_one_colour_not_of_one_grey():
    array = RANDOM.integers(0, 256, (1, 40, 60, 3)).astype(np.uint8)
    blue = np.full((1, 10, 60, 3), (0, 0, 200), np.uint8)
    assert content_box(np.concatenate([blue, array], 1), True)[1] == (10, 50)
    blue[:, :, 30:] = (200, 0, 0)  # two colours are a content, though not a likely one
    assert content_box(np.concatenate([blue, array], 1), True)[1] == (0, 50)


def test_what_jpeg_leaves_in_a_black_border_is_border_in_a_picture_only():
    array = framed(picture(), (0, 0), (8, 8), (8, 8))
    array[:, :8] += RANDOM.integers(0, 7, (1, 8, 76)).astype(np.uint8)
    assert content_box(array, True) == ((0, 1), (8, 48), (8, 68))
    assert content_box(array, False) == ((0, 1), (0, 48), (0, 76))


def test_words_in_the_border_go_with_it_and_a_second_panel_stays():
    array = framed(picture(), (0, 0), (20, 20), (30, 60))
    array[0, 4:7, 5:80:3] = 220  # a line above
    array[0, 25:50:2, 100:104] = 220  # a column beside, in the rows of the content
    assert content_box(array, True) == ((0, 1), (20, 60), (30, 90))
    array[0, 20:60, 95:130] = picture(40, 35)
    assert content_box(array, True) == ((0, 1), (20, 60), (30, 130))


def test_pictures_that_are_all_border_or_nearly_are_not_cut():
    flat = np.zeros((1, 40, 60), np.uint8)
    assert content_box(flat, True) == whole_box(flat)
    flat[0, 20, 30] = 255
    assert content_box(flat, True) == whole_box(flat)
    assert content_box(picture(), True) == whole_box(picture())


def test_padding_of_a_volume_is_cut_off_along_all_axes_to_the_last_voxel():
    volume = RANDOM.normal(100, 20, (6, 7, 8)).astype(np.float32)
    array = framed(volume, (3, 1), (0, 9), (2, 2), value=-5)
    assert content_box(array, False) == ((3, 9), (0, 7), (2, 10))
    array[0, 0, 0] += 1e-3  # noise, be it ever so faint, is no padding
    assert content_box(array, False) == ((0, 9), (0, 7), (0, 10))
    assert content_box(np.ones((4, 4, 4)), False) == whole_box(np.ones((4, 4, 4)))


@pytest.mark.parametrize("channels", ["2.5d", "rgb"])
def test_a_picture_with_borders_is_the_same_to_the_network(channels):
    array = picture() if channels == "2.5d" else RANDOM.integers(0, 256, (1, 40, 60, 3))
    array = array.astype(np.uint8)
    settings = Preprocessing(**{**PICTURE, "channels": channels})
    expected = prepare(Volume(array, np.eye(4), True), settings).slices(0, 1)
    bordered = Volume(framed(array, (0, 0), (40, 13), (9, 90)), np.eye(4), True)
    torch.testing.assert_close(prepare(bordered, settings).slices(0, 1), expected, rtol=0, atol=0)
    uncut = Preprocessing(**{**PICTURE, "channels": channels, "crop": False})
    assert not torch.equal(prepare(bordered, uncut).slices(0, 1), expected)


def test_padding_does_not_change_the_intensities_of_a_volume():
    array = RANDOM.normal(100, 20, (6, 20, 30)).astype(np.float32)
    settings = Preprocessing(size=(32, 32), spacing=(None, 1.0, 1.0), crop=True)
    expected = prepare(Volume(array, np.eye(4)), settings).planes(0, 6)
    padded = prepare(Volume(framed(array, (5, 5), (20, 20), (30, 30)), np.eye(4)), settings)
    assert padded.count == 6
    torch.testing.assert_close(padded.planes(0, 6), expected, rtol=0, atol=0)


def test_labels_follow_into_the_box():
    labels = np.zeros((1, 40, 60), np.uint8)
    labels[0, 10:20, 30:50] = 1
    settings = Preprocessing(**PICTURE)
    array = picture()
    expected = prepare(Volume(array, np.eye(4), True), settings).label_planes(labels)
    sides = (0, 0), (40, 13), (9, 90)
    bordered = Volume(framed(array, *sides), np.eye(4), True)
    assert torch.equal(prepare(bordered, settings).label_planes(framed(labels, *sides)), expected)


def test_a_point_of_a_working_slice_lies_where_it_came_from():
    for directions in ORIENTATIONS[::7]:
        array = np.zeros((12, 14, 16), np.float32)
        array[3:8, 4:10, 5:12] = RANDOM.normal(100, 20, (5, 6, 7))
        volume = Volume(array, affine_of(directions))
        settings = Preprocessing(size=(16, 16), spacing=(None, 1.0, 1.0), crop=True)
        grid = prepare(volume, settings).grid
        index = np.arange(array.size).reshape(array.shape)
        shown = turned(index[3:8, 4:10, 5:12], grid.order, grid.flips)
        i, j, k = grid.input_index(1, 2.0, 3.0)
        at = (
            shown[1].shape,
            grid.content,
        )
        row = int(2.5 * at[0][0] / at[1][0])
        column = int(3.5 * at[0][1] / at[1][1])
        assert index[k, j, i] == shown[1, row, column]


def test_cards_older_than_the_field_are_read_and_not_cut():
    values = Preprocessing(**PICTURE).to_dict()
    assert values.pop("crop") is True
    assert Preprocessing.from_dict(values).crop is False
    with pytest.raises(ValueError, match="'crop' is not"):
        Preprocessing.from_dict({**values, "crop": 1})
