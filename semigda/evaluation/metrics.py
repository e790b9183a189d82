"""Overlap and surface distance of one class in one case.

An empty truth or an empty prediction makes some measures meaningless. They are then None, never a
silent 0 or 1, and :attr:`Measures.status` names the case, so that it can be counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FOUND = "found"  # in both
MISSED = "missed"  # in the truth only: Dice is 0, there are no surfaces to compare
FALSE_ALARM = "false-alarm"  # in the prediction only: no Dice, it would not depend on how much
REACH = 4  # voxels on each side in which the nearest surface is looked for first
ABSENT = "absent"  # in neither: correct, but 0 / 0
SQUARE = 1e-3  # cosine of two axes up to which they count as at right angles
PAIRS = 1 << 22  # of voxels whose distances are in memory at once

# From voxel to voxel along each axis: lengths, of axes at right angles, or vectors (axes, 3).
Steps = Sequence[float] | np.ndarray


@dataclass(frozen=True)
class Measures:
    """Dice and IoU (0 to 1), HD95 and ASSD in the unit of the steps; None where undefined.

    Attributes:
        status: one of "found", "missed", "false-alarm", "absent".
        truth_voxels, predicted_voxels: sizes.
        hd95: the larger of the two directions' 95th percentiles of surface distances.
        assd: mean of the surface distances of both directions together.
    """

    status: str
    truth_voxels: int
    predicted_voxels: int
    dice: float | None = None
    iou: float | None = None
    hd95: float | None = None
    assd: float | None = None


def measure(
    truth: np.ndarray, predicted: np.ndarray, steps: Steps, *, surfaces: bool = True
) -> Measures:
    """Compare two masks.

    Args:
        truth, predicted: bool (z, y, x), or (y, x) of a picture.
        steps: from voxel to voxel along each axis, mm (or pixels).
        surfaces: whether to measure the distances between surfaces.

    Raises:
        ValueError: if shapes or steps do not match.
    """
    truth, predicted = np.asarray(truth, bool), np.asarray(predicted, bool)
    if truth.shape != predicted.shape or len(steps) != truth.ndim:
        raise ValueError("masks and steps do not fit each other")
    size = int(np.count_nonzero(truth)), int(np.count_nonzero(predicted))
    if not all(size):
        status = MISSED if size[0] else FALSE_ALARM if size[1] else ABSENT
        overlap = 0.0 if status == MISSED else None
        return Measures(status, *size, dice=overlap, iou=overlap)
    common = int(np.count_nonzero(truth & predicted))
    dice, iou = 2 * common / sum(size), common / (sum(size) - common)
    if not surfaces:
        return Measures(FOUND, *size, dice=dice, iou=iou)
    one, other = surface_distances(truth, predicted, steps)
    return Measures(
        FOUND,
        *size,
        dice=dice,
        iou=iou,
        hd95=float(max(np.percentile(one, 95), np.percentile(other, 95))),
        assd=float(np.concatenate((one, other)).mean()),
    )


def surface_distances(
    truth: np.ndarray, predicted: np.ndarray, steps: Steps
) -> tuple[np.ndarray, np.ndarray]:
    """From every surface voxel of each mask to the nearest one of the other, centre to centre.

    Surface voxels are those with a neighbour (sharing a face) outside the mask or the image; a
    single slice is flat, its outline is the surface. Neither mask may be empty.
    Returns (truth to predicted, predicted to truth), 1-D.
    """
    axes = _axes(truth.shape)
    vectors = np.asarray(steps, float)
    vectors = (np.diag(vectors) if vectors.ndim == 1 else vectors)[axes]
    dropped = tuple(axis for axis in range(truth.ndim) if axis not in axes)
    masks = [mask.squeeze(dropped) for mask in (truth, predicted)]
    box = _bounding_box(masks[0] | masks[1])  # surface distances need nothing outside it
    # A rim of background makes the image's border an ordinary place, and is room to look around.
    surfaces = [_surface(np.pad(mask[box], REACH)) for mask in masks]
    one, other = surfaces
    return _nearest(one, other, vectors), _nearest(other, one, vectors)


def _nearest(of: np.ndarray, to: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Distance of each voxel of one surface to the nearest voxel of another.

    Surfaces that are compared mostly lie close together, so it looks at the neighbours first, the
    nearest ones before others; only voxels without any need a look at the whole surface.
    """
    places, surface = np.flatnonzero(of), to.ravel()
    found = np.empty(len(places), np.float32)
    left = np.arange(len(places))
    for distance, offset in _around(of.shape, steps):
        near = surface[places[left] + offset]
        found[left[near]] = distance
        left = left[~near]
        if not len(left):
            return found
    across = steps @ steps.T
    lengths = np.sqrt(across.diagonal())
    at_right_angles = np.allclose(
        across / np.outer(lengths, lengths), np.eye(len(steps)), atol=SQUARE
    )
    found[left] = (
        _mapped(to, lengths, places[left])
        if at_right_angles
        else _compared(to, steps, places[left])
    )
    return found


def _around(shape: Sequence[int], steps: np.ndarray) -> list[tuple[float, int]]:
    """Distance and offset in the flat array of the neighbours of a voxel, the nearest first: all of
    those that are nearer than any more than :data:`REACH` voxels away."""
    reach = [np.arange(-REACH, REACH + 1)] * len(shape)
    grid = np.stack(np.meshgrid(*reach, indexing="ij"), axis=-1).reshape(-1, len(shape))
    distances = np.linalg.norm(grid @ steps, axis=1)
    apart = 1 / np.sqrt(np.linalg.inv(steps @ steps.T).diagonal())  # neighbouring planes of voxels
    offsets = grid @ [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    order = np.argsort(distances, kind="stable")
    order = order[distances[order] < (REACH + 1) * min(apart)]
    return list(zip(distances[order].tolist(), offsets[order].tolist(), strict=True))


def _axes(shape: Sequence[int]) -> list[int]:
    """Axes with more than one voxel, but at least two (SimpleITK's minimum)."""
    axes = [axis for axis, size in enumerate(shape) if size > 1]
    return axes if len(axes) > 1 else list(range(len(shape)))[-2:]


def _bounding_box(mask: np.ndarray) -> tuple[slice, ...]:
    box = []
    for axis in range(mask.ndim):
        filled = np.flatnonzero(mask.any(axis=tuple(a for a in range(mask.ndim) if a != axis)))
        box.append(slice(int(filled[0]), int(filled[-1]) + 1))
    return tuple(box)


def _surface(mask: np.ndarray) -> np.ndarray:
    """Voxels of a mask with a face neighbour outside; the mask must not touch its borders."""
    within = tuple(slice(1, -1) for _ in mask.shape)
    inside = mask[within].copy()
    for axis in range(mask.ndim):
        for beside in (slice(None, -2), slice(2, None)):
            inside &= mask[within[:axis] + (beside,) + within[axis + 1 :]]  # noqa: RUF005
    surface = mask.copy()
    surface[within] &= ~inside
    return surface


def _mapped(surface: np.ndarray, spacing: Sequence[float], places: np.ndarray) -> np.ndarray:
    """Exact Euclidean distance of some voxels, by flat index, to the nearest surface voxel."""
    import SimpleITK as sitk  # a tenth of a second, which a segmentation does not need

    image = sitk.GetImageFromArray(surface.view(np.uint8))
    image.SetSpacing([float(s) for s in spacing][::-1])
    # Maurer's algorithm is exact; squared, so that the inside of a voxel does not change signs.
    squared = sitk.SignedMaurerDistanceMap(
        image, insideIsPositive=False, squaredDistance=True, useImageSpacing=True
    )
    # A view: the map is as large as a volume of floats.
    return np.sqrt(np.abs(sitk.GetArrayViewFromImage(squared).ravel()[places]))


def _compared(surface: np.ndarray, steps: np.ndarray, places: np.ndarray) -> np.ndarray:
    """As :func:`_mapped`, where the axes are not at right angles: by comparing all with all."""
    to = np.argwhere(surface) @ steps
    of = np.stack(np.unravel_index(places, surface.shape), axis=1) @ steps
    parts = np.array_split(of, len(of) * len(to) // PAIRS + 1)
    squares = (to**2).sum(axis=1)
    nearest = [(squares - 2 * part @ to.T).min(axis=1) + (part**2).sum(axis=1) for part in parts]
    return np.sqrt(np.concatenate(nearest).clip(0))
