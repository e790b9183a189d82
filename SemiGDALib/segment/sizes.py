"""How large a segment is, in the unit that its image allows."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.files.formats import endings

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
