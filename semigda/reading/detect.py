"""The format of a file, by its first bytes; names can say anything."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from typing import Any, Protocol, cast

from semigda.reading.request import Budget, Request
from semigda_core.files.formats import FORMATS, Format

_START = 1024  # bytes that are read


class ImageFormat(Protocol):
    """The interface of a module in ``semigda/reading/formats``.

    It may also have ``may_be(start, name)``: whether a file that no format's ``begins`` recognises
    is of this format.
    """

    def begins(self, start: bytes) -> bool:
        """Whether a file with these first bytes is of this format."""

    def read(self, request: Request, budget: Budget) -> dict[str, Any]:
        """Check what the file declares, then read it: see :func:`semigda.reading.foreign.read`."""


@functools.lru_cache
def module_of(known: Format) -> ImageFormat:
    """The module that reads a format."""
    return cast(ImageFormat, importlib.import_module(f"semigda.reading.formats.{known.name}"))


def format_of(path: Path) -> Format | None:
    """The format of a file, or None."""
    with open(path, "rb") as file:
        start = file.read(_START)
    for known in FORMATS:
        if module_of(known).begins(start):
            return known
    for known in FORMATS:
        may_be = getattr(module_of(known), "may_be", None)
        if may_be is not None and may_be(start, path.name.lower()):
            return known
    return None
