"""Images and labels that differ from the others of their project."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator
from typing import Any

from semigda_core.labels.finished import IGNORED
from semigda_core.models.fit import same_modality, unit_note
from semigda_core.project.check.findings import Facts, Finding, ids_of, remove
from semigda_core.project.records import ProjectCase, View

# Medians of fewer cases mean nothing.
FEWEST_TO_COMPARE = 4
SPACING_FACTOR, RANGE_FACTOR = 3.0, 8.0
UNLIKE = 3.0  # how many times larger one class usually is, so that the reverse is odd
MANY = 0.1  # of the images, and more than 2: these are not outliers but another kind


def _readable(used: list[ProjectCase], facts: Facts) -> list[tuple[ProjectCase, Any]]:
    pairs = [(case, facts[case.id]["image"]) for case in used]
    return [(case, image) for case, image in pairs if image and "error" not in image]


def other_depth(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Pictures of 16 bits among some of 8, which all are read as 8 bits then."""
    pictures = [(case, image) for case, image in _readable(used, facts) if image["picture"]]
    deep = [case for case, image in pictures if "white" in image]
    if deep and len(deep) < len(pictures):
        yield Finding(
            "scaled-pictures",
            "hint",
            ids_of(deep),
            "Some pictures have 16 bits a value, others 8. All are read as 8 bits.",
            "Nothing has to be done; check that they look alike in brightness.",
        )


def odd_kind(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    kinds: dict[tuple[bool, bool], list[ProjectCase]] = {}
    for case, image in _readable(used, facts):
        kinds.setdefault((image["picture"], image["channels"] == 3), []).append(case)
    if len(kinds) > 1:
        usual = max(kinds, key=lambda kind: len(kinds[kind]))
        odd = [case for kind, cases in kinds.items() if kind != usual for case in cases]
        yield Finding(
            "odd-kind",
            "error",
            ids_of(odd),
            "Volumes and pictures, or colour and grey images, cannot be learned together.",
            "Keep images of one kind in the project.",
            remove(view, odd, "Take the few of another kind out of the project"),
        )


def odd_modality(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """As DICOM files say it; others say nothing."""
    kinds: dict[str, list[ProjectCase]] = {}
    for case, image in _readable(used, facts):
        if said := image.get("modality"):
            kinds.setdefault(said, []).append(case)
    usual = max(kinds, key=lambda kind: len(kinds[kind]), default="")
    odd = [case for kind in kinds if not same_modality(kind, usual) for case in kinds[kind]]
    if odd:
        modalities = ", ".join(sorted(kinds))
        yield Finding(
            "odd-modality",
            "warning",
            ids_of(odd),
            f"Images are of several modalities: {modalities}.",
            "Keep one of them in the project, or check that all show the same in the same way.",
        )


def odd_spacing(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    volumes = [(c, image) for c, image in _readable(used, facts) if not image["picture"]]
    if len(volumes) < FEWEST_TO_COMPARE:
        return
    steps = [statistics.median(image["spacing"][axis] for _, image in volumes) for axis in range(3)]
    odd = []
    for case, image in volumes:
        ratios = [a / b for a, b in zip(image["spacing"], steps, strict=True)]
        if max(max(r, 1 / r) for r in ratios) > SPACING_FACTOR:
            odd.append((case, " x ".join(f"{step:.3g}" for step in image["spacing"])))
    usual = " x ".join(f"{step:.3g}" for step in steps)
    if len(odd) > max(2, MANY * len(volumes)):
        yield Finding(
            "odd-spacing",
            "warning",
            ids_of(case for case, _ in odd),
            f"Voxel sizes differ widely: {len(odd)} images are far from the usual {usual} mm.",
            "Check that they are the same kind of image; a model for each kind may do better.",
        )
        return
    for case, told in odd:
        yield Finding(
            "odd-spacing",
            "warning",
            (case.id,),
            f"The voxel size is {told} mm, far from the usual {usual} mm.",
            "Check that it is true and the same kind of image; if not, correct it or leave the "
            "case out.",
        )


def other_unit(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    units: dict[str, list[ProjectCase]] = {}
    for case, image in _readable(used, facts):
        units.setdefault(image.get("unit", ""), []).append(case)
    for unit, cases in units.items():
        if unit:
            yield Finding(
                "other-unit",
                "warning",
                ids_of(cases),
                unit_note(unit),
                "Save the images, and their labels, in mm.",
            )


def _of_8_bits(image: Any) -> dict[str, float]:
    """Low and high of an image; of a picture as if its white were 255."""
    scale = 255 / image["white"] if "white" in image else 1.0
    return {end: scale * image[end] for end in ("low", "high")}


def odd_intensity(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    images = [(case, _of_8_bits(image)) for case, image in _readable(used, facts)]
    if len(images) < FEWEST_TO_COMPARE:
        return
    low = statistics.median(image["low"] for _, image in images)
    width = statistics.median(image["high"] - image["low"] for _, image in images) or 1.0
    # Hounsfield units have a fixed zero; in other images only the range counts.
    fixed = low < -500
    odd = []
    for case, image in images:
        own = image["high"] - image["low"]
        shifted = fixed and abs(image["low"] - low) > 0.3 * width
        if shifted or not width / RANGE_FACTOR < own < width * RANGE_FACTOR:
            odd.append((case, image))
    if len(odd) > max(2, MANY * len(images)):  # MR from several scanners
        yield Finding(
            "odd-intensity",
            "warning" if fixed else "hint",
            ids_of(case for case, _ in odd),
            f"Grey values come in several scales: {len(odd)} images are far from the usual one.",
            "Check that all are the same kind of image in the same units.",
        )
        return
    for case, image in odd:
        yield Finding(
            "odd-intensity",
            "warning",
            (case.id,),
            f"Grey values lie from {image['low']:.4g} to {image['high']:.4g}; usual are "
            f"{low:.4g} to {low + width:.4g}.",
            "Check that it is the same kind of image in the same units; if not, leave it out.",
        )


def same_label(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Labels of different patients that are equal voxel by voxel: one was given to a wrong image,
    or these are images of one patient, such as its sequences."""
    groups: dict[str, list[ProjectCase]] = {}
    for case in used:
        label = facts[case.id]["label"]
        if case.use == "auto" and any(part["voxels"] for part in label.get("parts", {}).values()):
            groups.setdefault(label["hash"], []).append(case)
    for cases in groups.values():
        if len({case.patient for case in cases}) > 1:
            yield Finding(
                "same-label",
                "warning",
                ids_of(cases),
                f"{len(cases)} images have the same label, voxel by voxel.",
                "If one got the label of another, give it its own; if they are of one patient, say "
                "so, or one may be held out while another trains.",
            )


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


def swapped_classes(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Labels in which two classes have each other's sizes, as where a program numbered the
    structures by their order in each image."""
    found: dict[str, tuple[str, str]] = {}
    sizes = {case.id: _sizes(view, case, facts) for case in used}
    for one, other in itertools.combinations(view.classes, 2):
        ratios = {
            case_id: math.log(of[one.value] / of[other.value])
            for case_id, of in sizes.items()
            if of.get(one.value) and of.get(other.value)
        }
        usual = statistics.median(ratios.values()) if ratios else 0.0
        odd = [
            n for n, ratio in ratios.items() if ratio * usual < 0 and abs(ratio) > abs(usual) / 2
        ]
        if abs(usual) > math.log(UNLIKE) and FEWEST_TO_COMPARE * len(odd) < len(ratios):
            names = (one.name, other.name) if usual > 0 else (other.name, one.name)
            found = dict.fromkeys(odd, names) | found
    for case_id, (large, small) in found.items():
        yield Finding(
            "swapped-classes",
            "warning",
            (case_id,),
            f"Here '{small}' is larger than '{large}', and in the other labels much smaller: they "
            "may be swapped.",
            "Look at the label; if they are swapped, correct it.",
        )


def _sizes(view: View, case: ProjectCase, facts: Facts) -> dict[int, int]:
    """Voxels of each class in a label that is finished and used."""
    label, sizes = facts[case.id]["label"], dict[int, int]()
    if case.use == "auto" and case.finished is None:
        mapping = view.classes_of(case)
        for key, part in label.get("parts", {}).items():
            value = mapping.get(key, 0)
            sizes[value] = sizes.get(value, 0) + part["voxels"]
    return sizes
