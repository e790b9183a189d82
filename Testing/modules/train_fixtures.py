"""Projects on disk with drawn cases, whose trainings take seconds."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

from Testing.host.forked import MARK
from Testing.host.session import PANEL_WIDTH
from Testing.packaging.install import installed_once, made_once

ENGINE = str(Path(__file__).resolve().parents[1] / "engine")
if ENGINE not in sys.path:
    sys.path.append(ENGINE)  # its fixtures draw the cases and know the tiny network


def ready(folder, labelled=8, unlabelled=2, **advanced):
    """A project that is checked and split, with a plan for a tiny training."""
    from trainings_fixtures import ready_project, tiny_plan

    from semigda_core.project.training.plans import save_plan

    project = ready_project(Path(folder), labelled, unlabelled)
    save_plan(project, tiny_plan(**advanced))
    return project


def train(project):
    """Train by the project's plan, and wait for its end."""
    from semigda_core.jobs import launch
    from semigda_core.project.training.plans import saved_plan
    from semigda_core.project.training.trainings import current, start

    launch.NICE = 0  # the test waits for it
    start(project, saved_plan(project))
    while current(project)["state"] in ("queued", "running"):
        time.sleep(0.2)
    ended = current(project)
    assert ended["state"] == "done", (ended["folder"] / "log.txt").read_text("utf-8")
    return ended


def hurry(monkeypatch):
    """First looks of trainings that are launched take a few steps of the minute that they have."""
    from semigda_core.jobs import launch

    code = f"""{MARK}
import sys
from semigda.cli import main
from semigda.training import first_model
first_model.STEPS = 6
sys.exit(main(sys.argv[1:]))"""
    start = launch._start

    def hurried(command, *rest):
        python, _m, _semigda, *arguments = command
        return start([python, "-c", code, *arguments], *rest)

    monkeypatch.setattr(launch, "_start", hurried)


def trained(folder):
    """A project with a version that found both classes; models go into a library of its own.

    A copy of one with 8 labelled and 5 unlabelled cases, trained once for the files of a test run.
    """
    os.environ["SEMIGDA_MODELS"] = str(folder / "library")
    os.environ["OMP_NUM_THREADS"] = "1"
    made = installed_once().with_name("trained")
    long = {"pretrain_steps": 40, "align_steps": 20, "steps": 100}
    made_once(made, lambda: train(ready(made, 8, 5, **long)))
    return copied(made / "project", folder)


def copied(project, folder):
    """A copy of a project's folder; images stay where they are."""
    from semigda_core.project.project import Project

    return Project(shutil.copytree(project, folder / "project"))


def open_copy(project, panel, folder):
    """A copy of a project in ``folder``, open in the panel."""
    panel.panel.openProject(copied(project.folder, folder).folder)
    return panel.logic.project


def wait_for_end(folder, seconds=30):
    """Wait until a job's process has ended."""
    from semigda_core.jobs.folder import ENDED, JobFolder

    job, end = JobFolder(folder), time.monotonic() + seconds
    while job.state()["state"] not in (*ENDED, "paused") and not job.is_stale():
        assert time.monotonic() < end, job.state()
        time.sleep(0.1)


def section(panel, name):
    """The widgets of a section, which is then the only open one."""
    for file, button in panel.panel.buttons.items():
        button.collapsed = file != name
    return panel.panel.sections[name].ui


def picture(panel, host, artifacts, name) -> None:
    """The whole panel, as high as it needs to be."""
    host.fit(panel.parent, PANEL_WIDTH)
    host.grab(panel, artifacts / f"train-{name}.png")


def dark(host, on: bool) -> None:
    """Slicer's dark style, as far as a palette goes."""
    from qt import QColor, QPalette

    palette = QPalette()
    if on:
        for role, colour in (
            (QPalette.Window, "#353535"),
            (QPalette.Base, "#2a2a2a"),
            (QPalette.AlternateBase, "#323232"),
            (QPalette.PlaceholderText, "#9a9a9a"),
            (QPalette.Button, "#454545"),
            (QPalette.WindowText, "#ffffff"),
            (QPalette.Text, "#ffffff"),
            (QPalette.ButtonText, "#ffffff"),
        ):
            palette.setColor(role, QColor(colour))
    import slicer

    slicer.app.setPalette(palette)
    host.process(0.1)
