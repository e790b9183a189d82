"""Held-out cases in numbers: who is drawn, who may be learned from, and when a model is better."""

import math
import random
import statistics

import pytest
from project_fixtures import synthetic

from semigda_core.errors import SemiGDAError
from semigda_core.project import heldout
from semigda_core.project.cases.caselist import case_rows, listed_cases
from semigda_core.project.heldout import (
    _drawn,
    _exactly,
    _Patient,
    change_heldout,
    choose_heldout,
    class_voxels,
    describe,
    new_voxels,
    note_labels,
)
from semigda_core.project.project import Project
from semigda_core.project.training.judging import (
    NARROW,
    compare_scores,
    interval,
    judge,
    scores_of,
)


def patient(name, size: float, classes=(1,), cases=None) -> _Patient:
    """Of log(1 + voxels) = ``size`` times ln 2, all in the first class but one voxel a class."""
    voxels = dict.fromkeys(classes, 1)
    voxels[classes[0]] = 2**size - 1 - (len(classes) - 1)
    return _Patient(name, tuple(cases or (name,)), voxels, partly=False)


def patients(*sizes, **changes):
    return [patient(f"p{number:02d}", size, **changes) for number, size in enumerate(sizes)]


# Who is drawn


def test_the_size_is_the_logarithm_of_all_voxels():
    one = _Patient("a", ("a",), {2: 3, 1: 4}, partly=False)
    assert one.size == pytest.approx(math.log(8)) and one.classes == (1, 2)


def test_one_of_each_stratum_and_in_the_mean_as_large_as_all():
    # Eight patients: two, one of the smaller four and one of the larger four. The mean size is
    # 41 / 8 = 5.1; 3 and 6 come nearest with 4.5 (3 and 5: 4, and 3 and 20: 11.5).
    drawn = _drawn(patients(5, 20, 0, 3, 1, 4, 2, 6), 1, set())
    assert drawn["scheme"] == "split" and drawn["cases"] == ["p03", "p07"]
    assert drawn["folds"] == [["p03", "p07"]]


def test_not_the_same_cases_again_where_others_can_be_had():
    many = patients(5, 20, 0, 3, 1, 4, 2, 6)
    # Next best: 2 and 6 or 3 and 5, whose mean is 4 both; or the larger 20 with 0: 10.
    again = _drawn(many, 2, {"p03", "p07"})["cases"]
    assert again in (["p06", "p07"], ["p00", "p03"])


@pytest.mark.parametrize(
    ("count", "chosen"), [(8, 2), (10, 2), (11, 3), (14, 4), (20, 5), (78, 20), (90, 20)]
)
def test_a_quarter_is_held_out_two_at_least_and_twenty_at_most(count, chosen):
    drawn = _drawn(patients(*range(1, count + 1)), 1, set())
    assert len(drawn["cases"]) == chosen


def test_every_class_is_learned_and_scored_before_sizes_matter():
    rare = [patient("r1", 9, (1, 2)), patient("r2", 1, (1, 2))]
    drawn = _drawn([*patients(1, 1, 1, 9, 9, 9), *rare], 1, set())
    assert len({"r1", "r2"} & set(drawn["cases"])) == 1
    alone = [*patients(1, 1, 1, 1, 9, 9, 9), patient("r1", 20, (1, 2))]
    assert "r1" not in _drawn(alone, 1, set())["cases"]  # better unscored than never seen


def test_seven_patients_are_held_out_in_four_turns():
    drawn = _drawn([patient("b", 9, cases=("b2", "b1")), *patients(*range(6))], 1, set())
    assert drawn["scheme"] == "leave-one-out"
    assert drawn["folds"] == [["p00", "p04"], ["p01", "p05"], ["p02", "b2", "b1"], ["p03"]]
    assert drawn["cases"] == ["b1", "b2", *(f"p{n:02d}" for n in range(6))]


def test_no_turn_takes_the_only_patients_with_a_class():
    rare = [patient(f"r{n}", 50, (1, 2)) for n in range(2)]
    for turn in _drawn([*patients(*range(5)), *rare], 1, set())["folds"]:
        assert not {"r0", "r1"} <= set(turn)


def test_the_seed_is_of_version_and_cases():
    many = patients(*range(8))
    seeds = [_drawn(many, version, set())["seed"] for version in (1, 1, 2)]
    assert seeds[0] == seeds[1] != seeds[2]
    assert _drawn(patients(*range(9)), 1, set())["seed"] != seeds[0]
    assert 0 <= seeds[0] < 16**12


def test_exactly_those_that_are_named_with_their_patients():
    some = [patient("a", 3, cases=("a1", "a2")), *patients(1, 2)]
    assert _exactly(some, {"a2"}) == {
        "scheme": "split",
        "seed": None,
        "cases": ["a1", "a2"],
        "folds": [["a1", "a2"]],
    }
    every = _exactly(some, {"a1", "p00", "p01"})  # fewer than eight: in turn
    assert every["scheme"] == "leave-one-out" and every["folds"] == [["p00"], ["p01"], ["a1", "a2"]]
    for wrong in ({"a1", "nobody"}, set()):
        with pytest.raises(SemiGDAError, match="need a label"):
            _exactly(some, wrong)
    eight = patients(*range(8))
    with pytest.raises(SemiGDAError, match="No labelled patient would be left"):
        _exactly(eight, {p.name for p in eight})
    assert len(_exactly(eight, {p.name for p in eight[:7]})["cases"]) == 7


def test_sentences_of_one_case_and_of_several():
    split = {"scheme": "split", "cases": ["a"], "folds": [["a"]]}
    assert describe(split).startswith("1 labelled case is held out")
    assert describe({**split, "cases": ["a", "b"]}).startswith("2 labelled cases are held out")
    turns = {"scheme": "leave-one-out", "cases": ["a", "b", "c"], "folds": [["a"], ["b", "c"]]}
    assert "2 trainings are scored" in describe(turns) and "than 8 patients" in describe(turns)
    assert describe(None) == "No held-out cases are chosen yet."


# What is known of the cases


def test_voxels_of_a_class_are_added_up_over_its_segments(tmp_path):
    project, facts = synthetic(tmp_path, [50, 60])
    view = project.read()
    first, second = view.cases
    parts = facts[first.id]["label"]["parts"]
    parts["2"] = {"voxels": 7, "slices": 1}
    assert class_voxels(view, first, facts) == {1: 50, 2: 7}
    parts["2"]["voxels"] = 0
    parts["9"] = {"voxels": 4, "slices": 1}  # no class of the project
    assert class_voxels(view, first, facts) == {1: 50}
    project.set_mapping({"2": "one"})
    parts["2"]["voxels"] = 5
    assert class_voxels(project.read(), first, facts) == {1: 55}
    for label in (None, {}, {"error": "broken", "parts": {}}):
        facts[second.id]["label"] = label
        with pytest.raises(SemiGDAError, match="was not checked yet"):
            class_voxels(view, second, facts)
    with pytest.raises(SemiGDAError, match="was not checked yet"):
        class_voxels(view, second, {})
    with pytest.raises(SemiGDAError, match="was not checked yet"):
        choose_heldout(project, {})


def test_labels_are_locked_once_and_images_of_held_out_cases_too():
    facts = {"a": {"label": {"hash": "new"}, "image": {"hash": "i"}}, "b": {"label": None}}
    record = {"cases": ["a", "b", "c"], "labels": {"a": "old"}}
    note_labels(record, facts)
    assert record["labels"] == {"a": "old"}
    note_labels(fresh := {"cases": ["a", "b", "c"]}, facts)
    assert fresh["labels"] == {"a": "new"}

    def found(kept, held=(), seen=facts):
        data = {"heldout": {"cases": list(held)}, "cases": [{"id": "a", "voxels": kept}]}
        return new_voxels(data, seen)

    assert found(None) == found("other") == {"a": "i"} and found("i") == {}
    assert found("other", held=["a"]) == {} and found(None, held=["a"]) == {"a": "i"}
    assert found(None, seen={}) == {}
    assert new_voxels({"heldout": None, "cases": [{"id": "a"}]}, facts) == {"a": "i"}


def test_a_patients_cases_count_together(tmp_path):
    project, facts = synthetic(tmp_path, [50, 60, 70], groups=["x", "y", "x"], second=(2,))
    found = heldout._patients(project.read(), facts)
    by_name = {one.name: one for one in found}
    assert set(by_name) == {"x", "y"} and by_name["x"].voxels == {1: 120, 2: 10}
    assert len(by_name["x"].cases) == 2 and list(by_name["x"].cases) == sorted(by_name["x"].cases)
    assert [one.cases for one in found] == sorted(one.cases for one in found)


def test_whose_label_is_not_trusted_or_not_used_is_not_drawn(tmp_path):
    project, facts = synthetic(tmp_path, [9] * 4)
    order = [case.id for case in project.read().cases]
    project.set_use(order[:1], "ignored")
    drawn = choose_heldout(project, facts)
    assert drawn["cases"] == sorted(order[1:])
    (tmp_path / "other").mkdir()
    machine, facts = synthetic(tmp_path / "other", [9] * 2, origin="machine")
    with pytest.raises(SemiGDAError, match="fewer than two patients") as caught:
        choose_heldout(machine, facts)
    assert caught.value.error_class == "no-labels"


# Who may be learned from


def test_a_fold_never_learns_from_the_patient_it_scores(tmp_path):
    project, facts = synthetic(tmp_path, [9, 8, 7, 6], groups=["x", "x", "y", "z"])
    record = choose_heldout(project, facts)
    view = project.read()
    assert len(record["folds"]) == 3
    for fold, held in enumerate(record["folds"]):
        rows = case_rows(view, fold)
        role = {row["name"]: row["role"] for row in rows}
        assert [name for name, kind in role.items() if kind == "val"] == [
            case.id for case in view.cases if case.id in held
        ]
        scored = {row["group"] for row in rows if row["role"] == "val"}
        learned = {row["group"] for row in rows if row["role"] != "val"}
        assert len(scored) == 1 and len(learned) == 2 and not scored & learned
        assert all(row["label"] and row["classes"] for row in rows)
    assert {row["role"] for row in case_rows(view)} == {"labeled"}  # the last one, of all
    for wrong in (-1, 3):
        with pytest.raises(SemiGDAError, match="3 folds"):
            case_rows(view, wrong)


def test_other_images_of_a_held_out_patient_are_in_no_list(tmp_path):
    project, facts = synthetic(tmp_path, [9 + n for n in range(8)])
    held = choose_heldout(project, facts)["cases"]
    view = project.read()
    other = next(case.id for case in view.cases if case.id not in held)
    project.set_group([held[0], other], "same")
    rows = case_rows(project.read())
    assert other not in {row["name"] for row in rows} and len(rows) == 7
    assert sorted(row["name"] for row in rows if row["role"] == "val") == held
    assert case_rows(project.read(), 5) == rows  # a split has no folds


def test_a_list_needs_classes_and_a_choice(tmp_path):
    with pytest.raises(SemiGDAError, match="no classes yet"):
        case_rows(Project.create(tmp_path / "empty").read())
    project, _ = synthetic(tmp_path, [9] * 3)
    with pytest.raises(SemiGDAError, match="not chosen yet"):
        case_rows(project.read())


def test_a_list_that_is_damaged_or_gone_is_none(tmp_path):
    assert listed_cases(tmp_path / "none.json") is None
    (tmp_path / "list.json").write_text("[{}]")
    assert listed_cases(tmp_path / "list.json") is None
    row = '{"name": "a", "image": "/x.nrrd", "role": "val", "group": "1"}'
    (tmp_path / "list.json").write_text(f"[{row}]")
    assert [one["name"] for one in listed_cases(tmp_path / "list.json")] == ["a"]
    for value, read in ((0, True), (255, True), (-1, False), (256, False)):
        labelled = row[:-1] + f', "label": "/l.nrrd", "classes": {{"1": {value}}}}}'
        (tmp_path / "list.json").write_text(f"[{labelled}]")
        assert (listed_cases(tmp_path / "list.json") is not None) is read


def test_a_change_needs_a_reason(tmp_path):
    project, facts = synthetic(tmp_path, [9 + n for n in range(9)])
    first = choose_heldout(project, facts)
    assert first["version"] == 1 and first["reason"] is None and first["past"] == []
    with pytest.raises(SemiGDAError, match="needs a reason"):
        change_heldout(project, " ", facts)
    second = change_heldout(project, " because ", facts)
    assert second["reason"] == "because" and set(second["labels"]) == set(second["cases"])
    with project.edit_file() as data:
        last = data["history"][-1]
    assert (last["what"], last["reason"]) == ("held-out cases changed", "because")


# When a model is better


def scored(*values, name="a"):
    return {f"case{number}": {name: value} for number, value in enumerate(values)}


def interval_of(values, least=0.0):
    return interval(values, range(len(values)), least)


def test_the_interval_is_that_of_two_thousand_draws_widened_for_few():
    values = [0.31, 0.35, 0.37, 0.52, 0.48, 0.33]
    rng, mean = random.Random(20260423), statistics.fmean(values)
    means = sorted(statistics.fmean(rng.choices(values, k=6)) for _ in range(2000))
    wanted = [mean + 6 / 4.15 * (end - mean) for end in (means[50], means[1949])]
    assert interval_of(values) == tuple(round(end, 4) for end in wanted)
    assert interval_of([0.1, 0.2]) == (None, None) and interval_of([0.1] * 3) == (0.1, 0.1)
    assert interval_of([0.0, 0.9, 0.9]) == (0.0, 1.0)
    assert interval_of([-0.9, 0.9, 0.9], -1.0) == (-1.0, 1.0)


@pytest.mark.parametrize(
    "count, quantile", [(3, 4.303), (4, 3.182), (6, 2.571), (11, 2.228), (31, 2.042)]
)
def test_few_patients_get_what_students_t_asks_for(count, quantile):
    wanted = quantile / 1.96 * math.sqrt(count / (count - 1))
    assert count / (count - NARROW) == pytest.approx(wanted, rel=0.031)


def test_the_interval_of_three_holds_the_true_mean():
    rng, held = random.Random(1), 0
    for _ in range(100):
        low, high = interval_of([rng.gauss(0.6, 0.05) for _ in range(3)])
        held += low <= 0.6 <= high
    assert held > 88  # a plain bootstrap: 75


def test_cases_of_a_patient_are_drawn_together():
    values = {"a": 0.5, "b": 0.6, "c": 0.7, "d": 0.8}
    once = interval(list(values.values()), list(values))
    assert interval([*values.values()] * 10, [*values] * 10) == once
    # Ten pictures of two patients do not tell what a third one is like.
    assert interval([0.5, 0.6] * 5, ["a", "b"] * 5) == (None, None)
    after = {f"{name}{n}": {"a": value} for name, value in values.items() for n in range(10)}
    found = compare_scores(after, None, ["a"], "split", {case: case[0] for case in after})
    told = found["all"]
    assert (told["after_low"], told["after_high"]) == once and found["heldout_cases"] == 40


def test_means_differences_and_rows():
    before, after = scored(0.5, 0.6, None, 0.4), scored(0.7, 0.5, 0.9, None)
    found = compare_scores(after, before, ["a"], "split", {})
    # Both have a score of the first two cases only.
    one = found["classes"]["a"]
    assert (one["before"], one["after"], one["difference"]) == (0.55, 0.6, 0.05)
    assert one["low"] is None and found["all"]["difference"] == 0.05
    # The new model's own mean and its interval are over all three.
    assert one["own"] == 0.7
    assert (one["after_low"], one["after_high"]) == interval_of([0.7, 0.5, 0.9])
    assert found["rows"][2] == {"case": "case2", "class": "a", "before": None, "after": 0.9}
    assert found["heldout_cases"] == 4 and found["scheme"] == "split"


def test_a_clear_gain_wins_with_an_interval_above_zero():
    before, after = scored(0.5, 0.52, 0.48, 0.5), scored(0.7, 0.75, 0.7, 0.72)
    found = compare_scores(after, before, ["a"], "split", {})
    overall = found["all"]
    assert found["wins"] and 0 < overall["low"] < overall["difference"] < overall["high"]
    assert overall["after_low"] < overall["after"] < overall["after_high"]
    nothing = compare_scores({}, None, ["a"], "split", {})
    assert not nothing["wins"] and nothing["heldout_cases"] == 0


def test_a_case_counts_with_the_mean_of_its_classes():
    after = {"x": {"a": 0.2, "b": 0.4}, "y": {"a": 0.9, "b": None}}
    found = compare_scores(after, None, ["a", "b"], "split", {})
    # (.3 + .9) / 2, and not the mean of three numbers
    assert found["all"]["after"] == 0.6 and found["all"]["before"] is None
    before = {"x": {"a": 0.1}, "y": {"a": 0.5, "b": 0.5}}
    paired = compare_scores(after, before, ["a", "b"], "split", {})["all"]
    # Of x only class a, .1 and .2; of y only a, .5 and .9.
    assert (paired["before"], paired["after"]) == (0.3, 0.55)


def whole(**values):
    return {"before": 0.5, "after": 0.6, "difference": 0.1, "low": 0.01, **values}


@pytest.mark.parametrize(
    ("overall", "gains", "wins", "said"),
    [
        (whole(), {"a": 0.1}, True, "better on the held-out cases: mean Dice 0.500 before, 0.600"),
        (whole(difference=0.0), {"a": 0.1}, False, "not better"),
        (whole(difference=-0.1), {"a": -0.1}, False, "not better"),
        (whole(), {"a": -0.02}, True, "is better"),  # within the margin
        (whole(), {"a": -0.021, "b": 0.3}, False, "a class gets worse: a -0.021"),
        (whole(), {"a": None}, True, "is better"),
        (whole(low=None), {"a": 0.1}, True, "too few cases"),
        (whole(low=0.0), {"a": 0.1}, True, "may be chance"),
        (whole(low=-0.1), {"a": 0.1}, True, "may be chance"),
        (whole(after=None), {"a": 0.1}, False, "nothing is known"),
    ],
)
def test_a_model_is_judged_by_its_gain_and_no_class_may_pay(overall, gains, wins, said):
    classes = {name: {"difference": gain, "after": 0.5} for name, gain in gains.items()}
    found, reason = judge(overall, classes)
    assert found is wins and said in reason


@pytest.mark.parametrize(
    ("dice", "wins", "said"),
    [
        ({"a": 0.3, "b": 0.9}, True, "every class was found"),
        ({"a": 0.29, "b": 0.9}, False, "not found (Dice below 0.3): a 0.290."),
        ({"a": None, "b": 0.9}, True, "no held-out case holds a, the rest"),
    ],
)
def test_a_first_model_must_find_every_class(dice, wins, said):
    classes = {name: {"after": value, "difference": None} for name, value in dice.items()}
    overall = {"after": 0.5, "before": None, "difference": None, "low": None}
    found, reason = judge(overall, classes)
    assert found is wins and said in reason and reason.startswith("There was no earlier model")


def test_scores_are_kept_by_case_and_class_in_four_digits():
    rows = [
        {"case": "x", "name": "a", "dice": 0.12345},
        {"case": "x", "name": "b", "dice": None},
        {"case": "y", "name": "a", "dice": 1.0},
    ]
    assert scores_of(rows) == {"x": {"a": 0.1235, "b": None}, "y": {"a": 1.0}}
