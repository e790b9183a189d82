"""The report that *Copy report* copies: it helps the developers and names no patient."""

from __future__ import annotations

import json
import platform
import re
import sys
from pathlib import Path

import slicer

from semigda_core.errors import SemiGDAError
from semigda_core.jobs import interpreter
from semigda_core.models import features
from semigda_core.version import __version__
from SemiGDALib.set_up import health

_DIRECTORIES = re.compile(r"(?:[A-Za-z]:)?[\\/]+(?:[^\s\\/\"':]+[\\/]+)+")


def report(settings: dict, model: str, image: str, error, runReport: dict, log: str) -> str:
    """What helps the developers and says nothing about the patient."""
    lines = [
        f"SemiGDA {__version__}",
        f"Slicer {slicer.app.applicationVersion}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()} ({sys.platform})",
        "Computes in: " + ("Slicer's Python" if interpreter.chosen() is None else "another Python"),
        f"Health check: {health.last()}",
        f"Only for training: {features.PACKAGE} {features.state()}",
        f"Model: {model}",
        f"Options: {json.dumps(settings, sort_keys=True)}",
        f"Image: {image}",
    ]
    if isinstance(error, SemiGDAError):
        lines += [f"Error: {error.error_class}: {error.message}", f"Detail: {error.detail}"]
    if runReport:
        lines.append("Report: " + json.dumps(runReport, sort_keys=True, default=str))
    if log.strip():
        lines += ["Log:", log.strip()]
    return withoutFolders("\n".join(lines))


def withoutFolders(text: str) -> str:
    """The text with paths cut to their last part: folders have the names of users and patients."""
    home = str(Path.home())  # which may have spaces, where the pattern would end
    for form in (json.dumps(home)[1:-1], home, home.replace("\\", "/")):
        text = text.replace(form, "")
    return _DIRECTORIES.sub("", text)


def imageFacts(volumeNode) -> str:
    """Size, spacing and voxel type of a volume: no name, no identifiers."""
    if volumeNode is None or volumeNode.GetImageData() is None:
        return "none"
    image = volumeNode.GetImageData()
    size = "x".join(map(str, image.GetDimensions()))
    spacing = " x ".join(f"{value:.3g}" for value in volumeNode.GetSpacing())
    components = image.GetNumberOfScalarComponents()
    kind = image.GetScalarTypeAsString()
    return f"{size} voxels, {spacing} mm, {kind} x {components}"
