"""Checkpoints: all a killed run needs to go on exactly where it was."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import torch

from semigda.errors import SemiGDAError, disk_is_full


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Let ``write`` fill a file that readers see as it was before, or whole.

    Raises:
        SemiGDAError: "disk-full"; the file is then as it was before.
    """
    temporary = path.with_name(path.name + ".new")
    try:
        with open(temporary, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except Exception as error:  # torch tells a refused write as a RuntimeError
        temporary.unlink(missing_ok=True)
        if disk_is_full(error):
            raise SemiGDAError("disk-full", detail=type(error).__name__) from error
        raise


def save_checkpoint(path: Path, state: dict) -> None:
    """Write a state of tensors and plain values.

    Raises:
        SemiGDAError: "disk-full".
    """
    write_atomically(path, lambda file: torch.save(state, file))


def load_checkpoint(path: Path, settings: dict) -> dict | None:
    """The state saved at ``path``, or None if there is none.

    Raises:
        SemiGDAError: "bad-input" if it belongs to a run with other settings.
    """
    if not path.exists():
        return None
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["settings"] != settings:
        raise SemiGDAError(
            "bad-input",
            "The folder holds a training that was begun with other settings.",
            action="Choose another folder, or delete the old checkpoint.",
        )
    return state


def remove_checkpoint(path: Path) -> None:
    """Delete it, and what a killed process left of a later one."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".new").unlink(missing_ok=True)
