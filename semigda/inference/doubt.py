"""Where a result is in doubt: the one measure of review map, spots, words, tables and ranking.

A voxel's doubt is the chance that its label is wrong, as the model's own probabilities tell it from
a small neighbourhood. It needs no further pass, and of two branches only their mean: what they
disagree on is where the mean is unsure. Both constants were chosen on the study's own cases, see
docs/doubt.md.
"""

from __future__ import annotations

import torch

from semigda.inference.restore import likeliest

# Share of each of the two neighbours along an axis: an outline is uncertain by about a voxel, which
# a network's own probabilities, trained to be extreme, do not say.
_NEIGHBOUR = 0.125
# Of the odds of foreground: trained for overlap, networks paint a little too much.
_GENEROUS = 0.7
# A class that was found nowhere may still be there if a voxel has it with this probability.
_POSSIBLE = 0.25


class DoubtFinder:
    """Takes probabilities of consecutive slices; gives each slice's doubt once the next slice is
    known."""

    def __init__(self) -> None:
        self._last: torch.Tensor | None = None  # the slice before the waiting one, and that one

    def push(self, probabilities: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The next slices (n, K + 1, h, w), n > 0.

        Returns:
            The slices whose doubt is now known (m, K + 1, h, w), and their chance of a wrong label
            (m, h, w), 0 to 1.
        """
        held = probabilities[:1] if self._last is None else self._last.to(probabilities.device)
        rows = torch.cat([held, probabilities])
        found = self._judged(rows)
        self._last = rows[-2:].clone()  # or all rows would stay in memory
        return found

    def finish(self) -> tuple[torch.Tensor, torch.Tensor]:
        """As :meth:`push`, for the slice that still waits; on the CPU."""
        assert self._last is not None, "no slice was pushed"
        last = self._last.cpu()
        return self._judged(torch.cat([last, last[-1:]]))

    @staticmethod
    def _judged(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return rows[1:-1], chance_of_error(rows)


def chance_of_error(rows: torch.Tensor) -> torch.Tensor:
    """Of the likeliest labels of slices (n, h, w), from the probabilities (n + 2, K + 1, h, w) of
    them and of one more slice at both ends."""
    if len(rows) < 3:
        return rows.new_zeros(0, *rows.shape[2:])
    labels = likeliest(rows[1:-1].unbind(1))
    background = _blurred(rows[:, 0])
    own = background
    there = labels.flatten().bincount()  # a seventh of the time of unique
    for number in there.nonzero()[:, 0].tolist():  # the other classes cost nothing
        if number:
            own = torch.where(labels == number, _GENEROUS * _blurred(rows[:, number]), own)
    return 1 - own / (background + _GENEROUS * (1 - background))


def _blurred(planes: torch.Tensor) -> torch.Tensor:
    """(n + 2, h, w) -> (n, h, w): the mean of a voxel and its neighbours along all three axes."""
    planes = _mixed(planes[1:-1], planes[:-2], planes[2:])
    rows = torch.cat([planes[:, :1], planes, planes[:, -1:]], 1)
    planes = _mixed(planes, rows[:, :-2], rows[:, 2:])
    columns = torch.cat([planes[..., :1], planes, planes[..., -1:]], 2)
    return _mixed(planes, columns[..., :-2], columns[..., 2:])


def _mixed(middle: torch.Tensor, one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return ((1 - 2 * _NEIGHBOUR) * middle).add_(one + other, alpha=_NEIGHBOUR)


def to_doubt(chance: torch.Tensor) -> torch.Tensor:
    """What the review map shows, 0 to 1, of a chance of error: 1 from even odds on."""
    return (2 * chance).clamp(max=1)


def counted(
    probabilities: torch.Tensor, chance: torch.Tensor, inside: torch.Tensor | None = None
) -> torch.Tensor:
    """(n, K + 1, 3) float64 on the CPU, of slices (n, K + 1, h, w) and their
    :func:`chance_of_error`: each class's voxels, how many of them are expected to be right, and
    how many voxels it is possible in.

    Args:
        inside: (n, h, w) bool, where voxels count.
    """
    count, classes = probabilities.shape[:2]
    labels = likeliest(probabilities.unbind(1)).long()
    counts = torch.ones_like(chance) if inside is None else inside.to(chance)
    place = labels + classes * torch.arange(count, device=labels.device)[:, None, None]

    def summed(weights: torch.Tensor) -> torch.Tensor:
        total = torch.bincount(place.flatten(), weights.double().flatten(), count * classes)
        return total.view(count, classes)

    possible = probabilities > _POSSIBLE
    if inside is not None:
        possible &= inside[:, None]
    possible = possible.flatten(2).count_nonzero(2).double()
    return torch.stack([summed(counts), summed(counts * (1 - chance)), possible], 2).cpu()


def certainty(counts: torch.Tensor) -> torch.Tensor:
    """How much of a class is expected to be right, 0 to 1, from its :func:`counted` (..., 3).

    A class that is found nowhere has 0 if it is possible somewhere, else 1.
    """
    found, right, possible = counts.unbind(-1)
    missing = (possible == 0).to(counts)
    return torch.where(found > 0, right / found.clamp_min(1), missing)
