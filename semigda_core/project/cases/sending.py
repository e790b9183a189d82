"""A corrected result becomes a labelled case of a project."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import all_or_nothing, write_atomically
from semigda_core.files.contents import digest_of, files_of
from semigda_core.files.targets import same_place
from semigda_core.files.texts import one_line
from semigda_core.labels.provenance import REGION, said
from semigda_core.labels.segments import ENDING, read_segments
from semigda_core.project.changes import set_label, set_use
from semigda_core.project.own_labels import LABELS, giving_labels
from semigda_core.project.project import NewCase, PathLike, Project
from semigda_core.project.records import ProjectCase, class_mapping

ADDED, LABELLED, REPLACED = "added", "labelled", "replaced"


@dataclass(frozen=True)
class Sent:
    """What :func:`send` did: the case's id, and whether it is new ("added"), was there without a
    label ("labelled"), or with another one ("replaced")."""

    case: str
    how: str


def send(
    project: Project,
    image: PathLike,
    label: PathLike,
    name: str | None = None,
    origin: str = "edited",
    *,
    replace: bool = False,
    whole: bool = False,
) -> Sent:
    """Make an image and its corrected label a case of the project; both files stay where they are.

    An image that the project has already, also as a copy, stays one case.

    Args:
        label: a file with named segments.
        origin: who made the label, at best "edited" for what a model made.
        replace: whether its label takes the place of another one, whose file stays.
        whole: a model made the label in a region, and somebody has looked at the rest: the project
            gets a copy that does not say so any more. Otherwise whoever reads the label takes what
            lies outside for unlabelled.

    Raises:
        SemiGDAError: "bad-input" if a segment is none of the project's classes, or if the case has
            a label and ``replace`` is not set.
    """
    segments = read_segments(Path(label))
    check_names(project, [segment.name for segment in segments if not segment.ignored])
    with giving_labels(project), all_or_nothing() as made:
        known = case_of(project, image)
        if known is not None and known.label is not None and not replace:
            raise has_label()
        if whole and made_in_region(segment.tags for segment in segments):
            label = without_region(Path(label), project.folder / LABELS)
            made.append(label)
        if known is None:
            added = project.add([NewCase(image, label, name, origin=origin)])
            if added.cases:
                return Sent(added.cases[0], ADDED)
            if added.labelled:  # another window has added the image meanwhile
                return Sent(added.labelled[0], LABELLED)
            raise has_label()
        entry = project.label_entry(Path(label), origin)
        with project.edit("label set") as data:
            set_use(data, [known.id], "auto")
            set_label(data, known.id, entry)
        return Sent(known.id, LABELLED if known.label is None else REPLACED)


def has_label() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "The project has this image already, with a label.",
        action="Let the new label take its place, or leave it.",
    )


def made_in_region(tags: Iterable[Mapping[str, str]]) -> bool:
    """Whether one of these segments says in its tags that a model made it in a region."""
    return any(said(of_segment).get(REGION) for of_segment in tags)


def without_region(label: Path, folder: Path) -> Path:
    """A copy of a label in a folder, of which no segment says that it was made in a region.

    Raises:
        SemiGDAError: "bad-input" if its header and its voxels lie in two files.
    """
    data = label.read_bytes()
    end = re.search(rb"\r?\n(\r?\n)", data)  # of the header, as readers find it
    if end is None:
        raise SemiGDAError(
            "bad-input",
            "The label's header and its voxels lie in two files.",
            action="Save it in Slicer as one .seg.nrrd file.",
        )
    header = _REGION_LINE.sub(b"", data[: end.start(1)])
    header = _REGION_TAG.sub(b"", header)
    path = folder / f"{secrets.token_hex(4)}{ENDING}"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(path, lambda file: file.write(header + data[end.start(1) :]))
    return path


_REGION_LINE = re.compile(rb"(?m)^SemiGDA_Region:=.*\n")
_REGION_TAG = re.compile(rb"SemiGDA[_.]Region:[^|\r\n]*\|?")


def only_a_region() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "This label was made in a region, and says nothing of the image outside.",
        action="Check the rest of the image, add what is missing, and send the label as whole.",
    )


def check_names(project: Project, names: Iterable[str]) -> None:
    """Raise "bad-input" unless each segment name is, or is mapped to, a class of the project."""
    names = list(dict.fromkeys(names))
    known = class_mapping(project.read().data, names, False)
    unknown = ", ".join(f"'{one_line(name, 40)}'" for name in names if name not in known)
    if unknown:
        raise SemiGDAError(
            "bad-input",
            f"These segments are no classes of the project: {unknown}.",
            action="Rename or remove them, or add them to the classes of the project.",
        )
    if not names:
        raise SemiGDAError("bad-input", "The label has no named segments.")


def case_of(project: Project, image: PathLike) -> ProjectCase | None:
    """The project's case of an image: of the same file, or of one with the same content."""
    path = Path(image)
    cases = project.read().cases
    for case in cases:
        if same_place(case.image, path):
            return case
    size, digest = _size(path), None
    for case in cases:
        if size is not None and _size(case.image) == size:
            digest = digest or digest_of(path)
            if digest_of(case.image) == digest:
                return case
    return None


def _size(path: Path) -> int | None:
    """Bytes of an image's files; None if one is missing."""
    try:
        return sum(os.path.getsize(file) for file in files_of(path))
    except OSError:
        return None
