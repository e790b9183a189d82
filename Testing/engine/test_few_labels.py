"""The study with few labels: every method for a few steps on phantoms, its figures and its page."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from phantom_fixtures import write_phantoms
from training_fixtures import VOLUMES, card

from semigda.evaluation.evaluate import evaluate
from semigda.networks.efficientnet import EfficientNetLite0
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.jobs.training import TrainSettings

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benchmarks"))

from few_labels_lib.figures import Budget, Group, bootstrap, case_scores, difference, grouped  # noqa: E402
from few_labels_lib.page import details, page  # noqa: E402
from few_labels_lib.recipes import (  # noqa: E402
    ALL,
    BESIDE,
    FEATURE_UNETS,
    METHODS,
    OWN,
    QUESTIONS,
    VARIANTS,
    recipe,
)
from few_labels_lib.rows import read_rows  # noqa: E402
from few_labels_lib.sections import of_same_seeds  # noqa: E402
from few_labels_lib.sets import SETS, DataSet  # noqa: E402
from few_labels_lib.some_levels import only_levels  # noqa: E402
from few_labels_lib.table import MEASURES, read_runs, read_table, write_table  # noqa: E402
from few_labels_lib.times import write_times  # noqa: E402

STEPS = 8
ONE = Budget(0, 1)
DATA = Path(os.environ.get("SEMIGDA_DATA", ROOT / "../shared/data")).resolve()
ROLES = ["labeled"] * 2 + ["unlabeled"] * 3 + ["val"] * 2


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory):
    """Phantoms as one more set, in the folders and with the split file of the real ones."""
    data = tmp_path_factory.mktemp("data")
    write_phantoms(data / "drawn", 2, 3, 2, shape=(6, 32, 32))
    split = {role: [] for role in ("labeled", "unlabeled", "val")}
    for number, role in enumerate(ROLES):
        name = f"case_{number}"
        split[role].append(name)
        for kind in ("image", "label"):
            target = data / "phantom" / f"{kind}s" / f"{name}.nrrd"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(data / "drawn" / f"{kind}_{number:03d}.nrrd", target)
    split["group_of_case"] = {f"case_{number}": f"group_{number}" for number in range(len(ROLES))}
    (data / "splits.json").write_text(json.dumps({"sets": {"phantom": split}}))
    words = {key: value for key, value in card().items() if key != "name"}
    sizes = {"batch": 4, "steps": STEPS, "features_scale": 1.0}
    return DataSet("phantom", words, VOLUMES, **sizes, real_spacing=True, data=data)


@pytest.fixture(scope="module")
def study(phantoms, tmp_path_factory):
    """(folder, paths of the JSON files) after a run of every method."""
    from few_labels_lib.runs import perform

    folder = tmp_path_factory.mktemp("study")
    names = [*ALL, "semigda.no-dam", "semigda.pretraining", "semigda.own-budget"]
    places = {"runs": folder / "runs", "results": folder / "results"}
    paths = {name: perform(phantoms, name, 0, STEPS, **places) for name in names}
    plan = {"cpu": 30, "a_step": 3.0, "start": 0.0}
    paths["planned"] = perform(phantoms, "unet", 0, 10, planned=plan, **places)
    return folder, paths


@pytest.mark.slow
def test_runs_spend_what_they_say(study):
    runs = {name: json.loads(path.read_text("utf-8")) for name, path in study[1].items()}
    planned = runs.pop("planned")
    assert study[1]["planned"].name == "unet-0-30s.json"
    assert planned["planned"]["cpu"] == 30 and planned["spent"]["optimizer_steps"] == 10
    for name, run in runs.items():
        assert run["spent"]["optimizer_steps"] == STEPS
        assert {row["case"] for row in run["rows"]} == {"case_5", "case_6"}
        if name != "unet-features-unimatch":
            assert run["spent"]["gradient_slices"] <= STEPS * (16 if name.endswith(OWN) else 4)
        assert (run["spent"]["teacher_slices"] > 0) == (recipe(name).unlabeled != "none")
        assert run["spent"]["tflop"] > 0
    assert runs["unet"]["spent"]["gradient_slices"] == STEPS * 4
    # Two steps of four labelled slices, then three of them and three views of an unlabelled one.
    assert runs["unet-features-unimatch"]["spent"]["gradient_slices"] == 2 * 4 + 6 * (3 + 3)
    assert runs["semigda"]["settings"]["align_steps"] == 1
    assert runs["semigda.no-dam"]["settings"]["steps"] == STEPS
    assert runs["semigda.pretraining"]["settings"]["steps"] == STEPS - 2
    sizes = {name: run["spent"]["parameters"] for name, run in runs.items()}
    featured = {sizes.pop(name) for name in FEATURE_UNETS}
    assert max(sizes.values()) < 1.1 * min(sizes.values()) and featured == {5179747}
    narrow, wide = (runs[name]["spent"]["tflop"] for name in ("unet", "unet-full-width"))
    assert 1.4 < wide / narrow < 1.7


@pytest.mark.slow
def test_judged_as_the_product_judges(study):
    """Also shows that nothing was chosen: the package holds averaged weights and both branches."""
    folder, paths = study
    run = json.loads(paths["semigda"].read_text("utf-8"))
    place = folder / "runs/phantom" / paths["semigda"].stem
    options = SegmentOptions(device="cpu")
    rows = evaluate(place / "model", place / "val.json", options=options)["rows"]
    model = json.loads((place / "model/card.json").read_text("utf-8"))
    assert model["branches"] == "both" and model["training"]["weights"] == "average"
    for ours, theirs in zip(run["rows"], rows, strict=True):
        assert (ours["case"], ours["class"]) == (theirs["case"], theirs["class"])
        for measure in ("dice", "iou", "hd95", "assd"):
            assert ours[measure] == pytest.approx(theirs[measure], abs=2e-3)


@pytest.mark.slow
def test_finished_runs_are_skipped_and_killed_ones_begin_again(study, phantoms):
    from few_labels_lib.runs import perform

    folder, paths = study
    places = {"runs": folder / "runs", "results": folder / "results"}
    path = paths["unet-copy-paste"]
    before, written = json.loads(path.read_text("utf-8")), path.stat().st_mtime_ns
    perform(phantoms, "unet-copy-paste", 0, STEPS, **places)
    assert path.stat().st_mtime_ns == written
    path.unlink()  # what a killed run leaves: a folder without its JSON
    perform(phantoms, "unet-copy-paste", 0, STEPS, **places)
    assert json.loads(path.read_text("utf-8"))["rows"] == before["rows"]


@pytest.mark.slow
def test_disagreement_of_finished_runs(study, phantoms):
    from few_labels_lib.doubt import judge_signals

    folder, paths = study
    for name in ("unet", "semigda"):
        run = json.loads(paths[name].read_text("utf-8"))
        found = judge_signals(phantoms, run, folder / "runs/phantom" / paths[name].stem)
        signals = set(found["signals"])
        assert ("branches" in signals) == (name == "semigda")
        assert {"entropy", "mirrored"} <= {signal.split(" ")[0] for signal in signals}
        for values in found["signals"].values():
            assert 0 <= values["auprc"] <= 1 and len(values["cases"]) == 2


@pytest.mark.slow
def test_page_is_made_from_the_files(study):
    groups = grouped(read_runs(study[0] / "results"))
    summary, text = page(groups), details(groups, "unet")
    for name in (*METHODS, *BESIDE):
        assert f"| {recipe(name).title} | 0 |" in text
    assert all(recipe(name).title in summary for name in METHODS)
    assert not any(recipe(name).title in summary for name in BESIDE)  # not of all sets and seeds
    assert "## phantom, 8 steps" in text and "| Dice by case | case_5 | case_6 |" in text
    assert QUESTIONS["no-dam"] in text and QUESTIONS[OWN] not in text
    assert "| phantom | SemiGDA, semi-supervised | 0 | 48 x 48 |" in summary
    assert str(study[0]) not in summary + text


@pytest.mark.slow
def test_the_table_keeps_all_that_the_page_shows(study, tmp_path):
    runs, table = read_runs(study[0] / "results"), tmp_path / "table.json"
    write_table(table, runs)
    assert sorted(read_table(table), key=str) == sorted(runs, key=str)
    assert details(grouped(read_table(table)), "unet") == details(grouped(runs), "unet")
    assert read_table(tmp_path / "none.json") == []


def test_a_run_takes_the_place_of_the_stored_one_with_its_seed():
    first, again = (run_of("x", 0, {"a1": value}) for value in (0.2, 0.4))
    (group,) = grouped([first, again])
    assert group.mean("dice") == 0.4


def test_one_table_holds_one_split_of_each_set(tmp_path):
    runs = [run_of("x", seed, {case: 0.5}) for seed, case in enumerate(("a1", "b1"))]
    with pytest.raises(ValueError, match="x was judged on other cases"):
        write_table(tmp_path / "table.json", runs)


def run_of(method: str, seed: int, dice: dict[str, float]) -> dict:
    rows = [
        {"case": case, "group": case[0], "name": "body", **dict.fromkeys(MEASURES), "dice": value}
        for case, value in dice.items()
    ]
    run = {"set": "s", "method": method, "seed": seed, "budget": 1, "rows": rows}
    return run | {"branches": {}}


def test_differences_are_paired():
    runs = []
    theirs = {"a1": 0.5, "a2": 0.6, "b1": 0.9}
    for seed, gain in ((0, 0.1), (1, 0.2), (2, 5.0)):
        ours = {case: value + gain for case, value in theirs.items()}
        runs.append(run_of("x", seed, ours))
        if seed < 2:  # the third has no partner: it must not count
            runs.append(run_of("y", seed, theirs))
    groups = {group.method: group for group in grouped(runs)}
    found = difference(groups["x"], groups["y"])
    assert found.seeds == 2
    for value in (found.mean, found.low, found.high):
        assert value == pytest.approx(0.15)


def test_methods_are_compared_over_the_seeds_that_all_have():
    runs = {seed: run_of("unet", seed, {"a1": 0.2 + 0.6 * seed}) for seed in (0, 1)}
    table = {
        ("s", "unet", ONE): Group("s", "unet", ONE, runs),
        ("s", "semigda", ONE): Group("s", "semigda", ONE, {0: run_of("semigda", 0, {"a1": 0.3})}),
    }
    found = of_same_seeds(table, "s", ONE)
    assert found["unet"].mean("dice") == pytest.approx(0.2) and list(found["unet"].runs) == [0]
    assert set(found) == {"unet", "semigda"}


def test_bootstrap_draws_patients():
    mean, low, high = bootstrap({"a": [0.0] * 9, "b": [1.0]})
    assert mean == 0.1 and low == 0 and high == 1


def test_missed_classes_count_and_absent_ones_do_not():
    run = run_of("x", 0, {"a1": 0.0, "b1": None})
    assert case_scores(run, "dice") == {"a1": 0.0}


def test_the_own_budget_is_that_of_a_training_by_default(tmp_path, phantoms):
    chosen, default = recipe(f"semigda.{OWN}"), TrainSettings
    steps = chosen.steps(phantoms)
    settings = chosen.settings(phantoms, 0, steps, tmp_path, "cpu", 1)
    assert steps == default.align_steps + default.steps
    assert settings.labeled_batch == default.labeled_batch
    assert settings.unlabeled_batch == default.unlabeled_batch


# Budgets in CPU seconds


def test_planned_runs_are_a_group_of_their_own_whatever_their_steps():
    runs = [run_of("x", seed, {"a1": 0.5}) for seed in range(4)]
    for run, steps in zip(runs[1:], (7, 9, 7), strict=True):
        run |= {"budget": steps, "planned": {"cpu": 900 if run["seed"] < 3 else 60}}
    found = {str(group.budget): list(group.runs) for group in grouped(runs)}
    assert found == {"1 steps": [0], "900 CPU seconds": [1, 2], "60 CPU seconds": [3]}


def test_as_many_steps_are_planned_as_fit(phantoms, tmp_path):
    from few_labels_lib.runs import processor
    from few_labels_lib.timing import planned

    row = {"set": "phantom", "method": "unet", "size": [32, 32], "batch": 4}
    row |= {"a_step": 0.5, "start": 4.0, "processor": processor()}
    write_times(tmp_path / "times.json", [{**row, "a_step": 9.0}, row])
    times = read_rows(tmp_path / "times.json")
    assert times == [row] and read_rows(tmp_path / "none.json") == []
    steps, plan = planned(60, times, phantoms, "unet")
    assert steps == 112 and plan == {"cpu": 60, "a_step": 0.5, "start": 4.0}
    for change in ({"size": [64, 64]}, {"processor": "another"}, {"set": "skin"}):
        with pytest.raises(LookupError, match="unet on phantom was not timed here"):
            planned(60, [{**row, **change}], phantoms, "unet")


def test_methods_are_timed_in_turn(phantoms, tmp_path, monkeypatch):
    from few_labels_lib import timing

    monkeypatch.setattr(timing, "LENGTHS", (1, 6))
    rows = timing.time_methods(phantoms, ["unet", "unet-features"], 2, tmp_path, "cpu", 1)
    assert [row["method"] for row in rows] == ["unet", "unet-features"]
    for row in rows:
        short, long = (min(pair[i] for pair in row["measured"]) for i in (0, 1))
        assert len(row["measured"]) == 2 and 0 < short < long
        assert row["a_step"] == pytest.approx((long - short) / 5, abs=1e-4)
        assert row["start"] == pytest.approx(max(0, short - row["a_step"]), abs=1e-2)
        assert row["size"] == [32, 32] and row["batch"] == 4


def test_networks_with_features_see_the_slices_that_the_set_names_for_them(phantoms):
    one = replace(phantoms, features_scale=2.0)
    for name in (*FEATURE_UNETS, "semigda.features"):
        assert recipe(name).fit(one).preprocessing["size"] == [64, 64]
    assert recipe("unet").fit(one).preprocessing["size"] == [32, 32]


def test_some_levels_of_the_features_reach_the_network_until_the_run_ends():
    features, image = EfficientNetLite0(), torch.ones(1, 3, 64, 64)
    whole = features(image)
    with only_levels(recipe("semigda.features-coarse").levels):
        coarse = features(image)
    assert [bool(feature.any()) for feature in coarse] == [False, False, True, True, True]
    assert all(map(torch.equal, coarse[2:], whole[2:]))
    assert [feature.shape for feature in coarse] == [feature.shape for feature in whole]
    assert all(map(torch.equal, features(image), whole))


def test_variants_are_real_settings(tmp_path, phantoms):
    assert set(VARIANTS) == set(QUESTIONS)
    for name in VARIANTS:
        settings = recipe(f"semigda.{name}").settings(phantoms, 0, 40, tmp_path, "cpu", 1)
        plain = recipe("semigda").settings(phantoms, 0, 40, tmp_path, "cpu", 1)
        assert settings != plain or recipe(f"semigda.{name}").base != "own"
    with pytest.raises(KeyError):
        recipe("unet.no-dam")
    with pytest.raises(KeyError):
        recipe("semigda.unknown")


@pytest.mark.skipif(not (DATA / "splits.json").exists(), reason="no real data")
@pytest.mark.parametrize("name", list(SETS))
@pytest.mark.slow
def test_real_sets_are_whole(name, tmp_path):
    one = SETS[name]
    cases = json.loads(
        one.write_cases(tmp_path / "cases.json", "labeled", "unlabeled", "val").read_text("utf-8")
    )
    assert all(Path(case["image"]).is_file() for case in cases)
    assert all(("label" in case) == (case["role"] != "unlabeled") for case in cases)
    assert one.model_card("x")["attribution"]
