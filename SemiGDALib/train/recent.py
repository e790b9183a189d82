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
    return list(filter(_isThere, _remembered()))


def _isThere(folder: str) -> bool:
    # Path.is_file raises for a share that is down, or a folder that may not be read.
    return os.path.isfile(os.path.join(folder, FILE))


def _remembered() -> list[str]:
    return [folder for folder in settings.text(KEY).split(_SEPARATOR) if folder]


def fillMenu(menu, action) -> None:
    """An entry for each of them, which calls ``action`` with its folder."""
    menu.clear()
    for folder in recentProjects():
        addEntry(menu, f"{os.path.basename(folder)}   ({folder})", partial(action, folder))


def remember(folder) -> None:
    """Put a project's folder first. Those that are away stay, and take no other one's place."""
    folders = list(dict.fromkeys([str(folder), *_remembered()]))
    here = [one for one in folders if _isThere(one)]
    away = [one for one in folders if one not in here]
    kept = [one for one in folders if one in here[:MOST] + away[:MOST]]
    slicer.app.userSettings().setValue(KEY, _SEPARATOR.join(kept))
