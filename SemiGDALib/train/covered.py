"""Segments that cover each other in a label, where a voxel has one class.

The later one in the list counts, as in Slicer: a lesion above its organ would be gone. So a label
is refused in which a segment would be lost, and the panel asks. The answers, ``overlaps``:

- None: not asked yet.
- :data:`SMALLER`: smaller segments lie on top of larger ones.
- :data:`ANYWAY`: that, and what others hide all the same may go.

Ignored regions cover others on purpose, and so do segments of one class ("liver", "liver (2)",
and what the project maps to it).
"""

from __future__ import annotations

import re
from functools import partial

import slicer
import vtk
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.texts import one_line
from SemiGDALib import nodes

SMALLER, ANYWAY = "smaller", "anyway"


class CoveredError(SemiGDAError):
    """Segments would be lost; the panel asks."""


def exported(segmentationNode, ids, volumeNode):
    """uint8 (z, y, x) on the volume's grid: 1 for the first of these segments, 2 for the next ...;
    where they overlap, the later one counts."""
    import numpy as np

    names = vtk.vtkStringArray()
    for name in ids:
        names.InsertNextValue(name)
    labelNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode")
    labelNode.SetHideFromEditors(True)
    try:
        logic = slicer.modules.segmentations.logic()
        if not ids or not logic.ExportSegmentsToLabelmapNode(
            segmentationNode, names, labelNode, volumeNode
        ):
            return np.zeros(nodes.imageShape(volumeNode), np.uint8)
        return slicer.util.arrayFromVolume(labelNode).astype(np.uint8)
    finally:
        if labelNode.GetDisplayNode() is not None:  # the export made a colour table for it
            slicer.mrmlScene.RemoveNode(labelNode.GetDisplayNode().GetColorNode())
        slicer.mrmlScene.RemoveNode(labelNode)


def check(labels, segments, segmentationNode, volumeNode, overlaps: str | None, classes) -> None:
    """Raise :class:`CoveredError` for segments that others would hide in ``labels``: wholly, or for
    the most part where the other one is larger. A structure whose parts were drawn on it is not
    lost, nor is one that was drawn a little too far.

    Args:
        labels, segments: as :func:`SemiGDALib.train.scene_files.labelsOn` gives them.
        classes: the class of a segment's name, as far as the project knows it.
    """
    import numpy as np

    if segmentationNode.GetSegmentation().GetNumberOfLayers() < 2:  # nothing overlaps
        return
    bins = len(segments) + 1
    sizes, found = np.bincount(labels.ravel(), minlength=bins), []
    for segment in segments:
        own = exported(segmentationNode, [segment["id"]], volumeNode) > 0
        held = np.bincount(labels[own], minlength=bins)
        others = [one for one in segments if _hides(one, segment, classes) and held[one["value"]]]
        if not others:
            continue
        hidden = sum(held[one["value"]] for one in others)
        most = max(others, key=lambda one: held[one["value"]])
        larger = sizes[most["value"]] > held.sum()
        if hidden == held.sum() or (larger and 2 * hidden > held.sum()):
            names = {"name": segment["name"], "other": most["name"]}
            names = {key: one_line(name, 40) for key, name in names.items()}
            found.append(_("'{name}' under '{other}'").format(**names))
    if found:
        action = _("Move it further down in the list of segments, or delete what is double.")
        raise CoveredError(
            "bad-input",
            _("Others cover most of a segment, which would be lost: {names}.").format(
                names=", ".join(found)
            ),
            action=action,
        )


def _hides(other, segment, classes) -> bool:
    """Whether voxels of a segment that become another one's are lost."""
    meant = classes.get(segment["name"])
    same = _stem(other) == _stem(segment) or (
        meant is not None and meant == classes.get(other["name"])
    )
    return not (segment["ignored"] or other["ignored"] or same)


def _stem(segment) -> str:
    """Its name without the number that a second one of that name gets."""
    return re.sub(r" \(\d+\)$", "", segment["name"])


def attempt(context, action, done, overlaps: str | None = None) -> None:
    """``context.attempt(action, overlaps)``, and then ``done`` with what it returned; asks where a
    segment would be lost."""
    asked = []

    def quiet():
        try:
            return (action(overlaps),)
        except CoveredError as error:
            asked.append(error)
            return None

    result = context.attempt(quiet)
    if asked:
        ask(context.message, asked[0], overlaps, partial(attempt, context, action, done))
    elif result is not None:
        done(*result)


def ask(message, error: CoveredError, overlaps: str | None, again) -> None:
    """What to do about it, in the panel's message area; ``again`` is called with the answer."""
    if overlaps is None:
        message.question(
            error.message,
            _("Smaller ones can be put on top. Otherwise change their order in the list."),
            _("Smaller ones on top"),
            lambda: again(SMALLER),
            _("Cancel"),
        )
    else:
        message.question(
            error.message,
            _("The segments that cover it are smaller, or as large."),
            _("Save without it"),
            lambda: again(ANYWAY),
            _("Cancel"),
        )
