"""Which slices of a label are finished, and which of its voxels nobody has labelled.

A case may be labelled on some of its slices only. On a *finished* slice every voxel has its label,
so an empty one truly holds nothing; the voxels of all other slices are unlabelled, whatever is
drawn there. A region may be unlabelled too: the voxels of an *ignored* segment are neither a class
nor background.

Slices are counted from 0 along one axis of the grid that the label refers to: that of the volume a
segmentation was drawn on, also if Slicer saved only the part of it that holds something; or the
label file's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from semigda_core.errors import SemiGDAError

# Tags of segments, because Slicer keeps these when it saves, and drops other lines of the header.
# Every segment has the first one, with the same text; a segment with the second one is ignored.
FINISHED_TAG = "SemiGDA.FinishedSlices"
IGNORE_TAG = "SemiGDA.Ignore"
WHOLE = "all"  # what stands for None in a case list: every slice is finished
IGNORED = 255  # the class of voxels that are unlabelled, in mappings and in label arrays
IGNORE = "ignore"  # what a mapping may say for it

MOST = 100_000  # slices along an axis
_TEXT = re.compile(r"([012]):((?: \d{1,6}(?:-\d{1,6})?)*) ?")


@dataclass(frozen=True)
class FinishedSlices:
    """The finished slices of a partly labelled case. A whole one has None instead.

    Attributes:
        axis: 0, 1 or 2, the index i, j or k that counts the slices.
        indices: sorted, each once; none if nothing is finished yet.
    """

    axis: int
    indices: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        indices = tuple(sorted(set(self.indices)))
        if self.axis not in (0, 1, 2) or (indices and not 0 <= indices[0] <= indices[-1] < MOST):
            raise ValueError("axis or slices out of range")
        object.__setattr__(self, "indices", indices)

    def __len__(self) -> int:
        return len(self.indices)

    def __contains__(self, index: int) -> bool:
        return index in self.indices

    def __str__(self) -> str:
        """Axis and slices: ``2: 3 7 12-15``."""
        return " ".join([f"{self.axis}:", *map(_run_text, _runs(self.indices))])

    def including(self, indices: Iterable[int]) -> FinishedSlices:
        """With these slices as well."""
        return FinishedSlices(self.axis, (*self.indices, *indices))

    def without(self, indices: Iterable[int]) -> FinishedSlices:
        """Without these slices."""
        gone = set(indices)
        return FinishedSlices(self.axis, tuple(n for n in self.indices if n not in gone))


def read_finished(text: str) -> FinishedSlices | None:
    """What :func:`finished_text` wrote.

    Raises:
        SemiGDAError: "bad-input" for any other text.
    """
    if text.strip().casefold() == WHOLE:
        return None
    found = _TEXT.fullmatch(text.strip())
    runs = [run.partition("-") for run in found[2].split()] if found else []
    pairs = [(int(first), int(last or first)) for first, _, last in runs]
    if found is None or not all(first <= last < MOST for first, last in pairs):
        raise SemiGDAError(
            "bad-input",
            "The finished slices of a label cannot be read.",
            action=f"Write axis and slices such as '2: 3 7 12-15', or '{WHOLE}'.",
        )
    indices = {n for first, last in pairs for n in range(first, last + 1)}
    return FinishedSlices(int(found[1]), tuple(indices))


def finished_text(finished: FinishedSlices | None) -> str:
    """``2: 3 7 12-15``, or ``all``."""
    return WHOLE if finished is None else str(finished)


def finished_tags(finished: FinishedSlices | None) -> dict[str, str]:
    """The tags that every segment of a label gets; none if it is whole."""
    return {} if finished is None else {FINISHED_TAG: str(finished)}


def finished_said(tags: Iterable[Mapping[str, str]]) -> FinishedSlices | None:
    """What the tags of a label's segments say; None if they say nothing: then it is whole.

    A segment without the tag was added later and says nothing. Where segments differ, a slice is
    finished if all of them say so.

    Raises:
        SemiGDAError: "bad-input" if a tag cannot be read, or if they differ in the axis.
    """
    said = [read_finished(one[FINISHED_TAG]) for one in tags if FINISHED_TAG in one]
    marked = [one for one in said if one is not None]
    if not marked:
        return None
    if len({one.axis for one in marked}) > 1:
        raise SemiGDAError(
            "bad-input",
            "The segments of a label say that slices of different directions are finished.",
            action="Mark the finished slices of the case again.",
        )
    common = set.intersection(*(set(one.indices) for one in marked))
    return FinishedSlices(marked[0].axis, tuple(common))


def is_ignored(tags: Mapping[str, str]) -> bool:
    """Whether the voxels of a segment are unlabelled."""
    return tags.get(IGNORE_TAG, "").strip() == "1"


def _runs(indices: tuple[int, ...]) -> list[tuple[int, int]]:
    """First and last of each run of consecutive numbers."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        if runs and runs[-1][1] == index - 1:
            runs[-1] = runs[-1][0], index
        else:
            runs.append((index, index))
    return runs


def _run_text(run: tuple[int, int]) -> str:
    first, last = run
    return str(first) if first == last else f"{first}-{last}"
