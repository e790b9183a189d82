"""The study's table: of every run what the page needs, in one JSON that the repository keeps."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from few_labels_lib.figures import Budget

MEASURES = ("dice", "iou", "hd95", "assd")
ROW = ("case", "group", "name")  # what the rows of every run of a set have in common
KEPT = (
    "set",
    "method",
    "seed",
    "budget",
    "spent",
    "seconds",
    "device",
    "processor",
    "threads",
    "versions",
    "finished",
    "branches",
)


def read_runs(folder: Path) -> list[dict]:
    """Every finished run below ``folder``, reduced to what the table keeps."""
    return [
        reduced(json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("*/*.json"))
    ]


def reduced(run: dict) -> dict:
    """A raw run without its settings, but for the ``size`` of its slices."""
    size = run["settings"]["preprocessing"]["size"]
    rows = [{key: row[key] for key in (*ROW, *MEASURES)} for row in run["rows"]]
    kept = {key: run[key] for key in KEPT}
    if run.get("planned"):
        kept["planned"] = run["planned"]
    return {**kept, "size": size, "rows": rows}


def read_table(path: Path) -> list[dict]:
    """The runs of a table as :func:`read_runs` gives them; none if there is no table yet."""
    if not path.exists():
        return []
    table = json.loads(path.read_text("utf-8"))
    return [_with_rows(run, table["rows"][run["set"]]) for run in table["runs"]]


def write_table(path: Path, runs: Iterable[dict]) -> None:
    """A line for each set's rows and for each run, whose figures are columns in their order."""
    rows: dict[str, list[list]] = {}
    lines = []
    order = sorted(runs, key=lambda r: (r["set"], r["method"], Budget.of(r), r["seed"]))
    for run in order:
        own = [[row[key] for key in ROW] for row in run["rows"]]
        if rows.setdefault(run["set"], own) != own:
            raise ValueError(f"{run['set']}: {run['method']} was judged on other cases")
        lines.append(json.dumps(_with_columns(run)))
    sets = ",\n  ".join(f"{json.dumps(name)}: {json.dumps(own)}" for name, own in rows.items())
    text = '{"rows": {\n  ' + sets + '\n },\n "runs": [\n  ' + ",\n  ".join(lines) + "\n ]}\n"
    path.write_text(text, encoding="utf-8")


def _with_columns(run: dict) -> dict:
    columns = {measure: [row[measure] for row in run["rows"]] for measure in MEASURES}
    branches = {name: list(values.values()) for name, values in run["branches"].items()}
    kept = {key: value for key, value in run.items() if key != "rows"}
    return {**kept, "branches": branches, **columns}


def _with_rows(run: dict, common: list[list]) -> dict:
    columns = zip(*(run.pop(measure) for measure in MEASURES), strict=True)
    rows = [
        {**dict(zip(ROW, names, strict=True)), **dict(zip(MEASURES, values, strict=True))}
        for names, values in zip(common, columns, strict=True)
    ]
    cases = dict.fromkeys(row["case"] for row in rows)
    branches = {
        name: dict(zip(cases, values, strict=True)) for name, values in run["branches"].items()
    }
    return {**run, "branches": branches, "rows": rows}
