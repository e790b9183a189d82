"""BMP files: palette or colours, run-length coded or plain."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from semigda.reading.errors import truncated, unknown_kind, unreadable
from semigda.reading.picture import Picture, black_in, checked_size, read_picture
from semigda.reading.request import Budget, Request


def begins(start: bytes) -> bool:
    return start.startswith(b"BM") and len(start) > 30


def read(request: Request, budget: Budget) -> dict[str, Any]:
    picture = check_bmp(request.path, request.labels, request.work)
    return read_picture(request, budget, picture, "BMPImageIO", ".bmp")


def check_bmp(path: Path, labels: bool, work: Path) -> Picture:
    """A BMP file; one whose palette is of greys is grey. For ``labels`` the palette's indices are
    read instead of its colours.

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
    size = checked_size(width, height, 4)
    if bits not in (8, 24, 32) or packing not in (0, 1):
        raise unknown_kind("BMP")
    if packing == 0 and start + (width * bits + 31) // 32 * 4 * height > len(data):
        raise truncated()
    if packing == 1:
        _check_runs(data[start:])
    if bits != 8:
        return Picture(size)
    palette = 14 + header
    count = min(colours or 256, 256, (start - palette) // 4)
    entries = data[palette : palette + 4 * count]
    if not labels:
        return Picture(size, first_value=entries[::4] == entries[1::4] == entries[2::4])
    changed = bytearray(data)
    black = black_in(zip(entries[::4], entries[1::4], entries[2::4], strict=False))
    for index in range(count):
        changed[palette + 4 * index : palette + 4 * index + 3] = bytes([index] * 3)
    copy = work / "indices.bmp"
    copy.write_bytes(changed)
    return Picture(size, copy, first_value=True, black=black)


def _check_runs(data: bytes) -> None:
    """Whether run-length coded pixels are complete."""
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
