"""The training of a version once more, on all labelled cases: the held-out ones, too.

With few labels the quarter that is held out is missed (docs/presets.md). A version that was scored
on it shows what its training is worth. The same training on all labels makes a model that no case
is left to score: it keeps the scores of the former, as the final training does where patients are
held out in turn.
"""

from __future__ import annotations

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
from semigda_core.project.training.versions import Version, find_version

OF_THE_NEW = ("out", "card", "base")  # settings that are not those of the training before


def why_not_on_all(version: Version) -> str | None:
    """Why a version's training is not repeated on all labelled cases, in a sentence, or None."""
    if version.scheme != "split":
        return "It has learned from all labelled cases already."
    if not version.comparable:
        return "The held-out cases have changed since it was scored."
    return None if version.wins else "It is not better on the held-out cases."


def start_on_all(project: Project, name: str) -> JobFolder:
    """Start the training of a version again, on all labelled cases, and return its job.

    Raises:
        SemiGDAError: "bad-input" if there is no such version, by :func:`why_not_on_all`, or as
            :func:`semigda_core.project.training.trainings.start`; "import-error" likewise.
    """
    with starting(project) as view:
        version = find_version(project, name)
        if reason := why_not_on_all(version):
            raise SemiGDAError("bad-input", reason, action="Choose another version.")
        record = next(job for job in project.jobs() if job["id"] == version.job)
        before, compared = JobFolder(record["folder"]), read(record["folder"])
        if compared is None or "plan" not in record:
            raise SemiGDAError(
                "bad-input",
                "How this version was trained is not known any more.",
                action="Train a new one.",
            )
        plan = replace(stored_plan(project, record["plan"]), name=None, compare_unet=False)
        if plan.base is not None and not Path(plan.base).exists():
            raise SemiGDAError(
                "bad-input",
                "The model that its training started from is gone.",
                action="Train a new one.",
            )
        base, fresh = find_base(project, plan), unfitted(project, plan)
        settings = {**before.job["options"], **{key: fresh[key] for key in OF_THE_NEW}}
        planned = before.job["inputs"].get("planned_for")
        inputs = {"missing_heldout": compared.get("missing", 0), "planned_for": planned}
        files: dict[str, Any] = {
            "cases": case_rows(view.in_one_turn(), None, measured(project)),
            "folds": [],
            "scores": scores(compared),
            "outcomes": sound_document(before.path / "outcomes.json", OUTCOMES) or [],
            "scored_on": partly(compared["rows"]),
        }
        job = new_training(project, view, plan, base, inputs, settings, files)
        launch(job)
    return job
