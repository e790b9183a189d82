"""Running jobs and the warm worker, as real child processes on real files."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from model_fixtures import tiny_package

from semigda.jobs import kinds
from semigda.jobs.run import run_job
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.failures import classify
from semigda_core.jobs.folder import JobFolder

ROOT = Path(__file__).parents[2]
SHAPE = (6, 20, 24)


def write_volume(path: Path, shape=SHAPE) -> Path:
    array = np.random.default_rng(0).normal(100, 20, shape).astype(np.float32)
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((1.0, 1.0, 2.0))
    sitk.WriteImage(image, str(path))
    return path


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """A model folder and a small volume."""
    folder = tmp_path_factory.mktemp("parts")
    return tiny_package(folder), write_volume(folder / "JANE_DOE.nrrd")


class Worker:
    """A worker process and its protocol. Its input stays open, as Slicer's does, until its end.

    ``environment``: more variables, or others.
    """

    def __init__(self, **environment: str):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "semigda", "worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"} | environment,
            cwd=ROOT,
        )

    def send(self, folder) -> None:
        self.process.stdin.write(os.fsencode(folder) + b"\n")
        self.process.stdin.flush()

    def line(self) -> str:
        return os.fsdecode(self.process.stdout.readline()).rstrip("\r\n")

    def run(self, folder) -> None:
        self.send(folder)
        assert self.line() == f"finished {folder}"

    def close(self) -> int:
        self.process.stdin.close()
        code = self.process.wait(20)
        self.process.stdout.close()
        self.process.stderr.close()
        return code


@pytest.fixture(scope="module")
def worker():
    worker = Worker()
    assert [worker.line(), worker.line()] == ["loading", "ready"]
    yield worker
    assert worker.close() == 0


@pytest.fixture
def new_job(parts, tmp_path):
    model, volume = parts
    number = iter(range(100))

    def make(volume=volume, model=model, **options) -> JobFolder:
        # A folder's name may hold blanks and letters that a code page lacks.
        folder = tmp_path / f"job Ω {next(number)}"
        inputs = {"volume": str(volume)}
        return JobFolder.create(folder, "segment", inputs, {"device": "cpu", **options}, str(model))

    return make


def test_segment_writes_arrays_on_the_inputs_grid(worker, new_job, parts):
    job = new_job()
    worker.run(job.path)
    assert job.state()["state"] == "done" and job.state()["progress"] == 1
    result = job.result()
    outputs, report = result["outputs"], result["report"]
    labels = np.load(job.path / outputs["labels"])
    review = np.load(job.path / outputs["review"])
    assert labels.shape == review.shape == SHAPE
    assert labels.dtype == review.dtype == np.uint8 and review.max() <= 100
    for segment in outputs["segments"]:
        assert segment["voxels"] == (labels == segment["value"]).sum()
        assert segment["ml"] == pytest.approx(segment["voxels"] * 2 / 1000)
        assert 0 <= segment["agreement"] <= 1 and len(segment["color"]) == 3
    assert "69695003" in outputs["segments"][0]["terminology_entry"]
    assert outputs["model"]["name"] == "tiny" and len(outputs["model"]["sha256"]) == 64
    assert {"start", "load", "preprocess", "network", "resample"} <= set(report["seconds"])
    for spot in outputs["spots"]:
        x, y, z = spot["ijk"]
        assert 0 <= z < 6 and 0 <= y < 20 and 0 <= x < 24
    for name in ("state.json", "events.jsonl", "result.json"):
        path = job.path / name
        assert not path.exists() or "JANE" not in path.read_text("utf-8")


def test_one_branch_gives_a_review_of_its_own(worker, new_job):
    reviews = []
    for branches in ("cnn", "both"):
        job = new_job(branches=branches)
        worker.run(job.path)
        reviews.append(np.load(job.path / job.result()["outputs"]["review"]))
    assert 0 < reviews[0].max() <= 100 and (reviews[0] != reviews[1]).any()


def test_a_second_job_starts_computing_within_a_second(worker, new_job):
    worker.run(new_job().path)
    job = new_job()
    worker.run(job.path)
    seconds = job.result()["report"]["seconds"]
    assert seconds["start"] + seconds["load"] < 1


def test_the_total_is_all_that_the_worker_did(worker, new_job):
    worker.run(new_job().path)
    job, begun = new_job(), time.perf_counter()
    worker.run(job.path)
    whole = time.perf_counter() - begun
    seconds = job.result()["report"]["seconds"]
    phases = sum(value for name, value in seconds.items() if name not in ("start", "total"))
    assert phases < seconds["total"] < whole < seconds["total"] + 0.5


def test_a_broken_job_never_ends_the_worker(worker, new_job, parts, tmp_path):
    model, volume = parts
    damaged = tmp_path / "damaged"
    shutil.copytree(model, damaged)
    with open(damaged / "weights.safetensors", "r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(b"\x55")
    broken = {
        "bad-input": [
            new_job(volume=tmp_path / "nowhere.nrrd"),
            new_job(frame="x", surprise=1),
            new_job(branches="third"),
        ],
        "model-invalid": [new_job(model=damaged), new_job(model="no-such-model")],
    }
    if not torch.cuda.is_available():
        broken["device-unavailable"] = [new_job(device="cuda")]
    for error_class, jobs in broken.items():
        for job in jobs:
            worker.run(job.path)
            assert job.state()["state"] == "failed"
            assert job.result()["error"]["class"] == error_class
            assert job.result()["error"]["message"] and job.result()["error"]["action"]
    worker.run(tmp_path / "no job at all")
    good = new_job()
    worker.run(good.path)
    assert good.state()["state"] == "done"
    worker.run(good.path)  # one that is done is left alone
    assert good.state()["state"] == "done"


def test_an_unforeseen_error_is_internal_with_its_trace_in_the_log_only(
    new_job, monkeypatch, capsys
):
    monkeypatch.setitem(kinds.WAYS, "segment", lambda job, models: 1 / 0)
    job = new_job()
    assert run_job(job) == 1
    error = job.result()["error"]
    assert error["class"] == "internal" and "semigda/jobs/run.py" in error["detail"]
    assert "ZeroDivisionError: " in capsys.readouterr().err  # in a process of its own: the log
    assert "Traceback" not in json.dumps(job.result()) + json.dumps(job.state())


def test_a_damaged_job_is_told_to_whoever_waits_for_its_result(worker, new_job):
    job = new_job()
    data = json.loads((job.path / "job.json").read_text("utf-8"))
    (job.path / "job.json").write_text(json.dumps({**data, "options": 7}))
    worker.run(job.path)
    error = job.error()
    assert error.error_class == "bad-input"
    assert error.message == "The job cannot be used: 'options' is not an object."


def test_cancel_is_seen_between_batches_and_leaves_no_result(worker, new_job, parts, tmp_path):
    volume = write_volume(tmp_path / "long.nrrd", (3000, 20, 24))
    job = new_job(volume=volume, batch_size=1)
    worker.send(job.path)
    while job.state()["progress"] < 0.01:
        time.sleep(0.01)
    assert job.state()["state"] == "running" and job.state()["pid"] == worker.process.pid
    asked = time.monotonic()
    job.request("cancel")
    assert worker.line() == f"finished {job.path}"
    assert time.monotonic() - asked < 2
    assert job.state()["state"] == "cancelled" and job.result()["error"]["class"] == "cancelled"
    assert not list(job.path.glob("*.npy"))
    # Asked for before its turn, it is not begun at all.
    early = new_job()
    early.request("cancel")
    worker.run(early.path)
    assert early.state()["state"] == "cancelled"
    # The request is answered; the same job can be run again.
    worker.run(early.path)
    assert early.state()["state"] == "done"


def test_a_killed_worker_leaves_a_stale_job_that_can_be_run_again(new_job, parts, tmp_path):
    volume = write_volume(tmp_path / "long.nrrd", (100, 20, 24))
    job = new_job(volume=volume, batch_size=1)
    victim = Worker()
    victim.send(job.path)
    while job.state()["progress"] < 0.01:
        time.sleep(0.01)
    with pytest.raises(SemiGDAError, match="Another process"):
        run_job(job.path)
    victim.process.kill()
    assert victim.close() != 0
    assert job.is_stale() and job.state()["state"] == "running"
    assert run_job(job.path) == 0
    assert job.state()["state"] == "done" and job.state()["pid"] == os.getpid()


def test_without_torch_every_job_says_so(new_job, tmp_path):
    """A torch that cannot be imported stands first on the path, as after a broken installation."""
    (tmp_path / "torch.py").write_text("raise ImportError('DLL load failed', name='torch')\n")
    job = new_job()
    worker = Worker(PYTHONPATH=os.pathsep.join((str(tmp_path), str(ROOT))))
    assert [worker.line(), worker.line()] == ["loading", "ready"]
    worker.run(job.path)
    assert worker.close() == 0
    assert job.result()["error"]["class"] == "import-error"
    assert "torch" in job.result()["error"]["detail"]


def of_windows(number: int) -> OSError:
    """As Windows raises it, where Python knows no errno for it."""
    error = OSError(errno.EINVAL, "Something. Error loading c10.dll")
    error.winerror = number
    return error


def raised(error: BaseException) -> SemiGDAError:
    try:
        raise error
    except BaseException as caught:
        return classify(caught)


@pytest.mark.parametrize(
    "error, error_class",
    [
        (MemoryError(), "out-of-memory"),
        (torch.cuda.OutOfMemoryError("CUDA out of memory"), "out-of-gpu-memory"),
        (RuntimeError("MPS backend out of memory (allocated 9 GB)"), "out-of-gpu-memory"),
        (RuntimeError("Invalid buffer size: 24.00 GB"), "out-of-gpu-memory"),  # on MPS
        (RuntimeError("CUDA error: out of memory\nCUDA kernel errors ..."), "out-of-gpu-memory"),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when ..."), "out-of-gpu-memory"),
        (RuntimeError("CUDA error: unspecified launch failure\n..."), "device-unavailable"),
        (RuntimeError("cuDNN error: CUDNN_STATUS_EXECUTION_FAILED"), "device-unavailable"),
        (RuntimeError("GET was unable to find an engine to execute this"), "device-unavailable"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory"), "out-of-memory"),
        (RuntimeError("could not create a primitive"), "out-of-memory"),
        (ImportError("libitk.so: failed to map segment from shared object"), "out-of-memory"),
        (ImportError("DLL load failed: The paging file is too small ..."), "out-of-memory"),
        (of_windows(1455), "out-of-memory"),
        (of_windows(112), "disk-full"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk-full"),
        (ModuleNotFoundError("No module named 'nrrd'", name="nrrd"), "import-error"),
        (PermissionError(errno.EACCES, "Permission denied", "/home/doe/a"), "bad-input"),
        (KeyboardInterrupt(), "cancelled"),
        (SemiGDAError("no-labels"), "no-labels"),
        (ValueError("/home/doe/a.nii is odd"), "internal"),
    ],
)
def test_every_exception_has_its_class(error, error_class):
    told = raised(error)
    assert told.error_class == error_class
    assert "doe" not in json.dumps(told.to_dict())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's full device")
def test_a_full_disk_is_told():
    with pytest.raises(OSError) as caught, open("/dev/full", "w", encoding="utf-8") as file:
        file.write("x")
        file.flush()
    assert classify(caught.value).error_class == "disk-full"
