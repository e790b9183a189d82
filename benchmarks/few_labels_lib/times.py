"""The file of CPU seconds a step; what measures them is in ``timing.py``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path


def read_times(path: Path) -> list[dict]:
    """The rows of a file; none if there is no file yet."""
    return json.loads(path.read_text("utf-8")) if path.exists() else []


def write_times(path: Path, rows: Iterable[dict]) -> None:
    """A line for each row; of two of one method and set the later one is kept."""
    kept = {(row["set"], row["method"]): row for row in rows}
    lines = [json.dumps(kept[key]) for key in sorted(kept)]
    path.write_text("[\n " + ",\n ".join(lines) + "\n]\n", encoding="utf-8")
