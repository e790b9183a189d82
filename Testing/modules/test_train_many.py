"""A project of hundreds of cases: the panel answers at once."""

from __future__ import annotations

import time

import numpy as np
import pytest
import SimpleITK as sitk
from train_fixtures import section

COUNT, LIMIT_S = 300, 0.3


@pytest.fixture
def many(training, project, tmp_path):
    """300 cases, every tenth with a label."""
    from semigda_core.project.project import NewCase

    volume = sitk.GetImageFromArray(np.zeros((4, 16, 16), np.int16))
    label = sitk.GetImageFromArray(np.ones((4, 16, 16), np.uint8))
    (tmp_path / "images").mkdir()
    cases = []
    for number in range(COUNT):
        image = tmp_path / "images" / f"case{number:03}.nrrd"
        sitk.WriteImage(volume, str(image))
        named = None
        if number % 10 == 0:
            named = tmp_path / "images" / f"case{number:03}-label.nrrd"
            sitk.WriteImage(label, str(named))
        cases.append(NewCase(image, named, f"case{number:03}"))
    project.add(cases)
    training.panel.refresh()
    return project


def test_every_action_is_quick(many, training, module_host):
    panel = training.panel
    cases = section(training, "Cases")
    table = panel.sections["Cases"].table
    ids = [case.id for case in many.read().cases]
    spent = {}

    def measure(name, action):
        action()
        begun = time.process_time()
        action()
        module_host.process()
        spent[name] = round(time.process_time() - begun, 3)

    measure("refresh", panel.refresh)
    measure("select all", lambda: table.select(ids))
    measure("poll", panel._onPoll)
    assert table.selected() == ids and cases.removeButton.enabled
    measure("refresh with all selected", panel.refresh)
    assert table.selected() == ids
    measure("set classes", lambda: panel.context.attempt(many.set_classes, ["ball", "core"]))
    measure("leave and enter", lambda: (training.exit(), training.enter()))
    measure("open", lambda: panel.openProject(many.folder))
    assert max(spent.values()) < LIMIT_S, spent
