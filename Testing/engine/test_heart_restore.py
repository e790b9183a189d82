"""Back to the input's grid: which slices, which weights, which class, in numbers."""

import pytest
import torch

from semigda.data.grid import WorkingGrid
from semigda.data.preprocess import resample
from semigda.inference.restore import Restorer, likeliest, smooth, to_labels, to_review


def grid(depth: int, count: int, rows=1, columns=1, content=(1, 1)) -> WorkingGrid:
    return WorkingGrid((0, 1, 2), (False,) * 3, depth, rows, columns, count, content, content)


def slices(*values: float) -> torch.Tensor:
    """Maps (n, 1, 1, 1)."""
    return torch.tensor(values, dtype=torch.float32).view(-1, 1, 1, 1)


def pushed(grid: WorkingGrid, *batches: tuple[float, ...]) -> list[tuple[int, list[float]]]:
    restorer = Restorer(grid)
    parts = [part for batch in batches for part in restorer.push(slices(*batch))]
    assert restorer._held is None  # nothing is left over at the end
    return [(start, [round(v, 4) for v in part.flatten().tolist()]) for start, part in parts]


def test_equal_grids_hand_slices_on_as_they_come():
    assert pushed(grid(5, 5), (1, 2), (3,), (4, 5)) == [(0, [1, 2]), (2, [3]), (3, [4, 5])]


def test_twice_as_many_slices_are_interpolated_as_soon_as_both_neighbours_are_there():
    # Input slice n lies at (n + .5) / 2 - .5 of the working slices: -.25, .25, .75, 1.25 ...
    # With slices 10 and 20 known, input slice 3 at 1.25 waits for the third.
    found = pushed(grid(6, 3), (10, 20), (40,))
    assert found == [(0, [10, 12.5, 17.5]), (3, [25, 35, 40])]


def test_one_working_slice_at_a_time_gives_the_same():
    found = pushed(grid(6, 3), (10,), (20,), (40,))
    assert found == [(0, [10]), (1, [12.5, 17.5]), (3, [25, 35, 40])]


def test_half_as_many_slices_average():
    whole = pushed(grid(2, 4), (0, 0, 8, 8))
    parts = pushed(grid(2, 4), (0,), (0,), (8,), (8,))
    assert [value for _, values in whole for value in values] == [
        value for _, values in parts for value in values
    ]
    low, high = (value for _, values in whole for value in values)
    assert 0 <= low < 2 and low + high == pytest.approx(8, abs=1e-3)  # symmetric


def test_at_most_sixteen_slices_are_handed_on_together():
    found = pushed(grid(40, 40), tuple(float(n) for n in range(40)))
    assert [(start, len(values)) for start, values in found] == [(0, 16), (16, 16), (32, 8)]
    assert [v for _, values in found for v in values] == list(range(40))
    later = pushed(grid(40, 40), (0, 1), tuple(float(n) for n in range(2, 40)))
    assert [(start, len(values)) for start, values in later] == [(0, 2), (2, 16), (18, 16), (34, 6)]


def test_what_was_handed_on_is_forgotten():
    restorer = Restorer(grid(12, 6))
    for n in range(6):
        list(restorer.push(slices(float(n))))
        assert restorer._held is None or len(restorer._held) <= 2
        # A copy: a view would keep the whole batch in memory.
        assert restorer._held is None or restorer._held._base is None


def test_the_likeliest_class_is_the_first_of_equals():
    planes = [torch.tensor([0.2, 0.5, 0.4, 0.2]), torch.tensor([0.3, 0.5, 0.1, 0.6])]
    planes.append(torch.tensor([0.5, 0.0, 0.4, 0.3]))
    kept = planes[0].clone()
    found = likeliest(planes)
    assert found.tolist() == [2, 0, 0, 1] and found.dtype == torch.uint8
    assert torch.equal(planes[0], kept)  # what was handed in stays as it was


def test_probabilities_are_resampled_and_not_labels():
    # Foreground at .9 and .1 over four columns, at their edges: .9, .7, .3, .1
    foreground = torch.tensor([[0.9, 0.1]])
    probabilities = torch.stack([1 - foreground, foreground])
    found = to_labels(probabilities, grid(1, 1, 1, 4, (1, 2)))
    assert found.tolist() == [[1, 1, 0, 0]] and found.dtype == torch.uint8
    weak = torch.tensor([[0.7, 0.1]])  # .7, .55, .25, .1
    found = to_labels(torch.stack([1 - weak, weak]), grid(1, 1, 1, 4, (1, 2)))
    assert found.tolist() == [[1, 1, 0, 0]]
    weak = torch.tensor([[0.6, 0.1]])  # .6, .475
    found = to_labels(torch.stack([1 - weak, weak]), grid(1, 1, 2, 4, (1, 2)))
    assert found.tolist() == [[1, 0, 0, 0]] * 2


def test_a_class_that_wins_nowhere_on_its_own_grid_wins_nowhere():
    # Half sure of everything: background where equal.
    half = torch.full((2, 1, 2), 0.5)
    assert to_labels(half, grid(1, 1, 3, 4, (1, 2))).tolist() == [[0] * 4] * 3
    third = torch.tensor([[[0.4, 0.4]], [[0.35, 0.35]], [[0.25, 0.25]]])
    assert not to_labels(third, grid(1, 1, 1, 2, (1, 2))).any()
    # A later class alone may win.
    last = torch.tensor([[[0.4, 0.4]], [[0.1, 0.1]], [[0.5, 0.3]]])
    assert to_labels(last, grid(1, 1, 1, 2, (1, 2))).tolist() == [[2, 0]]


def blobs(classes: int, height: int, width: int, seed: int) -> torch.Tensor:
    """Probabilities (K + 1, h, w): background, and a blob of every class, some at an edge."""
    draw = torch.Generator().manual_seed(seed)
    noise = torch.randn(1, classes + 1, 5, 5, generator=draw)
    noise[:, 0] += 1.5
    wide = torch.nn.functional.interpolate(noise, (height, width), mode="bicubic")[0]
    return (6 * wide).softmax(0)


@pytest.mark.parametrize(
    ("content", "size"),
    [
        ((28, 28), (64, 64)),  # fractions of a power of two: only a part is resampled
        ((30, 28), (64, 64)),
        ((28, 25), (40, 64)),  # not, in the rows
        ((16, 16), (16, 32)),
        ((40, 28), (30, 64)),  # fewer rows, averaged
        ((48, 32), (16, 8)),
        ((13, 7), (29, 31)),
    ],
)
def test_resampling_a_part_gives_what_resampling_the_whole_gives(content, size):
    there = grid(1, 1, *size, content)
    for seed in range(20):
        probabilities = blobs(4, *content, seed)
        whole = likeliest(resample(plane[None, None], size)[0, 0] for plane in probabilities)
        assert torch.equal(to_labels(probabilities, there), whole)


@pytest.mark.parametrize("size", [(56, 64), (75, 69)])
def test_nor_does_the_last_bit_change(size):
    """Where classes are equal but for rounding, any other order of operations shows."""
    draw = torch.Generator().manual_seed(0)
    probabilities = torch.tensor([0.5, 0.3])[:, None, None].repeat(1, 49, 42)
    probabilities[:, 30:45, 20:40] = 0.5 + 1e-7 * torch.randn(2, 15, 20, generator=draw)
    whole = likeliest(resample(plane[None, None], size)[0, 0] for plane in probabilities)
    assert torch.equal(to_labels(probabilities, grid(1, 1, *size, (49, 42))), whole)


@pytest.mark.parametrize(("row", "column"), [(0, 0), (0, 27), (27, 13), (14, 14), (6, 7)])
def test_a_single_pixel_keeps_its_edges_wherever_it_lies(row, column):
    probabilities = torch.zeros(3, 28, 28)
    probabilities[0] = 0.6
    probabilities[2, row, column] = 1
    whole = likeliest(resample(p[None, None], (64, 64))[0, 0] for p in probabilities)
    found = to_labels(probabilities, grid(1, 1, 64, 64, (28, 28)))
    assert torch.equal(found, whole) and set(found.flatten().tolist()) == {0, 2}


def test_only_the_part_with_a_class_is_resampled(monkeypatch):
    sizes = []

    def seen(planes, size):
        sizes.append((*planes.shape[-2:], *size))
        return resample(planes, size)

    monkeypatch.setattr("semigda.inference.restore.resample", seen)
    probabilities = torch.tensor([0.7, 0.3, 0.0])[:, None, None].repeat(1, 224, 224)
    probabilities[:, 50:60, 100:120] = torch.tensor([0.3, 0.7, 0.0])[:, None, None]
    found = to_labels(probabilities, grid(1, 1, 512, 512, (224, 224)))
    # Blocks of 7 pixels become 16: rows 49 to 63, columns 98 to 126; and the third class is absent.
    assert sizes == [(14, 28, 32, 64)] * 2
    assert found.sum() == (found[112:144, 224:288] == 1).sum() > 10 * 20 * 4


def test_the_review_map_is_in_percent():
    disagreement = torch.tensor([[0.0, 0.204, 0.206, 1.0, 1.2]])
    found = to_review(disagreement, grid(1, 1, 1, 5, (1, 5)))
    assert found.tolist() == [[0, 20, 21, 100, 100]] and found.dtype == torch.uint8
    wide = to_review(torch.tensor([[0.0, 1.0]]), grid(1, 1, 1, 4, (1, 2)))
    assert wide.tolist() == [[0, 25, 75, 100]]
    assert to_review(torch.tensor([[-0.3]]), grid(1, 1)).tolist() == [[0]]


def test_disagreement_is_averaged_over_nine_pixels_and_fewer_at_edges():
    one = torch.zeros(2, 4, 4)
    one[1, 1, 1] = 36.0
    found = smooth(one)
    assert not found[0].any()
    # nine pixels in the middle, six at an edge, four in a corner
    expected = [[9, 6, 6, 0], [6, 4, 4, 0], [6, 4, 4, 0], [0, 0, 0, 0]]
    assert found[1].tolist() == expected
