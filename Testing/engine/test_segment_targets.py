"""What ``semigda segment`` may write: nothing of the user's is replaced, nothing stale is kept."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from job_fixtures import ROOT
from model_fixtures import tiny_card, tiny_network

from semigda.cli import main
from semigda.inference import cohort as cohorts
from semigda.models.package import save_package
from semigda_core.files.contents import digest_of, files_of


def write_image(path: Path, seed: int) -> None:
    array = np.random.default_rng(seed).normal(0, 100, (3, 24, 30)).astype(np.int16)
    sitk.WriteImage(sitk.GetImageFromArray(array), str(path))


def write_expert(path: Path) -> None:
    """A label that a human drew."""
    array = np.zeros((3, 24, 30), np.uint8)
    array[1, 5:9, 5:9] = 1
    sitk.WriteImage(sitk.GetImageFromArray(array), str(path))


@pytest.fixture
def images(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    for number in range(3):
        write_image(folder / f"case{number}.nii.gz", number)
    return folder


def segment(model, *arguments: object) -> int:
    return main(["segment", "--model", str(model), *map(str, arguments)])


def cohort(model, images, out, *more: object) -> int:
    return segment(model, "--cases", images, "-o", out, *more)


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def edit(result: Path) -> None:
    """What Slicer does with a segmentation that the user corrects: the file's own keys go."""
    data = result.read_bytes()
    header, _, voxels = data.partition(b"\n\n")
    lines = [line for line in header.split(b"\n") if not line.startswith(b"SemiGDA_")]
    assert len(lines) < header.count(b"\n") + 1
    result.write_bytes(b"\n".join(lines) + b"\n\n" + voxels)


# One image


@pytest.mark.parametrize("flag", [(), ("--overwrite",)])
def test_an_input_or_an_experts_file_is_never_a_target(model, images, tmp_path, capsys, flag):
    image = tmp_path / "scan.nrrd"
    write_image(image, 0)
    (tmp_path / "scan.seg.nrrd").write_bytes(image.read_bytes())
    write_expert(tmp_path / "expert.seg.nrrd")
    (tmp_path / "notes.json").write_text('{"mine": 1}')
    os.link(image, tmp_path / "linked.nrrd")
    before = content(tmp_path)
    out = tmp_path / "new.seg.nrrd"
    for arguments in (
        (tmp_path / "scan.seg.nrrd", "-o", tmp_path / "scan.seg.nrrd"),
        (image, "-o", tmp_path / "expert.seg.nrrd"),
        (image, "-o", out, "--review", image),
        (image, "-o", out, "--review", tmp_path / "linked.nrrd"),
        (image, "-o", out, "--report", image),
        (image, "-o", out, "--report", tmp_path / "notes.json"),
        (image, "-o", out, "--review", out),
        (image, "-o", out, "--report", model / "card.json"),
    ):
        assert segment(model, *arguments, *flag) == 1
        told = capsys.readouterr().err
        assert "would" in told or "did not make it" in told
    assert content(tmp_path) == before


def test_an_earlier_result_is_replaced_when_asked(model, images, tmp_path, capsys):
    outs = ["-o", tmp_path / "o.seg.nrrd", "--review", tmp_path / "r.nrrd"]
    outs += ["--report", tmp_path / "r.json"]
    assert segment(model, images / "case0.nii.gz", *outs) == 0
    before = content(tmp_path)
    capsys.readouterr()
    assert segment(model, images / "case1.nii.gz", *outs) == 1
    assert "--overwrite" in capsys.readouterr().err and content(tmp_path) == before
    assert segment(model, images / "case1.nii.gz", *outs, "--overwrite") == 0
    after = content(tmp_path)
    assert {name for name in after if after[name] != before[name]} == {
        "o.seg.nrrd",
        "r.nrrd",
        "r.json",
    }
    own = ["-o", tmp_path / "o.seg.nrrd", "--review", tmp_path / "r.nrrd", "--overwrite"]
    assert segment(model, tmp_path / "r.nrrd", *own) == 1  # ours, and yet the input
    assert "one of its own inputs" in capsys.readouterr().err and content(tmp_path) == after
    edit(tmp_path / "o.seg.nrrd")
    assert segment(model, images / "case1.nii.gz", *outs, "--overwrite") == 1


# A cohort


@pytest.mark.parametrize("flag", [(), ("--overwrite",)])
def test_a_folder_with_anything_else_is_refused(model, images, tmp_path, capsys, flag):
    write_expert(images / "case0.seg.nrrd")
    (images / "case0.json").write_text('{"age": 61}')
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("years of work")
    before = content(tmp_path)
    assert cohort(model, images, images, *flag) == 1
    assert "one of its own inputs" in capsys.readouterr().err
    assert cohort(model, images, other, *flag) == 1
    assert "SemiGDA did not make it" in capsys.readouterr().err
    (images / "list.csv").write_text("image\ncase0.nii.gz\n")
    before |= content(tmp_path)
    assert cohort(model, images / "list.csv", images, *flag) == 1
    assert content(tmp_path) == before


def test_others_files_in_its_folder_are_left_and_told(model, images, tmp_path, capsys):
    out = tmp_path / "out"
    (images / "list.csv").write_text("image\ncase0.nii.gz\n")
    assert cohort(model, images / "list.csv", out) == 0
    write_expert(out / "case1.seg.nrrd")
    (out / "case2.json").write_text('{"age": 61}')
    before = content(out)
    capsys.readouterr()
    assert cohort(model, images, out, "--overwrite") == 1
    told = capsys.readouterr()
    assert "0 segmented, 1 was there, 2 failed" in told.out
    assert told.err.count("SemiGDA did not make it") == 2
    assert content(out) | {"cohort.json": "", "summary.csv": ""} == before | {
        "cohort.json": "",
        "summary.csv": "",
    }


def rows_of(table: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(table.read_text("utf-8-sig").splitlines()))


def test_what_changed_is_segmented_again_and_nothing_else(model, images, tmp_path, capsys):
    out, fresh = tmp_path / "out", tmp_path / "fresh"
    assert cohort(model, images, out) == 0
    first = content(out)
    write_image(images / "case1.nii.gz", 77)
    (images / "case2.nii.gz").touch()  # the same voxels
    capsys.readouterr()
    assert cohort(model, images, out) == 0
    told = capsys.readouterr()
    assert "1 of 3 cases to segment, 1 of them again because the image changed." in told.err
    assert "1 segmented, 2 were there, 0 failed" in told.out
    assert {name for name, value in content(out).items() if first[name] != value} == {
        "case1.seg.nrrd",
        "case1.json",
        "pictures/case1.png",
        "contact-sheet.png",
        "cohort.json",
        "summary.csv",
    }
    moved = images.rename(tmp_path / "moved")
    assert cohort(model, moved, out) == 0
    assert "0 segmented, 3 were there" in capsys.readouterr().out
    both = rows_of(out / "summary.csv")
    assert cohort(model, moved, out, "--branches", "cnn") == 0
    assert "3 of 3 cases to segment, 3 of them again because the options changed" in (
        capsys.readouterr().err
    )
    assert cohort(model, moved, fresh, "--branches", "cnn") == 0
    for name in ("case0", "case1", "case2"):
        again, new = (sitk.ReadImage(str(f / f"{name}.seg.nrrd")) for f in (out, fresh))
        assert (sitk.GetArrayFromImage(again) == sitk.GetArrayFromImage(new)).all()
    row = rows_of(out / "summary.csv")[0]
    assert (row["case"], row["class"]) == ("case0", "inner") and row["ml"] and row["seconds"]
    # The agreement is that branch's own, not the one of both.
    assert float(row["agreement"]) != float(both[0]["agreement"])


def test_a_result_that_the_user_edited_is_never_replaced(model, images, tmp_path, capsys):
    out = tmp_path / "out"
    assert cohort(model, images, out) == 0
    edit(out / "case1.seg.nrrd")
    with open(out / "case2.seg.nrrd", "ab") as file:  # by a program that keeps all keys
        file.write(b" ")
    kept = content(out)
    write_image(images / "case1.nii.gz", 77)
    write_image(images / "case2.nii.gz", 78)
    capsys.readouterr()
    for more in ((), ("--branches", "cnn"), ("--overwrite",)):
        assert cohort(model, images, out, *more) == 0
        assert capsys.readouterr().err.count("its segmentation was edited") == 2
    now = content(out)
    assert all(now[name] == kept[name] for name in kept if name.startswith(("case1", "case2")))


def test_another_model_replaces_results_only_when_asked(model, images, tmp_path, capsys):
    other = tmp_path / "other"
    save_package(other, tiny_network(5), tiny_card("other"))
    out = tmp_path / "out"
    assert cohort(model, images, out) == 0
    before = content(out)
    assert cohort(other, images, out) == 1
    assert "another model" in capsys.readouterr().err and content(out) == before
    assert cohort(other, images, out, "--overwrite") == 0
    assert "3 of them again because the model changed" in capsys.readouterr().err
    hashes = {json.loads((out / f"case{n}.json").read_text())["model"]["sha256"] for n in range(3)}
    assert hashes == {json.loads((out / "cohort.json").read_text())["model"]}


def test_a_folder_of_an_earlier_version_goes_on(model, images, tmp_path, capsys):
    out = tmp_path / "out"
    assert cohort(model, images, out) == 0
    (out / "cohort.json").unlink()
    for report in out.glob("*.json"):
        values = json.loads(report.read_text())
        del values["made"]
        report.write_text(json.dumps(values))
    lines = (out / "summary.csv").read_text("utf-8-sig").splitlines()
    lines = [",".join(line.split(",")[:5]) for line in lines]  # what its table had
    (out / "summary.csv").write_bytes("".join(f"{line}\r\n" for line in lines).encode())
    (out / "contact-sheet.png").unlink()
    shutil.rmtree(out / "pictures")
    (out / ".DS_Store").write_bytes(b"a Mac was here")
    write_image(images / "case3.nii.gz", 3)
    before = content(out)
    capsys.readouterr()
    assert cohort(model, images, out) == 0
    told = capsys.readouterr()
    assert "1 segmented, 3 were there" in told.out and "an earlier version, kept: 3." in told.err
    now = content(out)
    assert {name for name in before if now[name] != before[name]} == {"summary.csv"}


def test_a_table_that_the_user_edited_is_kept(model, images, tmp_path, capsys):
    out = tmp_path / "out"
    assert cohort(model, images, out) == 0
    mine = (out / "summary.csv").read_bytes() + b"my remarks\r\n"
    (out / "summary.csv").write_bytes(mine)
    assert cohort(model, images, out) == 0
    assert "summary-edited-1.csv" in capsys.readouterr().err
    assert (out / "summary-edited-1.csv").read_bytes() == mine
    assert cohort(model, images, out) == 0  # our own table is no edited one
    assert len(list(out.glob("summary*"))) == 2
    values = json.loads((out / "cohort.json").read_text())
    del values["summary"]  # killed before its first table, beside which the user has another one
    (out / "cohort.json").write_text(json.dumps(values))
    (out / "summary.csv").write_bytes(b"my,own\r\n")
    assert cohort(model, images, out) == 0
    assert (out / "summary-edited-2.csv").read_bytes() == b"my,own\r\n"


def test_the_table_is_one_for_spreadsheets(model, images, tmp_path):
    (images / "list.csv").write_text(
        "name,image\n=HYPERLINK(1),case0.nii.gz\nMüller,case1.nii.gz\n-3,case2.nii.gz\n", "utf-8"
    )
    assert cohort(model, images / "list.csv", tmp_path / "out") == 0
    data = (tmp_path / "out" / "summary.csv").read_bytes()
    columns = b"case,class,ml,agreement,seconds,unlikeness,notes,grade,ml_low,ml_high"
    assert data.startswith(b"\xef\xbb\xbf" + columns + b"\r\n")
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert [row["case"] for row in rows[::2]] == ["'=HYPERLINK(1)", "Müller", "-3"]


def test_what_a_killed_run_left_is_cleared_by_the_next(model, images, tmp_path):
    out = tmp_path / "out"
    code = """
import os, signal, sys
from semigda.cli import main
from semigda.inference import segment
segment.write_segmentation = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
main(["segment", "--cases", sys.argv[1], "--model", sys.argv[2], "-o", sys.argv[3]])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, images, model, out],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert done.returncode != 0 and list(out.glob(".semigda-*"))
    assert cohort(model, images, out) == 0
    assert not list(out.glob(".semigda-*"))


def test_what_a_folder_holds_besides_cases_is_told(model, images, tmp_path, capsys):
    write_image(images / "case0.nrrd", 9)
    write_image(images / "study_0000.nii.gz", 9)
    write_image(images / "study_0001.nii.gz", 9)
    write_expert(images / "case1_Maske.nii.gz")
    write_expert(images / "gone_seg.nii.gz")
    assert cohort(model, images, tmp_path / "out") == 0
    told = capsys.readouterr().err
    assert "case0.nrrd is left out: the same case in another format." in told
    assert "study_0001.nii.gz is left out: another channel of a case." in told
    assert "gone_seg.nii.gz is left out: by its name a label." in told
    names = {path.name.removesuffix(".seg.nrrd") for path in (tmp_path / "out").glob("*.nrrd")}
    assert names == {"case0", "case1", "case2", "study_0000"}


def test_an_image_that_changes_meanwhile_is_not_finished(model, images, tmp_path, monkeypatch):
    real = cohorts.segment_file

    def late(image, *arguments, **options):
        report = real(image, *arguments, **options)
        if image.name == "case1.nii.gz":
            write_image(image, 50)
        return report

    monkeypatch.setattr(cohorts, "segment_file", late)
    assert cohort(model, images, tmp_path / "out") == 1
    assert not (tmp_path / "out" / "case1.json").exists()
    monkeypatch.undo()
    assert cohort(model, images, tmp_path / "out") == 0
    assert (tmp_path / "out" / "case1.json").exists()


def test_an_image_is_all_its_files(tmp_path):
    write_image(tmp_path / "a.mhd", 0)
    write_image(tmp_path / "b.nhdr", 0)
    assert [f.name for f in files_of(tmp_path / "a.mhd")] == ["a.mhd", "a.raw"]
    assert [f.name for f in files_of(tmp_path / "b.nhdr")] == ["b.nhdr", "b.raw"]
    before = digest_of(tmp_path / "a.mhd")
    with open(tmp_path / "a.raw", "r+b") as file:
        file.write(b"\1\2")
    assert digest_of(tmp_path / "a.mhd") != before
    for number in (1, 2, 10):
        (tmp_path / f"s{number:03d}.raw").touch()
    header = "ElementDataFile = {}\n"
    (tmp_path / "list.mhd").write_text(header.format("LIST") + "s001.raw\ns002.raw\n")
    (tmp_path / "many.mhd").write_text(header.format("s%03d.raw 1 10 1"))
    assert [f.name for f in files_of(tmp_path / "list.mhd")][1:] == ["s001.raw", "s002.raw"]
    names = [f.name for f in files_of(tmp_path / "many.mhd")][1:]
    assert names == ["s001.raw", "s002.raw", "s010.raw"]
