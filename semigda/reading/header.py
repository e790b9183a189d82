"""What the header of a volume file says, apart from its voxels."""

from __future__ import annotations

import math
from dataclasses import dataclass

from semigda.reading.errors import unreadable
from semigda.reading.voxels import Voxels

MOST_AXES, MOST_VOXELS = 7, 1 << 40  # beyond them no image is meant


@dataclass(frozen=True)
class Header:
    """Of a volume file.

    Attributes:
        voxels: where they are.
        geometry: a file's bytes that tell ITK the geometry and nothing else, no voxels.
        name: what that file must be called.
        values_axis: which of the voxels' axes counts several values a voxel, as far as it is said.
        slope, inter: what stored values are scaled with, as ITK does it.
    """

    voxels: Voxels
    geometry: bytes
    name: str
    values_axis: int | None = None
    slope: float = 1.0
    inter: float = 0.0


def checked_sizes(sizes) -> tuple[int, ...]:
    """Raises SemiGDAError "bad-input" for sizes that no image has; 0 is for the caller."""
    sizes = tuple(int(n) for n in sizes)
    if not 1 <= len(sizes) <= MOST_AXES or min(sizes) < 0 or math.prod(sizes) > MOST_VOXELS:
        raise unreadable()
    return sizes
