"""Questions for files and folders. PythonQt gives the path, Qt's other bindings path and filter."""

from __future__ import annotations

import qt
import slicer


def chooseFolder(title: str) -> str:
    """A folder, which may be a new one; empty if the user changes their mind."""
    return qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), title)


def chooseFile(title: str, filters: str) -> str:
    """A file; empty if the user changes their mind."""
    chosen = qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), title, "", filters)
    return chosen if isinstance(chosen, str) else chosen[0]
