"""*Several volumes*: the button beside a device's error goes on with what that run has left."""

from __future__ import annotations

import numpy as np
import phantoms
import slicer
from segment_fixtures import choose


def test_on_the_cpu_goes_on_with_what_is_left(panel, module_host):
    """Of three volumes two are done; the third is retried on a device that is not there."""
    broken = phantoms.image(kind=np.float32)
    broken[0, 0, 0] = np.nan
    volumes = [phantoms.add_volume(name=f"MR {number}") for number in range(2)]
    volumes.append(phantoms.add_volume(broken, name="MR 2"))
    choose(panel, module_host, volumes[0])
    several, ui = panel.panel.several, panel.ui
    several.sourceComboBox.currentIndex = 0
    several.button.collapsed = False
    several.skipCheckBox.checked = False
    several.refresh()

    def click(button):
        module_host.click(button)
        module_host.wait(lambda: several.startButton.text == "Segment all", 100)

    click(several.startButton)
    assert [row.state for row in several.rows] == ["done", "done", "failed"]
    panel.panel.parameters.replaceInvalid = True
    panel.panel.parameters.device = "mps"
    click(several.retryButton)
    assert ui.messageActionButton.text == "Use the CPU"
    phantoms.add_volume(name="MR 3")  # and the list is made anew
    several.refresh(several.rows)
    click(ui.messageActionButton)
    made = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    sources = [node.GetNodeReference("SemiGDA.inputVolume") for node in made]
    assert [sources.count(volume) for volume in volumes] == [1, 1, 1] and len(made) == 3
