"""The reference: the network's forward pass composed as the released code evaluates it.

The same weights, in float32, one image at a time, one branch after the other, features in the
default memory layout, attention written as two matrix products, and autograd switched on.
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn

from semigda.networks.blocks import SpatialAttention
from semigda.networks.semigda import SemiGDA


class TwoProducts(nn.Module):
    """Self-attention over all pixels that makes the whole matrix of weights; (B, C, H, W)."""

    def __init__(self, attention: SpatialAttention):
        super().__init__()
        self.norm, self.proj_out = attention.norm, attention.proj_out
        self.q, self.k, self.v = attention.q, attention.k, attention.v

    def forward(self, x: Tensor) -> Tensor:
        h = self.norm(x)
        q, k, v = self.q(h).flatten(2), self.k(h).flatten(2), self.v(h).flatten(2)
        weights = torch.bmm(q.transpose(1, 2), k) * q.shape[1] ** -0.5  # (B, HW, HW)
        h = torch.bmm(v, weights.softmax(dim=2).transpose(1, 2))
        return x + self.proj_out(h.reshape(x.shape))


def as_released(network: SemiGDA) -> SemiGDA:
    """A copy with the released code's attention; nothing of it is frozen."""
    copy = deepcopy(network).to(memory_format=torch.contiguous_format).requires_grad_(True)
    for module in list(copy.modules()):
        for name, child in module.named_children():
            if isinstance(child, SpatialAttention):
                setattr(module, name, TwoProducts(child))
    return copy


def mean_of(network: SemiGDA, moments: Tensor) -> Tensor:
    """Scaled latent mean (B, z, h, w) of moments (B, 2 z, h, w)."""
    return network.config.latent_scale * moments.chunk(2, dim=1)[0]


def decode(network: SemiGDA, branch: str, latent: Tensor, skips: list[Tensor]) -> Tensor:
    """RGB (B, 3, H, W) of one branch from its scaled latent and its encoder's features."""

    def fuse(level: int, h: Tensor) -> Tensor:
        return network.adapters[branch][level](torch.cat([h, skips[level]], dim=1))

    return network.autoencoder.decode(latent / network.config.latent_scale, fuse)


def pictures(network: SemiGDA, image: Tensor) -> dict[str, Tensor]:
    """Image (1, 3, H, W) -> the painted mask of each branch, (1, 3, H, W)."""
    features, skips = network.autoencoder.encoder(image)
    latent = mean_of(network, network.autoencoder.quant_conv(features))
    vae = decode(network, "vae", network.mapper(latent), skips)
    moments, skips = network.cnn_encoder(image)
    latent = mean_of(network, network.autoencoder.quant_conv(moments))
    return {"vae": vae, "cnn": decode(network, "cnn", latent, skips)}
