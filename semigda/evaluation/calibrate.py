"""Measuring on held-out cases what a model's certainty is worth, for its card."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from semigda.data.cases import Case, read_cases
from semigda.data.volumes import content_hashes, read_volume
from semigda.evaluation.evaluate import WHOLE, evaluate_network
from semigda.inference.device import choose_device
from semigda.models.package import load_network, rewrite_card
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard
from semigda_core.models.doubt import DIGITS, Outcome, Patient, doubt_entry
from semigda_core.models.library import find_model

_OTHER = "Take cases that are labelled as a whole and show what the model segments."


def calibrate(
    model: str | os.PathLike[str],
    cases: str | os.PathLike[str],
    device: str = "auto",
    progress: Progress = UNWATCHED,
) -> tuple[ModelCard, list[dict[str, str]]]:
    """Write into an installed model's card what its certainty is worth.

    Args:
        model: name in the library, or folder.
        cases: a case list whose ``val`` cases have labels, and which the model did not learn from;
            its groups are the patients. Those labelled in part do not count.

    Returns:
        The card, and of each case that could not be used its name as "case" and the error.

    Raises:
        SemiGDAError: "model-invalid", "cancelled"; "no-labels" if no held-out case has a label;
            "bad-input" if the model found nothing in any of them.
    """
    folder = find_model(model)
    network, card = load_network(folder, choose_device(device))
    listed = read_cases(cases)
    held_out = [case for case in listed if case.role == "val" and case.label]
    if not held_out:
        raise SemiGDAError(
            "no-labels",
            "No case of the role 'val' has a label.",
            action="Give the list labelled cases of that role.",
        )
    held_out, copies = _without_copies(held_out, listed, progress)
    if not held_out:
        raise SemiGDAError("bad-input", copies[0]["message"], action=_OTHER)
    result = evaluate_network(network, card, held_out, SegmentOptions(device), progress, doubt=True)
    found = outcomes_of(result["rows"], held_out)
    entry = doubt_entry(found, [label.value for label in card.labels])
    if entry is None and all(row["scored_on"] != WHOLE for row in result["rows"]):
        raise SemiGDAError("bad-input", "No held-out case is labelled as a whole.", action=_OTHER)
    if entry is None:
        raise SemiGDAError(
            "bad-input", "The model found nothing in any of the held-out cases.", action=_OTHER
        )
    card = replace(card, doubt=entry)
    rewrite_card(folder, card)
    return card, copies + result["failures"]


def _without_copies(
    held_out: Sequence[Case], cases: Sequence[Case], progress: Progress
) -> tuple[list[Case], list[dict[str, str]]]:
    """The cases whose images no other case of the list shows, voxel by voxel, and of each other one
    its name and why: the model knows what it has learned, and a patient counts once."""
    known: dict[str, Case] = {}
    kept, copies = [], []
    seen = [*(one for one in cases if one.role != "val"), *held_out]
    for number, case in enumerate(seen, 1):
        progress.message(f"Comparing images: {number} of {len(seen)}.")
        progress.check()
        content = ""
        with suppress(SemiGDAError):  # the evaluation says what is wrong with it
            volume = read_volume(case.image, replace_nonfinite=True, progress=progress)
            content = content_hashes(volume, progress)[0]
        first = known.setdefault(content, case) if content else case
        if case.role != "val":
            continue
        if first is case or (first.role == "val" and case.group and first.group == case.group):
            kept.append(case)
            continue
        copies.append(
            {
                "case": case.name,
                "message": "The image is held out a second time."
                if first.role == "val"
                else "The image is in the training, too.",
            }
        )
    return kept, copies


def outcomes_of(rows: Sequence[Mapping[str, Any]], cases: Sequence[Case]) -> list[Patient]:
    """What was found in each patient's cases, from the rows of an evaluation with doubt; not of
    partly labelled cases."""
    groups = {case.name: ("group", case.group) if case.group else case.name for case in cases}
    patients: dict[object, list[Outcome]] = {}
    for row in rows:
        if row["predicted_voxels"] and row["scored_on"] == WHOLE:
            one = Outcome(
                row["class"],
                round(row["certainty"], DIGITS),
                row["dice"] or 0.0,  # a class that is not there has none
                row["truth_voxels"],
                row["predicted_voxels"],
                row["whole"],
            )
            patients.setdefault(groups[row["case"]], []).append(one)
    return list(patients.values())
