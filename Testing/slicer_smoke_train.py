"""A short test for a real 3D Slicer: a whole small training with SemiGDATrain.

    Slicer --testing --python-script Testing/slicer_smoke_train.py [--device cpu] [--out FOLDER]

Without the extension installed, add `--additional-module-paths <repository>/SemiGDATrain`.
Draws its images, and keeps the project in a temporary folder. Writes smoke_train.json and
smoke_train.png into FOLDER (the current one by default). Ends Slicer with 0 if all is well,
1 if a check failed, 3 if Python packages are missing (nothing is installed in testing mode:
install them with the panel in a normal Slicer first).
"""

import json
import sys
import tempfile
from pathlib import Path

import qt
import slicer
import vtk
from slicer_smoke_tools import (
    PLACE,
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

MODULE = "SemiGDATrain"
CLASS = "ball"
LABELLED, UNLABELLED = 8, 3  # eight, so that two are held out and one training is enough
SLICED = 2  # of them are labelled on some slices only
SMALL = {
    "side": 32,
    "channels": [8, 8, 16, 16],
    "labeled_batch": 2,
    "unlabeled_batch": 2,
    "pretrain_steps": 20,
    "align_steps": 20,
    "validations": 1,
}
FEATURED = {"side": 64, "labeled_batch": 2, "unlabeled_batch": 2, "align_steps": 50, "steps": 400}
LAST_PART_S = 6.0  # of the training: time enough to pause it, on a fast computer as well


def run(options):
    facts = {}
    draw()
    widget = openPanel(MODULE)
    from SemiGDALib import requirements

    if requirements.missing():
        raise Stop(3, "missing: " + ", ".join(requirements.missing()))
    checkSetUp(widget.panel.context.setUp, facts)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            gather(widget, Path(folder) / "Phantoms")
            addResults(widget, Path(folder) / "Other program")
            drawSlices(widget)
            checkAndSplit(widget, facts)
            plan(widget, options.device, facts)
            train(widget, facts)
            redraw(widget)
            rank(widget, facts)
            firstLook(widget, options.device, facts)
            check("torch" not in sys.modules, "Slicer itself never imported torch")
            section(widget, "Result")
            screenshot(MODULE, options.out / "smoke_train.png")
        finally:
            leave(widget)
    return facts


def draw():
    """The images in the scene, the first ones with a segmentation."""
    for number in range(LABELLED + UNLABELLED):
        volume, ball = phantom(number)
        if number < LABELLED:
            node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
            node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
            segment = node.GetSegmentation().AddEmptySegment("", CLASS)
            slicer.util.updateSegmentBinaryLabelmapFromArray(
                ball.astype("uint8"), node, segment, volume
            )


def section(widget, name):
    """The widgets of a section, which is then the only open one."""
    for file, button in widget.panel.buttons.items():
        button.collapsed = file != name
    slicer.app.processEvents()
    return widget.panel.sections[name].ui


def press(widget, button):
    """As a user does; an error that the panel then tells fails the test."""
    check(button.enabled, f"{button.text} can be pressed")
    button.click()
    slicer.app.processEvents()
    check(not widget.ui.messageFrame.visible, "the panel tells of no error")


def inDialog(fill):
    """Hand the next dialog to ``fill``, then press its OK."""

    def look():
        dialog = qt.QApplication.activeModalWidget()
        if dialog is None:
            qt.QTimer.singleShot(20, look)
            return
        try:
            focus = dialog.focusWidget()
            isButton = focus is None or focus.inherits("QAbstractButton")
            check(not isButton, "one can type at once in a dialog")
            check(slicer.util.findChild(dialog, "okButton").default, "and Enter confirms it")
            fill(dialog)
            slicer.util.findChild(dialog, "okButton").click()
        finally:
            if dialog.visible:
                dialog.reject()

    qt.QTimer.singleShot(0, look)


def gather(widget, folder):
    """A project, its class, and the scene's images as cases."""
    widget.panel.createProject(folder)
    check(widget.logic.project is not None, "a project was made")
    ui = section(widget, "Cases")

    def name(dialog):
        slicer.util.findChild(dialog, "textEdit").text = CLASS

    inDialog(name)
    press(widget, ui.addClassButton)
    names = [label.name for label in widget.logic.project.read().classes]
    check(names == [CLASS], "the class has its name")
    inDialog(lambda dialog: None)
    press(widget, ui.addSceneButton)
    view = widget.logic.project.read()
    counts = len(view.of_role("labeled")), len(view.of_role("unlabeled"))
    check(counts == (LABELLED, UNLABELLED), "every image of the scene became a case")


def drawSlices(widget):
    """Two cases, one after the other, labelled on some slices only."""
    cases = [case for case in widget.logic.project.read().cases if case.label is not None]
    for case in cases[:SLICED]:
        drawCase(widget, case)


def drawCase(widget, case):
    """Slices proposed, marked above Segment Editor, kept by tags, saved."""
    from semigda_core.labels.finished import FINISHED_TAG
    from SemiGDALib.train.labelling import editor_bar

    logic = widget.logic
    logic.editLabel(case.id)
    slicer.app.processEvents()
    bar, slices = editor_bar.bar(), logic.slices()
    check(bar is not None, "Segment Editor has the frame of this case on top")
    check(slices.finished is None, "its label is of the whole volume")
    proposed = logic.proposeSlices(3)
    check(len(proposed) == 3, f"three slices are proposed ({proposed})")
    check(slices.shown() == (2, proposed[0]), "the views show the first of them")
    for _number in proposed:
        bar.markButton.click()
        bar.nextButton.click()
    slicer.app.processEvents()
    check(slices.finished.indices == proposed, "they are marked")
    segment = logic.labelling.segmentationNode.GetSegmentation().GetNthSegment(0)
    value = vtk.reference("")
    segment.GetTag(FINISHED_TAG, value)
    check(str(value.get()) == str(slices.finished), "the segments carry the marks")
    bar.ignoreButton.click()
    ids = logic.labelling.segmentationNode.GetSegmentation().GetSegmentIDs()
    check(len(ids) == 2, "there is a segment to ignore a region with")
    slicer.util.selectModule(MODULE)
    slicer.app.processEvents()
    check("3 of " in widget.ui.labellingLabel.text, "the panel says how many are finished")
    press(widget, widget.ui.saveLabelButton)
    found = logic.project.read().case(case.id).finished
    check(found is not None and found.indices == proposed, "the project knows them")


def addResults(widget, folder):
    """What another program, a threshold, made of the images without a label."""
    import numpy as np

    folder.mkdir()
    for case in widget.logic.project.read().of_role("unlabeled"):
        volume = slicer.mrmlScene.GetFirstNodeByName(case.name)
        found = (slicer.util.arrayFromVolume(volume) > 450).astype("uint8")
        node = slicer.util.addVolumeFromArray(found, ijkToRAS=np.array(PLACE), name="found")
        slicer.util.saveNode(node, str(folder / case.image.name), {})
        slicer.mrmlScene.RemoveNode(node)

    def name(dialog):
        slicer.util.findChild(dialog, "resultsEdit").text = str(folder)
        slicer.util.findChild(dialog, "programEdit").text = "Threshold"

    inDialog(name)
    press(widget, section(widget, "Cases").resultsButton)
    view = widget.logic.project.read()
    counts = len(view.of_role("unlabeled")), sum(bool(case.results) for case in view.cases)
    check(counts == (UNLABELLED, UNLABELLED), "results of another program are no labels")


def untilChecked(widget):
    """The check starts by itself after every change."""
    wait(lambda: len(widget.panel.context.facts) == LABELLED + UNLABELLED, "the check")


def checkAndSplit(widget, facts):
    """The check, which starts by itself, and the held-out cases."""
    section(widget, "Check")
    with timed(facts, "check_s"):
        untilChecked(widget)
    findings = widget.panel.context.findings
    check(not [one for one in findings if one.severity == "error"], "the check found no error")
    press(widget, section(widget, "HeldOut").chooseButton)
    count = len(widget.logic.project.read().heldout["cases"])
    check(0 < count < LABELLED, "some cases are held out")


def plan(widget, device, facts):
    """A quick look, made as small as the settings allow, and what it will take."""
    from semigda_core.jobs.folder import JobFolder

    logic = widget.logic
    ui = section(widget, "Base")
    press(widget, ui.quickRadioButton)
    chosen = {} if device == "auto" else {"device": device}
    # Features would ask for a package, and this script answers no dialog.
    logic.setPlan(minutes=1.0, features=False, advanced={**SMALL, **chosen})
    widget.panel.refresh()
    shown = ui.quickRadioButton.checked, ui.minutesSpinBox.value, ui.sizeSpinBox.value
    check(shown == (True, 1, SMALL["side"]), "the panel shows the plan")
    ui = section(widget, "Training")
    with timed(facts, "rehearsal_s"):
        press(widget, ui.rehearseButton)
        wait(lambda: not logic.isRehearsing(), "the rehearsal")
    check(logic.estimate().seconds is not None, "the rehearsal told what the training takes")
    measured = JobFolder(logic.project.jobs()[0]["folder"]).result()["outputs"]["rehearsal"]
    steps = max(10, round(LAST_PART_S / measured["seconds_per_step"]["semi"]))
    logic.setPlan(advanced={**logic.plan().advanced, "steps": steps})
    widget.panel.refresh()
    if ui.offerButton.visible:
        press(widget, ui.offerButton)  # a slow computer needs more minutes
    facts |= {"device": measured["device"], "estimate_s": logic.estimate().seconds}


def train(widget, facts):
    """Started, paused, resumed, finished, as its panel shows."""
    from semigda_core.jobs.folder import JobFolder
    from semigda_core.processes import is_same_process

    logic, ui = widget.logic, section(widget, "Training")

    def state():
        return logic.training()["state"]

    with timed(facts, "training_s"):
        with timed(facts, "first_preview_s"):
            press(widget, ui.startButton)
            wait(lambda: ui.previewFrame.visible or ui.startFrame.visible, "the first preview")
        check(ui.previewFrame.visible, f"there is a preview ({state()})")
        owner = JobFolder(logic.training()["folder"]).state()
        with timed(facts, "pause_s"):
            press(widget, ui.pauseButton)
            wait(lambda: ui.resumeButton.visible or ui.startFrame.visible, "the pause")
            check(state() == "paused", f"the training is paused ({state()})")
            pid, start = owner["pid"], owner["process_start"]
            wait(lambda: not is_same_process(pid, start), "the end of the paused process")
        with timed(facts, "resume_s"):
            press(widget, ui.resumeButton)
            wait(lambda: ui.pauseButton.enabled or ui.startFrame.visible, "going on")
        wait(lambda: ui.startFrame.visible, "the training")
    check(state() == "done", f"the training is done ({state()})")
    result = section(widget, "Result")
    check(result.versionsTable.rowCount == 1, "it made a version")
    check(result.scoreTable.rowCount > 0, "its scores are in the table")
    (version,) = logic.versions()
    facts["dice"] = version.dice
    rows = json.loads((logic.training()["folder"] / "cases.json").read_text("utf-8"))
    sliced = sum(row.get("label_slices", "all") != "all" for row in rows)
    check(sliced == SLICED, f"it learned from the cases with some slices ({sliced})")


def redraw(widget):
    """Curves and pictures, drawn over and over, do not widen the panel."""
    section(widget, "Training")
    width = widget.parent.width
    for _ in range(50):
        widget.panel.sections["Training"].redraw()
        slicer.app.processEvents()
    check(widget.parent.width == width, f"the panel keeps its {width} pixels")


def rank(widget, facts):
    """What to label next, and the first predicted label accepted."""
    ui = section(widget, "Review")
    with timed(facts, "ranking_s"):
        press(widget, ui.rankButton)
        wait(lambda: not widget.logic.isRanking(), "the ranking")
    check(ui.nextTable.rowCount == UNLABELLED, "every unlabelled case is ranked")
    check(ui.inboxTable.rowCount > 0, "there are predicted labels to review")
    press(widget, ui.acceptButton)
    origins = [case.origin for case in widget.logic.project.read().cases if case.label]
    check(origins.count("machine") == 1, "a predicted label was accepted")


def firstLook(widget, device, facts):
    """Of a training from general image features, which then is cancelled: it would take minutes."""
    from semigda_core.jobs.folder import JobFolder

    logic = widget.logic
    if not logic.hasFeatures():  # this script answers no dialog that asks for the package
        facts["first_look"] = "the package of general image features is not installed"
        return
    chosen = {} if device == "auto" else {"device": device}
    logic.setPlan(features=True, advanced={**FEATURED, **chosen})
    widget.panel.refresh()
    untilChecked(widget)  # the label that was accepted
    ui = section(widget, "Training")

    def looked():
        events = JobFolder(logic.training()["folder"]).events(0)
        return any(event.get("type") == "first-look" for event in events)

    press(widget, ui.startButton)
    with timed(facts, "first_look_s"):
        wait(lambda: looked() or ui.startFrame.visible, "the first look")
    check(looked(), "the training took a first look")
    wait(lambda: ui.previewFrame.visible, "its pictures")
    press(widget, ui.cancelButton)
    press(widget, ui.confirmButton)
    wait(lambda: logic.training()["state"] == "cancelled", "the end of the training")
    check(len(logic.versions()) == 1, "a look makes no version")


def leave(widget):
    """Close the project; a training that a failed check left behind is ended."""
    from semigda_core.jobs.folder import ENDED

    logic = widget.logic
    if logic.project is not None:
        if logic.training() and logic.training()["state"] not in ENDED:
            logic.cancel()
            wait(lambda: logic.training()["state"] in ENDED, "the end of the training")
        logic.closeProject()
        widget.panel.refresh()


def main(arguments):
    options = argumentParser("slicer_smoke_train").parse_args(arguments)
    return report(run, options, "smoke_train")


if __name__ == "__main__":
    slicer.util.exit(main(sys.argv[1:]))
