"""*Reload*, another scene and another module while the Segment panel, or *Set up*, works."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import phantoms
import pytest
import sequences
import slicer
from segment_fixtures import choose, idle, run
from test_jobs_owners import children, is_running
from test_segment_requirements import ABSENT, absent, requirements
from test_segment_requirements import section as setUpOf
from test_segment_several import results

__all__ = ["absent", "requirements"]


def temporary() -> list[str]:
    """What is left of jobs, which holds images."""
    from semigda_core.files.atomic import PREFIX

    return [one for one in os.listdir(slicer.app.temporaryPath) if one.startswith(PREFIX)]


def segment(panel, host):
    choose(panel, host, phantoms.add_volume())
    host.click(panel.ui.segmentButton)


def frames(panel, host):
    _sequence, _browser, volume = sequences.add_sequence(3)
    choose(panel, host, volume, allFrames=True)
    host.click(panel.ui.segmentButton)


def several(panel, host):
    choose(panel, host, None)
    for number in range(3):
        phantoms.add_volume(name=f"MR {number}")
    panel.panel.several.button.collapsed = False
    panel.panel.several.refresh()
    host.process()
    host.click(panel.panel.several.startButton)


def health(panel, host):
    panel.panel.setUp.check()


def catalogue(panel, host):
    panel.panel.library.readCatalogue()


RUNS = {segment: 1, frames: 1, several: 3}  # how many results each makes


@pytest.mark.usefixtures("own_children")
@pytest.mark.parametrize("start", [*RUNS, health, catalogue])
def test_reload(panel, module_host, start):
    """What the panel had running ends, without a word, and a new run begins."""
    from SemiGDALib.jobs.worker import Worker

    Worker.stopAll()  # a warm one of the test before is none of those that begin here
    module_host.process(0.1)
    before = children()
    start(panel, module_host)
    module_host.wait(lambda: children() - before, 20)
    module_host.process(0.3)
    started = children() - before
    assert bool(temporary()) == (start in RUNS)
    slicer.util.reloadScriptedModule("SemiGDASegment")
    assert not any(map(is_running, started))
    module_host.process(0.5)
    module_host.check()
    assert not results() and temporary() == []
    panel = slicer.modules.SemiGDASegmentWidget
    assert idle(panel) and not panel.ui.progressArea.visible
    choose(panel, module_host, phantoms.add_volume(name="After"))
    run(panel, module_host)
    assert len(results()) == 1


def test_nothing_half_written_stays(panel, module_host, bright, tmp_path, monkeypatch):
    """Neither among the results nor in the system's temporary folder, where images are read."""
    from semigda_core.files.atomic import PREFIX
    from SemiGDALib.jobs.worker import Worker
    from SemiGDALib.segment.several import rows

    def halfWritten():
        return list(tmp_path.rglob(f"{PREFIX}*"))

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("TEMP", str(tmp_path))
    Worker.stopAll()
    image = np.tile(phantoms.image(), (4, 1, 1))
    found = rows.ofVolumes([phantoms.add_volume(image, name=f"MR {n}") for n in range(3)])
    panel.logic.startSeveral(found, bright, tmp_path / "out", device="cpu")
    module_host.wait(lambda: (tmp_path / "out" / "MR 0.seg.nrrd").exists(), 120)
    assert halfWritten()
    slicer.util.reloadScriptedModule("SemiGDASegment")
    assert not halfWritten() and temporary() == []


def test_a_folder_goes_although_a_process_that_ends_still_writes_there(panel, tmp_path):
    from SemiGDALib.jobs.private import removeFolder

    folder = tmp_path / "image"
    folder.mkdir()
    writes = (
        "import sys, time\n"
        "def write(): open(f'{sys.argv[1]}/{time.time_ns()}', 'w').close()\n"
        "for _ in range(1000): write()\n"
        "print('ready', flush=True)\nend = time.time() + 0.3\n"
        "while time.time() < end: write()\n"
    )
    command = [sys.executable, "-c", writes, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as writer:
        writer.stdout.readline()
        removeFolder(folder)
        assert not folder.exists()


@pytest.mark.parametrize("start", RUNS)
@pytest.mark.parametrize("how", ["closed", "loaded"])
def test_another_scene(panel, module_host, tmp_path, start, how):
    if how == "loaded":
        phantoms.add_volume(name="Tuesday")
        slicer.util.saveScene(str(tmp_path / "tuesday.mrb"))
        slicer.mrmlScene.Clear(0)
    start(panel, module_host)
    module_host.process(0.3)
    if how == "closed":
        slicer.mrmlScene.Clear(0)
    else:
        slicer.util.loadScene(str(tmp_path / "tuesday.mrb"), {"clear": True})
    module_host.wait(lambda: idle(panel) and not panel.logic.isRunningSeveral(), 10)
    module_host.process(0.5)
    module_host.check()
    assert not results()
    section = panel.panel._several.section
    if how == "loaded" and section is not None and not section.button.collapsed:
        assert [row.name for row in section.rows] == ["Tuesday"]
    if how == "closed":
        choose(panel, module_host, phantoms.add_volume(name="After"))
    module_host.wait(lambda: panel.ui.segmentButton.enabled, 10)
    choose(panel, module_host, panel.logic.getParameterNode().inputVolume)
    run(panel, module_host)
    assert len(results()) == 1


@pytest.mark.parametrize("start", RUNS)
def test_another_module_and_back(panel, module_host, start):
    """It goes on, and its end is seen on return."""
    start(panel, module_host)
    module_host.process(0.2)
    module_host.close()
    module_host.process(0.2)
    panel = module_host.open("SemiGDASegment", height=820)
    logic = panel.logic
    module_host.wait(lambda: not logic.isRunning() and not logic.isRunningSeveral(), 60)
    module_host.process(0.2)
    module_host.check()
    assert idle(panel)
    assert len(results()) == RUNS[start]


def test_clicks_during_an_installation(panel, training, absent, module_host, monkeypatch):
    """pip lets them through: nothing starts meanwhile, least of all a second pip."""
    installed, told = [], []

    def press(button, ui):
        module_host.click(button)
        told.append(ui.messageLabel.text if ui.messageFrame.visible else "")

    def install(names):
        installed.append(names)
        press(panel.ui.segmentButton, panel.ui)
        train = module_host.open("SemiGDATrain")
        press(train.panel.context.setUp.setUpButton, train.ui)
        slicer.util.reloadScriptedModule("SemiGDASegment")
        again = module_host.open("SemiGDASegment")
        press(setUpOf(again).setUpButton, again.ui)
        absent.PACKAGES.pop(ABSENT)

    monkeypatch.setattr(slicer.packaging, "installer", install)
    choose(panel, module_host, phantoms.add_volume())
    module_host.open("SemiGDASegment")
    module_host.answer()
    module_host.click(setUpOf(panel).setUpButton)
    module_host.messages()
    assert len(installed) == 1 and len(told) == 3
    assert all("being installed" in text for text in told), told
    again = slicer.modules.SemiGDASegmentWidget
    module_host.click(again.ui.segmentButton)
    module_host.wait(lambda: again.logic.result is not None, 60)
