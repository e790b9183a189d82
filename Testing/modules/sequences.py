"""Sequences of drawn images: the same answer, moved by a voxel from frame to frame."""

from __future__ import annotations

import numpy as np
import phantoms
import slicer

OBLIQUE = np.array(
    [[-0.68, 0.17, 0.28, 5], [-0.17, -0.68, 0.3, 3], [0.05, 0.06, 2.97, 7], [0, 0, 0, 1]]
)
STEP = 40.5  # ms


def answer(frame: int) -> np.ndarray:
    """The labels of a frame; the third has nothing of the first class."""
    labels = np.roll(phantoms.answer(), 2 * frame, 2)
    labels[(labels == 1) & (frame == 2)] = 0
    return labels


def add_sequence(frames=3, name="Heart", ijk_to_ras=OBLIQUE, slices=1):
    """A sequence node, its browser and the browser's proxy volume, as a 4-D file is loaded."""
    scene = slicer.mrmlScene
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    sequence.SetIndexName("time")
    sequence.SetIndexUnit("ms")
    for frame in range(frames):
        voxels = np.tile(phantoms.image(answer(frame)), (slices, 1, 1))
        volume = phantoms.add_volume(voxels, ijk_to_ras, f"{name} {frame}")
        sequence.SetDataNodeAtValue(volume, str(frame * STEP))
        scene.RemoveNode(volume)
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode", f"{name} browser")
    browser.AddSynchronizedSequenceNode(sequence)
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
    return sequence, browser, browser.GetProxyNode(sequence)


def show(browser, frame: int) -> None:
    """What scrubbing does."""
    browser.SetSelectedItemNumber(frame)
    slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
