"""Measuring the cases of a project: a job without a network, in seconds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from os.path import exists
from pathlib import Path
from typing import Any

from semigda.check.measure import measure_case
from semigda.data.thumbnails import draw_thumbnail, write_png
from semigda.data.volumes import Volume
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.files.stamps import stamp
from semigda_core.labels.finished import WHOLE
from semigda_core.labels.structures import files_of_label
from semigda_core.project.check.facts import FACTS_SCHEMA, marks_of, read_facts, tells_parts
from semigda_core.project.check.findings import Finding
from semigda_core.project.check.latest import FACTS, THUMBNAILS, CaseFiles, case_files, findings
from semigda_core.project.project import Project

SECONDS_BETWEEN_SAVES = 5.0


def check(project: Project, progress: Progress = UNWATCHED) -> list[Finding]:
    """Measure all cases that have changed, one volume in memory at a time.

    Raises:
        SemiGDAError: "cancelled"; the next check continues from there.
    """
    facts, pictures = project.place(FACTS), project.place(THUMBNAILS)
    update_facts(case_files(project.read()), facts, progress, pictures)
    return findings(project)


def update_facts(
    cases: Sequence[CaseFiles],
    path: Path,
    progress: Progress = UNWATCHED,
    thumbnails: Path | None = None,
) -> dict[str, Any]:
    """Measure the cases whose files differ from the facts at ``path``, or of which these tell less
    than is measured now, and write the facts there.

    Args:
        cases: objects with id, image, label (or None) and its finished slices, perhaps another
            program's result, and its structures if each has a file of its own; absolute paths.
        thumbnails: a folder; every readable case gets its ``<id>.png`` there.

    Returns:
        Facts by case id, see :func:`semigda.check.measure.measure_case`, each with its ``stamp``.

    Raises:
        SemiGDAError: "cancelled"; measurements so far are kept.
    """
    known = read_facts(path)
    facts: dict[str, Any] = {}
    saved = time.monotonic()

    def save(content: dict[str, Any]) -> None:
        write_json(path, {"schema": FACTS_SCHEMA, "cases": content}, durable=False)

    for number, case in enumerate(cases):
        before = known.get(case["id"], {})
        if not all(exists(file) for file in (case["image"], case["label"]) if file):
            # The measurement identifies a file when it is found again.
            facts |= {case["id"]: before} if before else {}
            continue
        now = _stamp(case)
        picture = thumbnails and thumbnails / f"{case['id']}.png"
        marks = case.get("label_slices") or WHOLE
        same = before.get("stamp") == now and marks_of(before) in (marks, None)
        if same and tells_parts(before) and _is_drawn(picture, before):
            facts[case["id"]] = before
            continue
        try:
            progress.at(number / len(cases), f"Looking at case {number + 1} of {len(cases)}.")
            facts[case["id"]] = {"stamp": now, **_measure(case, picture, progress)}
        except SemiGDAError:
            save(known | facts)
            raise
        if time.monotonic() - saved > SECONDS_BETWEEN_SAVES:
            save(known | facts)
            saved = time.monotonic()
    save(facts)
    return facts


def _stamp(case: CaseFiles) -> str:
    result = case.get("result")
    files = files_of_label(Path(result), case.get("structures") or ()) if result else ()
    return stamp(Path(case["image"]), _path(case["label"]), *files)


def _measure(case: CaseFiles, picture: Path | None, progress: Progress) -> dict[str, Any]:
    """The facts of a case; a result that is gone is left out."""
    label, result = _path(case["label"]), _path(case.get("result"))
    return measure_case(
        Path(case["image"]),
        label,
        progress,
        partial(_draw, picture, label),
        case.get("label_slices"),
        result if result and exists(result) else None,
        case.get("structures"),
    )


def _path(file: str | None) -> Path | None:
    return Path(file) if file else None


def _is_drawn(picture: Path | None, facts: dict[str, Any]) -> bool:
    return picture is None or "error" in facts["image"] or picture.is_file()


def _draw(picture: Path | None, label: Path | None, volume: Volume) -> None:
    if picture is None:
        return
    try:
        drawn = draw_thumbnail(volume, label_path=label)
    except SemiGDAError:  # the label's facts say what is wrong
        drawn = draw_thumbnail(volume)
    write_png(picture, drawn)
