"""A label that a model made in a region: of what lies outside, nobody knows anything."""

from __future__ import annotations

from semigda_core.jobs.region import read_region_text
from semigda_core.labels.finished import IGNORE_TAG
from semigda_core.labels.provenance import PREFIXES, REGION
from semigda_core.project.cases.sending import only_a_region
from SemiGDALib import matrices
from SemiGDALib.train.slices.ignored import describedIgnored


def ignoreOutside(labels, segments, volumeNode) -> None:
    """Make what lies outside of the regions that segments were made in, where nothing is drawn, an
    ignored segment instead of background. In place; no segment says a region any more.

    Args:
        labels: uint8 (z, y, x) on the volume's grid.
        segments: what its values are, as :func:`SemiGDALib.train.scene_files.labelsOn` says.

    Raises:
        SemiGDAError: "bad-input" if most of what is drawn lies outside: then the image has moved
            since, or the label has become another one.
    """
    import numpy as np

    regions = {text for one in segments for key, text in one["tags"].items() if key in _KEYS}
    if not regions:
        return
    outside = np.zeros(labels.shape, bool)
    for text in regions:
        outside |= ~_inside(read_region_text(text), volumeNode)
    drawn = np.isin(labels, [one["value"] for one in segments if not one["ignored"]])
    if 2 * (drawn & outside).sum() > drawn.sum():
        raise only_a_region()
    labels[outside & (labels == 0)] = _ignored(segments)
    forget(segments)


def forget(segments) -> None:
    """No segment says in which region it was made: the whole image has been looked at."""
    for one in segments:
        for key in _KEYS:
            one["tags"].pop(key, None)


_KEYS = tuple(prefix + REGION for prefix in PREFIXES)


def _ignored(segments) -> int:
    """The value of the ignored segment, which is made if there is none."""
    found = [one["value"] for one in segments if one["ignored"]]
    if found:
        return found[0]
    value = len(segments) + 1
    segments.append({**describedIgnored(value), "tags": {IGNORE_TAG: "1"}, "ignored": True})
    return value


def _inside(region: dict, volumeNode):
    """Which voxels (z, y, x) have their middle inside, as the engine does it; of an image of one
    slice, those of the rectangle that it shows from the front."""
    import numpy as np
    import slicer

    toRas = slicer.util.arrayFromVTKMatrix(matrices.ijkToRas(volumeNode))
    toLps = np.diag([-1.0, -1, 1, 1]) @ toRas
    inverse = np.linalg.inv(toLps)
    axes = np.array(region["axes"], float)
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    middle = inverse[:3, :3] @ region["center"] + inverse[:3, 3]
    edges = inverse[:3, :3] @ (axes.T * np.array(region["size"], float) / 2)  # columns, half
    i, j, k = volumeNode.GetImageData().GetDimensions()
    if k == 1:
        through = int(np.argmax(np.abs(edges[2]) / np.linalg.norm(edges, axis=0)))
        edges[2], edges[:, through], middle[2] = 0, (0, 0, 1), 0
    turned = np.linalg.inv(edges)
    rows, columns = np.mgrid[:j, :i]
    found = np.empty((k, j, i), bool)
    for z, plane in enumerate(found):  # never all: positions are larger than the image
        plane[:] = True
        for (byX, byY, byZ), offset in zip(turned, turned @ middle, strict=True):
            plane &= np.abs(byX * columns + byY * rows + byZ * z - offset) <= 1 + 1e-6
    return found
