"""A few slices of each case, drawn in Segment Editor, and a model that learned from them."""

from __future__ import annotations

import json

import numpy as np
import pytest
import slicer
import train_fixtures
from conftest import checked

from semigda_core.labels.finished import FinishedSlices

FEW = {"pretrain_steps": 4, "align_steps": 4, "steps": 8}


@pytest.mark.slow
def test_drawn_marked_saved_and_trained_on(training, module_host, tmp_path):
    """Every case to learn from is labelled on three slices only, and empty on all others."""
    project = train_fixtures.ready(tmp_path, unlabelled=1, **FEW)
    training.panel.openProject(project.folder)
    logic, held = training.logic, project.read().heldout["cases"]
    drawn = [case for case in project.read().of_role("labeled") if case.id not in held]
    marked = {}
    for case in drawn:
        logic.editLabel(case.id)
        proposed = logic.proposeSlices(3)
        marked[case.id] = FinishedSlices(2, proposed)
        for _slice in proposed:
            logic.markSlice()
            logic.nextSlice()
        node, volume = logic.labelling.segmentationNode, logic.labelling.volumeNode
        segmentation = node.GetSegmentation()
        for identifier in segmentation.GetSegmentIDs():
            kept = slicer.util.arrayFromSegmentBinaryLabelmap(node, identifier, volume)
            unmarked = np.ones(len(kept), bool)
            unmarked[list(proposed)] = False
            kept[unmarked] = 0
            slicer.util.updateSegmentBinaryLabelmapFromArray(kept, node, identifier, volume)
        logic.saveLabel()
        assert project.read().case(case.id).finished == marked[case.id]
    training.panel.refresh()
    checked(training, module_host)
    trained = train_fixtures.train(project)
    rows = json.loads((trained["folder"] / "cases.json").read_text("utf-8"))
    said = {row["name"]: row["label_slices"] for row in rows if "label_slices" in row}
    assert {name: said.get(name) for name in marked} == {
        name: str(slices) for name, slices in marked.items()
    }
    training.panel.refresh()
    (version,) = logic.versions()
    assert set(version.dice) and all(value is not None for value in version.dice.values())
