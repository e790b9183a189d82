"""The training panel: projects, what to do next, and what a scene brings back."""

from __future__ import annotations

import pytest
import slicer


@pytest.fixture
def panel(module_host):
    slicer.app.userSettings().clear()
    widget = module_host.open("SemiGDATrain", width=460, height=820)
    yield widget
    widget.logic.closeProject()
    module_host.close()


def test_without_a_project(panel, module_host, artifacts):
    assert "Make a new project" in panel.ui.nextStepLabel.text
    assert not panel.ui.sectionsWidget.visible
    module_host.grab(panel, artifacts / "train-panel-empty.png")


def test_new_project(panel, module_host, artifacts, tmp_path):
    panel.panel._open(panel.logic.createProject, tmp_path / "Liver")
    assert "Liver" in panel.ui.projectLabel.text
    assert panel.ui.sectionsWidget.visible
    module_host.grab(panel, artifacts / "train-panel-new.png")
