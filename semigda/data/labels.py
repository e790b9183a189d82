"""Labels on the grid of their image, with the study's own classes.

The parts of a label file have *keys*: the names of a segmentation's segments or, without names,
values ("1", "2"), colours ("#ff0000") or the numbers of maps, if every class has its own ("channel
1"). A mapping gives the class of each key, 0 for none, 255 for voxels that are unlabelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from semigda.data.cases import Case
from semigda.data.geometry import lattice_match, turned
from semigda.data.plain_labels import (
    check_dicom_label,
    colours,
    flags,
    is_grey,
    of_jpeg,
    whole_values,
)
from semigda.data.region import outside
from semigda.data.unlabelled import finished_of, unfinished
from semigda.data.volumes import Volume, read_layer, read_stored
from semigda.reading.detect import format_of
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.region import read_region_text
from semigda_core.labels.finished import IGNORED
from semigda_core.labels.provenance import REGION, said
from semigda_core.labels.segments import Segment, classes_by_name, read_segments
from semigda_core.labels.structures import structures


def label_parts(
    path, like: Volume, classes: Mapping[str, int] | None = None
) -> Iterator[tuple[str, np.ndarray]]:
    """Key and mask (bool, z, y, x, on the grid of ``like``) of every part of a label file, or of a
    folder with a file for each structure.

    Segments come in the file's order, including empty ones, and may overlap; so may maps, one for
    every class. Values and colours come in ascending order, without 0 and black. Ignored segments
    are no parts.

    Args:
        classes: the mapping, if there is one. A picture of 0 and 255 is a mask of 0 and 1, unless
            the mapping says what 255 is: there may be no 1 in it, but a 255 that is unlabelled.
            Structures come in the order of their classes, and those without one are not read.

    Raises:
        SemiGDAError: "geometry-mismatch" if it lies on another grid; "bad-input" if it is
            unreadable or not a label.
    """
    path = Path(path)
    segments = read_segments(path)
    if path.is_dir():
        names = [segment.name for segment in segments]
        if classes is not None:
            names = [name for _, name in in_class_order(classes)]
        yield from ((name, structure_mask(path, name, like)[0]) for name in names)
        return
    if not segments:
        yield from _plain_parts(path, like, str(IGNORED) not in (classes or ()))
        return
    yield from ((segment.name, mask) for segment, mask in _masks(path, segments, like))


def _masks(
    path: Path, segments: list[Segment], like: Volume, ignored: bool = False
) -> Iterator[tuple[Segment, np.ndarray]]:
    """Of a file's ``segments``, those that are ``ignored`` or those that are not, on the grid of
    ``like``; each layer is read once."""
    layer = -1
    array: np.ndarray | None = None
    named = {segment.layer for segment in segments}
    for segment in segments:
        if segment.ignored != ignored:
            continue
        if array is None or segment.layer != layer:
            first, layer, array = layer < 0, segment.layer, None  # freed before the next is read
            stored = read_layer(path, layer)
            _check_named(stored.array, [one.value for one in segments if one.layer == layer])
            for other in set(range(stored.layers)) - named if first else ():
                _check_named(read_layer(path, other).array, [])
            array = place(stored.array, stored.affine, like, cropped=True)
        yield segment, np.equal(array, segment.value)


def _check_named(layer: np.ndarray, values: list[int]) -> None:
    """Refuse voxels that no segment has: they would be background without a word."""
    for plane in layer:
        nobodys = plane[~np.isin(plane, [0, *values])]
        if nobodys.size:
            raise SemiGDAError(
                "bad-input",
                f"The segmentation holds voxels of the value {nobodys[0]!s}, which no segment of "
                "it has.",
                action="Add the segment to the file's header, or save the file in Slicer, which "
                "leaves such voxels out.",
            )


def structure_mask(
    folder: Path, name: str, like: Volume | None = None
) -> tuple[np.ndarray, Volume]:
    """Mask (bool, z, y, x) of a structure that has a file of its own, on the grid of ``like`` or,
    without it, on the file's own; and what was read.

    Raises:
        SemiGDAError: "geometry-mismatch" if it lies on another grid; "bad-input" if its file is
            gone, unreadable or holds more than zeros and ones.
    """
    file = structures(folder).get(name)
    if file is None:
        raise SemiGDAError(
            "bad-input",
            f"The structure '{name}' has no file.",
            action="Put it back, or add the results again.",
        )
    stored = _read_plain(file)
    several = stored.channels > 1 or _maps(stored) > 1
    try:
        mask = None if several else _on_grid(stored, stored if like is None else like)
    except SemiGDAError as error:
        if error.error_class != "geometry-mismatch":
            raise
        message = f"The structure '{name}' lies on another grid than the image."
        raise SemiGDAError(error.error_class, message) from error
    if mask is None or mask.max() > 1:
        raise SemiGDAError(
            "bad-input",
            f"The file of the structure '{name}' holds more than zeros and ones.",
            action="Give each structure a file of its own, or each image one label map.",
        )
    return mask > 0, stored


def _plain_parts(path: Path, like: Volume, masks: bool) -> Iterator[tuple[str, np.ndarray]]:
    stored = _read_plain(path)
    if stored.channels > 1 and (stored.two_dimensional or stored.array.max() > 1):
        yield from _values(place(colours(stored.array), stored.affine, like), "#{:06x}")
    elif stored.channels > 1 or _maps(stored) > 1:
        for number in range(stored.layers):
            stored = read_layer(path, number)
            yield f"channel {number + 1}", place(flags(stored.array), stored.affine, like) > 0
    else:
        yield from _values(_on_grid(stored, like, masks=masks), "{}")


def _values(labels: np.ndarray, key: str) -> Iterator[tuple[str, np.ndarray]]:
    for value in np.unique(labels):
        if value:
            yield key.format(value), labels == value


def _read_plain(path: Path) -> Volume:
    """A label without names as stored: (z, y, x), or (z, y, x, 3) if three colours or maps differ.
    Of more maps it is the first."""
    known = format_of(path) if path.is_file() else None
    if known and known.name == "dicom":
        check_dicom_label(path)
    if known and known.picture:
        stored = read_stored(path, labels=True)
        if known.name == "jpeg":
            stored.array = of_jpeg(stored.array)
    else:
        stored = read_layer(path, 0)
        if stored.layers == 3:
            maps = [stored.array, *(read_layer(path, number).array for number in (1, 2))]
            stored.array = np.stack(maps, axis=-1)
    if stored.channels > 1 and is_grey(stored.array):
        stored.array = stored.array[..., 0]
    return stored


def shown_colours(path: Path) -> np.ndarray | None:
    """What a picture looks like: colours (1, y, x, 3) uint8, as its palette says, whatever its
    values are as a label; None for a grey one and for other files."""
    known = format_of(path) if path.is_file() else None
    if known is None or not known.picture:
        return None
    array = read_stored(path).array
    if array.ndim == 3 or array.dtype not in (np.uint8, np.uint16):
        return None
    return array if array.dtype == np.uint8 else (array // 257).astype(np.uint8)


def _maps(stored: Volume) -> int:
    """The number of maps in the file that :func:`_read_plain` read; colours are one."""
    return 1 if stored.two_dimensional or stored.layers == 3 else stored.layers


def by_names(cases: Iterable[Case], classes: Iterable[str]) -> list[Case]:
    """The cases of a list; labels that name their segments are mapped by these names.

    Args:
        classes: the names of the classes 1, 2 ...; cases with their own mapping keep it.

    Raises:
        SemiGDAError: "bad-input" for a segmentation that cannot be read.
    """
    values = {name: value for value, name in enumerate(classes, 1)}
    result = []
    for case in cases:
        if case.label is not None and case.classes is None and case.role != "unlabeled":
            names = [one.name for one in read_segments(case.label) if not one.ignored]
            if names:
                case = replace(case, classes=classes_by_name(names, values))
        if case.machine_label is not None and case.machine_classes is None:
            names = [segment.name for segment in read_segments(case.machine_label)]
            if names:
                found = dict.fromkeys(names, 0) | classes_by_name(names, values)
                case = replace(case, machine_classes=found)
        result.append(case)
    return result


def read_case(case: Case, like: Volume) -> np.ndarray:
    """:func:`read_classes` of a case's label."""
    return read_classes(case.label, like, case.classes, case.label_slices)


def read_classes(
    path,
    like: Volume,
    classes: Mapping[str, int] | None,
    label_slices: str | None = None,
    *,
    others: bool = False,
) -> np.ndarray:
    """A label file as class values on the grid of ``like``: uint8 (z, y, x), 0 is background, and
    255 (:data:`~semigda_core.labels.finished.IGNORED`) is where the label says nothing.

    Args:
        classes: the class of every key, 0 leaves it out; None keeps a label map's values. If
            segments overlap, the later one counts, as in Slicer; but what is unlabelled is. Of
            structures with files of their own, that of the later class does.
        label_slices: see :attr:`Case.label_slices`.
        others: whether keys without a class are left out too.

    Raises:
        SemiGDAError: as :func:`read_labels`, and "bad-input" for a key
            without a class.
    """
    if classes is None:
        result = read_labels(path, like)
        if (result == IGNORED).any():
            raise SemiGDAError(
                "bad-input",
                f"The label map holds the value {IGNORED}, which is no class.",
                action=f"Say in the mapping what it is; {IGNORED} itself means unlabelled.",
            )
    else:
        result = np.zeros(like.shape, np.uint8)
        for value, mask in _class_masks(path, like, classes, others):
            result[mask & (result != IGNORED)] = value
    for unknown in unlabelled(path, like, label_slices):
        result[unknown] = IGNORED
    return result


def unlabelled(path, like: Volume, label_slices: str | None = None) -> Iterator[np.ndarray]:
    """The parts of the grid of ``like`` of which a label says nothing, as masks (z, y, x), whatever
    its mapping is."""
    path = Path(path)
    finished = finished_of(path, label_slices)
    if finished is not None:
        yield unfinished(path, like, finished)
    segments = read_segments(path)
    yield from (mask for _, mask in _masks(path, segments, like, ignored=True))
    regions = {text for segment in segments if (text := said(segment.tags).get(REGION))}
    if regions:  # a model made it there, and nobody has looked at the rest
        drawn = np.zeros(like.shape, bool)
        for _, mask in label_parts(path, like):
            drawn |= mask
        for text in regions:
            yield outside(like, read_region_text(text)) & ~drawn


def _class_masks(
    path, like: Volume, classes: Mapping[str, int], others: bool = False
) -> Iterator[tuple[int, np.ndarray]]:
    """Class and mask of every part of a label file that has a class."""
    for key, mask in label_parts(path, like, classes):
        if classes.get(key):
            yield classes[key], mask
        elif key not in classes and not others and mask.any():
            raise SemiGDAError(
                "bad-input",
                "A label holds a segment or value that belongs to no class.",
                action="Give every segment of the labels a class, or leave it out on purpose.",
            )


def in_class_order(classes: Mapping[str, int]) -> list[tuple[int, str]]:
    """Classes and structures in the order in which they are painted: what lies inside another
    class, as a tumour in its organ, comes after it. The order of the files says nothing."""
    return sorted((value, key) for key, value in classes.items() if value)


def read_labels(path, like: Volume) -> np.ndarray:
    """Read a label map onto the grid of ``like``: uint8 (z, y, x), 0 is background.

    Values may be stored as floats if they are whole; in a picture, 0 and 255 mean 0 and 1. A label
    with another order or direction of axes is turned to the image's; a cropped segmentation is put
    in its place.

    Raises:
        SemiGDAError: "geometry-mismatch" if it lies on another grid; "bad-input" if it is
            unreadable, coloured, interpolated, or has values other than 0 to 255.
    """
    path = Path(path)
    stored = _read_plain(path)
    if stored.channels > 1 or _maps(stored) > 1:
        raise SemiGDAError(
            "bad-input",
            "The label map is coloured or has overlapping layers.",
            action="Say which class each colour or layer is, or save one value for each class.",
        )
    return _on_grid(stored, like, cropped=bool(read_segments(path)))


def _on_grid(stored: Volume, like: Volume, cropped: bool = False, masks: bool = True) -> np.ndarray:
    """Whole values; with ``masks``, the 255 of a picture without other values is 1."""
    array = stored.array
    if stored.two_dimensional and array.dtype == np.uint16 and np.isin(array, (0, 65535)).all():
        array = array // 257  # the white of 16 bits
    labels = place(whole_values(array), stored.affine, like, cropped)
    if masks and stored.two_dimensional and labels.max() == 255 and np.isin(labels, (0, 255)).all():
        labels = (labels > 0).astype(np.uint8)
    return labels


def _elsewhere(shape: tuple[int, ...], like: Volume, swapped: bool = False) -> SemiGDAError:
    """Of a label without a position of its own, such as a picture, or an array saved with its axes
    in the order x, y (``swapped``), only the sizes tell."""
    if not (swapped or like.two_dimensional):
        return SemiGDAError("geometry-mismatch")
    last = slice(1, 3) if like.two_dimensional else slice(3)
    label, image = (" x ".join(map(str, one[last][::-1])) for one in (shape, like.shape))
    if sorted(shape) != sorted(like.shape):
        return SemiGDAError(
            "bad-input",
            f"The label's size is {label} and that of its image {image}: it belongs to another "
            "picture, or one of them was scaled or cropped.",
            action="Choose the label of this picture, in the size of the picture.",
        )
    return SemiGDAError(
        "bad-input",
        f"The label's size is {label} and that of its image {image}: one of them is turned.",
        action="Save the label with the width and height of the stored image; a camera may have "
        "stored a picture otherwise than other programs show it.",
    )


def place(array: np.ndarray, affine: np.ndarray, like: Volume, cropped: bool = False) -> np.ndarray:
    """The label ``array`` (z, y, x) with its own ``affine``, on the grid of ``like``.

    Raises:
        SemiGDAError: "geometry-mismatch" if it lies on another one, "bad-input" if that is a
            picture's; only a ``cropped`` one may be smaller.
    """
    if like.two_dimensional and array.shape == like.shape:
        return array  # pictures have no position in space
    match = lattice_match(like, array.shape, affine)
    if match is None:
        raise _elsewhere(array.shape, like)
    order, flips, start = match
    unmoved = (order, flips, start) == ((0, 1, 2), (False,) * 3, (0, 0, 0))
    if unmoved and array.shape != like.shape and sorted(array.shape) == sorted(like.shape):
        raise _elsewhere(array.shape, like, swapped=True)
    array = turned(array, order, flips)
    inside = all(
        0 <= s and s + n <= m for s, n, m in zip(start, array.shape, like.shape, strict=True)
    )
    if array.shape == like.shape and start == (0, 0, 0):
        return array
    if not (cropped and inside):
        raise _elsewhere(array.shape, like)
    placed = np.zeros(like.shape, array.dtype)
    placed[tuple(slice(s, s + n) for s, n in zip(start, array.shape, strict=True))] = array
    return placed
