"""The curves and pictures of a training's report."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from semigda_core.files.inside import is_inside
from semigda_core.files.texts import counted
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.card import Label
from semigda_core.project.report.charts import line_chart
from semigda_core.project.report.page import Say

SHOWN = 3  # previews of each kind


def _stages(say: Say) -> dict[str, str]:
    return {
        "pretrain": say("Autoencoder: losses"),
        "align": say("Stage 1, aligning latents: losses"),
        "segment": say("Stage 2, learning to segment: losses"),
    }


def _kinds(say: Say) -> dict[str, str]:
    return {
        "held-out": say("Held-out cases: image, drawn by the expert, drawn by the model"),
        "unlabeled": say("Unlabelled cases: image, drawn by each branch"),
        "autoencoder": say("Autoencoder: image, rebuilt, mask, rebuilt"),
    }


def curves(say: Say, classes: Iterable[Label], events: list[dict[str, Any]]) -> str:
    """Of the last training if a job has several."""
    events = _last_part(events)
    found = []
    colours = {label.name: "rgb({}, {}, {})".format(*label.color) for label in classes}
    checks = [event for event in events if event["type"] == "validation"]
    names = list(dict.fromkeys(name for event in checks for name in event["dice"]["both"]))
    dice = {
        name: _points(checks, lambda event, name=name: event["dice"]["both"].get(name))
        for name in names
    }
    if checks:
        chart = line_chart(dice, say("Dice by step"), 0.0, 1.0, colours)
        titles = say("Dice of 1 held-out case"), say("Dice of {count} held-out cases")
        title = counted(checks[-1]["cases"], *titles)
        found.append(f"<h3>{title}</h3>{chart}")
    for stage, title in _stages(say).items():
        losses = [e for e in events if e["type"] == "losses" and e["stage"] == stage]
        keys = dict.fromkeys(key for event in losses for key in event["losses"])
        lines = {
            key.replace("_", " "): _points(losses, lambda event, key=key: event["losses"].get(key))
            for key in keys
        }
        if losses:
            found.append(f"<h3>{title}</h3>{line_chart(lines, title)}")
    title = say("Over the steps")
    return f"<section><h2>{title}</h2>{''.join(found)}</section>" if found else ""


def _points(events: list[dict[str, Any]], value: Callable[..., Any]) -> list[tuple[int, float]]:
    """By step, without values that are not finite numbers."""
    found = [(event["step"], value(event)) for event in events]
    return [(step, one) for step, one in found if one is not None]


def previews(say: Say, job: JobFolder, events: list[dict[str, Any]]) -> str:
    found = []
    pictures = [event for event in _last_part(events) if event["type"] == "preview"]
    for kind, title in _kinds(say).items():
        own = [e for e in pictures if e.get("kind", "held-out") == kind and _is_there(job, e)]
        if not own:
            continue
        some = [own[round(n * (len(own) - 1) / (SHOWN - 1))] for n in range(SHOWN)]
        shown = "".join(
            f"<figure><img alt='{escape(title)}' src='data:image/png;base64,{_picture(job, e)}'>"
            f"<figcaption>{_when(say, e)}</figcaption></figure>"
            for e in {e["file"]: e for e in some}.values()
        )
        found.append(f"<h3>{title}</h3><div class='pictures'>{shown}</div>")
    title = say("Pictures")
    return f"<section><h2>{title}</h2>{''.join(found)}</section>" if found else ""


def _when(say: Say, event: dict[str, Any]) -> str:
    if event["stage"] == "look":
        return say("first look")
    return say("step {number}").format(number=event["step"])


def _is_there(job: JobFolder, event: dict[str, Any]) -> bool:
    return is_inside(job.path, event["file"]) and (job.path / event["file"]).is_file()


def _picture(job: JobFolder, event: dict[str, Any]) -> str:
    return base64.b64encode((job.path / event["file"]).read_bytes()).decode()


def _last_part(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events of the last of several trainings in a job; all, if it is only one.

    A U-Net to compare with is none of them.
    """
    parts = [(event.get("part") or {}, event) for event in events]
    own = [(part, event) for part, event in parts if part.get("kind") != "unet"]
    last = max((part["index"] for part, _ in own if part), default=None)
    return [event for part, event in own if last is None or part.get("index") == last]
