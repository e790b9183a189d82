"""What a segment job leaves beside its numbers: arrays on disk, and where to look twice."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

DOUBTFUL = 50  # of 100: at least half of the largest possible disagreement
MAX_SPOTS = 20


def save_array(path: Path, array: np.ndarray) -> None:
    """Write a ``.npy`` that readers see whole or not at all; nothing is left of a failed try."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(temporary, "wb") as file:
            np.save(file, np.ascontiguousarray(array), allow_pickle=False)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def doubtful_spots(review: np.ndarray) -> list[dict[str, Any]]:
    """Clusters of voxels on which the branches disagree, the largest disagreement first.

    Args:
        review: disagreement 0 to 100, uint8 (z, y, x).

    Returns:
        At most 20 of ``{"ijk": [x, y, z] voxel to look at, "size_voxels", "score"}``; the score is
        the cluster's disagreement summed, in voxels of full disagreement.
    """
    doubtful = review >= DOUBTFUL
    axes = [np.flatnonzero(doubtful.any(axis=other)) for other in ((1, 2), (0, 2), (0, 1))]
    if not axes[0].size:
        return []
    box = tuple(slice(int(a[0]), int(a[-1]) + 1) for a in axes)
    corner = np.array([s.start for s in box])
    image = sitk.GetImageFromArray(doubtful[box].astype(np.uint8))
    clusters = sitk.GetArrayViewFromImage(sitk.ConnectedComponent(image, True))
    points = np.argwhere(doubtful[box])
    members = clusters[tuple(points.T)]
    weights = review[box][tuple(points.T)] / 100
    scores = np.bincount(members, weights)
    spots = []
    for cluster in np.argsort(-scores, kind="stable")[:MAX_SPOTS]:
        own = members == cluster
        if not own.any():  # component 0 is the background
            continue
        # A member, as the centre of a bent cluster may lie outside it.
        away = ((points[own] - points[own].mean(0)) ** 2).sum(1)
        z, y, x = (points[own][away.argmin()] + corner).tolist()
        score = round(float(scores[cluster]), 2)
        spots.append({"ijk": [x, y, z], "size_voxels": int(own.sum()), "score": score})
    return spots
