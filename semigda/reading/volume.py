"""Volumes whose voxels are copied by this program, without ITK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semigda.reading.errors import choose_frame, no_voxels, only_frames, unreadable
from semigda.reading.request import Budget, Request, Whole
from semigda.reading.voxels import Header
from semigda_core.errors import SemiGDAError

if TYPE_CHECKING:
    from semigda.reading import itk


def read_volume(request: Request, budget: Budget, header: Header, image_io: str) -> dict[str, Any]:
    """Copy the voxels that a checked header declares; ITK only reads the geometry in it.

    Args:
        image_io: ITK's name of the reader for such a header.
    """
    from semigda.reading import itk  # a plain file is read without it

    voxels = header.voxels
    if voxels.count == 0:
        raise no_voxels()
    voxels.check_size()
    place = request.work / header.name
    place.write_bytes(header.geometry)
    info = itk.information(place, image_io)
    if (header.slope, header.inter) == (1.0, 0.0) and info.dtype != voxels.dtype.newbyteorder("="):
        raise unreadable()
    solid = len(info.sizes) > 2
    sizes, axis, frames_axis = _axes(header, info)
    shape = list(sizes[::-1])
    frames = sizes[frames_axis] if frames_axis is not None else 1
    frame, window = request.frame, None
    if request.frames:
        axis = frames_axis
    elif frames > 1 and (axis is None or header.frames) and frame is None:
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
        voxels.copy(Whole(out), info.dtype, header.slope, header.inter, window)
    return {
        "dtype": info.dtype.str,
        "shape": shape,
        "axis": None if axis is None else len(shape) - 1 - axis,
        "frames": frames,
        "affine": info.affine.tolist(),
        "picture": False,
        "modality": "",
        "unit": header.unit,
        "thick": solid and "spacing" not in header.unsaid,
        # Of two axes, it is a picture: its directions tell nothing of a body.
        "unsaid": [one for one in header.unsaid if solid or one != "sides"],
    }


def _axes(header: Header, info: itk.Information) -> tuple[tuple[int, ...], int | None, int | None]:
    """The sizes with three axes in space, the axis of values, and the axis of frames.

    ITK knows which axes are in space; it leaves out one that counts values.
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
    # Axes of one element after the third are dropped; missing ones are added where they cost
    # nothing.
    extra = [n for n in spatial[3:] if sizes[n] > 1]
    if len(extra) > 1 or (extra and axis is not None and info.components > 1):
        raise SemiGDAError(
            "bad-input",
            "The image has more than four dimensions.",
            action="Save the part of it that you mean as an image of its own.",
        )
    kept = [n for n in range(len(sizes)) if n in spatial[:3] or n in extra or n == axis]
    place = {old: new for new, old in enumerate(kept)}
    result = [sizes[n] for n in kept]
    axis = None if axis is None else place[axis]
    frames_axis = place[extra[0]] if extra else axis
    while len(result) - (axis is not None) < 3:
        if not axis:  # none, or the first
            result.append(1)
        else:
            result.insert(axis, 1)
            axis += 1
        frames_axis = axis
    return tuple(result), axis, frames_axis


def _without_ones(sizes) -> list[int]:
    sizes = list(sizes)
    while len(sizes) > 1 and sizes[-1] == 1:
        sizes.pop()
    return sizes
