"""A tiny real network and its card, for tests that need a model but not its quality."""

from __future__ import annotations

import functools
from pathlib import Path

import torch

from semigda.models.package import save_package
from semigda.networks.semigda import SemiGDA
from semigda_core.models.card import Label, ModelCard
from semigda_core.models.network_config import NetworkConfig

TISSUE = {
    "category": {"scheme": "SCT", "code": "123037004", "meaning": "Anatomical Structure"},
    "type": {"scheme": "SCT", "code": "69695003", "meaning": "Stomach"},
}
TINY = NetworkConfig(
    name="tiny",
    channels=(8, 8),
    encoder_blocks=1,
    decoder_blocks=1,
    norm_groups=4,
    cnn_blocks=(1,),
    cnn_norm="group",
    cnn_head="plain",
    mapper_channels=(8, 8, 8, 8),
    mapper_groups=4,
)
PREPROCESSING = {
    "channels": "2.5d",
    "slice_axis": "axial",
    "size": [32, 32],
    "spacing": [None, None, None],
    "intensity": {"rule": "mr-percentile", "low": 0.5, "high": 99.5},
}


def image(batch: int = 2, height: int = 32, width: int = 48) -> torch.Tensor:
    """Noise as a network sees it, (n, 3, h, w) within -1 to 1; always the same."""
    return torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(1)) * 2 - 1


def tiny_network(seed: int = 0) -> SemiGDA:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return SemiGDA(TINY).eval()


def tiny_card(name: str = "tiny", **changes) -> ModelCard:
    values = {
        "title": "Tiny",
        "description": "A model for tests.",
        "modality": "MR",
        "labels": [Label(1, "inner", (255, 0, 0), TISSUE), Label(2, "outer", (0, 255, 0))],
        "network": TINY.to_dict(),
        "preprocessing": PREPROCESSING,
        "licence": "CC0-1.0",
        **changes,
    }
    return ModelCard(name=name, **values)


@functools.cache
def _network() -> SemiGDA:
    return tiny_network()


def tiny_package(parent: Path, name: str = "tiny", **changes) -> Path:
    """``parent/name`` with the tiny network's weights."""
    save_package(parent / name, _network(), tiny_card(name, **changes))
    return parent / name
