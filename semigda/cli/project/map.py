"""Which class segments and values are, from a terminal.

A name or value means the same in all labels of a project, or in all results of a program. So what
is said while files are added must not turn earlier ones into another class.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from semigda.cli.project.parts import Add, done, mapping
from semigda_core.errors import SemiGDAError
from semigda_core.project import classes, results
from semigda_core.project.cases.result_folders import Matched
from semigda_core.project.check.latest import measured
from semigda_core.project.project import NewCase, Project


def add_map_command(add: Add) -> None:
    """Add ``semigda project map``."""
    new = add("map", _map, "Say anew which class segments or values are, in all labels.")
    new.add_argument("map", nargs="+", metavar="SEGMENT=CLASS", help="as of 'project add --map'")


def _map(project: Project, arguments: argparse.Namespace) -> None:
    changes = mapping(arguments.map)
    project.set_mapping(changes)
    done(arguments, changes, "All labels of the project are read so.")


def map_labels(project: Project, changes: dict[str, int | str], cases: Iterable[NewCase]) -> None:
    """Map the labels of ``cases``; "bad-input" if other labels would change their class."""
    given = {Path(case.label).resolve() for case in cases if case.label}
    if others := classes.others_changed(project.read(), measured(project), changes, given):
        raise SemiGDAError(
            "bad-input",
            f"A name or value means the same in all labels, and the map would change {len(others)} "
            "that are there.",
            action="Save the new labels as .seg.nrrd with names of their own. If the earlier "
            "meaning is wrong: 'semigda project map'.",
        )
    project.set_mapping(changes)


def map_results(
    project: Project, source: str, changes: dict[str, int | str], found: Matched
) -> None:
    """Map the results of a program; "bad-input" as :func:`map_labels`."""
    given = {path.resolve() for _, path in found.pairs}
    if others := results.others_changed(project.read(), source, changes, given):
        raise SemiGDAError(
            "bad-input",
            "A name or value means the same in all results of a program, and the map would change "
            f"{len(others)} that are there.",
            action="Give the new ones another --program. If the earlier meaning is wrong, remove "
            "its results and add them again.",
        )
    results.set_result_mapping(project, source, changes)
