"""Evaluating a model on the cases of a list: rows per case and class, a summary, CSV and JSON."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from semigda.data.cases import CASE_ERRORS, ROLES, Case, read_cases
from semigda.data.labels import by_names, read_case
from semigda.data.other_grid import has_overlaps
from semigda.data.unlabelled import whole_slices
from semigda.evaluation.metrics import ABSENT, FALSE_ALARM, FOUND, MISSED, Steps, measure
from semigda.inference.segment import read_input, segment_volume
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.networks.unet import UNet
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.files.tables import begins_with, write_table
from semigda_core.files.targets import check_room, check_target
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.labels.finished import IGNORED
from semigda_core.models.card import Label, ModelCard
from semigda_core.models.library import find_model
from semigda_core.version import __version__

COLUMNS = (
    "case",
    "class",
    "name",
    "status",
    "dice",
    "iou",
    "hd95",
    "assd",
    "unit",
    "truth_voxels",
    "predicted_voxels",
    "truth_ml",
    "predicted_ml",
    "seconds",
    "scored_on",
)
# Of the table before cases could be scored in part, which may be replaced, too.
_EARLIER = COLUMNS[:-1]
WHOLE = "whole"
FILES = ("evaluation.csv", "evaluation.json")


def evaluate(
    model: str | os.PathLike[str],
    cases: str | os.PathLike[str],
    split: str = "val",
    out_dir: str | os.PathLike[str] | None = None,
    options: SegmentOptions | None = None,
    progress: Progress = UNWATCHED,
    *,
    overwrite: bool = False,
) -> dict[str, Any]:
    """Segment the labelled cases of one role and compare.

    Args:
        model: name in the library, or folder.
        cases: case list (JSON or CSV).
        split: the role to evaluate, usually "val".
        out_dir: where ``evaluation.csv`` and ``evaluation.json`` go; they contain case names.
        overwrite: whether to replace those of an earlier evaluation.

    Returns:
        ``{"model", "split", "engine_version", "rows", "summary", "failures", "overlapping",
        "seconds"}``.

    Raises:
        SemiGDAError: "no-labels" if no case of that role has a label; "cancelled"; the last
            failure if every case failed.
    """
    if split not in ROLES:
        raise SemiGDAError("bad-input", f"There is no split '{split}'; it is {', '.join(ROLES)}.")
    chosen = [case for case in read_cases(cases) if case.role == split and case.label]
    if not chosen:
        raise SemiGDAError("no-labels", f"No case of the role '{split}' has a label.")
    options, folder = options or SegmentOptions(), find_model(model)
    if out_dir is not None:
        read = [cases, folder, *(path for case in chosen for path in (case.image, case.label))]
        _check_targets(Path(out_dir), read, overwrite)
    network, card = load_network(folder)
    result = evaluate_network(network, card, chosen, options, progress)
    result = {
        "model": {"name": card.name, "sha256": card.weights_sha256},
        "split": split,
        "engine_version": __version__,
        **result,
    }
    if out_dir is not None:
        write_evaluation(result, Path(out_dir))
    return result


def evaluate_network(
    network: SemiGDA | UNet,
    card: ModelCard,
    cases: Sequence[Case],
    options: SegmentOptions,
    progress: Progress = UNWATCHED,
    *,
    doubt: bool = False,
) -> dict[str, Any]:
    """``{"rows", "summary", "failures", "overlapping", "seconds"}`` of a loaded network;
    "overlapping" are the cases whose labels are those of the later one of several segments.

    With ``doubt`` each row has "certainty" too, and "whole", see
    :class:`semigda_core.models.doubt.Outcome`.
    """
    start = time.perf_counter()
    rows: list[dict[str, Any]] = []
    failures: list[dict[str, Any]] = []
    overlapping: list[str] = []
    options = replace(options, review=doubt)
    for number, case in enumerate(cases):
        # Never the case's name: progress may be written to a job's files.
        progress.at(number / len(cases), f"Evaluating case {number + 1} of {len(cases)}")
        try:
            (case,) = by_names([case], [label.name for label in card.labels])
            rows += _case_rows(network, card, case, options, progress.inside())
            if has_overlaps(case.label, case.classes):
                overlapping.append(case.name)
        except SemiGDAError as error:
            if error.error_class not in CASE_ERRORS:
                raise
            if len(failures) + 1 == len(cases):
                raise
            failures.append({"case": case.name, **error.to_dict()})
    return {
        "rows": rows,
        "summary": summarise(rows, card.labels),
        "failures": failures,
        "overlapping": overlapping,
        "seconds": round(time.perf_counter() - start, 3),
    }


def _case_rows(
    network: SemiGDA | UNet,
    card: ModelCard,
    case: Case,
    options: SegmentOptions,
    progress: Progress,
) -> list[dict[str, Any]]:
    start = time.perf_counter()
    volume = read_input(case.image, options, progress)
    truth = read_case(case, volume)
    known = truth != IGNORED
    most = truth.max(initial=0, where=known)
    if most > len(card.labels):
        raise SemiGDAError(
            "bad-input",
            f"The label holds class {most}; the model knows 1 to {len(card.labels)}.",
        )
    if not known.any():
        raise SemiGDAError(
            "bad-input",
            "No slice of the label is finished.",
            action="Mark the slices whose labels are finished.",
        )
    done = segment_volume(network, card, volume, options, progress)
    seconds = round(time.perf_counter() - start, 3)
    unit = "px" if volume.two_dimensional else "mm"
    rows = compare(truth, done.labels, volume.steps, card.labels, volume.voxel_ml)
    if options.review:
        for row, found in zip(rows, done.segments, strict=True):
            row |= {"certainty": found["agreement"], "whole": found["whole"]}
    about = {"unit": unit, "seconds": seconds, "scored_on": scored_on(known)}
    return [{"case": case.name, **row, **about} for row in rows]


def scored_on(known: np.ndarray) -> str:
    """Which part of a case a score covers, given where it has labels: ``whole``,
    ``6 of 110 slices``, or ``labelled voxels`` where these are not whole slices."""
    if known.all():
        return WHOLE
    finished = whole_slices(known)
    if finished is None:
        return "labelled voxels"
    return f"{len(finished)} of {known.shape[2 - finished.axis]} slices"


def compare(
    truth: np.ndarray,
    predicted: np.ndarray,
    steps: Steps,
    labels: Sequence[Label],
    voxel_ml: float | None,
) -> list[dict[str, Any]]:
    """One row a class for two label maps (z, y, x) on one grid of ``steps`` (z, y, x).

    Where the truth is unlabelled nothing is compared, sizes are those of the labelled part, and
    there are no surface distances: the surface ends where the labels do.
    Without ``voxel_ml``, as for a picture, rows have no millilitres.
    """
    rows = []
    known = truth != IGNORED
    partly = not known.all()
    for label in labels:
        found = predicted == label.value
        if partly:
            found &= known
        measures = asdict(measure(truth == label.value, found, steps, surfaces=not partly))
        for what in ("truth", "predicted"):
            voxels = measures[f"{what}_voxels"]
            measures[f"{what}_ml"] = None if voxel_ml is None else voxels * voxel_ml
        rows.append({"class": label.value, "name": label.name, **measures})
    return rows


def summarise(rows: Sequence[dict[str, Any]], labels: Sequence[Label]) -> dict[str, Any]:
    """Means of each class and over the classes, with counts of what they leave out.

    Dice and IoU: over the cases whose truth has the class; missed ones count 0. HD95 and ASSD: over
    the cases in which it was found and that are labelled as a whole. False alarms and absent
    classes are only counted, and so are the cases scored on a part (``partly``).
    """
    classes = []
    for label in labels:
        own = [row for row in rows if row["class"] == label.value]
        summary: dict[str, Any] = {"class": label.value, "name": label.name, "cases": len(own)}
        for status in (FOUND, MISSED, FALSE_ALARM, ABSENT):
            summary[status] = sum(row["status"] == status for row in own)
        summary["partly"] = sum(row.get("scored_on", WHOLE) != WHOLE for row in own)
        for key in ("dice", "iou", "hd95", "assd"):
            values = [row[key] for row in own if row[key] is not None]
            summary[key] = statistics.fmean(values) if values else None
            if key == "dice":
                summary["dice_sd"] = statistics.pstdev(values) if values else None
                summary["dice_median"] = statistics.median(values) if values else None
                summary["dice_worst"] = min(values, default=None)
        classes.append(summary)
    mean = {}
    for key in ("dice", "iou", "hd95", "assd"):
        values = [c[key] for c in classes if c[key] is not None]
        mean[key] = statistics.fmean(values) if values else None
    return {"classes": classes, "mean": mean, "unit": "/".join(sorted({r["unit"] for r in rows}))}


def write_evaluation(result: dict[str, Any], out_dir: Path) -> tuple[Path, Path]:
    """Write ``evaluation.csv`` and ``evaluation.json``, each at once; returns their paths."""
    csv_path, json_path = (out_dir / name for name in FILES)
    rows = [
        ["" if row[key] is None else str(row[key]) for key in COLUMNS] for row in result["rows"]
    ]
    write_table(csv_path, COLUMNS, rows)
    write_json(json_path, result)
    return csv_path, json_path


def _check_targets(out_dir: Path, read: list[Any], overwrite: bool) -> None:
    """Before the work, which may take hours."""
    for name, is_ours in zip(FILES, (_is_table, _is_result), strict=True):
        check_target(out_dir / name, is_ours, overwrite=overwrite, inputs=read)
    check_room(out_dir)


def _is_table(path: Path) -> bool:
    return begins_with(path, COLUMNS) or begins_with(path, _EARLIER)


def _is_result(path: Path) -> bool:
    try:
        result = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(result, dict) and {"model", "engine_version", "rows"} <= set(result)


def table(result: dict[str, Any], worst: int = 3) -> str:
    """The summary and the worst cases, for one screen of 100 columns."""
    summary = result["summary"]
    unit = summary["unit"]
    lines = [
        f"{'class':<24}{'cases':>6}{'Dice':>7}{'sd':>7}{'worst':>7}{'IoU':>7}"
        f"{'HD95 ' + unit:>10}{'ASSD ' + unit:>10}{'missed':>8}{'alarms':>8}"
    ]
    for row in summary["classes"]:
        lines.append(
            f"{row['class']:>3} {row['name'][:19]:<20}{row['cases']:>6}{_number(row['dice'])}"
            f"{_number(row['dice_sd'])}{_number(row['dice_worst'])}{_number(row['iou'])}"
            f"{_number(row['hd95'], 10, 2)}{_number(row['assd'], 10, 2)}"
            f"{row[MISSED]:>8}{row[FALSE_ALARM]:>8}"
        )
    mean = summary["mean"]
    if len(summary["classes"]) > 1:
        lines.append(
            f"{'mean of the classes':<30}{_number(mean['dice'])}{'':>14}{_number(mean['iou'])}"
            f"{_number(mean['hd95'], 10, 2)}{_number(mean['assd'], 10, 2)}"
        )
    scored = sorted((r for r in result["rows"] if r["dice"] is not None), key=lambda r: r["dice"])
    if len(scored) > worst:
        listed = ", ".join(f"{r['case']} {r['name']} {r['dice']:.3f}" for r in scored[:worst])
        lines.append(f"lowest Dice: {listed}")
    lines.append(
        "Missed classes count 0 in Dice and IoU, and are left out of HD95 and ASSD.\n"
        "Alarms: classes found in cases that have none; they only count here."
    )
    partly = {r["case"]: r["scored_on"] for r in result["rows"] if r["scored_on"] != WHOLE}
    if partly:
        listed = ", ".join(f"{case} ({part})" for case, part in list(partly.items())[:worst])
        more = " ..." if len(partly) > worst else ""
        lines.append(f"Scored on their labelled part only, without surfaces: {listed}{more}")
    if overlapping := result["overlapping"]:
        more = " ..." if len(overlapping) > worst else ""
        lines.append(
            "Segments of the label overlap, where the later one counts: "
            f"{', '.join(overlapping[:worst])}{more}"
        )
    for failure in result["failures"]:
        lines.append(f"failed: {failure['case']}: {failure['message']}")
    return "\n".join(lines)


def _number(value: float | None, width: int = 7, digits: int = 3) -> str:
    return f"{'-':>{width}}" if value is None else f"{value:>{width}.{digits}f}"
