"""A project with everything in it, every public thing that can be done with one, and a canary.

For tests that damage documents: whatever a document says, what is done with it either works or ends
in a SemiGDAError, and never touches a file outside the project.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from model_fixtures import tiny_card
from project_fixtures import make_project
from trainings_fixtures import TINY

from semigda.check.run import check
from semigda.data.thumbnails import write_png
from semigda_core.errors import SemiGDAError
from semigda_core.project import classes, heldout, records
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.check import latest
from semigda_core.project.project import NewCase, Project
from semigda_core.project.report.report import write_report
from semigda_core.project.review import candidates as ranking
from semigda_core.project.review import inbox
from semigda_core.project.training import bases, plans, trainings, versions
from semigda_core.project.training.judging import compare_scores

VERSION = "ball-1"
CHANGES = "from here on the project is changed"


def full_project(folder: Path) -> Project:
    """Checked, split, with an ended training and its version, a ranking and what was rejected.

    The model has a card and no tensors: nothing here computes.
    """
    project = make_project(folder, 8, 3)
    project.set_mapping({"7": 1, "vessel": 0})
    project.set_settings(title="Ball", modality="MR", attribution=["drawn"])
    plans.save_plan(project, plans.Plan(advanced=dict(TINY), minutes=5.0))
    check(project)
    facts = latest.measured(project)
    heldout.choose_heldout(project, facts)
    heldout.change_heldout(project, "a better choice", facts)
    view = project.read()
    project.set_group([case.id for case in view.of_role("unlabeled")][:2], "Doe")
    latest.new_check(project).fail(SemiGDAError("cancelled"))
    latest.new_check(project).fail(SemiGDAError("cancelled"))
    job = project.new_job(
        "train",
        {},
        {"out": str(project.folder / "models" / VERSION)},
        files={"cases": case_rows(view), "folds": []},
        version=VERSION,
        base_title="From scratch",
        plan={"preset": "standard", "advanced": {}},
    )
    write_model(project.folder / "models" / VERSION, view)
    held = view.heldout["cases"]
    scores = {case: {"ball": 0.9, "core": None} for case in held}
    compared = compare_scores(scores, None, ["ball", "core"], "split", {})
    (job.path / "comparison.json").write_text(json.dumps(compared))
    picture(job.path / "preview.png")
    losses = {"total": 1.0}
    for step in (1, 2):
        job.event("losses", stage="segment", step=step, losses=losses)
        dice = {"both": {"ball": 0.5, "core": 0.4}}
        job.event("validation", step=step, dice=dice, cases=2)
        job.event("preview", step=step, file="preview.png", kind="held-out")
    job.event("stuck", step=2, classes=["core"], causes=["It is small."])
    job.event("warning", message="A word.")
    job.finish({"model": f"../../models/{VERSION}"}, {})
    assert [version.name for version in versions.versions(project)] == [VERSION]
    open_ones = view.of_role("unlabeled")
    write_ranking(project, [case.id for case in open_ones])
    inbox.reject(project, [open_ones[2].id])
    with project.edit("version used", version="ball-0") as data:
        data["used"] = ["ball-0"]  # since deleted
    return project


def write_model(folder: Path, view: records.View) -> None:
    folder.mkdir(parents=True)
    made = tiny_card(VERSION, labels=view.classes, modality="MR")
    made.training = {"cases": {"labeled": 6, "unlabeled": 3, "val": 2}, "settings": {}}
    made.weights_sha256 = "0" * 64
    made.write(folder)


def write_ranking(project: Project, ids: list[str]) -> None:
    from semigda_core.files.stamps import stamp

    folder = project.folder / ranking.INBOX
    folder.mkdir()
    view, found = project.read(), []
    for place, case_id in enumerate(ids, 1):
        image = view.case(case_id).image
        found.append(
            {
                "case": case_id,
                "rank": place,
                "disagreement": 0.3,
                "novelty": 0.5,
                "reason": "Unlike the others.",
                "stamp": stamp(image),
            }
        )
        (folder / f"{case_id}.seg.nrrd").write_bytes(b"NRRD0004\n\n")
        picture(folder / f"{case_id}.png")
    names = [label.name for label in view.classes]
    content = {"schema": 1, "model": "1" * 64, "classes": names, "candidates": found}
    (folder / ranking.RANKING).write_text(json.dumps(content))


def picture(path: Path) -> None:
    import numpy as np

    write_png(path, np.zeros((4, 4, 3), np.uint8))


def everything(folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """What can be done with a project, by name; starts no process and installs nothing.

    Each is to be called at once, as they do change the project.
    """

    def of(action: Callable[..., object], *arguments: Any, **options: Any) -> Callable[[], object]:
        def act() -> object:
            project = Project(folder)
            given = [one(project) if callable(one) else one for one in arguments]
            return action(project, *given, **options)

        return act

    def first(role: str) -> Callable[[Project], str]:
        return lambda project: [*project.read().of_role(role), *project.read().cases][0].id

    def ids(role: str) -> Callable[[Project], list[str]]:
        return lambda project: [first(role)(project)]

    def views(project: Project) -> None:
        view = project.read()
        _ = view.classes, view.cases, view.unmapped(), view.mapping, view.settings
        case_rows(view)

    def stop_unstarted(project: Project) -> None:
        trainings.cancel(project)

    yield "views", of(views)
    yield "jobs", of(Project.jobs)
    yield "findings", of(latest.findings)
    yield "candidates", of(ranking.candidates)
    yield "pending", of(inbox.pending)
    yield "versions", of(versions.versions)
    yield "bases", of(bases.bases)
    yield "plan", of(plans.saved_plan)
    yield "estimate", of(lambda p: trainings.estimate(p, plans.saved_plan(p)))
    yield "compare", of(versions.compare, VERSION, VERSION)
    yield "report", of(write_report)
    yield CHANGES, lambda: None
    yield "rehearsal", of(lambda p: trainings.new_rehearsal(p, plans.saved_plan(p)))
    yield "rank", of(ranking.new_ranking, str(folder / "models" / VERSION))
    yield "split", of(lambda p: heldout.change_heldout(p, "why", latest.measured(p)))
    yield "rename", of(versions.rename, VERSION, "Another")
    yield "rename case", of(Project.rename, first("labeled"), "another")
    yield "edited", of(inbox.take_edited, first("unlabeled"), _label(folder))
    yield "use", of(Project.set_use, ids("labeled"), "unlabeled")
    yield "group", of(Project.set_group, ids("labeled"), "Roe")
    yield "settings", of(lambda p: p.set_settings(licence="CC0-1.0"))
    yield "mapping", of(Project.set_mapping, {"9": 1})
    yield "add class", of(classes.add_class, "third")
    yield "change class", of(classes.change_class, 1, "sphere")
    yield "remove class", of(classes.remove_class, 3)
    yield "add", of(lambda p: p.add([NewCase(folder.parent / "study" / "DOE_JANE_00.nrrd")]))
    yield "accept", of(lambda p: inbox.accept(p, [found.case_id for found in inbox.pending(p)]))
    yield "reject", of(lambda p: inbox.reject(p, [c.case_id for c in ranking.candidates(p)]))
    yield "take away", of(Project.set_label, first("labeled"), None)
    yield "remove", of(Project.remove, ids("labeled"))
    yield "check", of(latest.new_check)
    yield "cancel", of(stop_unstarted)
    yield "pause", of(trainings.pause)
    yield "delete", of(_unuse)
    yield "forget", of(Project.forget_jobs, "train")


def _unuse(project: Project) -> None:
    with project.edit("version used") as data:
        data["used"] = []
    versions.delete(project, VERSION)


def _label(folder: Path) -> Path:
    return folder.parent / "study" / "DOE_JANE_00_seg.nrrd"


def do_everything(folder: Path) -> list[str]:
    """Do it all; the names of what worked. Raises what is no SemiGDAError."""
    worked = []
    for name, action in everything(folder):
        with contextlib.suppress(SemiGDAError):
            action()
            worked.append(name)
    return worked


def contents(*folders: Path, but: Path | None = None) -> dict[str, str]:
    """Hash of every file, link and folder, for a canary; without what lies in ``but``."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if but is not None and path.is_relative_to(but):
                continue
            if path.is_symlink():
                found[str(path)] = f"link {path.readlink()}"
            elif path.is_file():
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                found[str(path)] = "folder"
    return found


def leaves(value: Any, place: tuple = ()) -> Iterator[tuple]:
    """The place of every value in a document, containers too."""
    if place:
        yield place
    if isinstance(value, dict):
        by_id = value and all(re.fullmatch("[0-9a-f]{8}", key) for key in value)
        for key in list(value)[: 1 if by_id else None]:  # cases are alike
            yield from leaves(value[key], (*place, key))
    elif isinstance(value, list):
        for number, one in enumerate(value[:1]):  # the others are alike
            yield from leaves(one, (*place, number))


def replaced(document: Any, place: tuple, value: Any) -> Any:
    """A copy with another value at a place."""
    result = copy.deepcopy(document)
    at = result
    for part in place[:-1]:
        at = at[part]
    at[place[-1]] = value
    return result


def without(document: Any, place: tuple) -> Any:
    """A copy that lacks a place."""
    result = copy.deepcopy(document)
    at = result
    for part in place[:-1]:
        at = at[part]
    del at[place[-1]]
    return result
