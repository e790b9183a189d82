"""The network alone in batches of several sizes, with and without general image features."""

from __future__ import annotations

import torch

from semigda.inference.predict import Predictor
from semigda.networks.semigda import SemiGDA
from semigda_core.models.network_config import BRANCHES, NetworkConfig
from speed_lib.inference import by_predictor, test_slices
from speed_lib.networks import SEED
from speed_lib.timing import interleaved

SIZES = (1, 2, 4, 8, 16)
NETWORKS = ("compact", "pretrained")


def measure(device: str, side: int, slices: int, repeats: int) -> dict:
    """Seconds of ``slices`` by network and size; random weights, which cost what taught ones do."""
    images = test_slices(slices, side)
    ways = {}
    for name in NETWORKS:
        torch.manual_seed(SEED)
        network = SemiGDA(getattr(NetworkConfig, name)()).to(device).requires_grad_(False)
        for size in SIZES:
            predictor = Predictor(
                network, 1, torch.device(device), branches=BRANCHES, size=(side, side),
                crop=lambda planes: planes, batch_size=size,
            )  # fmt: skip
            ways[f"{name}, {size}"] = lambda predictor=predictor: by_predictor(predictor, images)
    _, seconds = interleaved(ways, repeats, device, lambda way: way())
    return {"side": side, "slices": slices, "seconds": seconds}
