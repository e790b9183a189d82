"""What made a segmentation, and what came out, stored with the result itself.

The node's attributes describe the last run and survive scene files (.mrml, .mrb). Each segment's
tags describe the run that made it and survive .seg.nrrd files as well.
"""

from __future__ import annotations

import datetime
import json

from semigda_core.errors import SemiGDAError
from semigda_core.files.documents import check, list_of, maybe, number, record, text, whole
from semigda_core.jobs.region import region_text
from semigda_core.labels.provenance import PREFIXES, REGION, TAGS, algorithm_tags
from semigda_core.models.doubt import TOLD
from semigda_core.version import __version__
from SemiGDALib import nodes

PREFIX = "SemiGDA."
RESULT = PREFIX + "Result"
KEYS = ("Model", "ModelTitle", "ModelSHA256", "EngineVersion", "Device", "Options", "Date")
KEYS += ("Unlikeness",)  # of a model that remembers its training images
KEYS += (REGION,)  # of a result that was made in one
_SEGMENT = record(
    {
        "name": text(),
        "color": list_of(whole(0, 255), 3, least=3),
        "id": maybe(text()),
        "agreement": maybe(number(0, 1)),
    },
    {**dict.fromkeys(("ml", "mm2", "pixels"), maybe(number(0))), **TOLD},
    others=True,
)
_SPOT = record({"ijk": list_of(number(), 3, least=3), "size_voxels": whole(0, 2**63)}, others=True)
_MATRIX = list_of(list_of(number(), 4, least=4), 4, least=4)
_SIZE = list_of(whole(1, 2**31), 3, least=3)
_IMAGE = record(
    {
        "shape": _SIZE,
        "matrix": _MATRIX,
        "spacing": list_of(number(0), 3, least=3),
        "voxels": whole(0, 2**32),
    },
    others=True,
)
_RESULT = record(
    {"segments": list_of(_SEGMENT, 255)},
    {
        "spots": list_of(_SPOT),
        "notes": list_of(text(10_000, lines=True)),
        "frame": maybe(whole(0, 2**31)),
        "image": _IMAGE,
    },
    others=True,
)


def describe(outputs: dict, report: dict, options: dict) -> dict[str, str]:
    """The provenance of a run as short texts. Nothing in it identifies the patient."""
    model, unlikeness = outputs.get("model", {}), report.get("unlikeness")
    roi = options.get("roi")
    return {
        "Model": str(model.get("name", "")),
        "ModelTitle": str(model.get("title", "")),
        "ModelSHA256": str(model.get("sha256", "")),
        "EngineVersion": str(report.get("engine") or __version__),
        "Device": str(report.get("device", "")),
        "Options": json.dumps(options, sort_keys=True),
        "Date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        **({} if unlikeness is None else {"Unlikeness": str(unlikeness)}),
        **({REGION: region_text(roi)} if roi else {}),
    }


def store(segmentationNode, segmentIds, provenance: dict[str, str], result: dict) -> None:
    """Write provenance to the node and to the run's segments, and the result to the node."""
    for key in KEYS:  # an earlier run's Unlikeness is not this one's
        segmentationNode.SetAttribute(PREFIX + key, provenance.get(key))
    segmentationNode.SetAttribute(RESULT, json.dumps(result))
    segmentation = segmentationNode.GetSegmentation()
    tags = {PREFIX + key: value for key, value in provenance.items()}
    tags |= algorithm_tags(provenance["Model"])
    for segmentId in segmentIds:
        segment = segmentation.GetSegment(segmentId)
        for key, value in tags.items():
            segment.SetTag(key, value.replace("|", "/"))  # '|' ends a tag in .seg.nrrd files


def ofNode(segmentationNode) -> dict[str, str]:
    """The provenance in the node's attributes; empty if SemiGDA did not make it."""
    found = {key: segmentationNode.GetAttribute(PREFIX + key) for key in KEYS}
    return {key: value for key, value in found.items() if value is not None}


def tagsOf(segment) -> dict[str, str]:
    """The tags of a segment that say what made it, as they are: a file's or a scene's."""
    return nodes.tagsOf(segment, (prefix + key for prefix in PREFIXES for key in TAGS))


def imageOf(volumeNode) -> dict:
    """What a result says of the image that it was made of; earlier versions said nothing."""
    shape, matrix = nodes.gridOf(volumeNode)
    return {
        "shape": shape,
        "matrix": matrix,
        "spacing": list(volumeNode.GetSpacing()),
        "voxels": nodes.checksumOf(volumeNode),
    }


def gridOf(result: dict):
    """The grid that a result was made on, see :func:`SemiGDALib.nodes.gridOf`; None if unknown."""
    image = result.get("image")
    return [image["shape"], image["matrix"]] if image else None


def isOfImage(result: dict, volumeNode, anySize: bool = False) -> bool:
    """Whether a result was made of the voxels that the volume has now, and of their size (unless
    ``anySize``), wherever they lie. An earlier version's result is believed."""
    image = result.get("image")
    if not image or volumeNode.GetImageData() is None:
        return not image
    return (
        image["shape"] == list(nodes.imageShape(volumeNode))
        and (anySize or nodes.hasSpacing(volumeNode, image["spacing"]))
        and image["voxels"] == nodes.checksumOf(volumeNode)
    )


def resultOf(segmentationNode) -> dict | None:
    """``{"segments", "spots", ...}`` of the last run, or None; a scene may say anything there."""
    said = segmentationNode.GetAttribute(RESULT) if segmentationNode is not None else None
    try:
        result = json.loads(said) if said else None
        if result is not None:
            check(result, _RESULT, "result")
    except (ValueError, SemiGDAError):
        return None
    return result
