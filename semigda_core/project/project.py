"""A training project: a folder with everything about it except the images.

========================  ========================================================================
``project.json``          cases, roles, classes, settings, held-out set, history: the truth
``jobs/``                 job folders of checks and trainings
``models/``               what the trainings made
``images/``               volumes that existed in Slicer's scene only
``labels/``               labels drawn in Slicer, brought to their image's grid, or accepted
``facts.json``            what the check measured; may be deleted
``prepared/``             slices as trainings read them; may be deleted between trainings
``thumbnails/``           pictures of the cases, by the check; may be deleted
``inbox/``                the newest ranking of unlabelled cases, with predicted labels to review
========================  ========================================================================

Images and labels stay where they are and are never written to. Any number of windows and processes
may read and change a project at once.
"""

from __future__ import annotations

import contextlib
import copy
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import remove_folder, write_json
from semigda_core.files.inside import inside
from semigda_core.jobs.folder import ENDED, JobFolder
from semigda_core.labels.finished import FinishedSlices, finished_said
from semigda_core.labels.provenance import ORIGINS, origin_of
from semigda_core.labels.segments import read_segments
from semigda_core.models.card import Label
from semigda_core.project import changes, store
from semigda_core.project.changes import find_case, now
from semigda_core.project.classes import new_classes, replace_classes
from semigda_core.project.document import USES
from semigda_core.project.records import View

PathLike = str | os.PathLike[str]
# As made by new_job: date, kind, and some random digits.
_JOB_NAME = re.compile(r"\d{4}-\d\d-\d\d-\d{6}-([a-z]+)-[0-9a-f]{4}")


@dataclass(frozen=True)
class NewCase:
    """A case to add; by default ``name`` is the image's file name, and ``origin`` comes from the
    label."""

    image: PathLike
    label: PathLike | None = None
    name: str | None = None
    group: str | None = None
    origin: str | None = None


@dataclass(frozen=True)
class Added:
    """What :meth:`Project.add` did: ids of new cases, of cases that now have a label, the number of
    images that were already in the project, ids of those that keep another label, labels that were
    left out because they cannot be read, and files that are in no case."""

    cases: list[str]
    labelled: list[str]
    known: int
    kept: list[str] = field(default_factory=list)
    unread: list[Path] = field(default_factory=list)
    left_out: list[Path] = field(default_factory=list)


class Project:
    """A project's folder. Reading gives a :class:`View`; every change reads the file again."""

    def __init__(self, folder: PathLike):
        self.folder = Path(folder).absolute()
        store.read(self.folder)

    @classmethod
    def create(
        cls,
        folder: PathLike,
        name: str | None = None,
        classes: Sequence[str] = (),
        **settings: Any,
    ) -> Project:
        """Make a project in a new or existing folder, whole or not at all.

        Raises:
            SemiGDAError: "bad-input" if it already holds one, or as :meth:`set_classes`.
        """
        path = Path(folder).absolute()
        data: dict[str, Any] = {
            "id": secrets.token_hex(4),
            "name": name or path.name,
            "created": now(),
            "classes": [],
            "mapping": {},
            "settings": settings,
            "cases": [],
            "heldout": None,
            "jobs": [],
            "history": [{"date": now(), "what": "created"}],
        }
        replace_classes(data, new_classes(classes))
        store.create(path, data)
        for part in ("jobs", "models"):
            (path / part).mkdir(exist_ok=True)
        return cls(path)

    def read(self) -> View:
        """The project as it is now."""
        return View(self.folder, store.read(self.folder))

    def edit_file(self) -> contextlib.AbstractContextManager[dict[str, Any]]:
        """The raw content, to be changed under the project's lock without a line of history."""
        return store.edit(self.folder)

    def place(self, *parts: str) -> Path:
        """A path in the project's folder that may be written to; see :func:`inside`."""
        return inside(self.folder, *parts)

    @contextlib.contextmanager
    def edit(self, what: str, **about: Any) -> Iterator[dict[str, Any]]:
        """The raw content, to be changed under the project's lock; a change is recorded in the
        history.

        If it touches anything that scores on the held-out cases depend on, the held-out set gets a
        new version, and older scores are no longer comparable.
        """
        with self.edit_file() as data:
            before = copy.deepcopy(data)
            yield data
            if data != before:
                data["history"].append({"date": now(), "what": what, **about})
                changes.void_scores(data, before, what)

    # Cases

    def add(self, cases: Iterable[NewCase]) -> Added:
        """Add images, and labels to images that have none yet; an image is never added twice. Of
        several cases, a damaged label leaves its image without one.

        Raises:
            SemiGDAError: "bad-input" if a file does not exist, or the label of a single case cannot
                be read; then nothing is added.
        """
        cases = list(cases)
        unread: list[Path] = []
        entries = [self._entry(case, number) for number, case in enumerate(cases, 1)]
        for case, entry in zip(cases, entries, strict=True):
            if case.label is not None:
                label = Path(case.label)
                try:
                    entry["label"] = self.label_entry(label, case.origin)
                except SemiGDAError:
                    if len(cases) == 1:
                        raise
                    unread.append(label)
        added, labelled, kept = [], [], []
        with self.edit("cases added") as data:
            by_image = {self._key(case["image"]): case for case in data["cases"]}
            for entry in entries:
                old = by_image.get(self._key(entry["image"]))
                if old is None:
                    while any(case["id"] == entry["id"] for case in data["cases"]):
                        entry["id"] = secrets.token_hex(4)
                    data["cases"].append(entry)
                    by_image[self._key(entry["image"])] = entry
                    added.append(entry["id"])
                elif entry["label"] and not old["label"]:
                    changes.give_label(old, entry["label"])
                    labelled.append(old["id"])
                elif entry["label"] and entry["label"]["path"] != old["label"]["path"]:
                    kept.append(old["id"])
        known = len(entries) - len(added) - len(labelled)
        return Added(added, labelled, known, kept, unread)

    def remove(self, case_ids: Iterable[str]) -> None:
        """Remove cases from the project; their files stay. Refused for held-out cases."""
        with self.edit("cases removed") as data:
            changes.remove_cases(data, list(case_ids))

    def set_label(
        self,
        case_id: str,
        label: PathLike | None,
        origin: str | None = None,
        *,
        in_classes: bool = False,
    ) -> None:
        """Give a case a label file, or with None remove its label; ``origin`` as in NewCase.

        Call it also after a label was edited in place: its segments and marks are read again. Marks
        of a file that cannot say them stay as they are.
        """
        entry = None if label is None else self.label_entry(Path(label), origin, in_classes)
        with self.edit("label set" if entry else "label taken away") as data:
            changes.set_label(data, case_id, entry)

    def set_finished(self, case_id: str, finished: FinishedSlices | None) -> None:
        """Say which slices of a case's label are finished; None: all of them.

        It counts whatever the label's file says; :meth:`set_label` reads the file again. A label of
        which somebody says this is to be used.

        Raises:
            SemiGDAError: "bad-input" if the case has no label.
        """
        with self.edit("finished slices set") as data:
            case = find_case(data, case_id)
            label = case["label"]
            if label is None:
                raise SemiGDAError("bad-input", "The case has no label.", action="Label it first.")
            label["finished"] = None if finished is None else str(finished)
            changes.give_label(case, label)

    def set_use(self, case_ids: Iterable[str], use: str) -> None:
        """ "auto": by its label; "unlabeled": without its label; "ignored": not at all."""
        if use not in USES:
            raise SemiGDAError("bad-input", f"A case's use is one of {', '.join(USES)}.")
        with self.edit(f"use set to {use}") as data:
            changes.set_use(data, case_ids, use)

    def set_group(self, case_ids: Iterable[str], group: str | None) -> None:
        """Say that cases belong to one patient; None: each to its own."""
        with self.edit("patients set") as data:
            for case_id in case_ids:
                find_case(data, case_id)["group"] = (group or "").strip() or None

    def rename(self, case_id: str, name: str) -> None:
        """Set a case's display name."""
        with self.edit("case renamed") as data:
            find_case(data, case_id)["name"] = name.strip() or case_id

    # Classes

    def set_classes(self, classes: Sequence[str | Mapping[str, Any] | Label]) -> None:
        """Set the class list: names, or objects with name, color and terminology; values 1, 2 ...
        Labels keep their meaning, see :mod:`semigda_core.project.classes`.

        Raises:
            SemiGDAError: "bad-input" for names that are empty or equal, or too many, or by which
                labels know another class.
        """
        labels = new_classes(classes)
        with self.edit("classes set") as data:
            replace_classes(data, labels)

    def set_mapping(self, mapping: Mapping[str, int | str | None]) -> None:
        """Map segment names (or label values) to a class: its value or name, 0 for none,
        :data:`~semigda_core.labels.finished.IGNORED` or "ignore" for unlabelled voxels, None to
        forget the mapping."""
        with self.edit("mapping set") as data:
            changes.change_mapping(data, data["mapping"], mapping, ignoring=True)

    def set_settings(self, **settings: Any) -> None:
        """Store settings of the project; None removes one."""
        with self.edit("settings changed") as data:
            kept = {**data["settings"], **settings}
            data["settings"] = {key: value for key, value in kept.items() if value is not None}

    # Jobs

    def new_job(
        self,
        kind: str,
        inputs: Mapping[str, Any],
        options: Mapping[str, Any] | None = None,
        *,
        model: str | None = None,
        files: Mapping[str, Any] | None = None,
        **about: Any,
    ) -> JobFolder:
        """Make a queued job in ``jobs/`` and record it with the held-out set's version.

        Args:
            files: inputs to write into the job's folder as JSON; the job gets their paths.
            about: stored in the record.
        """
        name = f"{now()[:19].replace(':', '').replace('T', '-')}-{kind}-{secrets.token_hex(2)}"
        path = self.place("jobs", name)
        path.mkdir(parents=True)
        places = {key: str(path / f"{key}.json") for key in files or {}}
        try:
            for key, content in (files or {}).items():
                write_json(places[key], content, durable=False)
            job = JobFolder.create(path, kind, {**inputs, **places}, dict(options or {}), model)
            with self.edit(f"{kind} job made", job=name) as data:
                heldout = data["heldout"]
                version = heldout and heldout["version"]
                record = {"id": name, "kind": kind, "created": now(), "heldout_version": version}
                data["jobs"].append({**about, **record, "comparable": heldout is not None})
        except BaseException:
            shutil.rmtree(path, ignore_errors=True)
            raise
        return job

    def forget_jobs(self, kind: str) -> None:
        """Delete the ended and killed jobs of a kind except the newest, which a window may still be
        reading.

        Only folders with such a job, and with a name made by :meth:`new_job`, are deleted.
        """
        jobs = [job for job in self.jobs() if job["kind"] == kind]
        ended = [job for job in jobs if job["state"] in (*ENDED, "lost") or job["stale"]][1:]
        ids = set()
        for job in ended:  # before their records: a kill in between leaves jobs that are lost
            named = _JOB_NAME.fullmatch(job["id"])
            try:
                if job["state"] != "lost" and job["holds"] == kind and named and named[1] == kind:
                    remove_folder(self.place("jobs", job["id"]))
            except OSError:  # Windows: still open somewhere; the next time deletes it
                continue
            ids.add(job["id"])
        with self.edit_file() as data:  # nothing new: no line in the history either
            data["jobs"] = [job for job in data["jobs"] if job["id"] not in ids]
            data["history"] = [entry for entry in data["history"] if entry.get("job") not in ids]

    def jobs(self) -> list[dict[str, Any]]:
        """The records of all jobs, newest first, each with its folder and present state."""
        return [self._job(record) for record in reversed(self.read().data["jobs"])]

    def _job(self, record: dict[str, Any]) -> dict[str, Any]:
        """``holds``: the kind of job according to the folder; None if it is lost."""
        folder = self.folder / "jobs" / record["id"]
        known = {**record, "folder": folder, "holds": None}
        lost = known | {"state": "lost", "progress": 0.0, "message": "", "stale": False}
        try:
            job = JobFolder(self.place("jobs", record["id"]))
            state = job.state()
            wanted = ("state", "progress", "seconds_left", "message")
            present = {key: state.get(key) for key in wanted} | {"stale": job.is_stale()}
        except (SemiGDAError, OSError):
            return lost
        return known | present | {"holds": job.job.get("kind")}

    # Files

    def _key(self, path: str) -> str:
        """The same text for the same file."""
        return os.path.normcase((self.folder / path).resolve())

    def stored(self, path: Path) -> str:
        """A path as it is stored: relative if it lies in the project, which may be moved."""
        path = path.absolute()
        try:
            return path.resolve().relative_to(self.folder.resolve()).as_posix()
        except ValueError:
            return str(path)

    def _entry(self, case: NewCase, number: int) -> dict[str, Any]:
        image = Path(case.image)
        if not image.exists():
            raise SemiGDAError("bad-input", f"Image {number} of those to add does not exist.")
        if case.label is not None:
            _check_label(Path(case.label), case.origin)
        return {
            "id": secrets.token_hex(4),
            "name": (case.name or image.name).strip(),
            "image": self.stored(image),
            "label": None,
            "group": (case.group or "").strip() or None,
            "use": "auto",
            "added": now(),
        }

    def label_entry(
        self, path: Path, origin: str | None = None, in_classes: bool = False
    ) -> dict[str, Any]:
        """A label file as ``project.json`` tells of it; arguments as of :meth:`set_label`."""
        _check_label(path, origin)
        segments = read_segments(path)
        names = [segment.name for segment in segments if not segment.ignored]
        finished = finished_said(segment.tags for segment in segments)
        return {
            "path": self.stored(path),
            "origin": origin_of(path, origin),
            "segments": names or None,
            "in_classes": in_classes,
            "finished": None if finished is None else str(finished),
            "date": now(),
        }


def _check_label(path: Path, origin: str | None) -> None:
    if origin is not None and origin not in ORIGINS:
        raise SemiGDAError("bad-input", f"A label's origin is one of {', '.join(ORIGINS)}.")
    if not path.is_file():
        raise SemiGDAError("bad-input", "The label file does not exist.")
