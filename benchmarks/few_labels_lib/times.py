"""The file of CPU seconds a step; what measures them is in ``timing.py``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from few_labels_lib.rows import write_rows


def write_times(path: Path, rows: Iterable[dict]) -> None:
    """A line for each row; of two of one method and set the later one is kept."""
    kept = {(row["set"], row["method"]): row for row in rows}
    write_rows(path, (kept[key] for key in sorted(kept)))
