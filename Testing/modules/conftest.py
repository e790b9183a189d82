"""What the tests of the modules share: a model whose answer is known, and the panel's Logic."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from Testing.host import forked
from Testing.packaging.install import made_once

ROOT = Path(__file__).resolve().parents[2]
TRAINER = Path(__file__).with_name("bright_model.py")


@pytest.fixture(scope="session", autouse=True)
def _torch_is_loaded():
    """In the processes that the panels start, where it can be: they are forked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "executable", forked.program())
        yield


@pytest.fixture
def own_children(monkeypatch):
    """What the panels start from now on are children of this process, as in Slicer."""
    _stop_workers()
    monkeypatch.setattr(sys, "executable", forked.PYTHON)


@pytest.fixture(scope="module")
def bright() -> str:
    """The name of a trained model, beside the starter models; see bright_model.py."""
    sources = [TRAINER, *sorted((ROOT / "semigda" / "networks").glob("*.py"))]
    sources += [
        ROOT / "semigda" / "method" / "palette.py",
        ROOT / "semigda_core" / "models" / "card.py",
    ]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    library = ROOT / "build" / f"test-models-{digest[:12]}"
    command = [sys.executable, str(TRAINER), str(library)]
    made_once(library, lambda: subprocess.run(command, check=True))
    os.environ["SEMIGDA_MODELS"] = str(library)
    os.environ["OMP_NUM_THREADS"] = "1"  # of the worker: its slices are tiny
    return "bright"


@pytest.fixture
def logic(module_host, bright):
    """SemiGDASegmentLogic in an empty scene; the worker stays warm from test to test."""
    module_host.load("SemiGDASegment")
    from SemiGDASegment import SemiGDASegmentLogic

    return SemiGDASegmentLogic()


@pytest.fixture(scope="module", autouse=True)
def _as_before():
    """The next file in this process finds no panel, no worker, and environment and settings as
    this one did."""
    before = dict(os.environ)
    yield
    from Testing.host import start

    host = start()
    _stop_workers()  # as Slicer does when it quits; the tests' application never says so
    host.quit()
    host.app.userSettings().clear()
    os.environ.clear()
    os.environ.update(before)


def _stop_workers() -> None:
    worker = sys.modules.get("SemiGDALib.jobs.worker")
    if worker is not None:
        worker.Worker.stopAll()
        worker.Worker._known.clear()  # a test may have made one impatient


@pytest.fixture
def panel(module_host, bright):
    """SemiGDASegment's widget in view, with the model whose answer is known."""
    widget = module_host.open("SemiGDASegment", height=820)
    for section in ("advancedCollapsibleButton", "logCollapsibleButton"):
        getattr(widget.ui, section).collapsed = True
    widget.logic.getParameterNode().model = bright  # the panel proposes the first starter model
    return widget


@pytest.fixture
def training(module_host):
    """SemiGDATrain's widget in view, without a project; no recent ones."""
    import slicer

    os.environ["OMP_NUM_THREADS"] = "1"
    slicer.app.userSettings().clear()
    widget = module_host.open("SemiGDATrain", height=1100)
    yield widget
    widget.logic.closeProject()
    module_host.close()


@pytest.fixture
def tell(training, module_host, artifacts, tmp_path, monkeypatch):
    """A function that begins the story of a name, with an empty library of models."""
    from stories import MINUTES, THREADS, Story
    from train_fixtures import hurry

    from semigda_core.jobs import launch

    monkeypatch.setattr(launch, "NICE", 0)  # the story waits for its training
    if not MINUTES:
        hurry(monkeypatch)
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "library"))
    if THREADS is None:
        monkeypatch.delenv("OMP_NUM_THREADS")
    else:
        monkeypatch.setenv("OMP_NUM_THREADS", THREADS)
    told = []

    def begin(name):
        told.append(Story(name, training, module_host, artifacts))
        return told[-1]

    yield begin
    for story in told:
        story.leave()


@pytest.fixture
def project(training, tmp_path):
    """An empty project with the classes ball and core."""
    training.panel.createProject(tmp_path / "Liver")
    training.logic.project.set_classes(["ball", "core"])
    training.panel.refresh()
    return training.logic.project


@pytest.fixture
def study(training, module_host, tmp_path):
    """The same with a project of 8 labelled and 3 unlabelled cases, checked."""
    import studies

    folder = studies.write_study(tmp_path / "study", 8, 3)
    training.panel.createProject(tmp_path / "Liver")
    training.logic.project.set_classes(["ball", "core"])
    training.logic.addFolder(folder)
    training.panel.refresh()
    module_host.wait(lambda: not training.panel.context.isOutdated(), 10)
    checked(training, module_host)
    return training


def checked(widget, host):
    """Wait for the automatic check."""
    cases = widget.logic.project.read().cases
    host.wait(
        lambda: len(widget.panel.context.facts) == len(cases) and not widget.logic.isChecking(), 60
    )
