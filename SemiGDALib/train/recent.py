"""The projects that were opened lately, in the user's settings."""

from __future__ import annotations

import slicer

from semigda_core.project.store import FILE

KEY = "SemiGDA/RecentProjects"
MOST = 8
_SEPARATOR = "\n"  # in no folder's name; a list of one comes back from settings as a text


def recentProjects() -> list[str]:
    """Folders, the last one first; those that are gone are left out."""
    from pathlib import Path

    stored = slicer.app.userSettings().value(KEY) or ""
    folders = [folder for folder in str(stored).split(_SEPARATOR) if folder]
    return [folder for folder in folders if (Path(folder) / FILE).is_file()]


def remember(folder) -> None:
    """Put a project's folder first."""
    folder = str(folder)
    folders = [folder, *(one for one in recentProjects() if one != folder)][:MOST]
    slicer.app.userSettings().setValue(KEY, _SEPARATOR.join(folders))
