"""The training of a version once more, on all labelled cases: the held-out ones, too.

With few labels the quarter that is held out is missed (docs/presets.md). A version that was scored
on it shows what its training is worth. The same training on all labels makes a model that no case
is left to score: it keeps the scores of the former, as the final training does where patients are
held out in turn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import sound_document
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.launch import launch
from semigda_core.models.doubt import OUTCOMES
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.check.latest import measured
from semigda_core.project.project import Project
from semigda_core.project.training.bases import find_base
from semigda_core.project.training.comparison import partly, read, scores
from semigda_core.project.training.planning import unfitted
from semigda_core.project.training.plans import stored_plan
from semigda_core.project.training.trainings import new_training, starting
from semigda_core.project.training.versions import Version, find_version, versions

OF_THE_NEW = ("out", "card", "base")  # settings that are not those of the training before


def why_not_on_all(version: Version, known: Iterable[Version]) -> str | None:
    """Why a version's training is not repeated on all labelled cases, in a sentence, or None.

    Args:
        known: all versions of the project.
    """
    if version.scheme != "split":
        return "It has learned from all labelled cases already."
    if not version.comparable:
        return "The held-out cases have changed since it was scored."
    if not version.wins:
        return "It is not better on the held-out cases."
    used = next((one for one in known if one.in_use and one.comparable), version)
    better = (used.mean or 0.0) > (version.mean or 0.0)
    return "The version in use is better on the held-out cases." if better else None


def start_on_all(project: Project, name: str) -> JobFolder:
    """Start the training of a version again, on all labelled cases, and return its job.

    Raises:
        SemiGDAError: "bad-input" if there is no such version, by :func:`why_not_on_all`, or as
            :func:`semigda_core.project.training.trainings.start`; "import-error" likewise.
    """
    with starting(project) as view:
        version = find_version(project, name)
        if reason := why_not_on_all(version, versions(project)):
            raise SemiGDAError("bad-input", reason, action="Choose another version.")
        record = next(job for job in project.jobs() if job["id"] == version.job)
        compared = read(record["folder"])
        if compared is None or record["state"] == "lost" or "plan" not in record:
            raise _not_again("How this version was trained is not known any more.")
        before, rows = JobFolder(record["folder"]), compared["rows"]
        if view.missing & {row["case"] for row in rows}:
            raise SemiGDAError(
                "bad-input",
                "Held-out cases are not where they were, so it could not learn from them.",
                action="Connect their disk, or say where their files are now (relocate).",
            )
        plan = replace(stored_plan(project, record["plan"]), name=None, compare_unet=False)
        if plan.base is not None and not Path(plan.base).exists():
            raise _not_again("The model that its training started from is gone.")
        try:
            base, fresh = find_base(project, plan), unfitted(project, plan)
        except SemiGDAError as error:
            raise _not_again(error.message) from error  # its plan cannot be changed
        settings = {**before.job["options"], **{key: fresh[key] for key in OF_THE_NEW}}
        planned = before.job["inputs"].get("planned_for")
        inputs = {"missing_heldout": compared.get("missing", 0), "planned_for": planned}
        files: dict[str, Any] = {
            "cases": case_rows(view.in_one_turn(), None, measured(project)),
            "folds": [],
            "scores": scores(compared),
            "outcomes": sound_document(before.path / "outcomes.json", OUTCOMES) or [],
            "scored_on": partly(rows),
        }
        job = new_training(project, view, plan, base, inputs, settings, files)
        launch(job)
    return job


def _not_again(why: str) -> SemiGDAError:
    return SemiGDAError("bad-input", why, action="Train a new one.")
