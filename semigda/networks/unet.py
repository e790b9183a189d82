"""A plain U-Net: the network that SemiGDA is compared with.

Layer for layer MONAI's ``BasicUNet`` with GroupNorm, so that no run needs MONAI.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTH = 32  # MONAI's default: 1.98 M parameters, as compact SemiGDA has 1.99 M
_DEEPER = (32, 64, 128, 256)
_GROUPS = 8


class UNet(nn.Module):
    """Class logits of slices.

    Args:
        num_classes: foreground classes.
        width: channels at full resolution, a multiple of 8.
    """

    def __init__(self, num_classes: int, width: int = WIDTH):
        super().__init__()
        self.width = width
        widths = (width, *_DEEPER)
        self.first = _twice(3, width)
        self.down = nn.ModuleList(_twice(*pair) for pair in pairwise(widths))
        ups = [(below, below // 2, below // 2) for below in reversed(_DEEPER[1:])]
        self.up = nn.ModuleList(_Up(*sizes) for sizes in [*ups, (_DEEPER[0], width, width)])
        self.last = nn.Conv2d(width, num_classes + 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [-1, 1] to logits (B, K + 1, H, W)."""
        skips = [self.first(images)]
        for block in self.down:
            skips.append(block(F.max_pool2d(skips[-1], 2)))
        deep = skips.pop()
        for block in self.up:
            deep = block(deep, skips.pop())
        return self.last(deep)


class _Up(nn.Module):
    """Doubles the size, joins the encoder's features, and applies two convolutions."""

    def __init__(self, below: int, skip: int, out: int):
        super().__init__()
        # MONAI halves the channels on the way up, but not into full resolution.
        raised = below if below == _DEEPER[0] else below // 2
        self.raise_ = nn.ConvTranspose2d(below, raised, 2, stride=2)
        self.convs = _twice(skip + raised, out)

    def forward(self, deep: Tensor, skip: Tensor) -> Tensor:
        raised = self.raise_(deep)
        rows, columns = (a - b for a, b in zip(skip.shape[-2:], raised.shape[-2:], strict=True))
        if rows or columns:  # pooling dropped the last one of an odd number
            raised = F.pad(raised, (0, columns, 0, rows), "replicate")
        return self.convs(torch.cat([skip, raised], 1))


def _twice(inside: int, out: int) -> nn.Sequential:
    """Two convolutions, each with its norm and activation."""
    layers: list[nn.Module] = []
    for channels in (inside, out):
        layers.append(nn.Conv2d(channels, out, 3, padding=1))
        layers += [nn.GroupNorm(_GROUPS, out), nn.LeakyReLU(0.1, inplace=True)]
    return nn.Sequential(*layers)
