"""docs/robustness.md, from the stored table."""

from __future__ import annotations

from typing import Any

from tables import as_table

_INTRODUCTION = """# Images that differ from those of the training

How many Dice points the starter models lose when held-out images (`val`) are changed: borders cost
nothing, stretched or darker pictures at most 2.1, volumes of 2 mm 2.0, and of 2 mm from foot to
head alone 4.2. Made by `python benchmarks/robust.py --page` from `benchmarks/results/robust.json`,
which `python benchmarks/robust.py MODEL SET` fills.

Each image is segmented by the whole inference and scored on its own grid. In brackets a 95 %
interval (bootstrap over patients of the paired differences); less than zero is a gain. No starter
model was selected on these figures, but `val` has judged other things too.

The starter models of pictures, and *Standard*, train with pictures that are also stretched,
darkened and coarsened. Models called `semigda.one-branch` are of [the study](results.md), which
does not. Of the pair `quick` (one seed, 600 steps of 128 x 128 pixels) the *varied* one loses less
where a picture is stretched and is a point behind where it is not, so *Quick look* does without.
"""
_COARSE = """
**unavoidable**: the loss of the labels that the same model finds in the image as it is, when they
and the truth are changed alike: what the coarse grid itself costs.
"""


def page(runs: list[dict[str, Any]]) -> str:
    """The page: a table for each model and set."""
    return _INTRODUCTION + "".join(_table(run) for run in runs)


def _table(run: dict[str, Any]) -> str:
    coarse = any("unavoidable" in row for row in run["rows"])
    heads = ["change", "points lost", "at most"] + ["unavoidable"] * coarse
    rows = []
    for row in run["rows"]:
        cells = [row["words"], _points(row), _verdict(row)]
        if coarse:
            cells.append(_points(row["unavoidable"]))
        rows.append(cells)
    title = f"`{run['model']}` on {run['set']}: {run['dice']:.3f} as it is, {run['cases']} cases"
    return f"\n## {title}\n\n{as_table(heads, rows)}" + (_COARSE if coarse else "")


def _verdict(row: dict[str, Any]) -> str:
    """The bar, and whether it is reached; "" where nobody asked."""
    if row["bar"] is None:
        return ""
    reached = round(row["points"], 1) <= row["bar"]
    return f"{row['bar']:g}: {'reached' if reached else '**missed**'}"


def _points(row: dict[str, Any]) -> str:
    return f"{row['points']:.1f} ({row['low']:.1f} to {row['high']:.1f})"
