"""How a training tells a job where it is."""

import io
from pathlib import Path

import pytest
from phantom_fixtures import write_phantoms
from progress_fixtures import Listener
from training_fixtures import SHAPE, settings

from semigda.cli.telling import Terminal
from semigda.progress import UNWATCHED, Part, Progress
from semigda.training.train import train
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings


@pytest.fixture
def job(tmp_path):
    return JobFolder.create(tmp_path / "job", "train", {})


def test_a_part_counts_its_share_of_the_job_and_the_time_of_the_parts_to_come(job, monkeypatch):
    clock = iter((100.0, *[110.0] * 4))
    monkeypatch.setattr("semigda.progress.time.monotonic", lambda: next(clock))
    progress = Progress(job, 4, Part(1, 4, "fold", start=0.25, share=0.25))
    progress.advance(1, "One of four steps.")  # after 10 s
    state = job.state()
    assert state["progress"] == 0.25 + 0.25 / 4
    assert state["seconds_left"] == 30 + 2 * 40  # its own rest, then two parts like it
    progress.event("message", message="Half done.")
    assert job.events()[-1]["part"] == {"index": 1, "count": 4, "kind": "fold"}


def test_what_is_left_gets_less_while_activities_do_not_count(job, monkeypatch):
    """As when the cases are measured after the last step, before other parts of the job."""
    clock = [0.0]
    monkeypatch.setattr("semigda.progress.time.monotonic", lambda: clock[-1])
    progress = Progress(job, 1, Part(0, 1, "final", start=0.0, share=0.8))
    progress.message("Reading.")
    told = [job.state()["seconds_left"]]
    clock.append(40.0)
    progress.advance(1, "The last step.")
    for now in (43.0, 49.0, 51.0):
        clock.append(now)
        progress.message("Measuring.")
        told.append(job.state()["seconds_left"])
    assert told == [None, pytest.approx(7), pytest.approx(1), None]


def test_a_terminal_gets_a_line_for_each_activity_and_for_five_per_cent():
    stream = io.StringIO()
    terminal = Terminal(stream)
    for step in range(20):
        terminal.update(None, step / 100, 59.0, f"Training: step {step} of 100.")
    terminal.update(None, 0.19, 120.0, "Measuring.")
    terminal.update(None, None, None, "Reading.")
    *steps, measuring, reading = stream.getvalue().splitlines()
    assert [line.split()[0] for line in steps] == ["0.0", "5.0", "10.0", "15.0"]
    assert steps[1] == "  5.0 %  Training: step 5 of 100."
    assert measuring == " 19.0 %  Measuring. (about 2 min left)"
    assert reading == "         Reading."


def test_files_are_named_from_the_jobs_folder_on(job, tmp_path):
    progress = Progress(job, 1)
    assert progress.name_of(job.path / "fold_1/previews/a.png") == "fold_1/previews/a.png"
    assert progress.name_of(tmp_path / "elsewhere/previews/a.png") == "previews/a.png"


def test_two_trainings_in_one_job(job, tmp_path):
    cases = write_phantoms(tmp_path / "data", 2, 1, 1, shape=SHAPE)
    short = {"pretrain_steps": 2, "align_steps": 2, "steps": 4, "validations": 1}
    for index, kind in enumerate(("fold", "final")):
        work = job.path / f"training_{index}"
        values = settings(cases, work, **short)
        train(TrainSettings.from_dict(values), job, Part(index, 2, kind, index / 2, 0.5))
        assert job.state()["progress"] == pytest.approx((index + 1) / 2)
        assert Path(values["out"]).is_dir()
    events = job.events()
    assert {event["part"]["index"] for event in events} == {0, 1}
    previews = [event for event in events if event["type"] == "preview"]
    assert all((job.path / event["file"]).exists() for event in previews)
    assert previews[0]["file"].startswith("training_0/") and "part" in previews[-1]


def test_the_last_step_is_told_although_sums_of_floats_fall_short(job):
    progress = Progress(job, 1.0)
    for step in range(10):
        progress.advance(0.1, f"step {step + 1}")
    assert progress.done < 1  # ten times 0.1
    assert job.state()["progress"] == pytest.approx(1.0) and job.state()["message"] == "step 10"


def test_a_task_inside_another_is_silent_but_hears_what_it_hears():
    listener = Listener()
    outer = listener.progress
    inner = outer.inside()
    inner.at(0.5, "Nobody shall read this.")
    inner.event("nothing")
    assert listener.told == [] and listener.events == []
    listener.cancel = lambda heard: True
    with pytest.raises(SemiGDAError) as caught:
        inner.advance(0.1, "Nor this.")
    assert caught.value.error_class == "cancelled"


def test_what_was_skipped_takes_no_time():
    """Half was done by an earlier process: the other half takes as long as it now does."""
    listener = Listener()
    progress = Progress(listener, 100)
    progress.skip(50)
    progress.advance(1, "One more.")
    ((share, _),) = listener.told
    assert share == 0.51
    UNWATCHED.at(0.3, "Nobody hears it, and it never ends.")
