"""Runs in a child process: are the engine's packages healthy? Prints one line of JSON.

    python -m semigda.probe [auto|cuda|mps|cpu]

Metadata look healthy even after a half-finished installation; importing and computing does not.
"""

from __future__ import annotations

import importlib
import json
import platform
import sys
from pathlib import Path
from typing import Any

from semigda import graphics
from semigda.inference.usage import whole_memory
from semigda_core.models import features

# Each with its oldest version that will do.
PACKAGES = {"numpy": (), "SimpleITK": (), "safetensors": (), "torch": (2, 2)}


def probe(device: str = "auto") -> dict:
    """What works here, in plain values without names of users or folders.

    ``python``, ``versions``; ``broken``: package -> why; ``optional``: what only some trainings
    need, and its version, "altered" or "not installed"; ``device`` that computed, or
    ``deviceError``; ``memory_gib`` of the computer; ``graphics``: see
    :func:`semigda.graphics.facts`; ``advice``: [what is wrong with the graphics card, what to do],
    None if nothing is.
    """
    versions, broken = {}, {}
    for name, oldest in PACKAGES.items():
        try:
            module = importlib.import_module(name)
            versions[name] = version = str(getattr(module, "__version__", "?"))
            if getattr(module, "__file__", None) is None:  # Python takes a folder for a package
                broken[name] = "only a folder is left of it"
            elif oldest and _numbers(version) < oldest:
                least = ".".join(map(str, oldest))
                broken[name] = f"version {version}, but {least} or later is needed"
        except Exception as error:  # a broken package raises anything: OSError, RuntimeError ...
            broken[name] = f"{type(error).__name__}: {error}"[:300]
    if not broken and not _exchanges_arrays():
        broken["torch"] = (
            f"version {versions['torch']} does not work with numpy {versions['numpy']}"
        )
    memory = whole_memory()
    found: dict[str, Any] = {
        "python": platform.python_version(),
        "versions": versions,
        "optional": {features.PACKAGE: features.state()},
        "broken": broken,
        "device": None,
        "deviceError": None,
        "memory_gib": round(memory / 2**30, 1) if memory is not None else None,
        "graphics": graphics.facts(),
    }
    problem = graphics.problem(found["graphics"])
    found["advice"] = [problem.message, problem.action] if problem is not None else None
    if "torch" not in broken:
        try:
            found["device"] = _convolve(device)
        except Exception as error:
            found["deviceError"] = f"{type(error).__name__}: {error}"[:300]
    return json.loads(_without_folders(json.dumps(found)))


def _exchanges_arrays() -> bool:
    """Whether PyTorch takes arrays: one before 2.3 takes none of numpy 2."""
    import numpy
    import torch

    try:
        torch.from_numpy(numpy.zeros(1))
    except RuntimeError:
        return False
    return True


def _without_folders(text: str) -> str:
    """Errors name files, and their folders the user: those that Python knows are left out."""
    folders = {str(Path.home()), str(Path.cwd()), sys.prefix, sys.base_prefix, *sys.path}
    for folder in sorted(folders, key=len, reverse=True):
        if len(Path(folder).parts) > 1:  # not the root of a disk
            text = text.replace(json.dumps(folder)[1:-1], "...")
    return text


def _numbers(version: str) -> tuple[int, ...]:
    """(2, 8) of "2.8.0+cu128"; () of what is no version, which is older than any."""
    parts = version.split("+")[0].split(".")[:2]
    return tuple(int(part) for part in parts) if all(map(str.isdigit, parts)) else ()


def _convolve(device: str) -> str:
    """One convolution on the device: an unsuitable driver fails here, not at import."""
    import torch

    from semigda.inference.device import choose_device

    chosen = choose_device(device)
    layer = torch.nn.Conv2d(1, 1, 3).to(chosen)
    with torch.no_grad():
        # float() waits for the device
        float(layer(torch.ones(1, 1, 8, 8, device=chosen)).sum())
    return chosen.type


if __name__ == "__main__":
    print(json.dumps(probe(*sys.argv[1:2])))
