"""``semigda project relocate``: files that lie elsewhere now."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from semigda.cli.project.parts import Add, terminal
from semigda.cli.telling import number_of, print_json
from semigda_core.errors import SemiGDAError
from semigda_core.project.project import Project


def add_relocate_command(add: Add) -> None:
    """Add the action."""
    relocate = add("relocate", _relocate, "Find files again that were moved; alone: list them.")
    relocate.add_argument("old", nargs="?", help="the folder that the files lay in")
    relocate.add_argument("new", nargs="?", help="the folder that they lie in now")


def _relocate(project: Project, arguments: argparse.Namespace) -> int:
    """The exit status is 1 while files are missing."""
    from semigda.check.relocate import relocate

    wrong: Sequence[str] = ()
    if arguments.old is None:
        gone = [case.id for case in project.read().present().of_role("missing")]
        values: dict[str, Any] = {"missing": gone}
    elif arguments.new is None:
        raise SemiGDAError(
            "bad-input",
            "Both the old and the new folder are needed.",
            action="Give both, or neither to list what is missing.",
        )
    else:
        moved = relocate(project, arguments.old, arguments.new, terminal())
        gone, wrong, values = list(moved.missing), moved.wrong, asdict(moved)
    if arguments.json:
        print_json(values)
        return int(bool(gone))
    view = project.read()
    if "found" in values:
        print(f"{number_of(len(values['found']), 'case')} found in the new folder.")
    elif not gone:
        print("No file is missing.")
    for case_id in wrong:
        print(f"another file of this name, not taken: {view.case(case_id).name}")
    for case_id in gone:
        print(f"missing: {view.case(case_id).name}")
    return int(bool(gone))
