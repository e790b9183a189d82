"""4-D images on the command line: every frame, one at a time."""

from __future__ import annotations

import csv

import nrrd
import numpy as np
import pytest
import SimpleITK as sitk
from model_fixtures import tiny_package

from semigda.cli import main


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_package(tmp_path_factory.mktemp("models"))


FRAMES = np.random.default_rng(0).normal(0, 100, (11, 3, 24, 30)).astype(np.int16)


def as_nifti(folder):
    image = sitk.JoinSeries([sitk.GetImageFromArray(one) for one in FRAMES])
    sitk.WriteImage(image, str(folder / "heart.nii.gz"))
    return folder / "heart.nii.gz"


def as_sequence(folder, last=True):
    """As Slicer writes a sequence: frames after, or in earlier versions before, the voxels."""
    steps = np.diag([1.0, 1, 2])
    nan = np.full((1, 3), np.nan)
    array = FRAMES if last else np.moveaxis(FRAMES, 0, -1)
    header = {
        "space": "left-posterior-superior",
        "kinds": ["domain"] * 3 + ["list"] if last else ["list"] + ["domain"] * 3,
        "space directions": np.vstack([steps, nan] if last else [nan, steps]),
        "space origin": [1.0, 2, 3],
    }
    nrrd.write(str(folder / "heart.seq.nrrd"), array, header, index_order="C")
    return folder / "heart.seq.nrrd"


def run(*arguments) -> int:
    return main(["segment", *map(str, arguments)])


@pytest.mark.parametrize(
    "write", [as_nifti, as_sequence, lambda folder: as_sequence(folder, last=False)]
)
def test_all_frames_are_those_of_each_frame(tmp_path, model, write):
    image, out = write(tmp_path), tmp_path / "out"
    assert run(image, "--model", model, "--all-frames", "-o", out) == 0
    found = sorted(path.name for path in out.glob("*.seg.nrrd"))
    stem = image.name.partition(".nii")[0].partition(".nrrd")[0]
    assert found == [f"{stem}-{n:02}.seg.nrrd" for n in range(11)]
    with open(out / "summary.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows[::2]] == [f"{stem}-{n:02}" for n in range(11)]
    for frame in (0, 10):
        alone = tmp_path / f"{frame}.seg.nrrd"
        assert run(image, "--model", model, "--frame", frame, "-o", alone) == 0
        (labels, header), (single, of_single) = (
            nrrd.read(str(path)) for path in (out / found[frame], alone)
        )
        assert (labels == single).all() and labels.any()
        assert np.allclose(header["space directions"], of_single["space directions"])
    assert (nrrd.read(str(out / found[0]))[0] != nrrd.read(str(out / found[10]))[0]).any()


def test_a_second_run_does_nothing_again(tmp_path, model, capsys):
    image, out = as_nifti(tmp_path), tmp_path / "out"
    assert run(image, "--model", model, "--all-frames", "-o", out) == 0
    (out / "heart-04.json").unlink()
    capsys.readouterr()
    assert run(image, "--model", model, "--all-frames", "-o", out) == 0
    assert "1 segmented, 10 were there, 0 failed." in capsys.readouterr().out


def test_an_image_without_frames(tmp_path, model, capsys):
    sitk.WriteImage(sitk.GetImageFromArray(FRAMES[0]), str(tmp_path / "one.nii.gz"))
    assert run(tmp_path / "one.nii.gz", "--model", model, "--all-frames", "-o", tmp_path / "out")
    assert "no fourth dimension" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_without_a_choice_it_says_what_can_be_chosen(tmp_path, model, capsys):
    image = as_nifti(tmp_path)
    assert run(image, "--model", model, "-o", tmp_path / "one.seg.nrrd")
    told = capsys.readouterr().err
    assert "11 frames" in told and "--all-frames" in told
    assert run(image, "--model", model, "--all-frames", "--frame", 1, "-o", tmp_path / "out")
    assert "without --frame" in capsys.readouterr().err
