"""Changes to image files that know the format: fields, chunks, segments, tags and elements."""

from __future__ import annotations

import gzip
import random
import struct
import zlib

from Testing.fuzzing.edits import any_bytes, cut, encoded, flip, header_lines, text

WHOLE = (0, 1, 2, 3, 7, 8, 16, 255, 256, 32767, -1, -2, -32768, 1 << 16, (1 << 31) - 1, -(1 << 31))
REAL = (0.0, -1.0, 1e-30, 1e30, 3e38, float("nan"), float("inf"), float("-inf"), 352.0, 1e9, 0.5)


def nrrd(rng: random.Random, data: bytes) -> bytes:
    """A field or key/value pair of the header."""
    head, gap, body = data.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    between = rng.choice((": ", ": ", ":="))
    if rng.random() < 0.15:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(NRRD_LINES))
    return encoded("\n".join([*lines[:1], *header_lines(rng, lines[1:], between)])) + gap + body


NRRD_LINES = (
    "data file: canary.raw",
    "data file: ../canary/scan.raw",
    "data file: LIST",
    "byte skip: -1",
    "line skip: 1000000000",
    "encoding: bzip2",
    "encoding: ascii",
    "content: " + "x" * 2000,
    "sizes: 40000 40000 40000",
    "space directions: none none none",
    "dimension: 16",
    "endian: big",
    "measurement frame: (1,0,0) (0,1,0) (0,0,1)",
    "space: scanner-xyz-time",
    "data file: %03d 1 9 1",
)


def meta(rng: random.Random, data: bytes) -> bytes:
    """A field of a MetaImage header."""
    head, gap, body = data.partition(b"ElementDataFile = ")
    name, end, voxels = body.partition(b"\n")
    lines = (head + gap + name).decode("utf-8", "replace").split("\n")
    return encoded("\n".join(header_lines(rng, lines, " = "))) + end + voxels


def _field(rng: random.Random, data: bytes, place: int, kind: str, order: str = "<") -> bytes:
    """The number at a place replaced."""
    size = struct.calcsize(kind)
    if place + size > len(data):
        return data
    if kind in "fd":
        new = struct.pack(order + kind, rng.choice(REAL))
    else:
        new = (rng.choice(WHOLE) % (1 << 8 * size)).to_bytes(
            size, "little" if order == "<" else "big"
        )
    return data[:place] + new + data[place + size :]


# offset and type of the header's fields: nifti1.h
NIFTI = (
    *[(0, "i"), (39, "b"), (68, "h"), (70, "h"), (72, "h"), (108, "f"), (112, "f"), (116, "f")],
    *[(40 + 2 * n, "h") for n in range(8)],
    *[(76 + 4 * n, "f") for n in range(8)],
    *[(252, "h"), (254, "h"), (123, "b"), (344, "i"), (348, "i")],
    *[(256 + 4 * n, "f") for n in range(18)],
)


def nifti(rng: random.Random, data: bytes) -> bytes:
    for _ in range(rng.choice((1, 1, 2))):
        data = _field(rng, data, *rng.choice(NIFTI))
    return data


def nifti_gz(rng: random.Random, data: bytes) -> bytes:
    """The header inside, packed again; or a second member, or none."""
    plain = gzip.decompress(data)
    kind = rng.randrange(8)
    if kind == 0:
        return data + data
    if kind == 1:
        return plain
    if kind == 2:
        return gzip.compress(plain[:400], 1) + gzip.compress(plain[400:], 1)
    if kind == 3:
        return data + rng.randbytes(20)
    if kind == 4:
        return gzip.compress(any_bytes(rng, plain), 1, mtime=0)
    return gzip.compress(nifti(rng, plain), 1, mtime=0)


def mgh(rng: random.Random, data: bytes) -> bytes:
    """A field of the header."""
    place = rng.choice((*range(0, 28, 4), 28, *range(30, 90, 4)))
    return _field(rng, data, place, "H" if place == 28 else "I", ">")


def mgz(rng: random.Random, data: bytes) -> bytes:
    return gzip.compress(mgh(rng, gzip.decompress(data)), 1, mtime=0)


def png(rng: random.Random, data: bytes) -> bytes:
    chunks = _png_chunks(data)
    number = rng.randrange(len(chunks))
    name, body = chunks[number]
    kind = rng.randrange(7)
    if kind == 0:
        del chunks[number]
    elif kind == 1:
        chunks.insert(rng.randrange(len(chunks) + 1), chunks[number])
    elif kind == 2:
        rng.shuffle(chunks)
    elif kind == 3:
        extra = rng.choice(
            ((b"tEXt", b"a\0" + encoded(text(rng))), (b"PLTE", b"\0" * 6), (b"tRNS", b"\0"))
        )
        chunks.insert(1, rng.choice((extra, (b"pHYs", struct.pack(">IIB", 0, 1 << 31, 1)))))
    elif kind == 4:
        chunks[number] = name, any_bytes(rng, body)
    else:
        place, size = rng.choice(
            ((0, "I"), (4, "I"), (8, "B"), (9, "B"), (10, "B"), (11, "B"), (12, "B"))
        )
        chunks[0] = chunks[0][0], _field(rng, chunks[0][1], place, size, ">")
    right = rng.random() < 0.8
    packed = b"".join(
        struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b) if right else 0)
        for n, b in chunks
    )
    return data[:8] + packed


def _png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found, place = [], 8
    while place + 8 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        found.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += 12 + length
    return found


def jpeg(rng: random.Random, data: bytes) -> bytes:
    """A segment's content, length or order."""
    parts, place = [], 2
    while place + 4 <= len(data) and data[place] == 0xFF and data[place + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, place + 2)
        parts.append(data[place : place + 2 + length])
        place += 2 + length
    rest = data[place:]
    number = rng.randrange(len(parts))
    kind = rng.randrange(6)
    if kind == 0:
        del parts[number]
    elif kind == 1:
        parts.insert(rng.randrange(len(parts) + 1), parts[number])
    elif kind == 2:
        rng.shuffle(parts)
    elif kind == 3:
        parts[number] = _field(rng, parts[number], 2, "H", ">")
    elif kind == 4:
        parts[number] = parts[number][:4] + any_bytes(rng, parts[number][4:])
    else:
        rest = _field(rng, rest, rng.randrange(max(1, len(rest) - 2)), "H", ">")
    return data[:2] + b"".join(parts) + rest


def tiff(rng: random.Random, data: bytes) -> bytes:
    """A tag, its type, count or value, or where the next directory is."""
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    for _ in range(rng.choice((1, 1, 2))):
        entry = start + 2 + 12 * rng.randrange(count)
        kind = rng.randrange(8)
        if kind == 0:
            data = _field(rng, data, start, "H")
        elif kind == 1:
            loop = rng.choice((start, 0, 4, len(data), start + 1))
            end = start + 2 + 12 * count
            data = data[:end] + struct.pack("<I", loop) + data[end + 4 :]
        elif kind == 2:
            data = _field(rng, data, entry, "H")
        elif kind == 3:
            data = _field(rng, data, entry + 2, "H")
        elif kind == 4:
            data = _field(rng, data, entry + 4, "I")
        else:
            data = _field(rng, data, entry + 8, "I")
    return data


def bmp(rng: random.Random, data: bytes) -> bytes:
    fields = ((2, "I"), (10, "I"), (14, "I"), (18, "i"), (22, "i"), (26, "H"), (28, "H"), (30, "I"))
    return _field(rng, data, *rng.choice((*fields, (34, "I"), (46, "I"))))


LONG = (b"OB", b"OW", b"SQ", b"UN", b"UT", b"OF", b"UC", b"UR")


def dicom(rng: random.Random, data: bytes) -> bytes:
    """Elements of an explicit little-endian file: values, lengths, types, tags, order."""
    elements = _elements(data)
    for _ in range(rng.choice((1, 1, 2))):
        number = rng.randrange(len(elements))
        head, kind, body = elements[number]
        way = rng.randrange(9)
        if way == 0 and len(elements) > 1:
            del elements[number]
        elif way == 1:
            elements.insert(rng.randrange(len(elements) + 1), elements[number])
        elif way == 2:
            rng.shuffle(elements)
        elif way == 3:
            elements[number] = head, rng.choice((b"OB", b"UN", b"SQ", b"DS", b"US", b"\0\0")), body
        elif way == 4:
            elements[number] = rng.randbytes(4), kind, body
        elif way == 5:
            elements[number] = head, kind, any_bytes(rng, body)
        elif kind in (b"US", b"UL", b"SS"):
            elements[number] = head, kind, _field(rng, body, 0, "H")
        else:
            elements[number] = head, kind, encoded(text(rng))[:60000]
    wrong = rng.random() < 0.1 and rng.choice((-1, 1, 1 << 20, 0xFFFF))
    start = data[:132] if rng.random() < 0.97 else b""
    return start + b"".join(_element(*e, wrong if n == 5 else 0) for n, e in enumerate(elements))


def _elements(data: bytes) -> list[tuple[bytes, bytes, bytes]]:
    found, place = [], 132
    while place + 8 <= len(data):
        head, kind = data[place : place + 4], data[place + 4 : place + 6]
        wide = kind in LONG
        (length,) = struct.unpack_from("<I" if wide else "<H", data, place + (8 if wide else 6))
        place += 12 if wide else 8
        found.append((head, kind, data[place : place + length]))
        place += length
    return found


def _element(head: bytes, kind: bytes, body: bytes, wrong: int = 0) -> bytes:
    length = len(body) + wrong
    if kind in LONG:
        return head + kind + b"\0\0" + (length % (1 << 32)).to_bytes(4, "little") + body
    return head + kind + (length % (1 << 16)).to_bytes(2, "little") + body


EDITS = {
    "nrrd": nrrd,
    "nhdr": nrrd,
    "mha": meta,
    "mhd": meta,
    "nii": nifti,
    "nii.gz": nifti_gz,
    "mgh": mgh,
    "mgz": mgz,
    "png": png,
    "jpg": jpeg,
    "tif": tiff,
    "bmp": bmp,
    "dcm": dicom,
}
__all__ = ["EDITS", "cut", "flip"]
