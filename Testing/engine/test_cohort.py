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

from semigda.cli import main
from semigda.inference import cohort
from semigda.inference.cohort import Cohort
from semigda.jobs.run import run_job
from semigda.progress import Printed, Progress
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.files.contents import digest_of
from semigda_core.jobs.folder import JobFolder

ROOT = Path(__file__).resolve().parents[2]


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
        [
            ".cohort.lock",
            "cohort.json",
            "contact-sheet.png",
            "pictures",
            "summary.csv",
            *(n + end for n in names for end in (".json", ".seg.nrrd")),
        ]
    )


def test_a_broken_image_is_told_and_the_others_are_segmented(model, images, tmp_path, capsys):
    assert segment(model, images, tmp_path / "out") == 1
    told = capsys.readouterr()
    assert "case3 (5 of 5)\n" in told.err
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
    assert changed == {"case2.seg.nrrd", *made()} - {".cohort.lock"}
    assert len(table(out)) == 8


def test_a_failed_case_tells_of_its_earlier_segmentation(model, images, tmp_path, capsys):
    (images / "case0.nii.gz").unlink()
    segment(model, images, tmp_path / "out")
    assert "earlier one" not in capsys.readouterr().err
    (images / "case1.nii.gz").write_bytes((images / "broken.nrrd").read_bytes())
    segment(model, images, tmp_path / "out")
    assert "case1: the segmentation in the folder is an earlier one" in capsys.readouterr().err
    assert {row["case"] for row in table(tmp_path / "out")} == {"case2", "case3"}


def test_a_case_list_needs_no_roles_and_names_the_files(model, images, tmp_path):
    (images / "list.csv").write_text("name,image\nfirst,case0.nii.gz\n,case1.nii.gz\nx,gone.nrrd\n")
    assert segment(model, images / "list.csv", tmp_path / "out") == 1
    assert files(tmp_path / "out") == made("first", "case1")


def test_names_of_one_file_are_refused_before_anything_is_done(model, images, tmp_path, capsys):
    (images / "list.csv").write_text("name,image\none,case0.nii.gz\nONE,case1.nii.gz\n")
    assert segment(model, images / "list.csv", tmp_path / "out") == 1
    assert "same file" in capsys.readouterr().err and not (tmp_path / "out").exists()
    for name in ("a/b", "..", "a:b", "a\nb", "", "CON", "aux.1", "com¹", "Cohort"):
        with pytest.raises(SemiGDAError, match="cannot be that of a result"):
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
    assert "not with several" in capsys.readouterr().err


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


def test_each_report_knows_its_own_image(model, images, tmp_path):
    """By its content, whichever image was segmented before it."""
    (images / "broken.nrrd").unlink()
    out = tmp_path / "out"
    segment(model, images, out)
    found = {path.stem: json.loads(path.read_text("utf-8")) for path in out.glob("case*.json")}
    made = {name: report["made"]["image"] for name, report in found.items()}
    own = {path.name.partition(".")[0]: digest_of(path) for path in images.glob("*.nii.gz")}
    assert len(set(made.values())) > 1 and made == {name: own[name] for name in made}


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


def job_of(folder, model, images, out, **options):
    """A job on the images of a folder, and the names in its list."""
    names = sorted(path.name for path in images.iterdir() if ".seg." not in path.name)
    folder.mkdir()
    rows = [{"name": name.split(".")[0], "image": str(images / name)} for name in names]
    write_json(folder / "cases.json", rows)
    only = options.pop("only", None)
    inputs = {"cases": str(folder / "cases.json"), "out": str(out), "only": only}
    options = {"device": "cpu", **options}
    return JobFolder.create(folder / "job", "cohort", inputs, options, str(model))


def told(job) -> list[tuple[int, str]]:
    return [(e["index"], e["state"]) for e in job.events() if e["type"] == "case"]


def test_a_job_tells_of_each_image_without_a_name(model, images, tmp_path):
    job = job_of(tmp_path / "1", model, images, tmp_path / "out")
    assert run_job(job) == 0
    assert told(job) == [(0, "failed")] + [(n, "segmented") for n in range(1, 5)]
    failed = job.events()[0]["error"]
    assert failed["class"] == "bad-input" and failed["message"]
    assert job.result()["outputs"] == {"segmented": 4, "there": 0, "failed": 1}
    said = (job.path / "events.jsonl").read_text() + (job.path / "state.json").read_text()
    assert "case0" not in said and "broken" not in said and str(tmp_path) not in said
    # Again: what is there stays, unless it is asked for.
    job = job_of(tmp_path / "2", model, images, tmp_path / "out", only=[2, 3])
    assert run_job(job) == 0 and sorted(told(job)) == [(2, "kept"), (3, "kept")]
    before = (tmp_path / "out" / "case1.json").stat().st_mtime_ns
    job = job_of(tmp_path / "3", model, images, tmp_path / "out", only=[2], again=True)
    assert run_job(job) == 0 and told(job) == [(2, "segmented")]
    assert (tmp_path / "out" / "case1.json").stat().st_mtime_ns > before
    assert {row["case"] for row in table(tmp_path / "out")} == {f"case{n}" for n in range(4)}


def test_a_stop_keeps_what_is_finished(model, images, tmp_path):
    out = tmp_path / "out"
    job = job_of(tmp_path / "1", model, images, out)
    real = job.event

    def stop(type, **values):
        real(type, **values)
        if values.get("index") == 2:
            job.request("cancel")

    job.event = stop
    assert run_job(job) == 1 and job.state()["state"] == "cancelled"
    assert files(out) == made("case0", "case1")
    assert {row["case"] for row in table(out)} == {"case0", "case1"}
    job = job_of(tmp_path / "2", model, images, out)
    assert run_job(job) == 0
    assert sorted(told(job)) == [
        (0, "failed"),
        (1, "kept"),
        (2, "kept"),
        (3, "segmented"),
        (4, "segmented"),
    ]


def test_who_edits_a_result_while_the_run_goes_on_keeps_it(model, images, tmp_path, capsys):
    """A hundred cases take hours, and a result may be corrected meanwhile: before its turn, or
    while its image is segmented."""
    (images / "broken.nrrd").unlink()
    out, heard, states = tmp_path / "out", [], {}
    Cohort(sorted((p.name[:5], p) for p in images.glob("*.gz")), out).segment(model)

    class Job(Printed):
        def update(self, state=None, progress=None, left=None, message=None):
            heard.append(message)
            if heard.count("Segmenting image 3 of 4") == 3:  # in the middle of it
                (out / "case2.seg.nrrd").write_bytes(b"NRRD0004\nmine, too")

    def ended(name, state, error):
        states[name] = state
        assert error is None  # an edited result is no failure
        if name == "case0":
            (out / "case1.seg.nrrd").write_bytes(b"NRRD0004\nmine")

    again = Cohort(sorted((p.name[:5], p) for p in images.glob("*.gz")), out)
    progress = Progress(Job(tmp_path))
    done = again.segment(model, again=True, progress=progress, ended=ended)
    assert (out / "case1.seg.nrrd").read_bytes() == b"NRRD0004\nmine"
    assert (out / "case2.seg.nrrd").read_bytes() == b"NRRD0004\nmine, too"
    assert states == {
        "case0": "segmented",
        "case1": "edited",
        "case2": "edited",
        "case3": "segmented",
    }
    assert sorted(done.edited) == ["case1", "case2"] and not done.failures
    assert (done.segmented, done.there) == (2, 2)
    assert segment(model, images, out) == 0
    assert "case1: its segmentation was edited" in capsys.readouterr().err


def test_time_left_counts_within_an_image(model, images, tmp_path):
    """Half of the second of four images: 3 / 8."""
    heard = []

    class Job(Printed):
        def update(self, state, progress, left, message):
            heard.append((round(progress, 3), message))

    progress = Progress(Job(tmp_path))
    progress.at(0.25, "Segmenting image 2 of 4")
    within = progress.share(0.25, "Segmenting image 2 of 4")
    within.at(0.5, "Segmenting slice 3 of 6")
    within.at(1.0, "Done.")
    assert heard == [(p, "Segmenting image 2 of 4") for p in (0.25, 0.375, 0.5)]


def test_the_contact_sheet_shows_every_image_with_its_outline(model, images, tmp_path):
    out = tmp_path / "out"
    segment(model, images, out)
    sheet = sitk.GetArrayFromImage(sitk.ReadImage(str(out / "contact-sheet.png")))
    # Five names in three columns and two rows; the broken image has no picture.
    assert sheet.shape == (2 * 177 + 6, 2 * 166 + 6, 3)
    picture = sitk.GetArrayFromImage(sitk.ReadImage(str(out / "pictures" / "case0.png")))
    assert (sheet[6:166, 6:166] == picture).all()
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(out / "case0.seg.nrrd")))
    colours = {tuple(c) for c in picture.reshape(-1, 3)}
    assert labels.any() and ({(255, 0, 0), (0, 255, 0)} & colours)
    # A picture that the user drew on is moved, not replaced.
    (out / "contact-sheet.png").write_bytes(b"mine")
    segment(model, images, out)
    assert (out / "contact-sheet-edited-1.png").read_bytes() == b"mine"


def test_a_volume_of_the_scene_becomes_a_case(model, images, tmp_path):
    out = tmp_path / "out"
    for name in ("case0", "case1"):
        inputs = {"volume": str(images / f"{name}.nii.gz"), "out": str(out), "name": name}
        job = JobFolder.create(tmp_path / name, "segment", inputs, {"device": "cpu"}, str(model))
        assert run_job(job) == 0
        mine = np.load(job.path / "labels.npy")
        kept = sitk.GetArrayFromImage(sitk.ReadImage(str(out / f"{name}.seg.nrrd")))
        assert kept.sum() == mine.sum() > 0
    assert not (out / "summary.csv").exists()
    job = job_of(tmp_path / "1", model, images, out, only=[])
    assert run_job(job) == 0 and told(job) == []
    assert files(out) == made("case0", "case1")
    assert {row["case"] for row in table(out)} == {"case0", "case1"}
    # The cohort takes it as its own.
    job = job_of(tmp_path / "2", model, images, out, only=[1])
    assert run_job(job) == 0 and told(job) == [(1, "kept")]
    (out / "case0.seg.nrrd").write_bytes(b"edited")
    inputs = {"volume": str(images / "case0.nii.gz"), "out": str(out), "name": "case0"}
    job = JobFolder.create(tmp_path / "3", "segment", inputs, {"device": "cpu"}, str(model))
    assert run_job(job) == 1 and "was edited" in job.error().message
    assert (out / "case0.seg.nrrd").read_bytes() == b"edited"


def test_another_region_segments_again(model, images, tmp_path, capsys):
    (images / "broken.nrrd").unlink()
    out = tmp_path / "out"
    words = ["segment", "--cases", str(images), "--model", str(model), "--out", str(out), "--roi"]
    assert main([*words, "12,12,1,10,20,6"]) == 0
    report = json.loads((out / "case1.json").read_text("utf-8"))
    assert report["options"]["roi"]["size"] == [10, 20, 6]
    assert report["working"]["slices"] == 3
    capsys.readouterr()
    assert main([*words, "12,12,1,10,20,6"]) == 0
    assert "0 segmented, 4 were there" in capsys.readouterr().out
    assert main([*words, "12,12,1,10,20,1"]) == 0
    assert "4 of them again because the options changed" in capsys.readouterr().err
    assert json.loads((out / "case1.json").read_text("utf-8"))["working"]["slices"] == 1


def test_a_case_that_the_region_does_not_meet_has_not_failed(model, images, tmp_path, capsys):
    (images / "broken.nrrd").unlink()
    far = sitk.ReadImage(str(images / "case0.nii.gz"))
    far.SetOrigin((5000, 0, 0))
    sitk.WriteImage(far, str(images / "far.nii.gz"))
    out = tmp_path / "out"
    words = ["segment", "--cases", str(images), "--model", str(model), "--out", str(out)]
    assert main([*words, "--roi", "12,12,1,10,20,6"]) == 0
    told = capsys.readouterr()
    assert "4 segmented, 0 were there, 0 failed, 1 outside of the region." in told.out
    assert "Outside of the region of interest: far." in told.err
    assert files(out) == made("case0", "case1", "case2", "case3")


def test_images_of_another_kind_are_named(model, images, tmp_path, capsys):
    """Without a question: nobody sits there for a thousand images."""
    (images / "broken.nrrd").unlink()
    flat = sitk.ReadImage(str(images / "case0.nii.gz"))[:, :, :1]
    sitk.WriteImage(flat, str(images / "flat.nii.gz"))
    words = ["segment", "--cases", str(images), "--model", str(model), "--out"]
    for expected in ("5 segmented", "0 segmented"):  # also when it is there already
        assert main([*words, str(tmp_path / "out")]) == 0
        told = capsys.readouterr()
        assert expected in told.out
        assert "trained on (the table says how): 1 of 5, " in told.err
        assert told.err.rstrip().splitlines()[-1].endswith(": 1 of 5, flat.")
