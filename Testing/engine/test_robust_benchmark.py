"""The benchmark of changed images: what a change does, and how its loss is reckoned."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from robust import lost, store  # noqa: E402
from robust_lib.changes import PICTURES, VOLUMES, coarser  # noqa: E402

from semigda.data.volumes import Volume  # noqa: E402

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("change", PICTURES, ids=lambda change: change.name)
def test_a_picture_and_its_label_change_together(change):
    truth = np.zeros((1, 40, 60), np.uint8)
    truth[0, 10:30, 15:45] = 1
    picture = Volume(truth * 200, np.eye(4), True)
    moved, told = change.apply(picture, truth)
    assert moved.array.shape == told.shape
    inside = np.median(moved.array[told == 1])
    outside = np.median(moved.array[told == 0])
    assert inside > outside + 40
    grown = {"wider": 1.5, "taller": 1.5}.get(change.name, 1.0)
    assert told.sum() == pytest.approx(grown * truth.sum(), rel=0.03)


def test_coarse_voxels_lie_where_the_fine_ones_did():
    array = RANDOM.normal(100, 20, (6, 8, 10)).astype(np.float32)
    volume = Volume(array, np.diag([1.0, 1.0, 1.0, 1.0]))
    coarse, _ = coarser(2, 0, 2)(volume, (array > 100).astype(np.uint8))
    assert coarse.array.shape == (3, 8, 5) and coarse.spacing == (2, 1, 2)
    np.testing.assert_allclose(coarse.affine[:3, 3], (0.5, 0, 0.5))
    expected = array[2:4, 3, 4:6].mean()
    assert coarse.array[1, 3, 2] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("change", VOLUMES, ids=lambda change: change.name)
def test_a_volume_and_its_label_change_together(change):
    truth = np.zeros((12, 16, 16), np.uint8)
    truth[4:8, 4:12, 4:12] = 1
    volume = Volume(truth * np.float32(100), np.eye(4))
    moved, told = change.apply(volume, truth)
    assert moved.array.shape == told.shape
    np.testing.assert_array_equal(moved.array > 50, told == 1)
    where = moved.affine @ (*np.argwhere(told).mean(0)[::-1], 1)
    np.testing.assert_allclose(where[:3], (7.5, 7.5, 5.5), atol=0.51)


def test_the_interval_is_of_patients_and_of_paired_differences():
    plain, changed = [0.9, 0.5, 0.7, 0.8], [0.8, 0.4, 0.6, 0.7]
    assert lost(plain, changed, list("abcd")) == {"points": 10.0, "low": 10.0, "high": 10.0}
    two = lost([1, 1, 1, 1], [1, 1, 0, 0], list("aabb"))
    assert (two["points"], two["low"], two["high"]) == (50.0, 0.0, 100.0)


def test_a_run_takes_the_place_of_an_older_one(tmp_path):
    table = tmp_path / "table.json"
    for dice in (0.1, 0.2):
        store(table, {"model": "m", "set": "s", "dice": dice})
    store(table, {"model": "a", "set": "s", "dice": 0.3})
    assert '"dice": 0.1' not in table.read_text() and table.read_text().count("dice") == 2
