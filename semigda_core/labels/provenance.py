"""Who made a label, according to its file.

A label made by a model says so in its header and in the tags of its segments; only the tags remain
when Slicer saves it again. Keys are "SemiGDA_Model" in files and "SemiGDA.Model" in scenes; both
are read everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

# human: drawn by a person. edited: made by a model, corrected by a person. machine: the rest.
ORIGINS = ("human", "edited", "machine")
PREFIXES = ("SemiGDA_", "SemiGDA.")
ORIGIN, MODEL, REGION = "Origin", "Model", "Region"
TAGS = (
    ORIGIN,
    MODEL,
    "ModelTitle",
    "ModelSHA256",
    "Engine",
    "EngineVersion",
    "Branches",
    "Device",
    "Options",
    REGION,
    "Unlikeness",
    "Date",
)


def algorithm_tags(model: str) -> dict[str, str]:
    """A segment's tags that Slicer's exporter writes into a DICOM SEG: a machine drew this."""
    name = f"SemiGDA {model}".replace("\\", "/")[:64]  # as long as DICOM allows
    return {"DICOM.SegmentAlgorithmType": "AUTOMATIC", "DICOM.SegmentAlgorithmName": name}


def said(tags: Mapping[str, str]) -> dict[str, str]:
    """What tags or header keys say about a run of SemiGDA, without prefix; empty if nothing."""
    return {
        key[len(PREFIXES[0]) :]: value for key, value in tags.items() if key.startswith(PREFIXES)
    }


def origin_said(tags: Mapping[str, str]) -> str:
    """One of :data:`ORIGINS`, "human" if no model is named."""
    known = said(tags)
    if not known.get(MODEL):
        return "human"
    return "edited" if known.get(ORIGIN) == "edited" else "machine"


def origin_of(path: Path, given: str | None = None) -> str:
    """Who made the label in a file: the least trusted origin in its header and segments.

    Args:
        given: one of :data:`ORIGINS`, which overrides the file; but what a model made is at best
            "edited".

    Raises:
        SemiGDAError: "bad-input" as :func:`read_segments`.
    """
    from semigda_core.labels.segments import read_all_tags

    found = max((origin_said(tags) for tags in read_all_tags(path)), key=ORIGINS.index)
    if given is None:
        return found
    return "edited" if given == "human" and found != "human" else given
