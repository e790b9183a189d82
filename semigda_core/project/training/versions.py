"""The models made by a project's trainings, and which of them Segment uses.

A finished training becomes a version. The versions of a project are installed in the user's model
library under the same name, :func:`model_name`, one at a time: Segment keeps its choice, and title
and hash of the model tell which version made a result. Anything that must read tensors runs in a
child process.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import removed_folder
from semigda_core.jobs import interpreter
from semigda_core.models.card import ModelCard
from semigda_core.models.library import user_folder, weights_of
from semigda_core.project.project import Project
from semigda_core.project.records import View
from semigda_core.project.training.comparison import named, partly, read, scores
from semigda_core.project.training.needed import refuse_needed

CHILD_SECONDS = 600


@dataclass(frozen=True)
class Version:
    """A model of a project.

    Attributes:
        name: of its folder in ``models/``; never changes.
        title: for the user's eyes.
        date: end of its training, ISO 8601.
        folder: the model package.
        job: id of its training.
        cases: how many were "labeled", "unlabeled" and "held-out".
        dice: by class name, on the held-out cases; None if no case has the class.
        mean, low, high: mean Dice of the held-out cases with its 95 % interval, or None.
        before: mean Dice of the previous model on the same cases, or None.
        wins, reason: whether it was better on the held-out cases, in one sentence.
        scheme: what the scores are of: "split", or "leave-one-out" (of trainings that had
            not seen the case; the model itself learned from all).
        comparable: whether its scores are of the present held-out cases.
        in_use: whether it is the one that the project installed for Segment.
        installed: whether it still is, in this computer's library.
        base: what it started from, in words.
    """

    name: str
    title: str
    date: str
    folder: Path
    job: str
    cases: Mapping[str, int]
    dice: Mapping[str, float | None]
    mean: float | None
    low: float | None
    high: float | None
    before: float | None
    wins: bool
    reason: str
    scheme: str
    comparable: bool
    in_use: bool
    installed: bool
    base: str


def model_name(view: View) -> str:
    """The name of the project's model in the library: its classes' names, and a part of its id. It
    stays as it was with the first version, whatever the classes are called later."""
    kept = [record["name"] for record in view.data.get("versions", []) if not record["deleted"]]
    for name in filter(None, (in_use(view), *reversed(kept))):
        with contextlib.suppress(SemiGDAError):
            return ModelCard.read(view.folder / "models" / name).name
    return f"{slug(view)}-{view.id[:4]}"


def slug(view: View) -> str:
    """The classes' names as part of a model's name; a project's own may be a patient's."""
    words = re.findall(r"[a-z0-9]+", " ".join(label.name for label in view.classes).lower())
    return "-".join(words)[:40].strip("-") or "model"


def versions(project: Project) -> list[Version]:
    """All versions, newest first. Newly finished trainings are recorded in ``project.json``, if it
    can be written."""
    new = _unrecorded(project)
    with contextlib.suppress(OSError, SemiGDAError):
        _record(project, new)
    view = project.read()
    kept = view.data.get("versions", [])
    recorded = {record["job"] for record in kept}
    comparable = {job["id"] for job in view.data["jobs"] if job["comparable"]}
    used, place = in_use(view), user_folder() / model_name(view)
    found = []
    for record in reversed([*kept, *(one for one in new if one["job"] not in recorded)]):
        if record["deleted"]:
            continue
        values = {one.name: record[one.name] for one in fields(Version) if one.name not in _OF_NOW}
        found.append(
            Version(
                **values,
                folder=project.folder / "models" / record["name"],
                comparable=record["job"] in comparable,
                in_use=record["name"] == used,
                installed=record["name"] == used and weights_of(place) == record["sha256"],
            )
        )
    return found


_OF_NOW = ("folder", "comparable", "in_use", "installed")  # what no record says of a version


def in_use(view: View) -> str | None:
    """The name of the installed version; None if none is."""
    used = view.data.get("used", [])
    return used[-1] if used else None


def _unrecorded(project: Project) -> list[dict[str, Any]]:
    """Records of the trainings that have ended since the last time."""
    known = {record["job"] for record in project.read().data.get("versions", [])}
    jobs = [job for job in reversed(project.jobs()) if job["id"] not in known]
    made = [
        _new_record(project, job)
        for job in jobs
        if job["kind"] == "train" and job["state"] == "done"
    ]
    return [record for record in made if record is not None]


def _record(project: Project, new: list[dict[str, Any]]) -> None:
    if not new:
        return
    with project.edit("version made", versions=[record["name"] for record in new]) as data:
        kept = data.setdefault("versions", [])
        known = {record["job"] for record in kept}  # another window may have been faster
        kept += [record for record in new if record["job"] not in known]


def _new_record(project: Project, job: Mapping[str, Any]) -> dict[str, Any] | None:
    """None for a training that made no version, or whose files are gone."""
    compared = read(job["folder"])
    if compared is None or not job.get("version"):
        return None
    try:
        card = ModelCard.read(project.folder / "models" / job["version"])
    except SemiGDAError:
        return None
    ended = datetime.datetime.fromtimestamp((job["folder"] / "result.json").stat().st_mtime)
    overall = compared["all"]
    return {
        "name": job["version"],
        "title": card.title,
        "date": ended.astimezone().isoformat(timespec="seconds"),
        "job": job["id"],
        "sha256": card.weights_sha256,
        "cases": {**_counts(card), "held-out": compared["heldout_cases"]},
        "dice": {name: _own(values) for name, values in compared["classes"].items()},
        "mean": _own(overall),
        "low": overall["after_low"],
        "high": overall["after_high"],
        "before": overall["before"],
        "wins": compared["wins"],
        "reason": compared["reason"],
        "scheme": compared["scheme"],
        "base": job.get("base_title", ""),
        "deleted": False,
    }


def _own(means: Mapping[str, float | None]) -> float | None:
    """The new model's, which earlier versions kept only of what both models were scored on."""
    return means.get("own", means["after"])


def _counts(card: ModelCard) -> dict[str, int]:
    """How many cases the model learned from; not every card says it."""
    cases = card.training.get("cases")
    cases = cases if isinstance(cases, dict) else {}
    named = {name: cases.get(name) for name in ("labeled", "unlabeled")}
    return {name: count if type(count) is int else 0 for name, count in named.items()}


def find_version(project: Project, name: str) -> Version:
    """The version; "bad-input" if there is none with this name."""
    found = versions(project)
    for version in found:
        if version.name == name:
            return version
    raise _no_such([version.name for version in found])


def _no_such(known: Sequence[str]) -> SemiGDAError:
    names = ", ".join(known)
    return SemiGDAError(
        "bad-input",
        "The project has no such version.",
        action=f"Choose one of: {names}." if names else "Train one first.",
    )


def use(project: Project, name: str) -> Path:
    """Install a version for Segment instead of the one in use; returns the installed folder.

    Takes seconds: a child process checks the package's tensors.

    Raises:
        SemiGDAError: "bad-input" if there is no such version; "model-invalid" if it is damaged.
    """
    version = find_version(project, name)
    _install(project, version)
    with project.edit("version used", version=name) as data:
        _entry(data, name)
        used = [other for other in data.get("used", []) if other != name]
        data["used"] = [*used, name]
    return user_folder() / ModelCard.read(version.folder).name


def roll_back(project: Project) -> str:
    """Go back to the version that was used before; returns its name.

    Raises:
        SemiGDAError: "bad-input" if there is none.
    """
    used = project.read().data.get("used", [])
    if len(used) < 2:
        raise SemiGDAError(
            "bad-input",
            "No other version was used before.",
            action="Choose the version to use from the list.",
        )
    _install(project, find_version(project, used[-2]))
    with project.edit("rolled back", version=used[-2]) as data:
        data["used"] = [name for name in data["used"] if name != used[-1]]
    return used[-2]


def rename(project: Project, name: str, title: str) -> None:
    """Give a version another title, in its card and in the library."""
    _record(project, _unrecorded(project))  # or say why that cannot be
    version = find_version(project, name)
    title = title.strip()
    if not title:
        raise SemiGDAError("bad-input", "A version needs a title.")
    folder = project.place("models", version.name)
    card = ModelCard.read(folder)
    installed = user_folder() / card.name
    # The user may have removed it, or a copy of the project put another version there.
    places = [folder, installed] if version.installed else [folder]
    with project.edit("version renamed", version=name) as data:
        _entry(data, name)["title"] = title
        for place in places:
            card = ModelCard.read(place)
            card.title = title
            card.write(place)


def export(
    project: Project, name: str, zip_path: str | os.PathLike[str], overwrite: bool = False
) -> Path:
    """Write a version as one ``.zip`` for another computer; returns its path.

    Raises:
        SemiGDAError: "bad-input" if the file already exists, and with ``overwrite`` if it is no
            zip of a model.
    """
    version, path = find_version(project, name), Path(zip_path).absolute()
    if path.is_dir():
        path = path / f"{version.name}.zip"
    if path.exists() and not overwrite:
        raise SemiGDAError(
            "bad-input", "The file exists already.", action="Choose another name for the export."
        )
    _in_child("models", "export", version.folder, path, *(["--overwrite"] if overwrite else []))
    return path


def delete(project: Project, name: str) -> None:
    """Delete a version's files; its scores stay in the history of the project.

    Raises:
        SemiGDAError: "bad-input" if it is in use, or an unfinished training needs it.
    """
    _record(project, _unrecorded(project))
    folder = project.place("models", find_version(project, name).name)
    refuse_needed(project, folder)
    # After a kill in between, the version is still listed, and can be deleted again.
    with removed_folder(folder), project.edit("version deleted", version=name) as data:
        used = data.get("used", [])
        if name in used[-1:]:
            raise SemiGDAError(
                "bad-input",
                "This version is in use.",
                action="Use another version first, then delete this one.",
            )
        _entry(data, name)["deleted"] = True
        data["used"] = [other for other in used if other != name]


def compare(project: Project, a: str, b: str) -> list[dict[str, Any]]:
    """Dice of two versions on the held-out cases that both were scored on.

    Returns:
        Rows with "case", "class", "before" (of ``a``) and "after" (of ``b``), and "scored_on" of a
        partly labelled case.

    Raises:
        SemiGDAError: "bad-input" if the scores of either are not of the present held-out cases.
    """
    chosen = [find_version(project, name) for name in (a, b)]
    before, after = (read(project.folder / "jobs" / version.job) for version in chosen)
    if before is None or after is None or not all(version.comparable for version in chosen):
        raise SemiGDAError(
            "bad-input",
            "These versions were not scored on the same held-out cases.",
            action="Compare versions that were trained since the held-out cases were chosen.",
        )
    names = [label.name for label in project.read().classes]
    old, new = (named(scores(compared), names) for compared in (before, after))
    some = partly(after["rows"])
    return [
        {"case": case, "class": name, "before": old[case].get(name), "after": dice}
        | ({"scored_on": some[case]} if case in some else {})
        for case, classes in new.items()
        if case in old
        for name, dice in classes.items()
    ]


def _entry(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The version's record; "bad-input" if another window has deleted it meanwhile."""
    there = {record["name"]: record for record in data["versions"] if not record["deleted"]}
    if name not in there:
        raise _no_such(list(there))
    return there[name]


def _install(project: Project, version: Version) -> None:
    """Into the library, in place of another version of this project. A copy of the project has the
    same id, and so its versions the same place."""
    place = user_folder() / ModelCard.read(version.folder).name
    known = {record["sha256"] for record in project.read().data.get("versions", [])}
    if (installed := weights_of(place)) is not None and installed not in known:
        raise SemiGDAError(
            "bad-input",
            "The library holds a model of a copy of this project, which Segment uses now.",
            action="Go on in that copy, or export its version and remove the model from the "
            "library first.",
        )
    _in_child("models", "add", version.folder, "--overwrite")


def _in_child(*arguments: str | os.PathLike[str]) -> None:
    """A ``semigda`` command in a process that may import torch."""
    words = [interpreter.program(), "-m", "semigda", *map(str, arguments)]
    try:
        done = subprocess.run(
            words,
            env=interpreter.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=CHILD_SECONDS,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except subprocess.TimeoutExpired as error:
        raise SemiGDAError(
            "worker-died",
            "The model could not be copied within ten minutes.",
            action="Check that the drives respond, then try again.",
        ) from error
    if done.returncode:
        _, _, text = done.stderr.partition("semigda: ")  # after warnings of libraries, if any
        message, action, *_ = [*text.splitlines(), "", ""]
        raise SemiGDAError(
            "model-invalid", message or "The model cannot be used.", action=action or None
        )
