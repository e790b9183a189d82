"""Which slices to label: evenly spaced ones."""

from __future__ import annotations

import pytest

from semigda_core.labels.proposed import evenly_spaced, suggested_count


@pytest.mark.parametrize("slices, count", [(110, 11), (31, 3), (12, 3), (2, 2), (1, 1)])
def test_about_a_tenth_and_at_least_three(slices, count):
    assert suggested_count(slices) == count


@pytest.mark.parametrize(
    "first, last, count, found",
    [
        (0, 109, 11, tuple(range(5, 110, 10))),  # ten slices each
        (3, 8, 3, (4, 6, 8)),
        (0, 11, 2, (3, 9)),
        (7, 7, 3, (7,)),
        (4, 6, 9, (4, 5, 6)),
    ],
)
def test_each_in_the_middle_of_its_share(first, last, count, found):
    assert evenly_spaced(first, last, count) == found
