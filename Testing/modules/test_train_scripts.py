"""The panel while a script in the console opens and closes projects through the same Logic."""

from __future__ import annotations

import studies
from slices_fixtures import opened, paint_slices, project

__all__ = ["opened", "project"]


def test_closed_at_once(training, project, module_host, artifacts):
    """Also the automatic check, which waits for its moment, has nothing to look at any more."""
    training.logic.closeProject()
    assert "No project is open" in training.ui.projectLabel.text
    assert not training.ui.sectionsWidget.visible
    module_host.process(1.5)
    module_host.check()
    module_host.grab(training, artifacts / "train-closed-by-script.png")
    module_host.open("SemiGDATrain")  # not opened again by the scene
    assert training.logic.project is None


def test_closed_while_a_check_runs(training, project, module_host):
    training.panel.sections["Check"].check()
    assert training.logic.isChecking()
    training.logic.closeProject()
    module_host.wait(lambda: not training.logic.isChecking(), 20)
    assert "No project is open" in training.ui.projectLabel.text


def test_closed_while_a_label_is_open(opened, training, module_host):
    paint_slices(opened, (5,))
    training.panel.refresh()
    training.logic.closeProject()
    assert not training.ui.labellingFrame.visible and training.logic.labelling is None


def test_another_one_is_opened(training, project, module_host, tmp_path):
    made = training.logic.createProject(tmp_path / "Kidney")
    made.set_classes(["kidney"])
    training.logic.openProject(project.folder)
    assert "Liver" in training.ui.projectLabel.text
    training.logic.openProject(made.folder)
    assert "Kidney" in training.ui.projectLabel.text
    assert training.logic.getParameterNode().projectFolder == str(made.folder)


def test_opened_while_another_module_is_in_view(training, project, module_host, tmp_path):
    module_host.close()
    training.logic.createProject(tmp_path / "Kidney")
    module_host.open("SemiGDATrain")
    assert "Kidney" in training.ui.projectLabel.text
    assert training.logic.project.folder == tmp_path / "Kidney"


def test_a_logic_of_its_own_leaves_the_panel_alone(training, project, tmp_path):
    from SemiGDATrain import SemiGDATrainLogic

    logic = SemiGDATrainLogic()
    logic.createProject(tmp_path / "Kidney")
    logic.addFolder(studies.write_study(tmp_path / "kidneys", 1))
    logic.closeProject()
    assert "Liver" in training.ui.projectLabel.text and training.logic.project is not None
