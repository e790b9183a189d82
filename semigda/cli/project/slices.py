"""``semigda project slices``: which slices of a case's label are finished."""

from __future__ import annotations

import argparse

from semigda.cli.project.parts import CASE_ID, Add
from semigda.cli.telling import print_json
from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import one_line
from semigda_core.labels.finished import FinishedSlices, finished_text, read_finished
from semigda_core.project.check.facts import labelled_on
from semigda_core.project.check.latest import measured
from semigda_core.project.project import Project


def add_slices_command(add: Add) -> None:
    """Add the action."""
    slices = add("slices", _slices, "Say which slices of a label are finished; alone: list them.")
    slices.add_argument("case", nargs="?", metavar="ID", help=CASE_ID)
    slices.add_argument(
        "finished",
        nargs="?",
        help="axis (0, 1 or 2) and slices from 0 on, such as '2: 3 7 12-15'; or all",
    )


def _finish(project: Project, case_id: str, finished: FinishedSlices | None) -> None:
    """Mark slices if the image has them. That a label lies on another grid, the check says."""
    from semigda.data.unlabelled import unfinished
    from semigda.data.volumes import read_volume

    case = project.read().case(case_id)
    if finished is not None and case.label is not None:
        try:
            unfinished(case.label, read_volume(case.image), finished)
        except SemiGDAError as error:
            if error.error_class != "geometry-mismatch":
                raise
    project.set_finished(case_id, finished)


def _slices(project: Project, arguments: argparse.Namespace) -> None:
    if arguments.finished is not None:
        _finish(project, arguments.case, read_finished(arguments.finished))
    view, facts = project.read(), measured(project)
    cases = [case for case in view.cases if case.label is not None]
    if arguments.case is not None:
        cases = [view.case(arguments.case)]
    parts = {case.id: labelled_on(facts.get(case.id, {})) for case in cases}
    if arguments.json:
        rows = [
            {"id": case.id, "finished": finished_text(case.finished), "labelled_on": parts[case.id]}
            for case in cases
        ]
        print_json(rows)
        return
    for case in cases:
        part = f"  labelled on {parts[case.id]}" if parts[case.id] else ""
        print(f"{case.id}  {one_line(case.name):<32} {finished_text(case.finished)}{part}")
