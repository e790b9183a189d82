"""What a model's certainty is worth on held-out patients, and what a result then says."""

from __future__ import annotations

import math
import random
import statistics

import pytest

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import check
from semigda_core.models.card import ModelCard
from semigda_core.models.doubt import (
    DOUBT,
    MEASURE,
    OUTCOMES,
    TOLD,
    Outcome,
    _bound,
    doubt_entry,
    read_outcomes,
    told,
    volume_factor,
    why_no_range,
)

NOTHING = {"grade": None, "promise": None, "range_ml": None}


def entry_of(*patients, truth=100, predicted=100) -> dict:
    """Of patients, each a list of (certainty, Dice); or such a pair, of the only result of one."""
    own = [patient if isinstance(patient, list) else [patient] for patient in patients]
    found = [[Outcome(1, *pair, truth, predicted, True) for pair in patient] for patient in own]
    entry = doubt_entry(found, [1])
    check(entry, DOUBT, "The entry")
    return entry


def row_of(*patients) -> dict:
    return entry_of(*patients)["classes"][0]


def ranked(count: int, *dice: float, rest: float = 0.9) -> list[tuple[float, float]]:
    """Results of that many patients, the most certain first: .99, .98 and so on."""
    return [(round(0.99 - 0.01 * n, 4), dice[n] if n < len(dice) else rest) for n in range(count)]


def test_good_results_are_those_of_the_surer_half_and_promise_its_worst():
    row = row_of(*ranked(40, *[0.9] * 7, 0.8, *[0.9] * 12, rest=0.3))
    assert row["patients"] == 40
    assert (row["promise"], row["trust"]) == (0.8, 0.95)  # 20 / 21 is more than 95 %
    assert row["good"] == 0.7901  # above the first of the less certain half


def test_more_patients_allow_one_failure_in_twenty():
    """40 of 80 are certain: (1 + 1) / (40 + 1) is less than 5 %, (1 + 2) / 41 is more. The new one
    is always counted as a failure."""
    assert row_of(*ranked(80, 0.1, 0.7, 0.8))["promise"] == 0.7
    assert row_of(*ranked(76, 0.1, 0.7, 0.8))["promise"] == 0.1  # 2 / 39 is more than 5 %
    assert row_of(*ranked(78, 0.1, 0.7, 0.8))["promise"] == 0.7  # 2 / 40 is 5 %


def test_a_promise_is_rounded_down():
    row = row_of(*ranked(9, 0.8589))
    assert (row["promise"], row["trust"]) == (0.85, 0.8)  # 4 / 5
    assert row_of(*ranked(12, 0.8589))["trust"] == 0.85  # 6 / 7


def test_too_few_patients_promise_nothing():
    row = row_of(*ranked(7))
    assert (row["promise"], row["trust"], row["good"]) == (None, None, None)
    said = told(entry_of(*ranked(7)), 1, 1.0, 2.0, True)
    assert said == {"grade": "look", "promise": None, "range_ml": None}
    assert doubt_entry([], [1]) is doubt_entry([[], []], [1]) is None


def test_equally_certain_results_are_on_one_side():
    row = row_of(*[(0.9, 0.8)] * 4, *[(0.7, 0.6)] * 6)
    assert (row["good"], row["promise"], row["trust"]) == (0.7001, 0.8, 0.8)
    assert row_of(*[(0.9, 0.8)] * 20)["good"] is None


def test_a_model_that_is_sure_and_wrong_calls_nothing_good():
    entry = entry_of(*ranked(40, 0.24))
    said = told(entry, 1, 0.99, None, False)
    assert said["grade"] == "look" and said["promise"]["dice"] == 0.24
    entry = entry_of(*ranked(40, 0.5))
    assert told(entry, 1, 0.99, None, False)["grade"] == "good"


def test_a_patient_counts_once_however_many_images_there_are():
    # 40 results of four patients are four patients.
    four = [ranked(10) for _ in range(4)]
    assert row_of(*four)["patients"] == 4 and row_of(*four)["promise"] is None
    # Of 20 certain patients a twentieth of one may fail, besides the new one.
    others = ranked(40)[1:]
    assert row_of([(0.99, 0.3), *[(0.99, 0.9)] * 19], *others)["promise"] == 0.9
    assert row_of([(0.99, 0.3), *[(0.99, 0.9)] * 18], *others)["promise"] == 0.3
    # Uncertain results of a certain patient have no part in the promise.
    assert row_of([(0.99, 0.9), (0.5, 0.1)], *others)["promise"] == 0.9


def test_doubtful_results_are_those_of_the_least_certain_quarter():
    row = row_of(*ranked(9), (0.5, 0.2), (0.4, 0.321), (0.3, 0.401))
    assert row["doubtful"] == 0.9099  # below the next patient's .91
    assert row["poor"] == 0.33  # two of three do not exceed it, and the new one may; rounded up
    assert row_of(*ranked(9), [(0.5, 0.2), (0.6, 0.7)], (0.4, 0.1), (0.3, 0.9))["poor"] == 0.7
    row = row_of(*ranked(8), (0.5, 0.2), (0.4, 0.3), (0.3, 0.4))  # two of eleven
    assert (row["doubtful"], row["poor"]) == (None, None)


def drawn(kind: str, rng: random.Random, count: int) -> list[list[tuple[float, float]]]:
    """Patients with one to six images, which are alike."""
    patients = []
    for _ in range(count):
        usual, missed = rng.random(), rng.random() < 0.1
        own = []
        for _ in range(rng.choice((1, 1, 2, 6))):
            sure = min(1.0, max(0.0, usual + rng.gauss(0, 0.1)))
            dice = 0.95 - 0.6 * (1 - sure) ** 2 if kind == "ranks" else 0.85
            if kind == "sure and wrong" and missed:
                dice = 0.3
            own.append((sure, min(1.0, max(0.0, dice + rng.gauss(0, 0.05)))))
        patients.append(own)
    return patients


@pytest.mark.parametrize("kind", ["ranks", "says nothing", "sure and wrong"])
@pytest.mark.parametrize("count", [9, 40, 80])
def test_the_promise_holds_for_new_patients_whatever_certainty_is_worth(kind, count):
    rng, kept, poor, trust = random.Random(1), [], [], 0.0
    for _ in range(4000 // count):
        row = row_of(*drawn(kind, rng, count))
        trust = row["trust"]
        for patient in drawn(kind, rng, 20):
            sure = [dice >= row["promise"] for certain, dice in patient if certain >= row["good"]]
            kept += [statistics.fmean(sure)] if sure else []
            unsure = row["doubtful"] or -1.0  # nine patients are too few
            low = [dice <= row["poor"] for certain, dice in patient if certain <= unsure]
            poor += [statistics.fmean(low)] if low else []
    assert len(kept) > 400
    assert count == 9 or statistics.fmean(poor) >= 0.5 - 0.03
    assert statistics.fmean(kept) >= trust - 0.015  # by chance


def test_the_range_of_a_volume_is_conformal():
    scores = [[0.01 * n] for n in range(1, 20)]  # 19: the 18th is the quantile of 20 * .9
    assert volume_factor(scores) == pytest.approx(math.exp(0.18))
    assert volume_factor(scores[:10]) == pytest.approx(math.exp(0.1))  # the tenth of 11 * .9
    assert volume_factor(scores[:9]) is None
    assert volume_factor([[0.1]] * 8 + [[math.inf]] * 3) is None
    assert _bound(scores[:8], 0.1) == math.inf  # the new one alone is more than a tenth of nine
    # Two images of one patient are off: one of 20, and not two of 21.
    assert volume_factor([*scores, [0.5, 0.4]]) == pytest.approx(math.exp(0.19))
    rng, inside = random.Random(1), 0
    for _ in range(2000):
        factor = volume_factor([[abs(rng.gauss(0, 0.2))] for _ in range(20)])
        inside += abs(rng.gauss(0, 0.2)) <= math.log(factor)
    assert 0.88 <= inside / 2000 <= 0.94


def test_only_whole_volumes_make_a_range():
    found = [
        [
            Outcome(1, 0.9, 0.9, 100 + n, 100, True),
            Outcome(1, 0.9, 0.9, 900, 100, False),  # cut off
            Outcome(2, 0.9, 0.9, 100, 900, True),
        ]
        for n in range(12)
    ]
    one, two = doubt_entry(found, [1, 2])["classes"]
    assert one["volumes"] == two["volumes"] == 12
    assert (one["factor"], two["factor"]) == (1.11, 9.001)  # rounded up: 9 and a trifle
    found = [[Outcome(1, 0.9, 0.0, 0, 100, True)] for _ in range(12)]  # there is nothing
    (row,) = doubt_entry(found, [1])["classes"]
    assert (row["volumes"], row["factor"]) == (12, None)


def test_what_a_result_is_told():
    worse = [(0.5, 0.2), (0.4, 0.3), (0.3, 0.3)]
    entry = entry_of(*ranked(9, 0.8), *worse, truth=110)
    good, look, bad = (told(entry, 1, sure, 2.0, True) for sure in (0.9301, 0.93, 0.9099))
    assert [one["grade"] for one in (good, look, bad)] == ["good", "look", "doubtful"]
    promise = {"dice": 0.8, "trust": 0.85, "poor": 0.3, "patients": 12}
    assert good["promise"] == look["promise"] == bad["promise"] == promise
    assert good["range_ml"] == pytest.approx([2 / 1.1, 2.2], rel=1e-3)
    for key, rule in TOLD.items():
        check(good[key], rule, key)
    # As certain as the threshold once it is rounded, as the threshold is.
    assert told(entry, 1, 0.93006, 2.0, True)["grade"] == "good"
    assert told(entry, 1, 0.9, 2.0, False)["range_ml"] is None  # a part of it
    assert told(entry, 1, None, 2.0, True) == NOTHING  # not reviewed
    assert told(None, 1, 0.9, 2.0, True) == told(entry, 2, 0.9, 2.0, True) == NOTHING
    assert why_no_range(entry) == why_no_range(None) == ""


def test_a_class_that_no_held_out_patient_had_is_told_nothing():
    found = [[Outcome(1, *pair, 100, 100, True)] for pair in ranked(12)]
    entry = doubt_entry(found, [1, 2])
    assert entry["classes"][1]["patients"] == 0
    assert told(entry, 2, 0.9, 2.0, True) == NOTHING


def test_why_there_is_no_range():
    takes = "No 90 % range of the volumes: it takes 10 held-out patients."
    assert why_no_range(entry_of(*ranked(9))) == takes
    assert why_no_range(entry_of(ranked(5), *ranked(8))) == takes
    off = "No 90 % range of the volumes: on the held-out patients they were too far off."
    assert why_no_range(entry_of(*ranked(12), truth=0)) == off


def test_cards_of_earlier_versions_are_read_and_promise_nothing():
    row = {"value": 1, "cases": 63, "promise": 0.59, "trust": 0.95, "good": 0.9, "doubtful": None}
    earlier = {"measure": 1, "classes": [{**row, "volumes": 12, "factor": 1.2}]}
    card = card_with(earlier)
    assert card.doubt == earlier
    assert told(card.doubt, 1, 0.99, 2.0, True) == NOTHING and why_no_range(card.doubt) == ""
    with pytest.raises(SemiGDAError):
        card_with({**earlier, "measure": MEASURE})
    with pytest.raises(SemiGDAError):
        card_with({**entry_of(*ranked(9)), "measure": MEASURE + 1})
    assert card_with(None).doubt is None


def card_with(entry) -> ModelCard:
    from model_fixtures import tiny_card

    values = tiny_card().to_dict()
    return ModelCard.from_dict({**values, "doubt": entry} if entry else values)


def test_outcomes_of_earlier_jobs_are_a_patient_each():
    one = {"value": 1, "certainty": 0.9, "dice": 0.8, "truth": 5, "predicted": 6, "whole": True}
    for rows, sizes in (([one, one], [1, 1]), ([[one, one]], [2]), ([one, [one, one]], [1, 2])):
        check(rows, OUTCOMES, "The outcomes")
        assert [len(patient) for patient in read_outcomes(rows)] == sizes
    assert read_outcomes([one]) == [[Outcome(1, 0.9, 0.8, 5, 6, True)]]
