"""Connected parts in 3-D: small ones beside a large one go, and doubtful spots are measured."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from progress_fixtures import Listener

from semigda.data.components import Components
from semigda.data.grid import WorkingGrid
from semigda.inference.outputs import SliceStore
from semigda.inference.restore import smooth
from semigda.inference.small_parts import leave_out_small
from semigda.inference.spots import SpotFinder
from semigda.progress import UNWATCHED
from semigda_core.errors import SemiGDAError


def parts_of(labels: np.ndarray) -> list[list[tuple[int, int, int]]]:
    """Parts of equal labels that touch face to face, by flooding; in the order of their start."""
    left, parts = set(map(tuple, np.argwhere(labels).tolist())), []
    for start in sorted(left):
        if start not in left:
            continue
        left.discard(start)
        part, front = [start], [start]
        while front:
            place = front.pop()
            for axis, step in itertools.product(range(3), (-1, 1)):
                near = tuple(n + step * (a == axis) for a, n in enumerate(place))
                if near in left and labels[near] == labels[place]:
                    left.discard(near)
                    part.append(near)
                    front.append(near)
        parts.append(part)
    return parts


def large_of(labels: np.ndarray) -> np.ndarray:
    kept = np.zeros_like(labels)
    parts = parts_of(labels)
    for part in parts:
        value = labels[part[0]]
        largest = max(len(other) for other in parts if labels[other[0]] == value)
        if 5 * len(part) >= largest:
            kept[tuple(np.transpose(part))] = value
    return kept


def stored(labels: np.ndarray) -> SliceStore:
    store = SliceStore(labels.shape)
    store.replace(0, labels)
    return store


def kept(labels: np.ndarray, classes: int) -> tuple[np.ndarray, list[int]]:
    store = stored(labels)
    erased = leave_out_small(store, len(labels), classes, UNWATCHED)
    return store.array(), erased.tolist()


def ladder() -> np.ndarray:
    """Rungs that grow together in the last slice only, and a comb beside them."""
    labels = np.zeros((9, 20, 20), np.uint8)
    labels[:8, ::4, ::4] = 1
    labels[8, ::4] = 1
    labels[8, :, 8] = 1
    labels[:, 2, ::2] = 2
    labels[0, 2] = 2
    labels[5, 18, 18] = 2
    return labels


Z, Y, X = np.indices((6, 12, 12))
HOSTILE = {
    "checkerboard": (X + Y + Z) % 2,
    "two colours": (X + Y + Z) % 2 + 1,
    "every second slice": 3 * (Z % 2),
    "edges touch, faces do not": ((X // 2 + Y // 2 + Z) % 2),
    "all of one": np.ones((3, 4, 5)),
    "nothing": np.zeros((3, 4, 5)),
    "one voxel": np.ones((1, 1, 1)),
    "the highest labels": np.where(X < 5, 255, 254) * (Y % 3 > 0),
    "ladder and comb": ladder(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_a_fifth_as_large_as_the_largest_of_its_class_stays(name):
    labels = HOSTILE[name].astype(np.uint8)
    result, erased = kept(labels, 255)
    np.testing.assert_array_equal(result, large_of(labels))
    lost = np.bincount(labels.ravel(), minlength=256) - np.bincount(result.ravel(), minlength=256)
    assert erased == [0, *lost[1:].tolist()]


def test_random_labels_of_every_density():
    rng = np.random.default_rng(0)
    for number in range(60):
        shape = rng.integers(1, 10, 3)
        labels = (rng.random(shape) < number / 60) * rng.integers(1, 4, shape)
        np.testing.assert_array_equal(kept(labels.astype(np.uint8), 3)[0], large_of(labels))


def of_itk(labels: np.ndarray) -> np.ndarray:
    """The flat parts of a slice by SimpleITK, numbered from 1 without gaps."""
    same = sitk.ScalarConnectedComponentImageFilter()
    inside = sitk.GetImageFromArray((labels > 0).astype(np.uint8))
    flat = sitk.GetArrayFromImage(same.Execute(sitk.GetImageFromArray(labels), inside))
    return np.unique(np.append(flat, 0), return_inverse=True)[1][:-1].reshape(labels.shape)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (31, 47), (96, 64)])
@pytest.mark.parametrize("density", [0.05, 0.4, 0.6, 0.95, 1.0])
def test_flat_parts_are_those_of_itk_in_their_order(shape, density):
    rng = np.random.default_rng(5)
    for classes in (1, 3):
        labels = rng.integers(1, classes + 1, shape) * (rng.random(shape) < density)
        labels = labels.astype(np.uint8)
        assert np.array_equal(Components().add(labels), of_itk(labels))


def test_a_spiral_is_one_part():
    spiral, (row, column), (down, right) = np.zeros((41, 41), np.uint8), (0, 0), (0, 1)
    for length in [40, 40, *np.repeat(range(40, 0, -2), 2)]:
        for _ in range(length):
            spiral[row, column] = 1
            row, column = row + down, column + right
        down, right = right, -down
    assert set(np.unique(Components().add(spiral))) == {0, 1} and spiral.sum() > 800


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (2, 3), (224, 224)])
def test_smoothing_is_the_average_to_the_last_bit(size):
    planes = torch.rand(3, *size)
    pooled = torch.nn.functional.avg_pool2d(planes[:, None], 3, 1, 1, count_include_pad=False)
    assert torch.equal(smooth(planes), pooled[:, 0])


def test_a_fifth_as_large_is_large_enough():
    labels = np.zeros((3, 3, 11), np.uint8)
    labels[0, 0, :10] = labels[2, 0, :2] = 1  # 10 and 2 voxels stay, 1 goes
    labels[2, 2, 4] = 1
    labels[0, 2, 2] = 2  # the largest of its own class
    result, erased = kept(labels, 2)
    labels[2, 2, 4] = 0
    np.testing.assert_array_equal(result, labels)
    assert erased == [0, 1, 0]


def test_it_can_be_stopped_at_every_slice():
    labels, listener = ladder(), Listener()
    leave_out_small(stored(labels), len(labels), 2, listener.progress)
    assert listener.asked == 2 * len(labels)
    impatient = Listener(cancel=lambda heard: True)
    with pytest.raises(SemiGDAError, match="Cancelled"):
        leave_out_small(stored(labels), len(labels), 2, impatient.progress)


def test_hundreds_of_thousands_of_parts():
    """Salt and pepper, as an untrained network gives it."""
    rng = np.random.default_rng(0)
    labels = ((rng.random((40, 256, 256)) < 0.3) * rng.integers(1, 3, (40, 256, 256))).astype("u1")
    result, _ = kept(labels, 2)
    assert 0 < np.count_nonzero(result) < np.count_nonzero(labels) / 10


def test_spots_have_the_size_sum_and_strongest_voxel_of_their_part():
    doubt = torch.zeros(4, 12, 12)
    doubt[0, 2:7, 2:7] = 0.9  # its mean over 3 x 3 is at least .7 in all but its rim
    doubt[1, 2:7, 2:7] = 1.0
    doubt[3, 7:10, 5:10] = 1.0
    grid = WorkingGrid((0, 1, 2), (False,) * 3, 8, 12, 12, 4, (12, 12), (12, 12))
    finder = SpotFinder(grid)
    finder.add(doubt[:3])
    finder.add(doubt[3:])
    # A working slice stands for two of the image.
    assert finder.spots() == [
        {"ijk": [3, 3, 3], "size_voxels": 36, "score": round(2 * 9 * 1.9, 2)},
        {"ijk": [6, 8, 7], "size_voxels": 6, "score": 6.0},
    ]
    assert len(finder.spots(1)) == 1
    assert SpotFinder(grid).spots() == []
