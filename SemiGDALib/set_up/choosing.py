"""Asking for folders and files of the set-up; empty if the user changes their mind."""

from __future__ import annotations

import qt
import slicer
from slicer.i18n import tr as _


def chooseWheels() -> str:
    """A folder of wheels, from which pip installs without a network."""
    title = _("Choose a folder with the packages' wheels (.whl files)")
    return qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), title)


def choosePython() -> str:
    """The program of another Python."""
    title = _("Choose the program python (python.exe) of a Python that has PyTorch")
    chosen = qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), title)
    # PythonQt gives the path, Qt's other bindings the path and the filter.
    return chosen if isinstance(chosen, str) else chosen[0]
