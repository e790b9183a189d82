"""Networks that start with general image features; :mod:`semigda_core.models.features` reads
them."""

from __future__ import annotations

import io

import torch

from semigda.networks.cnn_encoder import FeatureEncoder
from semigda.networks.efficientnet import folded
from semigda.networks.semigda import SemiGDA
from semigda_core.models.features import read_published
from semigda_core.models.network_config import NetworkConfig


def new_network(config: NetworkConfig) -> SemiGDA:
    """An untrained network, with general image features if its configuration names some.

    Raises:
        SemiGDAError: "import-error" if they are not installed, or not as they were published.
    """
    network = SemiGDA(config)
    if config.has_features:
        assert isinstance(network.cnn_encoder, FeatureEncoder)
        network.cnn_encoder.features.load_state_dict(read_features())
    return network


def read_features() -> dict[str, torch.Tensor]:
    """The published weights, as tensors of ``EfficientNetLite0``.

    Raises:
        SemiGDAError: "import-error", as of :func:`new_network`.
    """
    data = io.BytesIO(read_published())
    return folded(torch.load(data, map_location="cpu", weights_only=True))
