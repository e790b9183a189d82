"""What a model card and a segment's certainty say, for the panel. HTML where Qt shows it."""

from __future__ import annotations

import html

from slicer.i18n import tr as _

from semigda_core.models.doubt import DOUBTFUL, GOOD_DICE, LOOK
from semigda_core.models.doubt import GOOD as GRADED_GOOD
from SemiGDALib.segment.sizes import digits
from SemiGDALib.texts import AMBER, FAIR, GOOD, GREEN, RED, ink
from SemiGDALib.translation.sentences import translated


def certainty(segment: dict) -> tuple[str, str, str]:
    """(text, colour, explanation) of a segment's certainty; the word serves the colour-blind."""
    value, grade = segment["agreement"], segment.get("grade")
    if value is None:
        return "–", "", _("Not measured: no review map was made.")
    word, colour = _calibrated(grade) if grade else _usual(value)
    about = _(
        "How much of it the model itself expects to be right: 1 = all of it. It shows where to "
        "look first; it is not a probability of being right."
    )
    said = (
        _promised(segment) if grade else _("This model's words were not tried on held-out cases.")
    )
    return f"{value:.2f} {word}", colour, f"{said} {about}"


def _calibrated(grade: str) -> tuple[str, str]:
    return {
        GRADED_GOOD: (_("good"), GREEN),
        LOOK: (_("look"), AMBER),
        DOUBTFUL: (_("doubtful"), RED),
    }[grade]


def _usual(value: float) -> tuple[str, str]:
    """Of a model whose card has no thresholds of its own."""
    if value >= GOOD:
        return _("good"), GREEN
    return (_("check"), AMBER) if value >= FAIR else (_("doubtful"), RED)


def _promised(segment: dict) -> str:
    """What the words mean, as held-out patients had it."""
    promise = segment.get("promise")
    if promise is None:
        return _("Too few held-out patients to call a result good.")
    if "patients" not in promise:  # in a scene of an earlier version, with another meaning
        return ""
    numbers = {
        "count": promise["patients"],
        "percent": int(100 * promise["trust"] + 1e-9),
        "dice": promise["dice"],
    }
    if promise["dice"] < GOOD_DICE:
        said = _(
            "Nothing is called good: of {count} held-out patients some had a poor result that the "
            "model was sure of, so that only a Dice of {dice:.2f} can be promised."
        )
    else:
        said = _(
            "Tried on {count} held-out patients: a result certain enough to be called good reaches "
            "a Dice of {dice:.2f} with a probability of at least {percent} %, on images of the "
            "same kind."
        )
    said = said.format(**numbers)
    if promise["poor"] is None:
        return said
    poor = _("Of those called doubtful at least half do not exceed {dice:.2f}.")
    return f"{said} {poor.format(dice=promise['poor'])}"


def volumeRange(segment: dict) -> str:
    """In which range the true volume is, with 90 % probability; "" if nobody knows."""
    return _range(segment, _("90 % range: {low} to {high} ml"))


def shortRange(segment: dict) -> str:
    """The same in a narrow column."""
    return _range(segment, "{low}\u2013{high} ml (90 %)")


def _range(segment: dict, text: str) -> str:
    found = segment.get("range_ml")
    if not found:
        return ""
    low, high = map(digits, found)
    return text.format(low=low, high=high)


def cardSummary(model) -> str:
    """HTML summary of an installed model; what is wrong with it, if so."""
    if model.card is None or model.problem:
        problem = html.escape(translated(model.problem) or _("The model cannot be read."))
        return f'<span style="color:{ink(RED)}">{problem}</span>'
    card = model.card
    labels = "&nbsp; ".join(
        f'<span style="color:#{r:02x}{g:02x}{b:02x}">&#9632;</span>&nbsp;'
        + html.escape(label.name).replace(" ", "&nbsp;")  # not torn from its colour
        for label in card.labels
        for r, g, b in [label.color]
    )
    licence = _("licence {name}").format(name=card.licence) if card.licence else ""
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
        text = _("trained on {labelled} labelled cases")
        if cases.get("unlabeled"):
            text = _("trained on {labelled} labelled and {unlabelled} unlabelled cases")
        facts.append(text.format(labelled=cases["labeled"], unlabelled=cases.get("unlabeled")))
    sources = training.get("sources")
    for name, told in sources.items() if isinstance(sources, dict) else ():
        if isinstance(told, dict) and isinstance(told.get("cases"), int):
            text = _("also with results of {program} for {count} cases")
            if told.get("taught") == 0:
                text = _("results of {program} for {count} cases were not used")
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
