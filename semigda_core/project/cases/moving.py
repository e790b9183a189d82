"""Files that are not where they were: a project or its images were copied, renamed or moved.

Before a training resumes: it must write in this project only, and read files where they are now.
"""

from __future__ import annotations

from collections.abc import Iterable
from os.path import exists
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.files.documents import list_of, read_document
from semigda_core.files.inside import refuse_links
from semigda_core.files.moved import folder_of, moved, parts_under
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.card import Label
from semigda_core.project.cases.caselist import ROW
from semigda_core.project.classes import new_numbers
from semigda_core.project.project import PathLike, Project
from semigda_core.project.records import ProjectCase, View

Files = dict[str, Path]
Rows = list[dict[str, Any]]


def new_search(project: Project, folder: PathLike) -> JobFolder:
    """A queued job of kind "relocate" for a worker, which finds missing files again in a folder."""
    project.forget_jobs("relocate")
    old = missing_folder(project) or str(folder)
    places = {"project": str(project.folder), "old": old, "new": str(Path(folder).absolute())}
    return project.new_job("relocate", places)


def missing_folder(project: Project) -> str | None:
    """The folder that all missing files were in, to offer as the old place; None if none is
    missing."""
    view = project.read().present()
    cases = view.of_role("missing")
    lost = [str(p) for case in cases for p in files_of(case).values() if not exists(p)]
    if not lost:
        return None
    folders = [folder_of(path) for path in lost]
    common = folders[0]
    while common and any(parts_under(folder, common) is None for folder in folders):
        common = folder_of(common)
    return common or None


def files_of(case: ProjectCase) -> Files:
    """By "image" and, if there is one, "label"."""
    return {"image": case.image} | ({"label": case.label} if case.label is not None else {})


def settle(project: Project, job: JobFolder) -> None:
    """Let a training in the project's ``jobs/`` resume where it is now.

    Its case lists get the present paths, and the classes of names that labels have got since;
    missing files are left out and reported.

    Raises:
        SemiGDAError: "bad-input" if it would write elsewhere, or its lists are damaged;
            "no-labels" if no labelled case is left.
    """
    refuse_links(job.path)
    _refuse_elsewhere(project, job)
    view, what = project.read(), "A case list of the training"
    cases, folds, missing = job.path / "cases.json", job.path / "folds.json", 0
    if cases.exists():
        rows = read_document(cases, list_of(ROW), what)
        present = list(_present(job, view, rows))
        if not any(row["role"] == "labeled" for row in present):
            raise SemiGDAError("no-labels")
        if present != rows:
            write_json(cases, present)
        missing = len(rows) - len(present)
    if folds.exists():
        lists = read_document(folds, list_of(list_of(ROW)), what)
        now = [list(_present(job, view, rows)) for rows in lists]
        if now != lists:
            write_json(folds, now)
    if missing:
        tell_missing(job, missing)


def tell_missing(job: JobFolder, cases: int) -> None:
    """A warning of the training, with numbers only."""
    told = "1 case is" if cases == 1 else f"{cases} cases are"
    job.event("warning", message=f"{told} left out: the files are not there.", missing=cases)


def _refuse_elsewhere(project: Project, job: JobFolder) -> None:
    options = job.job["options"]
    out = Path(str(options.get("out")))
    if options.get("work") is not None or out.parent != project.folder / "models":
        raise SemiGDAError(
            "bad-input",
            "The training would write outside its project.",
            action="Start a new training in its place.",
        )
    project.place("models", out.name)


def _classes_then(job: JobFolder, view: View, case: ProjectCase) -> dict[str, int | None]:
    """What the keys that a case's label may contain are among the classes that a training has."""
    labels = [Label.from_dict(one) for one in job.job["options"]["card"]["labels"]]
    numbers, _ = new_numbers(view.data["classes"], labels, gone=0)
    return {key: numbers[value] for key, value in view.classes_of(case).items()}


def _present(job: JobFolder, view: View, rows: Rows) -> Iterable[dict[str, Any]]:
    """The rows whose files exist, with their present paths."""
    cases = {case.id: case for case in view.cases}
    old, new = folder_of(job.job["home"], 2), view.folder
    for row in rows:
        now = dict(row)
        case = cases.get(row["name"])
        for key in ("image", "label"):
            if key not in row:
                continue
            now[key] = moved(row[key], old, new)
            known = getattr(case, key, None)
            if known is not None and not exists(now[key]):
                now[key] = str(known)
        if not all(exists(now[key]) for key in ("image", "label") if key in now):
            continue
        if case is not None and "classes" in now:
            now["classes"] = _classes_then(job, view, case) | now["classes"]
        if "machine_label" in now:
            now["machine_label"] = moved(now["machine_label"], old, new)
            if not exists(now["machine_label"]):
                now = {key: value for key, value in now.items() if not key.startswith("machine_")}
        yield now
