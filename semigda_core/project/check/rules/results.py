"""What is wrong with other programs' results: whatever keeps a training from learning from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from os.path import exists
from typing import Any

from semigda_core.project.check.facts import drawn_parts
from semigda_core.project.check.findings import WHOLE, Facts, Finding, Fix, first_of, ids_of
from semigda_core.project.records import ProjectCase, View
from semigda_core.project.results import (
    LEARNS,
    lacking,
    result_classes,
    structures_of,
    unmapped_results,
    unmeasured,
    used,
    values_of,
)

FOLDERS_OVERLAP = (
    "Structures of another program overlap: there, the class further down the list counts."
)
FILES_OVERLAP = "Segments of another program's result overlap: there, the file's later one counts."


def results(view: View, cases: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """All findings about the results that count."""
    yield from _gone(view)
    for case, result in used(view):
        if "error" in (measured := facts[case.id]["result"]):
            yield _misplaced(case, result.path.is_dir(), measured)
    yield from _copied(view, facts)
    yield from _without_class(view, facts)
    yield from _empty(view, facts)
    yield from _lacking(view)
    yield from _overlapping(view, facts)
    yield from _unmeasured(view)


def _without(ids: tuple[str, ...]) -> Fix:
    text = "Use these cases without the result" if ids[1:] else "Use the case without this result"
    return Fix("remove-results", ids, text)


def _gone(view: View) -> Iterator[Finding]:
    gone = [case for case, result in used(view) if not exists(result.path)]
    if gone:
        yield Finding(
            "missing-results",
            "warning",
            ids_of(gone),
            "Results of another program are not where they were. Training leaves them out.",
            "Connect their disk, ask for access to them, or say where they are now (relocate).",
        )


def _misplaced(case: ProjectCase, folder: bool, result: Mapping[str, Any]) -> Finding:
    inside = result.get("inside")
    if inside is None:
        message = result["error"]["message"].removeprefix("Label: ")
        text = f"Result of another program: {message}"
        action = result["error"]["action"]
        return Finding("unreadable-result", "error", (case.id,), text, action, _without((case.id,)))
    if inside >= WHOLE:
        return Finding(
            "result-on-other-grid",
            "error",
            (case.id,),
            "Another program's result lies on another grid than the image, but in the same place.",
            "Bring it to the image's grid. Where its structures overlap, the class that is further "
            "down the list now will count."
            if folder
            else "Bring it to the image's grid.",
            Fix(
                "resample-result",
                (case.id,),
                "Bring the result to the image's grid (a copy in the project)",
            ),
        )
    return Finding(
        "result-outside",
        "error",
        (case.id,),
        "Another program's result lies outside its image.",
        "Add the result that belongs to this image, or use none.",
        _without((case.id,)),
    )


def _copied(view: View, facts: Facts) -> Iterator[Finding]:
    """A program that is measured by the labels themselves would be believed in everything."""
    same = []
    for case, _ in used(view):
        label = facts[case.id]["label"]
        if drawn_parts(label) and label["hash"] == facts[case.id]["result"].get("hash"):
            same.append(case)
    if same:
        yield Finding(
            "result-is-label",
            "error",
            ids_of(same),
            "Another program's result is the case's label, voxel by voxel: it is probably a copy.",
            "Add what the program itself made.",
            _without(ids_of(same)),
        )


def _without_class(view: View, facts: Facts) -> Iterator[Finding]:
    for segments in unmapped_results(view, facts).values():
        ids = tuple(dict.fromkeys(one for cases in segments.values() for one in cases))
        told = first_of(list(segments))
        yield Finding(
            "unmapped-result",
            "warning",
            ids,
            f"Results of another program hold segments without a class: {told}. They are left out.",
            "Say which class each is, or leave it out on purpose.",
        )


def _empty(view: View, facts: Facts) -> Iterator[Finding]:
    """Of what has its classes: before, nobody knows what was found."""
    empty, values = [], values_of(view, facts)
    waiting = {
        case_id
        for segments in unmapped_results(view, facts).values()
        for cases in segments.values()
        for case_id in cases
    }
    for case, result in used(view, LEARNS):
        parts = facts[case.id]["result"].get("parts")
        if case.id in waiting or parts is None or structures_of(view, result) == []:
            continue
        classes = result_classes(view, result, values.get(result.source, ()))
        if not any(part["voxels"] and classes.get(key) for key, part in parts.items()):
            empty.append(case)
    if empty:
        yield Finding(
            "empty-result",
            "warning",
            ids_of(empty),
            "Another program found nothing here: the training learns that nothing is there.",
            "Keep it only if that is right.",
            _without(ids_of(empty)),
        )


def _lacking(view: View) -> Iterator[Finding]:
    away = lacking(view)
    if away:
        told = first_of(sorted({name for missing in away.values() for name in missing}))
        yield Finding(
            "missing-structures",
            "warning",
            tuple(away),
            f"Folders of another program lack structures that others have: {told}. Training "
            "leaves these results out.",
            "Run the program on these images again, or use them without its results.",
            _without(tuple(away)),
        )


def _overlapping(view: View, facts: Facts) -> Iterator[Finding]:
    """Where parts of different classes share voxels, one of them is lost: of folders that follows
    from the project's classes, of a file's segments from their order in it."""
    folders: list[ProjectCase] = []
    files: list[ProjectCase] = []
    for case, result in used(view):
        classes = result_classes(view, result)
        under = facts[case.id]["result"].get("under", {})
        shared = ({classes.get(lower), classes.get(key)} for lower in under for key in under[lower])
        if any(len(both - {0, None}) > 1 for both in shared):
            (folders if result.path.is_dir() else files).append(case)
    if folders:
        yield Finding(
            "overlapping-structures",
            "hint",
            ids_of(folders),
            FOLDERS_OVERLAP,
            "Put a class that lies inside another one below it, as a tumour below its organ.",
        )
    if files:
        yield Finding(
            "overlapping-result",
            "hint",
            ids_of(files),
            FILES_OVERLAP,
            "If that is wrong, change their order in Slicer, or leave one of them out.",
        )


def _unmeasured(view: View) -> Iterator[Finding]:
    """A program that no labelled case measures is never believed."""
    for name in unmeasured(view):
        yield Finding(
            "unmeasured-results",
            "warning",
            (),
            f"Nobody knows how good the results of {name} are, so they teach nothing.",
            "Add its results for labelled cases of at least two patients: the training then "
            "measures it.",
        )
