"""``semigda project rank|inbox|accept|reject|send|report``: what to label next, and the report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from semigda.cli.arguments import add_overwrite
from semigda.cli.project.parts import CASE_ID, Add, done
from semigda.cli.telling import number_of, print_json, run_and_tell
from semigda_core.labels.segments import read_segments
from semigda_core.project.cases.sending import made_in_region, send
from semigda_core.project.project import Project
from semigda_core.project.report.report import write_report
from semigda_core.project.review.candidates import Candidate, candidates, is_outdated, new_ranking
from semigda_core.project.review.inbox import accept, pending, reject, take_edited


def add_review_commands(add: Add) -> None:
    """Add the actions."""
    rank = add("rank", _rank, "Spread the unlabelled cases evenly: which to label next.")
    rank.add_argument("--model", help="name in the library, or folder (default: the one in use)")
    rank.add_argument("--count", type=int, help="how many get a predicted label (default: 10)")

    add("inbox", _inbox, "List the predicted labels that wait for a decision, the surest first.")
    for name, command, text in (
        ("accept", _accept, "Take predicted labels as the cases' labels."),
        ("reject", _reject, "Leave cases unlabelled and do not propose them again."),
    ):
        add(name, command, text).add_argument("cases", nargs="+", metavar="ID", help=CASE_ID)
    edited = add("edited", _edited, "Take a corrected prediction as a case's label.")
    edited.add_argument("case", metavar="ID", help=CASE_ID)
    edited.add_argument("label", help=".seg.nrrd or label map")

    sending = add("send", _send, "Make an image and its corrected label a labelled case.")
    sending.add_argument("image", help="its file, or a folder with one DICOM series")
    sending.add_argument("label", help=".seg.nrrd whose segments are classes of the project")
    sending.add_argument("--name", help="of the case (default: the image's file name)")
    sending.add_argument(
        "--replace", action="store_true", help="also if the case has another label, which is kept"
    )
    sending.add_argument(
        "--whole",
        action="store_true",
        help="the label was made in a region, and is right outside of it, too",
    )

    report = add("report", _report, "Write a training's report, one HTML page.")
    report.add_argument("--job", help="id of the training (default: the newest)")
    report.add_argument("-o", "--out", help="file to write (default: in the training's folder)")
    add_overwrite(report, "a report that is there")


def _rank(project: Project, arguments: argparse.Namespace) -> None:
    from semigda.jobs.run import prepare_process

    job = new_ranking(project, arguments.model, arguments.count)
    prepare_process()
    run_and_tell(job.path)
    if error := job.error():
        raise error
    _tell(project, candidates(project), arguments.json)
    unreadable = (job.result() or {})["report"]["unreadable"]
    if unreadable:
        cases = number_of(unreadable, "case")
        print(f"{cases} could not be read: semigda project check", file=sys.stderr)


def _inbox(project: Project, arguments: argparse.Namespace) -> None:
    _tell(project, pending(project), arguments.json)


def _accept(project: Project, arguments: argparse.Namespace) -> None:
    accept(project, arguments.cases)
    _done(arguments, "accepted", len(set(arguments.cases)))


def _reject(project: Project, arguments: argparse.Namespace) -> None:
    reject(project, arguments.cases)
    _done(arguments, "rejected", len(set(arguments.cases)))


def _send(project: Project, arguments: argparse.Namespace) -> None:
    sent = send(
        project,
        arguments.image,
        arguments.label,
        arguments.name,
        replace=arguments.replace,
        whole=arguments.whole,
    )
    _done(arguments, sent.how, 1)
    tags = [one.tags for one in read_segments(Path(arguments.label))]
    if not arguments.whole and made_in_region(tags):
        print(
            "The label was made in a region: the image outside counts as unlabelled (--whole).",
            file=sys.stderr,
        )


def _edited(project: Project, arguments: argparse.Namespace) -> None:
    take_edited(project, arguments.case, arguments.label)
    _done(arguments, "labelled", 1)


def _report(project: Project, arguments: argparse.Namespace) -> None:
    path = write_report(project, arguments.job, arguments.out, overwrite=arguments.overwrite)
    done(arguments, {"report": str(path)}, f"wrote {path}")


def _tell(project: Project, found: list[Candidate], as_json: bool) -> None:
    if as_json:
        print_json([_values(one) for one in found])
        return
    view = project.read()
    for one in found:
        waits = "to review" if one.label else ""
        print(f"{one.rank:>4}  {one.case_id}  {view.case(one.case_id).name:<32} {waits}")
        print(f"      doubt {one.disagreement:.2f}, novelty {one.novelty:.2f}. {one.reason}")
    if not found and is_outdated(project):
        print("The classes have changed since the ranking: rank again. Unless a class only has")
        print("another name, train again first.")
    elif not found:
        print("Nothing waits.")


def _values(one: Candidate) -> dict[str, Any]:
    values = dict(vars(one))
    for key in ("thumbnail", "label"):
        values[key] = values[key] and str(values[key])
    return values


def _done(arguments: argparse.Namespace, what: str, count: int) -> None:
    done(arguments, {what: count}, f"{number_of(count, 'case')} {what}.")
