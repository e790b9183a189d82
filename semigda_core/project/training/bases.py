"""The models that a project's training may start from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.models.card import Label, ModelCard
from semigda_core.models.library import list_models
from semigda_core.project.cases.caselist import listed_cases
from semigda_core.project.project import Project
from semigda_core.project.records import View
from semigda_core.project.training.plans import Plan
from semigda_core.project.training.versions import model_name, versions

SEEN = "It has learned from cases that are held out now, so scores would be too good."


@dataclass(frozen=True)
class Base:
    """One choice.

    Attributes:
        kind: "features", "model" (own version, library or starter), "autoencoder" or "scratch".
        title: for the user.
        path: a model's folder or an autoencoder's file; None for the other kinds.
        problem: why it cannot be used, one sentence; None if it can.
        starter: whether it is a model that comes with SemiGDA.
    """

    kind: str
    title: str
    path: Path | None = None
    problem: str | None = None
    starter: bool = False

    @property
    def choice(self) -> dict[str, Any]:
        """What a ``Plan`` that starts from it holds."""
        path = str(self.path) if self.path else None
        return {"base": path, "features": self.kind == "features"}


FEATURES = Base("features", "General image features")
SCRATCH = Base("scratch", "From scratch")


def bases(project: Project) -> list[Base]:
    """General image features, own versions (newest first), installed models, own autoencoders,
    nothing."""
    view = project.read()
    found = [FEATURES]
    for version in versions(project):
        problem = _problem(view, version.folder, version.comparable)
        found.append(Base("model", version.title, version.folder, problem))
    for model in list_models():
        if model.name == model_name(view):
            continue  # a copy of an own version
        title = model.card.title if model.card else model.name
        problem = model.problem or _problem(view, model.folder)
        found.append(Base("model", title, model.folder, problem, model.bundled))
    for job in project.jobs():
        if job["kind"] == "train":
            for path in sorted(job["folder"].glob("autoencoder-*.safetensors")):
                title = f"Autoencoder of {job.get('version', job['id'])}"
                problem = SEEN if _has_seen(view, job["id"]) else None
                found.append(Base("autoencoder", title, path, problem))
    return [*found, SCRATCH]


def find_base(project: Project, plan: Plan) -> Base:
    """The plan's base, which may also be a file or folder that :func:`bases` does not list.

    Raises:
        SemiGDAError: "bad-input" if it cannot be used, saying why.
    """
    if plan.base is None:
        return FEATURES if plan.features else SCRATCH
    path = Path(plan.base).absolute()
    for base in bases(project):
        if base.path is not None and base.path.resolve() == path.resolve():
            break
    else:
        if path.is_dir():
            title, problem = ModelCard.read(path).title, _problem(project.read(), path)
            base = Base("model", title, path, problem)
        elif path.is_file():
            base = Base("autoencoder", "Autoencoder", path)
        else:
            raise SemiGDAError("bad-input", "The base does not exist.", action="Choose another.")
    if base.problem:
        raise SemiGDAError("bad-input", base.problem, action="Choose another base.")
    return base


def has_seen_heldout(view: View, card: ModelCard) -> bool:
    """Whether a model is a version of this project that learned from cases now held out."""
    for record in view.data.get("versions", []):
        if record["sha256"] == card.weights_sha256:
            return _has_seen(view, record["job"])
    return False


def same_classes(labels: list[Label], others: list[Label], renamed: bool = False) -> bool:
    """Whether the classes have the same names in the same order.

    Args:
        renamed: whether a class may have a name that none had before.
    """
    old, new = ([label.name.casefold() for label in some] for some in (labels, others))
    return len(old) == len(new) and all(
        a == b or (renamed and a not in new and b not in old) for a, b in zip(old, new, strict=True)
    )


def _problem(view: View, folder: Path, comparable: bool = False) -> str | None:
    """Why no training starts from a model; of a version whose scores are ``comparable``, a class
    may have been renamed since."""
    try:
        card = ModelCard.read(folder)
    except SemiGDAError as error:
        return error.message
    if not same_classes(card.labels, view.classes, renamed=comparable):
        names = ", ".join(label.name for label in card.labels)
        return f"Its classes are others: {names}."
    if view.settings.get("modality", card.modality) != card.modality:
        return f"It is for {card.modality} images."
    return SEEN if has_seen_heldout(view, card) else None


def _has_seen(view: View, job: str) -> bool:
    """Whether a training, or one that its base comes from, learned from a patient who is held out
    now, even if the image was removed and added again. If a case list is gone, it may have."""
    patients = {case.patient for case in view.cases if case.id in view.held_out}
    cases = [case for case in view.cases if case.patient in patients]
    unseen = {case.id for case in cases} | {str(case.image) for case in cases}
    for one in _line(view, job):
        rows = listed_cases(view.folder / "jobs" / one / "cases.json")
        if rows is None:
            return bool(view.held_out)
        if any({row["name"], row["image"]} & unseen for row in rows if row["role"] != "val"):
            return True
    return False


def _line(view: View, job: str) -> list[str]:
    """A training, the one whose model or autoencoder it started from, and so on."""
    jobs = {record["id"]: record for record in view.data["jobs"]}
    makers = {record.get("version"): job_id for job_id, record in jobs.items()}
    found, now = list[str](), job
    while now not in found:
        found.append(now)
        base = (jobs.get(now, {}).get("plan") or {}).get("base") or ""
        # By names: the path is stale once the project has moved.
        parent, name = ["", "", *re.split(r"[\\/]", base)][-2:]
        now = makers.get(name, now) if parent == "models" else parent if parent in jobs else now
    return found
