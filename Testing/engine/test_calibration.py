"""What a model's certainty is worth on held-out cases, and what a result then says."""

from __future__ import annotations

import math
import random

import pytest

from semigda_core.models.doubt import (
    MEASURE,
    Outcome,
    doubt_entry,
    outcome,
    told,
    volume_factor,
    why_no_range,
)


def outcomes(pairs, truth=100, predicted=100) -> list[Outcome]:
    return [outcome(1, sure, dice, truth, predicted, True) for sure, dice in pairs]


def entry_of(pairs) -> dict:
    entry = doubt_entry(outcomes(pairs), [1])
    assert entry is not None and entry["measure"] == MEASURE
    return entry["classes"][0]


def test_good_is_where_failures_and_the_new_case_are_one_in_twenty():
    # 40 cases, ten below the lower quartile: one of them is as certain as the best.
    pairs = [(0.99 - 0.005 * n, 0.9) for n in range(30)] + [
        (0.70 - 0.01 * n, 0.5) for n in range(9)
    ]
    row = entry_of([*pairs, (0.992, 0.6)])
    # One failure of k: (1 + 1) / (k + 1) is at most 1 / 20 from k = 39 on, so nothing is promised
    # at the quartile, .9; nine below .9 is too many. .5 is below all: 40 of 40 are good.
    assert row["promise"] == 0.5 and row["trust"] == 0.95 and row["good"] == pytest.approx(0.62)
    # Without the exception: 30 of 30, and 30 / 31 is more than 95 %.
    row = entry_of(pairs)
    assert (row["promise"], row["trust"]) == (0.9, 0.95)
    assert row["good"] == pytest.approx(0.99 - 0.005 * 29)
    assert row["doubtful"] == pytest.approx(0.70)


def test_few_cases_promise_less_and_say_so():
    row = entry_of([(0.9 - 0.01 * n, 0.8) for n in range(9)] + [(0.5, 0.2), (0.4, 0.1), (0.3, 0.1)])
    assert row["promise"] == 0.8 and row["trust"] == 0.9  # 9 / 10
    assert row["good"] == pytest.approx(0.82) and row["doubtful"] == 0.5
    row = entry_of([(0.9, 0.8), (0.8, 0.1), (0.7, 0.9)])
    assert row["good"] is None and row["trust"] is None
    assert doubt_entry([], [1]) is None


def test_words_hold_for_new_cases():
    """Of results called good at least 95 % reach the promise, over many draws."""
    rng = random.Random(0)

    def drawn(count):
        for _ in range(count):
            sure = rng.random()
            yield sure, min(1.0, max(0.0, 0.95 - 0.6 * (1 - sure) ** 2 + rng.gauss(0, 0.03)))

    good = kept = 0
    for _ in range(60):
        entry = doubt_entry(outcomes(drawn(60)), [1])
        for sure, dice in drawn(60):
            said = told(entry, 1, sure, None, False)
            if said["grade"] == "good":
                good += 1
                kept += dice >= said["promise"]["dice"]
    assert good > 1000 and kept / good >= 0.95


def test_the_range_of_a_volume_is_conformal():
    scores = [0.01 * n for n in range(1, 20)]  # 19: the 18th is the quantile of 20 * .9
    assert volume_factor(scores) == pytest.approx(math.exp(0.18))
    assert volume_factor(scores[:10]) == pytest.approx(math.exp(0.1))  # the tenth of 11 * .9
    assert volume_factor(scores[:9]) is None
    assert volume_factor([0.1] * 8 + [math.inf] * 3) is None
    rng, inside = random.Random(1), 0
    for _ in range(2000):
        factor = volume_factor([abs(rng.gauss(0, 0.2)) for _ in range(20)])
        inside += abs(rng.gauss(0, 0.2)) <= math.log(factor)
    assert 0.88 <= inside / 2000 <= 0.94


def test_what_a_result_is_told():
    pairs = [(0.99 - 0.005 * n, 0.9) for n in range(30)] + [
        (0.70 - 0.01 * n, 0.5) for n in range(9)
    ]
    entry = doubt_entry(outcomes(pairs, truth=110), [1])
    good, look, bad = (told(entry, 1, sure, 2.0, True) for sure in (0.9, 0.8, 0.65))
    assert [one["grade"] for one in (good, look, bad)] == ["good", "look", "doubtful"]
    assert good["promise"] == {"dice": 0.9, "trust": 0.95, "cases": 39}
    assert good["range_ml"] == pytest.approx([2 / 1.1, 2.2], rel=1e-3)
    nothing = {"grade": None, "promise": None, "range_ml": None}
    assert told(entry, 1, 0.9, 2.0, False)["range_ml"] is None  # a part of it
    assert told(None, 1, 0.9, 2.0, True) == told(entry, 2, 0.9, 2.0, True) == nothing
    assert told({**entry, "measure": MEASURE + 1}, 1, 0.9, 2.0, True) == nothing
    assert why_no_range(entry) == why_no_range(None) == ""
    few = doubt_entry(outcomes(pairs[:9]), [1])
    assert why_no_range(few) == "No 90 % range of the volumes: it takes 10 held-out cases."
