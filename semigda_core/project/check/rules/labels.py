"""What is wrong with labels, each for itself or beside those of other cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from semigda_core.labels.finished import IGNORED
from semigda_core.project.cases.pairing import crossed
from semigda_core.project.check.facts import drawn_parts, voxels_of
from semigda_core.project.check.findings import (
    WHOLE,
    Facts,
    Finding,
    Fix,
    first_of,
    grouped,
    ids_of,
    unlabel,
)
from semigda_core.project.records import ProjectCase, View


def unusable(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    for case in used:
        label = facts[case.id]["label"]
        if not label or case.use != "auto":
            continue
        if "error" in label:
            yield _misplaced(view, case, label)
            continue
        mapping, missing = view.classes_of(case), view.classless(case, label["parts"])
        if missing:
            told = first_of(missing)
            yield Finding(
                "unmapped-label",
                "error",
                (case.id,),
                f"The label holds {'segments' if case.segments else 'values or colours'} without a "
                f"class: {told}.",
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
                f"Segments of the label overlap in {label['overlap']} "
                f"voxel{'' if label['overlap'] == 1 else 's'}.",
                "Check them in Segment Editor; where they overlap, the later one counts.",
            )
        yield from _finished(case, label)
        if missing or case.finished is not None:  # whoever marks empty slices means it
            continue
        if not voxels_of(view, case, label):
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


def same_label(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Labels of different patients that are equal voxel by voxel: one was given to a wrong image,
    or these are images of one patient, such as its sequences."""
    labels = [(facts[case.id]["label"], case) for case in used if case.use == "auto"]
    for cases in grouped((one["hash"], case) for one, case in labels if drawn_parts(one)).values():
        if len({case.patient for case in cases}) > 1:
            yield Finding(
                "same-label",
                "warning",
                ids_of(cases),
                f"{len(cases)} images have the same label, voxel by voxel.",
                "If one got the label of another, give it its own; if they are of one patient, say "
                "so, or one may be held out while another trains.",
            )


def other_name(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Labels that were given to images by their order, not by their names."""
    names = set(crossed((case.image, case.label) for case in used))
    found = [case for case in used if case.image in names and case.use == "auto"]
    if found:
        yield Finding(
            "other-name",
            "warning",
            ids_of(found),
            told_crossed(len(found)),
            "Look at them; if they are, give each image its own. If not, nothing has to be done.",
        )


def told_crossed(count: int) -> str:
    """That so many labels have the names of other images."""
    if count == 1:
        return "By its name, a label is that of another image."
    return f"By their names, the labels of {count} images are those of others."


def other_colours(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Label pictures whose palette has other colours for a value than most have: many programs
    order a palette by what is in the picture, so that the order of the classes differs."""
    seen: dict[str, dict[str, list[ProjectCase]]] = {}
    for case in used:
        label = facts[case.id]["label"]
        for key, colour in label.get("colours", {}).items():
            if case.use == "auto":
                seen.setdefault(key, {}).setdefault(colour, []).append(case)
    odd = set()
    for colours in seen.values():
        usual = max(colours.values(), key=len)
        odd |= {case.id for cases in colours.values() if cases is not usual for case in cases}
    if odd:
        yield Finding(
            "other-colours",
            "warning",
            ids_of(case for case in used if case.id in odd),
            "The palette of a label picture shows a value in another colour than the others do: it "
            "may be another class there.",
            "If it is, save the labels in RGB colours, without a palette, and say which class each "
            "colour is; if not, nothing has to be done.",
        )


def inverted(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Labels that show a structure in black on white, and so train the background."""
    odd = []
    for case in used:
        around = facts[case.id]["label"].get("around", ())
        mapping = view.classes_of(case)
        if case.use == "auto" and any(mapping.get(key) not in (None, 0, IGNORED) for key in around):
            odd.append(case)
    if odd:
        yield Finding(
            "inverted-label",
            "warning",
            ids_of(odd),
            "A class lies all around the edge of the image, where the background usually is: the "
            "label may be black on white.",
            "Look at the label; if it is, invert it, so that the background is 0.",
        )


def makers(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
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
