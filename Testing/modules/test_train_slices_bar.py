"""The frame in Segment Editor with which slices are marked, and what the panel says of them."""

from __future__ import annotations

import numpy as np
import pytest
import slicer
import studies
import train_fixtures
from slices_fixtures import look_at, mouse_in, opened, paint_slices, project, view
from test_keyboard import check as check_keyboard

from semigda_core.labels.finished import FinishedSlices
from Testing.host.session import PANEL_WIDTH

__all__ = ["opened", "project"]


@pytest.fixture
def bar(opened):
    """The bar, on top of Segment Editor's panel, which is as wide as Slicer's."""
    from SemiGDALib.train.labelling import editor_bar

    editor = slicer.modules.segmenteditor.widgetRepresentation().self()
    editor.parent.resize(PANEL_WIDTH, 260)
    editor.parent.show()
    look_at(opened, 2, 6)
    mouse_in("Red")
    yield editor_bar.bar()
    editor.parent.hide()


def picture(bar, host, artifacts, name):
    panel = slicer.modules.segmenteditor.widgetRepresentation().self().parent
    host.process()
    panel.resize(PANEL_WIDTH, panel.layout().sizeHint().height())
    host.grab(panel, artifacts / f"slices-{name}.png")
    assert panel.width == PANEL_WIDTH


def press(host, button):
    assert button.isVisibleTo(button.window()) and button.enabled, button.text
    button.click()
    host.process()
    host.check()


def choose(bar, text):
    """An entry of the menu *More*."""
    next(one for one in bar.moreButton.menu().actions() if one.text == text).trigger()


def test_draw_a_few_slices(bar, opened, module_host, artifacts, training):
    """As in the tutorial: propose, draw, mark, next."""
    assert bar.wholeButton.checked and not bar.partlyFrame.isVisibleTo(bar.widget)
    picture(bar, module_host, artifacts, "whole")
    paint_slices(opened, (2, 9))

    def fill(dialog):
        import qt

        texts = [label.text for label in dialog.findChildren(qt.QLabel)]
        assert any("drawn on slices 2 to 9" in text for text in texts)
        count, first, last = dialog.findChildren(qt.QSpinBox)
        assert (count.value, first.value, last.value) == (3, 2, 9)
        count.value = 4
        check_keyboard(dialog)
        module_host.grab(dialog, artifacts / "slices-which.png")
        dialog.findChild(qt.QPushButton, "okButton").click()

    module_host.in_dialog(fill)
    press(module_host, bar.whichButton)
    assert bar.partlyButton.checked and bar.proposedLabel.text == "Proposed: 3, 5, 7, 9"
    assert bar.finishedLabel.text == "No slice is finished yet."
    assert bar.shownLabel.text == "Red view: slice 3, not finished."
    assert bar.markButton.text == "Mark slice 3" and not bar.unmarkButton.enabled
    paint_slices(opened, (3,))
    press(module_host, bar.markButton)
    assert bar.finishedLabel.text == "1 of 12 slices finished: 3"
    assert bar.shownLabel.text == "Red view: slice 3, finished."
    assert not bar.markButton.enabled and bar.unmarkButton.enabled
    press(module_host, bar.nextButton)
    assert bar.markButton.text == "Mark slice 5"
    paint_slices(opened, (3, 5))
    press(module_host, bar.markButton)
    opened.markSlices(5, 7)
    assert bar.finishedLabel.text == "4 of 12 slices finished: 3, 5\u20137"
    picture(bar, module_host, artifacts, "finished")
    train_fixtures.dark(module_host, True)
    bar.refresh()
    picture(bar, module_host, artifacts, "finished-dark")
    train_fixtures.dark(module_host, False)
    press(module_host, bar.previousButton)
    press(module_host, bar.unmarkButton)
    assert opened.finishedSlices() == FinishedSlices(2, (5, 6, 7))


def test_scrolling_and_the_mouse_change_what_is_shown(bar, opened):
    opened.setWholeVolume(False)
    look_at(opened, 2, 8)
    assert bar.shownLabel.text == "Red view: slice 8, not finished."
    look_at(opened, 0, 4, "Yellow")
    assert bar.shownLabel.text == "Red view: slice 8, not finished."
    mouse_in("Yellow")
    assert bar.shownLabel.text == "Yellow view: slice 4, not finished."


def test_a_tilted_view(bar, opened, module_host, artifacts):
    import vtk

    turn = vtk.vtkTransform()
    turn.SetMatrix(view().GetSliceToRAS())
    turn.RotateX(10)
    view().GetSliceToRAS().DeepCopy(turn.GetMatrix())
    view().UpdateMatrices()
    press(module_host, bar.whichButton)
    assert "Click Turn views." in bar.problemLabel.text
    assert bar.wholeButton.checked and bar.turnButton.isVisibleTo(bar.widget)
    press(module_host, bar.partlyButton)
    assert "not parallel to the image's slices" in bar.shownLabel.text
    assert not bar.finishedLabel.isVisibleTo(bar.widget) and not bar.markButton.enabled
    picture(bar, module_host, artifacts, "tilted")
    press(module_host, bar.turnButton)
    look_at(opened, 2, 4)
    press(module_host, bar.markButton)
    assert bar.finishedLabel.text == "1 of 12 slices finished: 4"
    assert not bar.turnButton.isVisibleTo(bar.widget)


def test_errors_are_shown_in_the_frame(bar, opened, module_host):
    press(module_host, bar.partlyButton)
    choose(bar, "Mark all between the first and the last drawn one")
    assert "Nothing is drawn yet. Draw a class" in bar.problemLabel.text
    press(module_host, bar.markButton)
    assert not bar.problemLabel.isVisibleTo(bar.widget)
    mouse_in("Green")
    press(module_host, bar.markButton)
    assert "one direction" in bar.problemLabel.text


def test_ranges_and_keys(bar, opened, module_host):
    from PySide6 import QtCore
    from PySide6.QtTest import QTest

    def fill(dialog):
        import qt

        first, last = dialog.findChildren(qt.QSpinBox)
        assert (first.value, last.value) == (6, 6)
        first.value = 9
        ok = dialog.findChild(qt.QPushButton, "okButton")
        assert not ok.enabled
        last.value = 10
        ok.click()

    module_host.in_dialog(fill)
    choose(bar, "Mark a range...")
    assert opened.finishedSlices() == FinishedSlices(2, (9, 10))
    window = bar.widget.window()
    window.activateWindow()
    module_host.process()
    for key, finished, shown in (
        (QtCore.Qt.Key_M, (6, 9, 10), 6),
        (QtCore.Qt.Key_N, (6, 9, 10), 9),
        (QtCore.Qt.Key_B, (6, 9, 10), 6),
    ):
        QTest.keyClick(window, key, QtCore.Qt.ShiftModifier)
        assert opened.finishedSlices() == FinishedSlices(2, finished)
        assert opened.slices().shown() == (2, shown)
    choose(bar, "Unmark all")
    assert opened.finishedSlices() == FinishedSlices(2)
    module_host.check()


def test_ignored_region_is_chosen_for_drawing(bar, opened, module_host):
    press(module_host, bar.ignoreButton)
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    segmentation = opened.labelling.segmentationNode.GetSegmentation()
    assert segmentation.GetSegment(editor.currentSegmentID()).GetName() == "Ignore"


def test_keyboard_and_names(bar, opened, module_host):
    press(module_host, bar.partlyButton)
    module_host.process()
    check_keyboard(bar.widget)


def test_the_panel_says_it(bar, opened, training, project, module_host, artifacts):
    """The bar over the sections, the list of cases, and what was drawn in vain."""
    paint_slices(opened, (4, 5, 6))
    opened.markSlices(5, 6)
    module_host.open("SemiGDATrain", height=1100)
    ui = training.ui
    assert "2 of 12 slices finished: 5\u20136" in ui.labellingLabel.text
    module_host.grab(training, artifacts / "train-labelling-slices.png")
    case_id = opened.labelling.caseId
    module_host.click(ui.saveLabelButton)
    assert project.read().case(case_id).finished == FinishedSlices(2, (5, 6))
    assert "not used: slices 4." in ui.logText.toPlainText()


def test_a_picture_has_no_slices(training, module_host, tmp_path):
    from SemiGDALib.train.labelling import editor_bar

    image = np.zeros((1, 20, 18), np.int16)
    image[0, 5:9] = 100
    studies.write_nrrd(tmp_path / "study" / "flat.nrrd", image)
    training.panel.createProject(tmp_path / "Flat")
    training.logic.project.set_classes(["ball"])
    training.logic.addFolder(tmp_path / "study")
    training.logic.editLabel(training.logic.project.read().cases[0].id)
    bar = editor_bar.bar()
    assert not bar.whichButton.isVisibleTo(bar.widget)
    assert bar.ignoreButton.isVisibleTo(bar.widget)
    training.logic.discardLabel()


def test_removed_from_the_scene(bar, opened, module_host):
    slicer.mrmlScene.RemoveNode(opened.labelling.segmentationNode)
    view().Modified()
    mouse_in("Green")
    assert not bar.widget.enabled
    module_host.check()
