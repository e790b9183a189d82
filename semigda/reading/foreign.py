"""Reading any image file in the reader process: what it declares is checked before it is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from semigda.reading import itk, metaimage, nifti, nrrd
from semigda.reading.dicom import check_dicom
from semigda.reading.errors import choose_frame, no_voxels, only_frames, unreadable
from semigda.reading.header import Header
from semigda.reading.kinds import PICTURES, kind_of
from semigda.reading.pictures import Picture, check_bmp, check_jpeg, check_png
from semigda.reading.series import read_series
from semigda.reading.tiff import check_tiff
from semigda_core.errors import SemiGDAError

_HEADERS = {
    "nrrd": nrrd.read_header,
    "nifti": nifti.read_header,
    "metaimage": metaimage.read_header,
}
_PIECE = 1 << 24
Budget = Callable[[int, int], None]


@dataclass(frozen=True)
class Request:
    """What to read, and where to.

    Attributes:
        frame: the wanted one of several frames or values, which saves writing the others.
        labels: values are labels: those of a palette are its indices, not its colours.
        out: a new file for the voxels, as numbers of this computer, without a header.
        work: an empty private folder.
    """

    path: Path
    frame: int | None
    labels: bool
    out: Path
    work: Path


def read(request: Request, budget: Budget) -> dict[str, Any]:
    """Write the voxels to ``request.out`` and return what they are.

    Returns:
        dtype, shape (slowest axis first), axis (which of the shape's axes counts several values a
        voxel, or None), frames (how many there are to choose from), affine (4 x 4 to LPS mm),
        picture (a plain picture).

    Args:
        budget: told the bytes to go through and the bytes of the voxels, before they are read.

    Raises:
        SemiGDAError: "bad-input", "out-of-memory".
    """
    if request.path.is_dir():
        return _read_folder(request, budget)
    kind = kind_of(request.path)
    if kind in _HEADERS:
        return _read_volume(request, kind, budget)
    if kind == "dicom":
        declared = check_dicom(request.path)
        if not declared:
            raise SemiGDAError("bad-input", "The DICOM file holds no image.")
        return _read_by_itk(request, kind, declared, budget)
    if kind in PICTURES:
        return _read_picture(request, kind, budget)
    raise unreadable()


def _read_volume(request: Request, kind: str, budget: Budget) -> dict[str, Any]:
    header = _HEADERS[kind](request.path)
    voxels = header.voxels
    if voxels.count == 0:
        raise no_voxels()
    voxels.check_size()
    place = request.work / header.name
    place.write_bytes(header.geometry)
    info = itk.information(place, kind)
    if (header.slope, header.inter) == (1.0, 0.0) and info.dtype != voxels.dtype.newbyteorder("="):
        raise unreadable()
    sizes, axis, frames_axis = _axes(header, info)
    shape = list(sizes[::-1])
    frames = sizes[frames_axis] if frames_axis is not None else 1
    frame, window = request.frame, None
    if frames > 1 and axis is None and frame is None:
        raise choose_frame(frames)
    if frames_axis == len(sizes) - 1 and (frame is not None or frames == 1):
        frame = frame or 0
        if not 0 <= frame < frames:
            raise only_frames(frames)
        share = voxels.count // frames
        window, shape, axis = (frame * share, (frame + 1) * share), shape[1:], None
    held = sum({part.path: part.path.stat().st_size for part in voxels.parts}.values())
    wanted = window[1] - window[0] if window else voxels.count
    budget(held + voxels.bytes, wanted * info.dtype.itemsize)
    with open(request.out, "xb", buffering=0) as out:
        voxels.copy(_Whole(out), info.dtype, header.slope, header.inter, window)
    return {
        "dtype": info.dtype.str,
        "shape": shape,
        "axis": None if axis is None else len(shape) - 1 - axis,
        "frames": frames,
        "affine": info.affine.tolist(),
        "picture": False,
    }


def _axes(header: Header, info: itk.Information) -> tuple[tuple[int, ...], int | None, int | None]:
    """The sizes with three axes in space, the axis of values, and the axis to choose frames of.

    ITK knows which axes are those of space; it leaves out one that counts values.
    """
    sizes, wanted = list(header.voxels.sizes), _without_ones(info.sizes)
    axis = None
    if _without_ones(sizes) != wanted or info.components > 1:
        fitting = [
            n
            for n, size in enumerate(sizes)
            if size == info.components and _without_ones(sizes[:n] + sizes[n + 1 :]) == wanted
        ]
        if not fitting:
            raise SemiGDAError(
                "bad-input", "The image's voxels hold neither grey values nor colours."
            )
        axis = header.values_axis if header.values_axis in fitting else fitting[0]
    spatial = [n for n in range(len(sizes)) if n != axis]
    # Axes of one element behind the third are none; missing ones are added where they cost nothing.
    extra = [n for n in spatial[3:] if sizes[n] > 1]
    if len(extra) > 1 or (extra and axis is not None and info.components > 1):
        raise choose_frame(int(np.prod([sizes[n] for n in extra])))
    kept = [n for n in range(len(sizes)) if n in spatial[:3] or n in extra or n == axis]
    place = {old: new for new, old in enumerate(kept)}
    result = [sizes[n] for n in kept]
    axis = place.get(axis)
    frames_axis = place[extra[0]] if extra else axis
    while len(result) - (axis is not None) < 3:
        at = len(result) if axis in (None, 0) else axis
        result.insert(at, 1)
        axis = axis + 1 if axis not in (None, 0) else axis
        frames_axis = axis
    return tuple(result), axis, frames_axis


def _without_ones(sizes) -> list[int]:
    sizes = list(sizes)
    while len(sizes) > 1 and sizes[-1] == 1:
        sizes.pop()
    return sizes


def _read_by_itk(request: Request, kind: str, declared: int, budget: Budget) -> dict[str, Any]:
    budget(request.path.stat().st_size, declared)
    image = itk.read(private_name(request.path, request.work, kind), kind)
    return _write(request, image, itk.affine_of(image))


def _read_folder(request: Request, budget: Budget) -> dict[str, Any]:
    folder = request.work / "series"
    folder.mkdir()
    names = sorted(entry.path for entry in os.scandir(request.path) if entry.is_file())
    if os.name == "nt":
        folder = request.path
    else:  # names that are not UTF-8 cannot be given to ITK; and pipes and the like stay outside
        for number, name in enumerate(names):
            (folder / f"{number:06}").symlink_to(name)
    held = sum(os.path.getsize(name) for name in names)
    budget(held, 0)  # to look at the files
    # All of them: what is damaged, ITK would leave out of the series without a word.
    budget(held, sum(check_dicom(Path(name)) for name in names if _is_slice(name)))
    image = read_series(folder)
    return _write(request, image, itk.affine_of(image))


def _is_slice(name: str) -> bool:
    return kind_of(Path(name)) == "dicom" or name.lower().endswith((".dcm", ".ima"))


def _read_picture(request: Request, kind: str, budget: Budget) -> dict[str, Any]:
    if kind == "jpeg":
        picture = check_jpeg(request.path)
    else:
        check = {"png": check_png, "bmp": check_bmp, "tiff": check_tiff}[kind]
        picture = check(request.path, request.labels, request.work)
    budget(request.path.stat().st_size, picture.bytes)
    place = picture.copy or private_name(request.path, request.work, kind)
    image = itk.read(place, kind)
    reply = _write(request, image, np.eye(4), picture)
    return {**reply, "picture": True}


def private_name(path: Path, work: Path, kind: str) -> Path:
    """A name for the file that ITK can use, whatever its own is, with no files beside it."""
    if os.name == "nt":
        return path
    link = work / f"image.{kind}"
    link.symlink_to(path)
    return link


def _write(
    request: Request, image: sitk.Image, affine: np.ndarray, picture: Picture | None = None
) -> dict[str, Any]:
    array = sitk.GetArrayViewFromImage(image)
    components = image.GetNumberOfComponentsPerPixel()
    if image.GetDimension() == 2:
        array = array[np.newaxis]
    if array.ndim - (components > 1) > 3:
        raise choose_frame(array.shape[0])
    if picture is not None:
        array = picture.values(array)
    with open(request.out, "xb", buffering=0) as out:
        for plane in array:
            _Whole(out).write(memoryview(np.ascontiguousarray(plane)).cast("B"))
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "axis": 3 if array.ndim == 4 else None,
        "frames": components,
        "affine": affine.tolist(),
        "picture": False,
    }


class _Whole:
    """Writes all that it is given, or raises the OSError that says why not."""

    def __init__(self, file):
        self.file = file

    def write(self, data: memoryview) -> None:
        while len(data):
            data = data[self.file.write(data[:_PIECE]) :]
