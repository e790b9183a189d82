"""Which values of an image the network sees as black and as white."""

from __future__ import annotations

import numpy as np

from semigda.data.volumes import sampled
from semigda_core.errors import SemiGDAError

# What float32, in which networks compute, holds and tells apart: by more than ten steps
# between black and white.
_LARGEST, _SMALLEST, _PRECISION = 1e38, 1e-30, 1e-6


def intensity_range(array: np.ndarray, rule: dict) -> tuple[float, float]:
    """The values of (z, y, x[, channels]) that become -1 and 1 by a card's intensity rule.

    Raises:
        SemiGDAError: "bad-input" for values that are no picture's under the rule "8-bit", or that
            float32 does not tell apart under another one.
    """
    if rule["rule"] == "ct-window":
        return float(rule["low"]), float(rule["high"])
    if rule["rule"] == "8-bit":
        return 0.0, white_of(array)
    low, high = np.percentile(sampled(array), (rule["low"], rule["high"]))
    if low >= high:  # nearly all voxels are equal: only the full range is meaningful
        low, high = min(p.min() for p in array), max(p.max() for p in array)
    low, high = float(low), float(high)
    largest = max(abs(low), abs(high))
    if largest > _LARGEST or high - low < max(_SMALLEST, _PRECISION * largest):
        raise SemiGDAError(
            "bad-input",
            "The image's values are too large, or too close together, to be computed with.",
            action="Rescale its values, for example to the range from 0 to 1000.",
        )
    return low, high


def white_of(array: np.ndarray) -> float:
    """The value that is white in a picture, 255 in one of 8 bits.

    A picture of 16 bits may hold 8 (times 257 or 256: as dark as they were), 12 in the lower bits,
    or all 16: its white is the highest value of the fewest bits that hold it. Fractions up to 1 are
    shares of white.

    Raises:
        SemiGDAError: "bad-input" for negative values, fractions above 255, and more than 16 bits.
    """
    if array.dtype == np.uint8:
        return 255.0
    low, high = (float(f(array)) for f in (np.min, np.max))
    whole = array.dtype.kind in "ui"
    if low >= 0 and not whole and high <= 1:
        return 1.0
    if low < 0 or high > (65535 if whole else 255):
        raise SemiGDAError(
            "bad-input",
            "The model takes pictures; this image has values that no picture of 8 or 16 bits has.",
            action="Convert the image to 8 bit, or choose another model.",
        )
    if high <= 255:
        return 255.0
    for step in (257, 256):
        if all(not (plane % step).any() for plane in array):
            return 255.0 * step
    return float(2 ** int(high).bit_length() - 1)
