"""How certain a segment is, and in which range its true volume lies, in words for the panel."""

from __future__ import annotations

from slicer.i18n import tr as _

from semigda_core.models.doubt import DOUBTFUL, GOOD_DICE, LOOK
from semigda_core.models.doubt import GOOD as GRADED_GOOD
from SemiGDALib.segment.sizes import digits
from SemiGDALib.texts import AMBER, FAIR, GOOD, GREEN, RED


def certainty(segment: dict) -> tuple[str, str, str]:
    """(text, colour, explanation) of a segment's certainty; the word serves the colour-blind."""
    value, grade = segment["agreement"], segment.get("grade")
    if segment.get("edited"):
        return (
            "–",
            "",
            _("It was edited after it was made: how sure the model was says nothing of it now."),
        )
    if value is None:
        return "–", "", _("Not measured: no review map was made.")
    word, colour = _calibrated(grade) if grade else _usual(value)
    about = _(
        "How much of it the model itself expects to be right: 1 = all of it. It shows where to "
        "look first; it is not a probability of being right."
    )
    said = (
        _promised(segment) if grade else _("This model's words were not tested on held-out cases.")
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
            "Tested on {count} held-out patients: a result certain enough to be called good "
            "reaches a Dice of {dice:.2f} with a probability of at least {percent} %, on images of "
            "the same kind."
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
