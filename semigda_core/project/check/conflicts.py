"""Other versions of a project's file: programs that synchronize folders put them beside it when two
computers changed the project at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.project import store
from semigda_core.project.check.findings import Facts, Finding
from semigda_core.project.records import ProjectCase, View


def conflicts(view: View, used: list[ProjectCase], facts: Facts) -> Iterator[Finding]:
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
