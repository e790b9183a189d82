"""Section 1: results of other programs are added, mapped, shown with a mark, and taken away."""

from __future__ import annotations

import numpy as np
import studies
from cases_fixtures import child, picture, texts, trigger, ui
from conftest import checked
from train_fixtures import dark


def write_results(folder, numbers):
    """Of a program that calls the ball 5."""
    folder.mkdir()
    for number in numbers:
        labels = (5 * (studies.draw(number)[1] > 0)).astype(np.uint8)
        studies.write_nrrd(folder / f"DOE_JANE_{number:02d}.nrrd", labels)
    return folder


def test_results_are_added_mapped_shown_and_taken_away(
    training, project, module_host, artifacts, tmp_path
):
    training.logic.addFolder(studies.write_study(tmp_path / "study", 2, 2))
    training.panel.refresh()
    results = write_results(tmp_path / "net", (1, 2, 3, 9))

    def fill(dialog):
        assert not child(dialog, "okButton").enabled
        child(dialog, "resultsEdit").text = str(tmp_path / "nowhere")
        assert not child(dialog, "okButton").enabled
        child(dialog, "resultsEdit").text = str(results)
        table = child(dialog, "resultsTable")
        rows = [tuple(table.item(n, c).text() for c in range(3)) for n in range(table.rowCount)]
        assert rows == [
            ("DOE_JANE_01", "measure", "DOE_JANE_01.nrrd"),
            ("DOE_JANE_02", "teach", "DOE_JANE_02.nrrd"),
            ("DOE_JANE_03", "teach", "DOE_JANE_03.nrrd"),
            ("–", "no case has this name", "DOE_JANE_09.nrrd"),
        ]
        assert not child(dialog, "okButton").enabled  # whose are they?
        child(dialog, "programEdit").text = "a/b"
        assert not child(dialog, "okButton").enabled
        child(dialog, "programEdit").text = "TotalSegmentator"
        module_host.process()
        assert dialog.height >= dialog.layout().totalHeightForWidth(dialog.width)
        module_host.grab(dialog, artifacts / "train-results-dialog.png")
        child(dialog, "okButton").click()

    module_host.in_dialog(fill)
    module_host.click(ui(training).resultsButton)
    view = project.read()
    assert [bool(case.results) for case in view.cases] == [False, True, True, True]
    assert "2 labelled, 2 unlabelled" in training.panel.buttons["Cases"].text
    checked(training, module_host)
    assert texts(training)[2][2] == "\u25c7 TotalSegmentator"
    assert texts(training)[1][2].endswith("\u25c7 by hand")
    button = ui(training).resultMappingButton
    assert button.visible and button.text == "A segment of another program has no class..."

    def choose(dialog):
        combo = child(dialog, "namesTable").cellWidget(0, 2)
        assert combo.currentText == "Leave it out"
        combo.setCurrentIndex(combo.findText("ball"))
        module_host.grab(dialog, artifacts / "train-results-mapping.png")
        child(dialog, "okButton").click()

    module_host.in_dialog(choose)
    module_host.click(button)
    assert project.read().data["result_mapping"] == {"TotalSegmentator": {"5": 1}}
    assert project.read().mapping == {}  # the labels' own values are another matter
    assert not button.visible
    picture(training, module_host, artifacts, "results")
    dark(module_host, True)
    picture(training, module_host, artifacts, "results-dark")
    dark(module_host, False)

    training.panel.sections["Cases"].table.select([view.cases[2].id])
    trigger(training, ui(training).useButton, "Without results of other programs")
    assert [bool(case.results) for case in project.read().cases] == [False, True, False, True]
    assert texts(training)[2][2] == "–"


def test_folders_with_a_file_for_each_structure_are_added_and_mapped(
    training, project, module_host, artifacts, tmp_path
):
    import qt

    training.logic.addFolder(studies.write_study(tmp_path / "study", 2, 2))
    training.panel.refresh()
    for number in (1, 2, 3):
        folder = tmp_path / f"net/DOE_JANE_{number:02d}"
        folder.mkdir(parents=True)
        labels = studies.draw(number)[1]
        studies.write_nrrd(folder / "ball.nrrd", (labels > 0).astype(np.uint8))
        studies.write_nrrd(folder / "spleen.nrrd", np.zeros_like(labels, np.uint8))

    def fill(dialog):
        child(dialog, "resultsEdit").text = str(tmp_path / "net")
        child(dialog, "programEdit").text = "TotalSegmentator"
        table = child(dialog, "resultsTable")
        rows = [tuple(table.item(n, c).text() for c in range(3)) for n in range(table.rowCount)]
        assert rows == [
            ("DOE_JANE_01", "measure", "DOE_JANE_01: 2 structures"),
            ("DOE_JANE_02", "teach", "DOE_JANE_02: 2 structures"),
            ("DOE_JANE_03", "teach", "DOE_JANE_03: 2 structures"),
        ]
        shown = [label.text for label in dialog.findChildren(qt.QLabel)]
        assert any("these teach nothing" in text for text in shown)  # one labelled case is too few
        module_host.grab(dialog, artifacts / "train-results-structures.png")
        child(dialog, "okButton").click()

    module_host.in_dialog(fill)
    module_host.click(ui(training).resultsButton)
    assert [bool(case.results) for case in project.read().cases] == [False, True, True, True]
    checked(training, module_host)
    button = ui(training).resultMappingButton
    assert button.visible and button.text == "A segment of another program has no class..."
    module_host.in_dialog(lambda dialog: child(dialog, "okButton").click())
    module_host.click(button)
    assert project.read().data["result_mapping"] == {"TotalSegmentator": {"spleen": 0}}
    assert not button.visible
