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
from semigda_core.project.project import Project
from semigda_core.project.records import View, class_mapping
from semigda_core.project.results import result_classes, set_result_mapping


def add_class(project: Project, name: str, color: Sequence[int] | None = None) -> None:
    """Append a class; "bad-input" for an empty or existing name, or too many classes."""
    given = {"name": name} if color is None else {"name": name, "color": list(color)}
    project.set_classes([*project.read().classes, given])


def change_class(
    project: Project, value: int, name: str | None = None, color: Sequence[int] | None = None
) -> None:
    """Rename or recolour a class; its segments stay in it."""
    view = project.read()
    old = _find(view, value)
    red, green, blue = color or old.color
    new = replace(old, name=name or old.name, color=(red, green, blue))
    project.set_classes([new if label.value == value else label for label in view.classes])
    project.set_mapping({key: v for key, v in _meant(view).items() if v == value})
    for source, meant in _meant_by_results(view).items():
        set_result_mapping(project, source, {k: v for k, v in meant.items() if v == value})


def remove_class(project: Project, value: int) -> None:
    """Remove a class; its voxels in labels become background."""
    view = project.read()
    _find(view, value)

    def moved(old: int) -> int:
        if old == IGNORED:
            return old
        return 0 if old == value else old - (old > value)

    kept, results = _meant(view) | view.mapping, _meant_by_results(view)
    project.set_classes([asdict(label) for label in view.classes if label.value != value])
    project.set_mapping({key: moved(old) for key, old in kept.items()})
    for source, meant in results.items():
        set_result_mapping(project, source, {key: moved(old) for key, old in meant.items()})


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


def _find(view: View, value: int) -> Label:
    for label in view.classes:
        if label.value == value:
            return label
    raise SemiGDAError(
        "bad-input", "The project has no such class.", action="Choose one of the project's classes."
    )
