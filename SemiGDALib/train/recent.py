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
    """Folders, the last one first; those that are away now are left out."""
    # Path.is_file raises for a share that is down, or a folder that may not be read.
    return [folder for folder in _remembered() if os.path.isfile(os.path.join(folder, FILE))]


def _remembered() -> list[str]:
    return [folder for folder in settings.text(KEY).split(_SEPARATOR) if folder]


def fillMenu(menu, action) -> None:
    """An entry for each of them, which calls ``action`` with its folder."""
    menu.clear()
    for folder in recentProjects():
        addEntry(menu, f"{os.path.basename(folder)}   ({folder})", partial(action, folder))


def remember(folder) -> None:
    """Put a project's folder first; those on a drive that is away now stay."""
    folder = str(folder)
    folders = [folder, *(one for one in _remembered() if one != folder)][:MOST]
    slicer.app.userSettings().setValue(KEY, _SEPARATOR.join(folders))
