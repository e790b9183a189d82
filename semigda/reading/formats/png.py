"""PNG files: chunks with checksums; ITK refuses damaged pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from semigda.reading.errors import damaged, truncated, unreadable
from semigda.reading.picture import Picture, black_in, checked_size, read_picture
from semigda.reading.request import Budget, Request

_START = b"\x89PNG\r\n\x1a\n"
_GREY, _PALETTE, _GREY_ALPHA, _RGBA = 0, 3, 4, 6  # kinds of pixels


def begins(start: bytes) -> bool:
    return start.startswith(_START)


def read(request: Request, budget: Budget) -> dict[str, Any]:
    picture = check_png(request.path, request.labels, request.work)
    return read_picture(request, budget, picture, "PNGImageIO", ".png")


def check_png(path: Path, labels: bool, work: Path) -> Picture:
    """A PNG file. For ``labels`` values are read as stored, and a palette's indices instead of its
    colours; a palette of greys is grey. Of grey values with transparency the grey is read.

    Raises:
        SemiGDAError: "bad-input".
    """
    data = path.read_bytes()
    chunks = _png_chunks(data)
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise unreadable()
    width, height, bits, colours = struct.unpack(">IIBB", chunks[0][1][:10])
    size = checked_size(width, height, 4 * max(1, bits // 8))
    packed = sum(len(content) for name, content in chunks if name == b"IDAT")
    if width * height * bits // 8 > packed * 1040:
        raise truncated()
    spread = 255 // (2 ** min(bits, 8) - 1)  # how ITK spreads fewer bits over 0 to 255
    if colours == _GREY_ALPHA and bits in (8, 16):
        # The same bytes as one grey value of twice the bits, or as four colours, which ITK reads.
        copy = _relabelled(chunks, work, *((16, _GREY) if bits == 8 else (8, _RGBA)))
        return Picture(size, copy, transparent=True)
    parts = dict(chunks)
    if colours == _GREY and b"tRNS" in parts:  # one grey value is transparent
        return Picture(size, _relabelled(chunks, work, bits, _GREY), spread if labels else 1)
    if colours != _PALETTE or not labels:
        entries = parts.get(b"PLTE", b"") if colours == _PALETTE else b""
        grey = bool(entries) and entries[::3] == entries[1::3] == entries[2::3]
        plain = Picture(size, divisor=spread if labels else 1, first_value=grey)
        if b"sBIT" not in parts:
            return plain
        # How many bits counted once; ITK shifts the values by the others.
        kept = parts.keys() - {b"IHDR", b"sBIT"}
        return replace(plain, copy=_relabelled(chunks, work, bits, colours, kept))
    # The same pixels as grey values are the indices.
    entries = parts.get(b"PLTE", b"")
    black = black_in(zip(entries[::3], entries[1::3], entries[2::3], strict=False))
    return Picture(size, _relabelled(chunks, work, bits, _GREY), divisor=spread, black=black)


def _relabelled(
    chunks: list[tuple[bytes, bytes]],
    work: Path,
    bits: int,
    colours: int,
    kept: Collection[bytes] = (b"IDAT", b"IEND"),
) -> Path:
    """A copy of some chunks that may declare its pixels to be of another kind, of as many bits
    together."""
    header = bytearray(chunks[0][1])
    header[8], header[9] = bits, colours
    parts = [(b"IHDR", bytes(header)), *(chunk for chunk in chunks if chunk[0] in kept)]
    copy = work / "relabelled.png"
    copy.write_bytes(_START + b"".join(_png_chunk(name, content) for name, content in parts))
    return copy


def _png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Names and contents up to the end, with verified checksums."""
    chunks: list[tuple[bytes, bytes]] = []
    at = len(_START)
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
