"""``semigda segment --cases``: many images, one model, to be stopped and gone on with."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from model_fixtures import tiny_package

from semigda.cli import main
from semigda.inference import cohort
from semigda.inference.cohort import Cohort
from semigda_core.errors import SemiGDAError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_package(tmp_path_factory.mktemp("models"))


@pytest.fixture
def images(tmp_path):
    """A folder with five images, one of them broken, and a label."""
    folder = tmp_path / "images"
    folder.mkdir()
    random = np.random.default_rng(0)
    for number in range(4):
        array = random.normal(0, 100, (3, 24, 30)).astype(np.int16)
        sitk.WriteImage(sitk.GetImageFromArray(array), str(folder / f"case{number}.nii.gz"))
    (folder / "broken.nrrd").write_bytes(b"NRRD0004\nno image\n")
    (folder / "case0.seg.nrrd").write_bytes((folder / "broken.nrrd").read_bytes())
    return folder


def segment(model, cases, out) -> int:
    return main(["segment", "--cases", str(cases), "--model", str(model), "--out", str(out)])


def table(out: Path) -> list[dict]:
    with open(out / "summary.csv", newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def files(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


def made(*names: str) -> list[str]:
    return sorted(
        ["cohort.json", "summary.csv", *(n + end for n in names for end in (".json", ".seg.nrrd"))]
    )


def test_a_broken_image_is_told_and_the_others_are_segmented(model, images, tmp_path, capsys):
    assert segment(model, images, tmp_path / "out") == 1
    told = capsys.readouterr()
    assert "broken: " in told.err and "4 segmented, 0 were there, 1 failed" in told.out
    assert files(tmp_path / "out") == made("case0", "case1", "case2", "case3")
    rows = table(tmp_path / "out")
    assert [(row["case"], row["class"]) for row in rows[:3]] == [
        ("case0", "inner"),
        ("case0", "outer"),
        ("case1", "inner"),
    ]
    assert all(float(row["ml"]) >= 0 and 0 <= float(row["agreement"]) <= 1 for row in rows)
    report = json.loads((tmp_path / "out" / "case1.json").read_text("utf-8"))
    assert rows[2]["ml"] == f"{report['segments'][0]['ml']:.4f}"
    assert (images / "case0.seg.nrrd").stat().st_size < 100  # nothing is written to the images


def test_finished_cases_are_left_alone_and_the_model_is_loaded_once(
    model, images, tmp_path, capsys, monkeypatch
):
    out = tmp_path / "out"
    segment(model, images, out)
    (out / "case2.json").unlink()  # it was killed before it had finished this one
    before = {name: (out / name).stat().st_mtime_ns for name in files(out)}
    loaded = []
    real = cohort.load_network
    monkeypatch.setattr(cohort, "load_network", lambda *a: loaded.append(1) or real(*a))
    (images / "broken.nrrd").unlink()
    capsys.readouterr()
    assert segment(model, images, out) == 0
    assert "1 segmented, 3 were there, 0 failed" in capsys.readouterr().out and loaded == [1]
    changed = {name for name in before if (out / name).stat().st_mtime_ns != before[name]}
    assert changed == {"case2.seg.nrrd", "cohort.json", "summary.csv"}
    assert len(table(out)) == 8


def test_a_case_list_needs_no_roles_and_names_the_files(model, images, tmp_path):
    (images / "list.csv").write_text("name,image\nfirst,case0.nii.gz\n,case1.nii.gz\nx,gone.nrrd\n")
    assert segment(model, images / "list.csv", tmp_path / "out") == 1
    assert files(tmp_path / "out") == made("first", "case1")


def test_names_of_one_file_are_refused_before_anything_is_done(model, images, tmp_path, capsys):
    sitk.WriteImage(sitk.ReadImage(str(images / "case1.nii.gz")), str(images / "CASE1.nrrd"))
    assert segment(model, images, tmp_path / "out") == 1
    assert "same file" in capsys.readouterr().err and not (tmp_path / "out").exists()
    for name in ("a/b", "..", "a:b", "a\nb", ""):
        with pytest.raises(SemiGDAError, match="cannot be a file's name"):
            Cohort([(name, images / "case0.nii.gz")], tmp_path / "out")


def test_results_of_two_models_are_not_mixed(model, images, tmp_path, capsys):
    (images / "broken.nrrd").unlink()
    assert segment(model, images, tmp_path / "out") == 0
    path = tmp_path / "out" / "case0.json"
    report = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**report, "model": {**report["model"], "sha256": "0"}}))
    assert segment(model, images, tmp_path / "out") == 1
    assert "another model" in capsys.readouterr().err


def test_an_error_that_every_case_has_ends_it(images, tmp_path, capsys):
    assert segment(tmp_path / "none", images, tmp_path / "out") == 1
    assert "broken" not in capsys.readouterr().err


def test_one_image_or_several(model, images, tmp_path, capsys):
    out = ["--model", str(model), "--out", str(tmp_path / "o")]
    assert main(["segment", *out]) == 1
    assert main(["segment", "a.nrrd", "--cases", str(images), *out]) == 1
    assert main(["segment", "--cases", str(images), "--review", "r.nrrd", *out]) == 1
    assert "not with --cases" in capsys.readouterr().err


@pytest.mark.slow
def test_two_processes_share_the_cases(model, images, tmp_path):
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
    command += ["2", "-m", "semigda", "segment", "--cases", str(images), "--model", str(model)]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "out"), "--device", "cpu"],
        env=os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0 and done.stderr.count("broken: ") == 1
    assert done.stdout.count("4 segmented, 0 were there, 1 failed") == 1
    assert files(tmp_path / "out") == made("case0", "case1", "case2", "case3")
    segment(model, images, tmp_path / "alone")
    shared, alone = ([{**r, "seconds": ""} for r in table(tmp_path / n)] for n in ("out", "alone"))
    assert shared == alone and len(shared) == 8


def test_an_option_that_an_earlier_version_did_not_know_makes_nothing_stale(
    model, images, tmp_path, capsys
):
    (images / "broken.nrrd").unlink()
    out = tmp_path / "out"
    segment(model, images, out)
    for path in out.glob("case*.json"):
        report = json.loads(path.read_text("utf-8"))
        assert report["made"]["how"].pop("all_parts") is False
        path.write_text(json.dumps(report), encoding="utf-8")
    capsys.readouterr()
    assert segment(model, images, out) == 0
    assert "0 segmented, 4 were there" in capsys.readouterr().out
    command = ["segment", "--cases", str(images), "--model", str(model), "--out", str(out)]
    assert main([*command, "--all-parts", "--overwrite"]) == 0
    assert "4 segmented, 0 were there" in capsys.readouterr().out
