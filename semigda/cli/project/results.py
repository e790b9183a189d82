"""``semigda project add-results`` and ``remove-results``: what other programs made of the cases."""

from __future__ import annotations

import argparse
import sys

from semigda.cli.project.map import map_results
from semigda.cli.project.parts import Add, add_map, done, mapping
from semigda.cli.telling import number_of, print_json
from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import counted, one_line
from semigda_core.labels.segments import read_segments
from semigda_core.labels.sources import checked_source
from semigda_core.project.cases.result_folders import Matched, match_results
from semigda_core.project.project import Project
from semigda_core.project.records import View
from semigda_core.project.results import (
    MEASURES,
    add_results,
    counts,
    lacking,
    remove_results,
    result_classes,
    structures_of,
    used,
    will_learn,
)


def add_results_commands(add: Add) -> None:
    """Add both actions."""
    new = add(
        "add-results",
        _add,
        "Add results of another program for the project's cases, found by the images' names. "
        "Those of unlabelled cases teach like pseudo labels, those of labelled cases tell how good "
        "the program is. They never score and never count as labels.",
    )
    new.add_argument(
        "results",
        nargs="+",
        help="a folder of label files, or of a folder for each image with a file per "
        "structure; or label files",
    )
    new.add_argument("--program", help="its name, for the card (default: what the files tell)")
    new.add_argument("--preview", action="store_true", help="only show the pairs")
    add_map(new, "class of a segment name or label value of this program; 0 leaves it out")
    away = add("remove-results", _remove, "Take results of other programs away; the files stay.")
    away.add_argument("--program", help="only this program's")
    away.add_argument("--cases", nargs="+", metavar="ID", help="only these cases'")


def _add(project: Project, arguments: argparse.Namespace) -> None:
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
    if arguments.map:  # first: what is wrong with it adds nothing
        map_results(project, checked_source(source), mapping(arguments.map), found)
    ids = add_results(project, found.pairs, source)
    view = project.read()
    if arguments.json:
        values = {"program": source, "cases": ids, "doubtful": found.doubtful}
        print_json(values | {"unmatched": [str(path) for path in found.unmatched]})
        return
    count = len(ids)
    print(counted(count, "1 case has", "{count} cases have") + f" a result of {source}.")
    measure = "None of them is unlabelled: they only measure the program."
    unused = "They are not used: none of these cases trains."
    print(will_learn(view) or (measure if counts(view, MEASURES) else unused))
    for line in _missing(view, source.strip()):
        print(line, file=sys.stderr)
    for path in found.unmatched:
        print(f"no case has this name: {one_line(path.name)}", file=sys.stderr)
    for case_id in found.doubtful:
        print(f"several files fit, none was taken: {view.case(case_id).name}", file=sys.stderr)


def _missing(view: View, source: str) -> list[str]:
    """What is not there of the structures of a program that gives each a file of its own."""
    results = [one for _, one in used(view) if one.source == source]
    if not any(one.path.is_dir() for one in results):
        return []
    found = {
        result_classes(view, one)[name]
        for one in results
        for name in structures_of(view, one) or ()
    }
    lines = [
        f"no structure is the class {label.name}; if one has another name: --map STRUCTURE=CLASS"
        for label in view.classes
        if label.value not in found
    ]
    return lines + [
        f"left out, as it lacks {', '.join(missing)}: {view.case(case_id).name}"
        for case_id, missing in lacking(view).items()
    ]


def _tell(project: Project, found: Matched, as_json: bool) -> None:
    view = project.read()
    if as_json:
        pairs = [[case_id, str(path)] for case_id, path in found.pairs]
        unmatched = [str(path) for path in found.unmatched]
        values = {"program": found.source, "pairs": pairs, "doubtful": found.doubtful}
        print_json(values | {"unmatched": unmatched})
        return
    for case_id, path in found.pairs:
        case = view.case(case_id)
        many = f" ({number_of(len(read_segments(path)), 'structure')})" if path.is_dir() else ""
        print(f"{case.name:<48} {case.role:<10} {one_line(path.name)}{many}")
    for path in found.unmatched:
        print(f"{'-':<48} {'':<10} {one_line(path.name)}")


def _remove(project: Project, arguments: argparse.Namespace) -> None:
    count = remove_results(project, arguments.program, arguments.cases)
    done(arguments, {"removed": count}, f"{number_of(count, 'result')} taken away.")
