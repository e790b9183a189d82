"""The latent mapper: turns the latent of an image into the latent of its mask.

A small autoencoder knows too little about an image to find its mask. If the network has general
image features, the deepest of them is added to the image's latent, through a convolution that
starts at zero.
"""

from __future__ import annotations

import torch
from torch import nn

from semigda.networks.blocks import SpatialAttention
from semigda_core.models.network_config import NetworkConfig


class _MapperBlock(nn.Module):
    """GroupNorm, PReLU, convolution, twice, plus the input; then spatial self-attention."""

    def __init__(self, in_channels: int, out_channels: int, groups: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, in_channels, eps=1e-6)
        self.act1 = nn.PReLU()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, out_channels, eps=1e-6)
        self.act2 = nn.PReLU()
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.shortcut = (
            nn.Identity()
            if in_channels == out_channels
            else nn.Conv2d(in_channels, out_channels, 1, bias=False)
        )
        self.attention = SpatialAttention(out_channels, groups)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.conv1(self.act1(self.norm1(x)))
        h = self.conv2(self.act2(self.norm2(h)))
        return self.attention(h.add_(self.shortcut(x)))


class LatentMapper(nn.Module):
    """(B, z, h, w) -> (B, z, h, w): a U-Net without down-sampling, all at latent size.

    If ``config.has_features``, it also takes the second encoder's deepest feature (B, C, h, w).
    """

    def __init__(self, config: NetworkConfig):
        super().__init__()
        z, (c1, c2, c3, c4), groups = (
            config.latent_channels,
            config.mapper_channels,
            config.mapper_groups,
        )
        self.conv_in = nn.Conv2d(z, c1, 3, padding=1)
        self.down1 = _MapperBlock(c1, c1, groups)
        self.down2 = _MapperBlock(c1, c2, groups)
        self.down3 = _MapperBlock(c2, c3, groups)
        self.down4 = _MapperBlock(c3, c4, groups)
        self.up3 = _MapperBlock(c4 + c3, c3, groups)
        self.up2 = _MapperBlock(c3 + c2, c2, groups)
        self.up1 = _MapperBlock(c2 + c1, c1, groups)
        self.up0 = _MapperBlock(c1 + c1, c1, groups)
        self.head = nn.Sequential(
            nn.GroupNorm(groups, c1, eps=1e-6),
            nn.SiLU(),
            nn.Conv2d(c1, z, 3, padding=1, bias=False),
        )
        if config.has_features:
            self.joint = nn.Conv2d(config.channels[-1], z, 1)
            for parameter in self.joint.parameters():
                nn.init.zeros_(parameter)

    def forward(self, z: torch.Tensor, feature: torch.Tensor | None = None) -> torch.Tensor:
        h0 = self.conv_in(z if feature is None else z + self.joint(feature))
        h1 = self.down1(h0)
        h2 = self.down2(h1)
        h3 = self.down3(h2)
        h = self.up3(torch.cat([h3, self.down4(h3)], dim=1))
        h = self.up2(torch.cat([h2, h], dim=1))
        h = self.up1(torch.cat([h1, h], dim=1))
        h = self.up0(torch.cat([h0, h], dim=1))
        return self.head(h)
