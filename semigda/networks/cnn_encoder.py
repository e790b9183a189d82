"""The second, structurally distinct encoder.

A ResNet that keeps full size in its stem, or a network that has already learned from photographs.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from semigda.networks.efficientnet import STAGES, EfficientNetLite0
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.network_size import projected

DROPOUT = 0.1
_FEATURE_GROUPS = 8  # divides the numbers of channels of all features


def _norm(config: NetworkConfig, channels: int) -> nn.Module:
    if config.cnn_norm == "batch":
        return nn.BatchNorm2d(channels)
    return nn.GroupNorm(config.norm_groups, channels)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions with norm and ReLU around a shortcut (He et al., CVPR 2016).

    If it halves height and width, its first convolution or a max-pooling before it does so; with
    a convolution the shortcut then leaves every other row and column out.
    """

    def __init__(self, config: NetworkConfig, in_channels: int, out_channels: int, halves: bool):
        super().__init__()
        pooled = halves and config.downsample == "max-pool"
        self.stride = stride = 2 if halves and not pooled else 1
        self.pool: nn.Module = nn.MaxPool2d(2) if pooled else nn.Identity()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm1 = _norm(config, out_channels)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = _norm(config, out_channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            # Without a stride of its own: oneDNN's 1 x 1 convolution with one, of 8 channels last
            # in memory, writes outside its memory on AVX-512 (PyTorch 2.13).
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, bias=False),
                _norm(config, out_channels),
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(x)
        h = F.relu(self.norm1(self.conv1(x)))
        h = self.norm2(self.conv2(h))
        left = x[..., :: self.stride, :: self.stride]
        return F.relu(h.add_(self.shortcut(left)), inplace=True)


def _head(config: NetworkConfig, channels: int) -> nn.Sequential:
    moments = 2 * config.latent_channels
    if config.cnn_head == "released":
        return nn.Sequential(
            nn.Conv2d(channels, moments, 3, padding=1),
            nn.BatchNorm2d(moments),
            nn.LeakyReLU(0.01),
            nn.Dropout(DROPOUT),
            nn.Conv2d(moments, moments, 3, padding=1),
            nn.BatchNorm2d(moments),
            nn.LeakyReLU(0.01),
        )
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1),
        nn.GroupNorm(config.norm_groups, channels),
        nn.LeakyReLU(0.01),
        nn.Dropout(DROPOUT),
        nn.Conv2d(channels, moments, 3, padding=1),
    )


def second_encoder(config: NetworkConfig) -> ConvEncoder | FeatureEncoder:
    """Image (B, 3, H, W) -> (B, 2 z, H/f, W/f) and one skip a level, shaped like the VAE's.

    A training passes what dropout keeps, (B, ``config.dropout_channels``, H/f, W/f) bool, so that
    it is the same however a batch is divided; otherwise dropout draws it.
    """
    return FeatureEncoder(config) if config.has_features else ConvEncoder(config)


class ConvEncoder(nn.Module):
    """A ResNet; see :func:`second_encoder`."""

    def __init__(self, config: NetworkConfig):
        super().__init__()
        channels = config.channels
        self.patch = config.patch
        self.conv_in = nn.Conv2d(config.patch_values, channels[0], 3, padding=1)
        self.norm_in = _norm(config, channels[0])
        self.stages = nn.ModuleList()
        for width_in, width, count in zip(
            channels[:-1], channels[1:], config.cnn_blocks, strict=True
        ):
            blocks = [
                BasicBlock(config, width_in if i == 0 else width, width, halves=i == 0)
                for i in range(count)
            ]
            self.stages.append(nn.Sequential(*blocks))
        self.head = _head(config, channels[-1])

    def forward(
        self, x: torch.Tensor, keep: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        skips = [F.relu(self.norm_in(self.conv_in(F.pixel_unshuffle(x, self.patch))))]
        for stage in self.stages:
            skips.append(stage(skips[-1]))
        return _moments(self.head, skips[-1], keep), skips


class FeatureEncoder(nn.Module):
    """General image features, projected to the network's channels; see :func:`second_encoder`.

    Their deviations range from 1.5 to 14, so each feature is normalised first. They begin at half
    the image's size: a level of full size has a light stem of its own. Those that are smaller than
    the last level are added to it.
    """

    def __init__(self, config: NetworkConfig):
        super().__init__()
        widths = [stage.width for stage in STAGES if stage.leaves]
        self.levels = len(config.channels)
        self.features = EfficientNetLite0()
        self.stem: nn.Module | None = None
        if config.patch == 1:
            first = config.channels[0]
            self.stem = nn.Sequential(
                nn.Conv2d(3, first, 3, padding=1),
                nn.GroupNorm(config.norm_groups, first),
                nn.ReLU(),
            )
        self.projections = nn.ModuleList(
            nn.Sequential(nn.GroupNorm(_FEATURE_GROUPS, width), nn.Conv2d(width, wanted, 1))
            for width, wanted in zip(widths, projected(config), strict=True)
        )
        self.head = _head(config, config.channels[-1])

    def forward(
        self, x: torch.Tensor, keep: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        skips = [] if self.stem is None else [self.stem(x)]
        for projection, feature in zip(self.projections, self.features(x), strict=True):
            h = projection(feature)
            if len(skips) < self.levels:
                skips.append(h)
            else:
                skips[-1] = skips[-1] + F.interpolate(h, skips[-1].shape[2:], mode="nearest")
        return _moments(self.head, skips[-1], keep), skips


def _moments(head: nn.Sequential, h: torch.Tensor, keep: torch.Tensor | None) -> torch.Tensor:
    for layer in head:
        if keep is not None and isinstance(layer, nn.Dropout):
            h = h * keep / (1 - layer.p)
        else:
            h = layer(h)
    return h
