"""``semigda project ...``: training projects from a terminal."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from semigda.cli.project.map import add_map_command, map_labels
from semigda.cli.project.parts import add_map, done, mapping
from semigda.cli.project.results import add_results_commands
from semigda.cli.project.review import add_review_commands
from semigda.cli.project.slices import add_slices_command
from semigda.cli.project.training import (
    add_training_commands,
    tell_training,
    training_status,
    version_values,
)
from semigda.cli.telling import Terminal, add_json, number_of, print_json
from semigda.progress import Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import counted, one_line
from semigda_core.labels.finished import finished_text
from semigda_core.labels.provenance import ORIGINS
from semigda_core.models.fit import MODALITIES
from semigda_core.project.cases.pairing import Pairing, pair_folder
from semigda_core.project.check.facts import labelled_on
from semigda_core.project.check.findings import Finding
from semigda_core.project.check.latest import findings, measured
from semigda_core.project.check.repairs import undo
from semigda_core.project.heldout import change_heldout, choose_heldout, describe
from semigda_core.project.project import NewCase, Project
from semigda_core.project.records import ROLES, View
from semigda_core.project.results import counts, newest, will_learn
from semigda_core.project.training.versions import versions


def add_project_commands(project: argparse.ArgumentParser) -> None:
    """Add the actions of ``semigda project`` to its parser."""
    actions = project.add_subparsers(metavar="ACTION", required=True)

    def add(name: str, command: Any, text: str) -> argparse.ArgumentParser:
        sub = actions.add_parser(name, help=text, description=text)
        sub.set_defaults(command=lambda arguments: command(Project(arguments.project), arguments))
        sub.add_argument("project", help="the project's folder")
        add_json(sub)
        return sub

    create = add("create", None, "Make a training project in a folder.")
    create.set_defaults(command=_create)  # there is no project yet
    create.add_argument("--name", help="default: the folder's name")
    create.add_argument(
        "--classes", nargs="+", default=[], metavar="NAME", help="what is to be segmented"
    )
    create.add_argument(
        "--modality",
        type=str.upper,
        choices=MODALITIES,
        metavar="CODE",
        help=f"DICOM's code of the images' modality: {', '.join(MODALITIES)}",
    )

    new = add("add", _add, "Add images, and labels of the same names.")
    new.add_argument("images", nargs="+", help="a folder, or image files")
    new.add_argument("--labels", nargs="+", help="a folder, or one label for each image file")
    new.add_argument(
        "--origin",
        choices=ORIGINS,
        help="who made the labels: a person, a model whose labels a person corrected, or a model "
        "(default: what their files say, or human)",
    )
    new.add_argument(
        "--group-pattern",
        metavar="REGEX",
        help="what it finds in an image's name (its first group) names the patient",
    )
    new.add_argument("--preview", action="store_true", help="only show the pairs")
    add_map(
        new,
        "class of a segment name or label value; 0 leaves it out, 'ignore' says that its voxels "
        "are unlabelled",
    )

    add_map_command(add)

    doctor = add("check", _check, "Look for what would spoil a training.")
    doctor.add_argument("--fix", action="store_true", help="do all safe repairs")

    fix = add("fix", _fix, "Do one of the safe repairs that the check offers.")
    fix.add_argument("code", help="of the finding, as the check gives it with --json")
    fix.add_argument("cases", nargs="+", metavar="ID", help="the cases it is about")

    add("undo", _undo, "Take the last repair back: cases return, labels are used again.")

    split = add("split", _split, "Choose the held-out cases, once.")
    split.add_argument("--change", metavar="REASON", help="choose anew; older scores become void")
    split.add_argument("--cases", nargs="+", metavar="ID", help="with --change: exactly these")

    relocate = add("relocate", _relocate, "Find files again that were moved; alone: list them.")
    relocate.add_argument("old", nargs="?", help="the folder that the files lay in")
    relocate.add_argument("new", nargs="?", help="the folder that they lie in now")

    add("status", _status, "Say where the project stands.")
    add("cases", _cases, "List the cases.")
    add_results_commands(add)
    add_training_commands(add)
    add_review_commands(add)
    add_slices_command(add)


def _create(arguments: argparse.Namespace) -> None:
    settings = {"modality": arguments.modality} if arguments.modality else {}
    folder, name, classes = arguments.project, arguments.name, arguments.classes
    _status(Project.create(folder, name, classes, **settings), arguments)


def _add(project: Project, arguments: argparse.Namespace) -> None:
    pairing = _pairing(arguments)
    cases = [
        NewCase(case.image, case.label, case.name, case.group, arguments.origin)
        for case in pairing.cases(arguments.group_pattern)
    ]
    alone = [str(case.name) for case in cases if not case.group]
    if arguments.group_pattern and alone:
        names = f"{len(alone)} of {len(cases)} names, such as {one_line(alone[0])}"
        print(
            f"The pattern finds no patient in {names}: each counts as a patient.", file=sys.stderr
        )
    if arguments.preview:
        _tell_pairing(pairing, arguments.json)
        return
    if arguments.map:  # first: what is wrong with it adds nothing
        map_labels(project, mapping(arguments.map), cases)
    added = project.add(cases)
    if arguments.group_pattern:
        _set_patients(project, cases)
    view = project.read()
    if arguments.json:
        told = {"added": added.cases, "labelled": added.labelled, "known": added.known}
        print_json(told | {"kept": added.kept, "unread": [str(path) for path in added.unread]})
    else:
        labelled = sum(view.case(one).label is not None for one in added.cases)
        line = f"{number_of(len(added.cases), 'case')} added ({labelled} labelled)"
        print(f"{line}, {added.known} {'was' if added.known == 1 else 'were'} there.")
        if count := len(added.labelled):
            line = counted(count, "1 case of the project has", "{count} cases of the project have")
            print(f"{line} a label now.")
        if count := len(added.kept):
            line = counted(count, "1 case keeps its label", "{count} cases keep their labels")
            print(f"{line}: another was not taken.")
        for label in added.unread:
            print(f"label that cannot be read, left out: {one_line(label.name)}")
        for image in pairing.doubtful:
            print(f"several labels fit, none was taken: {one_line(image.name)}")
        for label in pairing.unpaired_labels:
            print(f"label without an image: {one_line(label.name)}")
        for reason, count in Counter(reason for _, reason in pairing.left_out).items():
            print(f"left out: {number_of(count, 'file')}, {reason} (see --preview)")
    for name in map(one_line, view.unmapped()):
        print(f"segment without a class: {name} (--map '{name}=CLASS')", file=sys.stderr)


def _set_patients(project: Project, cases: list[NewCase]) -> None:
    """Also of images that were in the project before."""
    known = {case.image.resolve(): case for case in project.read().cases}
    groups: dict[str, list[str]] = {}
    for case in cases:
        old, group = known[Path(case.image).resolve()], (case.group or "").strip()
        if group and old.group != group:
            groups.setdefault(group, []).append(old.id)
    for group, ids in groups.items():
        project.set_group(ids, group)


def _pairing(arguments: argparse.Namespace) -> Pairing:
    images, labels = arguments.images, arguments.labels
    if len(images) == 1 and Path(images[0]).is_dir():
        if labels and len(labels) > 1:
            raise SemiGDAError("bad-input", "A folder of images takes one folder of labels.")
        return pair_folder(images[0], labels[0] if labels else None)
    if labels and len(labels) != len(images):
        raise SemiGDAError("bad-input", "There must be one label for each image.")
    pairs = zip(images, labels or [None] * len(images), strict=True)
    return Pairing([(Path(i), Path(label) if label else None) for i, label in pairs])


def _tell_pairing(pairing: Pairing, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "pairs": [[str(i), str(label) if label else None] for i, label in pairing.pairs],
                "unpaired_labels": [str(label) for label in pairing.unpaired_labels],
                "doubtful": [str(image) for image in pairing.doubtful],
                "left_out": [[str(path), reason] for path, reason in pairing.left_out],
                "groups": {str(image): group for image, group in pairing.groups.items()},
            }
        )
        return
    for image, label in pairing.pairs:
        slices = pairing.slices.get(image)
        name = one_line(image.name) + (f" ({slices} DICOM files)" if slices else "")
        doubtful = "several labels fit" if image in pairing.doubtful else "-"
        print(f"{name:<48} {one_line(label.name) if label else doubtful}")
    for label in pairing.unpaired_labels:
        print(f"{'-':<48} {one_line(label.name)}")
    for path, reason in pairing.left_out:
        print(f"{one_line(path.name):<48} left out: {reason}")


def _check(project: Project, arguments: argparse.Namespace) -> int:
    """The exit status is 1 while errors remain."""
    from semigda.check.run import check

    found = check(project, _terminal())
    if arguments.fix:
        found = _fix_all(project, found)
    if arguments.json:
        print_json([finding.to_dict() for finding in found])
    else:
        _tell_findings(project.read(), found)
    return int(any(finding.severity == "error" for finding in found))


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
    told = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
    return f"{told}: " if told else ""


def _fix_all(project: Project, found: list[Finding]) -> list[Finding]:
    """One after another, each on the project as the previous one left it."""
    from semigda.check.repairs import repair
    from semigda.check.run import check

    tried: set[tuple] = set()
    while True:
        todo = ((f, f.fix) for f in found if f.fix and (f.code, f.case_ids) not in tried)
        finding, fix = next(todo, (None, None))
        if finding is None or fix is None:
            return found
        tried.add((finding.code, finding.case_ids))
        told = _names(project.read(), fix.case_ids)
        try:
            repair(project, finding)
            print(f"done: {told}{fix.text} (semigda project undo)", file=sys.stderr)
        except SemiGDAError as error:
            print(f"not done: {told}{error.message}", file=sys.stderr)
        found = check(project)


def _tell_findings(view: View, found: list[Finding]) -> None:
    for finding in found:
        print(f"{finding.severity:<8} {_names(view, finding.case_ids)}{finding.message}")
        print(f"{'':<8} {finding.action}")
        if finding.fix:
            print(f"{'':<8} --fix: {finding.fix.text}.")
    if not found:
        print(f"{number_of(len(view.cases), 'case')} checked, nothing found.")


def _terminal() -> Progress:
    """For a person who waits: a file or a pipe gets none of it."""
    return Progress(Terminal(sys.stderr) if sys.stderr.isatty() else None)


def _split(project: Project, arguments: argparse.Namespace) -> None:
    from semigda.check.run import check

    if arguments.change is None and (arguments.cases or project.read().heldout):
        chosen = "The held-out cases are chosen already."
        told = "--cases goes with --change REASON." if arguments.cases else chosen
        raise SemiGDAError("bad-input", told, action="To choose anew: --change REASON.")
    check(project, _terminal())
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


def _relocate(project: Project, arguments: argparse.Namespace) -> int:
    """The exit status is 1 while files are missing."""
    from semigda.check.relocate import relocate

    wrong: Sequence[str] = ()
    if arguments.old is None:
        gone = [case.id for case in project.read().present().of_role("missing")]
        told: dict[str, Any] = {"missing": gone}
    elif arguments.new is None:
        raise SemiGDAError(
            "bad-input",
            "Both the old and the new folder are needed.",
            action="Give both, or neither to list what is missing.",
        )
    else:
        moved = relocate(project, arguments.old, arguments.new, _terminal())
        gone, wrong, told = list(moved.missing), moved.wrong, asdict(moved)
    if arguments.json:
        print_json(told)
        return int(bool(gone))
    view = project.read()
    if "found" in told:
        print(f"{number_of(len(told['found']), 'case')} found in the new folder.")
    elif not gone:
        print("No file is missing.")
    for case_id in wrong:
        print(f"another file of this name, not taken: {view.case(case_id).name}")
    for case_id in gone:
        print(f"missing: {view.case(case_id).name}")
    return int(bool(gone))


def _status(project: Project, arguments: argparse.Namespace) -> None:
    view = project.read().present()
    roles = {role: len(view.of_role(role)) for role in ROLES}
    found = findings(project)
    checked = len(measured(project))
    problems = {s: sum(f.severity == s for f in found) for s in ("error", "warning")}
    if arguments.json:
        status = {"name": view.name, "revision": view.revision, "cases": roles}
        status |= {"classes": view.data["classes"], "unmapped": view.unmapped()}
        status["results"] = counts(view)
        status |= {"heldout": view.heldout, "checked": checked, "findings": problems}
        status["jobs"] = [{**job, "folder": str(job["folder"])} for job in project.jobs()]
        status["training"] = training_status(project)
        status["versions"] = [version_values(version) for version in versions(project)]
        print_json(status)
        return
    count = number_of(len(view.cases), "case")
    print(f"{view.name}: {count}")
    if view.cases:
        print("  " + ", ".join(f"{count} {role}" for role, count in roles.items() if count))
    if told := will_learn(view):
        print(f"  {told}")
    print("  classes: " + (", ".join(label.name for label in view.classes) or "none yet"))
    print(f"  {describe(view.heldout)}")
    told = ", ".join(number_of(n, severity) for severity, n in problems.items())
    if view.cases:
        print(f"  checked: {checked} of {count}; {told} (semigda project check)")
    for job in project.jobs():
        done = f"{100 * job['progress']:.0f} %"
        print(f"  {job['created'][:16]} {job['kind']:<8} {job['state']:<9} {done} {job['message']}")
    tell_training(project)


def _cases(project: Project, arguments: argparse.Namespace) -> None:
    view, facts = project.read().present(), measured(project)
    if arguments.json:
        print_json([_case(case, facts) for case in view.cases])
        return
    for case in view.cases:
        image = facts.get(case.id, {}).get("image") or {}
        size = " x ".join(str(n) for n in reversed(image.get("shape", [])))
        label = f"{case.label.name} ({case.origin})" if case.label else "-"
        part = labelled_on(facts.get(case.id, {}))
        label += f", labelled on {part}" if part else ""
        if result := newest(case):
            label += f"  result of {result.source}"
        print(f"{case.id}  {case.role:<10} {case.name:<32} {size:<16} {label}")


def _case(case: Any, facts: dict[str, Any]) -> dict[str, Any]:
    wanted = ("id", "name", "role", "use", "group", "origin", "added")
    values = {key: getattr(case, key) for key in wanted}
    values |= {"finished": finished_text(case.finished) if case.label else None}
    values |= {"image": str(case.image), "label": str(case.label) if case.label else None}
    result = newest(case)
    values["result"] = result and {"program": result.source, "file": str(result.path)}
    return {**values, "facts": facts.get(case.id)}
