"""Labels that are written into a project's folder: nothing drawn is ever replaced."""

from __future__ import annotations

import contextlib
from pathlib import Path

from semigda_core.project import store
from semigda_core.project.project import Project

LABELS = "labels"
LOCK = ".labels.lock"


def giving_labels(project: Project) -> contextlib.AbstractContextManager[None]:
    """A lock to be held from the look at a case's label until it has another one: two windows would
    take one name, or each replace what the other has just drawn.

    Raises:
        SemiGDAError: "bad-input" if another process keeps it for long.
    """
    return store.locked(project.folder, LOCK)


def new_label(project: Project, case_id: str, ending: str) -> Path:
    """An unused name in ``labels/``, as long as :func:`giving_labels` is held."""
    number, name = 1, case_id
    while (target := project.place(LABELS, name + ending)).exists():
        number += 1
        name = f"{case_id}-{number}"
    target.parent.mkdir(exist_ok=True)
    return target
