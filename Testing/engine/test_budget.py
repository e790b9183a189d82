"""What a time budget buys: sizes, batches and steps worked out by hand."""

import pytest
from trainings_fixtures import ready_project

from semigda_core.project.check.latest import measured
from semigda_core.project.training.budget import (
    LOOK_SECONDS,
    MOST_OVERHEAD,
    Sizes,
    afford,
    overhead_of,
    relative_cost,
)
from semigda_core.project.training.estimates import (
    Work,
    at_size,
    estimate_of,
    fitted,
    plan_of,
    total_seconds,
)
from semigda_core.project.training.planning import minutes_of
from semigda_core.project.training.plans import Plan
from semigda_core.project.training.presets import grids, train_settings

SIDES = (192, 160, 128, 96)
PIXELS = [side * side for side in SIDES]
SIZES = Sizes(SIDES, 6, 2, steps=1100, least=800, most=6000, larger=2)


@pytest.mark.parametrize(
    "step_seconds, side, times, steps",
    [
        (0.1, 192, 2, 6000),  # 27,000 steps: twice the slices, and still more than enough
        (0.3, 192, 1, 6000),  # 9,000 are too few for twice the slices
        (1.0, 192, 1, 2700),
        (3.375, 192, 1, 800),  # just enough
        (3.4, 160, 1, 1081),  # 3.4 (160^2 + 5600) / (192^2 + 5600) = 2.498 s
        (6.0, 128, 1, 869),  # 4.408 s at 160 would leave 612
        (30.0, 96, 1, 258),  # the smallest size, however few
    ],
)
def test_larger_slices_first_then_steps_then_larger_batches(step_seconds, side, times, steps):
    found = afford(step_seconds, 45 * 60, PIXELS, SIZES)
    assert found == (SIDES.index(side), times, steps)


def test_steps_of_other_sizes_take_about_what_was_measured():
    for side, share in ((96, 0.351), (128, 0.506), (160, 0.730)):
        assert relative_cost(side**2, 192**2) == pytest.approx(share, abs=0.015)


def test_what_a_step_takes_beside_its_pixels_is_measured_by_two_sizes():
    assert overhead_of(96**2, 0.6, 192**2) == pytest.approx((0.6 * 192**2 - 96**2) / 0.4)
    overhead = overhead_of(96**2, 0.6, 192**2)
    assert relative_cost(96**2, 192**2, overhead) == pytest.approx(0.6)
    assert overhead_of(96**2, 0.2, 192**2) == 0  # less than its pixels
    assert overhead_of(96**2, 1.1, 192**2) == overhead_of(96**2, 1 - 1e-9, 192**2) == MOST_OVERHEAD
    few = afford(6.0, 45 * 60, PIXELS, SIZES, overhead)
    assert few == (3, 1, 750)  # 3.6 s a step at 96; by the usual overhead 128 would do


def test_a_plan_counts_what_its_rehearsal_measured():
    facts = MEASURED | {"overhead_pixels": 20_000}
    scaled = at_size(facts, SETTINGS, SETTINGS | {"preprocessing": grid(96)})
    share = (96 * 48 + 20_000) / (192 * 96 + 20_000)
    assert scaled["seconds_per_step"]["semi"] == pytest.approx(4 * share)
    ask = (WORK, 45 * 60, {}, [grid(side) for side in SIDES], SIZES)
    found = SETTINGS | fitted(SETTINGS, facts, *ask)
    after = at_size(facts, SETTINGS, found)
    assert total_seconds(found, after, WORK) == pytest.approx(45 * 60, rel=0.01)


def test_a_first_look_takes_of_the_time():
    for steps, look in ((200, LOOK_SECONDS), (199, 0)):
        plan = SETTINGS | {"steps": steps}
        spent = total_seconds(plan | {"first_look": True}, MEASURED, WORK)
        assert spent == total_seconds(plan, MEASURED, WORK) + look


def test_no_choice_of_size_leaves_the_steps():
    assert afford(2.0, 100, [1000], Sizes((32,), 6, 2, steps=9)) == (0, 1, 50)
    assert afford(2.0, 0, [1000], SIZES) == (0, 1, 0)


def grid(side: int) -> dict:
    return {"size": [side, side // 2], "spacing": [None, None, None]}


SETTINGS = {
    "align_steps": 100,
    "steps": 1000,
    "labeled_batch": 6,
    "unlabeled_batch": 2,
    "supervised_share": 0.2,
    "validations": 0,
    "checkpoint_minutes": 1e9,
    "base": None,
    "preprocessing": grid(192),
}
MEASURED = {
    "seconds_per_step": {
        "pretrain": None,
        "align": 1.0,
        "supervised": 2.0,
        "semi": 4.0,
        "unet": 2.0,
    },
    "load_seconds": 14.0,
    "validate_seconds": 1.0,
    "save_seconds": 0.0,
    "prepare_seconds": 0.0,
    "prepare_all_seconds": 0.0,
    "prepared_bytes": 0,
    "unprepared_bytes": 0,
}
COSTS = {"memory_bytes": 1e9, "gpu_memory_bytes": None, "checkpoint_bytes": 1e6, "device": "cpu"}
COSTS |= {"fits": True, "reason": "", "offers": {}}
WORK = Work(trainings=1, scored=10, compared=False, semi=True)


def test_a_plan_fills_its_time_at_the_size_it_chooses():
    """One step takes 100 x 1 + 200 x 2 + 800 x 4 = 3700 s / 1100 on average, reading 14, starting
    6, scoring 20 s."""
    ask = (WORK, 45 * 60, {}, [grid(side) for side in SIDES], SIZES)
    found = fitted(SETTINGS, MEASURED, *ask)
    # 2660 s are 791 steps at 192. At 160 one takes (160 x 80 + 5600) / (192 x 96 + 5600) = .7656
    # of that, as does scoring, which leaves 2665 s: 1035 steps.
    assert found == {"preprocessing": grid(160), "align_steps": 94, "steps": 941}
    after = SETTINGS | found
    scaled = at_size(MEASURED, SETTINGS, after)
    assert scaled["seconds_per_step"]["semi"] == pytest.approx(4 * 0.7656, rel=1e-4)
    assert scaled["seconds_per_step"]["pretrain"] is None
    assert total_seconds(after, scaled, WORK) == pytest.approx(45 * 60, rel=0.01)
    longer = fitted(SETTINGS, MEASURED, WORK, 60 * 60, *ask[2:])
    assert longer == {"align_steps": 96, "steps": 962}


def test_smaller_slices_are_prepared_anew_within_the_time():
    """Those of the rehearsal's size were prepared by it."""
    facts = MEASURED | COSTS | {"prepare_all_seconds": 1200.0}
    found = fitted(SETTINGS, facts, WORK, 45 * 60, {}, [grid(side) for side in SIDES], SIZES)
    after = SETTINGS | found
    assert after["preprocessing"] == grid(160)
    spent = total_seconds(after, at_size(facts, SETTINGS, after), WORK)
    assert spent == pytest.approx(45 * 60, rel=0.01)


def test_the_time_that_is_offered_is_enough(tmp_path):
    """Also where most of it goes into preparing slices."""
    facts = MEASURED | COSTS | {"prepare_all_seconds": 1200.0}

    def estimate(minutes):
        found = fitted(SETTINGS, facts, WORK, 60 * minutes, {}, [grid(n) for n in SIDES], SIZES)
        after = SETTINGS | found
        return estimate_of(after, at_size(facts, SETTINGS, after), WORK, minutes, tmp_path)

    first = estimate(1)
    assert not first.fits and first.reason.startswith("Even the shortest training takes about ")
    assert estimate(first.offers["minutes"]).fits


@pytest.mark.parametrize(("minutes", "saves"), [(0, 1100), (0.01, 1100), (1.0, 3700 / 60)])
def test_no_more_checkpoints_are_written_than_there_are_steps(minutes, saves):
    often = SETTINGS | {"checkpoint_minutes": minutes}
    spent = total_seconds(often, MEASURED | {"save_seconds": 3.0}, WORK)
    assert spent - total_seconds(often, MEASURED, WORK) == pytest.approx(3 * saves)


def test_a_fast_computer_takes_larger_batches_and_ends_before_its_time():
    cost = {key: value and value / 50 for key, value in MEASURED["seconds_per_step"].items()}
    fast = MEASURED | {"seconds_per_step": cost}
    ask = (WORK, 45 * 60, {}, [grid(192)], SIZES)
    found = fitted(SETTINGS, fast, *ask)
    assert found == {
        "align_steps": 545,
        "steps": 5455,
        "labeled_batch": 12,
        "unlabeled_batch": 4,
    }
    scaled = at_size(fast, SETTINGS, SETTINGS | found)
    assert scaled["seconds_per_step"]["align"] == pytest.approx(2 / 50)
    assert total_seconds(SETTINGS | found, scaled, WORK) < 0.4 * 45 * 60
    kept = fitted(SETTINGS, fast, WORK, 45 * 60, {"labeled_batch": 6}, *ask[3:])
    assert kept == {"align_steps": 545, "steps": 5455}


def test_what_the_user_fixed_stays():
    grids_of = [grid(192)]
    found = fitted(SETTINGS, MEASURED, WORK, 2700, {"steps": 1000}, grids_of, SIZES)
    assert set(found) == {"align_steps"}
    both = {"steps": 1000, "align_steps": 100}
    assert fitted(SETTINGS, MEASURED, WORK, 2700, both, grids_of, SIZES) == {}


def test_presets_have_a_time_unless_the_user_chose_the_steps():
    assert minutes_of(Plan()) == 45 and minutes_of(Plan("quick")) == 10
    assert minutes_of(Plan(minutes=5.0)) == 5 and minutes_of(Plan("paper")) is None
    assert minutes_of(Plan(advanced={"steps": 10})) is None
    assert minutes_of(Plan(advanced={"steps": 10}, minutes=5.0)) == 5


def test_the_plan_in_words(tmp_path):
    ask = (WORK, SIZES)
    assert plan_of(SETTINGS, *ask, largest=True) == (
        "Slices of 192 x 96 pixels, 1100 steps of 8 slices."
    )
    turns = Work(trainings=5, scored=4, compared=False, semi=False)
    few = SETTINGS | {"preprocessing": grid(96), "steps": 300}
    assert plan_of(few, turns, SIZES, largest=False) == (
        "Slices of 96 x 48 pixels, 400 steps of 6 slices. These are 5 trainings: each patient is "
        "held out once. Larger slices would leave too few steps in this time. That is little: more "
        "time makes a better model."
    )
    one, both = (
        plan_of(SETTINGS | {"branches": names}, *ask, largest=True)
        for names in (["cnn"], ["vae", "cnn"])
    )
    assert one.endswith(
        "One of the two branches is trained: in this time it learns more than both."
    )
    assert "branches" not in both
    facts = MEASURED | COSTS
    assert estimate_of(SETTINGS, facts, WORK, 45.0, tmp_path).plan == ""  # of the caller


def test_slices_are_prepared_once_and_take_room_on_the_disk(tmp_path):
    facts = MEASURED | COSTS | {"prepare_seconds": 100.0, "prepare_all_seconds": 400.0}
    facts |= {"prepared_bytes": 36e9, "unprepared_bytes": 9e9}
    folds = Work(trainings=3, scored=10, compared=False, semi=True)
    without = facts | {"prepare_seconds": 0.0}
    ask = (SETTINGS, folds)
    assert total_seconds(ask[0], facts, ask[1]) == total_seconds(ask[0], without, ask[1]) + 100
    found = estimate_of(SETTINGS, facts, WORK, None, tmp_path)
    assert found.fits and found.text.endswith(", 36.0 GB on the disk for prepared slices")
    huge = facts | {"unprepared_bytes": 1e15}
    found = estimate_of(SETTINGS, huge, WORK, None, tmp_path)
    assert not found.fits and "the training needs 1000000" in found.reason
    small = estimate_of(SETTINGS, facts | {"prepared_bytes": 1e7}, WORK, None, tmp_path)
    assert small.text.endswith("memory")
    # Slices of another size are all to be made.
    other = at_size(facts, SETTINGS, SETTINGS | {"preprocessing": grid(96)})
    assert other["unprepared_bytes"] == other["prepared_bytes"] == pytest.approx(9e9)
    assert other["prepare_seconds"] == 400 and at_size(facts, SETTINGS, SETTINGS) == facts


def test_smaller_grids_are_those_of_smaller_sides_and_no_two_are_equal(tmp_path):
    project = ready_project(tmp_path)  # slices of 20 x 18
    facts = measured(project)

    def offered(**advanced):
        settings = train_settings(project, facts, Plan(advanced=advanced), "m")
        return [one["size"] for one in grids(project, facts, Plan(advanced=advanced), settings)]

    assert offered() == offered(side=64) == [[48, 48]]  # pixels twice as fine: 40 x 36
    large = {
        key: one | {"image": one["image"] | {"shape": [16, 300, 150]}} for key, one in facts.items()
    }
    settings = train_settings(project, large, Plan(), "m")
    found = grids(project, large, Plan(), settings)
    sizes = [[256, 128], [224, 112], [192, 96], [160, 80], [128, 64], [96, 48]]
    assert [one["size"] for one in found] == sizes and found[0] == settings["preprocessing"]
    assert found[0]["spacing"][1] < settings_of_plain(project, large)["spacing"][1]
    # In the time of a CPU one branch is better than both, if it has general image features.
    assert settings["branches"] == ["cnn"]


def settings_of_plain(project, facts):
    plain = train_settings(project, facts, Plan(features=False), "m")
    assert plain["branches"] == ["vae", "cnn"]
    return plain["preprocessing"]
