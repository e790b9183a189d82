"""The image formats that can be read: their names and the endings of their files.

The content of a file decides its format; endings only say what a folder may offer. The rest of a
format is in ``semigda/reading/formats/<name>.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class Format(NamedTuple):
    """An image format.

    Attributes:
        name: also of its module.
        title: its name for the user.
        endings: of its files, in lower case.
        picture: a plain picture, without a position in space; its pixel spacing is a print
            resolution at best.
        label: whether its files can be labels: values are read as they were saved.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    picture: bool = False
    label: bool = True


# In the order in which a file's content is tested.
FORMATS = (
    Format("nrrd", "NRRD", (".seg.nrrd", ".nrrd", ".nhdr")),
    Format("png", "PNG", (".png",), picture=True),
    Format("jpeg", "JPEG", (".jpg", ".jpeg"), picture=True, label=False),
    Format("tiff", "TIFF", (".tif", ".tiff"), picture=True),
    Format("bmp", "BMP", (".bmp",), picture=True),
    Format("dicom", "DICOM", (".dcm",), label=False),
    Format("mgh", "MGH", (".mgz", ".mgh")),
    Format("nifti", "NIfTI", (".nii", ".nii.gz")),
    Format("metaimage", "MetaImage", (".mha", ".mhd")),
)
TITLES = ", ".join(known.title for known in FORMATS)


def endings(
    *, pictures: bool = True, volumes: bool = True, dicom: bool = True, labels: bool = False
) -> tuple[str, ...]:
    """Endings of files, longest first: "a.seg.nrrd" is not "a.seg" in NRRD.

    Args:
        pictures, volumes, dicom: whether to include plain pictures, all other formats, DICOM.
        labels: only formats that can be labels.
    """
    found = [
        ending
        for known in FORMATS
        if (pictures if known.picture else volumes)
        and (dicom or known.name != "dicom")
        and (known.label or not labels)
        for ending in known.endings
    ]
    return tuple(sorted(found, key=len, reverse=True))


ENDINGS = endings()


def stem(path: Path) -> str:
    """A file's name without the ending of its format, or a folder's name."""
    for ending in ENDINGS:
        if path.name.lower().endswith(ending):
            return path.name[: -len(ending)]
    return path.name
