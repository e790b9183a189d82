"""Segments and label values that have no class yet, and what they are likely to be."""

from __future__ import annotations

import difflib

from semigda_core.project.classes import add_class

NEW = "new"  # make a class of this name


def unmapped(view, facts) -> dict[str, list[str]]:
    """Names of segments, and values of label maps that were checked, each with its cases' ids."""
    found = {name: list(ids) for name, ids in view.unmapped().items()}
    for case in view.cases:
        label = (facts.get(case.id) or {}).get("label") or {}
        if case.use != "auto" or case.segments is not None:
            continue
        for key in view.classless(case, label.get("parts", {})):
            found.setdefault(key, []).append(case.id)
    return found


def guess(name: str, classes) -> int | str | None:
    """The class (value) that a name is likely to be, NEW for one of its own, None if unclear.

    A name that differs from a class's in spelling, number or side only is taken as that class.
    """
    if not classes:
        return NEW
    names = {label.name.casefold(): label.value for label in classes}
    close = difflib.get_close_matches(name.casefold(), list(names), 1, 0.75)
    if close:
        return names[close[0]]
    holding = [value for known, value in names.items() if known in name.casefold()]
    return holding[0] if len(holding) == 1 else None


def apply(project, choices, classes) -> None:
    """Give names their classes: ``choices`` is name -> value, 0 for none, NEW, or None to leave.

    ``classes``: those that were offered, which may have other numbers by now.
    """
    project.set_mapping(withNewClasses(project, choices, classes))


def withNewClasses(project, choices, classes) -> dict[str, int | str]:
    """The classes of :func:`apply`'s choices by name; the project then has those that were new."""
    offered = {label.value: label.name for label in classes}
    known = {label.name.casefold(): label.name for label in project.read().classes}
    mapping = {}
    for name, choice in choices.items():
        if choice == NEW and name.casefold() not in known:
            add_class(project, name)
            known[name.casefold()] = project.read().classes[-1].name
        if choice is not None:
            mapping[name] = known[name.casefold()] if choice == NEW else offered.get(choice, choice)
    return mapping
