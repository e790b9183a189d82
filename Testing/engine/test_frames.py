"""4-D images on the command line: every frame, one at a time."""

from __future__ import annotations

import csv
import io

import nrrd
import numpy as np
import pytest
import SimpleITK as sitk
from model_fixtures import tiny_package

from semigda.cli import main
from semigda.data.frames import Frames
from semigda.data.volumes import read_volume
from semigda.reading import process
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.fit import Facts, images_entry

FRAMES = np.random.default_rng(0).normal(0, 100, (11, 3, 24, 30)).astype(np.int16)


def as_nifti(folder):
    image = sitk.JoinSeries([sitk.GetImageFromArray(one) for one in FRAMES])
    sitk.WriteImage(image, str(folder / "heart.nii.gz"))
    return folder / "heart.nii.gz"


def as_sequence(folder, last=True, frames=FRAMES):
    """As Slicer writes a sequence: frames after, or in earlier versions before, the voxels."""
    steps = np.diag([1.0, 1, 2])
    nan = np.full((1, 3), np.nan)
    array = frames if last else np.moveaxis(frames, 0, -1)
    header = {
        "space": "left-posterior-superior",
        "kinds": ["domain"] * 3 + ["list"] if last else ["list"] + ["domain"] * 3,
        "space directions": np.vstack([steps, nan] if last else [nan, steps]),
        "space origin": [1.0, 2, 3],
    }
    nrrd.write(str(folder / "heart.seq.nrrd"), array, header, index_order="C")
    return folder / "heart.seq.nrrd"


def test_too_little_memory_for_a_frame_is_told_as_that(tmp_path, monkeypatch):
    frames = Frames(as_nifti(tmp_path))

    def full(*_):
        raise MemoryError

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(np, "moveaxis", full)
        frames.read(tmp_path, SegmentOptions(frame=1))
    read = frames.read(tmp_path, SegmentOptions(frame=1))
    assert (read.array == FRAMES[1]).all()


def run(*arguments) -> int:
    return main(["segment", *map(str, arguments)])


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize(("count", "kind"), [(3, np.int16), (4, np.uint8)])
def test_three_or_four_frames_are_no_colours(tmp_path, last, count, kind):
    frames = (FRAMES[:count] % 251).astype(kind)
    path = as_sequence(tmp_path, last, frames)
    with pytest.raises(SemiGDAError, match=f"{count} frames"):
        read_volume(path)
    for number, frame in enumerate(frames):
        assert (read_volume(path, frame=number).array == frame).all()


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
    result = tmp_path / "frame.seg.nrrd"  # which frame it would be, nobody could tell
    assert run(tmp_path / "one.nii.gz", "--model", model, "--frame", 2, "-o", result) == 1
    assert "no fourth dimension" in capsys.readouterr().err and not result.exists()
    assert run(tmp_path / "one.nii.gz", "--model", model, "--frame", 0, "-o", result) == 0


def test_without_a_choice_it_says_what_can_be_chosen(tmp_path, model, capsys):
    image = as_nifti(tmp_path)
    assert run(image, "--model", model, "-o", tmp_path / "one.seg.nrrd")
    told = capsys.readouterr().err
    assert "11 frames" in told and "--all-frames" in told
    assert run(image, "--model", model, "--all-frames", "--frame", 1, "-o", tmp_path / "out")
    assert "without --frame" in capsys.readouterr().err


def reads() -> int:
    """How many files the reader process has read."""
    return process._reader().reads


@pytest.mark.parametrize(
    "write", [as_nifti, as_sequence, lambda folder: as_sequence(folder, last=False)]
)
def test_the_file_is_read_once(tmp_path, model, write):
    """However many frames it has; and a frame holds on to no memory but its own."""
    image, before = write(tmp_path), reads()
    assert run(image, "--model", model, "--all-frames", "-o", tmp_path / "out") == 0
    assert reads() == before + 1
    frames = Frames(image)
    one = frames.read(image, SegmentOptions(frame=7))
    assert (one.array == FRAMES[7]).all() and one.array.flags.owndata
    assert one.array.dtype == np.int16 and one.layers == frames.count == 11
    assert np.allclose(one.affine, read_volume(image, frame=7).affine)
    with pytest.raises(SemiGDAError, match="only 11 frames"):
        frames.read(image, SegmentOptions(frame=11))


def test_a_frame_is_checked_as_a_volume_is(tmp_path):
    voxels = FRAMES.astype(np.float32)
    voxels[3], voxels[4, 1, 2, 3] = 7, np.nan
    image = sitk.JoinSeries([sitk.GetImageFromArray(one) for one in voxels])
    sitk.WriteImage(image, str(tmp_path / "heart.nii.gz"))
    frames = Frames(tmp_path / "heart.nii.gz")
    with pytest.raises(SemiGDAError, match="constant"):
        frames.read(tmp_path, SegmentOptions(frame=3))
    with pytest.raises(SemiGDAError, match="1 voxel value that is not a number"):
        frames.read(tmp_path, SegmentOptions(frame=4))
    mended = frames.read(tmp_path, SegmentOptions(frame=4, replace_nonfinite=True))
    assert mended.array[1, 2, 3] == np.nanmin(voxels[4])


def test_a_damaged_end_is_told_before_the_first_frame(tmp_path, model, capsys):
    """As for a volume: the checksum comes last."""
    image = as_nifti(tmp_path)
    packed = bytearray(image.read_bytes())
    packed[-6] ^= 0xFF
    image.write_bytes(packed)
    assert run(image, "--model", model, "--all-frames", "-o", tmp_path / "out")
    assert "compressed voxels are not whole" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_region_limits_every_frame(tmp_path, model):
    image, out = as_nifti(tmp_path), tmp_path / "out"
    roi = "8,12,1,10,20,9"
    assert run(image, "--model", model, "--all-frames", "-o", out, "--roi", roi) == 0
    for frame in (0, 10):
        labels, header = nrrd.read(str(out / f"heart-{frame:02}.seg.nrrd"))
        assert labels[4:13].any() and not labels[14:].any() and not labels[:3].any()
        assert header["SemiGDA_Region"].startswith("LPS 8 12 1 ")


class _Person(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("answer", "more", "made", "asked"),
    [("n\n", [], 0, 1), ("y\n", [], 11, 1), ("", ["--anyway"], 11, 0)],
)
def test_one_question_for_all_frames(tmp_path, monkeypatch, capsys, answer, more, made, asked):
    """Of a model of other images; after a no there is no result, after a yes no other question."""
    kind = images_entry([Facts.of((30, 24, 3), (1, 1, 50))])
    model, out = tiny_package(tmp_path, images=kind), tmp_path / "out"
    monkeypatch.setattr("sys.stdin", _Person(answer))
    status = run(as_nifti(tmp_path), "--model", model, "--all-frames", "-o", out, *more)
    assert status == (0 if made else 1)
    assert capsys.readouterr().err.count("Segment anyway?") == asked
    assert len(list(out.glob("*.seg.nrrd"))) == made
