"""A short test for a real 3D Slicer: the panel and the Logic of SemiGDASegment on one volume.

    Slicer --testing --python-script Testing/slicer_smoke.py [VOLUME] [--model NAME]
        [--device cpu] [--out FOLDER]

Without the extension installed, add `--additional-module-paths <repository>/SemiGDASegment`.
Without VOLUME a phantom is drawn, without --model the first installed model is taken. Writes
smoke.json and smoke.png into FOLDER (the current one by default). Ends Slicer with
0 if all is well, 1 if a check failed, 2 if there is no model, 3 if Python packages are missing
(nothing is installed in testing mode: press Segment once in a normal Slicer first).
"""

import sys

import slicer
from slicer_smoke_tools import (
    Stop,
    argumentParser,
    check,
    openPanel,
    phantom,
    report,
    screenshot,
    timed,
    wait,
)

MODULE = "SemiGDASegment"


def run(options):
    volume = slicer.util.loadVolume(options.volume, {}) if options.volume else phantom()[0]
    check(volume is not None, "the volume is in the scene")
    widget = openPanel(MODULE)
    logic, ui = widget.logic, widget.ui
    if logic.missingRequirements():
        raise Stop(3, "missing: " + ", ".join(logic.missingRequirements()))
    models = [model.name for model in logic.models() if model.problem is None]
    name = options.model or (models[0] if models else None)
    if name is None:
        raise Stop(2, "no model is installed")
    facts = {"model": name}

    # The panel, as a user drives it
    ui.inputVolumeSelector.setCurrentNode(volume)
    parameters = logic.getParameterNode()
    parameters.model = name
    parameters.device = options.device
    slicer.app.processEvents()
    check(ui.segmentButton.enabled, "Segment can be pressed")
    with timed(facts, "first_s"):
        ui.segmentButton.click()
        check(logic.isRunning(), "the panel stays alive while the segmentation runs")
        wait(lambda: not logic.isRunning(), "the first segmentation")
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
    with timed(facts, "second_s"):
        again = logic.segment(volume, name, device=options.device)
    check(again is not result, "a second run makes a node of its own")
    slicer.mrmlScene.RemoveNode(again)
    screenshot(MODULE, options.out / "smoke.png")
    return facts


def main(arguments):
    parser = argumentParser("slicer_smoke")
    parser.add_argument("volume", nargs="?")
    parser.add_argument("--model")
    return report(run, parser.parse_args(arguments), "smoke")


if __name__ == "__main__":
    slicer.util.exit(main(sys.argv[1:]))
