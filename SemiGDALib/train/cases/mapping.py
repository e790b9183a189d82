"""Segments and label values that have no class yet, and what they are likely to be."""

from __future__ import annotations

import difflib

from semigda_core.labels.sides import sided, words_of
from semigda_core.project.classes import add_class

NEW = "new"  # make a class of this name
_ALIKE = 0.8  # of two spellings of a word, 0 to 1


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

    A name that differs from a class's in spelling, number or side only is taken as that class; but
    "right ventricle" is no "left ventricle", and "vertebra L2" no "vertebra L3".
    """
    if not classes:
        return NEW
    beyond = {label.value: _beyond(name, label.name) for label in classes}
    fitting = {value: len(words) for value, words in beyond.items() if _saysLittle(words)}
    nearest = [value for value, count in fitting.items() if count == min(fitting.values())]
    return nearest[0] if len(nearest) == 1 else None


def _beyond(name: str, known: str) -> list[str] | None:
    """What a name says beyond the words of a class; None if it does not have all of them."""
    rest, wanted = sorted(words_of(name)), sorted(words_of(known))
    for word in wanted:
        alike = [one for one in rest if one.endswith(word) or _isSpelledLike(one, word)]
        if not alike:
            return None
        best = word if word in alike else alike[0]
        rest.remove(best)
        if best.endswith(word) and best != word:  # some languages join a side and its organ
            rest.append(best.removesuffix(word))
    return rest if wanted else None


def _isSpelledLike(one: str, other: str) -> bool:
    """As "tumor" and "tumour"; not "internal" and "external", or "T11" and "T12"."""
    ratio = difflib.SequenceMatcher(None, one, other).ratio()
    return ratio >= _ALIKE and one[0] == other[0] and (one + other).isalpha()


def _saysLittle(words: list[str] | None) -> bool:
    return words is not None and all(word[-1].isdecimal() or sided([word]) for word in words)


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
