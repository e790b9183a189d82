"""Folders with one file for each structure, as TotalSegmentator writes them.

``case/liver.nii.gz``, ``case/spleen.nii.gz`` ... are the parts of one label, each called after its
file. A structure's file is a mask: zeros and ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from semigda_core.files.formats import endings, stem
from semigda_core.files.texts import one_line

_VOLUMES = endings(pictures=False, labels=True)
_PICTURES = endings(volumes=False, labels=True)


def structures(folder: Path) -> dict[str, Path]:
    """The files of a folder's structures by name, in the order of names; empty for a folder without
    such files.

    Beside volumes, pictures show something else, such as a preview. What all names begin with if
    it is the folder's own name, or that of the folder around it, is the case and no structure. Of
    two files that differ in the ending alone both keep it.

    Raises:
        OSError: if the folder cannot be read.
    """
    files = sorted(path for path in folder.iterdir() if path.name[0] != "." and path.is_file())
    volumes = [path for path in files if path.name.lower().endswith(_VOLUMES)]
    pictures = [path for path in files if path.name.lower().endswith(_PICTURES)]
    found = volumes or pictures
    names = [stem(path) for path in found]
    names = [
        path.name if names.count(name) > 1 else name
        for path, name in zip(found, names, strict=True)
    ]
    for case in (folder.name, folder.parent.name):
        rest = [name[len(case) :].strip(" _-.") for name in names if name.startswith(case)]
        if case and len(rest) == len(names) and all(rest):
            names = rest
    return {one_line(name): path for name, path in zip(names, found, strict=True)}


def files_of_label(label: Path, only: Iterable[str]) -> list[Path]:
    """The files that a label is read from: itself, or those of a folder's structures ``only``,
    whether they are there or not."""
    if not label.is_dir():
        return [label]
    files = structures(label)
    return [files.get(name, label / name) for name in only]
