"""Whole writes: readers see the old file or the new one, whatever a kill leaves behind.

Everything is written under a temporary name beside its target, which names the writing process, and
then renamed. The next run removes what a killed process left there, and restores a folder that it
had moved aside.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from semigda_core.errors import SemiGDAError, disk_is_full
from semigda_core.processes import computer, process_start

# ".semigda-HOST-PID-START-RANDOM", then "-old-NAME" for the folder NAME that was moved aside.
PREFIX = ".semigda-"
_TEMPORARY = re.compile(
    re.escape(PREFIX) + r"([0-9a-f]{6})-(\d+)-([0-9a-f]{6})-[0-9a-f]{6}(?:-old-(?P<old>.+))?"
)
_ABANDONED_S = 7 * 24 * 3600.0  # the process is on another computer and cannot be looked up
_PATIENCE_S, _PAUSE_S = 2.0, 0.02
_WINDOWS = os.name == "nt"

Answer = TypeVar("Answer")


def write_atomically(
    path: str | os.PathLike[str], write: Callable[[BinaryIO], object], *, durable: bool = True
) -> None:
    """Let ``write`` fill a file, which then replaces ``path``; who may read that stays.

    Args:
        durable: wait until it is on the disk, so that a power cut leaves the old file or the new
            one.

    Raises:
        SemiGDAError: "disk-full". After any error the file is as it was before.
    """
    path = Path(path)
    temporary = temporary_path(path.parent)
    try:
        with open(temporary, "xb") as file:
            write(file)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if not _WINDOWS:
            with contextlib.suppress(OSError):  # a new file, or a drive without rights
                shutil.copymode(path, temporary)
        replace(temporary, path)
        if durable:
            _sync_folder(path.parent)
    except Exception as error:  # torch reports a refused write as a RuntimeError
        if disk_is_full(error):
            raise SemiGDAError("disk-full", detail=type(error).__name__) from error
        raise
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def put_into_place(written: Path, target: Path) -> None:
    """Rename a whole file, which replaces ``target`` on the same disk."""
    replace(written, target)
    _sync_folder(target.parent)


def write_text(path: str | os.PathLike[str], text: str, *, durable: bool = True) -> None:
    """Write UTF-8 text unchanged, with :func:`write_atomically`."""
    write_atomically(path, lambda file: file.write(text.encode("utf-8")), durable=durable)


def write_json(path: str | os.PathLike[str], value: Any, *, durable: bool = True) -> None:
    """Write JSON with :func:`write_atomically`.

    Raises:
        ValueError: for NaN and infinity, which JSON does not have.
    """
    text = json.dumps(value, indent=1, ensure_ascii=True, allow_nan=False)
    write_text(path, text + "\n", durable=durable)


@contextlib.contextmanager
def staged_folder(target: str | os.PathLike[str]) -> Iterator[Path]:
    """A new folder that replaces ``target`` when the block ends without an error.

    A kill at any moment leaves the old folder or the new one; :func:`clear_leftovers` restores the
    old one after a kill between the two renames.
    """
    target = Path(target).absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    clear_leftovers(target.parent)
    stage = temporary_path(target.parent)
    try:
        stage.mkdir()
        yield stage
        _sync_files(stage)
        _swap(stage, target)
        _sync_folder(target.parent)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


@contextlib.contextmanager
def all_or_nothing() -> Iterator[list[Path]]:
    """A list for the new files and folders that the block makes: if it raises, they are deleted."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        for path in made:
            with contextlib.suppress(OSError):  # Windows: open somewhere
                _delete(path)
        raise


def _swap(stage: Path, target: Path) -> None:
    if not os.path.lexists(target):
        replace(stage, target)
        return
    aside = target.with_name(f"{temporary_path(target.parent).name}-old-{target.name}")
    replace(target, aside)
    try:
        replace(stage, target)
    except OSError:
        replace(aside, target)
        raise
    _delete(aside)


def remove_folder(folder: str | os.PathLike[str]) -> None:
    """Remove a folder, or a link to one; a kill never leaves part of it under its name.

    Raises:
        OSError: it could not be removed, and is whole.
    """
    with removed_folder(folder):
        pass


@contextlib.contextmanager
def removed_folder(folder: str | os.PathLike[str]) -> Iterator[None]:
    """:func:`remove_folder`, unless the block raises an error: then the folder is back. A folder
    that is gone already is no error."""
    folder = Path(folder)
    doomed = temporary_path(folder.parent)
    there = os.path.lexists(folder)
    if there:
        replace(folder, doomed)
    try:
        yield
    except BaseException:
        if there:
            replace(doomed, folder)
        raise
    if there:
        _delete(doomed)


def _delete(path: Path) -> None:
    """Delete what can be deleted of a file, a link or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def temporary_folder(parent: str | os.PathLike[str]) -> Iterator[Path]:
    """A folder in ``parent`` for the block, removed at its end. The parent exists: one that is on
    a drive that is away is not made anew elsewhere."""
    folder = temporary_path(Path(parent))
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def temporary_path(folder: Path) -> Path:
    """An unused name in ``folder`` that names its process.

    The first write into a folder removes what killed processes left there.
    """
    pid = os.getpid()  # asked for each time: a fork has its own
    _clear_once(pid, os.path.abspath(folder))
    return folder / f"{PREFIX}{_owner(pid)}-{secrets.token_hex(3)}"


@functools.cache
def _clear_once(pid: int, folder: str) -> None:
    clear_leftovers(folder)


def replace(source: Path, target: Path) -> None:
    """Rename, replacing what is there."""
    patiently(lambda: os.replace(source, target))


def patiently(action: Callable[[], Answer]) -> Answer:
    """Retry for two seconds on Windows, which refuses to replace a file that is being read, or to
    read one that is being replaced."""
    for _ in range(round(_PATIENCE_S / _PAUSE_S) if _WINDOWS else 0):
        try:
            return action()
        except PermissionError:
            time.sleep(_PAUSE_S)
    return action()


def clear_leftovers(folder: str | os.PathLike[str]) -> None:
    """Remove what killed processes left in ``folder``, and restore folders that they moved aside.

    Files and folders of running processes, and those of other computers in the last week, are kept.
    Never fails: what cannot be removed stays.
    """
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.startswith(PREFIX)]
    except OSError:
        return
    for name in sorted(names):
        found = _TEMPORARY.fullmatch(name)
        path = Path(folder) / name
        if not found or not _is_abandoned(path, *found.group(1, 2, 3)):
            continue
        with contextlib.suppress(OSError):
            original = found["old"] and Path(folder) / found["old"]
            if original and not original.exists():
                os.replace(path, original)
            else:
                _delete(path)


def _is_abandoned(path: Path, host: str, pid: str, start: str) -> bool:
    if host != _short(computer()):
        try:
            return time.time() - path.lstat().st_mtime > _ABANDONED_S
        except OSError:
            return False
    now = process_start(int(pid))
    return now is None or _short(now) != start


@functools.cache
def _owner(pid: int) -> str:
    return f"{_short(computer())}-{pid}-{_short(process_start(pid) or '')}"


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=3).hexdigest()


def _sync_files(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            sync_file(path)


def sync_file(path: Path) -> None:
    """Wait until what others wrote into a file is on the disk, as before it replaces another."""
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Bring the rename itself to the disk; Windows has no such call and needs none."""
    if _WINDOWS:
        return
    with contextlib.suppress(OSError):  # some network file systems cannot
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)
