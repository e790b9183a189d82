"""Whether a new model is better than the previous one, on the held-out cases.

A case's score is the mean of its classes' Dice. A bootstrap over patients, which keeps both models'
scores of a case and all cases of a patient together, shows how much is chance.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

MARGIN = 0.02  # a class may fall by this much if the mean rises: less is within noise
FOUND = 0.3  # mean Dice from which on a class counts as found if there is no other model
DRAWS, SEED = 2000, 20260423
FEWEST_FOR_INTERVAL = 3  # patients
# By n / (n - this), n patients need a wider interval: within 3 % what Student's t in place of the
# normal distribution, and n - 1 in place of n in the deviation, ask for.
NARROW = 1.85
DIGITS = 4

# Dice by case, then by class; None or missing if undefined.
Scores = Mapping[str, Mapping[str, float | None]]
_Pair = tuple[float | None, float | None]  # before and after


def scores_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float | None]]:
    """Dice by case and class name from the rows of an evaluation."""
    scores: dict[str, dict[str, float | None]] = {}
    for row in rows:
        dice = row["dice"]
        value = None if dice is None else round(dice, DIGITS)
        scores.setdefault(row["case"], {})[row["name"]] = value
    return scores


def compare_scores(
    after: Scores,
    before: Scores | None,
    classes: Sequence[str],
    scheme: str,
    patients: Mapping[str, Hashable],
) -> dict[str, Any]:
    """The content of ``comparison.json``.

    Args:
        after: of the new model.
        before: of the previous model on the same cases; None if there is none.
        classes: names, in the order of the model's labels.
        scheme: "split" or "leave-one-out".
        patients: of the cases; one that is not in it is its patient's only one.

    Returns:
        ``rows`` (case, class, before, after); ``classes`` by name and ``all``, each with the means
        before and after, their difference and its interval ``low`` to ``high``, and of the new
        model alone its mean, ``own``, with the interval ``after_low`` to ``after_high`` (None if
        undefined); ``interval`` in words; ``wins``, ``reason``, ``heldout_cases`` and ``scheme``.
        Before, after and difference are over the cases that both models have a score for.
    """
    before_of = before or {}
    rows: list[dict[str, Any]] = [
        {
            "case": case,
            "class": name,
            "before": before_of.get(case, {}).get(name),
            "after": dice.get(name),
        }
        for case, dice in after.items()
        for name in classes
    ]
    owners = [patients.get(case, case) for case in after]
    by_class = {
        name: _summary(
            [(row["before"], row["after"]) for row in rows if row["class"] == name], owners
        )
        for name in classes
    }
    cases = [[row for row in rows if row["case"] == case] for case in after]
    overall = _summary([_case_means(own, before is not None) for own in cases], owners)
    result = {
        "rows": rows,
        "classes": by_class,
        "all": overall,
        "interval": "95 % bootstrap over patients",
        "heldout_cases": len(after),
        "scheme": scheme,
    }
    wins, reason = judge(overall, by_class)
    return result | {"wins": wins, "reason": reason}


def beside_unet(
    model: Scores, unet: Scores, classes: Sequence[str], patients: Mapping[str, Hashable]
) -> dict[str, Any]:
    """What ``comparison.json`` says under "unet": a model beside a plain U-Net of the same budget.

    Args:
        model, unet: their scores on the same cases.
        patients: as of :func:`compare_scores`.

    Returns:
        ``rows`` (case, class, unet); ``classes`` by name and ``all``, each with the means of
        "model" and "unet", their "difference" (of the model to the U-Net) and its 95 % interval
        ``low`` to ``high``, over the cases that both have a score of; ``reason`` in one sentence.
    """
    compared = compare_scores(model, unet, classes, "split", patients)

    def told(means: Mapping[str, float | None]) -> dict[str, float | None]:
        same = {key: means[key] for key in ("difference", "low", "high")}
        return {"model": means["after"], "unet": means["before"], **same}

    rows = [
        {"case": row["case"], "class": row["class"], "unet": row["before"]}
        for row in compared["rows"]
    ]
    of_all = told(compared["all"])
    return {
        "rows": rows,
        "classes": {name: told(means) for name, means in compared["classes"].items()},
        "all": of_all,
        "reason": _beside(of_all),
    }


def _beside(means: Mapping[str, float | None]) -> str:
    if means["difference"] is None:
        return "No held-out case could be scored by both the model and a plain U-Net."
    told = f"mean Dice {means['model']:.3f}, the U-Net {means['unet']:.3f}"
    low, high = means["low"], means["high"]
    if low is None or high is None:
        return f"Too few cases to tell the model from a plain U-Net of the same budget: {told}."
    if low > 0:
        return f"The model is better than a plain U-Net of the same budget: {told}."
    if high < 0:
        return f"A plain U-Net of the same budget is better than the model: {told}."
    return (
        "These cases show no difference beyond chance between the model and a plain U-Net of the "
        f"same budget: {told}."
    )


def _case_means(rows: Sequence[Mapping[str, Any]], paired: bool) -> _Pair:
    """A case's mean over its classes before and after; if ``paired``, over the same ones."""
    scored = [row for row in rows if row["after"] is not None]
    pairs = [row for row in scored if row["before"] is not None]
    if paired and pairs:
        scored = pairs
    before = statistics.fmean(row["before"] for row in pairs) if pairs else None
    return before, statistics.fmean(row["after"] for row in scored) if scored else None


def _summary(pairs: Sequence[_Pair], owners: Sequence[Hashable]) -> dict[str, float | None]:
    """Means, difference and intervals of the cases' scores before and after; ``owners`` are the
    cases' patients."""
    told = list(zip(pairs, owners, strict=True))
    after = [(new, owner) for (_, new), owner in told if new is not None]
    both = [(old, new, owner) for (old, new), owner in told if old is not None and new is not None]
    own, gains = [new for new, _ in after], [new - old for old, new, _ in both]
    low, high = interval(gains, [owner for *_, owner in both], -1.0)
    after_low, after_high = interval(own, [owner for _, owner in after])
    return {
        "before": _mean([old for old, _, _ in both]),
        "after": _mean([new for _, new, _ in both] if both else own),
        "difference": _mean(gains),
        "low": low,
        "high": high,
        "own": _mean(own),
        "after_low": after_low,
        "after_high": after_high,
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(statistics.fmean(values), DIGITS) if values else None


def interval(
    values: Sequence[float], owners: Sequence[Hashable], least: float = 0.0
) -> tuple[float | None, float | None]:
    """95 % bootstrap interval of the mean; (None, None) for fewer than three patients.

    Patients are drawn, each with all its values. The ends are then moved away from the mean: a
    plain bootstrap of few is too narrow (Hesterberg, arXiv 1411.5279, sec. 3.2), and of three
    patients holds the true mean three times out of four.

    Args:
        values: from ``least`` to 1.
        owners: the patient of each value.
    """
    groups: dict[Hashable, list[float]] = {}
    for value, owner in zip(values, owners, strict=True):
        groups.setdefault(owner, []).append(value)
    own, count = [(sum(group), len(group)) for group in groups.values()], len(groups)
    if count < FEWEST_FOR_INTERVAL:
        return None, None
    rng, mean = random.Random(SEED), statistics.fmean(values)
    draws = (zip(*rng.choices(own, k=count), strict=True) for _ in range(DRAWS))
    means = sorted(sum(totals) / sum(sizes) for totals, sizes in draws)
    cut, wider = round(0.025 * DRAWS), count / (count - NARROW)
    low, high = (mean + wider * (end - mean) for end in (means[cut], means[-1 - cut]))
    return round(max(low, least), DIGITS), round(min(high, 1.0), DIGITS)


def judge(
    overall: Mapping[str, float | None], classes: Mapping[str, Mapping[str, float | None]]
) -> tuple[bool, str]:
    """Whether the new model wins, and why in one sentence."""
    if overall["after"] is None:
        return False, "No held-out case could be scored, so nothing is known of the model."
    if overall["difference"] is None:
        return _judge_alone(classes)
    told = f"mean Dice {overall['before']:.3f} before, {overall['after']:.3f} now"
    fallen = _names(classes, "difference", lambda gain: gain < -MARGIN)
    if overall["difference"] <= 0:
        return False, f"The new model is not better on the held-out cases: {told}."
    if fallen:
        return False, f"The mean rises ({told}), but a class gets worse: {fallen}."
    if overall["low"] is None:
        return True, f"The new model is better ({told}), but on too few cases to exclude chance."
    if overall["low"] <= 0:
        return True, f"The new model is better ({told}), but the gain may be chance."
    return True, f"The new model is better on the held-out cases: {told}."


def _judge_alone(classes: Mapping[str, Mapping[str, float | None]]) -> tuple[bool, str]:
    missed = _names(classes, "after", lambda dice: dice < FOUND)
    nothing = "There was no earlier model to compare with"
    if missed:
        return False, f"{nothing}, and a class was not found (Dice below {FOUND}): {missed}."
    unknown = [name for name, values in classes.items() if values["after"] is None]
    if unknown:
        return True, f"{nothing}; no held-out case holds {', '.join(unknown)}, the rest was found."
    return True, f"{nothing}; every class was found on the held-out cases."


def _names(
    classes: Mapping[str, Mapping[str, float | None]], key: str, wanted: Callable[[float], bool]
) -> str:
    sign = "+" if key == "difference" else ""
    found = [
        f"{name} {value:{sign}.3f}"
        for name, values in classes.items()
        if (value := values[key]) is not None and wanted(value)
    ]
    return ", ".join(found)
