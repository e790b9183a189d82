"""The documents of a job folder: damaged ones are told in a sentence, and end no process."""

import json
import os
import subprocess
import sys
import time

import pytest
from model_fixtures import tiny_package
from test_worker import Worker, write_volume

from semigda.jobs.run import run_job
from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import temporary_path
from semigda_core.jobs.folder import JobFolder

DAMAGE = [
    ("job.json", {"schema": "one"}),
    ("job.json", {"kind": "format-disk"}),
    ("job.json", {"kind": ["segment"]}),
    ("job.json", {"inputs": None}),
    ("job.json", {"options": [1]}),
    ("job.json", {"model": 5}),
    ("job.json", {"model": "\ud800"}),
    ("job.json", {"created": "today"}),
    ("state.json", {"state": "walking"}),
    ("state.json", {"progress": "half"}),
    ("state.json", {"progress": True}),
    ("state.json", {"pid": "1; rm"}),
    ("state.json", {"message": {"a": 1}}),
    ("state.json", {"heartbeat": None}),
    ("state.json", {"seconds_left": [3]}),
    ("state.json", {"message": "\x1b[2Jgone"}),
    ("result.json", {"outputs": [], "report": {}}),
    ("result.json", {"error": "none"}),
    ("result.json", {"error": {"class": 5, "message": "x"}}),
    ("result.json", {}),
]


def segment_job(folder, name):
    """A job for an image and a model in the folder."""
    inputs = {"volume": str(write_volume(folder / "image.nrrd"))}
    return JobFolder.create(folder / name, "segment", inputs, {}, str(tiny_package(folder)))


def read_all(path):
    job = JobFolder(path)
    return job.state(), job.is_stale(), job.result(), job.error(), job.events()


@pytest.mark.parametrize(("name", "change"), DAMAGE)
def test_a_damaged_document_is_told_in_a_sentence(job, name, change):
    file = job.path / name
    content = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps({**content, **change}))
    with pytest.raises(SemiGDAError) as caught:
        read_all(job.path)
    assert caught.value.error_class == "bad-input"
    assert "cannot be used: " in caught.value.message and "\x1b" not in caught.value.message


@pytest.mark.parametrize("name", ["job.json", "state.json", "result.json"])
@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"NaN", b"null"])
def test_what_is_no_document_is_told_too(job, name, data):
    (job.path / name).write_bytes(data)
    with pytest.raises(SemiGDAError) as caught:
        read_all(job.path)
    assert caught.value.error_class == "bad-input"


def test_a_damaged_note_of_who_was_started_makes_the_job_stale(job):
    (job.path / "launched.json").write_text('{"pid": "all"}')
    assert job.is_stale()
    job.requeue()
    assert not job.is_stale() and job.state()["state"] == "queued"


def test_damaged_events_are_skipped_and_counted(job):
    job.event("losses", stage="align", step=1, losses={"total": 1.0})
    lines = [
        b'{"type": "losses", "step": 2, "stage": "align", "losses": [1]}',
        b'{"type": "preview", "stage": "align", "step": 1, "kind": "x", "file": "../a.png"}',
        b'{"type": "preview", "stage": "align", "step": 1, "kind": "x", "file": "/a.png"}',
        b'{"type": "validation", "step": 1, "cases": 2, "dice": {"both": 1}}',
        b'{"type": 5}',
        b'{"type": "losses", "part": 3}',
        b"[" * 50_000,
        b"\xff",
        b'{"type": "tick", "n": 1e999}',
    ]
    with open(job.path / "events.jsonl", "ab") as file:
        file.write(b"".join(line + b"\n" for line in lines))
    file_of = "previews/segment_000010_held-out.png"
    job.event("preview", stage="segment", step=10, kind="held-out", file=file_of)
    told = [event["type"] for event in job.events()]
    assert told == ["losses", *["unreadable"] * len(lines), "preview"]
    assert job.events(10)[0]["file"] == file_of


def test_a_job_whose_state_is_damaged_fails_and_can_be_run_again(tmp_path):
    job = segment_job(tmp_path, "job")
    (job.path / "state.json").write_bytes(b"\0" * 100)
    assert run_job(job.path) == 1
    assert job.state()["state"] == "failed" and "The job's state" in job.error().message
    assert run_job(job.path) == 0 and job.state()["state"] == "done"


def test_the_worker_survives_every_damaged_job(tmp_path):
    image = write_volume(tmp_path / "image.nrrd")
    model = str(tiny_package(tmp_path))
    worker = Worker()
    assert [worker.line(), worker.line()] == ["loading", "ready"]

    def new(name, kind="segment", inputs=None, options=None):
        inputs = {"volume": str(image)} if inputs is None else inputs
        return JobFolder.create(tmp_path / name, kind, inputs, options or {}, model)

    for number, (file, change) in enumerate(DAMAGE):
        job = new(f"damaged {number}")
        path = job.path / file
        content = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps({**content, **change}))
        if file != "result.json":  # of an earlier run: it is replaced
            worker.run(job.path)
    wrong = [
        ("segment", {}, {}),
        ("segment", {"volume": ["x"]}, {}),
        ("segment", {"volume": "a\0b"}, {}),
        ("segment", {"volume": str(image)}, {"device": 5}),
        ("segment", {"volume": str(image)}, {"frame": "one"}),
        ("segment", {"volume": str(image)}, {"batch_size": -1}),
        ("segment", {"volume": str(image)}, {"review": "yes"}),
        ("check", {"cases": str(image), "facts": str(tmp_path / "f.json")}, {}),
        ("rank", {"cases": "x", "folder": str(tmp_path)}, {"count": "all"}),
        ("evaluate", {"cases": {"a": 1}}, {}),
        ("rehearse", {}, {}),
        ("train", {"cases": 3}, {}),
    ]
    for number, (kind, inputs, options) in enumerate(wrong):
        job = new(f"wrong {number}", kind, inputs, options)
        worker.run(job.path)
        assert job.error().error_class == "bad-input", (kind, inputs, options, job.error())
    good = new("good")
    worker.run(good.path)
    assert good.state()["state"] == "done"
    assert worker.close() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are no UTF-8")
def test_a_job_folder_whose_name_is_no_utf8_is_run(tmp_path):
    job = segment_job(tmp_path, os.fsdecode(b"M\xfcller"))
    worker = Worker(PYTHONUTF8="1")
    assert [worker.line(), worker.line()] == ["loading", "ready"]
    worker.run(job.path)
    assert worker.close() == 0
    assert job.state()["state"] == "done"


def test_what_a_killed_process_left_in_a_job_goes(tmp_path):
    job = segment_job(tmp_path, "job")
    code = "import sys, pathlib; from semigda_core.files.atomic import temporary_path\n"
    code += "temporary_path(pathlib.Path(sys.argv[1])).write_text('half')"
    subprocess.run([sys.executable, "-c", code, job.path], check=True)
    own = temporary_path(job.path)
    own.touch()
    assert len(list(job.path.glob(".semigda-*"))) == 2
    assert run_job(job) == 0
    assert list(job.path.glob(".semigda-*")) == [own]


@pytest.mark.parametrize(
    "text",
    ["/" * 100_000, "\\" * 100_000, "x" + "/" * 100_000, '"/' * 50_000, "/a " * 33_000,
     "C:" * 50_000, "'/" * 50_000, "/" + "a" * 100_000, "//" * 50_000 + "a"],
)  # fmt: skip
def test_striking_paths_out_of_a_long_text_is_quick(job, text):
    start = time.process_time()
    job.update(message=text)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("cannot read '/data/Jane Doe/scan 1.nrrd' now", "cannot read '…' now"),
        ('open("C:\\Users\\Jane Doe\\a.nii")', 'open("…")'),
        ("in \\\\server\\share\\doe or ~/doe/x", "in … or …"),
        ("work//doe/x and p/1.png, 1/2 or 3/4", "work/… and p/1.png, 1/2 or 3/4"),
        ("at ///data///doe///x", "at …"),
    ],
)
def test_paths_are_struck_out(job, text, told):
    job.update(message=text)
    assert job.state()["message"] == told
