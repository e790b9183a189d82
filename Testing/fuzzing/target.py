"""What a target is: how its inputs are made, and how the product reads them as users make it do."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# What an input's folder holds at the end of the reading, and what the reader must find in it.
Made = dict[str, Any]


class Wrong(Exception):
    """The product did something that it must not do; ``kind`` is one word."""

    def __init__(self, kind: str, text: str):
        super().__init__(text)
        self.kind = kind


@dataclass(frozen=True)
class Target:
    """A reader of the product.

    Attributes:
        make: writes an input into a folder; what it returns goes to ``read``, and into the file of
            a finding, so it is plain JSON.
        read: gives the input to the product; errors go out, :class:`Wrong` is a finding.
        share: of all inputs, relative to the other targets.
    """

    make: Callable[[random.Random, Path], Made]
    read: Callable[[Path, Made], object]
    share: float


def specimens() -> Path:
    """The folder of this run's specimens."""
    return Path(os.environ["SEMIGDA_FUZZ_SPECIMENS"])


@cache
def content(folder: Path) -> Mapping[str, bytes]:
    """The files below a folder, by relative path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
