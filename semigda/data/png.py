"""Pictures as PNG files, and back."""

from __future__ import annotations

import struct
import zlib

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KIND = (8, 2, 0, 0, 0)  # bits a channel, RGB, and the only compression, filters and order


def png(picture: np.ndarray) -> bytes:
    """A picture (H, W, 3) uint8 as a PNG file."""
    height, width = picture.shape[:2]

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    lines = np.zeros((height, 1 + 3 * width), dtype=np.uint8)  # each begins with its filter: none
    lines[:, 1:] = picture.reshape(height, -1)
    return (
        _SIGNATURE
        + chunk(b"IHDR", struct.pack(">II5B", width, height, *_KIND))
        + chunk(b"IDAT", zlib.compress(lines.tobytes()))
        + chunk(b"IEND", b"")
    )


def read_png(data: bytes, height: int, width: int) -> np.ndarray | None:
    """The picture (height, width, 3) that :func:`png` wrote; None for any other file."""
    head = _SIGNATURE + struct.pack(">I4sII5B", 13, b"IHDR", width, height, *_KIND)
    start, size = len(head) + 12, height * (1 + 3 * width)
    if not data.startswith(head):
        return None
    try:
        lines = zlib.decompressobj().decompress(data[start:], size)
    except zlib.error:
        return None
    if len(lines) != size:
        return None
    pixels = np.frombuffer(lines, np.uint8).reshape(height, 1 + 3 * width)
    return None if pixels[:, 0].any() else pixels[:, 1:].reshape(height, width, 3)
