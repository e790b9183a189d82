"""One folder for the results of several runs: none of them loses what another has made."""

import csv
import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from model_fixtures import tiny_package
from swapped_files import swap, unpacked

from semigda.cli import main
from semigda.inference import cohort, cohort_folder
from semigda.inference.cohort import Cohort
from semigda.inference.cohort_folder import CohortFolder
from semigda.jobs import kinds
from semigda.jobs.run import run_job
from semigda_core.errors import SemiGDAError
from semigda_core.files.names import same_file
from semigda_core.jobs.folder import JobFolder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_package(tmp_path_factory.mktemp("models"))


def write_image(path, seed):
    path.parent.mkdir(exist_ok=True)
    array = np.random.default_rng(seed).normal(0, 100, (2, 24, 30)).astype(np.int16)
    sitk.WriteImage(sitk.GetImageFromArray(array), str(path))
    return path


@pytest.fixture
def folders(tmp_path):
    """Two patients' folders; both have a T1."""
    for number, (folder, other) in enumerate((("A", "T2"), ("B", "FLAIR"))):
        write_image(tmp_path / folder / "T1.nrrd", 2 * number)
        write_image(tmp_path / folder / f"{other}.nrrd", 2 * number + 1)
    return tmp_path / "A", tmp_path / "B"


def segment(model, cases, out, *more) -> int:
    words = ["segment", "--cases", str(cases), "--model", str(model), "--out", str(out)]
    return main([*words, "--device", "cpu", *more])


def contents(out) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


def named(out) -> set[str]:
    with open(out / "summary.csv", newline="", encoding="utf-8-sig") as file:
        return {row["case"] for row in csv.DictReader(file)}


def test_another_folders_images_do_not_replace_results_of_the_same_names(
    model, folders, tmp_path, capsys
):
    out = tmp_path / "out"
    assert segment(model, folders[0], out) == 0
    before = contents(out)
    assert segment(model, folders[1], out) == 1
    assert "segmentations of other images of the same names" in capsys.readouterr().err
    assert contents(out) == before
    assert segment(model, folders[1], out, "--overwrite") == 0
    after = contents(out)
    assert after["T1.seg.nrrd"] != before["T1.seg.nrrd"]
    assert after["T2.seg.nrrd"] == before["T2.seg.nrrd"]
    assert named(out) == {"T1", "T2", "FLAIR"}  # what is in the folder, whoever made it


def test_all_of_the_folder_is_known_to_a_project(model, folders, tmp_path, capsys):
    """Its contact sheet and the pictures on it are neither results nor images."""
    out, project = tmp_path / "out", str(tmp_path / "p")
    assert segment(model, folders[0], out) == 0
    (out / "contact-sheet-edited-1.png").write_bytes((out / "contact-sheet.png").read_bytes())
    for words in (["create", project], ["add", project, str(folders[0])]):
        assert main(["project", *words]) == 0
    capsys.readouterr()
    assert main(["project", "add-results", project, str(out), "--preview", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["pairs"]) == 2 and not told["unmatched"] and not told["doubtful"]
    assert main(["project", "add", project, str(out), "--preview"]) == 1
    assert "no image" in capsys.readouterr().err
    (out / "cohort.json").unlink()  # then these names say nothing
    assert main(["project", "add", project, str(out), "--preview"]) == 0
    assert "contact-sheet.png" in capsys.readouterr().out


def test_names_that_not_every_system_can_have_are_changed(model, tmp_path, capsys):
    """A share has images of several systems, and one bad name spoils no run."""
    names = ["aux", "cohort", "Liver", "liver", "MR: head?", "caf\u00e9", "cafe\u0301"]
    for number, name in enumerate(names):
        write_image(tmp_path / "images" / f"{name}.nrrd", number)
    assert segment(model, tmp_path / "images", tmp_path / "out") == 0, capsys.readouterr().err
    assert len({same_file(name) for name in named(tmp_path / "out")}) == len(names)
    assert {"Image", "Liver", "liver (2)", "MR_ head_"} < named(tmp_path / "out")
    capsys.readouterr()
    assert segment(model, tmp_path / "images", tmp_path / "out") == 0
    assert f"0 segmented, {len(names)} were there" in capsys.readouterr().out


def test_an_image_that_changed_in_its_place_is_segmented_again(model, folders, tmp_path, capsys):
    out = tmp_path / "out"
    segment(model, folders[0], out)
    write_image(folders[0] / "T1.nrrd", 9)
    capsys.readouterr()
    assert segment(model, folders[0], out) == 0
    told = capsys.readouterr()
    assert "1 of them again because the image changed" in told.err
    assert "1 segmented, 1 was there" in told.out


def test_moved_images_keep_their_results(model, folders, tmp_path, capsys):
    out = tmp_path / "out"
    segment(model, folders[0], out)
    shutil.copytree(folders[0], tmp_path / "elsewhere")
    capsys.readouterr()
    assert segment(model, tmp_path / "elsewhere", out) == 0
    assert "0 segmented, 2 were there" in capsys.readouterr().out


def test_images_that_swap_their_names_swap_their_results(model, folders, tmp_path):
    first, second = folders[0] / "T1.nrrd", folders[0] / "T2.nrrd"
    unpacked(first, second)
    out = tmp_path / "out"
    segment(model, folders[0], out)
    before = {
        name: sitk.GetArrayFromImage(sitk.ReadImage(str(out / f"{name}.seg.nrrd")))
        for name in ("T1", "T2")
    }
    swap(first, second)
    assert segment(model, folders[0], out) == 0
    for name, other in (("T1", "T2"), ("T2", "T1")):
        after = sitk.GetArrayFromImage(sitk.ReadImage(str(out / f"{name}.seg.nrrd")))
        assert (after == before[other]).all() and (after != before[name]).any()


def test_a_second_run_stays_out_of_the_folder(model, folders, tmp_path, capsys, monkeypatch):
    """Also of an empty one, in which it would find nothing of another model yet."""
    monkeypatch.setattr(cohort_folder, "_LOCK_SECONDS", 0.2)
    out = tmp_path / "out"
    during = {}

    def ended(name, state, error):
        if not during:
            during["exit"] = segment(model, folders[1], out, "--overwrite")
            during["files"] = sorted(contents(out))

    images = [(path.stem, path) for path in sorted(folders[0].iterdir())]
    done = Cohort(images, out).segment(model, ended=ended)
    assert during["exit"] == 1 and "Another run is writing" in capsys.readouterr().err
    assert "FLAIR.json" not in during["files"] and "T1.json" in during["files"]
    assert (done.segmented, done.failures) == (2, [])
    assert segment(model, folders[0], out) == 0  # the lock has ended with the run


def test_a_result_that_another_scene_wrote_meanwhile_stays(model, folders, tmp_path, monkeypatch):
    out, real = tmp_path / "out", kinds.segment_volume

    def meanwhile(*arguments, **more):
        segment(model, folders[1], out)
        return real(*arguments, **more)

    monkeypatch.setattr(kinds, "segment_volume", meanwhile)
    inputs = {"volume": str(folders[0] / "T1.nrrd"), "out": str(out), "name": "T1"}
    job = JobFolder.create(tmp_path / "job", "segment", inputs, {"device": "cpu"}, str(model))
    assert run_job(job) == 1
    assert "a result of another image of this name" in job.error().message
    report = json.loads((out / "T1.json").read_text("utf-8"))
    assert report["made"]["image"] == cohort_folder.digest_of(folders[1] / "T1.nrrd")


def test_a_drive_that_knows_no_locks_is_written_to(tmp_path, monkeypatch):
    from semigda_core.jobs import locks

    def refuse(file):
        raise OSError(locks.NO_LOCKS[0], "of the drive")

    monkeypatch.setattr(locks, "_lock", refuse)
    with CohortFolder(tmp_path / "out").alone():
        assert (tmp_path / "out").is_dir()
    monkeypatch.setattr(locks, "_lock", lambda file: (_ for _ in ()).throw(BlockingIOError))
    monkeypatch.setattr(cohort_folder, "_LOCK_SECONDS", 0.2)
    with pytest.raises(SemiGDAError, match="Another run"), CohortFolder(tmp_path / "out").alone():
        pass


def test_a_result_of_an_image_that_changed_meanwhile_does_not_replace_the_earlier_one(
    model, folders, tmp_path, monkeypatch, capsys
):
    out, real = tmp_path / "out", cohort.segment_file
    segment(model, folders[0], out)
    before = contents(out)["T1.seg.nrrd"]
    write_image(folders[0] / "T1.nrrd", 9)

    def meanwhile(image, *arguments, **more):
        report = real(image, *arguments, **more)
        write_image(image, 10)
        return report

    monkeypatch.setattr(cohort, "segment_file", meanwhile)
    assert segment(model, folders[0], out) == 1
    assert "changed while it was segmented" in capsys.readouterr().err
    assert contents(out)["T1.seg.nrrd"] == before and "T1.json" not in contents(out)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs two users")
def test_a_folder_that_another_user_began_is_locked_too(monkeypatch):
    """A group shares a folder, but a file in it may be written by its owner alone."""
    monkeypatch.setattr(cohort_folder, "_LOCK_SECONDS", 0.2)
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o777)
        folder = CohortFolder(Path(place))
        with folder.alone():
            os.seteuid(65534)
            try:
                with pytest.raises(SemiGDAError, match="Another run"), folder.alone():
                    pass
            finally:
                os.seteuid(0)
        os.seteuid(65534)
        try:
            with folder.alone():
                pass
        finally:
            os.seteuid(0)
