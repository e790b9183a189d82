"""JPEG files. The library only complains about damaged pixels, see ``picture.complains``."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

from semigda.reading.errors import check_plausible, truncated, unreadable
from semigda.reading.picture import Picture, checked_size, read_picture
from semigda.reading.request import Budget, Request

_SIZES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


def begins(start: bytes) -> bool:
    return start.startswith(b"\xff\xd8\xff")


def read(request: Request, budget: Budget) -> dict[str, Any]:
    picture = check_jpeg(request.path)
    return read_picture(request, budget, picture, "JPEGImageIO", ".jpeg")


def check_jpeg(path: Path) -> Picture:
    """A JPEG file. If its end is missing, the decoder complains.

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
        if marker in _SIZES:
            if at + 10 > len(data):
                raise truncated()
            height, width, samples = struct.unpack(">HHB", data[at + 5 : at + 10])
            break
        if marker in (0xDA, 0xD9):
            raise unreadable()
        at += 2 if marker == 0x01 or 0xD0 <= marker <= 0xD7 else 2 + length
    size = checked_size(width, height, max(1, samples))
    check_plausible(size, len(data))
    return Picture(size)
