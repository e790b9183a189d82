"""The benchmark of images that a model is not for: what is changed, and how it is reckoned."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from unlike import auroc, row, store  # noqa: E402
from unlike_lib.changes import as_taken, cropped, inverted, noise, thinned, turned  # noqa: E402

from semigda.data.volumes import Volume  # noqa: E402

RAMP = np.arange(8 * 6 * 4, dtype=np.uint8).reshape(8, 6, 4)


def volume(array: np.ndarray) -> Volume:
    return Volume(array, np.eye(4))


def test_pairs_in_the_right_order_count_and_draws_count_half():
    assert auroc([1, 2], [3, 4]) == 1 and auroc([3, 4], [1, 2]) == 0
    assert auroc([1, 2], [2, 3]) == (2 + 1 + 0.5) / 4


def test_a_row_has_the_shares():
    found = row("noise", "", [0.5, 0.6], [(0.9, False), (1.5, True), (2.0, True), (3.0, False)])
    assert (found["cases"], found["auroc"], found["noted"], found["asked"]) == (4, 1, 0.75, 0.5)


def test_changes_change_what_they_say():
    np.testing.assert_array_equal(inverted(volume(RAMP)).array, 255 - RAMP)
    np.testing.assert_array_equal(cropped(volume(RAMP)).array, RAMP[2:6, 1:5, 1:3])
    assert cropped(volume(RAMP[:1])).array.shape == (1, 4, 2)
    assert turned(volume(RAMP)).array.shape == (8, 4, 6)
    made = noise(volume(RAMP)).array
    assert made.dtype == np.uint8 and abs(np.corrcoef(made.ravel(), RAMP.ravel())[0, 1]) < 0.3


def test_a_thinned_volume_covers_the_same_place():
    stack = volume(np.arange(40 * 4, dtype=np.uint8).reshape(40, 2, 2))
    thin = thinned(stack)
    assert thin.array.shape == (20, 2, 2) and thin.spacing == (2, 1, 1)
    np.testing.assert_array_equal(thin.array[3], stack.array[6])


def test_images_become_what_the_model_takes():
    colours = as_taken(volume(RAMP), 3, eight_bit=True)
    assert colours.array.shape == (8, 6, 4, 3)
    np.testing.assert_array_equal(as_taken(colours, 1, eight_bit=True).array, RAMP)
    scan = as_taken(volume(RAMP * np.float32(9)), 1, eight_bit=True).array
    assert scan.dtype == np.uint8 and scan.min() == 0 and scan.max() == 255
    assert as_taken(volume(RAMP * np.float32(9)), 1, eight_bit=False).array.max() == 9 * 191


def test_a_run_replaces_the_one_of_its_model(tmp_path):
    for value in (1, 2):
        store(tmp_path / "table.json", {"model": "a", "value": value})
    store(tmp_path / "table.json", {"model": "b", "value": 3})
    told = (tmp_path / "table.json").read_text("utf-8")
    assert '"value": 1' not in told and told.index('"a"') < told.index('"b"')
