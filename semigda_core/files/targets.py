"""One rule for everything this program writes to a place that a user names.

A target is new, or empty, or something this program made, and then ``overwrite`` is required. An
input is never a target.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from semigda_core.errors import SemiGDAError, disk_is_full
from semigda_core.files.atomic import clear_leftovers, temporary_path

PathLike = str | os.PathLike[str]


def check_target(
    target: PathLike,
    is_ours: Callable[[Path], bool],
    *,
    overwrite: bool = False,
    inputs: Iterable[PathLike | None] = (),
) -> Path:
    """The target as a path, if it may be written.

    Args:
        target: a file or folder to be written.
        is_ours: whether an existing file or folder identifies itself as made by this program, and
            contains nothing else. It must not raise.
        overwrite: whether the user asked to replace what is there.
        inputs: files and folders that are read; None is ignored.

    Raises:
        SemiGDAError: "bad-input" if the target may not be written; nothing was touched.
    """
    path = Path(target)
    clear_leftovers(path.parent)  # this may include a folder that a killed process moved aside
    for given in inputs:
        if given is not None and (same_place(path, given) or _holds(path, Path(given))):
            raise SemiGDAError(
                "bad-input",
                "The result would replace one of its own inputs.",
                action="Choose another name or folder for the result.",
            )
    if not os.path.lexists(path) or _is_empty_folder(path):
        return path
    is_folder = path.is_dir()
    if not is_ours(path):
        raise SemiGDAError(
            "bad-input",
            f"The {'folder' if is_folder else 'file'} to write exists already, and SemiGDA did not "
            "make it.",
            action="Choose another name, or move what is there away yourself.",
        )
    if not overwrite:
        raise SemiGDAError(
            "bad-input",
            f"The {'folder' if is_folder else 'file'} to write exists already.",
            action="Choose another name, or ask to overwrite it (--overwrite).",
        )
    return path


def check_room(folder: PathLike) -> None:
    """Make a folder to write into, and check that files can be made in it.

    Raises:
        SemiGDAError: "bad-input" if not.
    """
    folder = Path(folder)
    trial = temporary_path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.touch()
        trial.unlink()
    except OSError as error:
        if disk_is_full(error):
            raise
        raise SemiGDAError(
            "bad-input",
            "The folder for the result cannot be written.",
            action="Choose another folder, or ask for the right to write there.",
            detail=type(error).__name__,
        ) from error


def same_place(first: PathLike, second: PathLike) -> bool:
    """Whether two paths lead to one file or folder, even if it does not exist yet."""
    try:
        return os.path.samefile(first, second)
    except OSError:
        return _real(first) == _real(second)


def _holds(folder: Path, path: Path) -> bool:
    """Whether ``path`` lies in ``folder``, which is about to be replaced."""
    full = folder.is_dir() and not _is_empty_folder(folder)
    return full and Path(_real(path)).is_relative_to(_real(folder))


def _real(path: PathLike) -> str:
    return os.path.normcase(os.path.realpath(path))


def _is_empty_folder(path: Path) -> bool:
    try:
        return path.is_dir() and not any(path.iterdir())
    except OSError:
        return False
