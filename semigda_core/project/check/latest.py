"""What the last check of a project's cases found, and what to do.

A view that must not compute makes a job with :func:`new_check` and then calls :func:`findings`,
which only reads. :mod:`semigda.check.run` measures.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

from semigda_core.files.stamps import stamp
from semigda_core.jobs.folder import JobFolder
from semigda_core.labels.finished import finished_text
from semigda_core.labels.structures import files_of_label
from semigda_core.project.check.facts import marks_of, read_facts
from semigda_core.project.check.findings import Finding
from semigda_core.project.check.rules.find import find
from semigda_core.project.heldout import new_voxels, note_labels
from semigda_core.project.project import Project
from semigda_core.project.records import ProjectCase, View
from semigda_core.project.results import newest, structures_of

FACTS, THUMBNAILS = "facts.json", "thumbnails"


def new_check(project: Project) -> JobFolder:
    """A queued job of kind "check" for a worker; :func:`findings` reads its results.

    Every change of the cases makes one; earlier ended ones are deleted.
    """
    project.forget_jobs("check")
    places = {"facts": str(project.place(FACTS)), "thumbnails": str(project.place(THUMBNAILS))}
    return project.new_job("check", places, files={"cases": case_files(project.read())})


def thumbnail(project: Project, case_id: str) -> Path | None:
    """The picture (PNG, 96 x 96) that the last check drew of a case; None if there is none yet."""
    path = project.folder / THUMBNAILS / f"{case_id}.png"
    return path if path.is_file() else None


def findings(project: Project, facts: dict[str, Any] | None = None) -> list[Finding]:
    """What is wrong, errors first, for cases that have not changed since they were measured.

    Args:
        facts: the result of :func:`measured`, to save reading it again.
    """
    facts = measured(project) if facts is None else facts
    if new_voxels(project.read().data, facts):
        with project.edit_file() as data:  # nothing worth a line of history
            news = new_voxels(data, facts)
            for case in data["cases"]:
                if case["id"] in news:
                    case["voxels"] = news[case["id"]]
    heldout = project.read().heldout
    if heldout and set(heldout["cases"]) & set(facts) - set(heldout.get("labels", ())):
        with project.edit("held-out labels locked") as data:
            note_labels(data["heldout"], facts)
    return find(project.read().present(), facts)


def measured(project: Project) -> dict[str, Any]:
    """The facts of the cases whose files have not changed since they were measured."""
    facts, view = read_facts(project.folder / FACTS), project.read()
    return {
        case.id: facts[case.id]
        for case in view.cases
        if case.id in facts and _still(view, case, facts[case.id])
    }


def _still(view: View, case: ProjectCase, facts: dict[str, Any]) -> bool:
    """Whether files and finished slices of a case are those that were measured."""
    marks = marks_of(facts) in (finished_text(case.finished), None)
    return marks and facts.get("stamp") == stamp(*paths_of(view, case))


def paths_of(view: View, case: ProjectCase) -> list[Path | None]:
    """The files that a check measures: image, label or None and, if there is one, the result of
    another program that counts."""
    result = newest(case)
    if result is None:
        return [case.image, case.label]
    return [case.image, case.label, *files_of_label(result.path, structures_of(view, result) or ())]


class CaseFiles(TypedDict):
    """A case as a check takes it; absolute paths. ``result`` is another program's; if it is a
    folder, ``structures`` are those that have a class."""

    id: str
    image: str
    label: str | None
    label_slices: str
    result: str | None
    structures: list[str] | None


def case_files(view: View) -> list[CaseFiles]:
    """The cases in the form that a check takes."""
    return [
        {
            "id": case.id,
            "image": str(case.image),
            "label": str(case.label) if case.label else None,
            "label_slices": finished_text(case.finished),
            "result": str(result.path) if result else None,
            "structures": structures_of(view, result) if result else None,
        }
        for case in view.cases
        for result in [newest(case)]
    ]
