"""Which unlabelled cases to label next.

A job of kind "rank" runs a model on all of them; :func:`candidates` reads those of its results that
are still valid.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import (
    identifier,
    list_of,
    number,
    one_of,
    record,
    sound_document,
    text,
    words,
)
from semigda_core.files.stamps import stamp
from semigda_core.files.targets import same_place
from semigda_core.jobs.folder import JobFolder
from semigda_core.labels.segments import ENDING
from semigda_core.models.card import ModelCard
from semigda_core.models.library import find_model
from semigda_core.project.check.latest import thumbnail
from semigda_core.project.project import Project
from semigda_core.project.records import ProjectCase, View
from semigda_core.project.training.bases import same_classes
from semigda_core.project.training.versions import versions

INBOX = "inbox"
RANKING = "ranking.json"
RANKING_SCHEMA = 1
_CANDIDATE = record(
    {
        "case": identifier(),
        "disagreement": number(0, 1),
        "novelty": number(0, 1),
        "reason": text(2000),
        "stamp": text(64),
    },
    others=True,
)
_DOCUMENT = record(
    {
        "schema": one_of(RANKING_SCHEMA),
        "model": text(64),
        "classes": list_of(words(), 255),
        "candidates": list_of(_CANDIDATE),
    },
    others=True,
)


@dataclass(frozen=True)
class Candidate:
    """An unlabelled case in the newest ranking.

    Attributes:
        case_id: of the project's case.
        rank: from 1, the case to label first.
        disagreement: 0 (none) to 1, doubt about what was found (named after an earlier measure).
        novelty: 0 to 1, how much it differs from all labelled cases and those ranked before it; 0.5
            is usual.
        reason: one or two sentences for the user, without the case's name.
        thumbnail: PNG with the predicted label, or the check's picture, or None.
        label: the predicted ``.seg.nrrd``; None for cases further down than the ranking's count,
            and after a change of the classes: its segments have the names of before.
    """

    case_id: str
    rank: int
    disagreement: float
    novelty: float
    reason: str
    thumbnail: Path | None
    label: Path | None


def new_ranking(
    project: Project, model: str | os.PathLike[str] | None = None, count: int | None = None
) -> JobFolder:
    """A queued job of kind "rank" for a worker.

    Args:
        model: name in the library or folder; by default the version in use, else the newest one.
        count: how many cases get a predicted label to review; by default 10.

    Raises:
        SemiGDAError: "bad-input" without a model, without unlabelled cases, or if the model's
            classes are not the project's; "model-invalid".
    """
    folder = find_model(str(model)) if model is not None else _newest_model(project)
    card, own = ModelCard.read(folder), [one for one in versions(project) if one.comparable]
    view, renamed = project.read(), any(same_place(one.folder, folder) for one in own)
    if not same_classes(card.labels, view.classes, renamed):
        raise SemiGDAError(
            "bad-input",
            "The model's classes are not those of the project.",
            action="Train a model with the present classes, or choose another one.",
        )
    if count is not None and count < 1:
        raise SemiGDAError("bad-input", "The number of cases to review must be at least 1.")
    rows = [
        {"id": case.id, "image": str(case.image), "role": case.role}
        for case in (*view.of_role("labeled"), *open_cases(view, card.weights_sha256))
    ]
    if not any(row["role"] == "unlabeled" for row in rows):
        raise SemiGDAError(
            "bad-input",
            "There is no unlabelled case to rank.",
            action="Add images without labels to the project.",
        )
    names = [label.name for label in view.classes]  # by now
    inputs = {"folder": str(project.place(INBOX)), "classes": names}
    options = {} if count is None else {"count": count}
    return project.new_job("rank", inputs, options, model=str(folder), files={"cases": rows})


def candidates(project: Project) -> list[Candidate]:
    """The cases of the newest ranking that still have no label and were not rejected, best first.

    Ranks are counted from 1 again; a case whose image has changed since is left out.
    """
    ranking = read_ranking(project)
    view, inbox = project.read(), project.place(INBOX)
    open_now = {case.id: case for case in open_cases(view, ranking["model"])}
    current = _fits(ranking, view)
    found: list[Candidate] = []
    for entry in ranking["candidates"]:
        case = open_now.get(entry["case"])
        if case is None or entry["stamp"] != stamp(case.image):
            continue
        label, picture = inbox / f"{case.id}{ENDING}", inbox / f"{case.id}.png"
        there = current and label.is_file()
        found.append(
            Candidate(
                case_id=case.id,
                rank=len(found) + 1,
                disagreement=entry["disagreement"],
                novelty=entry["novelty"],
                reason=entry["reason"],
                thumbnail=picture if there and picture.is_file() else thumbnail(project, case.id),
                label=label if there else None,
            )
        )
    return found


def is_outdated(project: Project) -> bool:
    """Whether the classes have changed since the newest ranking: none of its labels waits."""
    ranking = read_ranking(project)
    return ranking["model"] is not None and not _fits(ranking, project.read())


def _fits(ranking: Mapping[str, Any], view: View) -> bool:
    return ranking["classes"] == [label.name for label in view.classes]


def read_ranking(project: Project) -> dict[str, Any]:
    """``{"model": hash or None, "classes": [...], "candidates": [...]}`` of the newest ranking,
    empty if there is none."""
    ranking = sound_document(project.folder / INBOX / RANKING, _DOCUMENT)
    return ranking or {"model": None, "classes": [], "candidates": []}


def open_cases(view: View, model: str | None) -> Iterator[ProjectCase]:
    """The cases without a label, except those whose prediction by this model was rejected."""
    rejected = set(view.data.get("rejected", {}).get(model, ()))
    for case in view.of_role("unlabeled"):
        if case.label is None and case.id not in rejected:
            yield case


def _newest_model(project: Project) -> Path:
    known = versions(project)
    if not known:
        raise SemiGDAError(
            "bad-input",
            "The project has no model yet.",
            action="Train one first, or choose a model.",
        )
    return next((version for version in known if version.in_use), known[0]).folder
