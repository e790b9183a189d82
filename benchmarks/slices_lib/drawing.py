"""Which cases and slices each way of drawing labels takes."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from few_labels_lib.sets import DataSet

from semigda.data.volumes import read_volume
from semigda_core.labels.finished import FinishedSlices

SHARE = 0.1  # of the slices of each case that "tenth" draws
SPREAD = 4  # times as many cases as "whole" has
K = 2  # the index that counts axial slices, as all of the sets are stored
# Cases of "whole". Of 3 labelled cases one can be spread over 3 only, of 7 one over 4.
WHOLE_CASES = {"heart_la": 1, "cardiac_scd": 1, "hippocampus": 5}
ARMS = ("all", "tenth", "whole", "spread")


@dataclass(frozen=True)
class Drawn:
    """The labels of one case: its finished slices, None for a whole one, and how many of them hold
    the structure: those are drawn, the others only looked at."""

    case: str
    finished: FinishedSlices | None
    slices: int


def drawn(one: DataSet, arm: str, seed: int) -> list[Drawn]:
    """What an arm labels of a set. "whole" and "spread" depend on the seed and draw equally many
    slices."""
    cases = list(one.split["labeled"])
    extents = {case: extent(one.file("labels", case)) for case in cases}
    if arm == "all":
        return [Drawn(case, None, len(extents[case][0])) for case in cases]
    if arm == "tenth":
        return [some(case, extents[case], SHARE * len(extents[case][0])) for case in cases]
    random.Random(f"{one.name} {seed}").shuffle(cases)
    whole = cases[: WHOLE_CASES[one.name]]
    if arm == "whole":
        return [Drawn(case, None, len(extents[case][0])) for case in whole]
    wanted = sum(len(extents[case][0]) for case in whole)
    chosen = cases[: SPREAD * len(whole)]
    edges = [round(n * wanted / len(chosen)) for n in range(len(chosen) + 1)]
    counts = [b - a for a, b in zip(edges, edges[1:], strict=False)]
    return [some(case, extents[case], n) for case, n in zip(chosen, counts, strict=True)]


def extent(label: Path) -> tuple[range, int]:
    """The slices that hold the structure, from the first to the last, and the number of all."""
    array = read_volume(label).array
    held = np.flatnonzero(array.any(axis=(1, 2)))
    return range(int(held[0]), int(held[-1]) + 1), len(array)


def some(case: str, extent: tuple[range, int], count: float) -> Drawn:
    """Evenly spaced slices over the structure's extent, at least one; the empty ones before and
    after it are marked as finished, too, which takes no drawing."""
    held, all_ = extent
    number = max(1, min(round(count), len(held)))
    inside = [held[int((n + 0.5) * len(held) / number)] for n in range(number)]
    empty = [*range(held.start), *range(held.stop, all_)]
    return Drawn(case, FinishedSlices(K, (*inside, *empty)), number)
