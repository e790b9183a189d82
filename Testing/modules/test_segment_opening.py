"""Slicer's start and the panel's opening import and make only what they show."""

from __future__ import annotations

import sys

import pytest

CLOSED = (
    "SemiGDALib.segment.several.section",
    "SemiGDALib.segment.library.section",
    "SemiGDALib.segment.result_view",
    "SemiGDALib.provenance",
    "SemiGDALib.train.scene_files",
    "semigda_core.project.project",
    "statistics",
)

# Of what every start of Slicer would pay for, though it reads no more than the modules' files.
LATER = (
    "SemiGDALib.jobs.worker",
    "SemiGDALib.segment.panel",
    "SemiGDALib.texts",
    "SemiGDALib.train.panel",
    "semigda_core.jobs.folder",
    "semigda_core.jobs.segmenting",
    "semigda_core.models.card",
    "semigda_core.models.library",
)


@pytest.mark.parametrize("name", ["SemiGDATrain", "SemiGDASegment"])
def test_slicer_starts_without_what_only_a_panel_needs(module_host, name):
    module_host.load(name)
    assert not [one for one in LATER if one in sys.modules]


def test_closed_sections_wait(panel, module_host):
    assert not [name for name in CLOSED if name in sys.modules]
    bar = panel.panel._several.button
    assert bar.collapsed and bar.text == "Several volumes"
    bar.collapsed = False
    module_host.process()
    section = panel.panel.several
    assert section.button is bar and not bar.collapsed
    assert section.startButton.isVisible() and section.table.widget.isVisible()
    assert section.label.text == "There is no volume here."
    assert section.sourceComboBox.accessibleName == "Volumes"
    assert "library" not in vars(panel.panel)
    module_host.click(panel.ui.modelsButton)
    assert panel.panel.library.button.isVisible() and panel.panel.library.table.rowCount > 0


def test_a_card_is_read_again_when_it_has_changed(module_host, bright, tmp_path, monkeypatch):
    import shutil

    from semigda_core.models.library import find_model, list_models

    shutil.copytree(find_model(bright), tmp_path / "bright")
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path))

    def one():
        return next(model for model in list_models() if model.name == "bright")

    assert one().problem is None and one() is one()
    card = tmp_path / "bright" / "card.json"
    card.write_text(card.read_text("utf-8").replace('"title": "', '"title": "New '), "utf-8")
    assert one().card.title.startswith("New ")
    (tmp_path / "bright" / "weights.safetensors").unlink()
    assert one().problem == "The model's weights are missing."
    card.write_text("{", "utf-8")
    assert one().card is None
