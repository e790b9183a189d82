"""Projects whose trainings take seconds."""

from __future__ import annotations

import contextlib
import io
import os
import time
from pathlib import Path
from unittest.mock import patch

from project_fixtures import make_project
from training_fixtures import NETWORK

from semigda.check.run import check
from semigda.cli import main
from semigda.jobs.run import run_job
from semigda_core.jobs.folder import ENDED, JobFolder
from semigda_core.project.check.latest import measured
from semigda_core.project.heldout import choose_heldout
from semigda_core.project.project import Project
from semigda_core.project.training import trainings
from semigda_core.project.training.plans import Plan
from semigda_core.project.training.trainings import current

PREPROCESSING = {
    "channels": "2.5d",
    "slice_axis": "axial",
    "size": [32, 32],
    "spacing": [None, 1.0, 1.0],
    "intensity": {"rule": "mr-percentile", "low": 0.5, "high": 99.5},
}
TINY = {
    "network": NETWORK,
    "preprocessing": PREPROCESSING,
    "pretrain_steps": 20,
    "align_steps": 8,
    "steps": 26,
    "labeled_batch": 4,
    "unlabeled_batch": 4,
    "learning_rate": 4e-3,
    "ema_decay": 0.95,
    "validations": 1,
    "threads": 1,
    "device": "cpu",
}


def ready_project(tmp_path: Path, labelled: int = 8, unlabelled: int = 2) -> Project:
    """Checked and split: from 8 labelled on 2 are held out, fewer are held out in turn."""
    project = make_project(tmp_path, labelled, unlabelled)
    check(project)
    choose_heldout(project, measured(project))
    return project


def tiny_plan(base: str | None = None, **changes) -> Plan:
    return Plan(base=base, advanced={**TINY, **changes})


def train_here(project: Project, plan: Plan) -> JobFolder:
    """Train to the end in this process, which has imported all already."""
    with patch.object(trainings, "launch"):
        job = trainings.start(project, plan)
    assert run_job(job) == 0, job.error()
    return job


def in_this_process(*arguments: str | os.PathLike[str]) -> None:
    """A ``semigda`` command that the project gives to a child, without a child's start."""
    with contextlib.redirect_stdout(io.StringIO()):
        assert main([os.fspath(argument) for argument in arguments]) == 0


def wait_until(condition, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def wait_for_end(project: Project) -> dict:
    """The current training at its end."""
    wait_until(lambda: current(project)["state"] in (*ENDED, "paused"))
    return current(project)
