"""A project's cases and classes, as read-only values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from os.path import exists
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import one_line
from semigda_core.labels.finished import IGNORED, FinishedSlices, read_finished
from semigda_core.labels.segments import classes_by_name, folded_name
from semigda_core.models.card import Label

# labeled, unlabeled: trained on. held-out: scored on. aside: not used, because another image of its
# patient is held out. ignored: not used, because the user says so. missing: not used, because its
# image or label does not exist; known only after View.present.
ROLES = ("labeled", "unlabeled", "held-out", "aside", "ignored", "missing")
# Scoring a model by labels made by a model would flatter it.
TRUSTED = ("human", "edited")
# What the parts of a label without names are called, see semigda.data.labels.
PLAIN = re.compile(r"-?\d+|#[0-9a-f]{6}|channel \d+")


@dataclass(frozen=True)
class Result:
    """Another program's result for a case, see :mod:`semigda_core.project.results`.

    Attributes:
        source: the program's name.
        segments: names in the header of a segmentation; none of a label map.
        in_classes: whether its values are the project's classes, whatever the mapping.
        date: when it was added, ISO 8601.
        meant: as of :class:`ProjectCase`.
    """

    source: str
    path: Path
    segments: tuple[str, ...]
    in_classes: bool
    date: str
    meant: Mapping[str, int] | None = None


@dataclass(frozen=True)
class ProjectCase:
    """One image of a project.

    Attributes:
        id: random; the only name that jobs and cards may use.
        name: for the user's eyes, may be a patient's name.
        image: file or folder of a DICOM series.
        label: file, or None.
        origin: who made the label: "human", "edited" (a corrected prediction) or "machine".
        segments: names in the header of a ``.seg.nrrd`` label; None for a label map.
        in_classes: whether the label's values are the project's classes, whatever the mapping.
        finished: which slices of the label are finished; None: all of them.
        group: the patient's name by the user; None if this is the patient's only image.
        patient: the same for all cases of one patient, see :func:`patients`.
        use: "auto", "unlabeled" (its label is not used) or "ignored".
        added: date and time, ISO 8601.
        role: one of :data:`ROLES`, derived.
        results: of other programs, the newest last.
        meant: what the segments or values of a label in the project's classes meant before the
            classes were changed, by their present numbers.
    """

    id: str
    name: str
    image: Path
    label: Path | None
    origin: str | None
    segments: tuple[str, ...] | None
    in_classes: bool
    finished: FinishedSlices | None
    group: str | None
    patient: str
    use: str
    added: str
    role: str
    results: tuple[Result, ...] = ()
    meant: Mapping[str, int] | None = None


@dataclass(frozen=True)
class View:
    """A project as it was when it was read.

    Attributes:
        missing: ids of the cases whose files :meth:`present` did not find.
    """

    folder: Path
    data: dict[str, Any]
    missing: frozenset[str] = frozenset()

    def present(self) -> View:
        """The same view, but cases whose files are gone have the role "missing".

        It reads the disk once.
        """
        return self._present

    @cached_property
    def _present(self) -> View:
        gone = [
            case.id
            for case in self.cases
            # Not Path.exists, which raises an error in a folder that may not be entered.
            if not all(exists(path) for path in (case.image, case.label) if path is not None)
        ]
        return replace(self, missing=frozenset(gone))

    @property
    def id(self) -> str:
        return self.data["id"]

    @property
    def name(self) -> str:
        return one_line(self.data["name"], 1000)

    @property
    def revision(self) -> int:
        return self.data["revision"]

    @property
    def mapping(self) -> dict[str, int]:
        """The user's choices; :meth:`classes_of` adds the implicit ones."""
        return self.data["mapping"]

    @property
    def settings(self) -> dict[str, Any]:
        return self.data["settings"]

    @property
    def heldout(self) -> dict[str, Any] | None:
        return self.data["heldout"]

    @cached_property
    def held_out(self) -> frozenset[str]:
        """The ids of the held-out cases."""
        return frozenset(self.heldout["cases"] if self.heldout else ())

    @property
    def in_turn(self) -> bool:
        """Whether every patient is held out in turn, or all that are held out in one turn."""
        return self.heldout is not None and self.heldout["scheme"] == "leave-one-out"

    def in_one_turn(self) -> View:
        """The same project, with the cases that are held out for good held out in one turn: a final
        training learns from them, too."""
        in_turn = {**self.data["heldout"], "scheme": "leave-one-out"}
        return View(self.folder, {**self.data, "heldout": in_turn}, self.missing)

    @cached_property
    def classes(self) -> list[Label]:
        return [Label.from_dict(label) for label in self.data["classes"]]

    @cached_property
    def cases(self) -> list[ProjectCase]:
        roles, of = roles_of(self.data), patients(self.data)
        gone = {case_id for case_id in self.missing if roles[case_id] != "ignored"}
        roles |= dict.fromkeys(gone, "missing")
        return [_case(self.folder, case, of, roles) for case in self.data["cases"]]

    def case(self, case_id: str) -> ProjectCase:
        """The case; "bad-input" if the project has none with this id."""
        for case in self.cases:
            if case.id == case_id:
                return case
        raise unknown_case()

    def of_role(self, *roles: str) -> list[ProjectCase]:
        return [case for case in self.cases if case.role in roles]

    def partly_labelled(self) -> list[ProjectCase]:
        """The labelled cases for training that are labelled on some slices only: their other slices
        are unlabelled data."""
        return [case for case in self.of_role("labeled") if case.finished is not None]

    def classes_of(self, case: ProjectCase) -> dict[str, int]:
        """The class of every segment name or value that the case's label may contain; 0: none,
        :data:`~semigda_core.labels.finished.IGNORED`: its voxels are unlabelled."""
        return class_mapping(self.data, case.segments or (), case.in_classes, case.meant)

    def classless(self, case: ProjectCase, parts: Mapping[str, Any]) -> list[str]:
        """Segments, values or colours of a case's label that have no class yet.

        Args:
            parts: what the check measured of the label, by key.
        """
        known = self.classes_of(case)
        held = [key for key, part in parts.items() if part["voxels"]]
        found = [key for key in held if key not in known]
        if found and case.segments is None and not case.in_classes:
            # A single value may be the only class; among several, each needs an answer.
            found = [key for key in held if key not in self.mapping]
        return found

    def unmapped(self) -> dict[str, list[str]]:
        """Segment names without a class, each with the ids of its cases.

        Values of plain label maps are in the voxels: the check finds those.
        """
        found: dict[str, list[str]] = {}
        for case in self.cases:
            known = self.classes_of(case)
            for name in dict.fromkeys(case.segments or ()):
                if case.use == "auto" and name not in known:
                    found.setdefault(name, []).append(case.id)
        return found


def no_classes() -> SemiGDAError:
    return SemiGDAError(
        "bad-input", "The project has no classes yet.", action="Name what is to be segmented."
    )


def unknown_case() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        "The project has no such case (any more).",
        action="Look at the list of cases again.",
    )


def class_mapping(
    data: dict[str, Any],
    names: Iterable[str],
    in_classes: bool,
    meant: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """Segment name, value or colour -> class: equal names first, then the user's mapping.

    Values are classes only in labels that the project made (``in_classes``), or if there is one
    class and no mapping of values: then 1 is that class. Any other value is a question.
    """
    names, said = list(names), data["mapping"]
    result = {label["name"]: label["value"] for label in data["classes"]}
    result |= classes_by_name(names, result)
    if in_classes:
        # The mapping of other labels matters only where an earlier version renamed a class.
        values = {str(label["value"]): label["value"] for label in data["classes"]}
        values[str(IGNORED)] = IGNORED
        numbers = {} if names else values  # a segment "2" is the class "2"
        return said | result | numbers | dict(meant or {})
    if len(data["classes"]) == 1 and not names and not any(key.isdecimal() for key in said):
        result["1"] = 1
    return result | said


def roles_of(data: dict[str, Any]) -> dict[str, str]:
    """The role of every case, by the case's id; whether it is missing is not looked at."""
    heldout, of = data["heldout"], patients(data)
    held = set(heldout["cases"]) if heldout and heldout["scheme"] == "split" else set()
    unseen = {of[case_id] for case_id in held}  # patients that no training may see

    def role(case: dict[str, Any]) -> str:
        if case["use"] == "ignored":
            return "ignored"
        if of[case["id"]] in unseen:
            return "held-out" if case["id"] in held else "aside"
        return "labeled" if case["label"] and case["use"] == "auto" else "unlabeled"

    return {case["id"]: role(case) for case in data["cases"]}


def patients(data: dict[str, Any]) -> dict[str, str]:
    """The patient of every case, by the case's id.

    Cases of one group, whose name may be spelled differently, belong to one patient, and so do
    images that are equal voxel by voxel: a held-out image stays held out under another name, and
    after its first file is gone.
    """
    above: dict[tuple[str, str], tuple[str, str]] = {}

    def top(key: tuple[str, str]) -> tuple[str, str]:
        while above.get(key, key) != key:
            key = above[key]
        return key

    own: dict[str, tuple[str, str]] = {}
    for case in data["cases"]:
        group = case["group"]
        own[case["id"]] = ("group", folded_name(group)) if group else ("case", case["id"])
        if "voxels" in case:
            above[top(("voxels", case["voxels"]))] = top(own[case["id"]])
    names: dict[tuple[str, str], str] = {}
    for case in data["cases"]:
        names.setdefault(top(own[case["id"]]), case["group"] or case["id"])
    return {case_id: names[top(key)] for case_id, key in own.items()}


def _case(
    folder: Path, case: dict[str, Any], of: dict[str, str], roles: dict[str, str]
) -> ProjectCase:
    label = case["label"]
    segments = label and label["segments"]
    return ProjectCase(
        id=case["id"],
        name=one_line(case["name"], 1000),
        image=folder / case["image"],
        label=folder / label["path"] if label else None,
        origin=label["origin"] if label else None,
        segments=tuple(segments) if segments is not None else None,
        in_classes=bool(label and label["in_classes"]),
        meant=label.get("meant") if label else None,
        finished=read_finished(label["finished"]) if label and label.get("finished") else None,
        group=case["group"],
        patient=of[case["id"]],
        use=case["use"],
        added=case["added"],
        role=roles[case["id"]],
        results=tuple(
            Result(
                source=result["source"],
                path=folder / result["path"],
                segments=tuple(result["segments"]),
                in_classes=result["in_classes"],
                meant=result.get("meant"),
                date=result["date"],
            )
            for result in case.get("results", ())
        ),
    )


def scored_by(data: dict[str, Any]) -> dict[str, Any] | None:
    """Everything that scores on the held-out cases depend on: when it changes, old scores are
    void."""
    heldout = data["heldout"]
    if heldout is None:
        return None
    scored = {}
    for case in data["cases"]:
        if case["id"] not in heldout["cases"]:
            continue
        label, used = case["label"], {}
        if label:
            names = label["segments"]
            mapping = class_mapping(data, names or (), label["in_classes"], label.get("meant"))
            held = PLAIN.fullmatch if names is None else set(names).__contains__
            used = {key: value for key, value in mapping.items() if held(key)}
        made = label and (label["path"], label["date"], label.get("finished"))
        scored[case["id"]] = (made, case["group"], case["use"], used)
    return {"cases": scored, "classes": len(data["classes"])}
