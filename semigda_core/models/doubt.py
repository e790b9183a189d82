"""What a model's certainty is worth, measured on held-out cases, and what it then promises.

A card's entry ``doubt`` has thresholds and counts, and nothing about a case.

- **good**: of the held-out results at least as certain, so many reached the promised Dice that
  (failures + 1) / (results + 1) is at most 5 %. The one more is the new case, which may fail: with
  n results nobody can promise more than n / (n + 1), and fewer than 19 promise less than 95 %.
- **doubtful**: of the held-out results as uncertain, at least half missed the promise.
- **the range of a volume**: conformal (arXiv 2407.19938), from the factor by which the true volume
  is larger or smaller than the predicted one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from semigda_core.files.documents import flag, list_of, maybe, number, one_of, record, whole

MEASURE = 1  # of certainty, see semigda/inference/doubt.py: thresholds of another one mean nothing
GOOD, LOOK, DOUBTFUL = "good", "look", "doubtful"
GRADES = (GOOD, LOOK, DOUBTFUL)
TRUST, COVERAGE = 0.95, 0.9
FEWEST = 10  # held-out results from which on volumes have a range
_FEWEST_GOOD, _FEWEST_DOUBTFUL = 4, 3
# The promise is the lower quartile of Dice, or less if only less can be promised.
_BELOW = (0.25, 0.15, 0.1, 0.05)
_SHARE = 1 / 3  # of the results have to be good for the word to be of use
_DIGITS = 4

_CLASS = record(
    {
        "value": whole(1, 255),
        "cases": whole(0, 10_000_000),
        "promise": maybe(number(0, 1)),
        "trust": maybe(number(0, 1)),
        "good": maybe(number(0, 1)),
        "doubtful": maybe(number(0, 1)),
        "volumes": whole(0, 10_000_000),
        "factor": maybe(number(1, 1e6)),
    }
)
DOUBT = record({"measure": whole(1, 1000), "classes": list_of(_CLASS, 255)})
# What the engine says of a class in a result, besides its size and certainty.
TOLD = {
    "grade": maybe(one_of(*GRADES)),
    "promise": maybe(
        record({"dice": number(0, 1), "trust": number(0, 1), "cases": whole(1, 10**7)})
    ),
    "range_ml": maybe(list_of(number(0), 2, least=2)),
}
OUTCOMES = list_of(
    record(
        {
            "value": whole(1, 255),
            "certainty": number(0, 1),
            "dice": number(0, 1),
            "truth": whole(0, 2**63),
            "predicted": whole(1, 2**63),
            "whole": flag(),
        }
    ),
    10_000_000,
)


@dataclass(frozen=True)
class Outcome:
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


def doubt_entry(outcomes: Sequence[Outcome], values: Iterable[int]) -> dict[str, Any] | None:
    """A card's entry about classes of these values; None if nothing was found in any case."""
    if not outcomes:
        return None
    rows = [_class(value, [one for one in outcomes if one.value == value]) for value in values]
    return {"measure": MEASURE, "classes": rows}


def _class(value: int, own: Sequence[Outcome]) -> dict[str, Any]:
    promise, trust, good = _promise(own)
    scores = [_log_ratio(one) for one in own if one.whole]
    factor = volume_factor(scores)
    return {
        "value": value,
        "cases": len(own),
        "promise": promise,
        "trust": trust,
        "good": good,
        "doubtful": None if promise is None else _doubtful(own, promise, good),
        "volumes": len(scores),
        "factor": factor if factor is None else math.ceil(1000 * factor) / 1000,
    }


def _promise(own: Sequence[Outcome]) -> tuple[float | None, float | None, float | None]:
    """The promised Dice, how surely a good result reaches it, and the certainty of a good one."""
    if not own:
        return None, None, None
    dice = sorted(one.dice for one in own)
    promises = [_floor(dice[int(share * len(own))], 2) for share in _BELOW]
    for promise in promises:
        length = _longest(own, promise)
        if length >= max(_SHARE * len(own), _FEWEST_GOOD):
            return promise, TRUST, _ranked(own)[length - 1].certainty
    # Too few cases for that: as many as are good without an exception.
    ranked = _ranked(own)
    length = next((n for n, one in enumerate(ranked) if one.dice < promises[0]), len(ranked))
    while 0 < length < len(ranked) and ranked[length - 1].certainty == ranked[length].certainty:
        length -= 1
    if length < _FEWEST_GOOD:
        return promises[0], None, None
    return promises[0], _floor(min(TRUST, length / (length + 1)), 2), ranked[length - 1].certainty


def _longest(own: Sequence[Outcome], promise: float) -> int:
    """How many of the most certain results can be called good, at :data:`TRUST`."""
    ranked, failures, found = _ranked(own), 0, 0
    for count, one in enumerate(ranked, 1):
        failures += one.dice < promise
        tied = count < len(ranked) and ranked[count].certainty == one.certainty
        if not tied and (failures + 1) / (count + 1) <= 1 - TRUST + 1e-9:
            found = count
    return found


def _doubtful(own: Sequence[Outcome], promise: float, good: float | None) -> float | None:
    """The certainty up to which at least half of the results miss the promise."""
    failures, found = 0, None
    for count, one in enumerate(reversed(_ranked(own)), 1):
        failures += one.dice < promise
        if good is not None and one.certainty >= good:
            break
        if count >= _FEWEST_DOUBTFUL and failures >= count / 2:
            found = one.certainty
    return found


def _ranked(own: Sequence[Outcome]) -> list[Outcome]:
    """The most certain first; of equally certain ones the worst."""
    return sorted(own, key=lambda one: (-one.certainty, one.dice))


def _log_ratio(one: Outcome) -> float:
    return abs(math.log(one.truth / one.predicted)) if one.truth else math.inf


def volume_factor(scores: Sequence[float]) -> float | None:
    """The factor within which nine of ten true volumes lie, from the logarithms of those of
    held-out results; None if they are fewer than :data:`FEWEST` or too far off."""
    rank = math.ceil((len(scores) + 1) * COVERAGE)
    if len(scores) < FEWEST:
        return None
    score = sorted(scores)[rank - 1]
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
    if row is None or row["promise"] is None:
        return nothing
    promise = None
    if row["trust"] is not None:
        promise = {"dice": row["promise"], "trust": row["trust"], "cases": row["cases"]}
    factor = row["factor"] if whole and ml else None
    return {
        "grade": _grade(row, round(certainty, _DIGITS)),
        "promise": promise,
        "range_ml": [ml / factor, ml * factor] if ml and factor else None,
    }


def _grade(row: dict[str, Any], certainty: float) -> str:
    if row["good"] is not None and certainty >= row["good"]:
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
        return f"No 90 % range of the volumes: it takes {FEWEST} held-out cases."
    return "No 90 % range of the volumes: on the held-out cases they were too far off."


def outcome(
    value: int, certainty: float, dice: float | None, truth: int, predicted: int, whole: bool
) -> Outcome:
    """Of a row of an evaluation, for a class that was found."""
    return Outcome(value, round(certainty, _DIGITS), dice or 0.0, truth, predicted, whole)


def _floor(value: float, digits: int) -> float:
    return math.floor(value * 10**digits + 1e-9) / 10**digits
