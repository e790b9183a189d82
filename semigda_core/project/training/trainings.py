"""The trainings of a project: plan, rehearsal, estimate, start, and requests to a running one.

A training is a job in its own process, which outlives its starter; these functions only read and
write files and start processes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import ENDED, JobFolder
from semigda_core.jobs.launch import launch
from semigda_core.jobs.locks import locked
from semigda_core.labels.sides import why_not_mirrored
from semigda_core.models.card import ModelCard
from semigda_core.models.features import read_published
from semigda_core.project.cases.caselist import case_rows
from semigda_core.project.cases.moving import settle, tell_missing
from semigda_core.project.check.latest import findings, measured
from semigda_core.project.heldout import chosen_heldout
from semigda_core.project.project import Project
from semigda_core.project.records import View
from semigda_core.project.training.bases import (
    FEATURES,
    SCRATCH,
    Base,
    find_base,
    has_seen_heldout,
    same_classes,
)
from semigda_core.project.training.comparison import read, scores
from semigda_core.project.training.estimates import Estimate
from semigda_core.project.training.planning import (
    on_card,
    plan_training,
    turns,
    unfitted,
)
from semigda_core.project.training.plans import Plan, needs_features, save_plan
from semigda_core.project.training.versions import Version, versions

LOCK = ".training.lock"
NOT_COMPARED = (
    "The version in use cannot be compared with the new model: it is gone or damaged, has other "
    "classes, or has learned from cases that are held out now."
)


def new_rehearsal(project: Project, plan: Plan) -> JobFolder:
    """A queued job of kind "rehearse" for the worker or :func:`launch`: at most 2 minutes.

    Raises:
        SemiGDAError: "bad-input" with the check's first error, without held-out cases, or for a
            plan that does not fit together; "import-error" without the general image features
            that it starts from.
    """
    _refuse_unready(project)
    view, settings = project.read().present(), unfitted(project, plan)
    if needs_features(plan):
        read_published()
    fold = next(iter(turns(view)), None)
    facts = measured(project)
    inputs, files = {"on_card": on_card(project, plan)}, {"cases": case_rows(view, fold, facts)}
    return project.new_job("rehearse", inputs, settings, files=files)


def estimate(project: Project, plan: Plan) -> Estimate:
    """The cost of :func:`start`, by the newest rehearsal of such a plan.

    Raises:
        SemiGDAError: "bad-input" as :func:`new_rehearsal`, except the check's errors.
    """
    found = plan_training(project, plan).estimate(project.folder)
    if plan.advanced.get("augmentation", {}).get("mirror"):
        return found  # deliberate
    names = (label.name for label in project.read().classes)
    return replace(found, mirroring=why_not_mirrored(names))


def start(project: Project, plan: Plan) -> JobFolder:
    """Start the training in its own process and return its job.

    Raises:
        SemiGDAError: "bad-input" with the check's first error, without held-out cases, while
            another training of the project is unfinished, or if the base has seen them;
            "no-labels", "model-invalid"; "import-error" as :func:`new_rehearsal`.
    """
    with starting(project) as view:
        base = find_base(project, plan)
        planned = plan_training(project, plan)
        facts = measured(project)
        folds = [case_rows(view, turn, facts) for turn in turns(view)]
        files: dict[str, Any] = {"cases": case_rows(view, None, facts), "folds": folds}
        inputs, scored = _before(project, view, base)
        inputs |= {"missing_heldout": len(view.missing & view.held_out)}
        inputs |= {"compare_unet": plan.compare_unet, "planned_for": planned.device}
        if scored is not None:
            files["before_scores"] = scored
        job = new_training(project, view, plan, base, inputs, planned.settings, files)
        save_plan(project, plan)
        if view.data.get("used") and "before" not in inputs and scored is None:
            job.event("warning", message=NOT_COMPARED)
        launch(job)
    return job


@contextlib.contextmanager
def starting(project: Project) -> Iterator[View]:
    """The project as a training sees it, and no other starts meanwhile.

    Raises:
        SemiGDAError: "bad-input" if something keeps a training from starting, see :func:`start`.
    """
    with locked(project.place(LOCK), _refuse_second):
        unfinished = current(project)
        if unfinished and unfinished["state"] not in (*ENDED, "lost"):
            raise SemiGDAError(
                "bad-input",
                "Another training of this project is not finished.",
                action="Wait for its end, resume it, or cancel it.",
            )
        _refuse_unready(project)
        yield project.read().present()


def new_training(
    project: Project,
    view: View,
    plan: Plan,
    base: Base,
    inputs: Mapping[str, Any],
    settings: Mapping[str, Any],
    files: Mapping[str, Any],
) -> JobFolder:
    """The queued job of a training, for :func:`launch`.

    Raises:
        SemiGDAError: "import-error" without the general image features that it starts from.
    """
    if needs_features(plan):
        read_published()
    elif base is FEATURES:
        base = SCRATCH  # the plan has a network of its own
    job = project.new_job(
        "train",
        inputs,
        settings,
        files=files,
        version=Path(settings["out"]).name,
        base_title=base.title,
        plan=asdict(plan),
    )
    if gone := view.of_role("missing"):
        tell_missing(job, len(gone))
    _forget_ended(project)
    return job


def _forget_ended(project: Project) -> None:
    """Delete what trainings that ended without a model would have continued from: only the newest
    one can be resumed."""
    for record in project.jobs()[1:]:
        if record["kind"] == "train" and record["state"] in ("cancelled", "failed"):
            for checkpoint in record["folder"].rglob("*.pt*"):
                with contextlib.suppress(OSError):  # of a file that another program holds open
                    checkpoint.unlink()


def current(project: Project) -> dict[str, Any] | None:
    """The newest training as :meth:`Project.jobs` gives it, running or not; None if there is none.

    ``stale``: it claims to run, but its process is gone; :func:`resume` continues it.
    """
    return next((job for job in project.jobs() if job["kind"] == "train"), None)


def pause(project: Project) -> None:
    """Ask the running training to save, end its process and wait for :func:`resume`."""
    job, now = _unfinished(project)
    if now["stale"]:
        raise SemiGDAError(
            "bad-input",
            "The training's process is gone.",
            action="Resume the training: it continues from its last checkpoint.",
        )
    if now["state"] != "paused":
        job.request("pause")


def resume(project: Project) -> None:
    """Resume a training that is paused, was killed, failed or was cancelled.

    Raises:
        SemiGDAError: "bad-input" if there is none, it runs, or it is done.
    """
    with locked(project.place(LOCK), _refuse_second):
        now = _newest(project)
        job = JobFolder(now["folder"])
        if not now["stale"] and now["state"] not in ("paused", "failed", "cancelled"):
            told = "done" if now["state"] == "done" else "running already"
            raise SemiGDAError(
                "bad-input", f"The training is {told}.", action="There is nothing to resume."
            )
        settle(project, job)
        job.clear("pause")
        job.clear("cancel")
        launch(job)


def stop(project: Project) -> None:
    """Ask the training to end early with what it has; a paused one resumes for that alone.

    If patients are held out in turn, this ends the turns: the final training follows at once, and a
    second :func:`stop` ends that one early.
    """
    job, now = _unfinished(project)
    job.request("stop")
    if now["state"] == "paused" or now["stale"]:
        resume(project)


def cancel(project: Project) -> None:
    """Ask the training to end without a result; one whose process is gone is ended here.

    Raises:
        SemiGDAError: "bad-input" if there is none, or it is being resumed in this moment.
    """
    with locked(project.place(LOCK), _refuse_second):
        job, _ = _unfinished(project)
        job.request("cancel")  # before the look, because its process may be pausing
        if job.state()["state"] == "paused" or job.is_stale():
            job.fail(SemiGDAError("cancelled"))


def _newest(project: Project) -> dict[str, Any]:
    now = current(project)
    if now is None or now["state"] == "lost":
        raise SemiGDAError("bad-input", "The project has no training.", action="Start one.")
    return now


def _unfinished(project: Project) -> tuple[JobFolder, dict[str, Any]]:
    now = _newest(project)
    if now["state"] in ENDED:
        raise SemiGDAError(
            "bad-input", "No training of the project is running.", action="Start one."
        )
    return JobFolder(now["folder"]), now


def _refuse_second() -> None:
    raise SemiGDAError(
        "bad-input", "Another window is starting a training of this project.", action="Wait."
    )


def _refuse_unready(project: Project) -> None:
    """Raise if anything keeps a training from starting."""
    view = project.read().present()
    chosen_heldout(view)
    known = measured(project)
    used = [case for case in view.cases if case.role not in ("ignored", "missing")]
    unchecked = sum(case.id not in known for case in used)
    if unchecked:
        raise SemiGDAError(
            "bad-input",
            f"{unchecked} case{'s were' if unchecked > 1 else ' was'} not checked since the "
            "last change.",
            action="Run the check.",
        )
    errors = [finding for finding in findings(project, known) if finding.severity == "error"]
    if errors:
        more = f" ({len(errors) - 1} more errors)" if errors[1:] else ""
        raise SemiGDAError("bad-input", errors[0].message + more, action=errors[0].action)


def _before(
    project: Project, view: View, base: Base
) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The earlier model as inputs of a job, or its scores on the held-out cases.

    It is the version in use, or else the model that the training starts from. A model that learned
    from held-out cases, or is gone, cannot be compared; scores of trainings that had not, can.
    """
    used = next((version for version in versions(project) if version.in_use), None)
    if used is None:
        return ({"before": str(base.path)} if base.kind == "model" else {}), None
    if used.comparable and used.scheme == "leave-one-out":
        return {}, _scores(project, used)
    try:
        card = ModelCard.read(used.folder)
    except SemiGDAError:
        return {}, _scores(project, used) if used.comparable else None
    same = same_classes(card.labels, view.classes, renamed=used.comparable)
    if has_seen_heldout(view, card) or not same:
        return {}, None
    return {"before": str(used.folder)}, None


def _scores(project: Project, version: Version) -> dict[str, Any] | None:
    compared = read(project.folder / "jobs" / version.job)
    return None if compared is None else dict(scores(compared))
