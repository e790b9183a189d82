"""What is wrong with a project's cases, according to the measured facts.

Every finding has one sentence and one thing to do, without names: cases are given by id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from semigda_core.labels.finished import IGNORED
from semigda_core.project.check.conflicts import conflicts
from semigda_core.project.check.findings import (
    SEVERITIES,
    WHOLE,
    Facts,
    Finding,
    Fix,
    first_of,
    ids_of,
    remove,
    unlabel,
)
from semigda_core.project.check.outliers import (
    inverted,
    odd_intensity,
    odd_kind,
    odd_modality,
    odd_spacing,
    other_colours,
    other_depth,
    other_unit,
    same_label,
    swapped_classes,
)
from semigda_core.project.check.patients import same_patient
from semigda_core.project.check.rules_heldout import heldout
from semigda_core.project.check.rules_results import results
from semigda_core.project.records import ProjectCase, View

FEW_LABELLED = 4
FEW_SLICES, FEW_PICTURES = 10, 4  # of a class, over all labelled cases for training


def find(view: View, facts: Mapping[str, Any]) -> list[Finding]:
    """All findings, errors first. Rules that need facts (by case id) skip cases without them."""
    used = [case for case in view.cases if case.role not in ("ignored", "missing")]
    parts = ("image", "label", "result")
    known = {c.id: {part: facts.get(c.id, {}).get(part) or {} for part in parts} for c in used}
    rules: tuple[Callable[..., Iterator[Finding]], ...] = (
        _unreadable,
        _labels,
        _copies,
        _mirrored,
        _turned,
        odd_kind,
        odd_modality,
        odd_spacing,
        other_unit,
        odd_intensity,
        other_depth,
        same_label,
        other_colours,
        inverted,
        swapped_classes,
        same_patient,
        _makers,
        _classes,
        _counts,
        heldout,
        _missing,
        results,
        conflicts,
    )
    found = [finding for rule in rules for finding in rule(view, used, known)]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _unreadable(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    for case in used:
        error = facts[case.id]["image"].get("error")
        if error:
            yield Finding(
                "unreadable-image",
                "error",
                (case.id,),
                error["message"],
                error["action"],
                remove(view, [case], "Take the case out of the project"),
            )


def _labels(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    for case in used:
        label = facts[case.id]["label"]
        if not label or case.use != "auto":
            continue
        if "error" in label:
            yield _misplaced(view, case, label)
            continue
        mapping, missing = view.classes_of(case), view.classless(case, label["parts"])
        if missing:
            what, told = "segments" if case.segments else "values or colours", first_of(missing)
            yield Finding(
                "unmapped-label",
                "error",
                (case.id,),
                f"The label holds {what} without a class: {told}.",
                "Say which class each is, or leave it out.",
            )
        if hidden := _hidden(label, mapping):
            yield Finding(
                "hidden-segment",
                "warning",
                (case.id,),
                f"Others cover most of a segment of the label, which hardly counts: {hidden}.",
                "Edit the label: when you save it, smaller ones can be put on top.",
            )
        elif label["overlap"]:
            yield Finding(
                "overlapping-segments",
                "warning",
                (case.id,),
                f"Segments of the label overlap in {label['overlap']} voxels.",
                "Check them in Segment Editor; where they overlap, the later one counts.",
            )
        yield from _finished(case, label)
        meant = {key: mapping.get(key, 0) for key, part in label["parts"].items() if part["voxels"]}
        if not any(value not in (0, IGNORED) for value in meant.values()):
            if not missing and case.finished is None:  # whoever marks empty slices means it
                yield Finding(
                    "empty-label",
                    "warning",
                    (case.id,),
                    "The label is empty: it holds no voxel of any class.",
                    "Choose another label, or none; keep it only if the image truly shows nothing.",
                    unlabel(view, case),
                )


def _hidden(label: Mapping[str, Any], mapping: Mapping[str, int]) -> str:
    """The segments that are lost in training, as a lesion under its organ: wholly under those of
    other classes, or for the most part under a larger one. Its own parts may lie on a structure."""
    found = []
    for key, below in label.get("under", {}).items():
        over = {
            other: count
            for other, count in below.items()
            if mapping.get(other) not in (None, 0, IGNORED, mapping.get(key))
        }
        voxels, hidden = label["parts"][key]["voxels"], sum(over.values())
        most = max(over, key=lambda other: over[other], default="")
        larger = bool(most) and label["parts"][most]["voxels"] > voxels
        if mapping.get(key) and hidden and (hidden == voxels or (larger and 2 * hidden > voxels)):
            found.append(key)
    return first_of(found) if found else ""


def _finished(case: ProjectCase, label: Mapping[str, Any]) -> Iterator[Finding]:
    """Slices that are drawn on, and count for nothing or for more than they should."""
    finished = label.get("finished")
    if finished is None and label.get("scattered"):
        yield Finding(
            "some-slices",
            "hint",
            (case.id,),
            "The label is drawn on single slices with empty ones between, which count as empty.",
            "If only the drawn ones are finished, mark them: the others then count as unlabelled.",
        )
    if finished is not None and not finished["slices"]:
        yield Finding(
            "none-finished",
            "warning",
            (case.id,),
            "No slice of the label is finished, so nothing of it counts.",
            "Mark the slices that are finished.",
        )
    elif finished is not None and finished["outside"]:
        count = finished["outside"]
        yield Finding(
            "not-finished",
            "hint",
            (case.id,),
            "What is drawn on one slice does not count: it is not marked as finished."
            if count == 1
            else f"What is drawn on {count} slices does not count: they are not marked as "
            "finished.",
            "Mark what is finished.",
        )


def _misplaced(view: View, case: ProjectCase, label: Mapping[str, Any]) -> Finding:
    error, inside = label["error"], label.get("inside")
    if inside is None:
        message = error["message"].removeprefix("Label: ")  # which the reading says, too
        return Finding(
            "unreadable-label",
            "error",
            (case.id,),
            f"Label: {message}",
            error["action"],
            unlabel(view, case),
        )
    if inside >= WHOLE:
        text = "Bring the label to the image's grid (a copy in the project)"
        return Finding(
            "geometry-mismatch",
            "error",
            (case.id,),
            "The label lies on another grid than its image, but in the same place.",
            "Bring it to the image's grid.",
            Fix("resample-label", (case.id,), text),
        )
    return Finding(
        "label-outside",
        "error",
        (case.id,),
        "The label lies outside its image."
        if inside == 0
        else f"Only {100 * inside:.0f} % of the label lie within its image.",
        "Choose the label that belongs to this image; one saved without its position must be put "
        "in place first.",
        unlabel(view, case),
    )


def _copies(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Images that are equal voxel by voxel: one finding for each set."""
    groups: dict[str, list[ProjectCase]] = {}
    for case in used:
        content = facts[case.id]["image"].get("hash")
        if content:
            groups.setdefault(content, []).append(case)
    worth = {"held-out": 0, "labeled": 1, "unlabeled": 2, "aside": 3}
    for cases in groups.values():
        if len(cases) < 2:
            continue
        cases = sorted(cases, key=lambda case: worth[case.role])
        roles = {case.role for case in cases}
        if "held-out" in roles and roles & {"labeled", "unlabeled"}:
            code = "held-out-copy"
            message = "A held-out image is in the training a second time: scores would be too good."
        elif "held-out" in roles:
            code = "held-out-twice"
            message = "A held-out image is in the project twice: no training sees the copy either."
        elif {"labeled", "unlabeled"} <= roles:
            code, message = "labelled-and-unlabelled", "An image is both labelled and unlabelled."
        else:
            code, message = "duplicate-image", f"An image is in the project {len(cases)} times."
        yield Finding(
            code,
            "error" if code == "held-out-copy" else "warning",
            ids_of(cases),
            message,
            "Keep one of them.",
            remove(view, cases[1:], "Take the copies out of the project"),
        )


def _mirrored(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    by_hash: dict[str, ProjectCase] = {}
    for case in used:
        image = facts[case.id]["image"]
        if "hash" not in image:
            continue
        other = by_hash.get(image["mirror"])
        if other is not None and image["mirror"] != image["hash"]:
            yield Finding(
                "mirrored-copy",
                "error",
                (other.id, case.id),
                "Two images are the same with left and right swapped.",
                "Find out which one is right, and take the other out of the project.",
            )
        by_hash.setdefault(image["hash"], case)


def _turned(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """A label from a program that turns pictures lies on the turned one."""
    turned = [case for case in used if case.label and facts[case.id]["image"].get("turned")]
    if turned:
        yield Finding(
            "turned-picture",
            "warning",
            ids_of(turned),
            "Cameras say that these pictures are to be shown turned, and here they are read as "
            "they are stored: a label drawn in another program may lie beside what it shows.",
            "Look at them in Slicer with their labels; if they do not fit, save the pictures "
            "upright in that program.",
        )


def _classes(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Classes that trainings see too rarely, and classes that no score covers."""
    trained = [case for case in used if case.role == "labeled"]
    if not trained or not all(facts[case.id]["label"] for case in trained):
        return
    pictures = all(facts[case.id]["image"].get("picture") for case in trained)
    least, unit = (FEW_PICTURES, "labelled pictures") if pictures else (FEW_SLICES, "slices")
    counts = {label.value: 0 for label in view.classes}
    for case in trained:
        mapping = view.classes_of(case)
        for key, part in facts[case.id]["label"].get("parts", {}).items():
            if mapping.get(key) in counts:
                counts[mapping[key]] += part["slices"]
    for label in view.classes:
        count = counts[label.value]
        if count == 0:
            yield Finding(
                "class-missing",
                "error",
                (),
                f"No labelled case for training holds the class '{label.name}'.",
                "Label it in some cases, map a segment to it, or take it off the class list.",
            )
        elif count < least:
            told = f"{count} {unit}" if count > 1 else f"1 {unit[:-1]}"
            yield Finding(
                "few-slices",
                "warning",
                (),
                f"The class '{label.name}' is in only {told} for training.",
                f"Label it in more cases; {least} are a fair start.",
            )


def _counts(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    if not view.classes:
        yield Finding(
            "no-classes",
            "error",
            (),
            "The project has no classes yet.",
            "Name what is to be segmented.",
        )
    labelled = view.of_role("labeled", "held-out")
    if len(labelled) < 2:
        yield Finding(
            "few-cases",
            "error",
            ids_of(labelled),
            f"{len(labelled) or 'No'} case{'' if len(labelled) == 1 else 's'} "
            f"{'is' if len(labelled) == 1 else 'are'} labelled.",
            "Label at least two cases of different patients, better eight.",
        )
    elif len(labelled) < FEW_LABELLED:
        yield Finding(
            "few-cases",
            "warning",
            ids_of(labelled),
            f"Only {len(labelled)} cases are labelled.",
            f"Label at least {FEW_LABELLED}, better eight.",
        )
    if not (view.of_role("unlabeled") or view.partly_labelled()):
        yield Finding(
            "no-unlabelled",
            "hint",
            (),
            "No unlabelled case is in the project.",
            "Add images of the same kind without labels: training learns from them too.",
        )


def _makers(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """A label made by a model is treated as such, and never scores a model."""
    for case in used:
        made = facts[case.id]["label"].get("origin")
        if case.label is not None and case.origin == "human" and made == "machine":
            yield Finding(
                "model-label",
                "warning",
                (case.id,),
                "The label was made by a model, but counts as a person's.",
                "Count it as a model's, or give it again as a corrected one.",
                Fix("machine-made", (case.id,), "Count the label as made by a model"),
            )
        if case.id in view.held_out and case.origin == "machine":
            yield Finding(
                "held-out-model-label",
                "error",
                (case.id,),
                "A held-out case has a label that a model made: scores would be too good.",
                "Choose the held-out cases again, with this as the reason.",
            )


def _missing(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    gone = view.of_role("missing")
    if gone:
        files = "The files of a case are" if len(gone) == 1 else f"Files of {len(gone)} cases are"
        yield Finding(
            "missing-files",
            "warning",
            ids_of(gone),
            f"{files} not where they were. Training and scores leave out what is missing.",
            "Connect their disk, ask for access to them, or say where they are now (relocate).",
        )
