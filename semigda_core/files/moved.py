"""Paths recorded before their folder was moved, perhaps on another system."""

from __future__ import annotations

import os
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath


def parts_under(path: str, folder: str) -> tuple[str, ...] | None:
    """The names from ``folder`` to ``path``, none for the folder itself; None if it lies elsewhere.

    Both are absolute, in the notation of any system.
    """
    one, other = _written(path), _written(folder)
    if type(one) is not type(other) or not other.is_absolute():
        return None
    try:
        found = one.relative_to(other).parts  # Windows ignores case in paths
    except ValueError:
        return None
    return None if ".." in found else found


def moved(path: str, old: str, new: str | os.PathLike[str]) -> str:
    """The path with the folder ``new`` instead of ``old``; unchanged if it is not in ``old``."""
    parts = parts_under(path, old)
    return path if parts is None else str(Path(new, *parts))


def _written(path: str) -> PurePath:
    windows = PureWindowsPath(path)
    return windows if windows.drive else PurePosixPath(path)


def folder_of(path: str, levels: int = 1) -> str:
    """The folder ``levels`` above a path of any system."""
    return str(_written(path).parents[levels - 1]) if len(_written(path).parents) >= levels else ""


def name_of(path: str) -> str:
    """The last name of a path of any system."""
    return _written(path).name
