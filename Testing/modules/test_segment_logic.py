"""SemiGDASegmentLogic for scripts: callbacks, cancel, errors, a worker that dies, no torch here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import phantoms
import pytest
import slicer

from semigda_core.files.atomic import temporary_path
from semigda_core.processes import process_start


def long_volume():
    """Enough slices to be met in the middle of the work."""
    return phantoms.add_volume(np.tile(phantoms.image(), (600, 1, 1)))


def job_folders() -> list[Path]:
    return list(Path(slicer.app.temporaryPath).glob(".semigda-*"))


def start_and_wait_for_work(logic, host, bright, **callbacks):
    """A run whose network is computing."""
    progress = []
    run = logic.start(
        long_volume(),
        bright,
        device="cpu",
        onProgress=lambda *told: progress.append(told),
        **callbacks,
    )
    host.wait(lambda: any(told[0] > 0 for told in progress), 60)
    assert run.active
    return run


def test_callbacks(logic, module_host, bright):
    progress, finished, errors = [], [], []
    logic.start(
        phantoms.add_volume(),
        bright,
        device="cpu",
        onProgress=lambda *told: progress.append(told),
        onFinished=finished.append,
        onError=errors.append,
    )
    assert logic.isRunning()
    module_host.wait(lambda: finished or errors, 60)
    assert not errors and finished == [logic.result]
    assert not logic.isRunning()
    for fraction, message, seconds_left in progress:
        assert 0 <= fraction <= 1 and isinstance(message, str)
        assert seconds_left is None or seconds_left >= 0
    assert not job_folders()


def test_slicer_never_imports_torch(logic, bright):
    logic.segment(phantoms.add_volume(), bright, device="cpu")
    assert "torch" not in sys.modules and "SimpleITK" not in sys.modules


def test_second_click_costs_no_start_up(logic, bright):
    """From the click to the engine's first message within a second."""
    logic.segment(phantoms.add_volume(), bright, device="cpu")
    volume, begun, told = phantoms.add_volume(), time.monotonic(), []
    run = logic.start(
        volume, bright, device="cpu", onProgress=lambda *_: told.append(time.monotonic() - begun)
    )
    run.wait()
    took = min([*told, time.monotonic() - begun])
    print(f"computing after {took:.2f} s")
    assert took < 1.0


def test_only_one_run_at_a_time(logic, bright):
    from semigda_core.errors import SemiGDAError

    run = logic.start(phantoms.add_volume(), bright, device="cpu")
    with pytest.raises(SemiGDAError, match="running already"):
        logic.start(phantoms.add_volume(), bright, device="cpu")
    run.wait()


def test_two_logics_share_the_worker(logic, bright):
    other = type(logic)()
    runs = [one.start(phantoms.add_volume(), bright, device="cpu") for one in (logic, other)]
    for run in runs:
        run.wait()
        assert run.error is None


def test_the_next_job_does_not_wait_for_slicer(logic, bright, module_host):
    """While Slicer is busy, the worker begins what it was given, and ends it."""
    other = type(logic)()
    first = logic.start(phantoms.add_volume(), bright, device="cpu")
    second = other.start(phantoms.add_volume(), bright, device="cpu")
    folder = second._job.folder
    module_host.wait(lambda: first._job.folder.state()["state"] == "running", 60)
    until = time.monotonic() + 60  # Qt gets no time from here on
    while folder.state()["state"] != "done" and time.monotonic() < until:
        time.sleep(0.02)
    assert folder.state()["state"] == "done" and first.active and second.active
    first.wait(), second.wait()
    assert first.error is None and second.error is None


def test_a_job_that_waits_is_taken_back(logic, bright, module_host):
    """At once, and neither the one before it nor the worker is disturbed."""
    from SemiGDALib.jobs.worker import Worker

    other = type(logic)()
    first = logic.start(phantoms.add_volume(), bright, device="cpu")
    pid = Worker.of("segment").processId()
    second = other.start(phantoms.add_volume(), bright, device="cpu")
    other.cancel()
    assert second.error.error_class == "cancelled" and first.active
    third = other.start(phantoms.add_volume(), bright, device="cpu")
    third.abandon()  # as when its panel is closed
    first.wait()
    assert first.error is None
    logic.segment(phantoms.add_volume(), bright, device="cpu")
    assert Worker.of("segment").processId() == pid
    assert "Traceback" not in Worker.of("segment").errorOutput()
    assert not job_folders()


def test_cancel_leaves_the_scene_as_it_was(logic, module_host, bright):
    errors = []
    run = start_and_wait_for_work(logic, module_host, bright, onError=errors.append)
    before = phantoms.scene_state()
    begun = time.monotonic()
    logic.cancel()
    module_host.wait(lambda: not run.active, 10)
    took = time.monotonic() - begun
    print(f"cancelled after {took:.2f} s")
    assert took < 2.0
    assert [error.error_class for error in errors] == ["cancelled"]
    assert phantoms.scene_state() == before
    assert not job_folders()
    logic.segment(phantoms.add_volume(), bright, device="cpu")


@pytest.mark.skipif(sys.platform == "win32", reason="a process is stopped by a POSIX signal")
def test_cancel_of_a_worker_that_does_not_answer(logic, module_host, bright, own_children):
    from SemiGDALib.jobs.worker import Worker

    run = start_and_wait_for_work(logic, module_host, bright)
    pid = Worker.of("segment").processId()
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    logic.cancel()
    module_host.wait(lambda: not run.active, 10)
    took = time.monotonic() - begun
    assert took < 2.0 and run.error.error_class == "cancelled"
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    logic.segment(phantoms.add_volume(), bright, device="cpu")
    assert Worker.of("segment").processId() != pid


def test_a_worker_that_is_stopped_has_no_process_any_more(logic, bright):
    """Its packages are about to be replaced, or Slicer ends."""
    from SemiGDALib.jobs.worker import Worker

    worker = Worker.of("segment")
    logic.segment(phantoms.add_volume(), bright, device="cpu")
    pid = worker.processId()
    assert process_start(pid) is not None
    worker.stop()
    assert process_start(pid) is None and worker.processId() == 0


def test_cancel_before_the_work_starts(logic, module_host, bright):
    from SemiGDALib.jobs.worker import Worker

    Worker.of("segment").stop()
    volume = phantoms.add_volume()
    before = phantoms.scene_state()
    run = logic.start(volume, bright, device="cpu")
    logic.cancel()
    begun = time.monotonic()
    module_host.wait(lambda: not run.active, 10)
    assert time.monotonic() - begun < 2.0
    assert phantoms.scene_state() == before


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a POSIX signal")
def test_worker_killed_in_the_middle(logic, module_host, bright):
    from SemiGDALib.jobs.worker import Worker

    errors = []
    run = start_and_wait_for_work(logic, module_host, bright, onError=errors.append)
    before = phantoms.scene_state()
    os.kill(Worker.of("segment").processId(), signal.SIGKILL)
    module_host.wait(lambda: not run.active, 10)
    assert errors[0].error_class == "worker-died"
    assert "memory" in errors[0].message and errors[0].action
    assert phantoms.scene_state() == before
    assert not job_folders()
    logic.segment(phantoms.add_volume(), bright, device="cpu")


def test_children_of_the_worker_die_with_it(module_host, installed):
    """A launcher's child must not be left computing."""
    import subprocess

    from SemiGDALib.jobs.process_tree import killTree

    nested = (
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", nested], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        killTree(parent.pid)
        parent.wait(5)
        deadline = time.monotonic() + 5
        while Path(f"/proc/{child}/stat").exists() and time.monotonic() < deadline:
            if Path(f"/proc/{child}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z":
                break
            time.sleep(0.02)
        assert time.monotonic() < deadline
    killTree(parent.pid)  # gone already: nothing happens


def test_removed_volume(logic, bright):
    volume = phantoms.add_volume()
    run = logic.start(volume, bright, device="cpu")
    slicer.mrmlScene.RemoveNode(volume)
    before = phantoms.scene_state()
    run.wait()
    assert run.error.error_class == "bad-input" and "removed" in run.error.message
    assert phantoms.scene_state() == before


def test_volume_that_changed_its_size(logic, bright):
    volume = phantoms.add_volume()
    run = logic.start(volume, bright, device="cpu")
    slicer.util.updateVolumeFromArray(volume, np.zeros((4, 5, 6), np.int16))
    before = phantoms.scene_state()
    run.wait()
    assert run.error.error_class == "geometry-mismatch"
    assert phantoms.scene_state() == before


def test_closed_scene(logic, bright):
    run = logic.start(phantoms.add_volume(), bright, device="cpu")
    slicer.mrmlScene.Clear(0)
    run.wait()
    assert run.error is not None
    assert not slicer.util.getNodesByClass("vtkMRMLSegmentationNode")


@pytest.mark.parametrize("spoil", ["none", "empty", "nan", "constant", "model"])
def test_bad_input_is_one_sentence(logic, bright, spoil):
    from semigda_core.errors import SemiGDAError

    voxels, model = phantoms.image(kind=np.float32), bright
    if spoil == "nan":
        voxels[0, 0, :3] = np.nan
    if spoil == "constant":
        voxels[:] = 7
    if spoil == "model":
        model = "no-such-model"
    volume = phantoms.add_volume(voxels)
    if spoil == "empty":
        volume.SetAndObserveImageData(None)
    before = phantoms.scene_state()
    with pytest.raises(SemiGDAError) as raised:
        logic.segment(None if spoil == "none" else volume, model, device="cpu")
    error = raised.value
    assert error.error_class == ("model-invalid" if spoil == "model" else "bad-input")
    assert error.message and error.action
    assert "3 " in error.message or spoil != "nan"
    assert phantoms.scene_state() == before
    assert not job_folders()


def test_invalid_voxels_can_be_replaced(logic, bright):
    voxels = phantoms.image(kind=np.float32)
    voxels[0, 0, :3] = np.nan
    volume = phantoms.add_volume(voxels)
    logic.segment(volume, bright, device="cpu", replaceInvalid=True)
    assert np.isnan(slicer.util.arrayFromVolume(volume)).sum() == 3


def test_old_job_folders_go(logic, bright):
    """What a crashed Slicer left behind holds an image of a patient."""
    here = Path(slicer.app.temporaryPath)
    code = "import sys; from semigda_core.files.atomic import temporary_path; "
    code += "p = temporary_path(__import__('pathlib').Path(sys.argv[1])); p.mkdir(); print(p)"
    gone = Path(subprocess.check_output([sys.executable, "-c", code, here], text=True).strip())
    own = temporary_path(here)  # of another run of this Slicer
    own.mkdir()
    assert gone.is_dir()
    logic.segment(phantoms.add_volume(), bright, device="cpu")
    assert not gone.exists() and own.exists()
    own.rmdir()


def test_idle_worker_ends(logic, module_host, bright):
    from SemiGDALib.jobs.worker import Worker

    logic.segment(phantoms.add_volume(), bright, device="cpu")
    worker = Worker.of("segment")
    assert worker.processId()
    worker._idle.start(10)
    module_host.wait(lambda: not worker.processId(), 10)
