"""Segmenting regions of different size in one large volume."""

from __future__ import annotations

from speed_lib.volume import SPACING, segment

WORKING = 96  # pixels of a working slice
# Voxels along x, y, z, in the middle of the volume.
SIDES = ((64, 64, 32), (128, 128, 64), (256, 256, 128))


def measure(shape: tuple[int, int, int], threads: int, repeats: int) -> dict:
    """Runs over regions, each from file to file in a process of its own."""
    sides = [one for one in SIDES if all(a < b for a, b in zip(one, shape, strict=True))]
    runs = [
        [segment(shape, WORKING, 2, "cpu", threads, roi=_box(shape, one)) for one in sides]
        for _ in range(repeats)
    ]
    return {"shape": shape, "regions": sides, "runs": runs}


def _box(shape: tuple[int, int, int], sides: tuple[int, int, int]) -> str:
    """As the command takes it, in mm."""
    middle = [(voxels - 1) / 2 * step for voxels, step in zip(shape, SPACING, strict=True)]
    lengths = [voxels * step for voxels, step in zip(sides, SPACING, strict=True)]
    return ",".join(map(str, [*middle, *lengths]))
