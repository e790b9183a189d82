"""Measuring a case: enough to find what would spoil a training.

One volume is in memory at a time. Facts are plain values without names; rules that know the other
cases judge them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from semigda.data.components import largest_part
from semigda.data.geometry import orient
from semigda.data.intensity import white_of
from semigda.data.labels import label_parts, shown_colours, unlabelled
from semigda.data.other_grid import held_keys, share_inside
from semigda.data.unlabelled import finished_axis, finished_of
from semigda.data.volumes import Volume, content_hashes, read_volume, sampled, slice_axis
from semigda.progress import UNWATCHED, Progress
from semigda.reading.orientation import orientation
from semigda_core.errors import SemiGDAError
from semigda_core.labels.provenance import origin_of
from semigda_core.labels.segments import read_segments
from semigda_core.models.fit import UNTOLD

AROUND = 0.75  # of the edges of slices: what is there is background, as a rule


def measure_case(
    image: Path,
    label: Path | None,
    progress: Progress = UNWATCHED,
    watch: Callable[[Volume], None] = lambda volume: None,
    label_slices: str | None = None,
    result: Path | None = None,
    only: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Facts of an image and its label: ``{"image": {...}, "label": {...} | None}``.

    An unreadable file has ``{"error": {class, message, action, detail}}`` instead. For the image:

    - ``shape`` and ``spacing`` (slice, row, column of an axial view), ``slice_axis`` of the
      largest step, ``channels``, ``picture``, ``dtype``
    - ``low``, ``middle``, ``high``: percentiles 0.5, 50, 99.5; ``min``, ``max``
    - ``white``: the value that is white, of a picture of more bits that can be read as one of 8
    - ``modality``: DICOM's code, if the file has one
    - ``unit``: that the file gives for what is taken for mm
    - ``unsaid``: what the file does not say, of :data:`semigda_core.models.fit.UNSAID`
    - ``turned``: that other programs show it turned against its label
    - ``hash`` of its voxels in patient orientation, ``mirror`` of the mirror image

    For the label: ``parts`` (voxels and slices of every segment name or value), ``overlap`` in
    voxels, ``under``: of a part under others, how many voxels lie under which, ``hash``,
    ``origin`` according to the file, ``low`` and ``high`` of the image in the foreground,
    ``colours`` in which a picture's palette shows the parts, ``around``: the parts that most
    of the slices' edges belong to, ``scattered``: whether it is drawn on
    single slices with empty ones between; if it is on another grid, ``inside``: the share of its
    foreground inside the image, and ``held``: the segments or values that it holds. What is
    unlabelled does not count. If slices of it are not finished, ``finished`` has what ``said`` so,
    ``slices`` that are finished ``of`` all, and ``outside``, how many others are drawn on.

    Args:
        watch: called with the image, for callers that need more than facts.
        label_slices: see :attr:`semigda.data.cases.Case.label_slices`.
        result: another program's; ``"result"`` then has the facts of a label.
        only: its structures that have a class, if each has a file of its own.

    Raises:
        SemiGDAError: "cancelled".
    """
    facts: dict[str, Any] = {"image": None, "label": None}
    try:
        volume = read_volume(image, progress=progress)
    except SemiGDAError as error:
        if error.error_class == "cancelled":
            raise
        return facts | {"image": {"error": error.to_dict()}}
    facts["image"] = _image_facts(volume, progress)
    if volume.two_dimensional and label is not None and _turned(image, label):
        facts["image"]["turned"] = True
    if label is not None:
        facts["label"] = _label_facts(label, volume, progress, label_slices)
    if result is not None:
        facts["result"] = _label_facts(result, volume, progress, None, only)
    watch(volume)
    return facts


def _turned(image: Path, label: Path) -> bool:
    """Whether other programs show the two turned against each other, unless the label has named
    segments: it was drawn on the picture as it is stored."""
    if orientation(image) == orientation(label):
        return False
    try:
        return not read_segments(label)
    except SemiGDAError:  # the label's facts say what is wrong
        return False


def _image_facts(volume: Volume, progress: Progress) -> dict[str, Any]:
    order, _ = orient(volume.affine, "axial")
    low, middle, high = np.percentile(sampled(volume.array), (0.5, 50, 99.5))
    content, mirror = content_hashes(volume, progress)
    facts = {
        "shape": [volume.shape[axis] for axis in order],
        "spacing": [round(volume.spacing[axis], 4) for axis in order],
        "slice_axis": slice_axis(volume),
        "channels": volume.channels,
        "picture": volume.two_dimensional,
        "dtype": str(volume.array.dtype),
        "low": float(low),
        "middle": float(middle),
        "high": float(high),
        "min": min(float(plane.min()) for plane in volume.array),
        "max": max(float(plane.max()) for plane in volume.array),
        "hash": content,
        "mirror": mirror,
    }
    if volume.modality not in UNTOLD:
        facts["modality"] = volume.modality
    if volume.unit:
        facts["unit"] = volume.unit
    if volume.unsaid:
        facts["unsaid"] = list(volume.unsaid)
    if volume.two_dimensional and volume.array.dtype != np.uint8:
        with suppress(SemiGDAError):
            facts["white"] = white_of(volume.array)
    return facts


def _label_facts(
    path: Path,
    volume: Volume,
    progress: Progress,
    label_slices: str | None,
    only: Sequence[str] | None = None,
) -> dict[str, Any]:
    try:
        return _read_facts(path, volume, progress, label_slices, only)
    except SemiGDAError as error:
        if error.error_class == "cancelled":
            raise
        facts: dict[str, Any] = {"error": error.to_dict()}
        facts |= {} if label_slices is None else {"said": label_slices}
        if error.error_class == "geometry-mismatch":
            facts["inside"] = _share_inside(path, volume, only)
            if only is None:
                with suppress(SemiGDAError):
                    facts["held"] = held_keys(path)
        return facts


def _read_facts(
    path: Path,
    volume: Volume,
    progress: Progress,
    label_slices: str | None,
    only: Sequence[str] | None,
) -> dict[str, Any]:
    """Of a label that lies on its image's grid."""
    digest = hashlib.blake2b(digest_size=16)
    parts: dict[str, dict[str, int]] = {}
    drawn, unknown = (np.zeros(volume.shape, bool) for _ in range(2))
    top, keys = np.zeros(volume.shape, np.uint16), [""]  # of the parts so far, the one that counts
    under: dict[str, dict[str, int]] = {}
    others = _others(orient(volume.affine, slice_axis(volume))[0][0])
    finished = finished_of(path, label_slices)
    for where in unlabelled(path, volume, label_slices):
        unknown |= where
    if finished is not None:
        digest.update(str(finished).encode() + b"\0")
    classes = None if only is None else dict.fromkeys(only, 1)
    shown, colours = shown_colours(path), {}
    around: list[str] = []
    for key, mask in label_parts(path, volume, classes):
        progress.check()
        drawn |= mask
        if shown is not None and not key.startswith("#") and mask.any():
            colours[key] = "#" + bytes(shown[mask][0]).hex()
        mask = mask & ~unknown
        if _edges(mask, others).mean() > AROUND:
            around.append(key)
        digest.update(key.encode("utf-8", "surrogatepass") + b"\0")
        digest.update(np.packbits(mask).data)
        part = parts.setdefault(key, {"voxels": 0, "slices": 0})
        part["voxels"] += int(mask.sum())
        part["slices"] += int(mask.any(axis=others).sum())
        if finished is None:  # else nobody knows what lies between the labelled slices
            part["largest"] = max(part.get("largest", 0), largest_part(mask))
        for lower, count in enumerate(np.bincount(top[mask]).tolist()):
            if lower and count:
                below = under.setdefault(keys[lower], {})
                below[key] = below.get(key, 0) + count
        top[mask] = len(keys)
        keys.append(key)
    seen = top > 0
    overlap = sum(sum(below.values()) for below in under.values())
    facts: dict[str, Any] = {"parts": parts, "overlap": overlap, "hash": digest.hexdigest()}
    facts["origin"] = origin_of(path)
    if under:
        facts["under"] = under
    if colours:
        facts["colours"] = colours
    if around and not (seen | unknown).all():
        facts["around"] = around
    facts["scattered"] = _scattered(np.atleast_1d(seen.any(axis=others)))
    if finished is not None:
        axis, count = finished_axis(path, volume, finished)
        outside = drawn.any(axis=_others(axis)) & unknown.all(axis=_others(axis))
        facts["finished"] = {
            "said": str(finished),
            "slices": count,
            "of": volume.shape[axis],
            "outside": int(outside.sum()),
        }
    if seen.any():
        low, high = np.percentile(volume.array[seen], (0.5, 99.5))
        facts |= {"low": float(low), "high": float(high)}
    return facts


def _edges(mask: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """The first and last voxels along the axes."""
    return np.concatenate([mask.take((0, -1), axis).ravel() for axis in axes])


def _others(axis: int) -> tuple[int, ...]:
    """The other two axes."""
    return tuple(n for n in range(3) if n != axis)


def _scattered(held: np.ndarray) -> bool:
    """Whether slices hold something one by one, at least three of them, as somebody draws who
    labels every n-th slice."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], held.astype(np.int8), [0]))))
    lengths = edges[1::2] - edges[::2]
    return len(lengths) >= 3 and bool((lengths == 1).mean() >= 0.75)


def _share_inside(path: Path, volume: Volume, only: Sequence[str] | None) -> float:
    try:
        return round(share_inside(path, volume, only or ()), 4)
    except SemiGDAError:
        return 0.0  # unreadable in another way; nothing can be resampled
