"""From a project to the case list that a training reads."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from os.path import exists
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import (
    identifier,
    list_of,
    mapping,
    one_of,
    path,
    record,
    sound_document,
    text,
    whole,
    words,
)
from semigda_core.labels.finished import finished_text
from semigda_core.project.heldout import chosen_heldout
from semigda_core.project.records import ProjectCase, View, no_classes
from semigda_core.project.results import (
    lacking,
    newest,
    result_classes,
    structures_of,
    values_of,
)

ROLES = ("labeled", "unlabeled", "val")
ROW = record(
    {"name": identifier(), "image": path(), "role": one_of(*ROLES), "group": text(64)},
    {
        "label": path(),
        "classes": mapping(words(), whole(0, 255), 100_000),
        "label_slices": text(100_000),
        "machine_label": path(),
        "machine_source": text(64),
        "machine_classes": mapping(words(), whole(0, 255), 100_000),
    },
)


def listed_cases(file: Path) -> list[dict[str, Any]] | None:
    """The rows of a case list that :func:`case_rows` made; None if it is missing or damaged."""
    return sound_document(file, list_of(ROW))


def case_rows(
    view: View, fold: int | None = None, facts: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """The rows of a training's case list: ids instead of names, files as absolute paths.

    A held-out case has the role "val", and no other image of its patient is in the list. Cases that
    :meth:`View.present` found missing are left out.

    Args:
        fold: where patients are held out in turn, which turn, from 0; None for the final training,
            which learns from all labelled cases and holds out none.
        facts: what the check measured, by case: what other programs' values may mean follows from
            all of them.

    Raises:
        SemiGDAError: "bad-input" without classes, with a segment that has no class, or before the
            held-out cases are chosen; "no-labels" if no labelled case is left.
    """
    if not view.classes:
        raise no_classes()
    if view.unmapped():
        names = ", ".join(f"'{name}'" for name in list(view.unmapped())[:4])
        raise SemiGDAError(
            "bad-input",
            f"The labels hold segments without a class: {names}.",
            action="Say which class each is, or leave it out.",
        )
    held_out = set(_held_out(view, fold))
    patients = {case.patient for case in view.cases if case.id in held_out}
    values, away = values_of(view, facts or {}), lacking(view)
    rows = []
    for case in view.cases:
        if case.role == "missing":
            continue
        if case.id in held_out:
            rows.append(_row(view, case, "val", values, away))
        elif case.patient not in patients and case.role in ("labeled", "unlabeled"):
            rows.append(_row(view, case, case.role, values, away))
    if not any(row["role"] == "labeled" for row in rows):
        raise SemiGDAError("no-labels")
    if held_out and not any(row["role"] == "val" for row in rows):
        raise SemiGDAError(
            "bad-input",
            "None of the held-out cases is where it was, so nothing could be scored.",
            action="Connect their disk, or say where their files are now (relocate).",
        )
    return rows


def _held_out(view: View, fold: int | None) -> list[str]:
    folds = chosen_heldout(view)["folds"]
    if not view.in_turn:
        return folds[0]
    if fold is None:
        return []
    if not 0 <= fold < len(folds):
        raise SemiGDAError("bad-input", f"There are {len(folds)} folds, counted from 0.")
    return folds[fold]


def _row(
    view: View,
    case: ProjectCase,
    role: str,
    values: Mapping[str, Collection[str]],
    away: Collection[str],
) -> dict[str, Any]:
    """
    Args:
        values: of label maps, see :func:`values_of`.
        away: ids of cases whose result is left out.
    """
    # A group's name may be a patient's, and the training needs no names.
    group = hashlib.blake2b(f"{view.id} {case.patient}".encode(), digest_size=6).hexdigest()
    row: dict[str, Any] = {"name": case.id, "image": str(case.image), "role": role, "group": group}
    if role != "unlabeled" and case.label is not None:
        row |= {"label": str(case.label), "classes": view.classes_of(case)}
        row["label_slices"] = finished_text(case.finished)
    result = newest(case) if role != "val" else None
    if result is not None and exists(result.path) and case.id not in away:
        row |= {"machine_label": str(result.path), "machine_source": result.source}
        known = result_classes(view, result, values.get(result.source, ()))
        files = structures_of(view, result)
        row["machine_classes"] = known if files is None else {name: known[name] for name in files}
    return row
