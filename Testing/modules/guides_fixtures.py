"""What the tests of the guides share: the panel with starter models, and real images."""

from __future__ import annotations

from pathlib import Path

import pytest
import slicer
from looks import cut
from segment_fixtures import idle
from stories import DATA, split_of

from Testing.host.session import PANEL_WIDTH


@pytest.fixture
def guide(module_host, installed, tmp_path, monkeypatch):
    """SemiGDASegment's panel with the starter models and no others, new to this user."""
    if not (installed / "Resources" / "Models" / "hippocampus-mr" / "card.json").is_file():
        pytest.skip("the starter models are not installed")
    monkeypatch.setenv("SEMIGDA_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    slicer.app.userSettings().clear()
    panel = module_host.open("SemiGDASegment", height=600)
    panel.panel.refreshModels()
    yield panel
    panel.panel.message.hide()
    slicer.app.userSettings().clear()
    module_host.close()


def cases_of(collection: str, count: int, skip: int = 0) -> list[tuple[Path, Path]]:
    """Images and labels of validation cases, which no starter model learned from."""
    names = split_of(collection)["val"][skip : skip + count]
    folder = DATA / collection
    return [
        tuple(next((folder / one).glob(f"{n}.*")) for one in ("images", "labels")) for n in names
    ]


def images_of(collection: str, count: int) -> list[Path]:
    """Images of validation cases, then further ones."""
    split = split_of(collection)
    names = [*split["val"], *split["labeled"], *split["unlabeled"]][:count]
    return [next((DATA / collection / "images").glob(f"{name}.*")) for name in names]


def unfold(panel, *sections: str) -> None:
    """Only these sections are open."""
    for name in ("inputs", "outputs", "result", "advanced", "log"):
        getattr(panel.ui, f"{name}CollapsibleButton").collapsed = name not in sections
    panel.panel._several.button.collapsed = "several" not in sections


def segment(panel, host, seconds: float = 300) -> None:
    """*Segment*, until it is done."""
    host.click(panel.ui.segmentButton)
    if panel.logic.isRunning():
        host.wait(lambda: idle(panel), seconds)
        assert panel.logic.run.error is None


def fitted(panel, host, path) -> Path:
    """A picture of the panel, as high as it needs to be."""
    host.fit(panel.parent, PANEL_WIDTH)
    assert not cut(panel.parent)
    return host.grab(panel, path)
