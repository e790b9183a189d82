"""Warnings of a training about labels in which classes share voxels: a voxel learns one of them."""

from __future__ import annotations

from collections.abc import Iterable

from semigda.data.cases import Case
from semigda.data.other_grid import has_overlaps
from semigda.progress import Progress
from semigda_core.project.check.rules.results import FILES_OVERLAP, FOLDERS_OVERLAP


def tell_overlaps(cases: Iterable[Case], fresh: Iterable[Case], progress: Progress) -> None:
    """Warn of segments that overlap.

    Args:
        fresh: cases whose slices were just made. There may be many results of other programs, so
            they are looked through once.
    """
    if count := sum(has_overlaps(case.label, case.classes) for case in cases):
        progress.warn(
            "Segments of a label overlap: there, the later one counts."
            if count == 1
            else f"Segments of {count} labels overlap: there, the later one counts."
        )
    results = [(case.machine_label, case.machine_classes) for case in fresh if case.machine_label]
    for message, folders in ((FOLDERS_OVERLAP, True), (FILES_OVERLAP, False)):
        if any(has_overlaps(*one) for one in results if one[0].is_dir() == folders):
            progress.warn(message)
