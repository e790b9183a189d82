"""How large a segment is, in the unit that its image allows."""

from __future__ import annotations

import vtk
from slicer.i18n import tr as _

from semigda_core.files.formats import endings
from SemiGDALib import nodes

PICTURES = endings(volumes=False)


def sizeOf(segment: dict, volumeNode) -> dict:
    """``segment``'s size as ``{"ml": ...}``, ``{"mm2": ...}`` or ``{"pixels": ...}``.

    A volume has millilitres. A picture (one slice) has an area, in mm² only where somebody measured
    how large its pixels are.
    """
    if volumeNode.GetImageData().GetDimensions()[2] > 1:
        return {"ml": segment["ml"]}
    if isPixelSizeKnown(volumeNode):
        width, height = volumeNode.GetSpacing()[:2]
        return {"ml": None, "mm2": segment["voxels"] * width * height}
    return {"ml": None, "pixels": segment["voxels"]}


def isPixelSizeKnown(volumeNode) -> bool:
    """Whether a picture's pixel size was measured: by a scanner, or written down in its header."""
    if volumeNode.GetAttribute("DICOM.instanceUIDs"):
        return True
    storage = volumeNode.GetStorageNode()
    name = (storage.GetFileName() or "").lower() if storage is not None else ""
    return not name.endswith(PICTURES) and tuple(volumeNode.GetSpacing()[:2]) != (1.0, 1.0)


def present(segment: dict, segmentationNode) -> dict:
    """A class of a result as its segment is now: of one that was edited nobody knows how sure the
    model is; one that was deleted is found no more."""
    if not segment["id"]:
        return segment
    edited = {**segment, "edited": True, "agreement": None, "grade": None, "range_ml": None}
    found = segmentationNode.GetSegmentation().GetSegment(segment["id"])
    if found is None:
        return {**edited, "deleted": True}
    mask, before = _maskOf(found), segment.get("voxels")
    if mask is None or not before:
        return segment
    count = int(mask.sum())
    if count == before and segment.get("spread") in (None, _spreadOf(mask)):
        return segment
    edited |= {"voxels": count}
    if segment.get("pixels") is not None:
        edited["pixels"] = count
    if segment.get("mm2") is not None:
        edited["mm2"] = segment["mm2"] * count / before
    if segment.get("ml") is not None:  # its voxels may have another size by now
        matrix = vtk.vtkMatrix4x4()
        found.GetRepresentation(nodes.LABELMAP).GetImageToWorldMatrix(matrix)
        edited["ml"] = count * abs(matrix.Determinant()) / 1000
    return edited


def spread(segmentationNode, segmentId: str) -> int | None:
    """A number that changes where a segment's voxels lie otherwise, even if they are as many; None
    without voxels. Files may crop, flip or swap their axes: that does not change it."""
    mask = _maskOf(segmentationNode.GetSegmentation().GetSegment(segmentId))
    return _spreadOf(mask) if mask is not None else None


def _maskOf(segment):
    """bool (z, y, x), as small as its voxels allow; None without a label map, as of surfaces."""
    import numpy as np
    from vtk.util.numpy_support import vtk_to_numpy

    image = segment.GetRepresentation(nodes.LABELMAP)
    if image is None:
        return None
    scalars, shape = image.GetPointData().GetScalars(), image.GetDimensions()[::-1]
    if scalars is None:
        return np.zeros((0, 0, 0), bool)
    mask = (vtk_to_numpy(scalars) == segment.GetLabelValue()).reshape(shape)
    for axis in range(3):
        found = np.flatnonzero(mask.any(axis=tuple({0, 1, 2} - {axis})))
        mask = mask.take(range(found[0], found[-1] + 1) if len(found) else (), axis)
    return mask


def _spreadOf(mask) -> int:
    """The number of voxels times the sum of their squared distances from their middle, in voxels:
    a whole number."""
    import numpy as np

    total = 0
    for axis in range(3):
        counts = mask.sum(axis=tuple({0, 1, 2} - {axis}), dtype=np.int64)
        places = np.arange(len(counts), dtype=np.int64)
        first, second = int((counts * places).sum()), int((counts * places**2).sum())
        total += int(counts.sum()) * second - first**2
    return total


def text(segment: dict) -> str:
    """A size with about three significant digits and its unit."""
    if segment.get("pixels") is not None:
        pixels = segment["pixels"]
        return _("1 pixel") if pixels == 1 else _("{count} pixels").format(count=f"{pixels:,}")
    if segment.get("mm2") is not None:
        return _("{area} mm²").format(area=digits(segment["mm2"]))
    if segment.get("ml") is not None:
        return _("{volume} ml").format(volume=digits(segment["ml"]))
    return "–"


def unit(segment: dict) -> str:
    """The unit of a segment's size."""
    if segment.get("pixels") is not None:
        return _("pixels")
    return _("mm²") if segment.get("mm2") is not None else _("ml")


def number(segment: dict) -> float:
    """A segment's size in its unit."""
    sizes = (segment.get(key) for key in ("pixels", "mm2", "ml"))
    return next((float(size) for size in sizes if size is not None), 0.0)


def digits(value: float) -> str:
    """About three significant digits."""
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.3f}"
