"""Image files written byte by byte, whole ones and broken ones, for tests of the reader."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from semigda.data.volumes import read_volume
from semigda_core.errors import SemiGDAError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "cases"
# Every ending that a volume can be saved with.
VOLUMES = (".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd", ".dcm")
PICTURES = (".png", ".jpg", ".bmp", ".tif")


def noise(shape=(6, 20, 24), dtype=np.int16) -> np.ndarray:
    """Values that no compression makes much smaller."""
    return np.random.default_rng(3).integers(0, 250, shape).astype(dtype)


def write(path: Path, array: np.ndarray, packed: bool = False) -> Path:
    """A volume (z, y, x) or a picture (y, x), at a place of its own."""
    image = sitk.GetImageFromArray(array)
    if array.ndim == 3:
        image.SetSpacing([0.5, 0.75, 2.0])
        image.SetOrigin([-10.0, 20.0, 5.0])
    sitk.WriteImage(image, str(path), packed)
    return path


def nrrd(path: Path, array: np.ndarray, data: bytes | None = None, **fields: str) -> Path:
    """An attached NRRD file; ``fields`` take the place of what is true (None leaves one out)."""
    header = {
        "type": {"u1": "uchar", "i2": "short", "f4": "float"}[array.dtype.str[1:]],
        "dimension": str(array.ndim),
        "space": "left-posterior-superior",
        "sizes": " ".join(str(n) for n in array.shape[::-1]),
        "space directions": "(1,0,0) (0,1,0) (0,0,1)",
        "kinds": "domain domain domain",
        "endian": "little",
        "encoding": "raw",
        "space origin": "(0,0,0)",
    } | {name.replace("_", " "): value for name, value in fields.items()}
    text = "".join(f"{name}: {value}\n" for name, value in header.items() if value is not None)
    path.write_bytes(f"NRRD0004\n{text}\n".encode() + (array.tobytes() if data is None else data))
    return path


def tiff(
    path: Path,
    array: np.ndarray,
    colours: int = 1,
    bits: int | None = None,
    tags: dict | None = None,
    following: int = 0,
) -> Path:
    """A one-strip TIFF file (rows, columns). ``tags`` take the place of what is true (None leaves
    one out)."""
    data = array.tobytes()
    height, width = array.shape
    bits = bits or array.dtype.itemsize * 8
    if bits < 8:
        each = 8 // bits
        groups = array.reshape(height, width // each, each).astype(int)
        shifts = [bits * (each - 1 - n) for n in range(each)]
        data = (groups << shifts).sum(axis=2).astype(np.uint8).tobytes()
    entries = {256: (4, width), 257: (4, height), 258: (3, bits), 259: (3, 1), 262: (3, colours)}
    entries |= {273: (4, 8), 277: (3, 1), 278: (4, height), 279: (4, len(data))}
    entries |= {339: (3, 3 if array.dtype.kind == "f" else 1), **(tags or {})}
    entries = {tag: entry for tag, entry in entries.items() if entry}
    at = 8 + len(data)
    palette = b""
    if colours == 3:
        ramp = np.zeros((3, 2**bits), "<u2")
        ramp[0, 1], ramp[1, 2] = 65535, 65535
        palette = ramp.tobytes()
        entries[320] = (3, at + 2 + 12 * (len(entries) + 1) + 4)
    directory = struct.pack("<H", len(entries))
    for tag, (kind, value) in sorted(entries.items()):
        many = 3 * 2**bits if tag == 320 else 1
        directory += struct.pack("<HHII", tag, kind, many, value)
    start = struct.pack("<2sHI", b"II", 42, at)
    path.write_bytes(start + data + directory + struct.pack("<I", following or 0) + palette)
    return path


def slow(path: Path) -> Path:
    """A small file that takes seconds to read: 800 MB of zeros and a one, honestly declared."""
    piece = np.zeros(10_000_000, np.uint8)
    zeros = gzip.compress(piece, 1)
    piece[0] = 1
    packed = gzip.compress(piece, 1) + 79 * zeros
    sizes = {"sizes": "1000 1000 800", "encoding": "gzip"}
    return nrrd(path, noise((1, 1, 1), np.uint8), packed, **sizes)


def refused(path, **options) -> SemiGDAError:
    """What reading the file is refused with."""
    with pytest.raises(SemiGDAError) as caught:
        read_volume(path, **options)
    assert caught.value.error_class == "bad-input", caught.value
    return caught.value
