"""``semigda models calibrate``, from the files of held-out cases to the model's card."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from model_fixtures import tiny_package

from semigda.cli import main
from semigda.cli.models import _good, _worth
from semigda.data.cases import Case
from semigda.evaluation.calibrate import outcomes_of
from semigda.inference.segment import segment_file
from semigda.models.package import rewrite_card
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard
from semigda_core.models.doubt import DIGITS, Outcome, doubt_entry

CASES, WRONG = 12, (3, 6, 8)  # the labels of these are moved, so the model is wrong there


def calibrate(model, cases, capsys) -> tuple[int, str, str]:
    """Exit status, and what was printed as output and as errors."""
    status = main(["models", "calibrate", str(model), str(cases), "--device", "cpu"])
    return status, *capsys.readouterr()


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A model, a case list, and what is known of each patient; the first has two of the cases."""
    folder = tmp_path_factory.mktemp("calibrate")
    model, rows, known = tiny_package(folder / "models"), [], []
    random = np.random.default_rng(0)
    options = SegmentOptions("cpu", review=True)
    for number in range(CASES):
        image, out = folder / f"DOE_{number}.nrrd", folder / f"{number}.seg.nrrd"
        array = random.normal(0, 100, (3, 24, 30)).astype(np.int16)
        sitk.WriteImage(sitk.GetImageFromArray(array), str(image))
        report = segment_file(image, model, out, options=options)
        found = sitk.GetArrayFromImage(sitk.ReadImage(str(out)))
        truth = np.roll(found, 9, axis=1) if number in WRONG else found
        label = folder / f"DOE_{number}_label.nrrd"
        sitk.WriteImage(sitk.GetImageFromArray(truth), str(label))
        rows.append({"image": image.name, "label": label.name, "role": "val"})
        if number < 2:
            rows[-1]["group"] = "DOE"
        if number != 1:
            known.append([])
        for segment in report["segments"]:
            here, there = found == segment["value"], truth == segment["value"]
            if here.any():
                dice = 2 * (here & there).sum() / (here.sum() + there.sum())
                sizes = int(there.sum()), int(here.sum())
                sure = round(segment["agreement"], DIGITS), float(dice)
                known[-1].append(Outcome(segment["value"], *sure, *sizes, segment["whole"]))
    assert 2 * CASES - 4 < sum(map(len, known))
    return folder, model, rows, known


def listed(folder, name, rows):
    path = folder / name
    path.write_text(json.dumps(rows))
    return path


def test_the_card_gets_what_the_held_out_cases_show(study, capsys):
    folder, model, rows, known = study
    (folder / "broken.nrrd").write_bytes(b"NRRD0004\nno image\n")
    more = [
        {"name": "broken", "image": "broken.nrrd", "label": rows[0]["label"], "role": "val"},
        # Labelled in part, and wrongly: neither its Dice nor its volume is that of a case.
        {**rows[4], "name": "part", "label_slices": "2: 1", "label": rows[2]["label"]},
        # What the model has learned, as a later row says, and a case that is in the list already.
        {**rows[4], "name": "learned", "label": rows[2]["label"]},
        {**rows[4], "name": "again"},
        {**rows[4], "name": "trained", "role": "labeled", "label": rows[2]["label"]},
    ]
    for row in more[1:]:
        image = sitk.ReadImage(str(folder / rows[2]["image"])) + (row["name"] != "again")
        row["image"] = f"{row['name']}{'.mha' if row['role'] == 'val' else '.nrrd'}"
        sitk.WriteImage(image + (row["name"] == "part"), str(folder / row["image"]))
    before = (Path(model) / "weights.safetensors").read_bytes()
    status, told, error = calibrate(model, listed(folder, "cases.json", [*rows, *more]), capsys)
    assert status == 0, error
    assert "left out: broken: " in error and "part" not in told
    assert error.count("Comparing images") == 1
    assert "left out: learned: The image is in the training, too." in error
    assert "left out: again: The image is held out a second time." in error
    entry = ModelCard.read(model).doubt
    wanted = doubt_entry(known, [1, 2])
    for row, right in zip(entry["classes"], wanted["classes"], strict=True):
        assert row == pytest.approx(right)
        assert row["patients"] == sum(
            any(one.value == row["value"] for one in patient) for patient in known
        )
        assert f": {_worth(row)}\n" in told
    assert (Path(model) / "weights.safetensors").read_bytes() == before
    # The next result says it, also to who looks at its report only.
    report = segment_file(folder / rows[0]["image"], model, folder / "after.seg.nrrd",
                          options=SegmentOptions("cpu", review=True))  # fmt: skip
    assert {one["grade"] for one in report["segments"] if one["voxels"]} - {None, ""}


def test_the_command_tells_certainty_word_and_range_of_every_result(study, tmp_path, capsys):
    folder, _, rows, known = study
    model = tiny_package(tmp_path)
    image, out = str(folder / rows[0]["image"]), str(tmp_path / "out.seg.nrrd")
    entry = doubt_entry(known, [1, 2])
    for row in entry["classes"]:  # a model with many good results of one volume
        row |= {"promise": 0.8, "trust": 0.9, "good": 0.0, "factor": 1.5}
    rewrite_card(model, replace(ModelCard.read(model), doubt=entry))
    command = ["segment", image, "--model", str(model), "-o", out, "--report", f"{out}.json"]
    assert main(command) == 0
    told = capsys.readouterr().out.splitlines()
    segments = json.loads(Path(f"{out}.json").read_text("utf-8"))["segments"]
    assert any(one["voxels"] for one in segments)
    for line, one in zip(told, segments, strict=True):
        size = f"{one['name']}: {one['ml']:.2f} ml"
        if not one["voxels"]:
            assert line == size
            continue
        assert line.startswith(size) and f", certainty {one['agreement']:.2f}, good: 90 %" in line
        assert line.endswith(" of such results have a Dice of 0.80 or more")
        assert (", 90 % range" in line) == one["whole"]


def test_the_command_says_what_is_good_or_why_nothing_is():
    found = [[Outcome(1, 0.99 - 0.01 * n, 0.8, 5, 5, True)] for n in range(8)]
    row, missing = doubt_entry(found, [1, 2])["classes"]
    good = "good: certainty 0.950 and above; 80 % reach a Dice of 0.80, "
    assert _worth(row).startswith(f"8 held-out patients, {good}")
    assert _worth(missing) == "not found in any held-out case"
    assert _good({**row, "promise": 0.24}) == "nothing, for only a Dice of 0.24 can be promised"
    assert _good({**row, "promise": 0.5}).startswith("certainty")
    assert _good({**row, "promise": None}) == "nothing, for there are too few"


def case(name: str, group: str | None = None) -> Case:
    return Case(name, Path("image.nrrd"), Path("label.nrrd"), "val", group)


def row_of(name: str, **changes) -> dict:
    values = {"case": name, "class": 1, "certainty": 0.91239, "dice": 0.8, "whole": True}
    values |= {"truth_voxels": 9, "predicted_voxels": 10, "scored_on": "whole"}
    return {**values, **changes}


def test_results_of_one_group_are_one_patient():
    cases = [case("a", "one"), case("b"), case("c", "one"), case("one"), case("d", "b")]
    found = outcomes_of([row_of(one.name) for one in cases], cases)
    assert [len(patient) for patient in found] == [2, 1, 1, 1]
    assert found[1] == [Outcome(1, 0.9124, 0.8, 9, 10, True)]


def test_only_whole_cases_count_and_what_was_found():
    rows = [
        row_of("a", predicted_voxels=0),
        row_of("b", scored_on="6 of 110 slices"),
        row_of("c", dice=None, truth_voxels=0, whole=False),
    ]
    found = outcomes_of(rows, [case("a"), case("b"), case("c")])
    assert found == [[Outcome(1, 0.9124, 0.0, 0, 10, False)]]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"label_slices": "2: 1"}, "labelled as a whole"),
        ({"role": "labeled"}, "No case of the role 'val'"),
    ],
)
def test_what_no_case_shows_is_not_promised(study, change, told, capsys):
    folder, model, rows, _ = study
    before = (Path(model) / "card.json").read_bytes()
    cases = listed(folder, "none.json", [row | change for row in rows[:2]])
    status, _, error = calibrate(model, cases, capsys)
    assert status == 1 and told in error
    assert (Path(model) / "card.json").read_bytes() == before
