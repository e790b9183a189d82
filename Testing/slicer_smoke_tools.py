"""What the short tests for a real 3D Slicer share; it finds this file beside its script."""

import argparse
import contextlib
import json
import os
import re
import sys
import tempfile
import time
import traceback
from pathlib import Path
from unittest import mock

import slicer

LIMIT_S = 600
PANEL_WIDTH = 360  # pixels, as Slicer's module panel has it on most screens
_WARNING = re.compile(r"warn|error|traceback|QObject::connect", re.IGNORECASE)


class Stop(Exception):
    """Ends the test with a status of its own."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def check(condition, message):
    if not condition:
        raise Stop(1, message)
    print(f"ok: {message}", flush=True)


def wait(condition, what):
    """Let Slicer work until ``condition()`` holds."""
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise Stop(1, f"{what}: not within {LIMIT_S} s")
        slicer.app.processEvents()
        time.sleep(0.05)  # waiting in a hurry would take time from what is waited for


@contextlib.contextmanager
def quietConsole():
    """Fail if anything warned on standard error, native libraries included; pass all of it on."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            text = file.read().decode("utf-8", "replace")
            print(text, end="", file=sys.stderr, flush=True)
    warnings = [line for line in text.splitlines() if _WARNING.search(line)]
    check(not warnings, " ".join(["the console is quiet", *warnings[:3]]))


@contextlib.contextmanager
def timed(facts, key):
    """Note the seconds that the block takes as ``facts[key]``."""
    started = time.monotonic()
    yield
    facts[key] = round(time.monotonic() - started, 2)


PLACE = [[-0.96, 0.28, 0, 30], [-0.28, -0.96, 0, 40], [0, 0, 2.5, -30], [0, 0, 0, 1]]  # ijkToRAS


def phantom(number=0):
    """A bright ball in noise, oblique and anisotropic: most mistakes in geometry would show.

    Returns the volume node and where the ball is (z, y, x); each number gives another one.
    """
    import numpy as np

    random = np.random.default_rng(number)
    z, y, x = np.mgrid[:24, :80, :96]
    row, column = 36 + random.uniform(-8, 8), 50 + random.uniform(-8, 8)
    ball = ((z - 12) * 2.5) ** 2 + (y - row) ** 2 + (x - column) ** 2 < 20**2
    voxels = (200 + 500 * ball + random.normal(0, 30, ball.shape)).astype(np.int16)
    name = f"Phantom {number}"
    matrix = np.array(PLACE)
    return slicer.util.addVolumeFromArray(voxels, ijkToRAS=matrix, name=name), ball


def openPanel(module):
    """The module's Python widget, shown as a user would see it where there is a main window."""
    if not hasattr(slicer.modules, module.lower()):
        raise Stop(1, f"the module {module} was not found: see --additional-module-paths")
    if slicer.util.mainWindow() is not None:
        slicer.util.selectModule(module)
    widget = slicer.util.getModuleWidget(module)
    if slicer.util.mainWindow() is None:
        widget.parent.resize(PANEL_WIDTH, 900)
        widget.parent.show()
        widget.parent.enter()
    slicer.app.processEvents()
    check("torch" not in sys.modules, "opening the panel did not import torch")
    return widget


def checkSetUp(setUp, facts):
    """*Set-up*: what a first start shows; then last and closed, because nothing is missing, and its
    check."""
    from SemiGDALib import requirements

    with mock.patch.object(requirements, "missing", lambda features=False: ["safetensors"]):
        setUp.refresh()
        slicer.app.processEvents()
        place = setUp.button.parentWidget().layout().indexOf(setUp.button)
        check(place == 0 and not setUp.button.collapsed, "at a first start Set-up is on top, open")
        check("safetensors" in setUp.label.text, f"it says what is missing: {setUp.label.text}")
        check(setUp.setUpButton.visible and "MB" in setUp.setUpButton.text, "one button, its size")
    setUp.refresh()
    place = setUp.button.parentWidget().layout().indexOf(setUp.button)
    check(place > 0 and setUp.button.collapsed, "Set-up is closed, and not the first")
    setUp.button.collapsed = False
    slicer.app.processEvents()
    with timed(facts, "check_up_s"):
        setUp.checkButton.click()
        check(not setUp.checkButton.enabled, "the panel stays alive while it checks")
        wait(lambda: setUp.checkButton.enabled, "the check of packages and device")
    check("PyTorch" in setUp.label.text, f"packages and device work ({setUp.label.text})")


def screenshot(module, path):
    """The whole window, or the whole panel where Slicer runs without one."""
    window = slicer.util.mainWindow()
    if window is None:
        window = slicer.util.getModuleWidget(module).parent
        window.resize(PANEL_WIDTH, max(900, window.layout().sizeHint().height()))
    slicer.app.processEvents()
    if not window.grab().save(str(path), "PNG"):
        raise Stop(1, "the screenshot cannot be written")


def argumentParser(name):
    """With what every such test takes."""
    parser = argparse.ArgumentParser(prog=name)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path, default=Path.cwd())
    return parser


def report(run, options, name):
    """Do the test and write the facts it returns; gives Slicer's exit status."""
    options.out.mkdir(parents=True, exist_ok=True)
    facts = {
        "slicer": slicer.app.applicationVersion,
        "python": sys.version.split()[0],
        "platform": sys.platform,
    }
    try:
        with quietConsole():
            facts |= run(options)
    except Stop as stop:
        print(f"FAILED: {stop}", flush=True)
        return stop.status
    except Exception:
        traceback.print_exc()
        return 1
    text = json.dumps(facts, indent=2)
    (options.out / f"{name}.json").write_text(text)
    print(text, flush=True)
    return 0
