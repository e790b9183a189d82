"""The files of cases, and the folder that missing ones were in."""

from __future__ import annotations

from pathlib import Path

from semigda_core.files.moved import folder_of, parts_under
from semigda_core.project.project import Project
from semigda_core.project.records import ProjectCase

Files = dict[str, Path]


def missing_folder(project: Project) -> str | None:
    """The folder that all missing files were in, to offer as the old place; None if none is
    missing."""
    view = project.read().present()
    cases = view.of_role("missing")
    lost = [str(p) for case in cases for p in files_of(case).values() if not p.exists()]
    if not lost:
        return None
    folders = [folder_of(path) for path in lost]
    common = folders[0]
    while common and any(parts_under(folder, common) is None for folder in folders):
        common = folder_of(common)
    return common or None


def files_of(case: ProjectCase) -> Files:
    """By "image" and, if there is one, "label"."""
    return {"image": case.image} | ({"label": case.label} if case.label is not None else {})
