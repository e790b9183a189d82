"""What is wrong with classes: too rare, or confused with each other."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Iterator

from semigda_core.project.check.facts import voxels_of
from semigda_core.project.check.findings import FEWEST_TO_COMPARE, Facts, Finding
from semigda_core.project.records import ProjectCase, View

FEW_SLICES, FEW_PICTURES = 10, 4  # of a class, over all labelled cases for training
UNLIKE = 3.0  # how many times larger one class usually is, so that the reverse is odd


def rare_classes(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
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


def swapped_classes(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Labels in which two classes have each other's sizes, as where a program numbered the
    structures by their order in each image."""
    found: dict[str, tuple[str, str]] = {}
    whole = [case for case in used if case.use == "auto" and case.finished is None]
    sizes = {case.id: voxels_of(view, case, facts[case.id]["label"]) for case in whole}
    for one, other in itertools.combinations(view.classes, 2):
        ratios = {
            case_id: math.log(of[one.value] / of[other.value])
            for case_id, of in sizes.items()
            if {one.value, other.value} <= set(of)
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
