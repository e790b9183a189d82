"""Along which slices something is drawn, or the image shows anything at all."""

from __future__ import annotations

import slicer

from semigda_core.errors import SemiGDAError
from semigda_core.labels.segments import read_segments
from semigda_core.project.review.inbox import pending
from SemiGDALib.train import scene_files
from SemiGDALib.train.slices import planes

# A slice is empty if its grey values spread this little, of the widest spread of a slice.
_EMPTY = 0.1
_LOOKED_AT = 128  # voxels along a side: enough to see whether a slice is empty


def drawn(segmentationNode, volumeNode, axis: int) -> list[int]:
    """The slices on which some class is drawn; ignored regions are no class."""
    import numpy as np

    labels, segments = scene_files.labelsOn(segmentationNode, volumeNode)
    drawn = np.zeros(len(segments) + 1, bool)
    for segment in segments:
        drawn[segment["value"]] = not segment["ignored"]
    others = tuple(n for n in range(3) if n != 2 - axis)
    return np.flatnonzero(drawn[labels].any(axis=others)).tolist()


def filled(volumeNode, axis: int) -> list[int]:
    """The slices of the image without its empty borders; all of them if it is empty."""
    import numpy as np

    image = np.moveaxis(slicer.util.arrayFromVolume(volumeNode), 2 - axis, 0)
    steps = [slice(None, None, max(1, n // _LOOKED_AT)) for n in image.shape[1:3]]
    spread = np.array([np.nan_to_num(one[tuple(steps)]).std() for one in image])
    found = np.flatnonzero(spread > _EMPTY * spread.max()).tolist()
    return found or list(range(planes.counted(volumeNode, axis)))


def predicted(project, caseId: str, volumeNode, axis: int) -> list[int]:
    """The slices on which the newest model found something in a case; none without a prediction."""
    try:
        path = next((one.label for one in pending(project) if one.case_id == caseId), None)
        # Slicer's reader does not survive a file without segments.
        if path is None or not read_segments(path):
            return []
        node = slicer.util.loadSegmentation(str(path), {"name": "SemiGDAPrediction"})
    except (SemiGDAError, RuntimeError):  # damaged: the image will do
        return []
    try:
        return drawn(node, volumeNode, axis)
    finally:
        slicer.mrmlScene.RemoveNode(node)
