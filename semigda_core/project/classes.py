"""Changing one class of a project without changing what its labels mean.

Labels know classes by name (segments) or by number (label maps). When a name or number changes, the
mapping keeps the meaning of the old one.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import IGNORED
from semigda_core.models.card import Label
from semigda_core.project.changes import change_mapping
from semigda_core.project.class_list import new_classes, replace_classes
from semigda_core.project.project import Project
from semigda_core.project.records import View, class_mapping
from semigda_core.project.results import result_classes


def add_class(project: Project, name: str, color: Sequence[int] | None = None) -> None:
    """Append a class; "bad-input" for an empty or existing name, or too many classes."""
    given = {"name": name} if color is None else {"name": name, "color": list(color)}
    with project.edit("classes set") as data:
        replace_classes(data, new_classes([*View(project.folder, data).classes, given]))


def change_class(
    project: Project, which: int | str, name: str | None = None, color: Sequence[int] | None = None
) -> None:
    """Rename or recolour a class, known by its number or, as others may change that meanwhile, by
    its name; its segments stay in it."""
    with project.edit("classes set") as data:
        view = View(project.folder, data)
        old = _find(view, which)
        red, green, blue = color or old.color
        new = replace(old, name=name or old.name, color=(red, green, blue))
        kept, results = _meant(view), _meant_by_results(view)
        replace_classes(data, new_classes([new if one == old else one for one in view.classes]))
        _mean(data, kept, results, {old.value: old.value})


def remove_class(project: Project, which: int | str) -> None:
    """Remove a class, known as by :func:`change_class`; its voxels in labels become background."""
    with project.edit("classes set") as data:
        view = View(project.folder, data)
        gone = _find(view, which)
        kept, results = _meant(view) | view.mapping, _meant_by_results(view)
        others = [label for label in view.classes if label != gone]
        replace_classes(data, new_classes([asdict(label) for label in others]))
        moved = {label.value: number for number, label in enumerate(others, 1)}
        _mean(data, kept, results, {0: 0, IGNORED: IGNORED, gone.value: 0, **moved})


def _mean(
    data: dict[str, Any],
    labels: Mapping[str, int],
    results: Mapping[str, Mapping[str, int]],
    numbers: Mapping[int, int],
) -> None:
    """Let segments and values of labels, and of each program's results, mean what they meant.

    Args:
        numbers: the new number of each old one; of others nothing is said.
    """

    def told(meant: Mapping[str, int]) -> dict[str, int | str | None]:
        return {key: numbers[old] for key, old in meant.items() if old in numbers}

    change_mapping(data, data["mapping"], told(labels), ignoring=True)
    for source, meant in results.items():
        known = data.setdefault("result_mapping", {}).setdefault(source, {})
        change_mapping(data, known, told(meant))


def others_changed(
    view: View,
    facts: Mapping[str, Any],
    changes: Mapping[str, int | str | None],
    given: Container[Path],
) -> list[str]:
    """Ids of the cases whose labels would silently become another class by a change of the mapping.

    Args:
        facts: what the check measured, by case id.
        changes: as of :meth:`Project.set_mapping`.
        given: labels for which the change is meant.
    """
    known = dict(view.mapping)
    change_mapping(view.data, known, changes, ignoring=True)
    then = replace(view, data={**view.data, "mapping": known})
    found = []
    for case in view.cases:
        if case.label is None or case.label.resolve() in given:
            continue
        parts = ((facts.get(case.id) or {}).get("label") or {}).get("parts")
        held = case.segments or changes if parts is None else parts
        old, new = view.classes_of(case), then.classes_of(case)
        if any(key in held and new.get(key, old[key]) != old[key] for key in old):
            found.append(case.id)
    return found


def _meant(view: View) -> dict[str, int]:
    """The class of every segment name of the labels, explicit or not, except of those in the
    project's classes, which know it themselves."""
    meant: dict[str, int] = {}
    for case in view.cases:
        if case.in_classes:
            continue
        known = class_mapping(view.data, case.segments or (), False)
        meant |= {name: known[name] for name in case.segments or () if name in known}
    return meant


def _meant_by_results(view: View) -> dict[str, dict[str, int]]:
    """The same of the results of each other program, with what was said of their values."""
    said = view.data.get("result_mapping", {})
    meant = {source: dict(known) for source, known in said.items()}
    for case in view.cases:
        for result in case.results:
            if result.in_classes:
                continue
            known, of = result_classes(view, result), meant.setdefault(result.source, {})
            of |= {name: known[name] for name in result.segments if name in known}
    return meant


def _find(view: View, which: int | str) -> Label:
    for label in view.classes:
        if which in (label.value, label.name):
            return label
    raise SemiGDAError(
        "bad-input", "The project has no such class.", action="Choose one of the project's classes."
    )
