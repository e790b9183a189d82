"""``semigda project split``: the held-out cases, chosen once."""

from __future__ import annotations

import argparse

from semigda.cli.project.parts import Add, terminal
from semigda.cli.telling import print_json
from semigda_core.errors import SemiGDAError
from semigda_core.project.check.latest import measured
from semigda_core.project.heldout import change_heldout, choose_heldout, describe
from semigda_core.project.project import Project


def add_split_command(add: Add) -> None:
    """Add the action."""
    split = add("split", _split, "Choose the held-out cases, once.")
    split.add_argument("--change", metavar="REASON", help="choose anew; older scores become void")
    split.add_argument("--cases", nargs="+", metavar="ID", help="with --change: exactly these")


def _split(project: Project, arguments: argparse.Namespace) -> None:
    from semigda.check.run import check

    if arguments.change is None and (arguments.cases or project.read().heldout):
        chosen = "The held-out cases are chosen already."
        message = "--cases goes with --change REASON." if arguments.cases else chosen
        raise SemiGDAError("bad-input", message, action="To choose anew: --change REASON.")
    check(project, terminal())
    facts = measured(project)
    if arguments.change is None:
        heldout = choose_heldout(project, facts)
    else:
        heldout = change_heldout(project, arguments.change, facts, arguments.cases)
    if arguments.json:
        print_json(heldout)
        return
    view = project.read()
    print(describe(heldout))
    for number, fold in enumerate(heldout["folds"]):
        names = ", ".join(view.case(case_id).name for case_id in fold)
        print(f"  fold {number}: {names}" if len(heldout["folds"]) > 1 else f"  {names}")
