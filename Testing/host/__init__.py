"""A host for Slicer modules without Slicer: its real core, PySide6 in the place of its Qt.

    from Testing.host import start
    host = start(module_folders=["build/inst/lib/Slicer-5.12/qt-scripted-modules"])
    panel = host.open("SemiGDASegment")

See README.md beside this file.
"""

from .session import Host, start

__all__ = ["Host", "start"]
