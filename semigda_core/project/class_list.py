"""The class list of a project is replaced, and what labels mean stays.

Labels know a class by name (segments), by what the user said of a name or value (the mapping), or
by its number, in labels that the project made. A class that keeps its name keeps its labels,
whatever its new number; so does one that gets another name in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import one_line
from semigda_core.labels.finished import IGNORED
from semigda_core.labels.segments import folded_name
from semigda_core.models.card import Label
from semigda_core.project.document import MAX_CLASSES
from semigda_core.project.records import class_mapping, new_class


def new_classes(given: Sequence[str | Mapping[str, Any] | Label]) -> list[Label]:
    """The classes 1, 2 ... that names, or objects with name, color and terminology, become.

    Raises:
        SemiGDAError: "bad-input" for names that are empty or equal, or too many.
    """
    labels = [new_class(value, one) for value, one in enumerate(given, 1)]
    names = [folded_name(one_line(label.name)) for label in labels]  # as segments are read
    if len(labels) > MAX_CLASSES or len(set(names)) < len(names) or not all(names):
        raise SemiGDAError(
            "bad-input",
            f"The classes need different names, and there may be {MAX_CLASSES} of them.",
            action="Choose other names.",
        )
    return labels


def replace_classes(data: dict[str, Any], labels: Sequence[Label]) -> None:
    """Change a project's raw content.

    Raises:
        SemiGDAError: "bad-input" if a new name is one by which labels know another class.
    """
    new, renamed = _numbers(data["classes"], labels)
    for entry in _in_classes(data):
        entry["meant"] = {key: new.get(v) or 0 for key, v in _meant(data, entry).items()}
    for known in (data["mapping"], *data.get("result_mapping", {}).values()):
        moved = {key: new[value] for key, value in known.items() if new.get(value) is not None}
        known.clear()
        known.update(moved)
    old = {folded_name(label["name"]) for label in data["classes"]}
    data["classes"] = [{**asdict(label), "color": list(label.color)} for label in labels]
    for label in labels:
        name = folded_name(label.name)
        if name in old:
            continue
        if label.value not in renamed:
            _revive(data, name)
        _refuse_other(data["mapping"], name, label.value)


def _numbers(
    old: Sequence[dict[str, Any]], labels: Sequence[Label]
) -> tuple[dict[int, int | None], set[int]]:
    """The new number of each old one, None of a class that goes; the numbers of renamed classes."""
    places = {folded_name(label.name): label.value for label in labels}
    names = {folded_name(label["name"]) for label in old}
    free = {value for name, value in places.items() if name not in names}
    new: dict[int, int | None] = {0: 0, IGNORED: IGNORED}
    for label in old:
        value = label["value"]
        new[value] = places.get(folded_name(label["name"]), value if value in free else None)
    return new, free & set(new.values())


def _in_classes(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Labels and results that know classes whatever the mapping, also those that an undone repair
    would bring back."""
    repaired = [case for repair in data.get("repairs", []) for case in repair["cases"]]
    for case in (*data["cases"], *(case["before"] for case in repaired)):
        for entry in (case["label"], *case.get("results", [])):
            if entry and entry["in_classes"]:
                yield entry


def _meant(data: dict[str, Any], entry: dict[str, Any]) -> dict[str, int]:
    known = class_mapping(data, entry["segments"] or (), True, entry.get("meant"))
    keys = entry["segments"] or [str(label["value"]) for label in data["classes"]]
    keys = [*keys, *entry.get("meant", {})]
    return {key: known[key] for key in keys if key in known}


def _revive(data: dict[str, Any], name: str) -> None:
    """A class of that name is added: labels that lost it with an earlier one have it again."""
    meanings = [entry["meant"] for entry in _in_classes(data) if entry["segments"]]
    for known in (data["mapping"], *meanings):
        for key in [key for key, value in known.items() if value == 0]:
            if folded_name(key) == name:
                del known[key]


def _refuse_other(known: dict[str, int], name: str, value: int) -> None:
    """Labels drawn from now on would be read as another class than they name."""
    if any(folded_name(key) == name and meant != value for key, meant in known.items()):
        raise SemiGDAError(
            "bad-input",
            "Segments of that name belong to another class.",
            action="Choose another name, or give those segments to this class first.",
        )
