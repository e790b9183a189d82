"""The learner of ``label_next_look.py``: a small head on frozen general image features.

The features of slices are computed once; then a head learns from them in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from semigda.data.preprocess import resample, resample_values
from semigda.method.losses import segmentation_loss
from semigda.networks.efficientnet import STAGES, EfficientNetLite0
from semigda.training.dataset import known_labels, step_generator

STEPS, BATCH, RATE, DECAY = 120, 8, 5e-3, 1e-2
DROPPED = 0.2  # share of the features that a slice of a step does without
_WIDTH, _FINE, _GROUPS = 32, 16, 8
_WIDTHS = [stage.width for stage in STAGES if stage.leaves]
_CHANNELS = 3  # of the image, which the head sees beside its features

Statistics = list[tuple[Tensor, Tensor]]


class Head(nn.Module):
    """Features of 1/2 to 1/32 of a slice's size to class logits (B, K + 1, H, W).

    Two convolutions at a quarter of the size, where all coarser features come together, and one at
    half the size. 30 000 parameters.
    """

    def __init__(self, num_classes: int):
        super().__init__()
        self.coarse = nn.ModuleList(nn.Conv2d(n, _WIDTH, 1) for n in (_CHANNELS, *_WIDTHS[1:]))
        self.norms = nn.ModuleList(nn.GroupNorm(_GROUPS, _WIDTH) for _ in range(3))
        self.body = nn.ModuleList(nn.Conv2d(_WIDTH, _WIDTH, 3, padding=1) for _ in range(2))
        self.fine = nn.Conv2d(_CHANNELS + _WIDTHS[0], _FINE, 1)
        self.up = nn.Conv2d(_WIDTH, _FINE, 1)
        self.norm = nn.GroupNorm(_GROUPS, _FINE)
        self.out = nn.Conv2d(_FINE, num_classes + 1, 3, padding=1)

    def forward(self, levels: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Args: levels: image and first features, (B, C, H/2, W/2), then coarser features."""
        image, first, *others = levels
        height, width = others[0].shape[2:]
        quarter = (height, width)
        h = self.coarse[0](F.adaptive_avg_pool2d(image, quarter))
        for project, level in zip(self.coarse[1:], others, strict=True):
            h = h + _fitted(project(level), quarter)
        h = F.relu(self.norms[0](h))
        for convolution, norm in zip(self.body, self.norms[1:], strict=True):
            h = h + F.relu(norm(convolution(h)))
        fine = self.fine(torch.cat([image, first], 1)) + _fitted(self.up(h), first.shape[2:])
        return _fitted(self.out(F.relu(self.norm(fine))), size)


def learned(
    levels: list[Tensor], labels: Tensor, statistics: Statistics, num_classes: int, seed: int
) -> Head:
    """A head after one cycle of AdamW on slices (n, h, w) and their levels."""
    generator = step_generator(seed, "look", 0)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(generator.initial_seed())
        head = Head(num_classes)
    head.to(levels[0].device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(head.parameters(), RATE, weight_decay=DECAY)
    order: list[int] = []
    for step in range(STEPS):
        while len(order) < BATCH:
            order += torch.randperm(len(labels), generator=generator).tolist()
        rows, order = order[:BATCH], order[BATCH:]
        cycle = (1 + math.cos(math.pi * step / STEPS)) / 2
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 10) * cycle
        some = [level[rows] for level in levels]
        logits = logits_of(head, statistics, some, labels.shape[1:], generator)
        target, known = known_labels(labels[rows].to(logits.device))
        loss = segmentation_loss(logits, target, known)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return head


@torch.no_grad()
def chances_of(
    head: Head, statistics: Statistics, levels: Sequence[Tensor], size: Sequence[int]
) -> Tensor:
    """Probabilities (B, K + 1, H, W)."""
    return logits_of(head, statistics, levels, size).softmax(1)


def logits_of(
    head: Head,
    statistics: Statistics,
    levels: Sequence[Tensor],
    size: Sequence[int],
    generator: torch.Generator | None = None,
) -> Tensor:
    """Logits (B, K + 1, H, W), from levels as :func:`levels_of` gives them.

    Args:
        generator: draws the features that a slice does without while the head learns.
    """
    image, *unit = (
        (level.float() - mean) / deviation
        for level, (mean, deviation) in zip(levels, statistics, strict=True)
    )
    if generator is not None:
        unit = [_thinned(level, generator) for level in unit]
    last = torch.channels_last
    return head([level.contiguous(memory_format=last) for level in (image, *unit)], size)


def _thinned(level: Tensor, generator: torch.Generator) -> Tensor:
    """Features without some of their channels, as in dropout."""
    kept = torch.rand(*level.shape[:2], 1, 1, generator=generator) >= DROPPED
    return level * kept.to(level.device) / (1 - DROPPED)


def statistics_of(level: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation (1, C, 1, 1) of a level's channels."""
    values = level.float()
    return values.mean((0, 2, 3), keepdim=True), values.std((0, 2, 3), keepdim=True).clamp_min(1e-3)


def enlarged(images: Tensor, factor: float) -> Tensor:
    """Slices (B, 3, H, W) as fine as they are looked at."""
    height, width = (max(32, 16 * round(factor * side / 16)) for side in images.shape[2:])
    return resample_values(images, (height, width))


def levels_of(features: EfficientNetLite0, images: Tensor) -> list[Tensor]:
    """The image at half its size, and its features."""
    device = next(features.parameters()).device
    images = images.to(device, memory_format=torch.channels_last)
    found = features(images)
    return [resample(images, found[0].shape[2:]), *found]


def _fitted(x: Tensor, size: Sequence[int]) -> Tensor:
    if tuple(x.shape[2:]) == tuple(size):
        return x
    return F.interpolate(x, tuple(size), mode="bilinear", align_corners=False)
