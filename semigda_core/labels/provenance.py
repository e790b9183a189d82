"""Who made a label, as its file says it.

What a model made says so in its header and in the tags of its segments, and only the tags stay when
Slicer saves it again. The words are written as "SemiGDA_Model" in files and "SemiGDA.Model" in
scenes; both are read everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from semigda_core.labels.nrrd import read_keys
from semigda_core.labels.segments import read_segments

# human: a person drew it. edited: a model began it, and a person corrected it. machine: the rest.
ORIGINS = ("human", "edited", "machine")
PREFIXES = ("SemiGDA_", "SemiGDA.")
ORIGIN, MODEL = "Origin", "Model"
TAGS = (
    *(ORIGIN, MODEL, "ModelTitle", "ModelSHA256", "Engine", "EngineVersion", "Branches"),
    *("Device", "Options", "Date"),
)


def said(tags: Mapping[str, str]) -> dict[str, str]:
    """What tags or header keys say of a run of SemiGDA, without prefix; empty if nothing."""
    return {
        key[len(PREFIXES[0]) :]: value for key, value in tags.items() if key.startswith(PREFIXES)
    }


def origin_said(tags: Mapping[str, str]) -> str:
    """One of :data:`ORIGINS`, "human" where no model is named."""
    known = said(tags)
    if not known.get(MODEL):
        return "human"
    return "edited" if known.get(ORIGIN) == "edited" else "machine"


def origin_of(path: Path, given: str | None = None) -> str:
    """Who made the label in a file: the least trusted of what its header and segments say.

    Args:
        given: one of :data:`ORIGINS`, which counts more than what the file says; but what a model
            began is at best "edited".

    Raises:
        SemiGDAError: "bad-input" as :func:`read_segments`.
    """
    segments = [segment.tags for segment in read_segments(path)]
    # The file's own keys stay where the segments say that a person corrected them.
    sources = segments or [read_keys(path)]
    found = max((origin_said(tags) for tags in sources), key=ORIGINS.index)
    if given is None:
        return found
    return "edited" if given == "human" and found != "human" else given
