"""A label that is being drawn says so in the scene: saved and opened again, it can go on.

The segmentation has an attribute, and a reference to its image; both survive scene files (.mrml,
.mrb). The case is known by its id, whose project may have been moved.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.stamps import stamp

ATTRIBUTE = "SemiGDA.Labelling"
IMAGE_REFERENCE = "SemiGDA.labelledImage"


@dataclass(frozen=True)
class Unfinished:
    """What a segmentation of the scene says of itself.

    Attributes:
        case: the case's id.
        seen: changes when the case gets another label, or its file another content.
        grid: the image's when the case was opened.
        proposed: whether a model's proposal was the beginning.
        image: changes when the image's file does; "" in scenes of earlier versions.
        classes: numbers of the project's classes by their names; none in such scenes.
    """

    case: str
    seen: str
    grid: list
    proposed: bool
    image: str = ""
    classes: dict = field(default_factory=dict)


class Drawing:
    """Notices what is drawn in a segmentation, or removed from it.

    Attributes:
        isChanged: whether that has happened; also before, of what a scene brought.
    """

    def __init__(self, segmentationNode, isChanged: bool):
        self.isChanged = isChanged
        for event in ("SourceRepresentationModified", "SegmentRemoved"):
            segmentationNode.AddObserver(getattr(slicer.vtkSegmentation, event), self._onChanged)

    def _onChanged(self, _caller, _event) -> None:
        self.isChanged = True


def note(segmentationNode, volumeNode, about: Unfinished) -> None:
    """Let the segmentation say it."""
    segmentationNode.SetAttribute(ATTRIBUTE, json.dumps(asdict(about)))
    segmentationNode.SetNodeReferenceID(IMAGE_REFERENCE, volumeNode.GetID())


def forget(segmentationNode) -> None:
    """Its label is saved, or is not wanted any more."""
    segmentationNode.RemoveAttribute(ATTRIBUTE)
    segmentationNode.RemoveNodeReferenceIDs(IMAGE_REFERENCE)


def inScene() -> list[tuple[Any, Unfinished]]:
    """The scene's segmentations that say so, each with what it says."""
    nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
    found = ((node, _read(node.GetAttribute(ATTRIBUTE))) for node in nodes)
    return [(node, about) for node, about in found if about is not None]


def ofProject(begun, project):
    """The first of what :func:`inScene` gives that is of a case of the project.

    Raises:
        SemiGDAError: "bad-input" if there is none, or no project.
    """
    if project is None:
        raise SemiGDAError(
            "bad-input",
            _("A label in this scene was not finished, and its project was not found."),
            action=_("Open the project where it is now; then labelling continues."),
        )
    cases = {case.id for case in project.read().cases}
    for one in begun:
        if one[1].case in cases:
            return one
    raise SemiGDAError(
        "bad-input",
        _("A label in this scene was not finished, and the open project does not have its case."),
        action=_("Open its project; if the case was removed there, choose Add from scene."),
    )


def labelSeen(case) -> str:
    """Changes when the case gets another label, or its file another content; not when the project
    is moved."""
    return stamp(case.label, called=[case.label and Path(case.label.name)])


def imageSeen(case) -> str:
    """Changes, as :func:`labelSeen`, with the image's file."""
    return stamp(case.image, called=[Path(case.image.name)])


def classesSeen(view) -> dict[str, int]:
    """By these a segment's name means the class that it means; a new class changes none."""
    return {label.name: label.value for label in view.classes}


def imageOf(segmentationNode):
    """The volume that it is drawn on, or None if that is not in the scene."""
    volume = segmentationNode.GetNodeReference(IMAGE_REFERENCE)
    isImage = volume is not None and volume.IsA("vtkMRMLVolumeNode")
    return volume if isImage and volume.GetImageData() is not None else None


def _read(text) -> Unfinished | None:
    """A scene may come from anybody."""
    try:
        about = Unfinished(**json.loads(text or "{}"))
        shape, matrix = about.grid
        numbers = [*shape, *(value for row in matrix for value in row)]
        is_grid = len(shape) == 3 and [len(row) for row in matrix] == [4] * 4
        is_grid &= all(isinstance(value, (int, float)) for value in numbers)
    except (TypeError, ValueError):
        return None
    texts = all(isinstance(one, str) for one in (about.case, about.seen, about.image))
    others = isinstance(about.proposed, bool) and isinstance(about.classes, dict)
    return about if texts and is_grid and others else None
