"""The job folder: atomic state, events, control, whose process it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from types import SimpleNamespace

import pytest

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import PREFIX, clear_leftovers, write_json
from semigda_core.jobs import folder
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.home import folder_mark
from semigda_core.processes import is_same_process, process_start


def start_child(code: str, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


def test_a_new_job_is_queued_and_whole(job):
    assert job.job["kind"] == "segment" and job.job["model"] is None
    assert job.state()["state"] == "queued" and job.state()["pid"] is None
    assert job.events() == [] and job.result() is None and not job.is_stale()


@pytest.mark.parametrize("text", [None, '{"schema": 99}'])
def test_a_folder_without_a_readable_job_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "job.json").write_text(text)
    with pytest.raises(SemiGDAError) as caught:
        JobFolder(tmp_path)
    assert caught.value.error_class == "bad-input"


def test_a_second_job_in_the_same_folder_and_an_unknown_kind_are_refused(job, tmp_path):
    with pytest.raises(SemiGDAError):
        JobFolder.create(job.path, "segment", {})
    with pytest.raises(SemiGDAError):
        JobFolder.create(tmp_path / "other", "format-disk", {})


def test_update_claims_the_job_and_forgets_old_estimates(job):
    job.update("running", progress=0.25, seconds_left=12.0, message="Segmenting")
    state = JobFolder(job.path).state()
    assert (state["state"], state["progress"], state["seconds_left"]) == ("running", 0.25, 12.0)
    assert state["pid"] == os.getpid()
    job.update(progress=7)
    state = job.state()
    assert state["progress"] == 1.0 and state["seconds_left"] is None
    assert state["message"] == "Segmenting"
    with pytest.raises(ValueError):
        job.update("walking")


def test_finish_and_fail_write_the_result_before_the_state(job, tmp_path):
    job.finish({"labels": "labels.npy"}, {"seconds": float("nan")})
    assert job.state()["state"] == "done"
    assert job.result()["outputs"] == {"labels": "labels.npy"}
    assert job.result()["report"] == {"seconds": None}  # JSON has no NaN
    other = JobFolder.create(tmp_path / "other", "segment", {})
    other.fail(SemiGDAError("disk-full"))
    assert other.state()["state"] == "failed" and other.result()["error"]["class"] == "disk-full"
    other.fail(SemiGDAError("cancelled"))
    assert other.state()["state"] == "cancelled"


def test_control_requests_pass_between_two_openings(job):
    watcher = JobFolder(job.path)
    assert not job.requested("cancel")
    watcher.request("cancel")
    watcher.request("pause")
    assert job.requested("cancel") and job.requested("pause")
    job.clear("pause")
    job.clear("pause")
    assert not job.requested("pause") and job.requested("cancel")
    with pytest.raises(ValueError):
        watcher.request("../../escape")


def test_events_come_once_and_a_torn_last_line_waits(job):
    job.event("metrics", step=1, dice=[0.5, float("inf")])
    job.event("metrics", step=2)
    first = job.events()
    assert [e["step"] for e in first] == [1, 2] and first[0]["dice"] == [0.5, None]
    with open(job.path / "events.jsonl", "ab") as file:
        file.write(b'{"type": "metrics", "st')
    assert job.events(since_line=2) == []
    # The process died there; its successor goes on on a new line and counting stays right.
    job.event("metrics", step=3)
    later = job.events(since_line=2)
    assert [e["type"] for e in later] == ["unreadable", "metrics"] and later[1]["step"] == 3


def test_no_path_or_input_name_gets_into_events_and_states(job):
    job.event("warning", text="cannot read '/data/DOE^JANE/scan.nrrd' or C:\\Users\\doe\\a.nii")
    job.event("warning", text="scan.nrrd is odd", where=["/mnt/pacs/doe/7.dcm"], preview="p/1.png")
    job.update("running", message="Reading /data/DOE^JANE/scan.nrrd")
    text = (job.path / "events.jsonl").read_text("utf-8") + (job.path / "state.json").read_text(
        "utf-8"
    )
    job.fail(SemiGDAError("bad-input", "scan.nrrd is odd.", detail="in /data/DOE^JANE/scan.nrrd"))
    text += (job.path / "result.json").read_text("utf-8") + (job.path / "state.json").read_text(
        "utf-8"
    )
    for private in ("DOE", "doe", "scan.nrrd", "pacs"):
        assert private not in text
    assert job.events()[1]["preview"] == "p/1.png"


def test_readers_never_see_half_a_state(job):
    """One process writes as fast as it can, this one reads: every read is whole JSON."""
    child = start_child(
        "import sys\nfrom semigda_core.jobs.folder import JobFolder\n"
        "job = JobFolder(sys.argv[1])\n"
        "for i in range(1000): job.update('running', progress=i / 1000, message='x' * i)\n",
        job.path,
    )
    reads = 0
    while child.poll() is None:
        assert len(job.state()["message"]) < 1000
        reads += 1
    assert child.returncode == 0 and reads > 10
    assert [p.name for p in job.path.iterdir() if p.name.startswith(".")] == []


def test_a_killed_process_makes_its_job_stale(job):
    child = start_child(
        "import sys, time\nfrom semigda_core.jobs.folder import JobFolder\n"
        "JobFolder(sys.argv[1]).update('running')\nprint('up', flush=True)\ntime.sleep(60)\n",
        job.path,
    )
    assert child.stdout.readline() == "up\n"
    assert not job.is_stale()
    child.kill()
    # Not yet waited for, the process is a zombie: its id is still there, but it is gone.
    deadline = time.monotonic() + 5
    while not job.is_stale() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert job.is_stale()
    child.wait()
    child.stdout.close()
    assert job.is_stale()
    JobFolder(job.path).fail(SemiGDAError("worker-died"))
    assert not job.is_stale() and job.state()["state"] == "failed"
    assert job.state()["pid"] == child.pid


def test_a_process_id_used_again_is_not_taken_for_the_job(job):
    job.update("running")
    assert not JobFolder(job.path).is_stale()
    state = json.loads((job.path / "state.json").read_text("utf-8"))
    # The id of this living process, but the start time of another one.
    write_json(job.path / "state.json", state | {"process_start": "boot:1"})
    assert JobFolder(job.path).is_stale()


@pytest.mark.parametrize("ahead", [0, -7200, 7200, 400 * 86400])
def test_a_job_on_another_machine_is_judged_by_when_its_state_was_written(job, ahead):
    """By the clock of the drive that both see, whatever those of the two computers say."""
    job.update("running")
    state = job.state() | {"host": "elsewhere", "pid": 2**22 + 1}
    path = job.path / "state.json"
    write_json(path, state | {"heartbeat": time.time() + ahead})
    assert not JobFolder(job.path).is_stale()
    os.utime(path, (time.time() - 3600,) * 2)
    assert JobFolder(job.path).is_stale()
    assert sorted(one.name for one in job.path.iterdir()) == ["control", "job.json", "state.json"]


ELSEWHERE = """if True:
    import sys, uuid
    from pathlib import Path
    uuid.getnode = lambda: 0x001122334455
    from semigda_core.files.atomic import temporary_path
    from semigda_core.jobs.folder import JobFolder
    job = JobFolder(sys.argv[1])
    job.update("running")
    temporary_path(job.path).touch()
"""


def test_another_computer_of_the_same_name(job):
    """As copies of one installation are: its processes are not taken for dead ones of this one."""
    start_child(ELSEWHERE, job.path).wait()
    assert not JobFolder(job.path).is_stale()
    clear_leftovers(job.path)
    assert [path for path in job.path.iterdir() if path.name.startswith(PREFIX)]


def test_process_start_tells_processes_apart():
    own = process_start(os.getpid())
    assert own and own == process_start(os.getpid())
    assert is_same_process(os.getpid(), own) and not is_same_process(os.getpid(), None)
    child = start_child("input()")
    assert process_start(child.pid) not in (None, own)
    child.kill()
    child.wait()
    child.stdout.close()
    assert process_start(child.pid) is None
    assert process_start(0) is None and process_start(-1) is None


def test_events_may_be_written_while_they_are_read(job):
    seen: list[dict] = []
    writer = threading.Thread(target=lambda: [job.event("tick", n=n) for n in range(300)])
    writer.start()
    while writer.is_alive() or len(seen) < 300:
        seen += job.events(len(seen))
    writer.join()
    assert [e["n"] for e in seen] == list(range(300))


def test_the_room_held_back_serves_the_result_and_is_gone_once_it_is_done(tmp_path, monkeypatch):
    job = JobFolder.create(tmp_path / "job", "train", {})
    job.update("running")
    job.hold_back()
    reserve, seen = job.path / ".reserve", []
    write = folder.write_json

    def watched(path, *arguments, **options):
        seen.append((path.name, reserve.exists()))
        write(path, *arguments, **options)

    monkeypatch.setattr(folder, "write_json", watched)
    job.finish({}, {})
    assert seen == [("result.json", True), ("state.json", False)]


@pytest.mark.parametrize(
    "end", [lambda job: job.fail(SemiGDAError("worker-died")), lambda job: job.pause()]
)
def test_whoever_ends_a_job_gives_the_room_back(end, tmp_path):
    """Also a watcher whose process was killed, or a pause of weeks."""
    job = JobFolder.create(tmp_path / "job", "train", {})
    job.update("running")
    job.hold_back()
    end(JobFolder(job.path))
    assert not (job.path / ".reserve").exists()


def test_a_folder_has_one_mark_for_every_python(tmp_path):
    """Windows: before Python 3.12 a disk's number is the lower half of what it is since."""
    marks = []
    for disk in (0x1234_5678_9ABC_DEF0, 0x9ABC_DEF0):
        state = SimpleNamespace(st_dev=disk, st_ino=7)
        marks.append(folder_mark(SimpleNamespace(stat=lambda state=state: state)))
    assert marks[0] == marks[1] != folder_mark(tmp_path)
