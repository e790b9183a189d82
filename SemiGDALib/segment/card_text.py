"""What a model's card says, as HTML for the panel."""

from __future__ import annotations

import html

from slicer.i18n import tr as _

from semigda_core.files.texts import counted
from SemiGDALib.texts import RED, coloured, legend
from SemiGDALib.translation.sentences import translated


def cardSummary(model) -> str:
    """HTML summary of an installed model; what is wrong with it, if so."""
    if model.card is None or model.problem:
        problem = html.escape(translated(model.problem) or _("The model cannot be read."))
        return coloured(problem, RED)
    card = model.card
    labels = "&nbsp; ".join(
        legend(label.name.replace(" ", "\u00a0"), label.color)  # not torn from its colour
        for label in card.labels
    )
    licence = _("licence: {name}").format(name=card.licence) if card.licence else ""
    base = translated(card.base_model or "")
    start = _("started from {base}").format(base=base) if base else ""
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
        text = _("training cases: {labelled} labelled")
        if cases.get("unlabeled"):
            text = _("training cases: {labelled} labelled, {unlabelled} unlabelled")
        facts.append(text.format(labelled=cases["labeled"], unlabelled=cases.get("unlabeled")))
    sources = training.get("sources")
    for name, source in sources.items() if isinstance(sources, dict) else ():
        if isinstance(source, dict) and isinstance(source.get("cases"), int):
            words = (
                _("also with a result of {program} for 1 case"),
                _("also with results of {program} for {count} cases"),
            )
            if source.get("taught") == 0:
                words = (
                    _("a result of {program} for 1 case was not used"),
                    _("results of {program} for {count} cases were not used"),
                )
            facts.append(counted(source["cases"], *words, program=name))
    scores = training.get("val_dice")
    # None: no held-out case had that class.
    scores = [one for one in scores.values() if one is not None] if isinstance(scores, dict) else []
    if scores and isinstance(cases, dict):
        words = (
            _("mean Dice {score:.2f} on 1 validation case"),
            _("mean Dice {score:.2f} on {count} validation cases"),
        )
        if training.get("chosen_on") == "val":  # by an early version
            words = (
                _(
                    "mean Dice {score:.2f} on 1 validation case, which also chose the weights: "
                    "expect less"
                ),
                _(
                    "mean Dice {score:.2f} on {count} validation cases, which also chose the "
                    "weights: expect less"
                ),
            )
        facts.append(counted(cases.get("val", "?"), *words, score=sum(scores) / len(scores)))
    return facts
