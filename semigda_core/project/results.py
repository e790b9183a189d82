"""Results of other programs in a project: *machine labels*, each with the name of its program.

They are no labels: a case with one stays unlabelled and is neither scored nor counted as labelled.
A training learns from those of unlabelled cases, and measures the program on those of labelled
ones. (An accepted prediction of the project's own model *is* a label, with the origin "machine":
somebody looked at it.) A case has one result of a program; of several programs' the newest counts.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import replace
from os.path import exists
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.targets import same_place
from semigda_core.labels.finished import IGNORED
from semigda_core.labels.segments import read_segments
from semigda_core.labels.sources import checked_source
from semigda_core.labels.structures import structures
from semigda_core.project.changes import change_mapping, find_case, means_another, now
from semigda_core.project.check.facts import drawn_parts
from semigda_core.project.project import Project
from semigda_core.project.records import ProjectCase, Result, View, class_mapping

LEARNS, MEASURES = "unlabeled", "labeled"  # roles of cases whose results a training uses
ENOUGH = 2  # patients whose labelled cases measure a program


def add_results(project: Project, pairs: Iterable[tuple[str, Path]], source: str) -> list[str]:
    """Give cases the results of a program; they replace its earlier ones. The files stay where
    they are, and are never written to.

    Args:
        pairs: ids of cases and files or folders, as ``match_results`` finds them.
        source: the program's name; it is shown in cards and reports.

    Returns:
        The ids of the cases that have one now.

    Raises:
        SemiGDAError: "bad-input" for a name that could be a path, an unknown case, or a file that
            does not exist, is the case's own label or has no header that can be read.
    """
    source = checked_source(source)
    entries = [(case_id, result_entry(project, Path(path), source)) for case_id, path in pairs]
    with project.edit("results of another program added", program=source) as data:
        for case_id, entry in entries:
            case = find_case(data, case_id)
            label = case["label"] and project.folder / case["label"]["path"]
            if label and same_place(label, project.folder / entry["path"]):
                raise SemiGDAError(
                    "bad-input",
                    "A file is a case's label already, and cannot be another program's result.",
                    action="Take the label away first, if a program made it.",
                )
            give_result(case, entry)
    return [case_id for case_id, _ in entries]


def give_result(case: dict[str, Any], entry: dict[str, Any]) -> None:
    """Give a case's record a program's result, which replaces its earlier one."""
    others = [old for old in case.get("results", []) if old["source"] != entry["source"]]
    case["results"] = [*others, entry]


def remove_results(
    project: Project, source: str | None = None, case_ids: Iterable[str] | None = None
) -> int:
    """Take results away, of all programs and cases or of one program and these cases; the files
    stay. Returns how many."""
    with project.edit("results of another program removed") as data:
        return drop_results(data, source, case_ids)


def drop_results(data: dict[str, Any], source: str | None, case_ids: Iterable[str] | None) -> int:
    """:func:`remove_results` in a project's content."""
    ids, count = None if case_ids is None else set(case_ids), 0
    for case in data["cases"]:
        if ids is not None and case["id"] not in ids:
            continue
        old = case.get("results", [])
        kept = [one for one in old if source is not None and one["source"] != source]
        count += len(old) - len(kept)
        if old:
            case["results"] = kept
    return count


def set_result_mapping(
    project: Project, source: str, mapping: Mapping[str, int | str | None]
) -> None:
    """Say which class the segments or values of a program's results are: a class's value or name,
    0 for none, None to forget it.

    A program has a mapping of its own, because its value 1 is not the value 1 of the labels.

    Raises:
        SemiGDAError: "bad-input" for no class there is.
    """
    with project.edit("mapping of results set") as data:
        known = data.setdefault("result_mapping", {}).setdefault(source, {})
        change_mapping(data, known, mapping)


def others_changed(
    view: View, source: str, changes: Mapping[str, int | str | None], given: Container[Path]
) -> list[str]:
    """Ids of the cases whose results of a program would silently become another class by a change
    of its mapping; results that are ``given`` are not meant."""
    known = dict(view.data.get("result_mapping", {}).get(source, {}))
    change_mapping(view.data, known, changes)
    mappings = {**view.data.get("result_mapping", {}), source: known}
    then = replace(view, data={**view.data, "result_mapping": mappings})
    found = []
    for case in view.cases:
        for result in case.results:
            if result.source == source and result.path.resolve() not in given:
                old, new = result_classes(view, result), result_classes(then, result)
                if means_another(old, new, result.segments or changes):
                    found.append(case.id)
    return found


def newest(case: ProjectCase) -> Result | None:
    """The result that counts."""
    return case.results[-1] if case.results else None


def values_of(view: View, facts: Mapping[str, Any]) -> dict[str, set[str]]:
    """By program, the values that its label maps hold, as far as they were measured."""
    found: dict[str, set[str]] = {}
    for case, result in used(view):
        if not result.segments and not result.in_classes:
            found.setdefault(result.source, set()).update(_held(facts.get(case.id, {})))
    return found


def _held(facts: Mapping[str, Any]) -> list[str]:
    """Segments and values of a case's result that hold voxels."""
    result = facts.get("result") or {}
    return drawn_parts(result) or [*result.get("held", ())]


def result_classes(view: View, result: Result, values: Collection[str] = ()) -> dict[str, int]:
    """The class of every segment name or value of a result, 0 for none.

    Args:
        values: that the program's label maps hold, see :func:`values_of`. Among several ones, 1 is
            not by itself the project's only class.
    """
    own = view.data.get("result_mapping", {}).get(result.source, {})
    names = {key: v for key, v in view.mapping.items() if key in result.segments}
    data = {**view.data, "mapping": names | own}
    known = class_mapping(data, result.segments, result.in_classes, result.meant)
    if not (result.segments or result.in_classes or "1" in own) and set(values) - {"1"}:
        known.pop("1", None)
    return {key: 0 if value == IGNORED else value for key, value in known.items()}


def unmapped_results(view: View, facts: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """By program, its segments and values that hold voxels and have no class, each with the ids of
    its cases.

    Args:
        facts: what the check measured, by case.
    """
    found: dict[str, dict[str, list[str]]] = {}
    values = values_of(view, facts)
    for case, result in used(view):
        known = result_classes(view, result, values.get(result.source, ()))
        # Files of structures without a class were not read: there may be a hundred of them.
        held = result.segments if result.path.is_dir() else _held(facts.get(case.id, {}))
        for key in [key for key in held if key not in known]:
            found.setdefault(result.source, {}).setdefault(key, []).append(case.id)
    return found


def used(view: View, *roles: str) -> list[tuple[ProjectCase, Result]]:
    """The cases whose results a training uses, of these roles or of all, with what counts."""
    cases = view.of_role(*(roles or (LEARNS, MEASURES)))
    return [(case, case.results[-1]) for case in cases if case.results]


def structures_of(view: View, result: Result) -> list[str] | None:
    """The structures of a result that have a class, if each has a file of its own; else None."""
    if not result.path.is_dir():
        return None
    known = result_classes(view, result)
    return [name for name in result.segments if known.get(name)]


def lacking(view: View) -> dict[str, list[str]]:
    """By id, the structures that a case's result has no file of, although they have a class and
    the program found them in other cases.

    A training leaves such a result out: its background would teach that nothing is there.
    """
    found = [(case.id, result, structures_of(view, result)) for case, result in used(view)]
    wanted: dict[str, set[str]] = {}
    for _, result, known in found:
        wanted.setdefault(result.source, set()).update(known or ())
    return {
        case_id: sorted(missing)
        for case_id, result, known in found
        if known is not None and (missing := wanted[result.source].difference(known))
    }


def counts(view: View, role: str = LEARNS) -> dict[str, int]:
    """For how many cases a training uses the results of each program."""
    return {name: len(cases) for name, cases in _by_program(view, role).items()}


def unmeasured(view: View) -> list[str]:
    """The programs whose results would teach, and do not: labelled cases of too few patients
    measure them."""
    known = _by_program(view, MEASURES)
    patients = {name: {case.patient for case in cases} for name, cases in known.items()}
    return [name for name in counts(view) if len(patients.get(name, ())) < ENOUGH]


def _by_program(view: View, role: str) -> dict[str, list[ProjectCase]]:
    found: dict[str, list[ProjectCase]] = {}
    away = lacking(view)
    for case, result in used(view, role):
        if exists(result.path) and case.id not in away:
            found.setdefault(result.source, []).append(case)
    return dict(sorted(found.items()))


def will_learn(view: View) -> str:
    """In a sentence for each program, whether its results will teach; "" without any."""
    idle = unmeasured(view)
    return " ".join(_teaching(*one, one[0] not in idle) for one in counts(view).items())


def _teaching(name: str, count: int, measured: bool) -> str:
    if not measured:
        return (
            f"Results of {name} teach nothing yet: to measure it, labelled cases of at least two "
            "patients need one, too."
        )
    if count == 1:
        return f"It also learns from a result of {name} for 1 case, if it is better than the model."
    return (
        f"It also learns from results of {name} for {count} cases, as long as they are better than "
        "the model."
    )


def result_entry(
    project: Project, path: Path, source: str, in_classes: bool = False
) -> dict[str, Any]:
    """A result's file or folder as ``project.json`` tells of it."""
    if not (path.is_file() or (path.is_dir() and structures(path))):
        raise SemiGDAError("bad-input", "A file of the results does not exist.")
    return {
        "source": source,
        "path": project.stored(path),
        "segments": [segment.name for segment in read_segments(path)],
        "in_classes": in_classes,
        "date": now(),
    }
