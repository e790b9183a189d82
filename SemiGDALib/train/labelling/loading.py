"""Image and label of a case from their files into the scene."""

from __future__ import annotations

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import IGNORE_TAG, IGNORED
from semigda_core.labels.segments import read_segments
from semigda_core.models.card import terminology_entry
from semigda_core.project.cases.listing import series_files
from semigda_core.project.cases.sending import made_in_region
from SemiGDALib import nodes, provenance
from SemiGDALib.train import covered, scene_files
from SemiGDALib.train.slices import planes
from SemiGDALib.train.slices.ignored import describedIgnored
from SemiGDALib.train.slices.outside import ignoreOutside


def _load(load, path: Path, properties: dict):
    try:
        return load(str(path), properties)
    except RuntimeError as error:
        raise SemiGDAError(
            "bad-input",
            _("Slicer cannot load a file of this case."),
            action=_("Run the check to see what is wrong with it."),
            detail=type(error).__name__,
        ) from error


def loadImage(case):
    """Its volume node."""
    files, said = [case.image], {"name": case.name}
    if case.image.is_dir():
        files = _inOrder(series_files(case.image)) or files
    # Without a list Slicer takes what is called alike, in the order of the names.
    said |= {"fileNames": [str(path) for path in files]} if files[1:] else {"singleFile": True}
    return _load(slicer.util.loadVolume, files[0], said)


def _inOrder(slices: list[Path]) -> list[Path]:
    """Files of a DICOM series by their positions; as they are if one says none, which the check
    finds."""
    import numpy as np
    import pydicom  # Slicer has it

    tags = ["ImagePositionPatient", "ImageOrientationPatient"]
    how = {"stop_before_pixels": True, "force": True, "specific_tags": tags}
    heads = [pydicom.dcmread(path, **how) for path in slices]
    try:
        across = np.cross(*np.reshape(heads[0].ImageOrientationPatient, (2, 3)).astype(float))
        places = [float(across @ np.array(one.ImagePositionPatient, float)) for one in heads]
    except (AttributeError, IndexError, TypeError, ValueError):
        return slices
    return [path for _place, path in sorted(zip(places, slices, strict=True))]


def loadLabel(view, case, volume):
    """The label's segmentation, and its finished slices as the volume's."""
    finished = case.finished
    if case.label is None:
        node = _emptySegmentation()
    elif read_segments(case.label):
        node = _outsideShown(volume, _load(slicer.util.loadSegmentation, case.label, {}))
    else:
        node = _segmentsOfLabelMap(view, case)
        if finished is not None:
            finished = planes.asLoaded(finished, case.label, planes.counted(volume, 2))
    if finished is not None:
        try:
            finished = planes.onGridOf(volume, finished, node)
            node = _onGrid(volume, node)  # that its tags count slices of
        except Exception:
            slicer.mrmlScene.RemoveNode(node)
            raise
    node.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    return node, finished


def _outsideShown(volume, node):
    """The same segmentation; what lies outside of the region that it was made in is a segment that
    the user sees, and deletes when it is labelled."""
    if not made_in_region(map(provenance.tagsOf, nodes.segmentsOf(node))):
        return node
    try:
        labels, segments = scene_files.labelsOn(node, volume)
        ignoreOutside(labels, segments, volume)
        return _rebuilt(node, labels, volume, segments)
    finally:
        slicer.mrmlScene.RemoveNode(node)


def _onGrid(volume, node):
    """The same segmentation on the volume's own grid."""
    if planes.isOnGridOf(volume, node):
        return node
    labels, segments = scene_files.labelsOn(node, volume)
    if not labels.any():
        return node
    turned = _rebuilt(node, labels, volume, segments)
    slicer.mrmlScene.RemoveNode(node)
    return turned


def _rebuilt(node, labels, volume, segments):
    """A segmentation of these labels of the volume; segments of ``node`` that overlap still do."""
    if node.GetSegmentation().GetNumberOfLayers() < 2:
        return nodes.addSegments(labels, volume, segments, node.GetName())[0]
    found = None
    for one in segments:
        mask = labels == one["value"]
        if not one["ignored"]:
            mask = covered.exported(node, [one["id"]], volume) > 0
        if mask.any():
            mask = mask.astype(labels.dtype) * one["value"]
            found, _ids = nodes.addSegments(mask, volume, [one], node.GetName(), found)
    return found


def _segmentsOfLabelMap(view, case):
    """A label map as segments of the project's classes."""
    import numpy as np

    labelNode = _load(slicer.util.loadLabelVolume, case.label, {"singleFile": True, "show": False})
    try:
        values = slicer.util.arrayFromVolume(labelNode)
        if values.ndim != 3:
            raise SemiGDAError(
                "bad-input",
                _("The label is a colour picture, not a label map."),
                action=_("Choose another label for this case."),
            )
        known = view.classes_of(case)
        if known.get("1") and "255" not in known and set(np.unique(values)) == {0, 255}:
            values = values // 255  # a mask in black and white
        if any(value and f"{value:g}" not in known for value in np.unique(values)):
            raise SemiGDAError(
                "bad-input",
                _("The label contains values without a class."),
                action=_("Assign a class to each value, then open the case again."),
            )
        labels = np.zeros(values.shape, np.uint8)
        for key, value in known.items():
            if key.isdecimal():
                labels[values == int(key)] = value
        if not labels.any():
            return _emptySegmentation()
        # On its own grid: the file may be stored in another order than the image's.
        segments = [*map(_described, view.classes), describedIgnored(IGNORED)]
        node, ids = nodes.addSegments(labels, labelNode, segments, case.name)
        if IGNORED in ids:
            node.GetSegmentation().GetSegment(ids[IGNORED]).SetTag(IGNORE_TAG, "1")
        return node
    finally:
        slicer.mrmlScene.RemoveNode(labelNode)


def _emptySegmentation():
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
    node.CreateDefaultDisplayNodes()
    return node


def _described(label) -> dict:
    return {
        "value": label.value,
        "name": label.name,
        "color": label.color,
        "terminology_entry": terminology_entry(label),
    }


def addMissingClasses(view, case, node) -> None:
    """Empty segments for the classes that the label lacks, ready to be drawn."""
    known = view.classes_of(case)
    segmentation = node.GetSegmentation()
    names = [segment.GetName() for segment in nodes.segmentsOf(node)]
    there = {known.get(name) for name in names}
    for label in view.classes:
        if label.value not in there and label.name not in names:
            color = [channel / 255 for channel in label.color]
            segmentId = segmentation.AddEmptySegment("", label.name, color)
            tag = slicer.vtkSegment.GetTerminologyEntryTagName()
            if label.terminology:
                segmentation.GetSegment(segmentId).SetTag(tag, terminology_entry(label))
