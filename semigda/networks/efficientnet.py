"""EfficientNet-Lite0 without its classifier: general image features, made for CPUs.

The structure is that of Tan and Le (ICML 2019), without squeeze-and-excitation and with ReLU6. Its
BatchNorm statistics stay frozen, so :func:`folded` merges them into the convolutions: the outputs
are the same, and only plain parameters are left to train, average and store.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from semigda.networks.convolutions import Pointwise, SameConv

STEM = 32  # channels
EPS = 1e-3  # of the folded BatchNorm
# ImageNet's statistics of colours in [0, 1].
MEAN = (0.485, 0.456, 0.406)
DEVIATION = (0.229, 0.224, 0.225)


class Stage(NamedTuple):
    """Blocks of one width; the first one halves height and width if ``stride`` is 2."""

    width: int
    blocks: int
    kernel: int
    stride: int
    leaves: bool  # whether its output is one of the features


STAGES = (
    Stage(16, 1, 3, 1, True),
    Stage(24, 2, 3, 2, True),
    Stage(40, 2, 5, 2, True),
    Stage(80, 3, 3, 2, False),
    Stage(112, 3, 5, 1, True),
    Stage(192, 4, 5, 2, False),
    Stage(320, 1, 3, 1, True),
)


class Block(nn.Module):
    """An inverted residual block: 1x1 expansion, depthwise convolution, 1x1 projection; plus the
    input if it has the same shape."""

    def __init__(self, inputs: int, stage: Stage, stride: int, expansion: int):
        super().__init__()
        inner = expansion * inputs
        self.expand = Pointwise(inputs, inner) if expansion > 1 else None
        self.depthwise = SameConv(inner, inner, stage.kernel, stride, groups=inner)
        self.project = Pointwise(inner, stage.width)
        self.adds = stride == 1 and inputs == stage.width

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        h = x if self.expand is None else F.relu6(self.expand(x), inplace=True)
        h = self.project(F.relu6(self.depthwise(h), inplace=True))
        return h.add_(x) if self.adds else h


class EfficientNetLite0(nn.Module):
    """Image (B, 3, H, W) in [-1, 1] -> features of 16, 24, 40, 112 and 320 channels.

    Their sizes are 1/2, 1/4, 1/8, 1/16 and 1/32 of the image's, rounded up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = SameConv(3, STEM, 3, 2)
        self.stages = nn.ModuleList()
        inputs = STEM
        for number, stage in enumerate(STAGES):
            blocks = []
            for index in range(stage.blocks):
                stride = stage.stride if index == 0 else 1
                blocks.append(Block(inputs, stage, stride, expansion=6 if number else 1))
                inputs = stage.width
            self.stages.append(nn.Sequential(*blocks))

    def forward(self, image: torch.Tensor) -> list[torch.Tensor]:
        h, features = F.relu6(self.stem(_as_imagenet(image)), inplace=True), []
        for stage, blocks in zip(STAGES, self.stages, strict=True):
            h = blocks(h)
            if stage.leaves:
                features.append(h)
        return features


def _as_imagenet(image: torch.Tensor) -> torch.Tensor:
    """From [-1, 1] to mean 0 and deviation 1 over ImageNet."""
    statistics = zip(image.unbind(1), MEAN, DEVIATION, strict=True)
    return torch.stack([x * (0.5 / s) + (0.5 - mean) / s for x, mean, s in statistics], 1)


def folded(released: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The released checkpoint's tensors as those of :class:`EfficientNetLite0`.

    Raises:
        KeyError: if one is missing.
    """
    tensors = {}

    def fold(ours: str, convolution: str, norm: str) -> None:
        weight, bias, mean, variance = (
            released[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = weight / torch.sqrt(variance + EPS)
        kernel = released[f"{convolution}.weight"]
        tensors[f"{ours}.weight"] = kernel * scale[:, None, None, None]
        tensors[f"{ours}.bias"] = bias - mean * scale

    fold("stem", "_conv_stem", "_bn0")
    places = [(number, i) for number, stage in enumerate(STAGES) for i in range(stage.blocks)]
    for count, (number, index) in enumerate(places):
        ours, theirs = f"stages.{number}.{index}", f"_blocks.{count}"
        if number:
            fold(f"{ours}.expand", f"{theirs}._expand_conv", f"{theirs}._bn0")
        fold(f"{ours}.depthwise", f"{theirs}._depthwise_conv", f"{theirs}._bn1")
        fold(f"{ours}.project", f"{theirs}._project_conv", f"{theirs}._bn2")
    return tensors
