"""What plain pictures declare: PNG, JPEG and BMP files. ITK decodes them.

What is damaged in the compressed pixels of PNG and TIFF files, ITK refuses; of JPEG files its
library only complains (see ``complains``).
"""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semigda.reading.errors import check_plausible, damaged, truncated, unreadable
from semigda_core.errors import SemiGDAError

PNG_START = b"\x89PNG\r\n\x1a\n"
_MOST_PIXELS = 1 << 31
_COMPLAINTS = re.compile(
    rb"corrupt|premature|truncat|not enough|data check|decoding error|wrong length|bad code",
    re.IGNORECASE,
)
_JPEG_SIZES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


@dataclass(frozen=True)
class Picture:
    """How to read a picture.

    Attributes:
        bytes: of its pixels, as declared.
        copy: a changed copy to read in its place, or None.
        divisor: what the values of the copy are to be divided by.
        first_value: only the first of several values a pixel is wanted.
        inverted: 0 is white.
    """

    bytes: int
    copy: Path | None = None
    divisor: int = 1
    first_value: bool = False
    inverted: bool = False

    def values(self, array: np.ndarray) -> np.ndarray:
        """The pixels (z, y, x) or (z, y, x, n) that ITK has read, as they are meant."""
        if self.first_value and array.ndim == 4:
            array = array[..., 0]
        if self.divisor > 1:
            array = array // self.divisor
        if self.inverted and array.dtype.kind == "u" and array.ndim == 3:
            array = np.iinfo(array.dtype).max - array
        return array


def complains(text: bytes) -> bool:
    """Whether a decoder printed that what it decoded is damaged."""
    return _COMPLAINTS.search(text) is not None


def check_png(path: Path, labels: bool, work: Path) -> Picture:
    """A PNG file. For ``labels`` its values come as they are stored, and a palette's indices in
    place of its colours.

    Raises:
        SemiGDAError: "bad-input".
    """
    data = path.read_bytes()
    chunks = _png_chunks(data)
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise unreadable()
    width, height, bits, colours = struct.unpack(">IIBB", chunks[0][1][:10])
    size = _checked(width, height, 4 * max(1, bits // 8))
    packed = sum(len(content) for name, content in chunks if name == b"IDAT")
    if width * height * bits // 8 > packed * 1040:
        raise truncated()
    spread = 255 // (2 ** min(bits, 8) - 1)  # how ITK spreads fewer bits over 0 to 255
    if colours != 3 or not labels:
        return Picture(size, divisor=spread if labels else 1)
    # The same pixels as grey values are the indices.
    header = bytearray(chunks[0][1])
    header[9] = 0
    kept = [(name, content) for name, content in chunks if name in (b"IDAT", b"IEND")]
    copy = work / "indices.png"
    copy.write_bytes(PNG_START + b"".join(_png_chunk(*c) for c in [(b"IHDR", header), *kept]))
    return Picture(size, copy, divisor=spread)


def _png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Names and contents up to the end, their check sums checked."""
    chunks: list[tuple[bytes, bytes]] = []
    at = len(PNG_START)
    while True:
        if at + 12 > len(data):
            raise truncated()
        length = struct.unpack(">I", data[at : at + 4])[0]
        name, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        stop = at + 8 + length
        if stop + 4 > len(data):
            raise truncated()
        critical = name[:1].isupper()
        if critical and zlib.crc32(name + content) != struct.unpack(">I", data[stop : stop + 4])[0]:
            raise damaged("The picture is damaged: a check sum in it is wrong")
        chunks.append((name, content))
        at = stop + 4
        if name == b"IEND":
            return chunks


def _png_chunk(name: bytes, content: bytes) -> bytes:
    sum_ = struct.pack(">I", zlib.crc32(name + bytes(content)))
    return struct.pack(">I", len(content)) + name + bytes(content) + sum_


def check_jpeg(path: Path) -> Picture:
    """A JPEG file. Where its end is missing, its decoder complains.

    Raises:
        SemiGDAError: "bad-input".
    """
    data = path.read_bytes()
    at = 2
    while True:
        at = data.find(b"\xff", at)
        while 0 <= at < len(data) - 1 and data[at + 1] == 0xFF:
            at += 1  # fill bytes
        if at < 0 or at + 4 > len(data):
            raise truncated()
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if marker in _JPEG_SIZES:
            if at + 10 > len(data):
                raise truncated()
            height, width, samples = struct.unpack(">HHB", data[at + 5 : at + 10])
            break
        if marker in (0xDA, 0xD9):
            raise unreadable()
        at += 2 if marker == 0x01 or 0xD0 <= marker <= 0xD7 else 2 + length
    size = _checked(width, height, max(1, samples))
    check_plausible(size, len(data))
    return Picture(size)


def check_bmp(path: Path, labels: bool, work: Path) -> Picture:
    """A BMP file. The palette's indices come in place of its colours for ``labels``.

    Raises:
        SemiGDAError: "bad-input".
    """
    data = path.read_bytes()
    try:
        start, header = struct.unpack("<I4xI", data[10:14] + bytes(4) + data[14:18])
        if header < 40:
            raise unreadable()
        width, height = struct.unpack("<ii", data[18:26])
        bits, packing = struct.unpack("<HI", data[28:34])
        colours = struct.unpack("<I", data[46:50])[0]
    except struct.error as error:
        raise truncated() from error
    height = abs(height)  # negative: the first row is the upper one
    size = _checked(width, height, 4)
    if bits not in (8, 24, 32) or packing not in (0, 1):
        raise SemiGDAError(
            "bad-input",
            "The picture is a BMP file of a kind that cannot be read.",
            action="Save it as PNG and use that.",
        )
    if packing == 0 and start + (width * bits + 31) // 32 * 4 * height > len(data):
        raise truncated()
    if packing == 1:
        _check_runs(data[start:], width, height)
    if bits != 8 or not labels:
        return Picture(size)
    changed = bytearray(data)
    palette = 14 + header
    for index in range(min(colours or 256, 256, (start - palette) // 4)):
        changed[palette + 4 * index : palette + 4 * index + 3] = bytes([index] * 3)
    copy = work / "indices.bmp"
    copy.write_bytes(changed)
    return Picture(size, copy, first_value=True)


def _check_runs(data: bytes, width: int, height: int) -> None:
    """Whether run-length coded pixels come to their end."""
    at = 0
    while True:
        if at + 2 > len(data):
            raise truncated()
        count, value = data[at], data[at + 1]
        at += 2
        if count == 0 and value == 1:
            return
        if count == 0 and value == 2:
            at += 2
        elif count == 0 and value > 2:
            at += value + value % 2


def _checked(width: int, height: int, values: int) -> int:
    if width <= 0 or height <= 0 or width * height > _MOST_PIXELS:
        raise unreadable()
    return width * height * values
