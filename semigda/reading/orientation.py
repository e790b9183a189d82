"""Whether a camera's picture is to be shown turned."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_HEAD = 1 << 17  # EXIF stands in the first 64 kB
_EXIF, _PIXELS = b"\xe1", b"\xda"  # markers
_ORIENTATION, _UPRIGHT = 0x0112, 1


def orientation(path: Path) -> int:
    """How a JPEG or PNG file says (EXIF) that other programs show it, 1 (as stored) to 8; ITK, and
    Slicer with it, shows its pixels as they are stored."""
    try:
        with open(path, "rb") as file:
            data = file.read(_HEAD)
    except OSError:
        return _UPRIGHT
    if data.startswith(b"\x89PNG") and (found := data.find(b"eXIf")) > 0:
        return _orientation(data[found + 4 :])
    at = 2 if data[:2] == b"\xff\xd8" else len(data)
    while data[at : at + 1] == b"\xff" and data[at + 1 : at + 2] != _PIXELS:
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1 : at + 2] == _EXIF and data[at + 4 : at + 10] == b"Exif\0\0":
            return _orientation(data[at + 10 : at + 2 + size])
        at += 2 + size
    return _UPRIGHT


def _orientation(exif: bytes) -> int:
    """From 1 to 8; 1 if it says nothing."""
    order: Literal["little", "big"] = "little" if exif[:2] == b"II" else "big"

    def number(start: int, size: int) -> int:
        return int.from_bytes(exif[start : start + size], order)

    first = number(4, 4)
    for entry in range(first + 2, min(first + 2 + 12 * number(first, 2), len(exif)), 12):
        if number(entry, 2) == _ORIENTATION:
            return number(entry + 8, 2) or _UPRIGHT
    return _UPRIGHT
