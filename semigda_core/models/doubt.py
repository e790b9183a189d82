"""What a model's certainty is worth, measured on held-out cases, and what it then promises.

A card's entry ``doubt`` has thresholds and counts, and nothing about a case. What it says of a new
result is a rank among those of held-out patients (conformal prediction), and holds by construction
for a new patient of the same kind, whatever the model is like:

- **promise**: results as certain as those of the surer half of the patients reach this Dice with a
  probability of ``trust``. Nothing but certainty decides who is in that half, or the rank would
  mean nothing: a threshold that is moved until the promise looks good promises too much.
- **poor**: results as uncertain as those of the least certain quarter do not exceed this Dice with
  a probability of one half.
- **the range of a volume** (arXiv 2407.19938), from the factor by which the true volume is larger
  or smaller than the predicted one.

The new patient may be worse than all others, so n of them never promise more than n / (n + 1).
A patient counts once: several results of one share its weight (arXiv 2306.06342). The worst of them
alone would do, too, but a patient with hundreds of pictures always has a bad one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from semigda_core.files.documents import (
    either,
    flag,
    list_of,
    maybe,
    number,
    one_of,
    plain,
    record,
    whole,
)

# Of certainty (semigda/inference/doubt.py), and of what is promised: another one says nothing here.
MEASURE = 2
GOOD, LOOK, DOUBTFUL = "good", "look", "doubtful"
GRADES = (GOOD, LOOK, DOUBTFUL)
TRUST, COVERAGE = 0.95, 0.9
FEWEST = 10  # held-out patients from which on volumes have a range
_SURER, _FEWEST_SURER = 1 / 2, 4  # of the patients; three of them would promise 75 %
_UNSURE, _FEWEST_UNSURE = 1 / 4, 3
# A result is not called good for a promise below this: less than half of it may be right.
GOOD_DICE = 0.5
DIGITS, _STEP = 4, 1e-4  # of a certainty

_CLASS = record(
    {
        "value": whole(1, 255),
        "patients": whole(0, 10_000_000),
        "promise": maybe(number(0, 1)),
        "trust": maybe(number(0, 1)),
        "good": maybe(number(0, 1)),
        "poor": maybe(number(0, 1)),
        "doubtful": maybe(number(0, 1)),
        "volumes": whole(0, 10_000_000),
        "factor": maybe(number(1, 1e6)),
    }
)
DOUBT = either(
    record({"measure": whole(1, MEASURE - 1), "classes": list_of(plain(), 255)}),
    record({"measure": whole(MEASURE, MEASURE), "classes": list_of(_CLASS, 255)}),
)
# What the engine says of a class in a result, besides its size and certainty.
TOLD = {
    "grade": maybe(one_of(*GRADES)),
    "promise": maybe(
        record(
            {
                "dice": number(0, 1),
                "trust": number(0, 1),
                "poor": maybe(number(0, 1)),
                "patients": whole(1, 10**7),
            }
        )
    ),
    "range_ml": maybe(list_of(number(0), 2, least=2)),
}
_OUTCOME = record(
    {
        "value": whole(1, 255),
        "certainty": number(0, 1),
        "dice": number(0, 1),
        "truth": whole(0, 2**63),
        "predicted": whole(1, 2**63),
        "whole": flag(),
    }
)
# Of each held-out patient; earlier versions wrote those of all patients in one row.
OUTCOMES = list_of(either(_OUTCOME, list_of(_OUTCOME, 10_000_000)), 10_000_000)


class Outcome(NamedTuple):
    """A class that was found in a held-out case.

    Attributes:
        value: of the class.
        certainty, dice: 0 to 1; a class that is not there has Dice 0.
        truth, predicted: voxels.
        whole: whether it has a volume: in a volume, and not cut off by the image's border.
    """

    value: int
    certainty: float
    dice: float
    truth: int
    predicted: int
    whole: bool


Patient = Sequence[Outcome]  # everything that was found in the images of one held-out patient


def read_outcomes(rows: Iterable[Any]) -> list[Patient]:
    """What :data:`OUTCOMES` holds."""
    return [[Outcome(**one) for one in (row if isinstance(row, list) else [row])] for row in rows]


def doubt_entry(patients: Iterable[Patient], values: Iterable[int]) -> dict[str, Any] | None:
    """A card's entry about classes of these values; None if nothing was found in any case."""
    patients = [patient for patient in patients if patient]
    if not patients:
        return None
    return {"measure": MEASURE, "classes": [_class(value, patients) for value in values]}


def _class(value: int, patients: Iterable[Patient]) -> dict[str, Any]:
    own = _those(patients, lambda one: one.value == value)
    volumes = [[_log_ratio(one) for one in p] for p in _those(own, lambda one: one.whole)]
    factor = volume_factor(volumes)
    return {
        "value": value,
        "patients": len(own),
        **_promise(own),
        **_warning(own),
        "volumes": len(volumes),
        "factor": factor if factor is None else math.ceil(1000 * factor) / 1000,
    }


def _promise(own: Sequence[Patient]) -> dict[str, float | None]:
    """The promised Dice, how surely a certain result reaches it, and the certainty of one."""
    limit = _limit(own, _SURER, 1)
    surer = _those(own, lambda one: one.certainty > limit)
    if len(surer) < _FEWEST_SURER:
        return dict.fromkeys(("promise", "trust", "good"))
    missed = max(1 - TRUST, 1 / (len(surer) + 1))
    worst = _bound([[-one.dice for one in patient] for patient in surer], missed)
    return {
        "promise": _floor(-worst),
        "trust": _floor(1 - missed),
        "good": round(limit + _STEP, DIGITS),
    }


def _warning(own: Sequence[Patient]) -> dict[str, float | None]:
    """The Dice that half of the uncertain results do not exceed, and the certainty of one."""
    limit = _limit(own, _UNSURE, -1)
    unsure = _those(own, lambda one: one.certainty < limit)
    if len(unsure) < _FEWEST_UNSURE:
        return dict.fromkeys(("poor", "doubtful"))
    poor = _bound([[one.dice for one in patient] for patient in unsure], 1 / 2)
    return {"poor": -_floor(-poor), "doubtful": round(limit - _STEP, DIGITS)}


def _those(patients: Iterable[Patient], which: Callable[[Outcome], bool]) -> list[Patient]:
    """The chosen results of each patient; patients without any are left out."""
    some = ([one for one in patient if which(one)] for patient in patients)
    return [patient for patient in some if patient]


def _limit(own: Sequence[Patient], share: float, sign: int) -> float:
    """The certainty beyond which the surest (``sign`` 1) or least certain (-1) results of a share
    of the patients lie: that of the next patient, so that results beyond it are exchangeable with
    new ones there."""
    ends = sorted(max(sign * one.certainty for one in patient) for patient in own)
    return sign * ends[-1 - int(share * len(ends))] if ends else 0.0


def _bound(patients: Sequence[Sequence[float]], missed: float) -> float:
    """What a new patient's value exceeds with probability ``missed`` at most: a quantile of the
    values in which every patient has the same weight; infinite if the patients are too few."""
    room = missed * (len(patients) + 1) - 1 + 1e-9  # the new one may exceed them all
    bound = math.inf
    for value, weight in sorted(
        ((value, 1 / len(values)) for values in patients for value in values), reverse=True
    ):
        if room < 0:
            break
        bound, room = value, room - weight
    return bound


def _log_ratio(one: Outcome) -> float:
    return abs(math.log(one.truth / one.predicted)) if one.truth else math.inf


def volume_factor(patients: Sequence[Sequence[float]]) -> float | None:
    """The factor within which nine of ten true volumes lie, from the logarithms of the factors of
    held-out patients; None if these are fewer than :data:`FEWEST` or too far off."""
    if len(patients) < FEWEST:
        return None
    score = _bound(patients, 1 - COVERAGE)
    return math.exp(score) if score < math.log(1e6) else None


def told(
    doubt: dict[str, Any] | None,
    value: int,
    certainty: float | None,
    ml: float | None,
    whole: bool,
) -> dict[str, Any]:
    """What a card's entry says of a class in a result: the keys of :data:`TOLD`.

    Args:
        doubt: None where nothing can be said: an older card, an image unlike the training images.
        whole: whether the class has a volume, see :class:`Outcome`.
    """
    nothing: dict[str, Any] = dict.fromkeys(TOLD)
    if not doubt or doubt["measure"] != MEASURE or certainty is None:
        return nothing
    row = next((row for row in doubt["classes"] if row["value"] == value), None)
    if row is None or not row["patients"]:
        return nothing
    promise = None
    if row["promise"] is not None:
        promise = {key: row[key] for key in ("trust", "poor", "patients")}
        promise["dice"] = row["promise"]
    factor = row["factor"] if whole and ml else None
    return {
        "grade": _grade(row, round(certainty, DIGITS)),
        "promise": promise,
        "range_ml": [ml / factor, ml * factor] if ml and factor else None,
    }


def _grade(row: dict[str, Any], certainty: float) -> str:
    worth_it = row["promise"] is not None and row["promise"] >= GOOD_DICE
    if worth_it and certainty >= row["good"]:
        return GOOD
    if row["doubtful"] is not None and certainty <= row["doubtful"]:
        return DOUBTFUL
    return LOOK


def why_no_range(doubt: dict[str, Any] | None) -> str:
    """A sentence, where a card's entry has no range for the volume of any class; else ""."""
    if not doubt or doubt["measure"] != MEASURE:
        return ""
    rows = doubt["classes"]
    most = max((row["volumes"] for row in rows), default=0)
    if any(row["factor"] is not None for row in rows):
        return ""
    if most < FEWEST:
        return f"No 90 % range of the volumes: it takes {FEWEST} held-out patients."
    return "No 90 % range of the volumes: on the held-out patients they were too far off."


def _floor(value: float) -> float:
    """To hundredths."""
    return math.floor(100 * value + 1e-9) / 100
