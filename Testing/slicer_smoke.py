"""A short test for a real 3D Slicer: the panel and the Logic of SemiGDASegment on one volume.

    Slicer --testing --python-script Testing/slicer_smoke.py [VOLUME] [--model NAME]
        [--device cpu] [--out FOLDER]

Without the extension installed, add `--additional-module-paths <repository>/SemiGDASegment`.
Without VOLUME a phantom is drawn, without --model the first installed model is taken. Writes
smoke.json and smoke.png into FOLDER (the current one by default). Ends Slicer with
0 if all is well, 1 if a check failed, 2 if there is no model, 3 if Python packages are missing
(nothing is installed in testing mode: press Segment once in a normal Slicer first).
"""

import os
import sys
import tempfile
from pathlib import Path

import slicer
from slicer_smoke_download import downloads
from slicer_smoke_tools import (
    Stop,
    argumentParser,
    check,
    checkSetUp,
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
    checkSetUp(widget.panel.setUp, facts)
    samples(models)
    library(widget)
    downloads(logic)
    words(ui)

    # The panel, as a user drives it
    ui.inputVolumeSelector.setCurrentNode(volume)
    parameters = logic.getParameterNode()
    parameters.model = name
    parameters.device = options.device
    slicer.app.processEvents()
    check(ui.segmentButton.enabled, "Segment can be pressed")
    with timed(facts, "first_s"):
        ui.segmentButton.click()
        if logic.mismatch(volume, name):
            ui.messageActionButton.click()  # anyway
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
    said = {
        ui.resultTable.item(row, 3).text().split()[-1] for row in range(ui.resultTable.rowCount)
    }
    check(said <= {"good", "look", "check", "doubtful"}, f"how certain it is, in a word: {said}")
    seen3D(ui, result)
    hidden(ui, parameters, volume, result)

    # The Logic, as a script uses it; the worker is warm now
    with timed(facts, "second_s"):
        again = logic.segment(volume, name, device=options.device)
    check(again is not result, "a second run makes a node of its own")
    exportRefuses(logic, again, options.out)
    slicer.mrmlScene.RemoveNode(again)
    frames(widget, name, options.device)
    several(widget, facts)
    region(ui, parameters, volume, logic, options)
    asked(ui, parameters, volume, logic)
    sent(widget, logic, volume, name, options.device)
    screenshot(MODULE, options.out / "smoke.png")
    return facts


def words(ui):
    """Sentences are looked up where the translations have them; screen readers know the fields."""
    from slicer.i18n import getContext

    from SemiGDALib import texts
    from SemiGDALib.segment import panel

    check(getContext(texts.__file__) == "SemiGDALib.texts", "contexts are package and file")
    check(getContext(panel.__file__) == "segment.panel", "contexts name the innermost package")
    fields = (ui.modelComboBox, ui.inputVolumeSelector, ui.resultTable)
    check(all(one.accessibleName for one in fields), "fields have names for screen readers")


def samples(models):
    """*Sample Data* offers an image for each starter model that is here."""
    from SemiGDALib import sample_data

    # As when Slicer has started, which may come after this script; twice is once.
    folder = Path(slicer.util.modulePath(MODULE)).parent
    sample_data.register(folder / "Resources" / "Thumbnails")
    if not hasattr(slicer.modules, "sampleDataSources"):
        return  # no such module, as in the test host
    offered = {one.sampleName for one in slicer.modules.sampleDataSources.get("SemiGDA", ())}
    known = sample_data.SAMPLES
    wanted = {known[name]["sampleName"] for name in models if name in known}
    check(wanted <= offered, "Sample Data has an image for each starter model")


def exportRefuses(logic, result, folder):
    """*Export as DICOM SEG* of an image that is not from DICOM says so; Slicer has its exporter."""
    from SemiGDALib.segment import dicom

    try:
        logic.exportDicomSeg(result, folder)
    except Exception as error:
        check(getattr(error, "error_class", "") == "bad-input", f"DICOM SEG: {error}")
    else:
        check(dicom.imageOf(result) is not None, "DICOM SEG is written of a DICOM series only")
    if hasattr(slicer.modules, "dicomPlugins") and slicer.app.majorVersion >= 5:
        newer = slicer.app.majorVersion > 5 or slicer.app.minorVersion >= 12
        check(not newer or dicom.exporter() is not None, "the DICOM module exports segmentations")


def frames(widget, name, device):
    """*All frames* of a sequence, and its slider."""
    scene, logic = slicer.mrmlScene, slicer.modules.sequences.logic()
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", "Smoke")
    sequence.SetIndexName("time")
    sequence.SetIndexUnit("s")
    for number in range(2):
        volume = phantom(number)[0]
        sequence.SetDataNodeAtValue(volume, str(number))
        scene.RemoveNode(volume)
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", "Smoke browser")
    browser.AddSynchronizedSequenceNode(sequence)
    logic.UpdateProxyNodesFromSequences(browser)
    volume = browser.GetProxyNode(sequence)
    widget.ui.inputVolumeSelector.setCurrentNode(volume)
    slicer.app.processEvents()
    check(widget.panel.frames.combo.count == 2, "the panel offers this frame or all of them")
    result = widget.logic.segment(volume, name, device=device, allFrames=True)
    made = browser.GetSequenceNode(result)
    check(made is not None and made.GetNumberOfDataNodes() == 2, "every frame has a result")
    for number in range(2):
        browser.SetSelectedItemNumber(number)
        slicer.app.processEvents()
        shown = result.GetAttribute("SemiGDA.Result")
        check(shown == made.GetNthDataNode(number).GetAttribute("SemiGDA.Result"), "it scrubs")
    table = widget.logic.result.tableNode.GetTable()
    check(table.GetNumberOfRows() == 2, "the table has a row a frame")
    for node in (browser, result, volume, made, sequence, widget.logic.result.tableNode):
        scene.RemoveNode(node)


def library(widget):
    """*Models...* lists every installed model and reads the catalogue; it closes again."""
    section, logic = widget.panel.library, widget.logic
    got = []
    logic.catalogue(lambda entries, problem: got.append(problem))
    wait(lambda: bool(got), "the catalogue")
    check(got == [None], "the catalogue is read")
    widget.ui.modelsButton.click()
    check(section.button.visible, "Models... opens the list")
    check(section.table.rowCount >= len(logic.models()), "it has every installed model")
    section.select(logic.models()[0].name)
    check(bool(section.label.text), "a model's card is readable")
    widget.ui.modelsButton.click()
    check(not section.button.visible, "and closes it")


def seen3D(ui, result):
    """*Show 3D* looks at the segments from near."""
    layout = slicer.app.layoutManager()
    if layout is None or not layout.threeDViewCount or not ui.show3DButton.enabled:
        return
    renderer = layout.threeDWidget(0).threeDView().renderWindow().GetRenderers().GetFirstRenderer()
    renderer.GetActiveCamera().SetPosition(0.0, 20000.0, 0.0)
    renderer.GetActiveCamera().SetViewUp(0.0, 0.0, 1.0)
    ui.show3DButton.click()
    slicer.app.processEvents()
    bounds = [0.0] * 6
    result.GetRASBounds(bounds)
    size = sum((bounds[n + 1] - bounds[n]) ** 2 for n in (0, 2, 4)) ** 0.5
    distance = renderer.GetActiveCamera().GetDistance()
    check(distance < 10 * size, f"the 3D camera is near ({distance:.0f} mm from {size:.0f} mm)")
    ui.show3DButton.click()


def hidden(ui, parameters, volume, result):
    """Another input hides this result, says so, and this input brings it back."""
    other = phantom(1)[0]
    parameters.inputVolume = other
    slicer.app.processEvents()
    check(not result.GetDisplayNode().GetVisibility(), "the result of another volume is hidden")
    check(result.GetName() in ui.hiddenLabel.text, "the panel names it")
    parameters.inputVolume = volume
    slicer.app.processEvents()
    check(bool(result.GetDisplayNode().GetVisibility()), "it comes back with its volume")
    slicer.mrmlScene.RemoveNode(other)


def several(widget, facts):
    """Two volumes of the scene, with files; a second look finds them done."""
    section = widget.panel.several
    other = phantom(2)[0]
    section.button.collapsed = False
    section.sourceComboBox.currentIndex = 0
    with tempfile.TemporaryDirectory() as folder, timed(facts, "several_s"):
        out = Path(folder) / "results"
        section.resultsEdit.currentPath = str(out)
        section.refresh()
        section.startButton.click()
        check(widget.logic.isRunningSeveral(), "several volumes are being segmented")
        wait(lambda: not widget.logic.isRunningSeveral(), "several volumes")
        states = [row.state for row in section.rows]
        check(len(states) > 1 and set(states) == {"done"}, f"all volumes are done ({states})")
        files = {"summary.csv", "contact-sheet.png", f"{section.rows[0].name}.seg.nrrd"}
        check(files <= set(os.listdir(out)), "the results folder has table, sheet and segmentation")
        section.refresh()
        check({row.state for row in section.rows} == {"done"}, "they are still known as done")
        roi = widget.logic.placeRegion(other)
        widget.panel.parameters.roi = roi
        section.refresh()
        check("done" not in {row.state for row in section.rows}, "a region makes them new")
        widget.panel.parameters.roi = None
        slicer.mrmlScene.RemoveNode(roi)
        section.resultsEdit.currentPath = ""
    section.button.collapsed = True
    slicer.mrmlScene.RemoveNode(other)


def region(ui, parameters, volume, logic, options):
    """*Place ROI* puts a box into the middle; results lie inside, and it can go again."""
    ui.placeRegionButton.click()
    slicer.app.processEvents()
    roi = parameters.roi
    check(roi is not None and ui.roiSelector.currentNode() is roi, "Place ROI chooses its box")
    check(bool(roi.GetDisplayNode().GetHandlesInteractive()), "the box has handles")
    node = logic.segment(volume, parameters.model, roi=roi, device=options.device)
    box, found = [0.0] * 6, [0.0] * 6
    roi.GetRASBounds(box)
    node.GetRASBounds(found)
    empty = found[0] > found[1]
    step = max(volume.GetSpacing())  # a voxel whose middle lies inside reaches beyond by half of it
    inside = all(box[n] - step <= found[n] and found[n + 1] <= box[n + 1] + step for n in (0, 2, 4))
    check(empty or inside, "the result ends at the region")
    check("roi" in node.GetAttribute("SemiGDA.Options"), "it says which region it is of")
    slicer.mrmlScene.RemoveNode(node)
    parameters.roi = None
    slicer.mrmlScene.RemoveNode(roi)
    slicer.app.processEvents()
    check(ui.roiSelector.currentNode() is None, "without a region the whole volume is chosen")


def asked(ui, parameters, volume, logic):
    """An image of another kind is asked about in words of both, and No leaves all as it is."""
    other = slicer.modules.volumes.logic().CloneVolume(slicer.mrmlScene, volume, "Other kind")
    other.SetSpacing([50 * step for step in volume.GetSpacing()])
    if not logic.mismatch(other, parameters.model):  # a card of before knows no sizes
        voxels = slicer.util.arrayFromVolume(volume)
        single = voxels[:1] if len(voxels) > 1 else voxels.repeat(4, 0)
        slicer.util.updateVolumeFromArray(other, single.copy())
    check("trained on" in logic.mismatch(other, parameters.model), "it is told in a sentence")
    parameters.inputVolume = other
    slicer.app.processEvents()
    ui.segmentButton.click()
    check(ui.messageFrame.visible and not logic.isRunning(), "the panel asks before it runs")
    ui.messageDismissButton.click()
    parameters.inputVolume = volume
    slicer.mrmlScene.RemoveNode(other)
    slicer.app.processEvents()


def sent(widget, logic, volume, model, device):
    """A result becomes a case of a project once; the panel asks before it replaces a label."""
    from semigda_core.project.project import Project

    node = logic.segment(volume, model, device=device)
    segmentation = node.GetSegmentation()
    ids = segmentation.GetSegmentIDs()
    if ids:
        with tempfile.TemporaryDirectory() as folder:
            project = Project.create(Path(folder) / "Smoke")
            project.set_classes([segmentation.GetSegment(one).GetName() for one in ids])
            button = widget.panel.sending
            button.show(node)
            button.send(project.folder)
            cases = project.read().cases
            check([case.origin for case in cases] == ["edited"], "a corrected case was sent")
            button.send(project.folder)
            check(widget.ui.messageFrame.visible, "the same case is asked about")
            widget.ui.messageActionButton.click()
            check(len(project.read().cases) == 1, "it stays one case")
    slicer.mrmlScene.RemoveNode(node)


def main(arguments):
    parser = argumentParser("slicer_smoke")
    parser.add_argument("volume", nargs="?")
    parser.add_argument("--model")
    return report(run, parser.parse_args(arguments), "smoke")


if __name__ == "__main__":
    slicer.util.exit(main(sys.argv[1:]))
