"""The held-out cases: chosen once, by patient, then locked.

With 8 or more labelled patients, about a quarter of them is held out (``scheme`` "split"): no
training sees any of their images. With fewer, every patient counts, so each is held out in turn, in
at most four turns (stored as "leave-one-out"): one training for each fold scores the recipe, and a
final one on all labelled cases makes the model; its score is the folds' mean, and training takes
folds + 1 times as long. The training of a version of a split may be repeated on all labelled cases
(:mod:`semigda_core.project.training.on_all`).

The draw is never repeated automatically. A deliberate change raises the version, and scores of
different versions are not comparable.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.project.changes import now, renew_heldout
from semigda_core.project.check.facts import label_of, voxels_of
from semigda_core.project.project import Project
from semigda_core.project.records import TRUSTED, ProjectCase, View

FEWEST_FOR_SPLIT = 8  # labelled patients
SHARE, MOST = 0.25, 20  # of the labelled patients
MOST_TURNS = 4  # each takes as long as the training that makes the model
DRAWS = 200


@dataclass(frozen=True)
class _Patient:
    """A patient's trusted labelled cases, with the number of voxels of each class in all of
    them."""

    name: str
    cases: tuple[str, ...]
    voxels: Mapping[int, int]
    partly: bool  # whether one of the cases is labelled on some slices only

    @property
    def classes(self) -> tuple[int, ...]:
        return tuple(sorted(self.voxels))

    @property
    def size(self) -> float:
        return math.log(1 + sum(self.voxels.values()))


def choose_heldout(project: Project, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Choose the held-out cases for good and return their record.

    The choice depends on the cases' ids alone (which make the ``seed`` in the record).

    Args:
        facts: what the check measured, by case id.

    Raises:
        SemiGDAError: "bad-input" if they are already chosen or a labelled case was not checked;
            "no-labels" with fewer than two labelled patients.
    """
    with project.edit("held-out cases chosen") as data:
        if data["heldout"]:
            raise SemiGDAError(
                "bad-input",
                "The held-out cases are chosen already.",
                action="Keep them; or change them on purpose, with a reason.",
            )
        view = View(project.folder, data).present()
        data["heldout"] = {
            **_drawn(_patients(view, facts), 1, set()),
            "version": 1,
            "date": now(),
            "reason": None,
            "past": [],
        }
        note_labels(data["heldout"], facts)
        return data["heldout"]


def change_heldout(
    project: Project,
    reason: str,
    facts: Mapping[str, Any],
    case_ids: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Choose the held-out cases again, or exactly ``case_ids``; older scores become void.

    Choosing a case also chooses the patient's other labelled cases.

    Raises:
        SemiGDAError: as :func:`choose_heldout`, and "bad-input" without a reason, before a first
            choice, or if no labelled patient would be left for training.
    """
    if not reason.strip():
        raise SemiGDAError(
            "bad-input", "Changing the held-out cases needs a reason.", action="Write one."
        )
    with project.edit("held-out cases changed", reason=reason.strip()) as data:
        if not data["heldout"]:
            raise SemiGDAError(
                "bad-input", "No held-out cases are chosen yet.", action="Choose them first."
            )
        renew_heldout(data, reason.strip())
        view = View(project.folder, data).present()
        patients = _patients(view, facts)
        if case_ids is None:
            heldout = data["heldout"]
            heldout |= _drawn(patients, heldout["version"], set(heldout["cases"]))
        else:
            data["heldout"] |= _exactly(patients, set(case_ids))
        data["heldout"]["labels"] = {}
        note_labels(data["heldout"], facts)
        return data["heldout"]


def note_labels(heldout: dict[str, Any], facts: Mapping[str, Any]) -> None:
    """Lock the content of held-out labels that are not locked yet."""
    locked = heldout.setdefault("labels", {})
    for case_id in heldout["cases"]:
        content = label_of(facts, case_id).get("hash")
        if content:
            locked.setdefault(case_id, content)


def new_voxels(data: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, str]:
    """New image hashes by case id, which identify images even after their file is gone.

    The hash of a held-out case stays as first seen.
    """
    heldout, found = set((data["heldout"] or {}).get("cases", ())), {}
    for case in data["cases"]:
        content = facts.get(case["id"], {}).get("image", {}).get("hash")
        kept = case.get("voxels")
        if content and content != kept and not (kept and case["id"] in heldout):
            found[case["id"]] = content
    return found


def chosen_heldout(view: View) -> dict[str, Any]:
    """The record of the held-out cases; "bad-input" before they are chosen."""
    if view.heldout is None:
        raise SemiGDAError(
            "bad-input",
            "The held-out cases are not chosen yet.",
            action="Choose them before the first training: scores need cases it never sees.",
        )
    return view.heldout


def describe(heldout: Mapping[str, Any] | None) -> str:
    """One or two sentences for the user."""
    if heldout is None:
        return "No held-out cases are chosen yet."
    count = len(heldout["cases"])
    if heldout["scheme"] == "split":
        return (
            f"{count} labelled cases are held out: they score trainings that have not seen them."
            if count > 1
            else f"{count} labelled case is held out: it scores trainings that have not seen it."
        )
    folds = len(heldout["folds"])
    return (
        f"Fewer than {FEWEST_FOR_SPLIT} patients are labelled, so each is held out in turn: "
        f"{folds} trainings are scored, each on patients it has not seen, and one more on all "
        "labelled cases makes the model."
    )


def _patients(view: View, facts: Mapping[str, Any]) -> list[_Patient]:
    """Patients with a trusted label, in an order that depends on their cases' ids."""
    groups: dict[str, list[ProjectCase]] = {}
    for case in view.cases:
        there = case.role != "missing"
        if there and case.label and case.use == "auto" and case.origin in TRUSTED:
            groups.setdefault(case.patient, []).append(case)
    patients = []
    for name, cases in groups.items():
        voxels = Counter[int]()
        for case in cases:
            voxels.update(class_voxels(view, case, facts))
        ids = tuple(sorted(case.id for case in cases))
        partly = any(case.finished is not None for case in cases)
        patients.append(_Patient(name, ids, voxels, partly))
    if len(patients) < 2:
        raise SemiGDAError(
            "no-labels",
            "Scores need held-out cases, and fewer than two patients have a label of yours.",
            action="Label at least two patients, better eight.",
        )
    return sorted(patients, key=lambda patient: patient.cases)


def class_voxels(view: View, case: ProjectCase, facts: Mapping[str, Any]) -> dict[int, int]:
    """Voxels of each class in a case's label; absent classes are left out.

    Raises:
        SemiGDAError: "bad-input" if the case was not checked, or its label cannot be read.
    """
    label = label_of(facts, case.id)
    if not label or "error" in label:
        raise SemiGDAError(
            "bad-input",
            "A labelled case was not checked yet, or its label cannot be used.",
            action="Run the check, and do what it says.",
        )
    return voxels_of(view, case, label)


def _drawn(patients: list[_Patient], version: int, present: set[str]) -> dict[str, Any]:
    """A random plan, other than the ``present`` cases if possible."""
    ids = " ".join(case for patient in patients for case in patient.cases)
    seed = int(hashlib.sha256(f"{version} {ids}".encode()).hexdigest()[:12], 16)
    if len(patients) < FEWEST_FOR_SPLIT:
        return _plan("leave-one-out", seed, patients)
    count = min(MOST, max(2, round(SHARE * len(patients))))
    return _plan("split", seed, _stratified(patients, count, random.Random(seed), present))


def _stratified(
    patients: list[_Patient], count: int, rng: random.Random, present: set[str]
) -> list[_Patient]:
    """Of many draws that each take one of every stratum, the one most similar to the rest.

    Strata are neighbours in the order of their classes, then of their size. Patients labelled as a
    whole are drawn if there are enough: a score of some slices says less.
    """
    whole = [patient for patient in patients if not patient.partly]
    drawn = whole if len(whole) >= count else patients
    ordered = sorted(drawn, key=lambda p: (p.classes, p.size, p.cases))
    edges = [round(n * len(ordered) / count) for n in range(count + 1)]
    classes = {value for patient in patients for value in patient.classes}
    mean = sum(patient.size for patient in drawn) / len(drawn)

    def unlikeness(draw: list[_Patient]) -> tuple[int, int, bool, float]:
        again = {case for patient in draw for case in patient.cases} == present
        rest = [patient for patient in patients if patient not in draw]
        unseen = classes - {value for patient in rest for value in patient.classes}
        unscored = classes - {value for patient in draw for value in patient.classes}
        distance = abs(sum(p.size for p in draw) / len(draw) - mean)
        return len(unseen), len(unscored), again, distance

    draws = []
    for _ in range(DRAWS):
        places = [int(a + rng.random() * (b - a)) for a, b in zip(edges, edges[1:], strict=False)]
        draws.append([ordered[place] for place in places])
    return min(draws, key=unlikeness)


def _exactly(patients: list[_Patient], case_ids: set[str]) -> dict[str, Any]:
    chosen = [patient for patient in patients if case_ids & set(patient.cases)]
    missing = case_ids - {case for patient in chosen for case in patient.cases}
    if missing or not chosen:
        raise SemiGDAError(
            "bad-input",
            "Held-out cases need a label that a person made or corrected.",
            action="Choose labelled cases.",
        )
    if len(chosen) == len(patients):
        if len(chosen) >= FEWEST_FOR_SPLIT:
            raise SemiGDAError(
                "bad-input",
                "No labelled patient would be left for training.",
                action="Hold out fewer cases.",
            )
        return _plan("leave-one-out", None, chosen)
    return _plan("split", None, chosen)


def _plan(scheme: str, seed: int | None, held_out: Sequence[_Patient]) -> dict[str, Any]:
    """Patients alike in classes and size have different turns, so that no turn takes them all."""
    cases = sorted(case for patient in held_out for case in patient.cases)
    alike = sorted(held_out, key=lambda p: (p.classes, p.size, p.cases))
    turns = [alike[n::MOST_TURNS] for n in range(min(MOST_TURNS, len(alike)))]
    folds = [[case for patient in turn for case in patient.cases] for turn in turns]
    return {
        "scheme": scheme,
        "seed": seed,
        "cases": cases,
        "folds": [cases] if scheme == "split" else folds,
    }
