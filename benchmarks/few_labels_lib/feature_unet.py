"""A U-Net on the general image features that SemiGDA's second encoder has.

The decoder is that of segmentation_models.pytorch's ``Unet`` with its default widths, but with
GroupNorm: batch statistics would mix labelled, unlabelled and changed slices. As in SemiGDA each
feature is normalised first, because their deviations range from 1.5 to 14.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from semigda.models.features import read_features
from semigda.networks.efficientnet import STAGES, EfficientNetLite0

WIDTHS = (256, 128, 64, 32, 16)  # of the decoder, from 1/16 of the image's size to full size
_GROUPS = 8


class FeatureUNet(nn.Module):
    """Class logits of slices. 5.2 M parameters, 2.9 M of them the encoder's.

    Args:
        num_classes: foreground classes.
    """

    def __init__(self, num_classes: int):
        super().__init__()
        given = [stage.width for stage in STAGES if stage.leaves]
        self.features = EfficientNetLite0()
        self.norms = nn.ModuleList(nn.GroupNorm(_GROUPS, width) for width in given)
        *skips, below = given
        self.up = nn.ModuleList()
        for skip, width in zip((*reversed(skips), 0), WIDTHS, strict=True):
            self.up.append(_twice(below + skip, width))
            below = width
        self.last = nn.Conv2d(below, num_classes + 1, 3, padding=1)

    def load_features(self) -> None:
        """Begin with the published weights."""
        self.features.load_state_dict(read_features())

    def encode(self, images: Tensor) -> list[Tensor]:
        """(B, 3, H, W) in [-1, 1] to features of 1/2 to 1/32 of its size."""
        return [norm(h) for norm, h in zip(self.norms, self.features(images), strict=True)]

    def decode(self, features: Sequence[Tensor], size: torch.Size) -> Tensor:
        """Features to logits (B, K + 1, H, W); ``size``: the images' (H, W)."""
        *skips, h = features
        for block in self.up:
            skip = skips.pop() if skips else None
            h = F.interpolate(h, size if skip is None else skip.shape[2:], mode="nearest")
            h = block(h if skip is None else torch.cat([h, skip], 1))
        return self.last(h)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [-1, 1] to logits (B, K + 1, H, W)."""
        return self.decode(self.encode(images), images.shape[2:])


def _twice(inside: int, out: int) -> nn.Sequential:
    """Two convolutions, each with its norm and activation."""
    layers: list[nn.Module] = []
    for channels in (inside, out):
        layers.append(nn.Conv2d(channels, out, 3, padding=1, bias=False))
        layers += [nn.GroupNorm(_GROUPS, out), nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)
