"""Whose job is it: what a panel started ends with it, and with nothing else."""

from __future__ import annotations

import os
import sys
import time

import numpy as np
import phantoms
import pytest
import slicer
import studies
import train_fixtures


@pytest.fixture(scope="module")
def trained(installed, tmp_path_factory):
    """A project with a model and so many unlabelled cases that a ranking takes a while."""
    folder = tmp_path_factory.mktemp("trained")
    library = os.environ.get("SEMIGDA_MODELS")
    project = train_fixtures.trained(folder)
    os.environ.pop("SEMIGDA_MODELS")
    if library:  # that of SemiGDASegment's tests
        os.environ["SEMIGDA_MODELS"] = library
    more = studies.write_study(folder / "more", 0, 300)
    from semigda.check.run import check
    from semigda_core.project.cases.pairing import pair_folder

    project.add(pair_folder(more).cases())
    check(project)
    return project


@pytest.fixture
def study(trained, training, tmp_path):
    """SemiGDATrain's widget with a copy of that project."""
    train_fixtures.open_copy(trained, training, tmp_path)
    return training


def worker(name):
    from SemiGDALib.jobs.worker import Worker

    return Worker.of(name)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def children() -> set[int]:
    """All processes that this one started."""
    from SemiGDALib.jobs.process_tree import _descendants

    return set(_descendants(os.getpid()))


def check(widget, on_progress, on_ended):
    (widget.logic.project.folder / "facts.json").unlink()
    widget.logic.check(on_progress, on_ended)
    return "check"


def rehearse(widget, on_progress, on_ended):
    widget.logic.rehearse(on_progress, on_ended)
    return "study"


def rank(widget, on_progress, on_ended):
    widget.logic.rank(on_progress, on_ended)
    return "study"


def relocate(widget, on_progress, on_ended):
    """Files that have to be read, for they were in another folder."""
    project = widget.logic.project
    images = {case.id: case.image for case in project.read().cases}
    with project.edit_file() as data:
        for case in data["cases"]:
            case["image"] = str(project.folder / "gone" / images[case["id"]].name)
    widget.logic.relocate(images[data["cases"][-1]["id"]].parent, on_ended, on_progress)
    return "library"


def roll_back(widget, _on_progress, on_ended):
    widget.logic.rollBack(on_ended)


@pytest.mark.usefixtures("own_children")
@pytest.mark.parametrize("start", [check, rehearse, rank, relocate, roll_back])
def test_reload_ends_what_the_panel_started(study, module_host, start):
    told = []
    module_host.process(0.1)
    before = children()
    name = start(study, lambda *what: told.append(what), lambda *what: told.append(what))
    if name is None:  # a command: it runs at once
        module_host.wait(lambda: children() - before, 10)
    else:
        module_host.wait(lambda: told and told[-1][0] > 0, 60)  # it is at work
    started = children() - before | ({worker(name).processId()} if name else set())
    jobs = [job for job in study.logic.project.jobs() if job["state"] in ("queued", "running")]
    told.clear()
    study.panel.context.changed = lambda: told.append("the old panel was refreshed")
    slicer.util.reloadScriptedModule("SemiGDATrain")
    assert not any(map(is_running, started))
    module_host.process(1.2)  # longer than any timer of the panel
    assert told == []
    for job in jobs:  # nothing waits for an end that never comes
        from semigda_core.jobs.folder import JobFolder

        assert JobFolder(job["folder"]).state()["state"] == "cancelled"


def test_a_training_outlives_the_reload(trained, training, module_host, tmp_path):
    project = train_fixtures.ready(tmp_path, steps=100_000)
    training.panel.openProject(project.folder)
    training.logic.start()
    module_host.wait(lambda: training.logic.training()["state"] == "running", 60)
    slicer.util.reloadScriptedModule("SemiGDATrain")
    widget = module_host.open("SemiGDATrain")
    widget.panel.openProject(project.folder)
    assert widget.logic.training()["state"] == "running" and not widget.logic.training()["stale"]
    widget.logic.cancel()
    train_fixtures.wait_for_end(widget.logic.training()["folder"])


def segment(bright, **callbacks):
    from SemiGDASegment import SemiGDASegmentLogic

    logic = SemiGDASegmentLogic()
    return logic, logic.start(phantoms.add_volume(), bright, device="cpu", **callbacks)


def test_segment_does_not_wait_behind_a_ranking(study, module_host, bright):
    module_host.load("SemiGDASegment")
    logic, run = segment(bright)
    run.wait()  # its worker is warm now
    ranked = []
    study.logic.rank(lambda fraction, _text: ranked.append(fraction))
    module_host.wait(lambda: ranked and ranked[-1] > 0, 60)
    begun = time.monotonic()
    logic, run = segment(bright)
    module_host.wait(lambda: not run.active or run._job.folder.state()["state"] != "queued", 60)
    started = time.monotonic() - begun
    run.wait()
    print(f"at work after {started:.2f} s, done after {time.monotonic() - begun:.2f} s")
    assert run.error is None and study.logic.isRanking()
    assert started < 1.5  # the ranking computes beside it
    study.logic.cancelRanking()


def test_a_check_does_not_wait_behind_a_ranking(study, module_host):
    ranked, ended = [], []
    study.logic.rank(lambda fraction, _text: ranked.append(fraction))
    module_host.wait(lambda: ranked and ranked[-1] > 0, 60)
    study.logic.check(None, ended.append)
    module_host.wait(lambda: ended, 60)
    assert ended == [None] and study.logic.isRanking()
    study.logic.cancelRanking()


def test_reload_of_one_module_leaves_the_other_ones_job(study, module_host, bright):
    panel = module_host.load("SemiGDASegment").widgetRepresentation().self()
    ranked = []
    study.logic.rank(lambda fraction, _text: ranked.append(fraction))
    module_host.wait(lambda: ranked and ranked[-1] > 0, 60)
    slicer.util.reloadScriptedModule("SemiGDASegment")
    module_host.check()
    seen = len(ranked)
    module_host.wait(lambda: len(ranked) > seen, 10)
    # And the other way round, with a volume that takes seconds.
    errors, panel = [], slicer.modules.SemiGDASegmentWidget
    volume = phantoms.add_volume(np.tile(phantoms.image(), (20, 1, 1)))
    run = panel.logic.start(volume, bright, device="cpu", onError=errors.append)
    module_host.wait(lambda: worker("segment").processId() and not worker("segment").phase, 60)
    slicer.util.reloadScriptedModule("SemiGDATrain")
    assert not worker("study").processId() and run.active
    run.wait()
    assert errors == [] and run.error is None


def test_a_reload_leaves_the_jobs_of_scripts(module_host, bright):
    module_host.load("SemiGDASegment").widgetRepresentation()
    logic, run = segment(bright)
    slicer.util.reloadScriptedModule("SemiGDASegment")
    run.wait()
    assert run.error is None


def test_those_that_wait_go_on_when_the_first_one_is_dropped(module_host, bright):
    module_host.load("SemiGDASegment")
    first, first_run = segment(bright)
    second, second_run = segment(bright)
    first.jobs.end()
    assert not first_run.active and second_run.active
    second_run.wait()
    assert second_run.error is None


@pytest.mark.skipif(sys.platform == "win32", reason="a process is killed by a POSIX signal")
def test_a_worker_that_dies_costs_the_job_that_it_ran(module_host, bright):
    from SemiGDALib.jobs.process_tree import killTree

    module_host.load("SemiGDASegment")
    runs = [segment(bright)[1] for _ in range(3)]
    first = worker("segment").processId()
    module_host.wait(lambda: not worker("segment").phase, 60)
    running = next(run for run in runs if run.active)
    killTree(first)
    for run in runs:
        run.wait()
    assert running.error.error_class == "worker-died"
    assert [run.error for run in runs if run is not running] == [None, None]
    assert worker("segment").processId() not in (0, first)


def test_a_worker_that_dies_before_it_runs_anything_ends_all(module_host, bright, monkeypatch):
    """Another one would fare no better, and each costs seconds."""
    module_host.load("SemiGDASegment")
    worker("segment").stop()
    monkeypatch.setenv("PYTHONHOME", os.devnull)
    started = []
    begin = worker("segment")._start
    monkeypatch.setattr(worker("segment"), "_start", lambda: started.append(begin()))
    runs = [segment(bright)[1] for _ in range(2)]
    for run in runs:
        run.wait()
    assert [run.error.error_class for run in runs] == ["import-error"] * 2
    assert len(started) == 1


def test_the_workers_of_train_end_when_idle(study, module_host):
    from SemiGDALib.jobs.worker import IDLE_LIMIT_MS

    assert IDLE_LIMIT_MS["study"] <= 60_000 and IDLE_LIMIT_MS["check"] <= 120_000
    ended = []
    study.logic.check(None, ended.append)
    module_host.wait(lambda: ended, 60)
    assert worker("check").processId()
    worker("check")._idle.start(10)
    module_host.wait(lambda: not worker("check").processId(), 10)
