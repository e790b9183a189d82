"""The starter models on images that no training saw, through the module, in a real scene."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import phantoms
import pytest
import slicer

DATA = Path(os.environ.get("SEMIGDA_DATA", Path(__file__).parents[3] / "shared" / "data"))


def case_of(collection: str) -> tuple[Path, Path]:
    """Image and label of a validation case."""
    if not (DATA / "splits.json").is_file():
        pytest.skip("the development data are not here (SEMIGDA_DATA)")
    name = json.loads((DATA / "splits.json").read_text("utf-8"))["sets"][collection]["val"][1]
    return tuple(next((DATA / collection / d).glob(f"{name}.*")) for d in ("images", "labels"))


def need(model: str, installed: Path) -> None:
    if not (installed / "Resources" / "Models" / model / "card.json").is_file():
        pytest.skip(f"the starter model {model} is not installed")


def test_hippocampus(module_host, installed, artifacts):
    need("hippocampus-mr", installed)
    image, label = case_of("hippocampus")
    module_host.load("SemiGDASegment")
    panel = module_host.open("SemiGDASegment", height=820)
    volume = slicer.util.loadVolume(str(image), {"name": "MR"})
    truth = slicer.util.arrayFromVolume(slicer.util.loadLabelVolume(str(label), {}))
    parameters = panel.logic.getParameterNode()
    parameters.inputVolume, parameters.model = volume, "hippocampus-mr"
    module_host.process()
    module_host.click(panel.ui.segmentButton)
    module_host.wait(lambda: not panel.logic.isRunning(), 300)
    assert panel.logic.run.error is None
    node = panel.logic.result.segmentationNode
    scores = []
    for row in panel.logic.result.segments:
        points = phantoms.world_points(node, row["id"])
        scores.append(phantoms.dice(phantoms.mask_in(volume, points), truth == row["value"]))
    print("Dice", [round(score, 3) for score in scores])
    assert np.mean(scores) > 0.7
    module_host.grab(panel, artifacts / "segment-hippocampus-panel.png")
    panel.logic.show3D(node)
    # The branches may agree everywhere: then there is no spot to walk to.
    spots = panel.logic.spots(node)
    assert panel.ui.nextSpotButton.enabled == bool(spots)
    if spots:
        module_host.click(panel.ui.nextSpotButton)
    module_host.slice_view(artifacts / "segment-hippocampus-slice.png", "Yellow", fit=True)
    panel.logic.showReviewMap(node)
    module_host.slice_view(artifacts / "segment-hippocampus-review.png", "Yellow", fit=True)
    module_host.three_d_view(artifacts / "segment-hippocampus-3d.png")
