"""The safe repairs that the check offers, and undoing them.

A repair writes in the project's folder only and discards nothing: the project records what it
changed, so that it can be undone.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.project.changes import now, remove_cases, set_use
from semigda_core.project.check.findings import Finding
from semigda_core.project.project import Project
from semigda_core.project.records import View
from semigda_core.project.results import drop_results

RESAMPLE = ("resample-label", "resample-result")
Change = Callable[[dict[str, Any]], object]  # of a project's raw content
_CHANGED = ("label", "use", "results")  # what repairs change in a case that stays
_MOST = 1000  # number of repairs kept


@dataclass(frozen=True)
class Repair:
    """A repair that was made: its sentence, its date, and the cases it changed."""

    text: str
    date: str
    case_ids: tuple[str, ...]


def apply_fix(
    project: Project,
    finding: Finding,
    resampled: Callable[[Project, str, str], Change] | None = None,
) -> None:
    """Carry out ``finding.fix``. Writes in the project's folder only.

    Args:
        resampled: writes a case's label, or result, anew on its image's grid, and returns what
            gives it to the case; it takes the case and the fix's action. That needs voxels; a view
            runs ``semigda project fix`` instead.

    Raises:
        SemiGDAError: "bad-input" if there is no fix or the case is gone.
    """
    fix = finding.fix
    if fix is None or (fix.action in RESAMPLE and resampled is None):
        raise SemiGDAError(
            "bad-input", "This cannot be repaired automatically.", action=finding.action
        )
    new = []
    if fix.action in RESAMPLE and resampled is not None:
        new = [resampled(project, case_id, fix.action) for case_id in fix.case_ids]
    # The change and its note are one write: whatever was done can be undone.
    with project.edit("case repaired") as data:
        before = _cases(data, fix.case_ids)
        if fix.action == "remove":
            remove_cases(data, fix.case_ids)
        elif fix.action == "use-unlabeled":
            set_use(data, fix.case_ids, "unlabeled")
        elif fix.action == "machine-made":
            for case in data["cases"]:
                if case["id"] in fix.case_ids and case["label"]:
                    case["label"]["origin"] = "machine"
        elif fix.action == "remove-results":
            drop_results(data, None, fix.case_ids)
        for change in new:
            change(data)
        after = {entry["id"]: entry for _, entry in _cases(data, fix.case_ids)}
        changed = [
            {"place": place, "before": entry, "after": after.get(entry["id"])}
            for place, entry in before
            if entry != after.get(entry["id"])
        ]
        if changed:
            repair = {"text": fix.text, "date": now(), "cases": changed}
            data["repairs"] = [*data.get("repairs", []), repair][-_MOST:]


def repairs(view: View) -> list[Repair]:
    """The repairs that :func:`undo` can take back, oldest first."""
    return [_repair(repair) for repair in view.data.get("repairs", [])]


def undo(project: Project) -> Repair:
    """Undo the last repair: cases return with everything they had, labels are used again.

    Later changes by hand stay, and an image that was added again is not duplicated.

    Raises:
        SemiGDAError: "bad-input" if there is none.
    """
    with project.edit("repair undone") as data:
        if not data.get("repairs"):
            raise SemiGDAError(
                "bad-input", "There is no repair to undo.", action="Look at the list of cases."
            )
        repair = data["repairs"].pop()
        cases = {case["id"]: case for case in data["cases"]}
        images = {case["image"] for case in data["cases"]}
        for change in sorted(repair["cases"], key=lambda change: change["place"]):
            before, after = change["before"], change["after"]
            present = cases.get(before["id"])
            if present is None:
                if after is None and before["image"] not in images:
                    data["cases"].insert(change["place"], before)
                continue
            for key in _CHANGED:
                if after is None or present.get(key) != after.get(key):
                    continue
                present.pop(key, None)
                if key in before:
                    present[key] = before[key]
    return _repair(repair)


def _repair(repair: dict[str, Any]) -> Repair:
    ids = tuple(change["before"]["id"] for change in repair["cases"])
    return Repair(repair["text"], repair["date"], ids)


def _cases(data: dict[str, Any], ids: tuple[str, ...]) -> list[tuple[int, dict[str, Any]]]:
    """Copies of the raw cases, each with its index in the list."""
    found = enumerate(data["cases"])
    return [(place, copy.deepcopy(case)) for place, case in found if case["id"] in ids]
