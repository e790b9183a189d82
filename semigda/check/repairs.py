"""All repairs that the check offers, including those that need voxels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from semigda.data.other_grid import has_overlaps, resample_classes
from semigda.data.segnrrd import write_map
from semigda.data.unlabelled import whole_slices
from semigda.data.volumes import read_volume
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import all_or_nothing
from semigda_core.labels.finished import IGNORED, finished_text
from semigda_core.project.changes import find_case, set_label
from semigda_core.project.check.findings import Finding
from semigda_core.project.check.latest import measured
from semigda_core.project.check.repairs import Change, apply_fix
from semigda_core.project.own_labels import giving_labels, new_label
from semigda_core.project.project import Project
from semigda_core.project.results import (
    give_result,
    newest,
    result_classes,
    result_entry,
    values_of,
)


def repair(project: Project, finding: Finding) -> None:
    """Carry out ``finding.fix``, see :func:`semigda_core.project.check.repairs.apply_fix`."""
    with all_or_nothing() as made:

        def resampled(project: Project, case_id: str, action: str) -> Change:
            write = _resampled_result if action == "resample-result" else _resampled_label
            return write(project, case_id, made)

        apply_fix(project, finding, resampled)


def _resampled_label(project: Project, case_id: str, made: list[Path]) -> Change:
    view = project.read()
    case, before = view.case(case_id), find_case(view.data, case_id)["label"]
    if case.label is None:
        raise SemiGDAError("bad-input", "The case has no label any more.")
    if has_overlaps(case.label, view.classes_of(case)):
        raise SemiGDAError(
            "bad-input",
            "Segments of the label overlap: on the image's grid only the later one would be left.",
            action="Edit the label. When you save it, it lies on that grid, and smaller segments "
            "can be put on top.",
        )
    volume = read_volume(case.image)
    labels = resample_classes(
        case.label, volume, view.classes_of(case), finished_text(case.finished)
    )
    finished, known = None, labels != IGNORED
    if not known.all() and (finished := whole_slices(known)):
        labels[~known] = 0
    with giving_labels(project):
        target = new_label(project, case_id, ".nrrd")
        write_map(target, labels, volume.affine)
    made.append(target)
    entry = project.label_entry(target, case.origin, in_classes=True)
    if finished is not None:
        entry["finished"] = str(finished)

    def change(data: dict[str, Any]) -> None:
        if find_case(data, case_id)["label"] == before:
            set_label(data, case_id, entry)
        else:  # another was drawn meanwhile
            target.unlink()

    return change


def _resampled_result(project: Project, case_id: str, made: list[Path]) -> Change:
    """Of another program, the one that counts."""
    view = project.read()
    case = view.case(case_id)
    result = newest(case)
    if result is None:
        raise SemiGDAError("bad-input", "The case has no result of another program any more.")
    volume = read_volume(case.image)
    values = values_of(view, measured(project)).get(result.source, ())
    classes = result_classes(view, result, values)
    if result.path.is_file() and has_overlaps(result.path, classes):
        raise SemiGDAError(
            "bad-input",
            "Segments of the result overlap: on the image's grid only the later one would be left.",
            action="Give them the same class, leave one of them out, or use the case without this "
            "result.",
        )
    labels = resample_classes(result.path, volume, classes, others=True)
    with giving_labels(project):
        target = new_label(project, case_id, ".nrrd")
        write_map(target, labels, volume.affine)
    made.append(target)
    entry = result_entry(project, target, result.source, in_classes=True)
    return lambda data: give_result(find_case(data, case_id), entry)
