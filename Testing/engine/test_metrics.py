"""Measures against brute force, known shapes, and every kind of emptiness."""

from __future__ import annotations

import math

import numpy as np
import pytest

from semigda.evaluation.metrics import Measures, measure, surface_distances


def brute_force_surface(mask):
    """Surface voxels by asking every voxel for its face neighbours."""
    points = []
    for index in np.argwhere(mask):
        for axis in range(mask.ndim):
            for step in (-1, 1):
                near = index.copy()
                near[axis] += step
                outside = near[axis] in (-1, mask.shape[axis])
                if outside or not mask[tuple(near)]:
                    points.append(tuple(index))
    return np.array(sorted(set(points)), float)


def brute_force_distances(one, other, steps):
    steps = np.diag(steps) if np.ndim(steps) == 1 else steps
    a, b = (brute_force_surface(m) @ steps for m in (one, other))
    distances = np.linalg.norm(a[:, None] - b[None], axis=2)
    return distances.min(1), distances.min(0)


@pytest.mark.parametrize("shape", [(9, 11, 10), (17, 15), (1, 14, 13)])
@pytest.mark.parametrize("seed", range(3))
def test_surface_distances_equal_brute_force(shape, seed):
    random = np.random.default_rng(seed)
    spacing = random.uniform(0.4, 5, len(shape)).tolist()
    masks = random.random((2, *shape)) < (0.15, 0.6, 0.3)[seed]
    ours = surface_distances(masks[0], masks[1], spacing)
    if shape[0] == 1:  # a single slice is flat
        masks, spacing = masks[:, 0], spacing[1:]
    truth = brute_force_distances(masks[0], masks[1], spacing)
    for a, b in zip(ours, truth, strict=True):
        assert np.allclose(np.sort(a), np.sort(b), rtol=1e-5, atol=1e-5)


TILTED = np.array([[4.0, 1.0, -0.4], [0.3, 1.5, 0.5], [-0.2, 0.1, 0.8]])
FLAT = np.array(
    [[1.0, 5.0, 0.2], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
)  # five rows on lies a neighbour


@pytest.mark.parametrize("steps", [TILTED, FLAT], ids=["tilted", "flat"])
@pytest.mark.parametrize("shape", [(9, 11, 10), (1, 14, 13), (12, 1, 9)])
def test_distances_along_axes_that_are_not_at_right_angles(shape, steps):
    random = np.random.default_rng(1)
    masks = np.zeros((2, *shape), bool)
    masks[0, :3, :4, :3] = random.random(masks[0, :3, :4, :3].shape) < 0.7  # near and far apart
    masks[1, -4:, -6:, -5:] = random.random(masks[1, -4:, -6:, -5:].shape) < 0.7
    ours = surface_distances(masks[0], masks[1], steps)
    used = [axis for axis, size in enumerate(shape) if size > 1]
    flat = masks.squeeze(tuple(1 + axis for axis in range(3) if axis not in used))
    truth = brute_force_distances(flat[0], flat[1], steps[used])
    for a, b in zip(ours, truth, strict=True):
        assert np.allclose(np.sort(a), np.sort(b), rtol=1e-5, atol=1e-5)


def test_the_nearest_voxel_may_be_many_rows_away():
    one, other = np.zeros((2, 3, 9, 6), bool)
    one[0, 6, 1] = other[0, 6, 4] = other[1, 1, 1] = True  # 3 along a row, or a slice and 5 rows
    found, _ = surface_distances(one, other, FLAT)
    assert found == pytest.approx(math.hypot(1, 0.2))


def test_measures_of_a_shifted_box():
    truth, predicted = np.zeros((2, 20, 20, 20), bool)
    truth[5:15, 5:15, 5:15] = True
    predicted[5:15, 5:15, 7:17] = True
    found = measure(truth, predicted, (3.0, 1.0, 0.5))
    assert found.status == "found"
    assert found.dice == pytest.approx(0.8) and found.iou == pytest.approx(8 / 12)
    assert found.hd95 == pytest.approx(1.0)  # two voxels of 0.5 mm
    assert 0 < found.assd < found.hd95
    assert found.truth_voxels == found.predicted_voxels == 1000


def test_equal_masks_are_perfect_and_order_does_not_matter():
    random = np.random.default_rng(0)
    one, other = random.random((2, 6, 8, 7)) < 0.3
    same = measure(one, one, (2, 1, 1))
    assert (same.dice, same.iou, same.hd95, same.assd) == (1, 1, 0, 0)
    there, back = measure(one, other, (2, 1, 1)), measure(other, one, (2, 1, 1))
    assert (there.dice, there.hd95) == (back.dice, back.hd95)
    assert there.assd == pytest.approx(back.assd)


def test_single_voxels_are_their_distance_apart():
    one, other = np.zeros((2, 4, 4, 4), bool)
    one[0, 0, 0] = other[3, 2, 1] = True
    found = measure(one, other, (2.0, 3.0, 4.0))
    distance = math.hypot(6, 6, 4)
    assert found.dice == 0 and found.hd95 == pytest.approx(distance)
    assert found.assd == pytest.approx(distance)


def test_hd95_forgives_a_few_far_voxels_that_assd_feels():
    truth = np.zeros((1, 60, 60), bool)
    truth[0, 10:40, 10:40] = True
    predicted = truth.copy()
    predicted[0, 59, 59] = True
    found = measure(truth, predicted, (1, 1, 1))
    assert found.hd95 == 0 and found.assd > 0


@pytest.mark.parametrize("shape", [(1, 1, 5), (1, 1, 1), (3, 1, 4)])
def test_thin_images_are_measured_too(shape):
    one = np.ones(shape, bool)
    assert measure(one, one, (1, 2, 3)).hd95 == 0


def test_emptiness_is_said_never_scored_silently():
    full, empty = np.ones((2, 3, 4), bool), np.zeros((2, 3, 4), bool)
    spacing = (1, 1, 1)
    assert measure(full, empty, spacing) == Measures("missed", 24, 0, dice=0.0, iou=0.0)
    assert measure(empty, full, spacing) == Measures("false-alarm", 0, 24)
    assert measure(empty, empty, spacing) == Measures("absent", 0, 0)


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError):
        measure(np.ones((2, 2)), np.ones((2, 3)), (1, 1))
    with pytest.raises(ValueError):
        measure(np.ones((2, 2)), np.ones((2, 2)), (1, 1, 1))
