"""A training's report: one self-contained HTML page that names no case.

It is written from the job's folder, so it works even while the training runs. Every text that it
says of itself goes through ``say``, as a template whose ``{values}`` are filled in afterwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from html import escape
from pathlib import Path
from typing import Any, TypeVar

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_text
from semigda_core.files.targets import check_target
from semigda_core.files.texts import counted
from semigda_core.jobs.folder import JobFolder
from semigda_core.labels.finished import WHOLE
from semigda_core.models.card import Label, ModelCard
from semigda_core.project.cases.caselist import listed_cases
from semigda_core.project.project import PathLike, Project
from semigda_core.project.records import View
from semigda_core.project.report.figures import curves, previews
from semigda_core.project.report.method import method, programs
from semigda_core.project.report.page import HTML, Say, row, table
from semigda_core.project.training.comparison import FILE, partly, read
from semigda_core.version import __version__

MADE = '<meta name="generator" content="SemiGDA training report">'  # identifies a report
# Settings that are paths, or are shown elsewhere.
_UNTOLD = {"cases", "out", "card", "network", "preprocessing", "base", "work"}


def write_report(
    project: Project,
    job_id: str | None = None,
    path: PathLike | None = None,
    *,
    overwrite: bool = False,
    say: Say = str,
) -> Path:
    """Write the report of a training and return its path.

    Args:
        job_id: as in :meth:`Project.jobs`; by default the newest training.
        path: the file; by default ``report.html`` in the job's folder.
        overwrite: whether to replace a report at ``path``.
        say: translates a text, and its template, into the language of the report; the text "en" is
            the language's code.

    Raises:
        SemiGDAError: "bad-input" if there is no such training, or another file is at ``path``.
    """
    training = _find(project, job_id)
    target = training["folder"] / "report.html"
    if path is not None:
        target = check_target(path, _is_report, overwrite=overwrite)
    if not target.parent.is_dir():
        raise SemiGDAError(
            "bad-input",
            "The folder of the output file does not exist.",
            action="Make it first, or choose another.",
        )
    text = _page(say, project, training)
    write_text(target, text, durable=False)
    return target


def _is_report(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False
    return MADE in text


def _find(project: Project, job_id: str | None) -> dict[str, Any]:
    for job in project.jobs():
        if job["kind"] == "train" and job_id in (None, job["id"]) and job["state"] != "lost":
            return job
    raise SemiGDAError("bad-input", "The project has no such training.")


def _page(say: Say, project: Project, training: dict[str, Any]) -> str:
    view, job = project.read(), JobFolder(training["folder"])
    events = job.events()
    gaps: list[str] = []
    result = _tried(job.result, gaps) or {}
    card = _tried(lambda: _card(project, training, result), gaps)
    comparison = read(job.path)
    if comparison is None and (job.path / FILE).exists():
        gaps.append("The scores of the training cannot be read.")
    classes = _classes(view, job)
    names = ", ".join(label.name for label in classes) or say("training")
    body = [
        f"<header><p>{say('SemiGDA training report')}</p><h1>{escape(names)}</h1>",
        f"<p>{_standing(say, job, result)}</p></header>",
        _verdict(say, comparison),
        _counts(say, view, job, comparison),
        _comparison(say, comparison),
        _unet(say, comparison),
        curves(say, classes, events),
        _list(say("Warnings"), _warnings(say, events)),
        previews(say, job, events),
        method(say, comparison),
        _settings(say, job, card),
        _origin(say, job, card),
        _list(say("What is missing here"), map(say, gaps)),
    ]
    return HTML.format(
        lang=escape(say("en")),
        made=MADE,
        title=escape(say("Training report: {names}").format(names=names)),
        body="\n".join(filter(None, body)),
    )


def _classes(view: View, job: JobFolder) -> list[Label]:
    """Those that the training had; the project's may be others today."""
    try:
        return [Label.from_dict(one) for one in job.job["options"]["card"]["labels"]]
    except (KeyError, TypeError, SemiGDAError):
        return view.classes


def _standing(say: Say, job: JobFolder, result: dict[str, Any]) -> str:
    """When, and how far."""
    state = job.state()
    error = result.get("error")
    if error and error["class"] != "cancelled":
        text = say("It failed: {message} {action}")
        return escape(text.format(message=say(error["message"]), action=say(error["action"])))
    words = {
        "done": say("Finished."),
        "cancelled": say("Cancelled before its end."),
        "queued": say("Not begun."),
    }
    if state["state"] in words:
        return words[state["state"]]
    how = {
        "paused": say("{share} % done, paused: this report shows the part."),
        "running": say("{share} % done, running: this report shows the part."),
    }
    other = say("{share} % done, stopped: this report shows the part.")
    return how.get(state["state"], other).format(share=f"{100 * state['progress']:.0f}")


def _verdict(say: Say, comparison: dict[str, Any] | None) -> str:
    if comparison is None:
        return ""
    total = comparison["all"]
    numbers = [_big(total.get("after"), say("mean Dice, this training"))]
    if total.get("before") is not None:
        numbers.append(_big(total["before"], say("mean Dice, model before")))
        numbers.append(_big(total["difference"], say("difference"), signed=True))
    return f"<p class='lead'>{escape(say(comparison['reason']))}</p>{row(numbers)}"


def _counts(say: Say, view: View, job: JobFolder, comparison: dict[str, Any] | None) -> str:
    rows = listed_cases(job.path / "cases.json") or []
    roles = Counter(row["role"] for row in rows)
    if comparison is not None:
        roles["val"] = comparison["heldout_cases"]
    titles = {
        "labeled": say("labelled cases"),
        "unlabeled": say("unlabelled cases"),
        "val": say("held out cases"),
    }
    numbers = [_big(roles[role], words, whole=True) for role, words in titles.items()]
    note = _made(say, Counter(case.origin for case in view.of_role("labeled")))
    some = sum(r["role"] == "labeled" and r.get("label_slices", WHOLE) != WHOLE for r in rows)
    if some:
        words = counted(
            some,
            say(
                "1 labelled case is labelled on some slices only. The other slices of it are "
                "unlabelled data."
            ),
            say(
                "{count} labelled cases are labelled on some slices only. The other slices of them "
                "are unlabelled data."
            ),
        )
        note += f"<p class='note'>{words}</p>"
    note += programs(say, rows, job.events())
    return f"<section><h2>{say('Cases')}</h2>{row(numbers)}{note}</section>" if rows else ""


def _made(say: Say, made: Counter[str | None]) -> str:
    """Which labels are not drawn from nothing."""
    known = {
        "machine": (
            say("1 label was accepted from a model"),
            say("{count} labels were accepted from a model"),
        ),
        "edited": (
            say("1 label was corrected by hand"),
            say("{count} labels were corrected by hand"),
        ),
    }
    words = [counted(made[who], *texts) for who, texts in known.items() if made[who]]
    if not words:
        return ""
    text = say("In the project today, {labels}.")
    if len(words) == 2:
        text = say("In the project today, {labels} and {others}.")
    text = text.format(labels=words[0], others=words[-1])
    return f"<p class='note'>{text}</p>"


def _comparison(say: Say, comparison: dict[str, Any] | None) -> str:
    if comparison is None or not comparison["rows"]:
        return ""
    classes = list(comparison["classes"])
    both = any(row["before"] is not None for row in comparison["rows"])
    heads = [say("Class"), say("Before"), say("After"), say("Difference"), say("95 % interval")]
    lines = _by_class(say, comparison, "before", "after")
    if not both:
        heads, lines = heads[:1] + heads[2:3], [line[:1] + line[2:3] for line in lines]
    # Case ids are random, but somebody with the project could look them up.
    ids = dict.fromkeys(row["case"] for row in comparison["rows"])
    numbers = {case_id: number for number, case_id in enumerate(ids, 1)}
    cells = {(row["case"], row["class"]): row for row in comparison["rows"]}
    times = {"before": say("{name}, before"), "after": say("{name}, after") if both else "{name}"}
    columns = [
        (name, key) for name in classes for key in (("before", "after") if both else ("after",))
    ]
    details = [
        [say("case {number}").format(number=number) + _part(say, comparison, case)]
        + [_dice(cells.get((case, name), {}).get(key)) for name, key in columns]
        for case, number in numbers.items()
    ]
    titles = [say("Case"), *(times[key].format(name=name) for name, key in columns)]
    dash = say(
        "A dash: the expert drew nothing of the class in that case, so there is nothing to compare."
    )
    return (
        f"<section><h2>{say('Dice on the held-out cases')}</h2>{table(heads, lines)}"
        f"<h3>{say('Case by case')}</h3>{table(titles, details)}"
        f"<p class='note'>{dash}</p></section>"
    )


def _by_class(say: Say, found: dict[str, Any], first: str, second: str) -> list[list[str]]:
    """Of each class and their mean: its name, two Dice, their difference and its interval."""
    rows = (*found["classes"].items(), (say("mean"), found["all"]))
    return [
        [name, _dice(values.get(first)), _dice(values.get(second))]
        + [_dice(values.get("difference"), True), _interval(say, values)]
        for name, values in rows
    ]


def _unet(say: Say, comparison: dict[str, Any] | None) -> str:
    """The plain U-Net that was trained beside the model, if one was."""
    if comparison is None or "unet" not in comparison:
        return ""
    beside = comparison["unet"]
    heads = [say("Class"), say("Plain U-Net"), say("This model"), say("Difference")]
    heads.append(say("95 % interval"))
    lines = _by_class(say, beside, "unet", "model")
    notes = [
        say(
            "The U-Net (2 million parameters) learned from the labelled cases alone, with the same "
            "augmentation, as many steps and as many slices a step."
        ),
        say("It was scored on the same cases in the same way."),
    ]
    if comparison["scheme"] != "split":
        notes.append(say("There was one for each training that was scored."))
    notes.append(say("It is only there to be compared with."))
    return (
        f"<section><h2>{say('Beside a plain U-Net')}</h2><p>{escape(say(beside['reason']))}</p>"
        f"{table(heads, lines)}<p class='note'>{' '.join(notes)}</p></section>"
    )


def _warnings(say: Say, events: list[dict[str, Any]]) -> list[str]:
    texts = []
    for event in events:
        if event["type"] == "warning" and event.get("message"):
            texts.append(say(event["message"]))
        elif event["type"] == "stuck":
            text = say("Not learned by step {step}: {classes}. {causes}")
            if event.get("stage") == "look":
                text = say("Not found at the first look: {classes}. {causes}")
            texts.append(
                text.format(
                    step=event["step"],
                    classes=", ".join(event["classes"]),
                    causes=" ".join(map(say, event["causes"])),
                )
            )
    return texts


def _list(title: str, texts: Iterable[str]) -> str:
    """A section, or nothing; repeated lines appear once."""
    items = "".join(f"<li>{escape(text)}</li>" for text in dict.fromkeys(texts))
    return f"<section><h2>{title}</h2><ul>{items}</ul></section>" if items else ""


def _part(say: Say, comparison: dict[str, Any], case: str) -> str:
    part = partly(comparison["rows"]).get(case)
    return f" ({say(part)})" if part else ""


def _settings(say: Say, job: JobFolder, card: ModelCard | None) -> str:
    """Names and values as in the project and on the command line, in no language."""
    used = card.training.get("settings") if card is not None else None
    options = (used if isinstance(used, dict) else {}) | job.job["options"]
    network, seen = options.get("network"), options.get("preprocessing")
    rows = [["network", network.get("name", "")]] if isinstance(network, dict) else []
    rows += [[key, value] for key, value in (seen or {}).items()] if isinstance(seen, dict) else []
    rows += [[key, value] for key, value in options.items() if key not in _UNTOLD]
    if card is not None:
        rows.append(["weights kept", card.training.get("weights")])
        rows.append(["branches used", card.branches])
    lines = [[key.replace("_", " "), _plain(value)] for key, value in rows]
    shown = table([say("Setting"), say("Value")], lines)
    title = say("Settings")
    return f"<section><details><summary><h2>{title}</h2></summary>{shown}</details></section>"


def _origin(say: Say, job: JobFolder, card: ModelCard | None) -> str:
    rows = []
    if card is not None:
        rows += [[say(name), text] for name, text in card.report_rows()]
        rows.append([say("Weights (SHA-256)"), card.weights_sha256 or "-"])
        rows.append([say("Engine of the model"), card.engine_version])
    rows.append([say("Engine of the training"), job.job.get("engine_version", "-")])
    rows.append([say("Engine of this report"), __version__])
    return f"<section><h2>{say('Licence and versions')}</h2>{table(['', ''], rows)}</section>"


def _card(project: Project, training: dict[str, Any], result: dict[str, Any]) -> ModelCard | None:
    """The card of the model that a training made; None if it has made none.

    Found by its name in the project's ``models/``: the path at the end of the training is stale
    once the project has moved.

    Raises:
        SemiGDAError: "bad-input" if it was deleted since, "model-invalid" if it is damaged.
    """
    made = (result.get("outputs") or {}).get("model")
    if not isinstance(made, str):
        return None
    folder = project.place("models", training.get("version") or re.split(r"[\\/]", made)[-1])
    if not folder.is_dir():
        raise SemiGDAError(
            "bad-input", "The model was deleted: its licence and its hash are not known here."
        )
    return ModelCard.read(folder)


T = TypeVar("T")


def _tried(read: Callable[[], T], gaps: list[str]) -> T | None:
    """The result of ``read``; if it fails, None and one more sentence in ``gaps``."""
    try:
        return read()
    except SemiGDAError as error:
        gaps.append(error.message)
        return None


def _dice(value: float | None, signed: bool = False) -> str:
    return "–" if value is None else f"{value:{'+' if signed else ''}.3f}"


def _interval(say: Say, values: dict[str, Any]) -> str:
    if values.get("low") is None or values.get("high") is None:
        return "–"
    text = say("{low} to {high}")
    return text.format(low=f"{values['low']:+.3f}", high=f"{values['high']:+.3f}")


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return " × ".join("own" if one is None else str(one) for one in value)
    return "–" if value is None else str(value)


def _big(value: float | None, label: str, signed: bool = False, whole: bool = False) -> str:
    number = f"{value}" if whole else _dice(value, signed)
    return f"<div><b>{number}</b><span>{label}</span></div>"
