"""The cost of a configuration: parameters and floating-point operations."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from semigda.networks.semigda import SemiGDA
from semigda_core.models.network_config import BRANCHES, NetworkConfig


def describe(config: NetworkConfig, size: int = 224) -> dict:
    """Counts of a network of both branches, from the meta device, without computing anything.

    Returns:
        ``parameters``: {part: count, "all": total}; ``gflop``: {"vae", "cnn", "both": GFLOP for
        one ``size`` x ``size`` slice, two per multiply-add}.
    """
    with torch.device("meta"):
        network = SemiGDA(config).eval()
        image = torch.empty(1, 3, size, size)
    parts: dict[str, list[nn.Module]] = {
        "vae_encoder": [network.autoencoder.encoder, network.autoencoder.quant_conv],
        "vae_decoder": [network.autoencoder.decoder, network.autoencoder.post_quant_conv],
        "cnn_encoder": [network.cnn_encoder],
        "mapper": [network.mapper],
        "adapters_vae": [network.adapters["vae"]],
        "adapters_cnn": [network.adapters["cnn"]],
    }
    parameters = {
        name: sum(p.numel() for module in modules for p in module.parameters())
        for name, modules in parts.items()
    }
    parameters["all"] = sum(parameters.values())
    return {
        "parameters": parameters,
        "gflop": {
            "vae": _gflop(network, image, ("vae",)),
            "cnn": _gflop(network, image, ("cnn",)),
            "both": _gflop(network, image, BRANCHES),
        },
    }


def counting() -> FlopCounterMode:
    """Counts the operations within, two per multiply-add, by ``get_total_flops``.

    PyTorch's own count takes the weight gradient of every convolution for that of a full one: of a
    depthwise one it is too large by as many times as there are channels.
    """
    backward = {torch.ops.aten.convolution_backward: _convolution_backward}
    return FlopCounterMode(display=False, custom_mapping=backward)


def _convolution_backward(
    slope: Sequence[int],
    x: Sequence[int],
    weight: Sequence[int],
    *others: Any,
    **unused: Any,
) -> int:
    """From the shapes of a convolution's tensors: each gradient that is wanted takes what the
    convolution itself takes."""
    transposed, wanted = others[4], others[-1]
    places = (x if transposed else slope)[2:]
    return 2 * x[0] * prod(places) * prod(weight) * (wanted[0] + wanted[1])


def _gflop(network: SemiGDA, image: torch.Tensor, branches: tuple[str, ...]) -> float:
    with counting() as counter, torch.no_grad():
        network(image, branches)
    return counter.get_total_flops() / 1e9
