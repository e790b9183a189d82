"""``semigda project check|fix|undo``: what would spoil a training, and its repairs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

from semigda.cli.project.parts import Add, done, terminal
from semigda.cli.telling import number_of, print_json
from semigda_core.errors import SemiGDAError
from semigda_core.project.check.findings import Finding
from semigda_core.project.check.latest import findings
from semigda_core.project.check.repairs import undo
from semigda_core.project.project import Project
from semigda_core.project.records import View


def add_check_commands(add: Add) -> None:
    """Add the actions."""
    doctor = add("check", _check, "Look for what would spoil a training.")
    doctor.add_argument("--fix", action="store_true", help="do all safe repairs")

    fix = add("fix", _fix, "Do one of the safe repairs that the check offers.")
    fix.add_argument("code", help="of the finding, as the check gives it with --json")
    fix.add_argument("cases", nargs="+", metavar="ID", help="the cases it is about")

    add("undo", _undo, "Take the last repair back: cases return, labels are used again.")


def _check(project: Project, arguments: argparse.Namespace) -> int:
    """The exit status is 1 while errors remain."""
    from semigda.check.run import check

    found = check(project, terminal())
    if arguments.fix:
        found = _fix_all(project, found)
    if arguments.json:
        print_json([finding.to_dict() for finding in found])
    else:
        _tell_findings(project.read(), found)
    return int(any(finding.severity == "error" for finding in found))


def _fix_all(project: Project, found: list[Finding]) -> list[Finding]:
    """Do all repairs one after another, each on the project as the previous one left it."""
    from semigda.check.repairs import repair
    from semigda.check.run import check

    tried: set[tuple] = set()
    while True:
        todo = ((f, f.fix) for f in found if f.fix and (f.code, f.case_ids) not in tried)
        finding, fix = next(todo, (None, None))
        if finding is None or fix is None:
            return found
        tried.add((finding.code, finding.case_ids))
        names = _names(project.read(), fix.case_ids)
        try:
            repair(project, finding)
            print(f"done: {names}{fix.text} (semigda project undo)", file=sys.stderr)
        except SemiGDAError as error:
            print(f"not done: {names}{error.message}", file=sys.stderr)
        found = check(project)


def _tell_findings(view: View, found: list[Finding]) -> None:
    for finding in found:
        print(f"{finding.severity:<8} {_names(view, finding.case_ids)}{finding.message}")
        print(f"{'':<8} {finding.action}")
        if finding.fix:
            print(f"{'':<8} --fix: {finding.fix.text}.")
    if not found:
        print(f"{number_of(len(view.cases), 'case')} checked, nothing found.")


def _fix(project: Project, arguments: argparse.Namespace) -> None:
    from semigda.check.repairs import repair

    for finding in findings(project):
        if finding.code == arguments.code and set(finding.case_ids) == set(arguments.cases):
            repair(project, finding)
            return
    raise SemiGDAError("bad-input", "The check finds this no more.", action="Run it again.")


def _undo(project: Project, arguments: argparse.Namespace) -> None:
    taken = undo(project)
    values = {"undone": taken.text, "cases": list(taken.case_ids)}
    done(arguments, values, f"undone: {_names(project.read(), taken.case_ids)}{taken.text}")


def _names(view: View, case_ids: Iterable[str]) -> str:
    """The cases' names, to put before a text; missing cases are left out."""
    known = {case.id: case.name for case in view.cases}
    names = [known[case_id] for case_id in case_ids if case_id in known]
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
    return f"{shown}: " if shown else ""
