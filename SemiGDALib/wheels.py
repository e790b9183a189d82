"""Asking for a folder of wheels, from which pip installs without a network."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _


def chooseWheels() -> str:
    """A folder; empty if the user changes their mind."""
    title = _("Choose a folder with the packages' wheels (.whl files)")
    return qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), title)
