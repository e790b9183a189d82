"""Finding images and their labels in folders, by name; nothing is added here.

Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from semigda.data.segments import ENDING as SEGMENTATION
from semigda.errors import SemiGDAError
from semigda.project.project import NewCase

# The longest first: "a.seg.nrrd" is no "a.seg" in NRRD.
_ENDINGS = (
    *(SEGMENTATION, ".nii.gz", ".nrrd", ".nhdr", ".nii", ".mha", ".mhd", ".dcm"),
    *(".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"),
)
_LABEL_WORDS = {
    *("label", "labels", "labelmap", "seg", "segm", "segmentation", "mask", "masks"),
    *("gt", "groundtruth", "annotation", "contour"),
}
_IMAGE_WORDS = {"image", "img", "images", "volume", "vol", "scan", "0000"}


@dataclass(frozen=True)
class Pairing:
    """What a folder offers: images with their label or None, and labels without an image.

    ``doubtful`` images have several labels of their name; they come without one.
    """

    pairs: list[tuple[Path, Path | None]]
    unpaired_labels: list[Path]
    doubtful: list[Path]

    @property
    def unpaired_images(self) -> list[Path]:
        return [image for image, label in self.pairs if label is None]

    def cases(self, group_pattern: str | None = None) -> list[NewCase]:
        """The pairs, ready to be added.

        Args:
            group_pattern: a regular expression; what it finds in an image's name (its first group,
                if it has one) names the patient.
        """
        try:
            pattern = re.compile(group_pattern) if group_pattern else None
        except re.error as error:
            raise SemiGDAError(
                "bad-input", "The pattern for patients is no regular expression."
            ) from error
        cases = []
        for image, label in self.pairs:
            found = pattern.search(image.name) if pattern else None
            group = (found.group(1) if found.re.groups else found.group(0)) if found else None
            cases.append(NewCase(image, label, name=stem(image), group=group))
        return cases


def pair_folder(images: Path | str, labels: Path | str | None = None) -> Pairing:
    """Pair the images of a folder with labels of the same name.

    Names may differ in words such as "image" and "label", "seg" or "mask". In one folder for both,
    files with such a word, and ``.seg.nrrd`` files, are the labels. A folder with DICOM files is
    one image.

    Raises:
        SemiGDAError: "bad-input" if a folder is not there or there is no image.
    """
    images = Path(images)
    found = _files(images)
    if labels is None or Path(labels).resolve() == images.resolve():
        return pair_files(found)
    if not found:
        raise _no_images()
    return _paired(found, [path for path in _files(Path(labels)) if path.is_file()])


def pair_files(paths: Iterable[Path | str]) -> Pairing:
    """Pair files (and DICOM folders) of any folders, as :func:`pair_folder` does in one."""
    found = [Path(path) for path in paths]
    names = {_key(path, _IMAGE_WORDS) for path in found if not _is_label(path)}
    # A word such as "seg" makes a label only beside an image; alone it is part of a name.
    marked = [
        path
        for path in found
        if _is_label(path) and (path.name.lower().endswith(SEGMENTATION) or _both(path) in names)
    ]
    images = [path for path in found if path not in marked]
    if not images:
        raise _no_images()
    return _paired(images, marked)


def _no_images() -> SemiGDAError:
    return SemiGDAError("bad-input", "There are no images.", action="Choose others.")


def _paired(images: list[Path], labels: list[Path]) -> Pairing:
    pairs: list[tuple[Path, Path | None]] = []
    taken: set[Path] = set()
    doubtful = []
    by_name: dict[str, list[Path]] = {}
    by_key: dict[str, list[Path]] = {}
    for label in labels:
        by_name.setdefault(stem(label), []).append(label)
        by_key.setdefault(_both(label), []).append(label)
    keys = [_key(image, _IMAGE_WORDS) for image in images]
    for image, key in zip(images, keys, strict=True):
        # The very name, or else what is left of it, where no other image has the same left.
        fitting = by_name.get(stem(image)) or (by_key.get(key, []) if keys.count(key) == 1 else [])
        if len(fitting) > 1:
            doubtful.append(image)
        pairs.append((image, fitting[0] if len(fitting) == 1 else None))
        taken |= set(fitting)
    return Pairing(pairs, [label for label in labels if label not in taken], doubtful)


def stem(path: Path) -> str:
    """A file's name without its ending, and a folder's name."""
    for ending in _ENDINGS:
        if path.name.lower().endswith(ending):
            return path.name[: -len(ending)]
    return path.name


def _words(path: Path) -> list[str]:
    return [word for word in re.split(r"[\s_.\-]+", stem(path).lower()) if word]


def _key(path: Path, drop: set[str]) -> str:
    return " ".join(word for word in _words(path) if word not in drop)


def _both(path: Path) -> str:
    return _key(path, _LABEL_WORDS | _IMAGE_WORDS)


def _is_label(path: Path) -> bool:
    return path.is_file() and (
        path.name.lower().endswith(SEGMENTATION) or bool(_LABEL_WORDS & set(_words(path)))
    )


def _files(folder: Path) -> list[Path]:
    """Images of a folder in their natural order: 2 before 10."""
    if not folder.is_dir():
        raise SemiGDAError("bad-input", "The folder does not exist.", action="Choose another.")
    if _is_series(folder):
        return [folder]
    found = [
        path
        for path in folder.iterdir()
        if not path.name.startswith(".")
        and (path.name.lower().endswith(_ENDINGS) if path.is_file() else _is_series(path))
    ]
    return sorted(found, key=lambda path: [_number(t) for t in re.split(r"(\d+)", path.name)])


def _number(text: str) -> tuple[int, int, str]:
    return (0, int(text), "") if text.isdecimal() else (1, 0, text.lower())


def _is_series(folder: Path) -> bool:
    """Whether a folder holds DICOM files, by its first one."""
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("."):
            with open(path, "rb") as file:
                return file.read(132)[128:] == b"DICM"
    return False
