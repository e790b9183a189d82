"""The content of a volume file's header."""

from __future__ import annotations

import math
from dataclasses import dataclass

from semigda.reading.errors import unreadable
from semigda.reading.voxels import Voxels

MOST_AXES, MOST_VOXELS = 7, 1 << 40  # larger sizes are not images


@dataclass(frozen=True)
class Header:
    """The header of a volume file.

    Attributes:
        voxels: where they are.
        geometry: the bytes of a file that tells ITK the geometry alone, without voxels.
        name: what that file must be called.
        values_axis: the voxels' axis that counts several values a voxel, if declared.
        slope, inter: scaling of the stored values, as in ITK.
    """

    voxels: Voxels
    geometry: bytes
    name: str
    values_axis: int | None = None
    slope: float = 1.0
    inter: float = 0.0


def checked_sizes(sizes) -> tuple[int, ...]:
    """Raises SemiGDAError "bad-input" for impossible sizes; the caller handles 0."""
    sizes = tuple(int(n) for n in sizes)
    if not 1 <= len(sizes) <= MOST_AXES or min(sizes) < 0 or math.prod(sizes) > MOST_VOXELS:
        raise unreadable()
    return sizes
