"""``project.json`` on disk: one writer at a time, and readers that never see half of it.

A writer holds a lock of the operating system, which ends with its process. It reads the file again,
changes it, and replaces it as a whole. So two windows never undo each other's changes, and a kill
at any moment leaves the file as it was either before or after.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError, plain_errors
from semigda_core.files.atomic import clear_leftovers, patiently, write_json
from semigda_core.files.documents import MAX_BYTES, check, parse_json, record
from semigda_core.files.inside import inside
from semigda_core.files.stamps import stamp
from semigda_core.jobs.locks import locked as file_locked
from semigda_core.project import FILE
from semigda_core.project.document import SCHEMA_VERSION, project_document

WHAT, REPAIR = "The project's file", "Put project.json back from a backup, or make a new project."
LOCK = ".project.lock"
LOCK_SECONDS = 15.0  # a change takes milliseconds; if it takes this long, something hangs


def read(folder: Path, name: str = FILE) -> dict[str, Any]:
    """The content of a project's file, or of another version of it, checked as a whole.

    Raises:
        SemiGDAError: "bad-input" if it is missing, damaged, or of another version.
    """
    try:
        with patiently(lambda: open(folder / name, "rb")) as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        message, action = (
            "The folder holds no training project that can be read.",
            "Choose a project's folder, or make a new project.",
        )
        if not os.path.isdir(folder):
            message, action = (
                "The project's folder cannot be found.",
                "Connect its drive, or open the project where it is now.",
            )
        detail = type(error).__name__
        raise SemiGDAError("bad-input", message, action=action, detail=detail) from error
    _check(content)
    return parse_json(content, WHAT)


@functools.lru_cache(maxsize=2)
def _check(content: bytes) -> None:
    """Raise if this is not a project. Cached, because it is read often and changes rarely."""
    if len(content) > MAX_BYTES:
        raise SemiGDAError("bad-input", f"{WHAT} is too large.", action=REPAIR)
    data = parse_json(content, WHAT, action=REPAIR)
    check(data, record({}, others=True), WHAT, action=REPAIR)
    schema = data.get("schema", SCHEMA_VERSION)
    if type(schema) is not int or schema != SCHEMA_VERSION:
        raise SemiGDAError(
            "bad-input",
            "The project was made by another version of SemiGDA.",
            action="Update SemiGDA and open the project again.",
            detail=f"schema {str(schema)[:20]}",
        )
    check(data, project_document, WHAT, action=REPAIR)


def create(folder: Path, data: dict[str, Any]) -> None:
    """Write a new project's file; "bad-input" if the folder already holds a project."""
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        if (folder / FILE).exists():
            raise SemiGDAError(
                "bad-input",
                "The folder already holds a training project.",
                action="Open it, or choose another folder.",
            )
        _write(folder, {"schema": SCHEMA_VERSION, "revision": 1, **data})


@contextlib.contextmanager
def edit(folder: Path) -> Iterator[dict[str, Any]]:
    """The project's present content; changes that the block makes to it are written at its end.

    Nothing is written if the block raises or changes nothing, if the result is not a project, or
    ("bad-input") over what somebody else wrote meanwhile: a program that synchronizes folders, or
    another window on a drive that cannot lock.
    """
    with locked(folder):
        clear_leftovers(folder)
        seen = stamp(folder / FILE)
        data = read(folder)
        before = json.dumps(data, sort_keys=True)
        yield data
        if json.dumps(data, sort_keys=True) == before:
            return
        data["revision"] += 1
        if stamp(folder / FILE) != seen:
            raise SemiGDAError(
                "bad-input",
                "The project was changed by another program in this moment.",
                action="Try again.",
            )
        _write(folder, data)


def _write(folder: Path, data: dict[str, Any]) -> None:
    """Content that could not be read again is not written."""
    check(data, project_document, "The change")
    write_json(folder / FILE, data)


@contextlib.contextmanager
def locked(folder: Path, name: str = LOCK) -> Iterator[None]:
    """Hold the project's lock, or another one of it; waits for other writers.

    Raises:
        SemiGDAError: "bad-input" if another process keeps it for long, and instead of any error of
            the operating system, as in a folder that may not be written to.
    """
    deadline = time.monotonic() + LOCK_SECONDS

    def waiting() -> None:
        if time.monotonic() > deadline:
            raise SemiGDAError(
                "bad-input",
                "The project is being changed by another program.",
                action="Close other windows that show this project, then try again.",
            )

    with plain_errors(), file_locked(inside(folder, name), waiting):
        yield
