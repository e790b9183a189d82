"""Before and after: means, intervals, and when a new model wins."""

import pytest

from semigda_core.project.training.judging import FOUND, MARGIN, compare_scores, interval, scores_of


def scores(**classes):
    """Dice by case and class from lists a class."""
    count = len(next(iter(classes.values())))
    return {f"case{n}": {name: values[n] for name, values in classes.items()} for n in range(count)}


def compared(before, after, names=("a", "b")):
    return compare_scores(after, before, names, "split")


def test_a_clear_gain_wins_with_an_interval_above_zero():
    before = scores(a=[0.5, 0.52, 0.48, 0.5], b=[0.6, 0.62, 0.6, 0.58])
    after = scores(a=[0.7, 0.75, 0.7, 0.72], b=[0.65, 0.7, 0.66, 0.64])
    result = compared(before, after)
    assert result["wins"] and "better on the held-out cases" in result["reason"]
    overall = result["all"]
    assert overall["difference"] == pytest.approx(overall["after"] - overall["before"], abs=1e-4)
    assert 0 < overall["low"] < overall["difference"] < overall["high"]
    assert overall["after_low"] < overall["after"] < overall["after_high"]
    assert result["classes"]["a"]["before"] == 0.5 and result["heldout_cases"] == 4
    assert result["rows"][0] == {"case": "case0", "class": "a", "before": 0.5, "after": 0.7}


def test_a_loss_does_not_win():
    result = compared(scores(a=[0.8, 0.8, 0.8]), scores(a=[0.7, 0.8, 0.8]), ["a"])
    assert not result["wins"] and "not better" in result["reason"]
    same = compared(scores(a=[0.8, 0.8, 0.8]), scores(a=[0.8, 0.8, 0.8]), ["a"])
    assert not same["wins"]


@pytest.mark.parametrize(("fall", "wins"), [(MARGIN / 2, True), (2 * MARGIN, False)])
def test_no_class_may_pay_for_another(fall, wins):
    before = scores(a=[0.5] * 4, b=[0.8] * 4)
    after = scores(a=[0.7] * 4, b=[0.8 - fall] * 4)
    result = compared(before, after)
    assert result["wins"] is wins
    assert wins or "a class gets worse: b -0.040" in result["reason"]


def test_a_gain_that_may_be_chance_says_so():
    before, after = scores(a=[0.5] * 4), scores(a=[0.9, 0.4, 0.45, 0.5])
    result = compared(before, after, ["a"])
    assert result["wins"] and result["all"]["low"] <= 0 and "may be chance" in result["reason"]
    few = compared(scores(a=[0.5, 0.5]), scores(a=[0.6, 0.6]), ["a"])
    assert few["wins"] and few["all"]["low"] is None and "too few cases" in few["reason"]


def test_with_nothing_before_every_class_must_be_found():
    found = compared(None, scores(a=[0.9] * 3, b=[FOUND + 0.01] * 3))
    assert found["wins"] and "no earlier model" in found["reason"]
    assert found["all"]["before"] is None and found["all"]["difference"] is None
    missed = compared(None, scores(a=[0.9] * 3, b=[FOUND - 0.01] * 3))
    assert not missed["wins"] and "not found" in missed["reason"] and "b 0.290" in missed["reason"]
    absent = compared(None, scores(a=[0.9] * 3, b=[None] * 3))
    assert absent["wins"] and "no held-out case holds b" in absent["reason"]
    nothing = compared(None, {})
    assert not nothing["wins"] and nothing["heldout_cases"] == 0


def test_only_what_both_models_have_is_compared():
    before = {"case0": {"a": 0.5, "b": 0.5}}
    after = {"case0": {"a": 0.6, "b": None}, "case1": {"a": 0.1, "b": 0.1}}
    overall = compared(before, after)["all"]
    assert (overall["before"], overall["after"]) == (0.5, 0.6)


def test_the_interval_is_the_same_every_time_and_covers_the_mean():
    values = [0.1, 0.3, 0.2, 0.5, 0.4]
    assert interval(values) == interval(values)
    low, high = interval(values)
    assert 0.1 < low < 0.3 < high < 0.5
    assert interval([0.1, 0.2]) == (None, None)


def test_scores_of_an_evaluation():
    rows: list[dict] = [
        {"case": "x", "name": "a", "dice": 0.123456},
        {"case": "x", "name": "b", "dice": None},
    ]
    assert scores_of(rows) == {"x": {"a": 0.1235, "b": None}}
