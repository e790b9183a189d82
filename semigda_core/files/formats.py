"""The image formats that can be read: their names and the endings of their files.

What a file holds is known by its content; endings only say what a folder may offer. The rest of a
format is ``semigda/reading/formats/<name>.py``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """An image format.

    Attributes:
        name: of its module, too.
        title: its name for the user.
        endings: of its files, in lower case.
        picture: a plain picture, which has no place in space; the spacing of its pixels is a print
            resolution, if it is anything.
        label: files of it can be labels: their values come back as they were saved.
    """

    name: str
    title: str
    endings: tuple[str, ...]
    picture: bool = False
    label: bool = True


# In the order in which a file's content is asked.
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
    """Endings of files, the longest first: "a.seg.nrrd" is no "a.seg" in NRRD.

    Args:
        pictures, volumes, dicom: those of plain pictures, of all other formats, and DICOM's.
        labels: only of formats that can be labels.
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
