"""The classes of a project are changed, and what its labels mean stays.

Labels and other programs' results know a class by its name (segments), by what the user said of a
name or value (the mappings), or by its number, if the project made them. A class that keeps its
name keeps its labels, whatever its new number; so does one that gets another name in its place.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import one_line
from semigda_core.labels.finished import IGNORED
from semigda_core.labels.segments import folded_name
from semigda_core.models.card import Label
from semigda_core.project.changes import change_mapping, means_another
from semigda_core.project.check.facts import label_of
from semigda_core.project.document import MAX_CLASSES
from semigda_core.project.records import View, class_mapping

if TYPE_CHECKING:
    from semigda_core.project.project import Project

# Well separated and friendly to the colour-blind; for classes without a colour of their own.
COLOURS = (
    (230, 159, 0),
    (86, 180, 233),
    (0, 158, 115),
    (240, 228, 66),
    (0, 114, 178),
    (213, 94, 0),
    (204, 121, 167),
    (148, 103, 189),
    (140, 86, 75),
    (127, 127, 127),
)


def add_class(project: Project, name: str) -> None:
    """Append a class; "bad-input" for an empty or existing name, or too many classes."""
    with project.edit("classes set") as data:
        replace_classes(data, new_classes([*data["classes"], name]))


def change_class(
    project: Project, which: int | str, name: str | None = None, color: Sequence[int] | None = None
) -> None:
    """Rename or recolour a class, known by its number or, as others may change that meanwhile, by
    its name; its segments stay in it."""
    with project.edit("classes set") as data:
        old = _find(data, which)
        new = {**old, "name": name or old["name"], "color": list(color or old["color"])}
        replace_classes(data, new_classes([new if one is old else one for one in data["classes"]]))


def remove_class(project: Project, which: int | str) -> None:
    """Remove a class, known as by :func:`change_class`; its voxels in labels become background."""
    with project.edit("classes set") as data:
        gone = _find(data, which)
        others = [one for one in data["classes"] if one is not gone]
        replace_classes(data, new_classes(others), gone=0)


def _find(data: Mapping[str, Any], which: int | str) -> dict[str, Any]:
    for label in data["classes"]:
        if which in (label["value"], label["name"]):
            return label
    raise SemiGDAError(
        "bad-input", "The project has no such class.", action="Choose one of the project's classes."
    )


def new_classes(given: Sequence[str | Mapping[str, Any] | Label]) -> list[Label]:
    """The classes 1, 2 ... that names, or objects with name, color and terminology, become.

    Raises:
        SemiGDAError: "bad-input" for names that are empty or equal, or too many.
    """
    labels = [_new_class(value, one) for value, one in enumerate(given, 1)]
    names = [folded_name(one_line(label.name)) for label in labels]  # as segments are read
    if len(labels) > MAX_CLASSES or len(set(names)) < len(names) or not all(names):
        raise SemiGDAError(
            "bad-input",
            f"The classes need different names, and there may be {MAX_CLASSES} of them.",
            action="Choose other names.",
        )
    return labels


def _new_class(value: int, given: str | Mapping[str, Any] | Label) -> Label:
    """A class of a project, from its name or an object with more about it."""
    if isinstance(given, Label):
        given = asdict(given)
    words = {"name": given} if isinstance(given, str) else dict(given)
    words = {"color": COLOURS[(value - 1) % len(COLOURS)]} | words | {"value": value}
    try:
        label = Label.from_dict(words)
    except SemiGDAError as error:
        raise SemiGDAError("bad-input", "A class needs a name and a colour.") from error
    label.name = label.name.strip()
    return label


def replace_classes(data: dict[str, Any], labels: Sequence[Label], gone: int | None = None) -> None:
    """Change a project's raw content.

    Args:
        gone: what labels of a class that goes mean from then on: 0, background; None, the user is
            asked.

    Raises:
        SemiGDAError: "bad-input" if a new name is one by which labels know another class.
    """
    new, renamed = new_numbers(data["classes"], labels, gone)
    for entry in _in_classes(data):
        entry["meant"] = {key: new.get(v) or 0 for key, v in _meant(data, entry).items()}
    for known, named in list(_mappings(data)):  # before any of them changes
        # Names that were equal to that of their class.
        known |= {key: v for key, v in named.items() if v in renamed or (v and new[v] == 0)}
        moved = {key: now for key, v in known.items() if (now := new.get(v)) is not None}
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


def new_numbers(
    old: Sequence[dict[str, Any]], labels: Sequence[Label], gone: int | None
) -> tuple[dict[int, int | None], set[int]]:
    """The new number of each old one, ``gone`` of a class that goes; the numbers of renamed
    classes."""
    places = {folded_name(label.name): label.value for label in labels}
    names = {folded_name(label["name"]) for label in old}
    free = {value for name, value in places.items() if name not in names}
    new: dict[int, int | None] = {0: 0, IGNORED: IGNORED}
    for label in old:
        value = label["value"]
        new[value] = places.get(folded_name(label["name"]), value if value in free else gone)
    return new, free & set(new.values())


def _mappings(data: dict[str, Any]) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """What the user said of names and values, of labels and of each program's results, with the
    class of every segment name there, explicit or not."""
    said = data["mapping"]
    yield said, _named(data, said, [case["label"] for case in data["cases"]])
    results = [result for case in data["cases"] for result in case.get("results", [])]
    own = data.get("result_mapping", {})
    for source in {*own, *(result["source"] for result in results)}:
        known = data.setdefault("result_mapping", {}).setdefault(source, {})
        made = [result for result in results if result["source"] == source]
        yield known, _named(data, said | known, made)


def _named(
    data: dict[str, Any], said: dict[str, int], entries: Iterable[dict[str, Any] | None]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for entry in entries:
        if entry and entry["segments"] and not entry["in_classes"]:
            known = class_mapping({**data, "mapping": said}, entry["segments"], False)
            found |= {name: known[name] for name in entry["segments"] if name in known}
    return found


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
        held = label_of(facts, case.id).get("parts", case.segments or changes)
        if means_another(view.classes_of(case), then.classes_of(case), held):
            found.append(case.id)
    return found
