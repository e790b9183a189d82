"""The blocks that autoencoder, adapters and mapper are made of."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class ResidualBlock(nn.Module):
    """GroupNorm, SiLU, 3x3 convolution, twice, plus the input: (B, C, H, W) -> (B, C', H, W)."""

    def __init__(self, in_channels: int, out_channels: int, groups: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, in_channels, eps=1e-6)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, out_channels, eps=1e-6)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.shortcut = (
            nn.Identity()
            if in_channels == out_channels
            else nn.Conv2d(in_channels, out_channels, 1)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        h = self.conv2(F.silu(self.norm2(h)))
        return h.add_(self.shortcut(x))  # in place: half the time, and less memory


class SpatialAttention(nn.Module):
    """Single-head self-attention over all pixels, plus the input; (B, C, H, W) in and out."""

    def __init__(self, channels: int, groups: int):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.q = nn.Conv2d(channels, channels, 1)
        self.k = nn.Conv2d(channels, channels, 1)
        self.v = nn.Conv2d(channels, channels, 1)
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = self.norm(x)
        # (B, C, H, W) -> (B, 1 head, H*W, C). Of channels last that is no copy; MPS attends wrongly
        # to what is not contiguous, and nothing says so (pytorch#163597, #181133).
        q, k, v = (
            p(h).flatten(2).transpose(1, 2).contiguous().unsqueeze(1)
            for p in (self.q, self.k, self.v)
        )
        h = F.scaled_dot_product_attention(q, k, v)
        made: torch.Tensor = self.proj_out(h.squeeze(1).transpose(1, 2).reshape(x.shape))
        return made.add_(x)


class Downsample(nn.Module):
    """Halves height and width by a strided convolution, padded on the right and bottom only."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(F.pad(x, (0, 1, 0, 1)))


class Upsample(nn.Module):
    """Doubles height and width by repeating pixels, then convolves.

    As one transposed convolution, in whose kernel the weights that meet the same pixel are summed:
    half the time.
    """

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kernel = self.conv.weight.transpose(0, 1)
        for axis in (2, 3):
            first, middle, last = kernel.unbind(axis)
            kernel = torch.stack([last, middle + last, first + middle, first], axis)
        return F.conv_transpose2d(x, kernel, self.conv.bias, stride=2, padding=1)


def pixels_of(patches: torch.Tensor, side: int) -> torch.Tensor:
    """(B, C side^2, h, w) -> (B, C, side h, side w): ``F.pixel_shuffle``, which takes three times
    as long on what a CPU's convolutions give (channels last)."""
    batch, values, height, width = patches.shape
    shape = (batch, height, width, values // side**2, side, side)
    split = patches.permute(0, 2, 3, 1).reshape(shape).permute(0, 3, 1, 4, 2, 5)
    return split.reshape(batch, -1, side * height, side * width)
