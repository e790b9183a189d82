"""``project.json`` on the disk: one writer at a time, and readers who never see half of it.

A writer holds a lock of the operating system, which ends with its process however that ends; it
reads the file anew, changes it, and replaces it whole. So two windows never undo each other's
changes, and a kill at any moment leaves the file as it was before or after. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from semigda.errors import SemiGDAError
from semigda.files.atomic import clear_leftovers, write_json
from semigda.jobs.locks import locked as file_locked

SCHEMA_VERSION = 1
FILE, LOCK = "project.json", ".project.lock"
LOCK_SECONDS = 15.0  # a change takes milliseconds; this long means that something hangs


def read(folder: Path) -> dict[str, Any]:
    """The content of a project's file.

    Raises:
        SemiGDAError: "bad-input" if there is none, it is damaged, or of another version.
    """
    text = None
    for _ in range(20):
        try:
            text = (folder / FILE).read_text(encoding="utf-8")
            break
        except (FileNotFoundError, NotADirectoryError):
            break
        except PermissionError:  # Windows, while it is being replaced
            time.sleep(0.02)
        except (OSError, UnicodeDecodeError) as error:
            raise _damaged() from error
    if text is None:
        raise SemiGDAError(
            "bad-input",
            "The folder holds no training project that can be read.",
            action="Choose a project's folder, or make a new project.",
        )
    try:
        data = json.loads(text)
        schema = data["schema"]
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged() from error
    if schema != SCHEMA_VERSION or type(schema) is not int:
        raise SemiGDAError(
            "bad-input",
            "The project was made by another version of SemiGDA.",
            action="Update SemiGDA and open the project again.",
            detail=f"schema {str(schema)[:20]}",
        )
    return data


def _damaged() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "The project's file is damaged.",
        action="Put project.json back from a backup, or make a new project.",
    )


def create(folder: Path, data: dict[str, Any]) -> None:
    """Write a new project's file; "bad-input" if the folder holds a project already."""
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        if (folder / FILE).exists():
            raise SemiGDAError(
                "bad-input",
                "The folder already holds a training project.",
                action="Open it, or choose another folder.",
            )
        write_json(folder / FILE, {"schema": SCHEMA_VERSION, "revision": 1, **data})


@contextlib.contextmanager
def edit(folder: Path) -> Iterator[dict[str, Any]]:
    """The project's content as it is now; what the block changes in it is written at its end.

    Nothing is written if the block raises or changes nothing.
    """
    with locked(folder):
        clear_leftovers(folder)
        data = read(folder)
        before = json.dumps(data, sort_keys=True)
        yield data
        if json.dumps(data, sort_keys=True) == before:
            return
        data["revision"] += 1
        write_json(folder / FILE, data)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the project's lock; waits for other writers.

    Raises:
        SemiGDAError: "bad-input" if another one keeps it for long.
    """
    deadline = time.monotonic() + LOCK_SECONDS

    def waiting() -> None:
        if time.monotonic() > deadline:
            raise SemiGDAError(
                "bad-input",
                "The project is being changed by another program.",
                action="Close other windows that show this project, then try again.",
            )

    with file_locked(folder / LOCK, waiting):
        yield
