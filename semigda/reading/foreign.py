"""Reading any image file in the reader process: what it declares is checked before it is read."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from semigda.reading import itk
from semigda.reading.detect import format_of, module_of
from semigda.reading.errors import damaged, unreadable
from semigda.reading.formats import dicom
from semigda.reading.formats.dicom import check_dicom
from semigda.reading.request import Budget, Request, write_image
from semigda.reading.series import read_series


def read(request: Request, budget: Budget) -> dict[str, Any]:
    """Write the voxels to ``request.out`` and return their description.

    Returns:
        dtype, shape (slowest axis first), axis (the shape's axis that counts several values a
        voxel, or None), frames (their number), affine (4 x 4 to LPS mm), picture (a plain picture),
        modality (DICOM's code), thick (whether it says how thick its slices are), unit (of
        the geometry, if it is another than mm), unsaid (see :class:`Stored`).

    Args:
        budget: called with the bytes to process and the bytes of the voxels, before they are read.

    Raises:
        SemiGDAError: "bad-input", "out-of-memory".
    """
    if request.path.is_dir():
        return _read_folder(request, budget)
    known = format_of(request.path)
    if known is None:
        raise unreadable()
    return module_of(known).read(request, budget)


def _read_folder(request: Request, budget: Budget) -> dict[str, Any]:
    folder = request.work / "series"
    folder.mkdir()
    entries = [entry for entry in os.scandir(request.path) if entry.name[0] != "."]
    if any(entry.is_symlink() and not os.path.exists(entry.path) for entry in entries):
        raise damaged("A file of the folder is missing: a link leads nowhere")
    names = sorted(entry.path for entry in entries if entry.is_file())
    held = sum(os.path.getsize(name) for name in names)
    budget(held, 0)  # to look at the files
    # All of them: ITK silently leaves damaged ones out of the series.
    declared = {name: check_dicom(Path(name)) for name in names if _is_slice(name)}
    images = [name for name, size in declared.items() if size]
    if len(images) == 1:
        return dicom.read(replace(request, path=Path(images[0])), budget)
    if os.name == "nt":
        folder = request.path
    else:  # ITK cannot take names that are not UTF-8; pipes and the like are left out
        for number, name in enumerate(names):
            (folder / f"{number:06}").symlink_to(name)
    budget(held, sum(declared.values()))
    image = read_series(folder)
    return write_image(request, image, itk.affine_of(image))


def _is_slice(name: str) -> bool:
    known = format_of(Path(name))
    return (known is not None and known.name == "dicom") or name.lower().endswith((".dcm", ".ima"))
