"""The training panel: projects, what to do next, and what a scene brings back."""

from __future__ import annotations


def picture(widget, host, artifacts, name) -> None:
    host.grab(widget, artifacts / f"train-panel-{name}.png")


def test_without_a_project(training, module_host, artifacts):
    assert "Make a new project" in training.ui.nextStepLabel.text
    assert not training.ui.sectionsWidget.visible
    picture(training, module_host, artifacts, "empty")


def test_new_project(training, module_host, artifacts, tmp_path):
    training.panel.createProject(tmp_path / "Liver")
    assert "Liver" in training.ui.projectLabel.text
    assert training.ui.sectionsWidget.visible
    picture(training, module_host, artifacts, "new")


def test_study(study, module_host, artifacts):
    picture(study, module_host, artifacts, "study")
