"""A training's ``comparison.json``: the new model against the previous one.

How it is computed and who wins: :mod:`semigda_core.project.training.judging`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from semigda_core.files.documents import (
    flag,
    identifier,
    list_of,
    mapping,
    maybe,
    number,
    one_of,
    record,
    sound_document,
    text,
    whole,
    words,
)
from semigda_core.project.document import SCHEMES
from semigda_core.project.training.judging import Scores

FILE = "comparison.json"
_DICE = maybe(number(-1, 1))
_MEANS = record(
    dict.fromkeys(
        ("before", "after", "difference", "low", "high", "after_low", "after_high"), _DICE
    ),
    {"own": _DICE},
    others=True,
)
_ROW = record(
    {"case": identifier(), "class": words(), "before": _DICE, "after": _DICE},
    {"scored_on": text(100)},  # of a partly labelled case: "6 of 110 slices"
    others=True,
)
_BESIDE = record(dict.fromkeys(("model", "unet", "difference", "low", "high"), _DICE), others=True)
_UNET = record(
    {
        "rows": list_of(
            record({"case": identifier(), "class": words(), "unet": _DICE}, others=True), 1_000_000
        ),
        **{"classes": mapping(words(), _BESIDE, 255), "all": _BESIDE, "reason": words(10_000)},
    },
    others=True,
)
_DOCUMENT = record(
    {
        "rows": list_of(_ROW, 1_000_000),
        "classes": mapping(words(), _MEANS, 255),
        "all": _MEANS,
        "heldout_cases": whole(0, 1_000_000),
        "wins": flag(),
        "reason": words(10_000),
        "scheme": one_of(*SCHEMES),
    },
    {"interval": words(), "missing": whole(0, 1_000_000), "unet": _UNET},
    others=True,
)


def read(job_folder: Path | str) -> dict[str, Any] | None:
    """The comparison of a training, see :func:`compare_scores`; None before its end, or if the file
    is damaged."""
    return sound_document(Path(job_folder) / FILE, _DOCUMENT)


def partly(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the scores of partly labelled cases are of, by case: ``6 of 110 slices``."""
    return {row["case"]: row["scored_on"] for row in rows if row.get("scored_on")}


def scores(comparison: dict[str, Any], which: str = "after") -> Scores:
    """Dice by case and class of the "after" (or "before") of a comparison."""
    found: dict[str, dict[str, float | None]] = {}
    for row in comparison["rows"]:
        found.setdefault(row["case"], {})[row["class"]] = row[which]
    return found


def named(scores: Scores, names: Iterable[str]) -> Scores:
    """The scores by the present names of the same classes, in their order: some may have been
    renamed since."""
    names = list(names)
    return {case: dict(zip(names, dice.values(), strict=False)) for case, dice in scores.items()}
