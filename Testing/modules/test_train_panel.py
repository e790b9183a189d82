"""The training panel: projects, what to do next, and what a scene brings back."""

from __future__ import annotations

import shutil
from pathlib import Path

import slicer
import studies
from conftest import checked
from scroll_area import scrolled

from semigda_core.project.project import NewCase, Project


def picture(widget, host, artifacts, name) -> None:
    host.grab(widget, artifacts / f"train-panel-{name}.png")


def step(widget) -> str:
    return widget.ui.nextStepLabel.text


def test_without_a_project(training, module_host, artifacts):
    assert "Create a project" in step(training)
    assert not training.ui.sectionsWidget.visible
    picture(training, module_host, artifacts, "empty")


def test_new_and_open(training, module_host, artifacts, tmp_path):
    from SemiGDALib.train import panel

    ask, answers = panel.chooseFolder, [str(tmp_path / "Liver"), "", str(tmp_path), ""]
    try:
        panel.chooseFolder = lambda _title: answers.pop(0)
        module_host.click(training.ui.newProjectButton)
        assert "Liver" in training.ui.projectLabel.text and training.ui.sectionsWidget.visible
        picture(training, module_host, artifacts, "new")
        module_host.click(training.ui.newProjectButton)  # and closes the dialog
        module_host.click(training.ui.openProjectButton)  # a folder without a project
        assert "no training project" in training.ui.messageLabel.text
        assert "Liver" in training.ui.projectLabel.text
        module_host.click(training.ui.openProjectButton)
        assert not answers
    finally:
        panel.chooseFolder = ask
    training.panel.createProject(tmp_path / "Liver")
    assert "already holds" in training.ui.messageLabel.text
    picture(training, module_host, artifacts, "error")


def test_recent_projects(training, module_host, tmp_path):
    for name in ("One", "Two"):
        training.panel.createProject(tmp_path / name)
    Project.create(tmp_path / "Gone")
    training.panel.openProject(tmp_path / "Gone")
    training.panel.openProject(tmp_path / "Two")
    shutil.rmtree(tmp_path / "Gone")
    menu = training.ui.recentButton.menu()
    for _ in range(2):
        menu.aboutToShow.emit()
    assert [action.text.split()[0] for action in menu.actions()] == ["Two", "One"]
    menu.actions()[1].trigger()
    module_host.check()
    assert training.logic.project.folder == tmp_path / "One"


def test_deleted_projects_take_no_place_among_the_recent_ones(training, tmp_path):
    from SemiGDALib.train.recent import MOST, recentProjects, remember

    kept, *gone = (tmp_path / str(number) for number in range(MOST))
    for folder in (kept, *gone):
        Project.create(folder)
        remember(folder)
    for folder in gone:
        shutil.rmtree(folder)
    Project.create(tmp_path / "New")
    remember(tmp_path / "New")
    assert recentProjects() == [str(tmp_path / "New"), str(kept)]
    more = [tmp_path / f"more-{number}" for number in range(MOST)]
    for folder in more:
        Project.create(folder)
        remember(folder)
    assert recentProjects() == [str(folder) for folder in reversed(more)]


def test_user_is_led(training, module_host, tmp_path):
    """From an empty folder to chosen held-out cases, by the sentence at the top."""
    training.panel.createProject(tmp_path / "Liver")
    project, buttons = training.logic.project, training.panel.buttons
    assert "Add images" in step(training) and not buttons["Cases"].collapsed
    assert buttons["Check"].collapsed and buttons["HeldOut"].collapsed
    training.logic.addFolder(studies.write_study(tmp_path / "study", 3, 1))
    training.panel.refresh()
    assert "Assign a class" in step(training)
    project.set_classes(["ball", "core"])
    training.panel.refresh()
    assert "check" in step(training) and not buttons["Check"].collapsed
    checked(training, module_host)
    assert "Choose the held-out cases" in step(training)
    assert buttons["Check"].collapsed and not buttons["HeldOut"].collapsed
    assert buttons["Cases"].text == "1 Cases: 3 labelled, 1 unlabelled"
    module_host.click(training.panel.sections["HeldOut"].ui.chooseButton)
    assert buttons["HeldOut"].collapsed
    assert buttons["HeldOut"].text == "3 Held-out cases: each of 3 patients in turn"


def test_changes_of_others_are_seen(study, module_host):
    """Another window, or the command line, changes the project."""
    Project(study.logic.project.folder).set_classes(["ball", "core", "shell"])
    table = study.panel.sections["Cases"].ui.classesTable
    module_host.wait(lambda: table.rowCount == 3, 5)


def test_project_that_is_away_is_told(study, module_host, tmp_path):
    """A disk may be gone for a moment: the panel goes on when it is back."""
    (tmp_path / "Liver").rename(tmp_path / "away")
    module_host.wait(lambda: study.ui.messageFrame.visible, 5)
    assert "cannot be found" in study.ui.messageLabel.text
    module_host.click(study.panel.sections["HeldOut"].ui.chooseButton)
    assert study.ui.messageFrame.visible and not (tmp_path / "Liver").exists()
    (tmp_path / "away").rename(tmp_path / "Liver")
    Project(tmp_path / "Liver").set_classes(["ball", "core", "shell"])
    table = study.panel.sections["Cases"].ui.classesTable
    module_host.wait(lambda: table.rowCount == 3, 5)


def test_drawn_label_is_not_lost(study, module_host, tmp_path):
    study.logic.editLabel(study.logic.project.read().cases[0].id)
    module_host.open("SemiGDATrain", height=1100)
    study.panel.createProject(tmp_path / "Other")
    assert "not saved yet" in study.ui.messageLabel.text
    assert study.logic.project.folder == tmp_path / "Liver"
    module_host.click(study.ui.discardLabelButton)
    study.panel.createProject(tmp_path / "Other")
    assert study.logic.project.folder == tmp_path / "Other"


def test_scene_brings_its_project(study, module_host, tmp_path):
    folder = study.logic.project.folder
    assert study.logic.getParameterNode().projectFolder == str(folder)
    path = tmp_path / "scene.mrb"
    assert slicer.util.saveScene(str(path))
    slicer.mrmlScene.Clear(0)
    module_host.process()
    assert study.logic.project.folder == folder, "an empty scene keeps the open project"
    assert study.logic.getParameterNode().projectFolder == str(folder)
    study.panel.createProject(tmp_path / "Other")
    slicer.util.loadScene(str(path))
    module_host.process()
    assert study.logic.project.folder == folder and "Liver" in study.ui.projectLabel.text


def test_module_reloads(study, module_host):
    slicer.util.reloadScriptedModule("SemiGDATrain")
    module_host.check()
    widget = module_host.open("SemiGDATrain")
    assert widget is not study and "Liver" in widget.ui.projectLabel.text
    widget.logic.closeProject()


def test_self_test(training):
    from SemiGDATrain import SemiGDATrainTest

    SemiGDATrainTest().runTest()


def test_log_tells_nothing_of_patients(study):
    study.panel.context.log("Done.")
    text = study.ui.logText.toPlainText()
    assert "DOE" not in text and str(Path(study.logic.project.folder)) not in text


def test_the_next_step_is_scrolled_into_view(study, module_host):
    import qt

    with scrolled(study, study.ui.sectionsWidget, 500) as area:
        study.panel.sections["HeldOut"].ui.chooseButton.click()
        module_host.process(0.1)
        button = study.panel.buttons["Training"]  # what comes next
        top = button.mapTo(area.viewport(), qt.QPoint(0, 0)).y()
        assert not button.collapsed and area.verticalScrollBar().value > 0
        assert 0 <= top and top + button.height <= area.viewport().height


def test_long_names_do_not_widen_the_panel(training, module_host, tmp_path):
    from semigda_core.errors import SemiGDAError
    from Testing.host.session import PANEL_WIDTH

    name = "Lebermetastasenverlaufskontrolle_Abdomen_CT_2026_endgueltig"
    training.panel.createProject(tmp_path / name)
    training.logic.project.set_classes([name + "_1", name + "_2"])
    image = studies.write_nrrd(tmp_path / f"{name}.nrrd", studies.draw(0)[0])
    training.logic.project.add([NewCase(image)])
    training.panel.context.showError(SemiGDAError("bad-input", name))
    training.panel.refresh()
    checked(training, module_host)
    assert training.parent.width == PANEL_WIDTH
    assert training.ui.projectLabel.toolTip.endswith(name)
    panel, button = training.panel, training.panel.buttons["Result"]
    panel._setTitle(button, f"6 Result: {name} is in use")
    module_host.process(0.1)
    assert button.text.endswith("…") and button.toolTip.endswith(f"{name} is in use")
    assert training.parent.width == PANEL_WIDTH


def test_every_wrapped_label_may_be_narrow():
    """A word that cannot be broken, such as a file's name, would be the panel's least width."""
    import re

    from Testing.packaging.install import ROOT

    for path in ROOT.glob("SemiGDA*/Resources/UI/*.ui"):
        labels = re.findall(
            r'<widget class="QLabel" name="(\w+)">(.*?)</widget>', path.read_text(), re.S
        )
        for label, inside in labels:
            assert 'name="wordWrap"' not in inside or "<width>1</width>" in inside, label


def test_the_next_step_can_be_read_in_the_dark(training, module_host):
    """A label with a style sheet keeps the ink that it began with."""
    import qt
    from train_fixtures import dark

    dark(module_host, True)
    training.panel.refresh()
    ink = training.ui.nextStepLabel.palette.color(qt.QPalette.WindowText)
    dark(module_host, False)
    training.panel.refresh()
    assert ink.lightness() > 200
