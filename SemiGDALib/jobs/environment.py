"""The environment of child processes."""

from __future__ import annotations

import sys
from pathlib import Path

import qt

import semigda_core


def engineFolder() -> Path:
    """The folder that holds the engine's packages."""
    return Path(semigda_core.__file__).resolve().parent.parent


def engineEnvironment() -> qt.QProcessEnvironment:
    """The environment of a child that can import the engine, in UTF-8."""
    environment = qt.QProcessEnvironment.systemEnvironment()
    separator = ";" if sys.platform == "win32" else ":"
    paths = [str(engineFolder()), environment.value("PYTHONPATH")]
    environment.insert("PYTHONPATH", separator.join(filter(None, paths)))
    environment.insert("PYTHONUTF8", "1")
    environment.insert("PYTHONUNBUFFERED", "1")
    return environment
