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
    image = found.GetRepresentation(nodes.LABELMAP)
    count, before = _voxelsOf(image, found.GetLabelValue()), segment.get("voxels")
    if count is None or not before or count == before:
        return segment
    edited |= {"voxels": count}
    if segment.get("pixels") is not None:
        edited["pixels"] = count
    if segment.get("mm2") is not None:
        edited["mm2"] = segment["mm2"] * count / before
    if segment.get("ml") is not None:  # its voxels may have another size by now
        matrix = vtk.vtkMatrix4x4()
        image.GetImageToWorldMatrix(matrix)
        edited["ml"] = count * abs(matrix.Determinant()) / 1000
    return edited


def _voxelsOf(image, value: int):
    """How many voxels of a label map have a value; None without one, as of surfaces."""
    import numpy as np
    from vtk.util.numpy_support import vtk_to_numpy

    if image is None:
        return None
    scalars = image.GetPointData().GetScalars()
    return int(np.count_nonzero(vtk_to_numpy(scalars) == value)) if scalars is not None else 0


def text(segment: dict) -> str:
    """A size with about three significant digits and its unit."""
    if segment.get("pixels") is not None:
        return _("{count} pixels").format(count=f"{segment['pixels']:,}")
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
