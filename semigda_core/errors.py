"""The closed list of error classes, each with one sentence for the user and one thing to do."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
from collections.abc import Iterator, Mapping

# class -> (what happened, what to do), used if the raiser has nothing more exact to say.
CLASSES: dict[str, tuple[str, str]] = {
    "bad-input": ("The input cannot be used.", "Check the image or file and try again."),
    "geometry-mismatch": (
        "The label does not lie on the grid of its image.",
        "Resample the label to the image, then try again.",
    ),
    "no-labels": ("No labelled case was given.", "Mark at least one case as labelled."),
    "model-invalid": (
        "The model package is damaged or not a SemiGDA model.",
        "Install the model again from its original file.",
    ),
    "out-of-gpu-memory": (
        "The graphics card has too little free memory.",
        "Close other programs that use the graphics card, or choose the CPU.",
    ),
    "out-of-memory": (
        "The computer has too little free memory.",
        "Close other programs, or crop the image.",
    ),
    "disk-full": ("The disk is full.", "Free some disk space and try again."),
    "import-error": (
        "A Python package that SemiGDA needs is missing or broken.",
        "In Slicer, click Check and repair in the section Set-up (elsewhere, install it with pip).",
    ),
    "device-unavailable": (
        "The chosen device is not available.",
        "Choose another device (--device auto).",
    ),
    "worker-died": (
        "The computing process ended unexpectedly.",
        "Try again; if it happens again, report it to the developers.",
    ),
    "cancelled": ("Cancelled.", "Start again when you like."),
    "internal": (
        "Something went wrong inside SemiGDA.",
        "Report it to the developers.",
    ),
}


_COMMANDS = re.compile(r" \((?=[^()]*(?:--[a-z]|\bsemigda |\bpip\b))[^()]*\)")
# EFBIG: a file system or a limit refuses a file of that size. 112: Windows' ERROR_DISK_FULL.
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FULL_WINDOWS = 112
_LONGEST_WINDOWS = 259  # characters of a path, unless the system is set to allow more
_NO_MEMORY_WINDOWS = 1455  # ERROR_COMMITMENT_LIMIT: the paging file is too small


class SemiGDAError(Exception):
    """An error a user can act on.

    Args:
        error_class: a key of :data:`CLASSES`.
        message: one sentence saying what is wrong; the class's own sentence by default.
        action: one thing to do; the class's own by default. What only a command line knows stands
            in brackets, see :func:`without_commands`.
        detail: technical detail for the log. Never patient data or paths.

    Raises:
        KeyError: if ``error_class`` is not in the closed list.
    """

    def __init__(
        self,
        error_class: str,
        message: str | None = None,
        *,
        action: str | None = None,
        detail: str = "",
    ):
        default_message, default_action = CLASSES[error_class]
        self.error_class = error_class
        self.message = message or default_message
        self.action = action or default_action
        self.detail = detail
        super().__init__(f"{self.message} {self.action}")

    @classmethod
    def from_dict(cls, values: Mapping[str, str]) -> SemiGDAError:
        """The error that :meth:`to_dict` wrote; a class that is not in the list is "internal"."""
        known = values.get("class") in CLASSES
        return cls(
            values["class"] if known else "internal",
            values.get("message"),
            action=values.get("action"),
            detail=values.get("detail") or "",
        )

    def to_dict(self) -> dict[str, str]:
        """The ``error`` object of a job's ``result.json``."""
        return {
            "class": self.error_class,
            "message": self.message,
            "action": self.action,
            "detail": self.detail,
        }


def without_commands(action: str) -> str:
    """What to do, for a window: without brackets such as "(--overwrite)"."""
    return _COMMANDS.sub("", action)


class Paused(Exception):
    """Ends a computation that was asked to pause, once its checkpoint is written. Not an error."""


def disk_is_full(error: BaseException | None) -> bool:
    """Whether an exception, or one of its causes, says that the disk is full."""
    while error is not None:
        # Libraries hide the operating system's number in a text or behind their own exception.
        found = re.search(r"(?:os error|code:) (\d+)", str(error))
        number = int(found[1]) if found else getattr(error, "errno", None)
        windows = number if found and sys.platform == "win32" else getattr(error, "winerror", None)
        if number in _FULL or windows == _FULL_WINDOWS or "No space left on dev" in str(error):
            return True
        if isinstance(error, SemiGDAError) and error.error_class == "disk-full":
            return True
        error = error.__cause__ or error.__context__
    return False


# A disk that fails, is read-only or was removed reports this during a write, without the file's
# name.
_BROKEN = {
    getattr(errno, name, errno.EIO)
    for name in ("EIO", "EROFS", "ENXIO", "ENODEV", "ESTALE", "ETIMEDOUT", "EREMOTEIO")
}


def of_system(error: OSError) -> SemiGDAError | None:
    """The error for an exception about disk or memory; None for any other."""
    if disk_is_full(error):
        return SemiGDAError("disk-full")
    if error.errno == errno.ENOMEM or getattr(error, "winerror", None) == _NO_MEMORY_WINDOWS:
        return SemiGDAError("out-of-memory")
    if _is_too_long(error):
        return SemiGDAError(
            "bad-input",
            "The path of a file or folder is too long.",
            action="Choose a folder with a shorter path.",
            detail=type(error).__name__,
        )
    if error.filename is None and error.errno not in _BROKEN:
        return None
    return SemiGDAError(
        "bad-input",
        f"A file or folder cannot be used: {error.strerror}.",
        action="Check that it exists and that you may read and write there.",
        detail=type(error).__name__,
    )


def _is_too_long(error: OSError) -> bool:
    """Most versions of Windows say of such a path that it does not exist."""
    path, windows = error.filename, sys.platform == "win32"
    unseen = windows and isinstance(error, FileNotFoundError) and isinstance(path, str)
    return error.errno == errno.ENAMETOOLONG or (
        unseen and len(os.path.abspath(path)) > _LONGEST_WINDOWS
    )


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Turns errors of memory, disk and files into errors with a class."""
    try:
        yield
    except MemoryError as error:
        raise SemiGDAError("out-of-memory") from error
    except OSError as error:
        plain = of_system(error)
        if plain is None:
            raise
        raise plain from error
