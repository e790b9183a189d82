"""Doubt: one measure of a voxel's chance to be wrong, and what follows from it for a class."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from semigda.inference.doubt import DoubtFinder, certainty, chance_of_error, counted, to_doubt


def told(probabilities: torch.Tensor, pieces: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Slices and their chance of error, pushed in pieces."""
    finder, maps, chances = DoubtFinder(), [], []
    for part in probabilities.split(pieces):
        one, chance = finder.push(part)
        maps.append(one)
        chances.append(chance)
    one, chance = finder.finish()
    return torch.cat([*maps, one]), torch.cat([*chances, chance])


def expected(probabilities: np.ndarray) -> np.ndarray:
    """Voxel by voxel, as the module's documentation has it."""
    padded = np.pad(probabilities, ((1, 1), (0, 0), (1, 1), (1, 1)), mode="edge")
    depth, _, height, width = probabilities.shape
    weights = (0.125, 0.75, 0.125)
    mean = sum(
        weights[a]
        * weights[b]
        * weights[c]
        * padded[a : a + depth, :, b : b + height, c : c + width]
        for a in range(3)
        for b in range(3)
        for c in range(3)
    )
    labels = probabilities.argmax(1)
    odds = mean * np.array([1.0, *[0.7] * (mean.shape[1] - 1)])[:, None, None]
    odds /= odds.sum(1, keepdims=True)
    return 1 - np.take_along_axis(odds, labels[:, None], 1)[:, 0]


@pytest.mark.parametrize("pieces", [[5], [1, 1, 1, 1, 1], [2, 3], [4, 1]])
def test_the_chance_of_an_error_in_pieces(pieces):
    probabilities = torch.rand(5, 3, 6, 7, generator=torch.Generator().manual_seed(1)).softmax(1)
    maps, chance = told(probabilities, pieces)
    torch.testing.assert_close(maps, probabilities)
    np.testing.assert_allclose(chance, expected(probabilities.numpy()), atol=1e-6)


def test_a_picture_is_its_own_neighbour():
    probabilities = torch.tensor([0.2, 0.8])[None, :, None, None].expand(1, 2, 3, 3)
    _, chance = told(probabilities, [1])
    assert chance.flatten().tolist() == pytest.approx([1 - 0.56 / 0.76] * 9)


def test_the_map_shows_even_odds_and_worse_as_certain_doubt():
    found = to_doubt(torch.tensor([0.0, 0.1, 0.5, 0.8]))
    assert found.tolist() == pytest.approx([0.0, 0.2, 1.0, 1.0])


def test_a_voxel_unlike_its_neighbours_is_in_doubt():
    """Also one that the network itself is sure of."""
    white = torch.zeros(3, 5, 5)
    white[1, 2, 2] = 1.0
    chance = chance_of_error(torch.stack([1 - white, white], 1)[[0, 0, 1, 2, 2]])
    own = 0.75**3
    assert chance[1, 2, 2] == pytest.approx(1 - 0.7 * own / (1 - own + 0.7 * own))
    assert chance[0, 0, 0] == 0


def test_what_is_found_expected_right_and_possible():
    white = torch.tensor([0.9, 0.6, 0.3, 0.1]).view(1, 1, 1, 4)
    chance = torch.tensor([0.1, 0.4, 0.3, 0.1]).view(1, 1, 4)
    maps = torch.cat([1 - white, white], 1)
    found = counted(maps, chance)
    torch.testing.assert_close(found[0], torch.tensor([[2, 1.6, 3], [2, 1.5, 3]]).double())
    inside = torch.tensor([True, False, True, False]).view(1, 1, 4)
    found = counted(maps, chance, inside)
    torch.testing.assert_close(found[0], torch.tensor([[1, 0.7, 1], [1, 0.9, 2]]).double())


def test_slices_are_counted_each():
    white = torch.tensor([[0.9, 0.9, 0.1], [0.1, 0.1, 0.25]]).view(2, 1, 1, 3)
    chance = torch.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.0]]).view(2, 1, 3)
    found = counted(torch.cat([1 - white, white], 1), chance)
    wanted = [[[1, 0.7, 1], [2, 1.7, 2]], [[3, 2.1, 3], [0, 0, 0]]]  # a quarter is not possible yet
    torch.testing.assert_close(found, torch.tensor(wanted).double())


def test_large_slices_are_summed_exactly():
    """A sum of float32 is wrong by per mille here."""
    maps = torch.tensor([0.7, 0.3])[None, :, None, None].expand(1, 2, 1500, 2000)
    found = counted(maps, torch.full((1, 1500, 2000), 0.3))
    right = float(1 - torch.tensor(0.3))
    assert found[0, 0].tolist() == pytest.approx([3e6, 3e6 * right, 3e6], rel=1e-9)


def test_two_slices_are_kept_and_not_all_that_came_with_them():
    finder = DoubtFinder()
    finder.push(torch.rand(8, 3, 4, 5))
    assert finder._last.untyped_storage().nbytes() == 2 * 3 * 4 * 5 * 4


def test_certainty_of_what_is_there_and_of_what_is_not():
    counts = torch.tensor([[10.0, 8.0, 12.0], [1.0, 0.7, 0.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
    assert certainty(counts).tolist() == pytest.approx([0.8, 0.7, 0.0, 1.0])
