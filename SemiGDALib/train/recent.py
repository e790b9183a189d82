"""The projects that were opened lately, in the user's settings."""

from __future__ import annotations

import os
from functools import partial

import slicer

from semigda_core.project import FILE
from SemiGDALib import settings
from SemiGDALib.widgets import addEntry

KEY = "SemiGDA/RecentProjects"
MOST = 8
_SEPARATOR = "\n"  # in no folder's name; a list of one comes back from settings as a text


def recentProjects() -> list[str]:
    """Folders, the last one first; those that are gone are left out."""
    folders = [folder for folder in settings.text(KEY).split(_SEPARATOR) if folder]
    # Path.is_file raises for a share that is down, or a folder that may not be read.
    return [folder for folder in folders if os.path.isfile(os.path.join(folder, FILE))]


def fillMenu(menu, action) -> None:
    """An entry for each of them, which calls ``action`` with its folder."""
    menu.clear()
    for folder in recentProjects():
        addEntry(menu, f"{os.path.basename(folder)}   ({folder})", partial(action, folder))


def remember(folder) -> None:
    """Put a project's folder first."""
    folder = str(folder)
    folders = [folder, *(one for one in recentProjects() if one != folder)][:MOST]
    slicer.app.userSettings().setValue(KEY, _SEPARATOR.join(folders))
