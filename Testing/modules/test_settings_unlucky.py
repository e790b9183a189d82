"""Settings of another version, edited by hand, or of folders that are gone: both panels open."""

from __future__ import annotations

import pytest
import slicer

KEYS = ("Catalogue", "ModelsFolder", "ExternalPython", "LastModel", "Health", "RecentProjects")
WRONG = [["/a", "b"], 7, True, {"a": 1}, b"\xff", "a\0b", "x" * 5000, "/no/such/place", "\n\n", '"']


@pytest.fixture
def settings():
    kept = slicer.app.userSettings()
    kept.clear()
    yield kept
    kept.clear()


@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:12])
def test_panels_open_with_settings_that_make_no_sense(module_host, settings, tmp_path, value):
    module_host.load("SemiGDASegment"), module_host.load("SemiGDATrain")
    from SemiGDALib.segment.library import settings as library
    from SemiGDALib.set_up import external
    from SemiGDALib.settings import text
    from SemiGDALib.train.recent import recentProjects
    from SemiGDASegment import SemiGDASegmentLogic

    for key in KEYS:
        settings.setValue(f"SemiGDA/{key}", value)
    try:
        logic = SemiGDASegmentLogic()
        assert "hippocampus-mr" in [model.name for model in logic.models()]
        if not isinstance(value, str):  # never a folder of that odd name
            assert not text(library.FOLDER) and not external.stored()
        segment = module_host.open("SemiGDASegment")
        assert segment.panel.choices.proposedModel()
        train = module_host.open("SemiGDATrain")
        assert recentProjects() == []
        train.panel.createProject(tmp_path / "Liver")
        assert recentProjects() == [str(tmp_path / "Liver")]
        train.logic.closeProject()
    finally:
        library.choose(library.FOLDER, "")
        library.choose(library.CATALOGUE, "")
        external.useOwn()
