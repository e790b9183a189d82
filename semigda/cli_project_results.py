"""``semigda project add-results`` and ``remove-results``: what other programs made of the cases."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import one_line
from semigda_core.project.project import Project
from semigda_core.project.results import (
    Matched,
    add_results,
    counts,
    match_results,
    remove_results,
    set_result_mapping,
    will_learn,
)

Add = Callable[[str, Any, str], argparse.ArgumentParser]


def add_results_commands(add: Add, mapping: Callable[[list[str]], dict[str, int | str]]) -> None:
    """Add both actions.

    Args:
        add: makes the parser of an action from its name, command and help.
        mapping: reads the arguments of ``--map``.
    """
    new = add(
        "add-results",
        lambda arguments: _add(arguments, mapping),
        "Add results of another program for the project's cases, found by the images' names. "
        "Those of unlabelled cases teach like pseudo labels, those of labelled cases tell how good "
        "the program is. They never score and never count as labels.",
    )
    new.add_argument("results", nargs="+", help="a folder, or label files")
    new.add_argument("--program", help="its name, for the card (default: what the files tell)")
    new.add_argument("--preview", action="store_true", help="only show the pairs")
    new.add_argument(
        "--map",
        nargs="+",
        default=[],
        metavar="SEGMENT=CLASS",
        help="class of a segment name or label value of this program; 0 leaves it out",
    )
    away = add("remove-results", _remove, "Take results of other programs away; the files stay.")
    away.add_argument("--program", help="only this program's")
    away.add_argument("--cases", nargs="+", metavar="ID", help="only these cases'")


def _add(
    arguments: argparse.Namespace, mapping: Callable[[list[str]], dict[str, int | str]]
) -> None:
    project = Project(arguments.project)
    found = match_results(project.read(), arguments.results)
    if arguments.preview:
        _tell(project, found, arguments.json)
        return
    source = arguments.program or found.source
    if source is None:
        raise SemiGDAError(
            "bad-input",
            "The files do not say which program made them.",
            action="Give its name: --program NAME.",
        )
    ids = add_results(project, found.pairs, source)
    if arguments.map:
        set_result_mapping(project, source.strip(), mapping(arguments.map))
    view = project.read()
    if arguments.json:
        told = {"program": source, "cases": ids, "doubtful": found.doubtful}
        print(json.dumps(told | {"unmatched": [str(path) for path in found.unmatched]}, indent=1))
        return
    print(f"{len(ids)} cases have a result of {source}.")
    print(will_learn(counts(view)) or "None of them is unlabelled: they only measure the program.")
    for path in found.unmatched:
        print(f"no case has this name: {one_line(path.name)}", file=sys.stderr)
    for case_id in found.doubtful:
        print(f"several files fit, none was taken: {view.case(case_id).name}", file=sys.stderr)


def _tell(project: Project, found: Matched, as_json: bool) -> None:
    view = project.read()
    if as_json:
        pairs = [[case_id, str(path)] for case_id, path in found.pairs]
        unmatched = [str(path) for path in found.unmatched]
        told = {"program": found.source, "pairs": pairs, "doubtful": found.doubtful}
        print(json.dumps(told | {"unmatched": unmatched}, indent=1))
        return
    for case_id, path in found.pairs:
        case = view.case(case_id)
        print(f"{case.name:<48} {case.role:<10} {one_line(path.name)}")
    for path in found.unmatched:
        print(f"{'-':<48} {'':<10} {one_line(path.name)}")


def _remove(arguments: argparse.Namespace) -> None:
    count = remove_results(Project(arguments.project), arguments.program, arguments.cases)
    if arguments.json:
        print(json.dumps({"removed": count}))
    else:
        print(f"{count} result{'' if count == 1 else 's'} taken away.")
