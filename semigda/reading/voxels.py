"""What a volume's header declares, and copying its voxels from file to file, complete and checked.

Compressed data are decompressed in pieces, so memory stays small whatever a file declares, and the
formats' checksums are verified on the way.
"""

from __future__ import annotations

import bz2
import math
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from semigda.reading.errors import damaged, truncated, unreadable
from semigda.reading.request import Whole

MOST_AXES, MOST_VOXELS = 7, 1 << 40  # larger sizes are not images
_PIECE = 1 << 20
_PADDING = 4096  # bytes after the voxels that may be the rest of a block; more belong to voxels
GZIP, ZLIB, DEFLATE = 31, 15, -15  # zlib's names for the three
GZIP_START = b"\x1f\x8b"


@dataclass(frozen=True)
class Part:
    """A stretch of the voxels in a file.

    Attributes:
        start: its first byte; None if it ends with the file.
        lines: text lines to skip before it.
        skip: bytes to skip after that; in compressed data, after decompression.
        alone: whether the file has these voxels, perhaps after the header, and nothing else.
        tail: whether something else follows compressed voxels.
    """

    path: Path
    start: int | None = 0
    lines: int = 0
    skip: int = 0
    alone: bool = True
    tail: bool = False


@dataclass(frozen=True)
class Voxels:
    """Where the voxels of an image are, and how they are encoded.

    Attributes:
        sizes: of all axes in the file's order, fastest first.
        dtype: with its byte order.
        encoding: "raw", "gzip", "zlib", "bzip2", "text" or "hex".
        parts: each with an equal share of the voxels.
    """

    sizes: tuple[int, ...]
    dtype: np.dtype
    encoding: str
    parts: tuple[Part, ...]

    @property
    def count(self) -> int:
        return math.prod(self.sizes)

    @property
    def bytes(self) -> int:
        return self.count * self.dtype.itemsize

    def check_size(self) -> None:
        """Refuse files that are too short for the voxels, before anything is allocated.

        Raises:
            SemiGDAError: "bad-input".
        """
        if len(self.parts) < 1 or self.count % len(self.parts):
            raise unreadable()
        share = self.bytes // len(self.parts)
        # Deflate shrinks at most 1032-fold; bzip2 (of zeros) about 22,000,000-fold.
        most = {"raw": 1, "gzip": 1040, "zlib": 1040, "bzip2": 3e7, "hex": 0.5}
        for part in self.parts:
            try:
                held = part.path.stat().st_size - (part.start or 0)
                held -= part.skip if self.encoding == "raw" else 0
            except OSError as error:
                raise damaged("The file that holds the image's voxels is missing") from error
            if not part.path.is_file():
                raise unreadable()
            if self.encoding == "text":
                enough = held + 1 >= 2 * (self.count // len(self.parts))
            else:
                enough = held * most[self.encoding] >= share
            if not enough:
                raise truncated()

    def copy(self, out: Whole, dtype: np.dtype, slope=1.0, inter=0.0, window=None) -> None:
        """Write the voxels to ``out`` as ``dtype`` in this computer's byte order.

        Args:
            slope, inter: scaling of the values.
            window: (first, last) voxel to write; the others are still checked.

        Raises:
            SemiGDAError: "bad-input" if some are missing or damaged.
            OSError: if ``out`` cannot be written.
        """
        first, last = window or (0, self.count)
        at = 0
        for values in self._values():
            begin, end = max(first - at, 0), min(last - at, len(values))
            at += len(values)
            if begin >= end:
                continue
            values = values[begin:end]
            if (slope, inter) != (1.0, 0.0):
                values = values.astype(np.float64) * slope + inter
            out.write(np.ascontiguousarray(values, dtype).data.cast("B"))

    def _values(self) -> Iterator[np.ndarray]:
        share = self.count // len(self.parts)
        for part in self.parts:
            if self.encoding == "text":
                yield _text_values(part, share, self.dtype)
                continue
            rest = b""
            for piece in _pieces(part, self.encoding, share * self.dtype.itemsize):
                data = rest + piece if rest else piece
                whole = len(data) - len(data) % self.dtype.itemsize
                rest = data[whole:]
                yield np.frombuffer(data, self.dtype, whole // self.dtype.itemsize)


@dataclass(frozen=True)
class Header:
    """The header of a volume file.

    Attributes:
        voxels: where they are.
        geometry: the bytes of a file that tells ITK the geometry alone, without voxels.
        name: what that file must be called.
        values_axis: the voxels' axis that counts several values a voxel, if declared.
        slope, inter: scaling of the stored values, as in ITK.
        frames: whether several values are frames, however many, and no colours.
        unit: of the geometry, if it is another than mm.
        unsaid: what it does not say and is assumed: "sides", "spacing".
    """

    voxels: Voxels
    geometry: bytes
    name: str
    values_axis: int | None = None
    slope: float = 1.0
    inter: float = 0.0
    frames: bool = False
    unit: str = ""
    unsaid: tuple[str, ...] = ()


_UNITS = {
    "m": ("m", "meter", "metre"),
    "cm": ("cm", "centimeter", "centimetre"),
    "µm": ("um", "\u00b5m", "\u03bcm", "micron", "micrometer", "micrometre"),
    "nm": ("nm", "nanometer", "nanometre"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_UNIT_OF |= {f"{word}s": unit for word, unit in _UNIT_OF.items() if len(word) > 2}  # no "ms"


def other_unit(words: Iterable[str]) -> str:
    """The first unit of length other than mm; "" if there is none."""
    known = (_UNIT_OF.get(word.strip().lower()) for word in words)
    return next(filter(None, known), "")


def checked_sizes(sizes) -> tuple[int, ...]:
    """Raises SemiGDAError "bad-input" for impossible sizes; the caller handles 0."""
    sizes = tuple(int(n) for n in sizes)
    if not 1 <= len(sizes) <= MOST_AXES or min(sizes) < 0 or math.prod(sizes) > MOST_VOXELS:
        raise unreadable()
    return sizes


def _pieces(part: Part, encoding: str, expected: int) -> Iterator[bytes]:
    """The voxels in pieces: exactly ``expected`` bytes."""
    with open(part.path, "rb") as file:
        _go_to(file, part, expected)
        if encoding == "hex":
            digits = re.sub(rb"\s+", b"", file.read(4 * expected + _PADDING))
            data = _from_hex(digits[: 2 * expected])
            if len(data) < expected:
                raise truncated()
            yield data
            return
        if encoding == "raw":
            file.seek(part.skip, 1)
            yield from _exactly(_read(file), expected, _PADDING if part.alone else None)
            return
        kind = GZIP if encoding == "gzip" else ZLIB
        unpacked = _bunzipped(file) if encoding == "bzip2" else inflated(file, kind)
        # Everything is unpacked, so that the checksum is known, whatever follows the voxels.
        surplus = math.inf if part.tail else _PADDING
        yield from _exactly(_without(unpacked, part.skip), expected, surplus)


def _go_to(file: BinaryIO, part: Part, expected: int) -> None:
    if part.start is None:
        file.seek(0, 2)
        if file.tell() < expected:
            raise truncated()
        file.seek(-expected, 2)
        return
    file.seek(part.start)
    for _ in range(part.lines):
        if not file.readline():
            raise truncated()


def _exactly(pieces: Iterator[bytes], expected: int, surplus: float | None) -> Iterator[bytes]:
    """The first ``expected`` bytes; ``surplus``: how many more there may be; None: do not check."""
    left = expected
    for piece in pieces:
        if left > 0:
            yield piece[:left]
        left -= len(piece)
        if left < 0 and surplus is None:
            return
        if surplus is not None and left < -surplus:
            raise damaged("The image file is damaged: it holds more voxels than it declares")
    if left > 0:
        raise truncated()


def _without(pieces: Iterator[bytes], skip: int) -> Iterator[bytes]:
    for piece in pieces:
        yield piece[skip:]
        skip = max(skip - len(piece), 0)


def _read(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def inflated(file: BinaryIO, kind: int = GZIP) -> Iterator[bytes]:
    """The content of all members of a gzip file, or of one stream of another kind, in pieces, with
    verified checksums where there are any."""
    engine, fresh, gzip = zlib.decompressobj(kind), True, kind == GZIP
    try:
        for piece in _read(file):
            while piece:
                if engine.eof:  # the next member, or what follows the last
                    if not gzip or not piece.startswith(GZIP_START):
                        _check_rest(piece, file)
                        return
                    engine, fresh = zlib.decompressobj(kind), True
                if fresh and gzip and len(piece) == 1:
                    piece += file.read(1)
                fresh = False
                yield engine.decompress(piece, _PIECE)
                piece = engine.unused_data if engine.eof else engine.unconsumed_tail
        while not engine.eof:
            if not (more := engine.decompress(b"", _PIECE)):
                raise truncated()
            yield more
    except zlib.error as error:
        raise damaged("The image file is damaged: its compressed voxels are not whole") from error


def _bunzipped(file: BinaryIO) -> Iterator[bytes]:
    engine = bz2.BZ2Decompressor()
    try:
        while not engine.eof:
            piece = file.read(_PIECE) if engine.needs_input else b""
            if engine.needs_input and not piece:
                raise truncated()
            yield engine.decompress(piece, _PIECE)
        _check_rest(engine.unused_data, file)
    except OSError as error:
        raise damaged("The image file is damaged: its compressed voxels are not whole") from error


def _check_rest(rest: bytes, file: BinaryIO) -> None:
    if len(rest) + len(file.read(_PADDING + 1)) > _PADDING:
        raise damaged("The image file is damaged: something follows its compressed voxels")


def _from_hex(digits: bytes) -> bytes:
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError as error:
        raise unreadable() from error


def _text_values(part: Part, count: int, dtype: np.dtype) -> np.ndarray:
    """Voxels written as numbers separated by white space."""
    with open(part.path, "rb") as file:
        _go_to(file, part, 0)
        words = file.read(64 * count + _PADDING).split()
    if len(words) < count:
        raise truncated()
    kind = float if dtype.kind == "f" else int
    try:
        values = [kind(word) for word in words[:count]]
        if kind is int and not _fit(values, np.iinfo(dtype)):
            raise unreadable()
        return np.array(values, dtype)
    except (ValueError, OverflowError) as error:
        raise unreadable() from error


def _fit(values: list, limits: np.iinfo) -> bool:
    return not values or (limits.min <= min(values) and max(values) <= limits.max)
