"""Which slices of a case to label.

Slices chosen with more thought did no better than evenly spaced ones (arXiv 2412.08081).
"""

from __future__ import annotations

FEWEST, SHARE = 3, 0.1


def suggested_count(slices: int) -> int:
    """How many of an image's slices to label: about a tenth, at least 3, at most all of them."""
    return min(slices, max(FEWEST, round(SHARE * slices)))


def evenly_spaced(first: int, last: int, count: int) -> tuple[int, ...]:
    """``count`` slices from ``first`` to ``last``, each in the middle of its share of them."""
    length = last - first + 1
    count = min(count, length)
    return tuple(first + (2 * n + 1) * length // (2 * count) for n in range(count))
