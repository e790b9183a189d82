"""How time and memory of `semigda segment` grow, and how straight the line is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from speed_lib.volume import segment

SIDE, WORKING, SLICES, CLASSES = 512, 224, 60, 2  # unless they grow
GROWTH = {
    "slices": (30, 100, 300, 600, 1200),
    "in-plane size": (128, 256, 512, 1024),
    "classes": (1, 2, 4, 8, 16),
}


def measure(what: str, values: Sequence[int], device: str, threads: int, repeats: int) -> list:
    """Of every value, ``repeats`` runs; all values in turn."""
    rows = [{"value": value, "runs": []} for value in values]
    for _ in range(repeats):
        for row in rows:
            row["runs"].append(segment(*case(what, row["value"]), device, threads))
    return rows


def case(what: str, value: int) -> tuple[tuple[int, int, int], int, int]:
    """Shape, side of a working slice and classes; working slices have the image's own size where
    that is what grows."""
    if what == "slices":
        return (SIDE, SIDE, value), WORKING, CLASSES
    if what == "classes":
        return (SIDE, SIDE, SLICES), WORKING, value
    return (value, value, SLICES), value, CLASSES


def unit(what: str, value: int) -> float:
    """What time should be linear in: pixels, if the side of a slice grows."""
    return float(value**2 if what == "in-plane size" else value)


def line(x: Sequence[float], y: Sequence[float]) -> tuple[float, float, float]:
    """Least squares: ``y = a + b x``, and the largest distance from it as a share of the largest
    ``y``."""
    b, a = np.polyfit(x, y, 1)
    off = np.abs(a + b * np.asarray(x) - y).max() / max(y)
    return float(a), float(b), float(off)
