"""What is wrong with images: unreadable, there twice, or unlike the others of their project."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from semigda_core.models.fit import UNSAID, same_modality, unit_note
from semigda_core.project.check.findings import (
    FEWEST_TO_COMPARE,
    Facts,
    Finding,
    grouped,
    ids_of,
    remove,
)
from semigda_core.project.records import ProjectCase, View

SPACING_FACTOR, RANGE_FACTOR = 3.0, 8.0
MANY = 0.1  # of the images, and more than 2: these are not outliers but another kind


def unreadable(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
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


def copies(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Images that are equal voxel by voxel: one finding for each set."""
    groups = grouped((image["hash"], case) for case, image in _readable(used, facts))
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


def mirrored(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    by_hash: dict[str, ProjectCase] = {}
    for case, image in _readable(used, facts):
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


def turned(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
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


def odd_kind(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    images = _readable(used, facts)
    kinds = grouped(((one["picture"], one["channels"] == 3), case) for case, one in images)
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
    images = _readable(used, facts)
    kinds = grouped((said, case) for case, one in images if (said := one.get("modality")))
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
    images = _readable(used, facts)
    units = grouped((unit, case) for case, image in images if (unit := image.get("unit")))
    for unit, cases in units.items():
        yield Finding(
            "other-unit",
            "warning",
            ids_of(cases),
            unit_note(unit),
            "Save the images, and their labels, in mm.",
        )


def unsaid(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """What files leave out, and is assumed."""
    for what, sentence in UNSAID.items():
        cases = [c for c, image in _readable(used, facts) if what in image.get("unsaid", ())]
        if cases:
            yield Finding(
                f"unsaid-{what}",
                "warning",
                ids_of(cases),
                sentence,
                "Compare them with the images that they were made from. If they are wrong, save "
                "these, with their labels, in a format that says it.",
            )


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


def _readable(used: list[ProjectCase], facts: Facts) -> list[tuple[ProjectCase, Any]]:
    pairs = [(case, facts[case.id]["image"]) for case in used]
    return [(case, image) for case, image in pairs if image and "error" not in image]


def _of_8_bits(image: Any) -> dict[str, float]:
    """Low and high of an image; of a picture as if its white were 255."""
    scale = 255 / image["white"] if "white" in image else 1.0
    return {end: scale * image[end] for end in ("low", "high")}
