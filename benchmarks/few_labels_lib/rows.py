"""Files of results: a list with a row, a dictionary, on each line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path


def read_rows(path: Path) -> list[dict]:
    """The rows of a file; none if there is no file yet."""
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def write_rows(path: Path, rows: Iterable[dict]) -> None:
    """All at once: a study that is killed keeps what it has."""
    part = path.with_name(path.name + ".part")
    part.write_text("[\n " + ",\n ".join(map(json.dumps, rows)) + "\n]\n", encoding="utf-8")
    os.replace(part, path)
