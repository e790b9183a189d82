"""Predicted labels to review: accept, reject, or take over after editing.

An accepted prediction trains like any label but is never held out: scoring a model by a model's
drawing would flatter it. An edited one counts as a human's label.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import all_or_nothing, staged_folder, write_atomically
from semigda_core.files.contents import files_of
from semigda_core.files.formats import ENDINGS
from semigda_core.labels.segments import ENDING, read_segments
from semigda_core.project.own_labels import LABELS, giving_labels, new_label
from semigda_core.project.project import PathLike, Project
from semigda_core.project.review.candidates import INBOX, Candidate, candidates, read_ranking


def pending(project: Project) -> list[Candidate]:
    """The candidates with a predicted label that awaits a decision, as :func:`to_review`."""
    return to_review(candidates(project))


def to_review(found: Iterable[Candidate]) -> list[Candidate]:
    """Those with a predicted label, the surest first: these are the quickest to judge."""
    return sorted((one for one in found if one.label is not None), key=lambda o: o.disagreement)


def accept(project: Project, case_ids: Iterable[str]) -> None:
    """Make the predictions the cases' labels, of origin "machine"; the files move to ``labels/``.

    Raises:
        SemiGDAError: "bad-input" if one of the cases has no waiting prediction; then none is
            accepted.
    """
    with giving_labels(project):
        waiting = {found.case_id: found.label for found in candidates(project) if found.label}
        for case_id in _chosen(case_ids, waiting):
            # A copy: until the project says that it is the label, the prediction waits in the
            # inbox.
            with all_or_nothing() as made:
                target = _copied(project, case_id, waiting[case_id], made)
                # Its segments carry the classes' names, which may be mapped away for other labels.
                project.set_label(case_id, target, "machine", in_classes=True)
            _tidy(project, case_id)


def reject(project: Project, case_ids: Iterable[str]) -> None:
    """Leave the cases unlabelled; they are not proposed again for the ranking's model.

    Raises:
        SemiGDAError: "bad-input" if one of them is not in the ranking; then none is rejected.
    """
    chosen = _chosen(case_ids, [found.case_id for found in candidates(project)])
    if not chosen:
        return
    model = read_ranking(project)["model"]
    with project.edit("predictions rejected") as data:
        rejected = data.setdefault("rejected", {}).setdefault(model, [])
        rejected += [case_id for case_id in chosen if case_id not in rejected]
    for case_id in chosen:
        _tidy(project, case_id)


def take_edited(project: Project, case_id: str, label_path: PathLike) -> None:
    """Make a corrected prediction, a ``.seg.nrrd`` or label map anywhere, the case's label.

    It is copied into ``labels/`` with all its files (unless the user saved it there in place), and
    its origin is "edited": it may be held out.

    Raises:
        SemiGDAError: "bad-input" if the file or the case does not exist, or the case already has a
            human's label.
    """
    with giving_labels(project):
        take(project, case_id, label_path)


def take(project: Project, case_id: str, label_path: PathLike) -> None:
    """:func:`take_edited` for whoever holds the lock :func:`giving_labels`."""
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
    inside = source.resolve().is_relative_to(project.place(LABELS).resolve())
    with all_or_nothing() as made:
        target = source if inside else _copied(project, case_id, source, made)
        # Only names identify classes for certain; values may have been reassigned.
        project.set_label(case_id, target, "edited", in_classes=bool(read_segments(target)))
    _tidy(project, case_id)


def _copied(project: Project, case_id: str, source: Path, made: list[Path]) -> Path:
    """A copy of a label in ``labels/``, with all its files; what was ``made`` gets its place."""
    files = files_of(source)
    if len(files) == 1:
        name = source.name.lower()
        ending = next(e for e in (*ENDINGS, source.suffix.lower()) if name.endswith(e.lower()))
        target = new_label(project, case_id, ending)
        with open(source, "rb") as opened:
            write_atomically(target, lambda file: shutil.copyfileobj(opened, file))
        made.append(target)
        return target
    parts = [_below(file, source.parent) for file in files]
    if not all(file.is_file() for file in files) or not all(parts):
        raise SemiGDAError(
            "bad-input",
            "The voxels of the label lie in another file, which is missing or in another folder.",
            action="Save the label as one file, such as .seg.nrrd or .nii.gz.",
        )
    target = new_label(project, case_id, "")
    with staged_folder(target) as folder:
        for file, part in zip(files, filter(None, parts), strict=True):
            (folder / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, folder / part)
    made.append(target)
    return target / source.name


def _below(file: Path, folder: Path) -> Path | None:
    """The relative path of a file in a folder; None if it lies elsewhere."""
    try:
        part = Path(os.path.relpath(file, folder))
    except ValueError:  # on another drive of Windows
        return None
    return None if ".." in part.parts else part


def _chosen(case_ids: Iterable[str], known: Collection[str]) -> list[str]:
    chosen = list(dict.fromkeys(case_ids))
    if not set(chosen) <= set(known):
        raise SemiGDAError(
            "bad-input",
            "A case is not among those that wait for a decision (any more).",
            action="Look at the list again.",
        )
    return chosen


def _tidy(project: Project, case_id: str) -> None:
    """Remove a decided case from the inbox."""
    for ending in (ENDING, ".png"):
        with contextlib.suppress(OSError):  # Windows: still open somewhere; the next ranking clears
            project.place(INBOX, f"{case_id}{ending}").unlink(missing_ok=True)
