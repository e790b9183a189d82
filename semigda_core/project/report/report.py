"""A training's report: one self-contained HTML page that names no case.

It is written from the job's folder, so it works even while the training runs.
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
from semigda_core.jobs.folder import JobFolder
from semigda_core.labels.finished import WHOLE
from semigda_core.models.card import ModelCard
from semigda_core.project.cases.caselist import listed_cases
from semigda_core.project.project import PathLike, Project
from semigda_core.project.records import View
from semigda_core.project.report.figures import curves, previews
from semigda_core.project.report.page import HTML, row, table
from semigda_core.project.training.comparison import FILE, partly, read
from semigda_core.version import __version__

MADE = "<p>SemiGDA training report</p>"  # identifies a file as a report
# Settings that are paths, or are shown elsewhere.
_UNTOLD = {"cases", "out", "card", "network", "preprocessing", "base", "work"}


def write_report(
    project: Project,
    job_id: str | None = None,
    path: PathLike | None = None,
    *,
    overwrite: bool = False,
) -> Path:
    """Write the report of a training and return its path.

    Args:
        job_id: as in :meth:`Project.jobs`; by default the newest training.
        path: the file; by default ``report.html`` in the job's folder.
        overwrite: whether to replace a report at ``path``.

    Raises:
        SemiGDAError: "bad-input" if there is no such training, or another file is at ``path``.
    """
    training = _find(project, job_id)
    target = training["folder"] / "report.html"
    if path is not None:
        target = check_target(path, _is_report, overwrite=overwrite)
    if not target.parent.is_dir():
        raise SemiGDAError("bad-input", "The folder of the output file does not exist.")
    text = _page(project, training)
    write_text(target, text, durable=False)
    return target


def _is_report(path: Path) -> bool:
    try:
        return MADE in path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return False


def _find(project: Project, job_id: str | None) -> dict[str, Any]:
    for job in project.jobs():
        if job["kind"] == "train" and job_id in (None, job["id"]) and job["state"] != "lost":
            return job
    raise SemiGDAError("bad-input", "The project has no such training.")


def _page(project: Project, training: dict[str, Any]) -> str:
    view, job = project.read(), JobFolder(training["folder"])
    events = job.events()
    gaps: list[str] = []
    result = _tried(job.result, gaps) or {}
    card = _tried(lambda: _card(project, training, result), gaps)
    comparison = read(job.path)
    if comparison is None and (job.path / FILE).exists():
        gaps.append("The scores of the training cannot be read.")
    names = ", ".join(label.name for label in view.classes) or "training"
    body = [
        f"<header>{MADE}<h1>{escape(names)}</h1>",
        f"<p>{_standing(job, result)}</p></header>",
        _verdict(comparison),
        _counts(view, job, comparison),
        _comparison(comparison),
        _unet(comparison),
        curves(view, events),
        _list("Warnings", _warnings(events)),
        previews(job, events),
        _method(comparison, card),
        _settings(job, card),
        _origin(job, card),
        _list("What is missing here", gaps),
    ]
    return HTML.format(
        title=escape(f"Training report: {names}"), body="\n".join(filter(None, body))
    )


def _standing(job: JobFolder, result: dict[str, Any]) -> str:
    """When, and how far."""
    state = job.state()
    error = result.get("error")
    if error and error["class"] != "cancelled":
        return escape(f"It failed: {error['message']} {error['action']}")
    words = {"done": "Finished.", "cancelled": "Cancelled before its end.", "queued": "Not begun."}
    share = f"{100 * state['progress']:.0f} % done, {state['state']}: this report shows the part."
    return words.get(state["state"], share)


def _verdict(comparison: dict[str, Any] | None) -> str:
    if comparison is None:
        return ""
    total = comparison["all"]
    numbers = [_big(total.get("after"), "mean Dice, this training")]
    if total.get("before") is not None:
        numbers.append(_big(total["before"], "mean Dice, model before"))
        numbers.append(_big(total["difference"], "difference", signed=True))
    return f"<p class='lead'>{escape(comparison['reason'])}</p>{row(numbers)}"


def _counts(view: View, job: JobFolder, comparison: dict[str, Any] | None) -> str:
    rows = listed_cases(job.path / "cases.json") or []
    roles = Counter(row["role"] for row in rows)
    if comparison is not None:
        roles["val"] = comparison["heldout_cases"]
    told = {"labeled": "labelled", "unlabeled": "unlabelled", "val": "held out"}
    numbers = [_big(roles[role], f"{word} cases", whole=True) for role, word in told.items()]
    made = Counter(case.origin for case in view.of_role("labeled"))
    words = [
        f"{made[origin]} {'label was' if made[origin] == 1 else 'labels were'} {how}"
        for origin, how in (("machine", "accepted from a model"), ("edited", "corrected by hand"))
        if made[origin]
    ]
    note = f"<p class='note'>In the project today, {' and '.join(words)}.</p>" if words else ""
    some = sum(r["role"] == "labeled" and r.get("label_slices", WHOLE) != WHOLE for r in rows)
    if some:
        cases = "1 labelled case is" if some == 1 else f"{some} labelled cases are"
        note += (
            f"<p class='note'>{cases} labelled on some slices only. The other slices of "
            f"{'it' if some == 1 else 'them'} are unlabelled data.</p>"
        )
    return f"<section><h2>Cases</h2>{row(numbers)}{note}</section>" if rows else ""


def _comparison(comparison: dict[str, Any] | None) -> str:
    if comparison is None or not comparison["rows"]:
        return ""
    classes = list(comparison["classes"])
    both = any(row["before"] is not None for row in comparison["rows"])
    heads = ["Class", "Before", "After", "Difference", "95 % interval"]
    lines = [
        [name, *(_dice(values.get(key)) for key in ("before", "after"))]
        + [_dice(values.get("difference"), True), _interval(values)]
        for name, values in (*comparison["classes"].items(), ("mean", comparison["all"]))
    ]
    if not both:
        heads, lines = heads[:1] + heads[2:3], [line[:1] + line[2:3] for line in lines]
    # Case ids are random, but somebody with the project could look them up.
    ids = dict.fromkeys(row["case"] for row in comparison["rows"])
    numbers = {case_id: number for number, case_id in enumerate(ids, 1)}
    cells = {(row["case"], row["class"]): row for row in comparison["rows"]}
    columns = [
        (name, key) for name in classes for key in (("before", "after") if both else ("after",))
    ]
    details = [
        [f"case {number}{_part(comparison, case)}"]
        + [_dice(cells.get((case, name), {}).get(key)) for name, key in columns]
        for case, number in numbers.items()
    ]
    titles = ["Case", *(f"{name}{f', {key}' if both else ''}" for name, key in columns)]
    return (
        f"<section><h2>Dice on the held-out cases</h2>{table(heads, lines)}"
        f"<h3>Case by case</h3>{table(titles, details)}"
        "<p class='note'>A dash: the expert drew nothing of the class in that case, so there is "
        "nothing to compare.</p></section>"
    )


def _unet(comparison: dict[str, Any] | None) -> str:
    """The plain U-Net that was trained beside the model, if one was."""
    if comparison is None or "unet" not in comparison:
        return ""
    beside = comparison["unet"]
    heads = ["Class", "Plain U-Net", "This model", "Difference", "95 % interval"]
    lines = [
        [name, _dice(values["unet"]), _dice(values["model"])]
        + [_dice(values["difference"], True), _interval(values)]
        for name, values in (*beside["classes"].items(), ("mean", beside["all"]))
    ]
    turns = " There was one for each patient held out." * (comparison["scheme"] != "split")
    return (
        f"<section><h2>Beside a plain U-Net</h2><p>{escape(beside['reason'])}</p>"
        f"{table(heads, lines)}<p class='note'>The U-Net (2 million parameters) learned from the "
        "labelled cases alone, with the same augmentation, as many steps and as many slices a "
        f"step. It was scored on the same cases in the same way.{turns} It is only there to be "
        "compared with.</p></section>"
    )


def _warnings(events: list[dict[str, Any]]) -> list[str]:
    texts = []
    for event in events:
        if event["type"] == "warning" and event.get("message"):
            texts.append(event["message"])
        elif event["type"] == "stuck":
            causes, names = " ".join(event["causes"]), ", ".join(event["classes"])
            looked = event.get("stage") == "look"
            when = (
                "Not found at the first look" if looked else f"Not learned by step {event['step']}"
            )
            texts.append(f"{when}: {names}. {causes}")
    return texts


def _list(title: str, texts: Iterable[str]) -> str:
    """A section, or nothing; repeated lines appear once."""
    items = "".join(f"<li>{escape(text)}</li>" for text in dict.fromkeys(texts))
    return f"<section><h2>{title}</h2><ul>{items}</ul></section>" if items else ""


def _part(comparison: dict[str, Any], case: str) -> str:
    part = partly(comparison["rows"]).get(case)
    return f" ({part})" if part else ""


def _method(comparison: dict[str, Any] | None, card: ModelCard | None) -> str:
    words = [
        "Dice is twice the shared volume of two outlines divided by the sum of both: 1 is the "
        "same, 0 is nothing in common."
    ]
    if comparison is None:
        words.append(
            "The curves are measured on some held-out cases at the network's own resolution, to "
            "follow the training. They are not the final score."
        )
    else:
        words.append(
            "The scores are measured on cases that no training saw, on each image's own voxels. "
            "The intervals come from drawing the held-out cases anew, with repeats (bootstrap): "
            "they say how much the choice of these cases matters, and nothing about cases of "
            "another kind, scanner or hospital."
        )
        if comparison["scheme"] == "leave-one-out":
            words.append(
                "There were too few cases to set some aside: each was scored by a model that was "
                "trained without it. The final model learned from all of them and was itself "
                "scored on none."
            )
        elif card is not None:
            words.append(_choice(card))
        if gone := comparison.get("missing"):
            told = "1 held-out case was" if gone == 1 else f"{gone} held-out cases were"
            words.append(f"{told} not scored: the files were not there.")
        if some := len(partly(comparison["rows"])):
            cases = "1 case is" if some == 1 else f"{some} cases are"
            words.append(
                f"{cases} labelled in part, and scored there only; the table says on how many "
                "slices. What a model draws on the other slices is not judged."
            )
        if comparison["heldout_cases"] < 10:
            words.append("With so few held-out cases, small differences mean little.")
    words.append("Nothing here is a medical device or a proof of clinical use.")
    return f"<section><h2>How the scores were made</h2><p>{' '.join(words)}</p></section>"


def _choice(card: ModelCard) -> str:
    """Whether the scored cases took part in choosing the model, as in early versions."""
    if card.training.get("chosen_on") == "val":
        return (
            "The same held-out cases also chose which weights and which branch of the network are "
            "kept, so the score of the new model is a little flattering."
        )
    return "Nothing about the model was chosen on these cases."


def _settings(job: JobFolder, card: ModelCard | None) -> str:
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
    told = table(["Setting", "Value"], lines)
    return f"<section><details><summary><h2>Settings</h2></summary>{told}</details></section>"


def _origin(job: JobFolder, card: ModelCard | None) -> str:
    rows = []
    if card is not None:
        rows += [list(row) for row in card.told()]
        rows.append(["Weights (SHA-256)", card.weights_sha256 or "-"])
        rows.append(["Engine of the model", card.engine_version])
    rows.append(["Engine of the training", job.job.get("engine_version", "-")])
    rows.append(["Engine of this report", __version__])
    return f"<section><h2>Licence and versions</h2>{table(['', ''], rows)}</section>"


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


def _interval(values: dict[str, Any]) -> str:
    if values.get("low") is None or values.get("high") is None:
        return "–"
    return f"{values['low']:+.3f} to {values['high']:+.3f}"


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return " × ".join("own" if one is None else str(one) for one in value)
    return "–" if value is None else str(value)


def _big(value: float | None, label: str, signed: bool = False, whole: bool = False) -> str:
    told = f"{value}" if whole else _dice(value, signed)
    return f"<div><b>{told}</b><span>{label}</span></div>"
