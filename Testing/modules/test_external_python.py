"""*External Python*: tried before it is taken, used for workers and trainings, and given back."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import phantoms
import pytest
import slicer
import train_fixtures

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts")
FOLDER = "Scripts" if sys.platform == "win32" else "bin"


@pytest.fixture
def setUp(logic, module_host):
    """The section *Set-up* of SemiGDASegment in view; afterwards Slicer's own Python is used."""
    widget = module_host.open("SemiGDASegment")
    found = widget.panel.setUp
    found.widget = widget
    found.button.collapsed = False
    yield found
    found.useOwn()


def choose(setUp, host, monkeypatch, path):
    """As a user does: the button, and the file dialog."""
    import qt

    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    setUp.button.collapsed = False
    host.process()
    host.click(setUp.pythonButton)
    host.wait(lambda: setUp.pythonButton.enabled, 120)
    return setUp.widget.ui


def environment(folder: Path, packages: bool) -> Path:
    """A virtual environment; with what this one has, or with nothing."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    if packages:
        (site,) = folder.glob("[Ll]ib/**/site-packages")
        (site / "other.pth").write_text(sysconfig.get_path("purelib"))
    return folder / FOLDER / Path(sys.executable).name


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return path


def own(setUp) -> bool:
    from semigda_core.jobs import interpreter

    assert (interpreter.chosen() is None) == (not slicer.app.userSettings().value(SETTING()))
    return interpreter.chosen() is None


def SETTING():
    from SemiGDALib.set_up.external import SETTING

    return SETTING


def test_another_python_segments_and_trains(
    setUp, module_host, tmp_path, bright, artifacts, monkeypatch
):
    from semigda_core.jobs import launch
    from SemiGDALib.jobs.worker import Worker

    python = environment(tmp_path / "Mein Python", packages=True)
    ui = choose(setUp, module_host, monkeypatch, python)
    assert not ui.messageFrame.visible and not own(setUp)
    assert "All requirements work. PyTorch" in ui.phaseLabel.text
    assert f"external Python ({python.name})" in setUp.label.text
    setUp.button.collapsed = False
    module_host.grab(setUp.widget, artifacts / "set-up-external.png")
    node = setUp.widget.logic.segment(phantoms.add_volume(), bright, device="cpu")
    assert node is not None
    if sys.platform == "linux":
        told = Path(f"/proc/{Worker.of('segment').processId()}/cmdline").read_bytes().split(b"\0")
        assert told[0] == os.fsencode(python)
    # A training, which another process of its own runs.
    launch.NICE = 0
    project = train_fixtures.ready(tmp_path / "project", pretrain_steps=2, align_steps=2, steps=4)
    started = []
    original = launch._start
    monkeypatch.setattr(
        launch, "_start", lambda command, *rest: started.append(command) or original(command, *rest)
    )
    train_fixtures.train(project)
    assert started[0][0] == str(python)
    # The panel of a Slicer that starts later.
    from semigda_core.jobs import interpreter
    from SemiGDASegment import SemiGDASegmentLogic

    interpreter.choose(None)
    SemiGDASegmentLogic()
    assert interpreter.program() == str(python)
    module_host.process()
    module_host.click(setUp.ownButton)
    assert own(setUp) and interpreter.program() == sys.executable


def test_a_folder_will_do_as_well(setUp, tmp_path):
    from SemiGDALib.set_up.external import programIn

    python = environment(tmp_path / "env", packages=False)
    assert programIn(tmp_path / "env") == python.with_name(programIn(tmp_path / "env").name)
    assert programIn(tmp_path / "env").is_file()


def test_a_python_without_pytorch_is_not_taken(setUp, module_host, tmp_path, monkeypatch):
    python = environment(tmp_path / "bare", packages=False)
    ui = choose(setUp, module_host, monkeypatch, python)
    assert "missing or damaged: numpy, SimpleITK, safetensors, torch" in ui.messageLabel.text
    assert "python -m pip install numpy" in ui.messageLabel.text
    assert ui.messageActionButton.text == "External Python..." and own(setUp)
    assert not setUp.setUpButton.isVisibleTo(setUp.button)  # Slicer's own lacks nothing


@POSIX
@pytest.mark.parametrize(
    "said, told",
    [
        ("echo semigda-python 2.7", "This is Python 2.7; SemiGDA needs 3.10 or later."),
        ("echo semigda-python 3.9", "This is Python 3.9; SemiGDA needs 3.10 or later."),
        ("echo hello", "This is not a Python."),
        ("exit 3", "This is not a Python."),
        ("kill -9 $$", "This is not a Python."),
    ],
)
def test_what_is_no_python_or_too_old(setUp, module_host, tmp_path, monkeypatch, said, told):
    ui = choose(setUp, module_host, monkeypatch, script(tmp_path / "python3", said))
    assert told in ui.messageLabel.text and own(setUp)


@POSIX
def test_a_program_of_another_name_is_not_started(setUp, module_host, tmp_path, monkeypatch):
    program = script(tmp_path / "cleanup", f"touch '{tmp_path}/started'")
    ui = choose(setUp, module_host, monkeypatch, program)
    assert "This is not a Python." in ui.messageLabel.text and own(setUp)
    assert not (tmp_path / "started").exists()
    ui = choose(setUp, module_host, monkeypatch, tmp_path)  # a folder without one
    assert "This is not a Python." in ui.messageLabel.text


def test_a_python_that_is_gone(setUp, module_host, tmp_path, bright):
    from semigda_core.jobs import interpreter

    slicer.app.userSettings().setValue(SETTING(), str(tmp_path / "python"))
    setUp.widget.logic.applyPython()
    ui, parameters = setUp.widget.ui, setUp.widget.logic.getParameterNode()
    parameters.inputVolume, parameters.model = phantoms.add_volume(), bright
    module_host.process()
    module_host.click(ui.segmentButton)
    assert "not there any more" in ui.messageLabel.text
    assert ui.messageActionButton.text == "Use Slicer's own"
    module_host.click(ui.messageActionButton)
    assert own(setUp) and interpreter.chosen() is None and not ui.messageFrame.visible


def test_the_report_says_it_without_the_folder(setUp, module_host, tmp_path, monkeypatch):
    choose(setUp, module_host, monkeypatch, environment(tmp_path / "secret", packages=True))
    report = setUp.widget.panel.log.report()
    assert "Computes in: another Python" in report and "Health check: {" in report
    assert "secret" not in report and str(tmp_path) not in report
