"""What is wrong with the project as a whole: too few cases, files that are gone, two versions."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.project import store
from semigda_core.project.check.findings import Facts, Finding, ids_of
from semigda_core.project.records import ProjectCase, View

FEW_LABELLED = 4


def counts(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    if not view.classes:
        yield Finding(
            "no-classes",
            "error",
            (),
            "The project has no classes yet.",
            "Name what is to be segmented.",
        )
    labelled = view.of_role("labeled", "held-out")
    if len(labelled) < 2:
        yield Finding(
            "few-cases",
            "error",
            ids_of(labelled),
            f"{len(labelled) or 'No'} case{'' if len(labelled) == 1 else 's'} "
            f"{'is' if len(labelled) == 1 else 'are'} labelled.",
            "Label at least two cases of different patients, better eight.",
        )
    elif len(labelled) < FEW_LABELLED:
        yield Finding(
            "few-cases",
            "warning",
            ids_of(labelled),
            f"Only {len(labelled)} cases are labelled.",
            f"Label at least {FEW_LABELLED}, better eight.",
        )
    if not (view.of_role("unlabeled") or view.partly_labelled()):
        yield Finding(
            "no-unlabelled",
            "hint",
            (),
            "No unlabelled case is in the project.",
            "Add images of the same kind without labels: training learns from them too.",
        )


def missing_files(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    gone = view.of_role("missing")
    if gone:
        files = "The files of a case are" if len(gone) == 1 else f"Files of {len(gone)} cases are"
        yield Finding(
            "missing-files",
            "warning",
            ids_of(gone),
            f"{files} not where they were. Training and scores leave out what is missing.",
            "Connect their disk, ask for access to them, or say where they are now (relocate).",
        )


def conflicts(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
    """Other versions of the project's file: programs that synchronize folders put them beside it
    when two computers changed the project at once."""
    count = sum(_knows_more(view, file) for file in view.folder.glob("project?*.json"))
    if count:
        yield Finding(
            "conflicting-files",
            "warning",
            (),
            "Another version of project.json in the project's folder holds changes that the "
            "project lacks: two computers changed it at once."
            if count == 1
            else f"{count} other versions of project.json in the project's folder hold changes "
            "that the project lacks: several computers changed it at once.",
            "Make these changes again where they are missing, then move that file elsewhere.",
        )


def _knows_more(view: View, file: Path) -> bool:
    """Whether a file is this project with changes of its own; a backup has none."""
    with contextlib.suppress(SemiGDAError):
        other = store.read(view.folder, file.name)
        # Jobs that are forgotten take their lines of the history along.
        changes, known = [e for e in other["history"] if "job" not in e], view.data["history"]
        return other["id"] == view.id and not all(entry in known for entry in changes)
    return False
