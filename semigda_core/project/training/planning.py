"""From the user's plan to a training's settings, by what a rehearsal measured."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.card import check_name
from semigda_core.project.check.latest import measured
from semigda_core.project.project import Project
from semigda_core.project.records import View
from semigda_core.project.results import will_learn
from semigda_core.project.training.budget import Sizes
from semigda_core.project.training.estimates import (
    STEPS,
    Estimate,
    Work,
    at_size,
    estimate_of,
    fitted,
    is_measured,
    plan_of,
)
from semigda_core.project.training.plans import Plan
from semigda_core.project.training.presets import grids, preset_of, train_settings
from semigda_core.project.training.versions import model_name, slug

# A rehearsal stays valid until the number of cases changes by more than this factor.
CASES_FACTOR = 1.5
# What a step's time and memory depend on.
ALIKE: tuple[str, ...] = ("network", "optimizer", "labeled_batch", "unlabeled_batch", "device")
ALIKE += ("precision", "threads", "frozen", "unlabeled_weight", "branches")
_TIMED = {*STEPS, *ALIKE, "side", "preprocessing"}  # on which the time of a plan depends


@dataclass(frozen=True)
class Planned:
    """A training as it would start now.

    Attributes:
        settings: ``TrainSettings`` without the case list.
        measured: what a rehearsal of such a plan measured, for these settings; None if there is no
            such rehearsal, and the settings are those of an unknown computer without a card.
        work: what it does besides.
        minutes: that it may take; None for no limit.
        sizes: what its preset would like.
        largest: whether its slices are as large as that.
        fixed: settings of its user's on which its time depends.
        own_network: whether the preset chose the network, not the user or what it starts from.
        programs: whether results of other programs teach it, in sentences.
    """

    settings: dict[str, Any]
    measured: dict[str, Any] | None
    work: Work
    minutes: float | None
    sizes: Sizes
    largest: bool
    fixed: tuple[str, ...]
    own_network: bool
    programs: str = ""

    @property
    def device(self) -> str | None:
        """What it was measured on: "cpu", "cuda" or "mps"."""
        return None if self.measured is None else self.measured["device"]

    def estimate(self, folder: Path) -> Estimate:
        """The cost; ``folder`` is on the disk to be written to."""
        if self.measured is None:
            return Estimate()
        ask = self.settings, self.measured, self.work, self.minutes, folder, self.fixed
        cost = estimate_of(*ask)
        device = self.device if self.own_network else None
        sentences = plan_of(self.settings, self.work, self.sizes, self.largest, device)
        return replace(cost, plan=" ".join(filter(None, (sentences, self.programs))))


def plan_training(project: Project, plan: Plan) -> Planned:
    """What :func:`semigda_core.project.training.trainings.start` would start.

    Raises:
        SemiGDAError: "bad-input", "model-invalid" for a plan that does not fit together.
    """
    view, minutes = project.read().present(), minutes_of(plan)
    facts, before = _rehearsed(project, view, plan)
    settings, sizes = before, preset_of(plan).sizes(before["network"])
    work = _work(plan, view)
    if facts is not None and minutes:
        found = grids(project, measured(project), plan, before)
        settings = before | fitted(before, facts, work, 60 * minutes, plan.advanced, found, sizes)
        facts = at_size(facts, before, settings)
    largest = settings["preprocessing"] == before["preprocessing"]
    own = plan.base is None and not {"network", "channels"} & set(plan.advanced)
    fixed = tuple(key for key in plan.advanced if key in _TIMED)
    return Planned(settings, facts, work, minutes, sizes, largest, fixed, own, will_learn(view))


def minutes_of(plan: Plan) -> float | None:
    """The plan's time; a preset's own does not bind who chose the number of steps."""
    chosen = "steps" in plan.advanced
    return plan.minutes or (None if chosen else preset_of(plan).minutes)


def unfitted(project: Project, plan: Plan, card: bool = False) -> dict[str, Any]:
    """``TrainSettings`` of a plan, without its case list, for a computer of unknown speed.

    Args:
        card: whether a graphics card computes.

    Raises:
        SemiGDAError: as :func:`plan_training`.
    """
    view, name = project.read(), _version_name(project, plan)
    settings = train_settings(project, measured(project), plan, name, card=card)
    # In the library all versions share one name; the title tells which one it is.
    words = dict(settings["card"])
    which = plan.name or f"version {name.rpartition('-')[2]}"
    words |= {"title": f"{words['title']} ({which})", "name": model_name(view)}
    return settings | {"card": words}


def _version_name(project: Project, plan: Plan) -> str:
    view = project.read()
    known = {job.get("version") for job in view.data["jobs"]}

    def is_taken(name: str) -> bool:
        return name in known or (project.folder / "models" / check_name(name)).exists()

    if plan.name is None:
        names = (f"{slug(view)}-{number}" for number in itertools.count(1))
        return next(name for name in names if not is_taken(name))
    if is_taken(plan.name):
        raise SemiGDAError(
            "bad-input",
            "The project has a version of this name already.",
            action="Choose another name.",
        )
    return plan.name


# The project's cases


def turns(view: View) -> list[int]:
    """The folds of patients held out in turn, without those whose files are all missing."""
    folds = view.heldout["folds"] if view.heldout and view.in_turn else []
    return [n for n, fold in enumerate(folds) if not view.missing.issuperset(fold)]


def _work(plan: Plan, view: View) -> Work:
    return Work(
        trainings=len(turns(view)) + 1,
        scored=len(view.held_out - view.missing),
        compared=bool(plan.base and Path(plan.base).is_dir()) or bool(view.data.get("used")),
        semi=bool(view.of_role("unlabeled")) or bool(view.partly_labelled()),
        unet=plan.compare_unet,
    )


# Rehearsals


def on_card(project: Project, plan: Plan) -> dict[str, Any]:
    """What differs in :func:`unfitted` where a graphics card computes; {} if nothing does."""
    plain = unfitted(project, plan)
    return {k: v for k, v in unfitted(project, plan, card=True).items() if v != plain[k]}


def to_rehearse(job: Mapping[str, Any], device: str) -> tuple[dict[str, Any], bool]:
    """The settings that a rehearsal measures, and whether they are those for a card.

    Args:
        job: its document. ``options`` are the settings, and ``inputs["on_card"]`` those that differ
            where a graphics card computes.
        device: that computes, as the torch device's type.
    """
    changes = job["inputs"].get("on_card") or {}
    card = device == "cuda" and bool(changes)
    return {**job["options"], **(changes if card else {})}, card


def _rehearsed(
    project: Project, view: View, plan: Plan
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The result of the newest rehearsal of such a plan, and the settings that it measured: those
    of the device that computed."""
    cases = len(view.of_role("labeled", "unlabeled", "held-out"))
    plain, card = (unfitted(project, plan, card=card) for card in (False, True))
    for job in project.jobs():
        if job["kind"] != "rehearse" or job["state"] != "done":
            continue
        folder = JobFolder(job["folder"])
        facts = _rehearsal(folder)
        if not is_measured(facts):
            continue
        settings, device = (card, "cuda") if facts.get("for_card") else (plain, "cpu")
        if _kind(to_rehearse(folder.job, device)[0]) != _kind(settings):
            continue
        factor = cases / max(1, facts["cases"])
        if 1 / CASES_FACTOR <= factor <= CASES_FACTOR:
            return facts | {"load_seconds": facts["load_seconds"] * factor}, settings
    return None, plain


def _rehearsal(job: JobFolder) -> Any:
    try:
        return (job.result() or {}).get("outputs", {}).get("rehearsal")
    except SemiGDAError:
        return None  # damaged: it takes another rehearsal


def _kind(settings: Mapping[str, Any]) -> list[Any] | None:
    """Equal for trainings whose steps take the same time and memory; None if it is not a
    training."""
    try:
        size = list(settings["preprocessing"]["size"])
        labels = len(settings["card"]["labels"])
    except (KeyError, TypeError):
        return None
    scratch = settings.get("base") is None
    return [size, labels, scratch, *(settings.get(key) for key in ALIKE)]
