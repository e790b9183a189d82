"""Processes that outlive whoever started them, and trainings that wait for a graphics card."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from project_fixtures import write_case
from trainings_fixtures import wait_until

from semigda.jobs.run import run_job
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.launch import launch
from semigda_core.processes import computer, process_start

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "user" / "models"))


def check_job(tmp_path: Path, cases: int = 1) -> JobFolder:
    rows = []
    for number in range(cases):
        case = write_case(tmp_path / "study", number)
        rows.append({"id": str(number), "image": str(case.image), "label": str(case.label)})
    write_json(tmp_path / "cases.json", rows)
    inputs = {"cases": str(tmp_path / "cases.json"), "facts": str(tmp_path / "facts.json")}
    return JobFolder.create(tmp_path / "job", "check", inputs)


def python(code: str, *arguments) -> subprocess.Popen:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", textwrap.dedent(code), *map(str, arguments)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_a_job_outlives_the_process_that_started_it(tmp_path):
    job = check_job(tmp_path)
    caller = python(
        """
        import sys, time
        from semigda_core.jobs.folder import JobFolder
        from semigda_core.jobs.launch import launch
        print(launch(JobFolder(sys.argv[1])), flush=True)
        time.sleep(60)
        """,
        job.path,
    )
    pid = int(caller.stdout.readline())
    assert job.state()["state"] in ("queued", "running")  # it has only begun
    caller.kill()
    caller.wait()
    assert process_start(pid) is not None or job.state()["state"] == "done"
    wait_until(lambda: job.state()["state"] == "done")
    assert job.result()["outputs"] == {"cases": 1}
    assert not job.is_stale()


@pytest.mark.skipif(os.name == "nt", reason="a group's and a priority's names are POSIX's")
def test_it_has_a_session_and_a_low_priority_of_its_own_and_leaves_no_zombie(tmp_path, monkeypatch):
    monkeypatch.setattr("semigda_core.jobs.launch.NICE", 10)
    job = check_job(tmp_path)
    pid = launch(job)
    # Seen while it starts: it needs longer than this to import anything.
    assert os.getsid(pid) != os.getsid(0)
    lower = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 1)
    wait_until(lambda: os.getpriority(os.PRIO_PROCESS, pid) >= lower)
    wait_until(lambda: job.state()["state"] == "done")
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # it is no child of ours that we would have to collect


def test_a_launched_job_whose_process_died_before_it_began_is_stale(tmp_path):
    job = check_job(tmp_path)
    assert not job.is_stale()  # queued for whoever takes it
    pid = launch(job)
    os.kill(pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    wait_until(job.is_stale)
    launch(job)
    wait_until(lambda: job.state()["state"] == "done")
    assert not job.is_stale()


def test_a_job_that_another_process_holds_is_not_run_twice(tmp_path):
    job = check_job(tmp_path)
    other = python("import time; print(1, flush=True); time.sleep(60)")
    other.stdout.readline()
    state = job.state() | {"pid": other.pid, "process_start": process_start(other.pid)}
    state["host"] = computer()
    write_json(job.path / "state.json", state)  # queued: it waits for a graphics card
    with pytest.raises(SemiGDAError, match="Another process"):
        run_job(job)
    other.kill()
    other.wait()
    assert run_job(job) == 0


HOLD = """
    import sys, time
    import torch
    from semigda_core.errors import Paused, SemiGDAError
    from semigda.inference.device_lock import alone_on, lock_file
    from semigda_core.jobs.folder import JobFolder
    try:
        cards = [] if sys.argv[2] == "shared" else [lock_file(torch.device("mps"))]
        with alone_on(cards, JobFolder(sys.argv[1])):
            print("has it", flush=True)
            time.sleep(float(sys.argv[3]))
    except SemiGDAError as error:
        print(error.error_class, flush=True)
    except Paused:
        print("paused", flush=True)
"""


def empty_job(folder: Path) -> JobFolder:
    return JobFolder.create(folder, "train", {})


@pytest.mark.slow
def test_two_trainings_take_turns_at_a_graphics_card(tmp_path):
    jobs = [empty_job(tmp_path / name) for name in "abcd"]
    first = python(HOLD, jobs[0].path, "alone", 600)
    assert first.stdout.readline() == "has it\n"
    second, third, fourth = (python(HOLD, job.path, "alone", 0) for job in jobs[1:])
    for job in jobs[1:]:
        wait_until(lambda job=job: job.state()["message"].startswith("Waits until the graphics"))
        assert job.state()["state"] == "queued" and not job.is_stale()
    jobs[2].request("cancel")
    assert third.stdout.readline() == "cancelled\n"
    jobs[3].request("pause")
    assert fourth.stdout.readline() == "paused\n"
    asked = empty_job(tmp_path / "asked")
    assert python(HOLD, asked.path, "shared", 0).stdout.readline() == "has it\n"
    assert jobs[1].state()["state"] == "queued"
    first.kill()  # however the first one ends, the next one begins
    assert second.stdout.readline() == "has it\n"
    assert jobs[1].state()["state"] == "running"
    for process in (first, second, third, fourth):
        process.wait()
    assert json.loads((jobs[1].path / "state.json").read_text("utf-8"))["message"] == "Starting."
