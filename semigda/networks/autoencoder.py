"""The KL autoencoder, whose latent space holds both images and masks.

Structure of Stable Diffusion's first stage (Rombach et al., CVPR 2022). The decoder takes skip
features through adapters passed to it, so that two branches can share its weights.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

from semigda.networks.blocks import (
    Downsample,
    ResidualBlock,
    SpatialAttention,
    Upsample,
    pixels_of,
)
from semigda_core.models.network_config import NetworkConfig

# (level, features of the decoder at that level) -> features with the skip merged in
SkipFusion = Callable[[int, torch.Tensor], torch.Tensor]


class _Middle(nn.Module):
    def __init__(self, channels: int, groups: int):
        super().__init__()
        self.block_1 = ResidualBlock(channels, channels, groups)
        self.attention = SpatialAttention(channels, groups)
        self.block_2 = ResidualBlock(channels, channels, groups)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.block_2(self.attention(self.block_1(x)))


class Encoder(nn.Module):
    """Image (B, 3, H, W) -> latent moments (B, 2 z, H/f, W/f) and one skip feature a level."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        channels, groups = config.channels, config.norm_groups
        self.patch = config.patch
        self.conv_in = nn.Conv2d(config.patch_values, channels[0], 3, padding=1)
        self.levels = nn.ModuleList()
        self.downsamples = nn.ModuleList()
        previous = channels[0]
        for level, width in enumerate(channels):
            blocks = [
                ResidualBlock(previous if i == 0 else width, width, groups)
                for i in range(config.encoder_blocks)
            ]
            self.levels.append(nn.Sequential(*blocks))
            if level < len(channels) - 1:
                pooled = config.downsample == "max-pool"
                self.downsamples.append(nn.MaxPool2d(2) if pooled else Downsample(width))
            previous = width
        self.middle = _Middle(previous, groups)
        self.norm_out = nn.GroupNorm(groups, previous, eps=1e-6)
        self.conv_out = nn.Conv2d(previous, 2 * config.latent_channels, 3, padding=1)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        h, skips = self.conv_in(F.pixel_unshuffle(x, self.patch)), []
        for level, blocks in enumerate(self.levels):
            h = blocks(h)
            skips.append(h)
            if level < len(self.downsamples):
                h = self.downsamples[level](h)
        h = self.middle(h)
        return self.conv_out(F.silu(self.norm_out(h))), skips


class Decoder(nn.Module):
    """Latent (B, z, h, w) -> RGB (B, 3, f h, f w), unclamped."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        channels, groups = config.channels, config.norm_groups
        top = channels[-1]
        self.patch = config.patch
        self.conv_in = nn.Conv2d(config.latent_channels, top, 3, padding=1)
        self.middle = _Middle(top, groups)
        # Index = level, as in the encoder; they run from the last to the first.
        self.levels = nn.ModuleList()
        self.upsamples = nn.ModuleList()
        for level, width in enumerate(channels):
            previous = channels[min(level + 1, len(channels) - 1)]
            blocks = [
                ResidualBlock(previous if i == 0 else width, width, groups)
                for i in range(config.decoder_blocks)
            ]
            self.levels.append(nn.ModuleList(blocks))
            if level > 0:
                self.upsamples.append(Upsample(width))
        self.norm_out = nn.GroupNorm(groups, channels[0], eps=1e-6)
        self.conv_out = nn.Conv2d(channels[0], config.patch_values, 3, padding=1)
        # The pixels of a patch start equal, so that no grid shows (ICNR; Aitken et al., 2017).
        for parameter in self.conv_out.parameters():
            first = parameter.data[:: self.patch**2]
            parameter.data = first.repeat_interleave(self.patch**2, dim=0)

    def forward(self, z: torch.Tensor, fuse: SkipFusion | None = None) -> torch.Tensor:
        h = self.middle(self.conv_in(z))
        for level in reversed(range(len(self.levels))):
            blocks = self.levels[level]
            assert isinstance(blocks, nn.ModuleList)
            first, *others = blocks
            h = first(h)
            if fuse is not None:
                h = fuse(level, h)
            for block in others:
                h = block(h)
            if level > 0:
                h = self.upsamples[level - 1](h)
        return pixels_of(self.conv_out(F.silu(self.norm_out(h))), self.patch)


class KLAutoencoder(nn.Module):
    """Encoder, decoder and the two 1x1 convolutions around the latent."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        z = config.latent_channels
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        self.quant_conv = nn.Conv2d(2 * z, 2 * z, 1)
        self.post_quant_conv = nn.Conv2d(z, z, 1)

    def encode(self, x: torch.Tensor) -> torch.Tensor:
        """Image (B, 3, H, W) in [-1, 1] -> moments (B, 2 z, h, w): mean, then log variance."""
        return self.quant_conv(self.encoder(x)[0])

    def decode(self, z: torch.Tensor, fuse: SkipFusion | None = None) -> torch.Tensor:
        """Unscaled latent (B, z, h, w) -> RGB (B, 3, H, W), unclamped."""
        return self.decoder(self.post_quant_conv(z), fuse)


def sample_posterior(moments: torch.Tensor, noise: torch.Tensor) -> torch.Tensor:
    """A draw of the Gaussian that ``moments`` (B, 2 z, h, w) describe: (B, z, h, w).

    ``noise`` (B, z, h, w) is standard normal. It is an argument, so that the draw is the same
    however a batch is divided.
    """
    mean, log_variance = moments.chunk(2, dim=1)
    deviation = torch.exp(0.5 * log_variance.clamp(-30.0, 20.0))
    return mean + deviation * noise
