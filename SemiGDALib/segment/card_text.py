"""What a model card and a segment's agreement say, for the panel. HTML where Qt shows it."""

from __future__ import annotations

import html

from slicer.i18n import tr as _

from SemiGDALib.texts import AMBER, FAIR, GOOD, GREEN, RED, ink
from SemiGDALib.translation.sentences import translated


def agreement(value: float | None) -> tuple[str, str, str]:
    """(text, colour, explanation) of a segment's agreement; the word serves the colour-blind."""
    if value is None:
        return "–", "", _("Not measured: no review map was made.")
    if value >= GOOD:
        word, colour = _("good"), GREEN
    elif value >= FAIR:
        word, colour = _("check"), AMBER
    else:
        word, colour = _("doubtful"), RED
    explanation = _(
        "Overlap (Dice) between the model's two branches, or between what a single branch is sure "
        "of and what it thinks possible: 1 = identical, 0 = nothing in common. It shows where to "
        "look first; it is not a probability of being right."
    )
    return f"{value:.2f} {word}", colour, explanation


def cardSummary(model) -> str:
    """HTML summary of an installed model; what is wrong with it, if so."""
    if model.card is None or model.problem:
        problem = html.escape(translated(model.problem) or _("The model cannot be read."))
        return f'<span style="color:{ink(RED)}">{problem}</span>'
    card = model.card
    labels = " &nbsp;".join(
        f'<span style="color:#{r:02x}{g:02x}{b:02x}">&#9632;</span>&nbsp;{html.escape(label.name)}'
        for label in card.labels
        for r, g, b in [label.color]
    )
    licence = _("licence {name}").format(name=card.licence) if card.licence else ""
    start = _("started from {base}").format(base=card.base_model) if card.base_model else ""
    facts = [card.modality, *_trainingFacts(card.training), start, licence]
    limits = f"<b>{html.escape(card.limits)}</b>" if card.limits else ""
    lines = [
        html.escape(card.description),
        limits,
        labels,
        html.escape(" · ".join(filter(None, facts))),
    ]
    return "<br>".join(filter(None, lines))


def cardCredits(model) -> str:
    """HTML: whom the model's card credits, for its data and for what it started from."""
    credited = model.card.attribution if model.card else []
    return "<br><br>".join(map(html.escape, credited))


def _trainingFacts(training: dict) -> list[str]:
    """What the card says of the training; a card from elsewhere may say less."""
    facts, cases = [], training.get("cases")
    if isinstance(cases, dict) and cases.get("labeled"):
        text = _("trained on {labelled} labelled cases")
        if cases.get("unlabeled"):
            text = _("trained on {labelled} labelled and {unlabelled} unlabelled cases")
        facts.append(text.format(labelled=cases["labeled"], unlabelled=cases.get("unlabeled")))
    sources = training.get("sources")
    for name, told in sources.items() if isinstance(sources, dict) else ():
        if isinstance(told, dict) and isinstance(told.get("cases"), int):
            text = _("also with results of {program} for {count} cases")
            facts.append(text.format(program=name, count=told["cases"]))
    scores = training.get("val_dice")
    if isinstance(scores, dict) and scores and isinstance(cases, dict):
        text = _("mean Dice {score:.2f} on {count} validation cases")
        if training.get("chosen_on") == "val":  # by an early version
            text = _(
                "mean Dice {score:.2f} on {count} validation cases, which also chose the weights: "
                "expect less"
            )
        facts.append(
            text.format(score=sum(scores.values()) / len(scores), count=cases.get("val", "?"))
        )
    return facts
