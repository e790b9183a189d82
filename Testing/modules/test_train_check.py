"""Section 2: the check runs by itself, can be cancelled, and offers repairs."""

from __future__ import annotations

import sys

import pytest
import slicer
import studies
from conftest import checked

from semigda_core.labels.finished import IGNORED


def picture(widget, host, artifacts, name) -> None:
    host.grab(widget, artifacts / f"train-check-{name}.png")


def ui(widget):
    return widget.panel.sections["Check"].ui


def rows(widget) -> list[tuple[str, str]]:
    table = ui(widget).findingsTable
    return [(table.item(r, 0).text(), table.item(r, 1).text()) for r in range(table.rowCount)]


def fix_button(widget, text):
    """The *Fix* button of the finding whose text holds ``text``; None if it has none."""
    import qt

    table = ui(widget).findingsTable
    for row in range(table.rowCount):
        if text in table.item(row, 1).text():
            found = table.cellWidget(row, 2).findChildren(qt.QPushButton)
            return found[0] if found else None
    raise AssertionError(text)


@pytest.fixture
def faulty(study, module_host):
    """The study with planted faults: a copy, a shifted label, one beside its image, rubbish."""
    project, folder = study.logic.project, study.logic.project.folder.parent / "faulty"
    image, labels = studies.draw(0)
    studies.write_nrrd(folder / "copy.nrrd", image)
    for number, (name, origin) in enumerate((("moved", (0.5, 0, 0)), ("far", (500, 0, 0))), 20):
        image, labels = studies.draw(number)
        studies.write_nrrd(folder / f"{name}.nrrd", image)
        path = folder / f"{name}_seg.nrrd"
        studies.write_nrrd(path, labels, origin)
    (folder / "rubbish.nrrd").write_bytes(b"no image at all")
    project.set_mapping({"1": "ball", "2": "core"})
    study.logic.addFolder(folder)
    study.panel.refresh()
    checked(study, module_host)
    return study, project


def test_nothing_found(study, module_host, artifacts):
    assert ui(study).statusLabel.text == "11 cases checked, nothing found."
    assert not ui(study).findingsTable.visible
    assert "no problems" in study.panel.buttons["Check"].text
    assert study.panel.buttons["Check"].collapsed
    assert "Choose the held-out" in study.ui.nextStepLabel.text


def test_one_case_is_spoken_of_as_one(training, module_host, tmp_path):
    studies.write_nrrd(tmp_path / "study" / "one.nrrd", studies.draw(0)[0])
    training.panel.createProject(tmp_path / "One")
    training.panel.sections["Cases"].addPaths([str(tmp_path / "study" / "one.nrrd")])
    assert "1 case added, 0 already there." in training.ui.logText.toPlainText()
    checked(training, module_host)
    assert ui(training).statusLabel.text == "1 case checked."


def test_findings_and_repairs(faulty, module_host, artifacts):
    widget, project = faulty
    table = ui(widget).findingsTable
    words = [table.item(row, 0).toolTip() for row in range(table.rowCount)]
    assert set(words) == {"Error", "Warning"}
    assert words == sorted(words, key=lambda word: word != "Error")
    found = "\n".join(text for _word, text in rows(widget))
    for name in ("rubbish", "moved", "far", "copy"):
        assert name in found
    assert "errors" in widget.panel.buttons["Check"].text
    assert "Fix the errors" in widget.ui.nextStepLabel.text
    picture(widget, module_host, artifacts, "findings")

    names = {case.name: case for case in project.read().cases}
    table = ui(widget).findingsTable
    row = next(r for r, (_w, text) in enumerate(rows(widget)) if text.startswith("rubbish"))
    table.selectRow(row)
    assert widget.panel.context.selectedCases() == [names["rubbish"].id]

    before = names["moved"].label.read_bytes()
    module_host.click(fix_button(widget, "another grid"))
    module_host.wait(lambda: project.read().case(names["moved"].id).in_classes, 60)
    assert names["moved"].label.read_bytes() == before
    checked(widget, module_host)
    for text in ("outside its image", "copy", "rubbish"):
        module_host.click(fix_button(widget, text))
        module_host.process(0.05)
        checked(widget, module_host)
    assert "no problems" in widget.panel.buttons["Check"].text
    left = {case.name: case.role for case in project.read().cases}
    assert left["far"] == "unlabeled" and not {"copy", "rubbish"} & set(left)

    undo = ui(widget).undoButton
    for _number in range(4):
        widget.panel.buttons["Check"].collapsed = False
        assert undo.visible and undo.toolTip
        module_host.click(undo)
        module_host.process(0.05)
        checked(widget, module_host)
    assert not undo.visible
    back = project.read()
    assert [case.name for case in back.cases] == list(names)
    assert back.case(names["far"].id).label == names["far"].label
    assert {case.use for case in back.cases} == {"auto"} and not any(
        case.in_classes for case in back.cases
    )


def test_repair_that_is_no_more(faulty, module_host):
    widget, project = faulty
    finding = next(f for f in widget.panel.context.findings if f.code == "geometry-mismatch")
    project.set_use(finding.case_ids, "ignored")
    answers = []
    widget.logic.applyFix(finding, answers.append)
    module_host.wait(lambda: answers, 60)
    assert "no more" in answers[0].message and "again" in answers[0].action


def test_values_without_a_class(study, module_host, tmp_path):
    """Those of a label map are known only when it was looked at."""
    image, labels = studies.draw(30)
    labels[0, 0, :2] = 7, 8
    path = studies.write_nrrd(tmp_path / "seven.nrrd", image)
    label = studies.write_nrrd(tmp_path / "seven_label.nrrd", labels)
    study.logic.addFiles([path, label])
    study.panel.refresh()
    checked(study, module_host)
    cases = study.panel.sections["Cases"]
    assert cases.ui.mappingButton.visible and "class" in study.ui.nextStepLabel.text

    def fill(dialog):
        import qt

        table = dialog.findChild(qt.QTableWidget, "namesTable")
        unlabelled = "Unlabelled: no class, and not background"
        for row, (value, chosen) in enumerate(
            (("1", "ball"), ("2", "core"), ("7", "Leave it out"), ("8", unlabelled))
        ):
            assert table.item(row, 0).text() == f"value {value}"
            combo = table.cellWidget(row, 2)
            assert combo.currentText == "Decide later"  # the order of values says nothing
            combo.setCurrentIndex(combo.findText(chosen))
        dialog.findChild(qt.QPushButton, "okButton").click()

    module_host.in_dialog(fill)
    module_host.click(cases.ui.mappingButton)
    assert study.logic.project.read().mapping == {"1": 1, "2": 2, "7": 0, "8": IGNORED}
    assert not cases.ui.mappingButton.visible


def test_cancel(study, module_host, tmp_path):
    import numpy as np

    rng = np.random.default_rng(0)
    for number in range(6):
        big = rng.integers(0, 1000, (120, 160, 160)).astype(np.int16)
        studies.write_nrrd(tmp_path / "big" / f"{number}.nrrd", big)
    study.logic.addFolder(tmp_path / "big")
    study.panel.refresh()
    section = study.panel.sections["Check"]
    module_host.click(section.ui.checkButton)
    assert section.ui.checkButton.text == "Cancel" and section.ui.progressBar.visible
    module_host.wait(lambda: section.ui.progressBar.maximum == 100, 30)
    module_host.click(section.ui.checkButton)
    module_host.wait(lambda: not study.logic.isChecking(), 5)
    assert section.ui.checkButton.text == "Check" and not section.ui.progressBar.visible
    assert not study.ui.messageFrame.visible
    assert "Cases not checked yet: " in section.ui.statusLabel.text
    module_host.process(1.2)
    assert not study.logic.isChecking(), "what was cancelled does not start by itself"
    module_host.click(section.ui.checkButton)
    checked(study, module_host)


def test_check_goes_on_while_another_module_is_open(study, module_host, tmp_path):
    study.logic.addFolder(studies.write_study(tmp_path / "more", 0, 2))
    study.panel.refresh()
    study.panel.sections["Check"].check()
    module_host.close()
    module_host.wait(lambda: not study.logic.isChecking(), 60)
    slicer.mrmlScene.Clear(0)
    module_host.open("SemiGDATrain")
    assert len(study.panel.context.facts) == 13
    assert "torch" not in sys.modules


def test_killed_worker_is_told(study, module_host, tmp_path):
    from SemiGDALib.jobs.process_tree import killTree
    from SemiGDALib.jobs.worker import Worker

    study.logic.addFolder(studies.write_study(tmp_path / "more", 0, 2))
    study.panel.refresh()
    Worker.of("check").stop()
    study.panel.sections["Check"].check()
    killTree(Worker.of("check").processId())
    module_host.wait(lambda: not study.logic.isChecking(), 10)
    assert study.ui.messageFrame.visible
    module_host.click(ui(study).checkButton)
    checked(study, module_host)
    assert not study.ui.messageFrame.visible


def test_missing_packages_are_offered(study, module_host, monkeypatch):
    from semigda_core.errors import SemiGDAError
    from SemiGDALib import requirements

    def lacking():
        raise SemiGDAError("import-error")

    monkeypatch.setattr(requirements, "check", lacking)
    study.panel.buttons["Check"].collapsed = False
    module_host.click(ui(study).checkButton)
    assert study.ui.messageActionButton.text == "Check and repair"
    module_host.click(study.ui.messageActionButton)
    module_host.wait(lambda: study.panel.context.setUp.checkButton.enabled, 120)
    assert not study.ui.messageFrame.visible
