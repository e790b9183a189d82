"""A worker whose Slicer has crashed ends its job, as a cancel does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time

import pytest
from model_fixtures import tiny_package
from test_worker import ROOT, Worker, write_volume

from semigda_core.jobs.folder import JobFolder
from semigda_core.processes import is_same_process

# What Slicer does with its worker, and then its life until somebody kills it.
PARENT = """
import subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-m", "semigda", "worker"], stdin=subprocess.PIPE)
worker.stdin.write(sys.argv[1].encode() + b"\\n")
worker.stdin.flush()
time.sleep(600)
"""


def crash(job: JobFolder) -> dict:
    """Kill a worker's parent while the job computes; the state of the job after its worker's end.

    The whole job would take minutes.
    """
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(job.path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while job.state()["progress"] < 0.005:
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
