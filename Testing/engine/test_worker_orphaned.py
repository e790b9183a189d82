"""A worker whose Slicer has crashed ends its job, as a cancel does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time

import pytest
import SimpleITK as sitk
from model_fixtures import tiny_package
from test_worker import ROOT, SHAPE, Worker, write_volume

from semigda.jobs.run import run_job
from semigda_core.files.atomic import write_json
from semigda_core.jobs.folder import JobFolder
from semigda_core.processes import is_same_process

# What Slicer does with its worker, and then its life until somebody kills it.
PARENT = """
import subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-m", "semigda", "worker"], stdin=subprocess.PIPE)
for folder in sys.argv[1:]:
    worker.stdin.write(folder.encode() + b"\\n")
worker.stdin.flush()
time.sleep(600)
"""


def crash(job: JobFolder, *waiting: JobFolder, after: float = 0.005) -> dict:
    """Kill a worker's parent while the job computes; the state of the job after its worker's end.

    ``after``: of the job, which would take minutes. ``waiting``: jobs that the worker has as well.
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, *(str(one.path) for one in (job, *waiting))],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while job.state()["progress"] < after:
            assert parent.poll() is None
            time.sleep(0.01)
    finally:
        parent.kill()
        parent.wait()
    running, killed = job.state(), time.monotonic()
    while is_same_process(running["pid"], running["process_start"]):
        assert time.monotonic() - killed < 20, "the worker goes on without its Slicer"
        time.sleep(0.05)
    return job.state()


def test_a_segmentation_ends_with_slicer_and_leaves_nothing_half_written(tmp_path):
    inputs = {"volume": str(write_volume(tmp_path / "long.nrrd", (20_000, 20, 24)))}
    model = str(tiny_package(tmp_path))
    options = {"device": "cpu", "batch_size": 1}
    job = JobFolder.create(tmp_path / "job", "segment", inputs, options, model)
    assert crash(job)["state"] == "cancelled"
    assert job.error().error_class == "cancelled"
    assert not list(job.path.rglob("*.npy"))
    assert not list(job.path.glob(".semigda-*"))


@pytest.mark.slow
def test_a_batch_ends_with_slicer_and_goes_on_another_day(tmp_path):
    """The results that are there are whole; at the restart they are left alone."""
    names, out, model = ("first", "long", "last"), tmp_path / "out", str(tiny_package(tmp_path))
    rows = [{"name": name, "image": str(write_volume(tmp_path / f"{name}.nrrd"))} for name in names]
    whole = (tmp_path / "long.nrrd").read_bytes()
    write_volume(tmp_path / "long.nrrd", (20_000, 20, 24))
    write_json(tmp_path / "cases.json", rows)
    inputs = {"cases": str(tmp_path / "cases.json"), "out": str(out)}

    def job(name):
        return JobFolder.create(tmp_path / name, "cohort", inputs, {"device": "cpu"}, model)

    def made():
        kinds = (".seg.nrrd", ".json")
        return {name: [(out / f"{name}{kind}").exists() for kind in kinds] for name in names}

    assert crash(job("1"), after=0.335)["state"] == "cancelled"
    assert made() == {"first": [True, True], "long": [False, False], "last": [False, False]}
    assert not list(out.glob(".semigda-*"))
    before = (out / "first.seg.nrrd").stat().st_mtime_ns

    (tmp_path / "long.nrrd").write_bytes(whole)  # the same, in seconds
    again = job("2")
    assert run_job(again) == 0
    assert again.result()["outputs"] == {"segmented": 2, "there": 1, "failed": 0}
    assert (out / "first.seg.nrrd").stat().st_mtime_ns == before
    for name in names:
        assert sitk.GetArrayFromImage(sitk.ReadImage(out / f"{name}.seg.nrrd")).shape == SHAPE


def test_volumes_of_a_scene_end_with_slicer(tmp_path):
    """The worker has the next one already, which is not begun."""
    out, model = tmp_path / "out", str(tiny_package(tmp_path))
    jobs = []
    for name, shape in (("a", (20_000, 20, 24)), ("b", SHAPE)):
        image = write_volume(tmp_path / f"{name}.nrrd", shape)
        inputs = {"volume": str(image), "out": str(out), "name": name}
        options = {"device": "cpu", "batch_size": 1}
        jobs.append(JobFolder.create(tmp_path / name, "segment", inputs, options, model))
    assert crash(*jobs)["state"] == "cancelled"
    assert jobs[1].state()["state"] == "cancelled"
    assert not list(out.glob("[ab]*")) and not list(out.glob(".semigda-*"))


def test_a_job_that_waited_for_a_crashed_slicer_is_not_begun(tmp_path):
    inputs = {"volume": str(write_volume(tmp_path / "a.nrrd"))}
    model = str(tiny_package(tmp_path))
    job = JobFolder.create(tmp_path / "job", "segment", inputs, {"device": "cpu"}, model)
    worker = Worker()
    worker.send(job.path)
    worker.process.stdin.close()  # while torch is still being imported
    assert worker.process.wait(60) == 0
    worker.close()
    assert job.state()["state"] == "cancelled"


ASK = "from semigda.jobs.orphaned import input_closed; print(input_closed())"


@pytest.mark.parametrize("kind", ["open", "unread", "closed", "file", "null"])
def test_only_a_pipe_whose_writer_is_gone_counts_as_closed(kind, tmp_path):
    with contextlib.ExitStack() as stack:
        reading, writing = os.pipe()
        stack.callback(os.close, reading)
        if kind == "unread":  # a line that waits
            os.write(writing, b"a line\n")
        if kind == "closed":
            os.close(writing)
        else:
            stack.callback(os.close, writing)
        (tmp_path / "file").write_text("a line\n")
        file = stack.enter_context(open(tmp_path / "file", "rb"))
        stdin = {"file": file, "null": subprocess.DEVNULL}.get(kind, reading)
        done = subprocess.run(
            [sys.executable, "-c", ASK], stdin=stdin, capture_output=True, cwd=ROOT
        )
    assert done.stdout.strip() == (b"True" if kind == "closed" else b"False"), done.stderr
