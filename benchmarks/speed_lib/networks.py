"""Networks and slices to time: discs on noise, and weights that paint decided masks."""

from __future__ import annotations

import torch
from torch import Tensor

from semigda.method.losses import segmentation_loss
from semigda.method.palette import Palette
from semigda.networks.semigda import SemiGDA
from semigda_core.models.network_config import NetworkConfig

CONFIGS = {"paper": NetworkConfig.paper, "compact": NetworkConfig.compact}
PALETTE = Palette(1)
SEED = 0
FIT_SIDE, FIT_BATCH, FIT_STEPS = 64, 4, 100


def discs(count: int, side: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Images (n, 3, side, side) in [-1, 1] and their labels (n, side, side)."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    draw = torch.rand(3, count, 1, 1, generator=generator)
    centre, radius = side * (0.3 + 0.4 * draw[:2]), side * (0.1 + 0.2 * draw[2])
    labels = ((y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2).to(torch.uint8)
    noise = 0.2 * torch.randn(count, 3, side, side, generator=generator)
    return (labels[:, None] - 0.5 + noise).clamp(-1, 1), labels


def make_network(name: str, device: str) -> SemiGDA:
    """Random weights, the same each time, trained to paint discs if that is cheap.

    What an untaught network paints lies close to the threshold in many pixels, and rounding decides
    them. The paper-size one learns on a graphics card only; on a CPU the colours of its random
    weights are spread over [-1, 1], so that at least half of the mask is there.
    """
    torch.manual_seed(SEED)
    network = SemiGDA(CONFIGS[name]()).to(device)
    generator = torch.Generator().manual_seed(SEED)
    if name == "compact" or device == "cuda":
        teach(network, device, generator)
    else:
        spread_colours(network.eval(), discs(1, FIT_SIDE, generator)[0])
    return network.eval().requires_grad_(False)


def teach(network: SemiGDA, device: str, generator: torch.Generator) -> None:
    """Some steps of supervised learning, both branches."""
    optimizer = torch.optim.AdamW(network.train().parameters(), 1e-3)
    for _ in range(FIT_STEPS):
        images, labels = (x.to(device) for x in discs(FIT_BATCH, FIT_SIDE, generator))
        painted = network(images).values()
        loss = sum(segmentation_loss(PALETTE.logits(rgb), labels) for rgb in painted)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()


@torch.no_grad()
def spread_colours(network: SemiGDA, images: Tensor) -> None:
    """Give the painted colours of these images mean 0 and deviation 1."""
    rgb = torch.stack(list(network(images).values()))
    last = network.autoencoder.decoder.conv_out
    last.bias.sub_(rgb.mean())
    for parameter in (last.weight, last.bias):
        parameter.div_(rgb.std())
