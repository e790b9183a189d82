"""Runs in a child process: are the engine's packages healthy? Prints one line of JSON.

    python -m semigda.probe [auto|cuda|mps|cpu]

Metadata look healthy even after a half-finished installation; importing and computing does not.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any

from semigda_core.models import features

PACKAGES = ("numpy", "SimpleITK", "safetensors", "torch")


def probe(device: str = "auto") -> dict:
    """``{"versions", "optional", "broken": {package: why}, "device", "deviceError"}``.

    ``optional``: what only some trainings need, and its version, "altered" or "not installed".
    """
    versions, broken = {}, {}
    for name in PACKAGES:
        try:
            module = importlib.import_module(name)
            versions[name] = str(getattr(module, "__version__", "?"))
        except Exception as error:  # a broken package raises anything: OSError, RuntimeError ...
            broken[name] = f"{type(error).__name__}: {error}"[:300]
    found: dict[str, Any] = {
        "versions": versions,
        "optional": {features.PACKAGE: features.state()},
        "broken": broken,
        "device": None,
        "deviceError": None,
    }
    if "torch" not in broken:
        try:
            found["device"] = _convolve(device)
        except Exception as error:
            found["deviceError"] = f"{type(error).__name__}: {error}"[:300]
    return found


def _convolve(device: str) -> str:
    """One convolution on the device: an unsuitable driver fails here, not at import."""
    import torch

    if device == "auto":
        device = "cpu"
        if torch.backends.mps.is_available():
            device = "mps"
        if torch.cuda.is_available():
            device = "cuda"
    layer = torch.nn.Conv2d(1, 1, 3).to(device)
    with torch.no_grad():
        float(layer(torch.ones(1, 1, 8, 8, device=device)).sum())  # float() waits for the device
    return device


if __name__ == "__main__":
    print(json.dumps(probe(*sys.argv[1:2])))
