"""What a training's ``comparison.json`` says: the new model against the one before.

How it is computed and who wins: :mod:`semigda.evaluation.compare`. Standard library only.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from semigda.evaluation.compare import Scores

FILE = "comparison.json"


def read(job_folder: Path | str) -> dict[str, Any] | None:
    """The comparison of a training, see :func:`compare_scores`; None before its end."""
    try:
        return json.loads((Path(job_folder) / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def scores(comparison: dict[str, Any], which: str = "after") -> Scores:
    """Dice by case and class of the "after" (or "before") of a comparison."""
    found: dict[str, dict[str, float | None]] = {}
    for row in comparison["rows"]:
        found.setdefault(row["case"], {})[row["class"]] = row[which]
    return found
