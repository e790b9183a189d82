"""Whether a label's edges are grey: it was resized, turned or compressed like a photograph.

Its greys are no classes. They would be asked about one by one, and the darkest ones taken for the
classes 1, 2 and 3.
"""

from __future__ import annotations

import numpy as np

from semigda_core.errors import SemiGDAError

_LEAST_WHITE = 32  # smaller values number the classes, and nobody sees greys in them
_SURELY_WHITE = 128  # of less, a single inner value that is no grey shows that values are numbers
_FEWEST = 3  # greys: a picture halved bilinearly has so many
_ALONE = 0.1  # of a grey's voxels lie among their like
_ENDS = slice(1, 9), slice(247, 255)  # where JPEG leaves greys in a black and white picture


def refuse_smoothed(labels: np.ndarray) -> None:
    """Refuse whole values uint8 (z, y, x) most of which are greys at the edges of others.

    Raises:
        SemiGDAError: "bad-input" that names one.
    """
    counts = np.bincount(labels.ravel(), minlength=256)
    values = np.flatnonzero(counts)
    inner = values[(values > 0) & (values < values[-1])]
    if values[-1] < _LEAST_WHITE or len(inner) < _FEWEST:
        return
    low, high = _beside(labels)
    among = np.bincount(labels[low == high], minlength=256)
    greys = inner[among[inner] < _ALONE * counts[inner]]
    share = 2 if values[-1] >= _SURELY_WHITE else 1
    if len(greys) < max(_FEWEST, len(inner) / share):
        return
    # Landmarks and thin structures are alone too, but no step from a lower to a higher value; and
    # a few voxels of small ones are no edge of what is white.
    steps = np.bincount(labels[(low < labels) & (labels < high)], minlength=256)
    edge = np.count_nonzero((labels == values[-1]) & (low < labels))
    along = among[values[-1]] and counts[greys].sum() > edge / 2
    smoothed = along and steps[greys].sum() > counts[greys].sum() / 2
    compressed = all(np.count_nonzero(counts[end]) >= _FEWEST for end in _ENDS)
    if smoothed or compressed:
        raise SemiGDAError(
            "bad-input",
            f"The label holds greys between its values, such as {greys[len(greys) // 2]}: it was "
            "smoothed when it was resized or turned, or was a JPEG picture.",
            action="Take the label as it was before. If it is of one class, you can make it black "
            "and white again: what is darker than 128 black, all else white.",
        )


def _beside(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest value of each voxel and those beside it along the axes."""
    low, high = labels.copy(), labels.copy()
    for axis in range(labels.ndim):
        ends = [slice(None)] * labels.ndim
        ends[axis] = slice(1, None)
        after = tuple(ends)
        ends[axis] = slice(None, -1)
        before = tuple(ends)
        for here, there in ((before, after), (after, before)):
            np.minimum(low[here], labels[there], out=low[here])
            np.maximum(high[here], labels[there], out=high[here])
    return low, high
