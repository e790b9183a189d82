"""Evaluating a model on real files: rows, summary, emptiness, failing cases, CSV and JSON."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from model_fixtures import TINY, tiny_card, tiny_package
from progress_fixtures import Listener
from project_fixtures import write_segmentation
from volume_fixtures import affine_of, write_nrrd

from semigda.data.volumes import read_volume
from semigda.evaluation.evaluate import compare, evaluate, summarise, table
from semigda.evaluation.metrics import measure
from semigda.inference.segment import segment_volume
from semigda.models.package import load_network
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import Label

DATA = Path(os.environ.get("SEMIGDA_DATA", Path(__file__).parents[2] / "../shared/data")).resolve()
LABELS = [Label(1, "inner", (255, 0, 0)), Label(2, "outer", (0, 255, 0))]
SHAPE = (5, 20, 24)
OPTIONS = SegmentOptions(device="cpu")


def write(path: Path, array: np.ndarray, spacing=(1.0, 1.0, 3.0)) -> str:
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing)
    sitk.WriteImage(image, str(path))
    return path.name


@pytest.fixture
def study(tmp_path):
    """A model folder, and a function that writes a list of (image, label) arrays as cases."""

    def make(*pairs, role="val"):
        cases = []
        for number, (image, label) in enumerate(pairs):
            cases.append(
                {
                    "name": f"case{number}",
                    "image": write(tmp_path / f"image{number}.nrrd", image),
                    "label": write(tmp_path / f"label{number}.nrrd", label),
                    "role": role,
                }
            )
        (tmp_path / "cases.json").write_text(json.dumps(cases))
        return tmp_path / "cases.json"

    return tiny_package(tmp_path), make


def noise(seed=0, shape=SHAPE):
    return np.random.default_rng(seed).normal(100, 20, shape).astype(np.float32)


def labels(seed=0):
    return np.random.default_rng(seed).integers(0, 3, SHAPE).astype(np.uint8)


def test_a_model_is_perfect_on_its_own_output(study, tmp_path):
    """What the model finds, taken as truth, must score 1 and 0 mm in every class it found."""
    model, make = study
    make((noise(), labels()))
    network, card = load_network(model)
    volume = read_volume(tmp_path / "image0.nrrd")
    own = segment_volume(network, card, volume, OPTIONS).labels
    result = evaluate(model, make((noise(), np.array(own))), options=OPTIONS)
    found = [row for row in result["rows"] if row["status"] == "found"]
    assert found
    for row in found:
        assert (row["dice"], row["iou"], row["hd95"], row["assd"]) == (1, 1, 0, 0)
        assert row["truth_ml"] == pytest.approx(row["truth_voxels"] * 3 / 1000)
    assert result["model"]["sha256"] == card.weights_sha256


def test_distances_are_those_in_the_body_where_slices_are_tilted(study, tmp_path):
    model, make = study
    cases = make((noise(), labels()))
    affine = affine_of(
        np.array([[1.0, 0, 0], [0, 1.0, 1.5], [0, 0, 2.6]])
    )  # a gantry at 30 degrees
    write_nrrd(tmp_path / "image0.nrrd", noise(), affine)
    write_nrrd(tmp_path / "label0.nrrd", labels(), affine)
    network, card = load_network(model)
    volume = read_volume(tmp_path / "image0.nrrd")
    own = segment_volume(network, card, volume, OPTIONS).labels
    apart = []
    for row in evaluate(model, cases, options=OPTIONS)["rows"]:
        masks = labels() == row["class"], np.asarray(own) == row["class"]
        if row["status"] == "found":
            straight = measure(*masks, volume.spacing).assd
            assert row["assd"] == pytest.approx(measure(*masks, affine[:3, 2::-1].T).assd)
            apart.append(abs(row["assd"] - straight))
    assert max(apart) > 0.01


def test_rows_files_and_table(study, tmp_path):
    model, make = study
    cases = make((noise(0), labels(0)), (noise(1), np.zeros(SHAPE, np.uint8)))
    listener = Listener()
    told, heard = listener.told, listener.progress
    result = evaluate(model, cases, "val", tmp_path / "out", OPTIONS, heard)
    assert [(r["case"], r["class"]) for r in result["rows"]] == [
        ("case0", 1),
        ("case0", 2),
        ("case1", 1),
        ("case1", 2),
    ]
    assert {row["status"] for row in result["rows"][2:]} <= {"false-alarm", "absent"}
    assert all(row["unit"] == "mm" for row in result["rows"])
    assert [fraction for fraction, _ in told] == [0, 0.5]
    assert not any("case0" in message for _, message in told)
    with open(tmp_path / "out/evaluation.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert (
        rows[0]["case"] == "case0"
        and len(rows) == 4
        and rows[2]["dice"] == ""
        and float(rows[0]["dice"]) >= 0
    )
    stored = json.loads((tmp_path / "out/evaluation.json").read_text("utf-8"))
    assert stored["summary"] == json.loads(json.dumps(result["summary"]))
    lines = table(result).splitlines()
    assert len(lines) < 24 and max(map(len, lines)) <= 100
    assert "inner" in lines[1] and "mm" in lines[0]


def test_an_evaluation_replaces_nothing_but_an_earlier_one_and_only_when_asked(study, tmp_path):
    model, make = study
    cases, out = make((noise(0), labels(0))), tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    evaluate(model, cases, out_dir=out, options=OPTIONS)
    before = (out / "evaluation.json").read_bytes()
    listener = Listener()
    with pytest.raises(SemiGDAError, match="--overwrite"):
        evaluate(model, cases, "val", out, OPTIONS, listener.progress)
    assert listener.told == [] and (out / "evaluation.json").read_bytes() == before
    earlier = before + b"\n"
    (out / "evaluation.json").write_bytes(earlier)
    evaluate(model, cases, out_dir=out, options=OPTIONS, overwrite=True)
    assert (out / "evaluation.json").read_bytes() != earlier
    for name, text in (("evaluation.csv", "case,age\n"), ("evaluation.json", "[1]")):
        (out / name).write_text(text)
        with pytest.raises(SemiGDAError, match="SemiGDA did not make it"):
            evaluate(model, cases, out_dir=out, options=OPTIONS, overwrite=True)
        assert (out / name).read_text() == text
        (out / name).unlink()
    assert (out / "notes.txt").read_text() == "mine"
    (tmp_path / "evaluation.json").write_bytes(cases.read_bytes())
    with pytest.raises(SemiGDAError, match="one of its own inputs"):
        evaluate(model, tmp_path / "evaluation.json", out_dir=tmp_path, options=OPTIONS)


def test_pictures_are_measured_in_pixels(study, tmp_path):
    _, make = study
    card = tiny_card(
        "rgb",
        labels=LABELS[:1],
        network=TINY.to_dict(),
        preprocessing={
            "channels": "rgb",
            "slice_axis": "acquisition",
            "size": [32, 32],
            "spacing": [None, None, None],
            "intensity": {"rule": "8-bit"},
        },
    )
    model = tiny_package(tmp_path, "rgb", labels=card.labels, preprocessing=card.preprocessing)
    picture = np.random.default_rng(0).integers(0, 255, (30, 40, 3)).astype(np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(picture, isVector=True), str(tmp_path / "p.png"))
    mask = np.zeros((30, 40), np.uint8)
    mask[5:20, 5:20] = 255
    sitk.WriteImage(sitk.GetImageFromArray(mask), str(tmp_path / "m.png"))
    (tmp_path / "list.csv").write_text("image,label,role\np.png,m.png,val\n")
    result = evaluate(model, tmp_path / "list.csv", options=OPTIONS)
    assert result["rows"][0]["unit"] == "px"
    assert result["rows"][0]["truth_voxels"] == 225 and result["rows"][0]["truth_ml"] is None
    assert "HD95 px" in table(result)


def test_one_case_may_fail_but_is_told(study, tmp_path):
    model, make = study
    cases = make((noise(), labels()), (np.ones(SHAPE, np.float32), labels()))
    result = evaluate(model, cases, options=OPTIONS)
    assert [f["case"] for f in result["failures"]] == ["case1"]
    assert "constant" in result["failures"][0]["message"] and "case1" in table(result)
    assert result["summary"]["classes"][0]["cases"] == 1
    cases = make((noise(), labels() + 5))
    with pytest.raises(SemiGDAError, match="the model knows 1 to 2"):
        evaluate(model, cases, options=OPTIONS)


@pytest.mark.parametrize("second", [1, 2])
def test_segments_that_share_voxels_are_told(study, tmp_path, second):
    """A lesion in its organ: a voxel has one class, and the later segment's is taken as true."""
    model, make = study
    cases = make((noise(), labels()))
    layers = [(labels() > 0).astype(np.uint8), (labels() > 1).astype(np.uint8)]
    names = [label.name for label in load_network(model)[1].labels]
    parts = [{"Name": n, "LabelValue": 1, "Layer": k} for k, n in enumerate(names)]
    if second == 1:  # of the same class, as in "liver" and "liver (2)"
        parts[1]["Name"] = names[0].upper()
    affine = np.diag((1.0, 1.0, 3.0, 1.0))
    write_segmentation(tmp_path / "label0.nrrd", layers, parts, affine)
    result = evaluate(model, cases, options=OPTIONS)
    assert result["rows"][1]["truth_voxels"] == ((labels() > 1).sum() if second == 2 else 0)
    told = [line for line in table(result).splitlines() if "overlap" in line]
    assert told == ["Segments of the label overlap, where the later one counts: case0"] * (
        second == 2
    )


def test_what_cannot_be_evaluated_is_refused(study):
    model, make = study
    cases = make((noise(), labels()), role="labeled")
    with pytest.raises(SemiGDAError) as caught:
        evaluate(model, cases, options=OPTIONS)
    assert caught.value.error_class == "no-labels"
    with pytest.raises(SemiGDAError, match="split"):
        evaluate(model, cases, "test", options=OPTIONS)
    with pytest.raises(SemiGDAError) as caught:
        evaluate(model, cases, "labeled", None, OPTIONS, Listener(lambda heard: True).progress)
    assert caught.value.error_class == "cancelled"


def test_the_summary_says_what_its_means_leave_out():
    """Four cases of class 1: found perfectly, missed, false alarm, rightly absent."""
    full, empty = np.ones((2, 3, 4), np.uint8), np.zeros((2, 3, 4), np.uint8)
    rows = []
    for truth, predicted in [(full, full), (full, empty), (empty, full), (empty, empty)]:
        found = compare(truth, predicted, (1, 1, 1), LABELS, 0.001)
        rows += [{"case": str(len(rows)), "unit": "mm", **row} for row in found]
    first, second = summarise(rows, LABELS)["classes"]
    assert (first["found"], first["missed"], first["false-alarm"], first["absent"]) == (1, 1, 1, 1)
    assert first["dice"] == 0.5 and first["dice_worst"] == 0  # of the two with a truth
    assert first["hd95"] == 0  # of the one that was found
    assert second["absent"] == 4 and second["dice"] is None  # nothing to score: no number
    mean = summarise(rows, LABELS)["mean"]
    assert mean["dice"] == 0.5  # over the classes that have one


@pytest.mark.skipif(not DATA.exists(), reason="the real images (SEMIGDA_DATA) are not here")
def test_real_labels_are_compared_on_their_images_grid(tmp_path):
    """Gzipped NIfTI volumes with their own geometry: every labelled voxel is counted, in mm."""
    names = json.loads((DATA / "splits.json").read_text("utf-8"))["sets"]["hippocampus"]["val"][:2]
    files = {n: DATA / f"hippocampus/{{}}/{n}.nii.gz" for n in names}
    cases = [
        {
            "name": name,
            "image": str(path).format("images"),
            "label": str(path).format("labels"),
            "role": "val",
        }
        for name, path in files.items()
    ]
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    result = evaluate(tiny_package(tmp_path), tmp_path / "cases.json", options=OPTIONS)
    assert not result["failures"] and result["summary"]["unit"] == "mm"
    for row in result["rows"]:
        label = sitk.ReadImage(str(files[row["case"]]).format("labels"))
        voxels = int((sitk.GetArrayFromImage(label) == row["class"]).sum())
        assert row["truth_voxels"] == voxels > 0
        assert row["truth_ml"] == pytest.approx(voxels * np.prod(label.GetSpacing()) / 1000)
        assert row["status"] in ("found", "missed") and 0 <= row["dice"] <= 1
