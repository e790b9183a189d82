"""Finding moved files by what the check measured of them.

A file counts as found if it is the measured one: untouched since, as after its folder was renamed,
or else with the same voxels. Name, size and time are not enough: copies can have been swapped.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from os.path import exists
from pathlib import Path
from typing import Any

from semigda.check.measure import measure_case
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.files.moved import moved, name_of, parts_under
from semigda_core.files.names import same_file
from semigda_core.files.stamps import stamp
from semigda_core.labels.finished import finished_text
from semigda_core.project.cases.moving import Files, files_of
from semigda_core.project.changes import now
from semigda_core.project.check.facts import FACTS_SCHEMA, read_facts
from semigda_core.project.check.latest import FACTS, paths_of
from semigda_core.project.project import Project
from semigda_core.project.records import ProjectCase, View
from semigda_core.project.review.candidates import INBOX, RANKING, read_ranking

MOST_NAMES = 500_000  # files and folders to search
MOST_TRIES = 8  # files of one name to try for a case
SECONDS_BETWEEN_SAVES = 30.0  # what was found stays found if the process is ended


@dataclass(frozen=True)
class Relocated:
    """Ids of cases: files ``found``; a different file of that name (``wrong``); files still
    ``missing``."""

    found: tuple[str, ...]
    wrong: tuple[str, ...]
    missing: tuple[str, ...]


def relocate(
    project: Project,
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    progress: Progress = UNWATCHED,
) -> Relocated:
    """Replace the files under the folder ``old`` by those under ``new``.

    They are searched at the same relative place, then by name anywhere below. A case that was never
    checked is taken from the same place only. Scores stay valid.

    Raises:
        SemiGDAError: "bad-input" if ``new`` is not a folder; "cancelled", with what was found kept.
    """
    if not Path(new).is_dir():
        raise SemiGDAError("bad-input", "The new folder does not exist.", action="Choose another.")
    facts = read_facts(project.folder / FACTS)
    search = _Search(os.fspath(old), Path(new).absolute())
    found: list[str] = []
    unsaved: dict[str, Files] = {}
    _move_results(project, search)
    wrong, view, saved = [], project.read(), time.monotonic()
    results = {case.id: paths_of(view, case)[2:] for case in view.cases}
    voxels = {case["id"]: case.get("voxels") for case in view.data["cases"]}
    try:
        for number, case in enumerate(view.cases):
            done = f"Comparing files: case {number + 1} of {len(view.cases)}"
            progress.at(number / len(view.cases), done)
            beside = [(path, search.before(path)) for path in results[case.id] if path]
            known = _Known(case, facts.get(case.id), voxels[case.id], beside)
            places = {
                key: list(search.places(path, known.anything))
                for key, path in files_of(case).items()
                if parts_under(str(path), search.old) is not None
            }
            if not any(places.values()):
                continue
            match = known.among(places)
            if match:
                found.append(case.id)
                unsaved[case.id] = match
                if not known.untouched:
                    results[case.id] = []  # perhaps another file: the next check measures it
            else:
                wrong.append(case.id)
            if time.monotonic() - saved > SECONDS_BETWEEN_SAVES:
                _keep_measured(project, facts, unsaved, results, _keep(project, view, unsaved))
                unsaved, saved = {}, time.monotonic()
    finally:  # also after a cancel
        _keep_measured(project, facts, unsaved, results, _keep(project, view, unsaved))
    gone = tuple(case.id for case in project.read().present().of_role("missing"))
    return Relocated(tuple(found), tuple(wrong), gone)


class _Search:
    """Where a file from the old folder may be in the new one."""

    def __init__(self, old: str, new: Path):
        self.old, self.new = old, new
        self._by_name: dict[str, list[Path]] | None = None

    def places(self, path: Path, anywhere: bool) -> Iterator[Path]:
        """The same place first and, if ``anywhere``, then other files of that name."""
        same = self.new.joinpath(*(parts_under(str(path), self.old) or ()))
        if exists(same):
            yield same
        if anywhere:
            others = self._names().get(same_file(name_of(str(path))), [])[:MOST_TRIES]
            yield from (other for other in others if other != same)

    def before(self, path: Path) -> Path:
        """Where a file that was taken from the same place was."""
        return Path(moved(str(path), str(self.new), self.old))

    def _names(self) -> dict[str, list[Path]]:
        if self._by_name is None:
            self._by_name, count = {}, 0
            for at, folders, files in os.walk(self.new):
                for name in (*files, *folders):
                    self._by_name.setdefault(same_file(name), []).append(Path(at, name))
                count += len(files) + len(folders)
                if count > MOST_NAMES:
                    break
        return self._by_name


class _Known:
    """The marks that identify a case's files; ``results`` of other programs, which were measured
    with them, each with the path that it had then."""

    def __init__(
        self,
        case: ProjectCase,
        facts: dict[str, Any] | None,
        voxels: str | None,
        results: list[tuple[Path, Path]],
    ):
        self.case, self.stamp, self.results = case, (facts or {}).get("stamp"), results
        self.untouched = False  # known once it is found
        self.contents = {key: _content(facts, key) for key in ("image", "label")} if facts else {}
        if voxels and not self.contents.get("image"):
            self.contents["image"] = voxels

    @property
    def anything(self) -> bool:
        return bool(self.contents.get("image"))

    def among(self, places: dict[str, list[Path]]) -> Files | None:
        """The first of the places with the case's files; None if there is none."""
        files = files_of(self.case)
        chosen = [places.get(key) or [path] for key, path in files.items()]
        for paths in itertools.product(*chosen):
            now = dict(zip(files, paths, strict=True))
            if all(map(exists, paths)) and self._is(now):
                return now
        return None

    def _is(self, now: Files) -> bool:
        case = self.case
        pairs = [(now["image"], case.image), (now.get("label"), case.label), *self.results]
        paths, called = zip(*pairs, strict=True)
        self.untouched = stamp(*paths, called=called) == self.stamp
        if self.untouched or not any(self.contents.values()):
            return True
        measured = measure_case(
            now["image"], now.get("label"), label_slices=finished_text(case.finished)
        )
        contents = {key: content for key, content in self.contents.items() if content}
        return all(_content(measured, key) == content for key, content in contents.items())


def _content(facts: dict[str, Any], key: str) -> str | None:
    """The mark of a measured file; of an unreadable one, the reason."""
    part = facts[key] or {}
    return part.get("hash") or part.get("error", {}).get("message")


def _keep(project: Project, view: View, found: dict[str, Files]) -> set[str]:
    """Write the places into the project; returns the ids of the cases whose files they still are:
    another window may have given a case another label since ``view`` was read."""
    kept, before = set(), {case["id"]: case for case in view.data["cases"]}
    # Not with Project.edit: labels and scores stay the same.
    with project.edit_file() as data:
        for case in data["cases"]:
            files = found.get(case["id"])
            if files is None:
                continue
            case["image"] = project.stored(files["image"])
            if case["label"] == before[case["id"]]["label"]:
                if case["label"]:
                    case["label"]["path"] = project.stored(files["label"])
                kept.add(case["id"])
        if kept:
            data["history"].append({"date": now(), "what": "files relocated"})
    return kept


def _move_results(project: Project, search: _Search) -> None:
    """Other programs' results, which have no mark to be known by, are taken from the same place."""
    with project.edit_file() as data:
        for case in data["cases"]:
            for result in case.get("results", []):
                path = project.folder / result["path"]
                if not exists(path) and parts_under(str(path), search.old) is not None:
                    for place in search.places(path, anywhere=False):
                        result["path"] = project.stored(place)


def _keep_measured(
    project: Project,
    facts: dict[str, Any],
    found: dict[str, Files],
    results: dict[str, list[Path | None]],
    kept: set[str],
) -> None:
    """Measurements and predictions of the files stay valid."""
    for case_id in kept & facts.keys():
        files = found[case_id]
        facts[case_id]["stamp"] = stamp(files["image"], files.get("label"), *results[case_id])
    if kept & facts.keys():
        content = {"schema": FACTS_SCHEMA, "cases": facts}
        write_json(project.place(FACTS), content, durable=False)
    ranking = read_ranking(project)
    moved = [entry for entry in ranking["candidates"] if entry["case"] in kept]
    for entry in moved:
        entry["stamp"] = stamp(found[entry["case"]]["image"])
    if moved:
        write_json(project.place(INBOX, RANKING), ranking, durable=False)
