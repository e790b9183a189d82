"""Texts of the panel: model card, agreement, time left, report. HTML where Qt shows it."""

from __future__ import annotations

import html
import json
import platform
import re
import sys

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.version import __version__
from SemiGDALib.translation.sentences import translated

# Dice between the two branches. Below "good" readers usually find something to correct; below
# "fair" the branches have found different things. Guidance for review, not a measured accuracy.
GOOD, FAIR = 0.9, 0.75
GREEN, AMBER, RED = "#2e7d32", "#b26a00", "#c62828"
_DIRECTORIES = re.compile(r"(?:[A-Za-z]:)?[\\/](?:[^\s\\/\"':]+[\\/])+")


def agreement(value: float | None) -> tuple[str, str, str]:
    """(text, colour, explanation) of a segment's agreement; the word serves the colour-blind."""
    if value is None:
        return "–", "", _("Only one branch of the model ran, so there is nothing to compare.")
    if value >= GOOD:
        word, colour = _("good"), GREEN
    elif value >= FAIR:
        word, colour = _("check"), AMBER
    else:
        word, colour = _("doubtful"), RED
    explanation = _(
        "Overlap (Dice) of what the two branches of the model found: 1 = the same, 0 = nothing in "
        "common. It tells where to look first; it is not a probability of being right."
    )
    return f"{value:.2f} {word}", colour, explanation


def timeLeft(seconds: float | None) -> str:
    """About how long it still takes; empty when nobody knows."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("about {count} s left").format(count=max(1, round(seconds)))
    return _("about {count} min left").format(count=round(seconds / 60))


def progress(message: str, secondsLeft: float | None) -> str:
    """What a job does, and how long it still takes."""
    return ", ".join(filter(None, (translated(message).rstrip("."), timeLeft(secondsLeft))))


def progressFor(onProgress):
    """What a job reports, as (fraction, text) for ``onProgress``, which may be None."""

    def report(fraction, message, secondsLeft):
        if onProgress is not None:
            onProgress(fraction, progress(message, secondsLeft))

    return report


def cardSummary(model) -> str:
    """HTML summary of an installed model; what is wrong with it, if so."""
    if model.card is None or model.problem:
        problem = html.escape(translated(model.problem) or _("The model cannot be read."))
        return f'<span style="color:{RED}">{problem}</span>'
    card = model.card
    labels = " &nbsp;".join(
        f'<span style="color:#{r:02x}{g:02x}{b:02x}">&#9632;</span>&nbsp;{html.escape(label.name)}'
        for label in card.labels
        for r, g, b in [label.color]
    )
    licence = _("licence {name}").format(name=card.licence) if card.licence else ""
    facts = [card.modality, *_trainingFacts(card.training), licence]
    limits = f"<b>{html.escape(card.limits)}</b>" if card.limits else ""
    lines = [
        html.escape(card.description),
        limits,
        labels,
        html.escape(" · ".join(filter(None, facts))),
    ]
    return "<br>".join(filter(None, lines))


def _trainingFacts(training: dict) -> list[str]:
    """What the card tells of the training; a card may come from elsewhere and tell less."""
    facts, cases = [], training.get("cases")
    if isinstance(cases, dict) and cases.get("labeled"):
        text = _("trained on {labelled} labelled cases")
        if cases.get("unlabeled"):
            text = _("trained on {labelled} labelled and {unlabelled} unlabelled cases")
        facts.append(text.format(labelled=cases["labeled"], unlabelled=cases.get("unlabeled")))
    scores = training.get("val_dice")
    if isinstance(scores, dict) and scores and isinstance(cases, dict):
        # Not "held-out": the training chose its weights by these cases.
        text = _("mean Dice {score:.2f} on {count} validation cases")
        facts.append(
            text.format(score=sum(scores.values()) / len(scores), count=cases.get("val", "?"))
        )
    return facts


def report(settings: dict, model: str, image: str, error, runReport: dict, log: str) -> str:
    """What helps the developers and says nothing about the patient."""
    lines = [
        f"SemiGDA {__version__}",
        f"Slicer {slicer.app.applicationVersion}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()} ({sys.platform})",
        f"Model: {model}",
        f"Options: {json.dumps(settings, sort_keys=True)}",
        f"Image: {image}",
    ]
    if isinstance(error, SemiGDAError):
        lines += [f"Error: {error.error_class}: {error.message}", f"Detail: {error.detail}"]
    if runReport:
        lines.append("Report: " + json.dumps(runReport, sort_keys=True, default=str))
    if log.strip():
        lines += ["Log:", log.strip()]
    return withoutFolders("\n".join(lines))


def withoutFolders(text: str) -> str:
    """The text with paths cut to their last part: folders bear the names of users and patients."""
    return _DIRECTORIES.sub("", text)


def imageFacts(volumeNode) -> str:
    """Size, spacing and voxel type of a volume: no name, no identifiers."""
    if volumeNode is None or volumeNode.GetImageData() is None:
        return "none"
    image = volumeNode.GetImageData()
    size = "x".join(map(str, image.GetDimensions()))
    spacing = " x ".join(f"{value:.3g}" for value in volumeNode.GetSpacing())
    components = image.GetNumberOfScalarComponents()
    kind = image.GetScalarTypeAsString()
    return f"{size} voxels, {spacing} mm, {kind} x {components}"
