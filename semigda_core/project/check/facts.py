"""What a check measured of the cases, in ``facts.json``.

What is measured and how: :func:`semigda.check.measure.measure_case`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semigda_core.files.documents import (
    allows,
    either,
    flag,
    identifier,
    list_of,
    mapping,
    number,
    one_of,
    plain,
    record,
    sound_document,
    text,
    whole,
    words,
)
from semigda_core.labels.finished import IGNORED, WHOLE
from semigda_core.labels.provenance import ORIGINS
from semigda_core.models.fit import UNSAID
from semigda_core.project.records import ProjectCase, View

FACTS_SCHEMA = 2
_DOCUMENT = record(
    {"schema": one_of(FACTS_SCHEMA), "cases": mapping(identifier(), plain())}, others=True
)
_ERROR = record({"class": text(64), "message": text(2000), "action": text(2000)}, others=True)
_FAILED = record(
    {"error": _ERROR},
    {"inside": number(0, 1), "held": list_of(words(), 100_000), "said": text(100_000)},
    others=True,
)
_HASH = text(64, empty=False)
_ENDS = {"low": number(), "high": number()}
_COUNT = whole(0, 2**53)


def _three(item: Any) -> Any:
    return list_of(item, 3, least=3)


_IMAGE = record(
    {
        "shape": _three(whole(1, 2**31)),
        "spacing": _three(number(1e-12, 1e12)),
        "slice_axis": one_of("axial", "coronal", "sagittal", "acquisition"),
        "channels": whole(1, 64),
        "picture": flag(),
        "dtype": text(32),
        "min": number(),
        "max": number(),
        **_ENDS,
        "hash": _HASH,
        "mirror": _HASH,
    },
    {
        "white": number(1e-6, 2**16),
        "turned": flag(),
        "unit": text(8),
        "unsaid": list_of(one_of(*UNSAID), len(UNSAID)),
        "modality": text(16),
    },
    others=True,
)
# "largest": voxels of its largest connected part, where the whole volume is labelled.
_PART = record({"voxels": _COUNT, "slices": _COUNT}, {"largest": _COUNT}, others=True)
# A class is in one part if no more than this share of its voxels lies beside it: slips of a brush.
_CRUMBS = 0.01
_FEWEST = 5  # labels that have to say so


_LABEL = record(
    {
        "parts": mapping(words(), _PART),
        "overlap": _COUNT,
        "hash": _HASH,
        "origin": one_of(*ORIGINS),
    },
    {
        **_ENDS,
        "scattered": flag(),
        "under": mapping(words(), mapping(words(), _COUNT)),
        "colours": mapping(words(), text(7)),
        "around": list_of(words(), 100_000),
        "finished": record(
            {"said": text(100_000), "slices": _COUNT, "of": _COUNT, "outside": _COUNT}, others=True
        ),
    },
    others=True,
)
_FACTS = record(
    {
        "stamp": _HASH,
        "image": either(_FAILED, _IMAGE),
        "label": either(one_of(None), _FAILED, _LABEL),
    },
    {"result": either(_FAILED, _LABEL)},  # of another program
    others=True,
)


def marks_of(facts: Mapping[str, Any]) -> str | None:
    """Which slices of a case's label were taken as finished when it was measured, as
    :func:`~semigda_core.labels.finished.finished_text` says it; None if it has no label, or this is
    not known.
    """
    label = facts.get("label")
    if not label or "error" in label:
        return label.get("said") if label else None
    return label.get("finished", {}).get("said", WHOLE)


def tells_parts(facts: Mapping[str, Any]) -> bool:
    """Whether a case's facts say how large the largest part of each of its label's segments is, if
    that can be known; those of earlier versions do not."""
    label = facts.get("label") or {}
    return "finished" in label or all("largest" in one for one in label.get("parts", {}).values())


def label_of(facts: Mapping[str, Any], case_id: str) -> Mapping[str, Any]:
    """What was measured of a case's label; {} if nothing was."""
    return facts.get(case_id, {}).get("label") or {}


def drawn_parts(label: Mapping[str, Any]) -> list[str]:
    """The segments or values of a measured label that hold voxels."""
    return [key for key, part in label.get("parts", {}).items() if part["voxels"]]


def voxels_of(view: View, case: ProjectCase, label: Mapping[str, Any]) -> dict[int, int]:
    """Voxels of each class in a case's measured label; absent classes are left out."""
    mapping, voxels = view.classes_of(case), Counter[int]()
    for key in drawn_parts(label):
        voxels[mapping.get(key, 0)] += label["parts"][key]["voxels"]
    return {value: count for value, count in voxels.items() if value not in (0, IGNORED)}


def in_one_part(view: View, facts: Mapping[str, Any]) -> bool:
    """Whether every class is one connected part in each whole label that teaches, as organs are
    and scattered lesions are not. False if fewer than five labels say so of a class."""
    found = Counter[int]()
    for case in view.of_role("labeled"):
        label, mapping = label_of(facts, case.id), view.classes_of(case)
        for value, voxels in voxels_of(view, case, label).items():
            parts = [label["parts"][key] for key in drawn_parts(label) if mapping.get(key) == value]
            largest = [part["largest"] for part in parts if "largest" in part]
            if largest and max(largest) < (1 - _CRUMBS) * voxels:
                return False
            found[value] += bool(largest)
    return all(found[one.value] >= _FEWEST for one in view.classes)


def labelled_on(facts: Mapping[str, Any]) -> str:
    """What is labelled of a partly labelled case, ``6 of 110 slices``; "" for any other."""
    finished = (facts.get("label") or {}).get("finished")
    return f"{finished['slices']} of {finished['of']} slices" if finished else ""


def read_facts(path: Path) -> dict[str, Any]:
    """Facts by case id, each with the ``stamp`` of its files; empty if unreadable.

    Invalid facts of a case are left out: the next check measures it again.
    """
    content = sound_document(path, _DOCUMENT) or {"cases": {}}
    return {key: facts for key, facts in content["cases"].items() if allows(_FACTS, facts)}
