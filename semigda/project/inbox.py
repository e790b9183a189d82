"""Predicted labels to review: accept, reject, or take over after editing. Standard library only.

An accepted prediction trains as any label does, but it is never held out: a model scored by what a
model drew would be flattered. An edited one is a label that a human answers for.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from semigda.errors import SemiGDAError
from semigda.project.project import PathLike, Project
from semigda.project.ranking import INBOX, Candidate, candidates, read_ranking

LABELS = "labels"


def pending(project: Project) -> list[Candidate]:
    """The candidates with a predicted label that waits for a decision, best first."""
    return [found for found in candidates(project) if found.label is not None]


def accept(project: Project, case_ids: Iterable[str]) -> None:
    """Make the predictions the cases' labels, of origin "machine"; the files move to ``labels/``.

    Raises:
        SemiGDAError: "bad-input" if one of the cases has no prediction that waits; then none is
            accepted.
    """
    waiting = {found.case_id: found.label for found in pending(project)}
    for case_id, label in _each(case_ids, waiting):
        target = _target(project, case_id)
        os.replace(label, target)
        _set_label(project, case_id, target, "machine")


def reject(project: Project, case_ids: Iterable[str]) -> None:
    """Leave the cases unlabelled; they are not proposed again for the ranking's model.

    Raises:
        SemiGDAError: "bad-input" if one of them is not in the ranking; then none is rejected.
    """
    known = {found.case_id: found.label for found in candidates(project)}
    chosen = _each(case_ids, known)
    if not chosen:
        return
    model = read_ranking(project)["model"]
    with project.edit("predictions rejected") as data:
        rejected = data.setdefault("rejected", {}).setdefault(model, [])
        rejected += [case_id for case_id, _ in chosen if case_id not in rejected]
    for case_id, _ in chosen:
        _tidy(project, case_id)


def take_edited(project: Project, case_id: str, label_path: PathLike) -> None:
    """Make a corrected prediction, a ``.seg.nrrd`` or label map anywhere, the case's label.

    It is copied into ``labels/`` (where the user saves it again in place, it is taken as it is)
    and its origin is "edited": it may be held out.

    Raises:
        SemiGDAError: "bad-input" if the file or the case is not there, or the case has a label
            of a human already.
    """
    source = Path(label_path)
    if not source.is_file():
        raise SemiGDAError("bad-input", "The label file does not exist.")
    case = project.read().case(case_id)
    if case.origin == "human":
        raise SemiGDAError(
            "bad-input",
            "The case has a label already.",
            action="Take that label away first, if it is to be replaced.",
        )
    ending = next(e for e in (".seg.nrrd", ".nii.gz", source.suffix) if source.name.endswith(e))
    target = _target(project, case_id, ending)
    if not target.exists() or not target.samefile(source):
        temporary = target.with_name(f".{os.getpid()}.{target.name}")
        try:
            shutil.copyfile(source, temporary)
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    _set_label(project, case_id, target, "edited")


def _each(case_ids: Iterable[str], known: dict[str, Path | None]) -> list[tuple[str, Path | None]]:
    chosen = list(dict.fromkeys(case_ids))
    if not set(chosen) <= set(known):
        raise SemiGDAError(
            "bad-input",
            "A case is not among those that wait for a decision (any more).",
            action="Look at the list again.",
        )
    return [(case_id, known[case_id]) for case_id in chosen]


def _target(project: Project, case_id: str, ending: str = ".seg.nrrd") -> Path:
    target = project.place(LABELS, f"{case_id}{ending}")
    target.parent.mkdir(exist_ok=True)
    return target


def _set_label(project: Project, case_id: str, label: Path, origin: str) -> None:
    # The segments carry the classes' names, which the user may have mapped away for other labels.
    project.set_label(case_id, label, origin, in_classes=True)
    _tidy(project, case_id)


def _tidy(project: Project, case_id: str) -> None:
    """The inbox keeps nothing of a case that is decided."""
    for ending in (".seg.nrrd", ".png"):
        with contextlib.suppress(OSError):  # Windows: still open somewhere; the next ranking clears
            project.place(INBOX, f"{case_id}{ending}").unlink(missing_ok=True)
