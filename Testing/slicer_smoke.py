"""A short test for a real 3D Slicer: the panel and the Logic of SemiGDASegment on one volume.

    Slicer --testing --python-script Testing/slicer_smoke.py [VOLUME] [--model NAME]
        [--device cpu] [--out FOLDER]

Without the extension installed, add `--additional-module-paths <repository>/SemiGDASegment`.
Without VOLUME a phantom is drawn, without --model the first installed model is taken. Writes
smoke.json and smoke.png into FOLDER (the current one by default). Ends Slicer with
0 if all is well, 1 if a check failed, 2 if there is no model, 3 if Python packages are missing
(nothing is installed in testing mode: press Segment once in a normal Slicer first).
"""

import argparse
import json
import sys
import time
import traceback
from pathlib import Path

import slicer

MODULE = "SemiGDASegment"
LIMIT_S = 600


class Stop(Exception):
    """Ends the test with a status of its own."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def check(condition, message):
    if not condition:
        raise Stop(1, message)
    print(f"ok: {message}", flush=True)


def phantom():
    """A bright ball in noise, oblique and anisotropic: most mistakes in geometry would show."""
    import numpy as np

    z, y, x = np.mgrid[:24, :80, :96]
    ball = ((z - 12) * 2.5) ** 2 + (y - 36.0) ** 2 + (x - 50.0) ** 2 < 20**2
    noise = np.random.default_rng(0).normal(0, 30, ball.shape)
    voxels = (200 + 500 * ball + noise).astype(np.int16)
    matrix = np.array([[-0.96, 0.28, 0, 30], [-0.28, -0.96, 0, 40], [0, 0, 2.5, -30], [0, 0, 0, 1]])
    return slicer.util.addVolumeFromArray(voxels, ijkToRAS=matrix, name="Phantom")


def openPanel():
    """The module's Python widget, shown as a user would see it where there is a main window."""
    if not hasattr(slicer.modules, MODULE.lower()):
        raise Stop(1, f"the module {MODULE} was not found: see --additional-module-paths")
    if slicer.util.mainWindow() is not None:
        slicer.util.selectModule(MODULE)
    widget = slicer.util.getModuleWidget(MODULE)
    if slicer.util.mainWindow() is None:
        widget.parent.resize(460, 900)
        widget.parent.show()
        widget.parent.enter()
    slicer.app.processEvents()
    return widget


def wait(condition, what):
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            raise Stop(1, f"{what}: not within {LIMIT_S} s")
        slicer.app.processEvents()
        time.sleep(0.01)


def run(options):
    facts = {
        "slicer": slicer.app.applicationVersion,
        "python": sys.version.split()[0],
        "platform": sys.platform,
    }
    volume = slicer.util.loadVolume(options.volume, {}) if options.volume else phantom()
    check(volume is not None, "the volume is in the scene")
    widget = openPanel()
    logic, ui = widget.logic, widget.ui
    check("torch" not in sys.modules, "opening the panel did not import torch")
    if logic.missingRequirements():
        raise Stop(3, "missing: " + ", ".join(logic.missingRequirements()))
    models = [model.name for model in logic.models() if model.problem is None]
    name = options.model or (models[0] if models else None)
    if name is None:
        raise Stop(2, "no model is installed")

    # The panel, as a user drives it
    ui.inputVolumeSelector.setCurrentNode(volume)
    parameters = logic.getParameterNode()
    parameters.model = name
    parameters.device = options.device
    slicer.app.processEvents()
    check(ui.segmentButton.enabled, "Segment can be pressed")
    started = time.monotonic()
    ui.segmentButton.click()
    check(logic.isRunning(), "the panel stays alive while the segmentation runs")
    wait(lambda: not logic.isRunning(), "the first segmentation")
    facts["first_s"] = round(time.monotonic() - started, 2)
    error = logic.run.error
    check(error is None, f"no error ({error})" if error else "no error")
    result = logic.result.segmentationNode
    check(result is not None and result.GetSegmentation() is not None, "there is a result")
    role = result.GetReferenceImageGeometryReferenceRole()
    check(result.GetNodeReference(role) is volume, "it has the geometry of the volume")
    check(result.GetAttribute("SemiGDA.Model") == name, "it says which model made it")
    facts["segments"] = logic.result.segments
    check(ui.resultTable.rowCount == len(facts["segments"]), "the panel lists every segment")

    # The Logic, as a script uses it; the worker is warm now
    started = time.monotonic()
    again = logic.segment(volume, name, device=options.device)
    facts["second_s"] = round(time.monotonic() - started, 2)
    check(again is not result, "a second run makes a node of its own")
    slicer.mrmlScene.RemoveNode(again)
    facts["model"] = name
    return facts


def screenshot(path):
    """The whole window, or the panel where Slicer runs without one."""
    slicer.app.processEvents()
    window = slicer.util.mainWindow()
    if window is None:
        window = slicer.util.getModuleWidget(MODULE).parent
    if not window.grab().save(str(path), "PNG"):
        raise Stop(1, "the screenshot cannot be written")


def main(arguments):
    parser = argparse.ArgumentParser(prog="slicer_smoke")
    parser.add_argument("volume", nargs="?")
    parser.add_argument("--model")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--out", type=Path, default=Path.cwd())
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        facts = run(options)
        screenshot(options.out / "smoke.png")
    except Stop as stop:
        print(f"FAILED: {stop}", flush=True)
        return stop.status
    except Exception:
        traceback.print_exc()
        return 1
    text = json.dumps(facts, indent=2)
    (options.out / "smoke.json").write_text(text)
    print(text, flush=True)
    return 0


if __name__ == "__main__":
    slicer.util.exit(main(sys.argv[1:]))
