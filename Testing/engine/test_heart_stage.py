"""What goes on around the steps of a stage: log, validation, stop and pause."""

from pathlib import Path

import pytest
import torch
from heart_watching import Copier, Heard, held_out, watch
from torch import nn

from semigda.progress import Printed, Progress
from semigda.training.stage import LOG_STEPS, Stage, Watched
from semigda_core.errors import Paused, SemiGDAError


class Kept:
    """Checkpoints that only count."""

    def __init__(self):
        self.saved, self.steps = 0, []

    def save(self, stage):
        self.saved += 1

    def after_step(self, stage):
        self.steps.append(stage.done)


def watched(job, tmp_path, *, measures=True, name="segment", steps=100):
    weight = nn.Parameter(torch.zeros(()))
    nothing = lambda step: None  # noqa: E731
    stage = Stage(name, steps, nothing, nothing, torch.optim.SGD([weight], 0.1), 1.0)
    progress = Progress(job, steps)
    seen = watch(job, held_out(2), steps) if measures else None
    sheets = dict
    around = Watched(stage, progress, Kept(), lambda n: 1.0, None, sheets, seen, Copier())
    return stage, around


def after(around, stage, step, left_out=0, **losses):
    stage.done = step
    values = {name: torch.tensor(value) for name, value in {"total": 1.0, **losses}.items()}
    around.after_step(0.25, values, lambda: left_out)


def test_the_first_the_last_and_every_25th_step_are_logged(tmp_path):
    job = Heard(tmp_path)
    stage, around = watched(job, tmp_path, steps=60)
    for step in range(1, 61):
        after(around, stage, step, segment_vae=step / 37)
    told = job.of("losses")
    assert LOG_STEPS == 25 and [one["step"] for one in told] == [1, 25, 50, 60]
    assert told[1] == {
        "stage": "segment",
        "step": 25,
        "learning_rate": 0.25,
        "losses": {"total": 1.0, "segment_vae": 0.675676},
    }
    assert around.checkpoints.steps == list(range(1, 61)) and around.progress.done == 60
    assert around.watch.losses == [1.0, 1.0] and job.of("warning") == []


def test_gradients_that_were_left_out_are_told(tmp_path):
    job = Heard(tmp_path)
    stage, around = watched(job, tmp_path)
    after(around, stage, 2, left_out=7)
    assert job.of("warning") == []
    after(around, stage, 25, left_out=7)
    assert "left out: 7." in job.of("warning")[0]["message"]


def test_what_is_due_is_measured_before_a_step(tmp_path):
    job = Heard(tmp_path)
    stage, around = watched(job, tmp_path)
    stage.done = 24
    assert not around.ends() and job.of("validation") == []
    stage.done = 25
    assert not around.ends() and job.of("validation")[0]["step"] == 25
    assert not around.ends() and len(job.of("validation")) == 1


def test_a_stop_ends_the_stage_that_has_begun_to_segment(tmp_path):
    job = Heard(tmp_path)
    job.asked = {"stop"}
    for measures, done in ((True, 0), (False, 9)):
        stage, around = watched(job, tmp_path, measures=measures)
        stage.done = done
        with pytest.raises(SemiGDAError) as caught:
            around.ends()
        assert caught.value.error_class == "cancelled"
    stage, around = watched(job, tmp_path)
    stage.done = 9
    assert around.ends()


def test_a_pause_saves_before_it_ends_the_process(tmp_path):
    job = Heard(tmp_path)
    stage, around = watched(job, tmp_path)
    job.asked = {"pause"}
    with pytest.raises(Paused):
        after(around, stage, 3)
    assert around.checkpoints.saved == 1
    stage.done = 25
    with pytest.raises(Paused):
        around.ends()  # in the middle of a validation
    assert around.checkpoints.saved == 2 and job.of("validation") == []


def test_a_stages_rate_is_of_its_next_step():
    weight = nn.Parameter(torch.zeros(()))
    stage = Stage("align", 40, None, None, torch.optim.SGD([weight], 0.1), 1.0)
    assert stage.rate == pytest.approx(0.1 * (1 / 40) / 0.05)
    stage.done = 39
    assert stage.rate == pytest.approx(0)
    stage.follow(0)  # nothing follows by default


def test_printed_jobs_are_never_asked_to_end():
    assert not Printed(Path()).requested("stop")
