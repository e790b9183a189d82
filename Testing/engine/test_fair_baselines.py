"""The page's part about the same CPU seconds: its tables, and bars reached or missed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benchmarks"))

from few_labels_lib.bars import DICE, verdicts  # noqa: E402
from few_labels_lib.figures import Budget, grouped  # noqa: E402
from few_labels_lib.page import details, page  # noqa: E402
from few_labels_lib.recipes import FAIR, OURS, QUESTIONS, recipe  # noqa: E402
from few_labels_lib.sections import UNLABELED_GAINS  # noqa: E402
from few_labels_lib.sets import SETS  # noqa: E402
from few_labels_lib.table import MEASURES  # noqa: E402

ALONE = UNLABELED_GAINS[OURS]


def run_of(name: str, method: str, dice: float, seed: int = 0, cpu: int = 900, steps: int = 70):
    row = {"case": "a", "group": "g", "name": "body", **dict.fromkeys(MEASURES, dice)}
    return {
        "set": name,
        "method": method,
        "seed": seed,
        "budget": steps,
        "planned": {"cpu": cpu},
        "spent": {
            "optimizer_steps": steps,
            "gradient_slices": 8 * steps,
            "teacher_slices": 0,
            "tflop": 12.3,
            "parameters": 5_200_000,
        },
        "seconds": {"train": {"wall": 1000.0, "cpu": 890.0}},
        "size": [128, 96],
        "device": "cpu",
        "processor": "p",
        "threads": 1,
        "versions": {"torch": "2"},
        "finished": "2026-11-29T00:00:00",
        "branches": {},
        "rows": [row],
    }


def table_of(runs):
    return {(g.set_name, g.method, g.budget): g for g in grouped(runs)}


def judged(runs, cpu: int) -> dict[str, tuple[float, float]]:
    found = verdicts(table_of(runs), Budget(cpu, 0))
    return {asked: (bar, pytest.approx(value)) for asked, bar, value in found}


def test_bars_of_a_short_training_and_of_one_by_default():
    for cpu, bar in ((900, 0.79), (5400, 0.84)):
        found = judged([run_of("polyp", OURS, 0.8, cpu=cpu)], cpu)
        assert found == {"polyp: Dice": (bar, 0.8)}


def test_a_bar_that_a_short_training_reaches_is_reached_by_a_longer_one_too():
    runs = [run_of("polyp", OURS, 0.85), run_of("breast_us", OURS, 0.86)]
    runs.append(run_of("skin", OURS, 0.88, cpu=5400))
    found = judged(runs, 5400)
    assert found == {
        "polyp: Dice, after 900 CPU seconds": (0.84, 0.85),
        "skin: Dice": (0.90, 0.88),
    }  # breast's is open: more time may reach it


def test_unlabelled_images_must_gain_where_they_were_seen_to_and_never_lose():
    ours, alone = {"polyp": 0.80, "skin": 0.87}, {"polyp": 0.79, "skin": 0.88}
    runs = [run_of(name, OURS, dice) for name, dice in ours.items()]
    runs += [run_of(name, ALONE, dice) for name, dice in alone.items()]
    found = judged(runs, 900)
    assert found["polyp: points from unlabelled images"] == (2.0, 1.0)
    assert found["skin: points from unlabelled images"] == (-0.5, -1.0)


def test_the_mean_is_compared_with_the_best_unet_that_has_every_set():
    dice = {OURS: 0.80, "unet-features": 0.77, "unet-features-unimatch": 0.785}
    runs = [run_of(name, method, value) for method, value in dice.items() for name in DICE]
    runs.append(run_of("polyp", "unet-features-copy-paste", 0.99))
    (asked,) = [text for text in judged(runs, 900) if "best U-Net" in text]
    assert recipe("unet-features-unimatch").title in asked
    assert judged(runs, 900)[asked] == (1.0, 1.5)
    assert not any("best U-Net" in text for text in judged(runs[1:], 900))  # a set is missing


def test_the_page_shows_each_budget_with_its_bars_costs_and_nnunet():
    runs = [run_of("polyp", method, 0.7 + 0.01 * i) for i, method in enumerate(FAIR)]
    runs += [run_of("polyp", OURS, 0.85, cpu=5400, steps=400 + seed, seed=seed) for seed in (0, 1)]
    runs.append(run_of("polyp", "nnunet-2d", 0.3, steps=11))
    times = [{"method": OURS, "set": "polyp", "a_step": 0.5}]
    summary, text = page(grouped(runs)), details(grouped(runs), "unet", times)
    short, default = summary.index("## All sets, 900 CPU"), summary.index("## All sets, 5400 CPU")
    for method in FAIR:
        assert f"| {recipe(method).title} |" in summary[short:default]
    nnunet = "| polyp | 2d | 0 | 0.300 | 0.300 | +45.0 [+45.0, +45.0] | 128 x 96 | 11 | 8 |"
    assert nnunet in summary
    default = text.index("before these runs, 5400 CPU")
    assert text.index("## polyp, 900 CPU seconds") < default
    assert "| polyp: Dice | 0.790 | 0.750 | **missed** |" in text[:default]
    assert "| polyp: Dice | 0.840 | 0.850 | reached |" in text[default:]
    assert f"| {recipe(OURS).title} | 0 1 | 0.850 (0.000) | 0.850 |  | 400 to 401 |" in text
    assert text.endswith(f"| {recipe(OURS).title} | 0.500 |\n")
    assert "## From random weights" not in summary


def test_a_method_with_fewer_seeds_takes_none_from_the_others():
    both = (OURS, "unet-features-copy-paste")
    runs = [run_of(name, m, 0.8 + 0.02 * n, seed=n) for name in DICE for m in both for n in (0, 1)]
    runs += [run_of(name, ALONE, 0.7) for name in DICE]
    summary = page(grouped(runs))
    table = summary[summary.index("## All sets") : summary.index("gained from unlabelled")]
    assert "polyp 0 1" in table and "| 0.800 |" not in table
    assert recipe(ALONE).title not in table and "+10.0" in summary


def test_other_networks_are_shown_beside_them():
    groups = grouped([run_of("polyp", "unet", 0.5)])
    assert "## All sets" not in page(groups)
    text = details(groups, "unet")
    assert "| U-Net, labelled only | 0 | 0.500 | 0.500 |  | 70 | 560 | 12 | 890 |" in text


def test_without_such_runs_the_page_says_nothing_of_them():
    run = {**run_of("polyp", "unet", 0.5), "planned": None}
    assert "CPU seconds of a training" not in page(grouped([run]))
    assert "## polyp, 70 steps" in details(grouped([run]), "unet")


def test_every_set_has_its_bars():
    assert set(DICE) == set(SETS)


def test_starts_are_compared_in_as_many_steps():
    frozen, nothing = "semigda.features-frozen", "semigda.from-nothing"
    dice = {OURS: 0.80, frozen: 0.78, nothing: 0.55, "semigda.features": 0.81}
    runs = [{**run_of("polyp", method, value), "planned": None} for method, value in dice.items()]
    runs.append({**run_of("skin", frozen, 0.9), "planned": None})  # nothing to compare with
    runs.append(run_of("heart_la", OURS, 0.9))  # of a budget in seconds
    text = page(grouped(runs))
    section = text[text.index("## The start") :]
    assert "| polyp | 70 | 0 | one branch, the default | 0.800 |  | 890 |" in section
    told = QUESTIONS[frozen.partition(".")[2]]
    assert f"| polyp | 70 | 0 | {told} | 0.780 | -2.0 [-2.0, -2.0] | 890 |" in section
    assert "0.550 | -25.0" in section and "0.810 | +1.0" in section
    assert "| skin |" not in section and "| heart_la |" not in section
    assert "## The start" not in page(grouped(runs[:1]))


def test_what_unlabelled_images_give_is_judged_over_the_seeds_that_both_methods_have():
    runs = [run_of("polyp", OURS, dice, seed) for seed, dice in enumerate((0.82, 0.70))]
    runs.append(run_of("polyp", ALONE, 0.79))
    assert judged(runs, 900)["polyp: points from unlabelled images"] == (2.0, 3.0)
