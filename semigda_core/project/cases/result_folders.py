"""Whose results the files and folders are that another program wrote."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.files.formats import endings
from semigda_core.labels.made import is_own_picture
from semigda_core.labels.sources import source_said
from semigda_core.labels.structures import structures
from semigda_core.project.cases.listing import list_folder
from semigda_core.project.cases.naming import image_key, label_keys
from semigda_core.project.cases.pairing import match
from semigda_core.project.records import View


@dataclass(frozen=True)
class Matched:
    """Results found for the cases of a project.

    Attributes:
        pairs: ids of cases, and the result of each: a file, or a folder of structures.
        unmatched: files and folders that no case has the name of.
        doubtful: ids of cases that several of them would fit; they get none.
        source: the program, as the files tell; None if they do not, or differ.
    """

    pairs: list[tuple[str, Path]]
    unmatched: list[Path] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    source: str | None = None


def match_results(view: View, paths: Iterable[Path | str]) -> Matched:
    """Find whose results the files or the files of folders are, by the names of the cases' images.

    A folder in a folder, called after an image, may hold a file for each structure, in itself or
    in one folder more (``case/liver.nii.gz``, ``case/segmentations/liver.nii.gz``). It may also be
    called after the folder of an image, as all of these may be called "ct". The folder that is
    given may be of one case itself.

    Raises:
        SemiGDAError: "bad-input" if a folder does not exist, or nothing may be a result.
    """
    images = {Path(os.path.abspath(case.image)) for case in view.cases}
    files: list[Path] = []
    inner: dict[Path, list[Path]] = {}
    given: dict[Path, list[Path]] = {}
    for path in map(Path, paths):
        inside = list_folder(path).files if path.is_dir() else [path]
        files += [one for one in inside if _may_be_result(one, images)]
        if path.is_dir():
            inner |= {one: places for one in _folders(path) if (places := _places(one, images))}
            given |= {path: places} if (places := _places(path, images)) else {}
    if not files and not inner:
        raise SemiGDAError(
            "bad-input", "There are no label files.", action="Choose a folder of results."
        )
    found = _matched(view, files, inner)
    if not found.pairs and not found.doubtful:
        of_one = _matched(view, [], given)
        return of_one if of_one.pairs else found
    return found


def _matched(view: View, files: list[Path], folders: dict[Path, list[Path]]) -> Matched:
    """Args:
    folders: those that may be called after an image, and where results are in each.
    """
    cases = {case.image: case.id for case in view.cases}
    found = match(list(cases), [*files, *folders])
    doubtful = [cases[image] for image in found.doubtful]
    pairs = []
    for image, label in found.pairs:
        places = [] if label is None else folders.get(label, [label])
        if len(places) == 1:
            pairs.append((cases[image], places[0]))
        elif places:
            doubtful.append(cases[image])
    known = {case_id for case_id, _ in pairs} | set(doubtful)
    near = _by_folder(cases, [path for path in found.unpaired_labels if path in folders])
    near = {case_id: named for case_id, named in near.items() if case_id not in known}
    for case_id, named in near.items():
        places = [place for one in named for place in folders[one]]
        if len(places) == 1:
            pairs.append((case_id, places[0]))
        else:
            doubtful.append(case_id)
    taken = {one for named in near.values() for one in named}
    unmatched = [path for path in found.unpaired_labels if path not in taken]
    sources = {source_said(label) for _, label in pairs}
    source = sources.pop() if len(sources) == 1 else None
    return Matched(pairs, unmatched, doubtful, source)


def _by_folder(cases: dict[Path, str], folders: list[Path]) -> dict[str, list[Path]]:
    """By case, the folders that are called as the folder of its image is, if no other case's is."""
    of: dict[str, list[str]] = {}
    for image, case_id in cases.items():
        of.setdefault(image.parent.name, []).append(case_id)
    found: dict[str, list[Path]] = {}
    for folder in folders:
        if len(ids := of.get(folder.name, [])) == 1:
            found.setdefault(ids[0], []).append(folder)
    return found


def _folders(folder: Path) -> list[Path]:
    found = (one for one in folder.iterdir() if one.name[0] != "." and one.is_dir())
    return sorted(one for one in found if not is_own_picture(one))


def _places(folder: Path, images: set[Path]) -> list[Path]:
    """Where the results of the case that a folder is called after are: in itself, or else in the
    folders inside. A label map of the case's name, alone there, is the result itself."""
    try:
        own = [one for one in structures(folder).values() if _may_be_result(one, images)]
        if not own:
            return [one for one in _folders(folder) if structures(one)]
    except PermissionError:
        return []
    (first, *more) = own
    alone = not more and image_key(folder) in (image_key(first), *label_keys(first))
    return [first if alone else folder]


def _may_be_result(file: Path, images: set[Path]) -> bool:
    """By its ending; and no case's image is a result, which its name alone would make it."""
    known = file.name.lower().endswith(endings(labels=True))
    return known and Path(os.path.abspath(file)) not in images
