"""``semigda project add``: images, and labels of the same names."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from semigda.cli.project.map import map_labels
from semigda.cli.project.parts import Add, add_map, mapping
from semigda.cli.telling import number_of, print_json
from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import counted, one_line
from semigda_core.labels.provenance import ORIGINS
from semigda_core.project.cases.pairing import Pairing, crossed, pair_folder
from semigda_core.project.project import Added, NewCase, Project
from semigda_core.project.records import View


def add_add_command(add: Add) -> None:
    """Add the action."""
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
        values = {"added": added.cases, "labelled": added.labelled, "known": added.known}
        print_json(values | {"kept": added.kept, "unread": [str(path) for path in added.unread]})
    else:
        _tell_added(view, added, pairing)
    for name in map(one_line, view.unmapped()):
        print(f"segment without a class: {name} (--map '{name}=CLASS')", file=sys.stderr)


def _tell_added(view: View, added: Added, pairing: Pairing) -> None:
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


def _set_patients(project: Project, cases: list[NewCase]) -> None:
    """Group the cases by patient, also those that were in the project before."""
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
    named = zip(images, labels or [None] * len(images), strict=True)
    pairs = [(Path(image), Path(label) if label else None) for image, label in named]
    if crossed(pairs):
        raise SemiGDAError(
            "bad-input",
            "By their names, the labels are in another order than the images.",
            action="Give them in the same order, or as two folders: labels then go to the images "
            "of their names.",
        )
    return Pairing(pairs)


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
