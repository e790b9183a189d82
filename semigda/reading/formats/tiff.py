"""What a TIFF file declares. Its directories are checked here before ITK decodes it."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from semigda.reading.errors import (
    check_plausible,
    damaged,
    truncated,
    unknown_kind,
    unreadable,
)
from semigda.reading.picture import Picture, black_in, read_picture
from semigda.reading.request import Budget, Request
from semigda_core.errors import SemiGDAError

_WIDTH, _HEIGHT, _BITS, _PACKING, _COLOURS = 256, 257, 258, 259, 262
_STRIPS, _SAMPLES, _ROWS, _STRIP_BYTES, _PLANES = 273, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES = 322, 323, 324, 325
_ORIENTATION, _PALETTE_COLOURS, _NUMBERS, _DESCRIPTION = 274, 320, 339, 270
_FORMATS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}  # the whole numbers among the types
_TEXT = {2: "s"}
# How many pages there are of each kind, as ImageJ and OME describe it.
_COUNTS = re.compile(rb'^(channels|slices|frames)=(\d+)|\bSize([CZT])="(\d+)"', re.MULTILINE)
_KINDS_OF_PAGES = {b"channels": b"C", b"slices": b"Z", b"frames": b"T"}
_WANTED = {
    _WIDTH,
    _HEIGHT,
    _BITS,
    _PACKING,
    _COLOURS,
    _STRIPS,
    _SAMPLES,
    _ROWS,
    _STRIP_BYTES,
    _PLANES,
    _TILE_WIDTH,
    _TILE_HEIGHT,
    _TILES,
    _TILE_BYTES,
    _ORIENTATION,
    _PALETTE_COLOURS,
    _NUMBERS,
}
_MOST_PAGES, _MOST_TAGS, _MOST_PIXELS = 65_536, 4096, 1 << 31
_WHITE_IS_ZERO, _BLACK_IS_ZERO, _PALETTE = 0, 1, 3
_UPRIGHT = (1, 4)  # from the top or from the bottom: ITK gets no other right
_WHOLE, _REAL = (1, 2, 4), 3  # kinds of numbers


def begins(start: bytes) -> bool:
    return start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def read(request: Request, budget: Budget) -> dict[str, Any]:
    picture = check_tiff(request.path, request.labels, request.work)
    return read_picture(request, budget, picture, "TIFFImageIO", ".tiff")


class _Tiff:
    """A file and its byte order."""

    def __init__(self, file: BinaryIO, size: int):
        self.file, self.size = file, size
        start = file.read(16)
        self.order = "<" if start[:2] == b"II" else ">"
        self.big = struct.unpack(self.order + "H", start[2:4])[0] == 43
        try:
            self.first = self._unpack("8xQ" if self.big else "4xI", start)
        except struct.error as error:
            raise truncated() from error

    def _unpack(self, kind: str, data: bytes) -> int:
        return struct.unpack_from(self.order + kind, data)[0]

    def _read(self, at: int, count: int) -> bytes:
        if at + count > self.size:
            raise truncated()
        self.file.seek(at)
        return self.file.read(count)

    def page(self, at: int) -> tuple[dict[int, tuple[Any, ...]], int, int | None]:
        """Tags of a directory, the offset of the next one (0: none), and of the colour tag's
        value."""
        count_size, entry, inline = (8, 20, 8) if self.big else (2, 12, 4)
        count = self._unpack("Q" if self.big else "H", self._read(at, count_size))
        if not 0 < count <= _MOST_TAGS:
            raise unreadable()
        data = self._read(at + count_size, count * entry)
        tags: dict[int, tuple[Any, ...]] = {}
        colours = None
        for number in range(count):
            place = number * entry
            tag, kind = struct.unpack_from(self.order + "HH", data, place)
            many = self._unpack("Q" if self.big else "I", data[place + 4 :])
            formats = _TEXT if tag == _DESCRIPTION else _FORMATS if tag in _WANTED else {}
            if kind not in formats:
                continue
            length = struct.calcsize(formats[kind]) * many
            if length > self.size:
                raise truncated()
            value = data[place + entry - inline : place + entry]
            if length > inline:
                value = self._read(self._unpack("Q" if self.big else "I", value), length)
            tags[tag] = struct.unpack_from(f"{self.order}{many}{formats[kind]}", value)
            if tag == _COLOURS and kind == 3 and many == 1:
                colours = at + count_size + place + entry - inline
        end = at + count_size + count * entry
        if end + inline > self.size:
            return tags, 0, colours
        return tags, self._unpack("Q" if self.big else "I", self._read(end, inline)), colours


def check_tiff(path: Path, labels: bool, work: Path) -> Picture:
    """A TIFF file with one or more pages. For ``labels`` values are read as stored, and a palette's
    indices instead of its colours.

    Raises:
        SemiGDAError: "bad-input" for directories in a loop, or pixels beyond the file's end.
    """
    size = path.stat().st_size
    total, palettes = 0, []
    seen: set[int] = set()
    first: dict[int, tuple[int, ...]] = {}
    with open(path, "rb") as file:
        tiff = _Tiff(file, size)
        at = tiff.first
        while at:
            if at in seen or len(seen) > _MOST_PAGES:
                raise damaged("The TIFF file is damaged: its pages lead back to each other")
            seen.add(at)
            tags, at, colours = tiff.page(at)
            first = first or tags
            total += _check_page(tags, size)
            if _kind(tags) != _kind(first):
                raise SemiGDAError(
                    "bad-input",
                    "The pages of the TIFF file differ in size or kind.",
                    action="Save the page that you mean as PNG and use that.",
                )
            if tags.get(_COLOURS) == (_PALETTE,) and colours is not None:
                palettes.append(colours)
    if not first:
        raise unreadable()
    check_plausible(total, size)
    _check_kind(first, len(seen))
    bits = first.get(_BITS, (1,))[0]
    grey = first.get(_COLOURS) in ((_WHITE_IS_ZERO,), (_BLACK_IS_ZERO,))
    if bits < 8 or _TILES in first:  # ITK spreads them over 0 to 255, as colours
        spread = 255 // (2 ** min(bits, 8) - 1)
        plain = Picture(4 * total, divisor=spread if labels else 1, first_value=grey)
    else:
        plain = Picture(4 * total, inverted=first.get(_COLOURS) == (_WHITE_IS_ZERO,))
    if not (labels and palettes and bits <= 8):
        return plain
    changed = bytearray(path.read_bytes())
    for place in palettes:
        changed[place : place + 2] = struct.pack(tiff.order + "H", _BLACK_IS_ZERO)
    copy = work / "indices.tiff"
    copy.write_bytes(changed)
    entries = first.get(_PALETTE_COLOURS, ())
    size = len(entries) // 3
    red, green, blue = entries[:size], entries[size : 2 * size], entries[2 * size :]
    black = black_in(zip(red, green, blue, strict=False))
    return replace(plain, copy=copy, first_value=True, black=black)


def _kind(tags: dict[int, tuple[int, ...]]) -> list[tuple[int, ...] | None]:
    same = (_WIDTH, _HEIGHT, _BITS, _COLOURS, _SAMPLES, _ORIENTATION, _NUMBERS)
    return [tags.get(tag) for tag in same]


def _check_kind(tags: dict[int, tuple[Any, ...]], pages: int) -> None:
    """Refuse what ITK reads wrongly in silence: grey values with more values beside them, real
    numbers of 16 bits, pictures that lie on their side, more than the 8 upper bits of tiles or of
    colours apart, tiles of a second page, and pages of several channels, or of times and slices."""
    grey = tags.get(_COLOURS, (_BLACK_IS_ZERO,))[0] in (_WHITE_IS_ZERO, _BLACK_IS_ZERO, _PALETTE)
    numbers, bits = tags.get(_NUMBERS, (1,))[0], tags.get(_BITS, (1,))[0]
    apart = _TILES in tags or tags.get(_PLANES) == (2,)
    if (
        (apart and (bits > 8 or numbers != 1))
        or (_TILES in tags and pages > 1)
        or (grey and tags.get(_SAMPLES, (1,))[0] > 1)
        or (numbers not in _WHOLE and (numbers, bits) != (_REAL, 32))
        or tags.get(_ORIENTATION, (1,))[0] not in _UPRIGHT
    ):
        raise unknown_kind("TIFF")
    if pages > 1 and grey and _are_mixed(tags.get(_DESCRIPTION, (b"",))[0]):
        raise SemiGDAError(
            "bad-input",
            "The pages of the TIFF file are of several channels, or of slices at several times.",
            action="Save the channel or time that you mean as a file of its own.",
        )


def _are_mixed(description: bytes) -> bool:
    counts = {}
    for word, number, letter, count in _COUNTS.findall(description):
        counts[letter or _KINDS_OF_PAGES[word]] = int(number or count)
    return counts.get(b"C", 1) > 1 or min(counts.get(b"Z", 1), counts.get(b"T", 1)) > 1


def _check_page(tags: dict[int, tuple[int, ...]], size: int) -> int:
    """Bytes of the page's pixels."""
    try:
        width, height = tags[_WIDTH][0], tags[_HEIGHT][0]
        samples, bits = tags.get(_SAMPLES, (1,))[0], tags.get(_BITS, (1,))[0]
        starts = tags.get(_TILES) or tags[_STRIPS]
        lengths = tags.get(_TILE_BYTES) or tags.get(_STRIP_BYTES)
    except (KeyError, IndexError) as error:
        raise unreadable() from error
    if not 0 < width * height <= _MOST_PIXELS or not 0 < samples <= 64 or not 0 < bits <= 64:
        raise unreadable()
    separate = tags.get(_PLANES) == (2,)
    planes, together = (samples, 1) if separate else (1, samples)
    if _TILES in tags:
        across, down = tags.get(_TILE_WIDTH, (0,))[0], tags.get(_TILE_HEIGHT, (0,))[0]
        if not across or not down:
            raise unreadable()
        row, height_of_one, columns = (across * together * bits + 7) // 8, down, -(-width // across)
    else:
        row, columns = (width * together * bits + 7) // 8, 1
        height_of_one = min(tags.get(_ROWS, (height,))[0], height) or height
    down = -(-height // height_of_one)
    if len(starts) < columns * down * planes:
        raise truncated()
    # The last strip has the rest of the rows; tiles are all complete.
    rest = height_of_one if _TILES in tags else height - (down - 1) * height_of_one
    rows = ([height_of_one] * (down - 1) + [rest]) * columns * planes
    plain = tags.get(_PACKING, (1,))[0] == 1
    if lengths is None and plain and len(starts) == 1:
        lengths = (row * sum(rows),)  # may be missing for a single strip
    if lengths is None or len(lengths) < len(rows):
        raise truncated()
    for start, length, count in zip(starts, lengths, rows, strict=False):
        if not length or start + length > size or plain and length < row * count:
            raise truncated()
    return row * sum(rows)
