"""A full disk pauses a training; what was saved stays whole, and it goes on from there."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
import torch
from hostile_projects import full_project
from job_fixtures import ROOT, ended, start, training_job
from model_fixtures import tiny_package
from safetensors import SafetensorError

from semigda.check.run import check
from semigda.jobs.run import run_job
from semigda.training.checkpoint import load_checkpoint, save_checkpoint
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.failures import classify
from semigda_core.project.training import trainings
from semigda_core.project.training.plans import saved_plan

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limits and mounts")
LIMIT = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, -1))"


@LINUX
@pytest.mark.slow
def test_a_checkpoint_that_finds_no_room_pauses_the_job(volumes, tmp_path):
    """A real child process whose files may not grow beyond 40 kB."""
    job = training_job(volumes, tmp_path, steps=8, checkpoint_minutes=0.0)
    job.request("stop")  # only to end the first run once the autoencoder is there
    assert run_job(job) == 1
    code, told = ended(start(job, code=LIMIT))
    state = job.state()
    assert state["state"] == "paused" and state["reason"]["class"] == "disk-full"
    assert state["pid"] is None and not job.is_stale() and job.result() is None
    assert code == 1 and "The disk is full. Free some disk space" in told and "To go on:" in told
    assert not list(job.path.glob("*.new"))
    assert run_job(job) == 0 and "reason" not in job.state()


def test_the_last_checkpoint_stays_whole(tmp_path):
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, {"settings": {}, "tensor": torch.ones(3)})
    if sys.platform == "linux":
        code = f"""{LIMIT}
import sys, torch; from pathlib import Path
from semigda.training.checkpoint import save_checkpoint
try: save_checkpoint(Path(sys.argv[1]), {{"settings": {{}}, "tensor": torch.ones(100_000)}})
except Exception as error: sys.exit(getattr(error, "error_class", "another error"))"""
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=ROOT
        )
        assert done.stderr.strip() == "disk-full"
    assert load_checkpoint(path, lambda settings: True)["tensor"].tolist() == [1, 1, 1]
    assert len(list(tmp_path.iterdir())) == 1


# Runs inside a mount namespace of its own. Before each kind of save the disk is filled to its last
# byte; the job must be paused; then room is made and it goes on to the next.
ON_A_SMALL_DISK = """
import json, sys
from pathlib import Path
sys.path.insert(0, "Testing/engine")
from job_fixtures import training_job
from semigda_core.jobs import folder
from semigda.jobs.run import run_job
from semigda.training import checkpoint, packing, previews, pretrain
from semigda.training.checkpoint import load_checkpoint

cases, disk = map(Path, sys.argv[1:])
filler = disk / "filler"
job = training_job(cases, disk, steps=8, checkpoint_minutes=0.0, validations=1)
saves = {
    "autoencoder": (pretrain, "save_base"),
    "event": (folder.JobFolder, "event"),
    "preview": (previews, "write_atomically"),
    "checkpoint": (checkpoint, "save_checkpoint"),
    "package": (packing, "save_package"),
    "note": (packing, "write_json"),
    "result": (folder.JobFolder, "finish"),
}

def fill():
    with open(filler, "wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                pass

told = {}
for name, (place, function) in saves.items():
    original = getattr(place, function)
    def full(*arguments, original=original, **options):
        fill()
        return original(*arguments, **options)
    setattr(place, function, full)
    code = run_job(job)
    setattr(place, function, original)
    filler.unlink(missing_ok=True)
    state = job.state()
    saved = job.path / "checkpoint.pt"
    whole = None
    if saved.exists():
        whole = load_checkpoint(saved, lambda settings: True)["step"]
    told[name] = [code, state["state"], state.get("reason", {}).get("class"), whole]
told["end"] = [run_job(job), job.state()["state"]]
told["left"] = [p.name for p in disk.rglob("*") if p.name.startswith(".") or ".new" in p.name]
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    """A command that runs another one with a disk of 12 MB mounted on a folder; that folder."""
    folder = tmp_path_factory.mktemp("disk")
    script = f'mount -t tmpfs -o size=12m tmpfs {folder} && exec "$@"'
    command = ["unshare", "-Urm", "sh", "-c", script, "sh"]
    try:
        works = subprocess.run([*command, "true"], capture_output=True).returncode == 0
    except OSError:
        works = False
    if not works:
        pytest.skip("a user may not mount a small disk here")
    return command, folder


@LINUX
@pytest.mark.slow
def test_every_save_may_find_the_disk_full(volumes, small_disk):
    command, folder = small_disk
    done = subprocess.run(
        [*command, sys.executable, "-c", ON_A_SMALL_DISK, str(volumes), str(folder)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told.pop("end") == [0, "done"] and told.pop("left") == [], told
    for name, (code, state, reason, _) in told.items():
        assert (code, state, reason) == (1, "paused", "disk-full"), name
    assert told["package"][3] == told["note"][3] == 8  # its last checkpoint, whole


ON_A_DISK_THAT_FILLS = """
import sys
from pathlib import Path
import numpy as np
from semigda.cli import main
from semigda_core.errors import SemiGDAError
from semigda.inference import results, segment
from semigda.inference.outputs import SliceStore

image, model, disk = map(Path, sys.argv[1:])

def fill():
    with open(disk / "filler", "ab", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                pass

store = SliceStore((4, 1000, 1000), disk / "labels.npy")
fill()
store.replace(0, np.ones((4, 1000, 1000), np.uint8))
assert store.slices(0, 4).sum() == 4_000_000
(disk / "filler").unlink()
try:
    SliceStore((9, 1000, 1000), disk / "review.npy")
except SemiGDAError as error:
    assert error.error_class == "disk-full"
else:
    sys.exit("it has no room")
for path in disk.iterdir():
    path.unlink()

begun = results.Results.add
def add(self, *parts):
    fill()
    begun(self, *parts)
results.Results.add = add
code = main(["segment", str(image), "--model", str(model), "-o", str(disk / "o.seg.nrrd")])
assert [path.name for path in disk.iterdir()] == ["filler"]
sys.exit(code)
"""


@LINUX
def test_a_disk_that_fills_while_a_volume_is_segmented_is_told(small_disk, tmp_path):
    """Pages of a mapped file that find no room would end the process by SIGBUS."""
    command, folder = small_disk
    model = tiny_package(tmp_path)
    image = tmp_path / "image.nrrd"
    voxels = np.random.default_rng(0).integers(0, 256, (6, 700, 700)).astype(np.uint8)
    sitk.WriteImage(sitk.GetImageFromArray(voxels), str(image))
    done = subprocess.run(
        [*command, sys.executable, "-c", ON_A_DISK_THAT_FILLS, image, model, folder],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=120,
    )
    assert done.returncode == 1 and "The disk is full." in done.stderr, done.stderr[-2000:]


def test_what_libraries_say_of_a_full_disk_is_understood():
    texts = (
        SafetensorError("Error while serializing: I/O error: File too large (os error 27)"),
        SafetensorError('IoError(Os { code: 28, kind: StorageFull, message: "..." })'),
        RuntimeError("[Errno 28] No space left on device"),
    )
    assert {classify(error).error_class for error in texts} == {"disk-full"}
    for number, expected in ((28, "disk-full"), (5, "bad-input")):
        try:
            try:
                raise OSError(number, "refused")
            except OSError:
                raise RuntimeError("unexpected pos 704 vs 598")  # noqa: B904  as torch does
        except RuntimeError as error:
            assert classify(error).error_class == expected
    assert classify(RuntimeError("shape mismatch")).error_class == "internal"
    hidden = SafetensorError(f"I/O error: {os.strerror(errno.EIO)} (os error {errno.EIO})")
    assert classify(hidden).error_class == "bad-input"
    for number in (errno.EIO, errno.EROFS):  # of a write: it names no file
        told = classify(OSError(number, os.strerror(number)))
        assert told.error_class == "bad-input" and os.strerror(number) in told.message
    assert classify(OSError(errno.ENOMEM, "memory")).error_class == "out-of-memory"
    assert classify(OSError(errno.EBADF, "no file")).error_class == "internal"
    with pytest.raises(SemiGDAError):
        raise classify(OSError(28, "full"))


@pytest.mark.parametrize("then", ["resume", "cancel"])
def test_a_training_that_could_not_be_launched_blocks_nothing(tmp_path, monkeypatch, then):
    """Nothing takes it from the queue: whoever reads its state has to see that."""
    project = full_project(tmp_path)
    check(project)
    started: list[Path] = []

    def full(job):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(trainings, "launch", full)
    with pytest.raises(OSError):
        trainings.start(project, saved_plan(project))
    job = trainings.current(project)
    assert job["state"] == "queued" and job["stale"]
    monkeypatch.setattr(trainings, "launch", lambda job: started.append(job.path))
    getattr(trainings, then)(project)
    if then == "cancel":
        assert trainings.current(project)["state"] == "cancelled"
        trainings.start(project, saved_plan(project))
    assert (started == [job["folder"]]) == (then == "resume") and len(started) == 1
