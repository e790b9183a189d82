"""Plain pictures: the format's module checks what they declare, and ITK decodes them.

ITK refuses damaged pixels in PNG and TIFF files; about JPEG files its library only complains (see
``complains``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semigda.reading import itk
from semigda.reading.errors import unreadable
from semigda.reading.request import Budget, Request, write_image
from semigda_core.errors import SemiGDAError

_MOST_PIXELS = 1 << 31
_COMPLAINTS = re.compile(
    rb"corrupt|premature|truncat|not enough|data check|decoding error|wrong length|bad code",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Picture:
    """How to read a picture.

    Attributes:
        bytes: of its pixels, as declared.
        copy: a changed copy to read instead, or None.
        divisor: divides the values of the copy.
        first_value: whether only the first of several values a pixel is used.
        inverted: whether 0 is white.
        transparent: whether the copy's pixels are the bytes of a grey value and of its alpha: two
            in a number, or four in as many colours.
        black: the black ones of a label's palette if its first colour, the background, is another.
    """

    bytes: int
    copy: Path | None = None
    divisor: int = 1
    first_value: bool = False
    inverted: bool = False
    transparent: bool = False
    black: tuple[int, ...] = ()

    def values(self, array: np.ndarray) -> np.ndarray:
        """The intended pixels (z, y, x) or (z, y, x, n), from those that ITK has read."""
        if self.transparent and array.ndim == 3:
            return (array >> 8).astype(np.uint8)
        if self.transparent:
            return array[..., 0].astype(np.uint16) << 8 | array[..., 1]
        if self.first_value and array.ndim == 4:
            array = array[..., 0]
        if self.divisor > 1:
            array = array // self.divisor
        if self.inverted and array.dtype.kind == "u" and array.ndim == 3:
            array = np.iinfo(array.dtype).max - array
        return array

    def label_values(self, array: np.ndarray) -> np.ndarray:
        """:meth:`values` of a label. Raises SemiGDAError "bad-input" if its background may be
        another than the value 0: nothing else would show that."""
        found = self.values(array)
        if self._hides_a_colour(array):
            raise SemiGDAError(
                "bad-input",
                "The label has pixels that are transparent and not black.",
                action="Save it without transparency, on a black background.",
            )
        if self.black and np.isin(found, self.black).any():
            raise SemiGDAError(
                "bad-input",
                "The label has a palette that does not begin with its background, black.",
                action="Save it in RGB colours, or with black as the first colour of its palette.",
            )
        return found

    def _hides_a_colour(self, array: np.ndarray) -> bool:
        """Whether a pixel is transparent and not black, among others that are not transparent."""
        if self.transparent and array.ndim == 3:
            colour, alpha = array >> 8, array & 255
        elif self.transparent:
            colour, alpha = array[..., :2].max(axis=-1), array[..., 2:].max(axis=-1)
        elif array.ndim == 4 and array.shape[-1] == 4 and not self.first_value:
            colour, alpha = array[..., :3].max(axis=-1), array[..., 3]
        else:
            return False
        return bool(alpha.any() and ((alpha == 0) & (colour != 0)).any())


def black_in(palette: Iterable[tuple[int, int, int]]) -> tuple[int, ...]:
    """The black colours of a palette; none if the first one is."""
    black = tuple(number for number, colour in enumerate(palette) if not any(colour))
    return () if 0 in black else black


def complains(text: bytes) -> bool:
    """Whether a decoder printed that its input is damaged."""
    return _COMPLAINTS.search(text) is not None


def read_picture(
    request: Request, budget: Budget, picture: Picture, image_io: str, ending: str
) -> dict[str, Any]:
    """Decode a checked picture.

    Args:
        image_io, ending: ITK's name of the reader, and the ending that it expects.
    """
    budget(request.path.stat().st_size, picture.bytes)
    image = itk.read(picture.copy or request.private_name(ending), image_io)
    values = picture.label_values if request.labels else picture.values
    return {**write_image(request, image, np.eye(4), values), "picture": True}


def checked_size(width: int, height: int, values: int) -> int:
    """Bytes of this many pixels. Raises SemiGDAError "bad-input" for impossible sizes."""
    if width <= 0 or height <= 0 or width * height > _MOST_PIXELS:
        raise unreadable()
    return width * height * values
