"""Finding images and their labels in folders by name, without adding them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.files.formats import endings, stem
from semigda_core.files.names import file_names
from semigda_core.labels.segments import ENDING
from semigda_core.project.cases import naming
from semigda_core.project.cases.listing import (
    CHANNEL,
    NO_IMAGE,
    NO_LABEL,
    SAME,
    Listing,
    list_files,
    list_folder,
    series_files,
)
from semigda_core.project.cases.naming import image_key, label_keys
from semigda_core.project.project import NewCase

_PICTURES = endings(volumes=False)
_MOST_CHANNELS = 8


@dataclass(frozen=True)
class Pairing:
    """What a folder offers: images with their label or None, and the rest.

    Attributes:
        pairs: images and labels; a folder of one DICOM series is an image.
        unpaired_labels: labels without an image.
        doubtful: images with several labels of their name, or with one that other images have the
            name of, too; they are paired with none.
        left_out: other files, and why.
        groups: names of patients, for images that belong to one patient by their names.
        slices: number of files of a DICOM image.
    """

    pairs: list[tuple[Path, Path | None]]
    unpaired_labels: list[Path] = field(default_factory=list)
    doubtful: list[Path] = field(default_factory=list)
    left_out: list[tuple[Path, str]] = field(default_factory=list)
    groups: dict[Path, str] = field(default_factory=dict)
    slices: dict[Path, int] = field(default_factory=dict)

    def named(self) -> list[tuple[str, Path]]:
        """The images, each with a name that files of its result can have."""
        images = [image for image, _ in self.pairs]
        return list(zip(file_names(map(stem, images), "Image"), images, strict=True))

    def cases(self, group_pattern: str | None = None) -> list[NewCase]:
        """The pairs, ready to be added.

        Args:
            group_pattern: a regular expression; its match in an image's name (its first group, if
                it has one) names the patient.
        """
        try:
            pattern = re.compile(group_pattern) if group_pattern else None
        except re.error as error:
            raise SemiGDAError(
                "bad-input", "The pattern for patients is no regular expression."
            ) from error
        cases = []
        for image, label in self.pairs:
            group = self.groups.get(image)
            found = pattern.search(image.name) if pattern else None
            if found:
                named = found.group(1) if found.re.groups else found.group(0)
                group = stem(Path(named or ""))  # "P1" in "P1.nii.gz" as in "P1_2.nii.gz"
            cases.append(NewCase(image, label, name=stem(image), group=group))
        return cases


def pair_folder(images: Path | str, labels: Path | str | None = None) -> Pairing:
    """Pair the images of a folder with labels of the same name.

    Names may differ in words such as "image" and "label", "seg" or "Maske". In one folder for both,
    files with such a word, and ``.seg.nrrd`` files, are the labels. The files of a DICOM series are
    one image, and so are the channels of an nnU-Net case, of which the first is used.

    Raises:
        SemiGDAError: "bad-input" if a folder does not exist or there is no image.
    """
    images = Path(images)
    found = list_folder(images)
    if labels is None or Path(labels).resolve() == images.resolve():
        return _pair(found)
    beside = list_folder(Path(labels))
    found.left_out += [(path, why) for path, why in beside.left_out if why != NO_IMAGE]
    found.left_out += [(path, NO_LABEL) for path in beside.files if path.is_dir()]
    return _pair(found, [path for path in beside.files if path.is_file()])


def pair_files(paths: Iterable[Path | str]) -> Pairing:
    """Pair files (and DICOM folders) from any folders, like :func:`pair_folder`."""
    return _pair(list_files(Path(path) for path in paths))


def pair_more(
    paths: Iterable[Path | str], known: Iterable[Path]
) -> tuple[list[NewCase], list[Path]]:
    """The cases that more files make, and which of the files are in none of them.

    Args:
        known: images that are there already, whose labels may come now. All of them: a label must
            not go to another image of its own image's name.

    Raises:
        SemiGDAError: "bad-input" if there is no image.
    """
    given = [Path(path) for path in paths]
    pairing = pair_files([*given, *(path for path in known if path not in given)])
    # The files of a DICOM series are one image: their folder.
    new = {*given, *(path.parent for path in given)}
    cases = [case for case in pairing.cases() if case.image in new or case.label in new]
    taken = {path for case in cases for path in (case.image, case.label)}
    taken.update(*(series_files(folder) for folder in pairing.slices if folder in taken))
    return cases, [path for path in given if path not in taken]


def match(images: list[Path], labels: list[Path]) -> Pairing:
    """Pair known images with labels of the same name, as :func:`pair_folder` does."""
    pairs: list[tuple[Path, Path | None]] = []
    unclear: dict[Path, list[Path]] = {}
    namesakes = _by(stem, images)
    alike = _by(image_key, images)
    known = _keys(images)
    by_name = _by(stem, labels)
    by_key: dict[str, list[Path]] = {}
    for label in labels:
        key = next((key for key in label_keys(label) if key in known), None)
        if key is not None and stem(label) not in namesakes:
            by_key.setdefault(key, []).append(label)
    for image in images:
        # The exact name, or else the rest of it, or what all sequences of an examination share.
        same, base = namesakes[stem(image)], _base_key(image)
        of_name = by_name.get(stem(image), [])
        fitting = (
            _nearest(image, same, of_name)
            or _nearest(image, alike[image_key(image)], by_key.get(image_key(image), []))
            or (_nearest(image, same, by_key.get(base, [])) if base else [])
        )
        pairs.append((image, fitting[0] if len(fitting) == 1 else None))
        unclear[image] = [] if len(fitting) == 1 else fitting or of_name
    own = {label for _, label in pairs}  # of one image, and so of no other
    doubtful = [image for image, fits in unclear.items() if not own.issuperset(fits)]
    taken = own.union(*unclear.values())
    return Pairing(pairs, [label for label in labels if label not in taken], doubtful)


def crossed(pairs: Iterable[tuple[Path, Path | None]]) -> list[Path]:
    """The images whose label is by its name that of another of them, which has another one: as of
    lists that were sorted apart, where "a_10.png" comes after "a_1.png", and "a_10_mask.png" before
    "a_1_mask.png"."""
    given = dict(pairs)
    labels = dict.fromkeys(label for label in given.values() if label is not None)
    owners: dict[Path, set[Path]] = {}
    for image, label in match(list(given), list(labels)).pairs:
        if label is not None:
            owners.setdefault(label, set()).add(image)
    return [
        image
        for image, label in given.items()
        if label in owners and label not in {given[owner] for owner in owners[label]}
    ]


def _pair(found: Listing, labels: Iterable[Path] = ()) -> Pairing:
    labels = list(labels)
    marked = _labels_among(found.files)
    images = [path for path in found.files if path not in marked]
    if not images:
        raise SemiGDAError("bad-input", "There are no images.", action="Choose others.")
    labels += [path for path in found.files if path in marked]
    left_out = [*_further_channels(images, labels), *_further_formats(images)]
    dropped = {path for path, _ in left_out}
    images = [path for path in images if path not in dropped]
    pairing = match(images, labels)
    pairing.left_out.extend([*found.left_out, *left_out])
    pairing.groups.update(_sequences(images))
    pairing.slices.update(found.slices)
    return pairing


def _labels_among(files: list[Path]) -> set[Path]:
    """The labels in a folder for both. A word such as "seg" at the end makes a label; elsewhere it
    may be part of the name, unless there is an image with the rest of the name."""
    plain = [path for path in files if not _may_be_label(path)]
    keys = _keys(plain)
    marked = {
        path
        for path in files
        if _may_be_label(path)
        and (
            path.name.lower().endswith(ENDING)
            or naming.ends_as_label(path)
            or any(key in keys for key in label_keys(path))
        )
    }
    sure = {path for path in marked if path.name.lower().endswith(ENDING)}
    return marked if plain or len(marked) < len(files) else sure


def _may_be_label(path: Path) -> bool:
    named = path.name.lower().endswith(ENDING) or naming.names_label(path)
    return named and path.is_file()


def _keys(images: list[Path]) -> set[str]:
    """Possible names of the images' labels; "" for an image called just "image"."""
    bases = {_base_key(image) for image in images} - {""}
    return {image_key(image) for image in images} | bases


def _base_key(image: Path) -> str:
    base = naming.sequence_base(image)
    return image_key(Path(base)) if base else ""


def _further_channels(images: list[Path], labels: list[Path]) -> list[tuple[Path, str]]:
    """Channels other than the first. The numbers of pictures may also count frames of a film: they
    are channels only if a label has the case's name."""
    cases: dict[tuple[Path, str], dict[int, Path]] = {}
    for image in images:
        found = naming.channel(image) if image.is_file() else None
        if found:
            cases.setdefault((image.parent, found[0]), {})[found[1]] = image
    labelled = {stem(label) for label in labels}
    further = []
    for (_, case), files in cases.items():
        whole = sorted(files) == list(range(len(files))) and len(files) <= _MOST_CHANNELS
        pictures = any(path.name.lower().endswith(_PICTURES) for path in files.values())
        if whole and (case in labelled or not pictures):
            further += [(files[number], CHANNEL) for number in sorted(files)[1:]]
    return further


def _further_formats(images: list[Path]) -> list[tuple[Path, str]]:
    """Files that differ from an earlier one in the ending alone."""
    seen: set[tuple[Path, str]] = set()
    again = []
    for image in images:
        key = image.parent, stem(image)
        if key in seen:
            again.append((image, SAME))
        seen.add(key)
    return again


def _sequences(images: list[Path]) -> dict[Path, str]:
    """Images that are sequences of one examination, with its name; where several examinations have
    the same, with that of its folder."""
    based = [(image, base) for image in images if (base := naming.sequence_base(image))]
    namesakes = _by(stem, images)
    shared = {base for image, base in based if len(namesakes[stem(image)]) > 1}
    by_base: dict[str, list[Path]] = {}
    for image, base in based:
        name = f"{image.parent.name} {base}" if base in shared else base
        by_base.setdefault(name, []).append(image)
    return {i: base for base, several in by_base.items() if len(several) > 1 for i in several}


def _by(key: Callable[[Path], str], paths: list[Path]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for path in dict.fromkeys(paths):
        found.setdefault(key(path), []).append(path)
    return found


def _nearest(image: Path, rivals: list[Path], labels: list[Path]) -> list[Path]:
    """Of labels that fit all ``rivals`` by their names, those of one of these images.

    Where patients have folders of their own, all images may be called "scan": then the label in the
    image's folder is its own, or the one in a folder of the same name.
    """
    if len(rivals) == 1:
        return labels
    places: tuple[Callable[[Path], object], ...] = (lambda p: p.parent, lambda p: p.parent.name)
    for place in places:
        near = [label for label in labels if place(label) == place(image)]
        if near and sum(place(rival) == place(image) for rival in rivals) == 1:
            return near
    return []
