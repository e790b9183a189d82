"""Random changes of training slices: geometry and intensity.

Geometry moves image and label alike; intensity changes the image only. All randomness comes from
the given generator, so a batch can be drawn again exactly.
"""

from __future__ import annotations

import math
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

from semigda.data.preprocess import resample_values
from semigda_core.jobs.training import Augmentation

# Labels, or none: what goes in says what comes out.
MaybeLabels = TypeVar("MaybeLabels", Tensor, None)


def _uniform(batch: int, limit: float, generator: torch.Generator) -> Tensor:
    return (2 * torch.rand(batch, generator=generator) - 1) * limit


def _factor(batch: int, limit: float, generator: torch.Generator) -> Tensor:
    """Factors between 1 / (1 + limit) and 1 + limit, as often above 1 as below."""
    return torch.exp(_uniform(batch, math.log1p(limit), generator))


def _flips(batch: int, wanted: bool, generator: torch.Generator) -> Tensor:
    signs = 1.0 - 2.0 * torch.randint(2, (batch,), generator=generator)
    return signs if wanted else torch.ones(batch)


def sampling_grid(
    shape: tuple[int, int, int], options: Augmentation, generator: torch.Generator
) -> Tensor:
    """The source of each pixel of a changed (B, H, W) batch: (B, H, W, 2) for grid_sample."""
    batch, height, width = shape
    angle = _uniform(batch, math.radians(options.rotate), generator)
    zoom = _factor(batch, options.scale, generator)
    wide = _factor(batch, options.stretch, generator).sqrt() if options.stretch else 1.0
    shift = torch.stack([2 * _uniform(batch, options.shift, generator) for _ in range(2)], dim=1)
    mirror = _flips(batch, options.mirror, generator)
    turn = _flips(batch, options.turn_over, generator)
    # Rotate in pixels, because the grid runs from -1 to 1 along both sides.
    sides = height / width
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    theta = torch.zeros(batch, 2, 3)
    theta[:, 0, 0], theta[:, 0, 1] = cos * mirror * wide, -sin * sides * turn * wide
    theta[:, 1, 0], theta[:, 1, 1] = sin / sides * mirror / wide, cos * turn / wide
    theta[:, :, 2] = shift
    grid = F.affine_grid(theta, [batch, 1, height, width], align_corners=False)
    if options.elastic > 0:
        field = _uniform(batch * 2 * 16, 2 * options.elastic, generator).view(batch, 2, 4, 4)
        field = F.interpolate(field, (height, width), mode="bicubic", align_corners=False)
        grid = grid + field.permute(0, 2, 3, 1)
    return grid


def change_geometry(
    images: Tensor, labels: MaybeLabels, options: Augmentation, generator: torch.Generator
) -> tuple[Tensor, MaybeLabels]:
    """Move images (B, 3, H, W) and labels (B, H, W) by the same random field.

    Outside the field of view the border is repeated, of the image and of its label: what looks like
    a lesion is not taught to be background.
    """
    batch, _, height, width = images.shape
    grid = sampling_grid((batch, height, width), options, generator)

    def moved(values: Tensor, mode: str) -> Tensor:
        return F.grid_sample(values, grid, mode, padding_mode="border", align_corners=False)

    if labels is not None:
        labels = moved(labels[:, None].float(), "nearest")[:, 0].round().to(labels.dtype)
    return moved(images, "bilinear"), labels


def _coarser(images: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """Make a share of the images look as coarse scans do on the working grid."""
    height, width = images.shape[2:]
    chance = torch.rand(len(images), 3, generator=generator).tolist()
    images = images.clone()
    for row, (which, down, across) in enumerate(chance):
        if which < share:
            size = round(height / (1 + 2 * down)), round(width / (1 + 2 * across))
            images[row] = resample_values(
                resample_values(images[row, None], size), (height, width)
            )[0]
    return images


def change_intensity(images: Tensor, options: Augmentation, generator: torch.Generator) -> Tensor:
    """Change detail, light, colour, contrast and noise of images (B, 3, H, W) in [-1, 1]."""
    batch = images.shape[0]
    blurred = F.interpolate(F.avg_pool2d(images, 2), images.shape[2:], mode="bilinear")
    choice = torch.rand(batch, generator=generator) < options.blur
    images = torch.where(choice[:, None, None, None], blurred, images)
    if options.coarse > 0:
        images = _coarser(images, options.coarse, generator)

    def per_image(values: Tensor) -> Tensor:
        return values[:, None, None, None]

    gamma = _factor(batch, options.gamma, generator)
    left = torch.ones(batch)
    if options.darkness > 0:
        less = options.darkness * torch.rand(batch, generator=generator)
        how = torch.rand(batch, generator=generator)  # a quarter each by a factor, by an exponent
        left = torch.where(how < 0.25, 1 - less, 1.0)
        gamma = gamma / torch.where(how > 0.75, 1 - less, 1.0)
    images = 2 * per_image(left) * ((images.clamp(-1, 1) + 1) / 2) ** per_image(gamma) - 1
    if options.colour > 0:
        light = _factor(3 * batch, options.colour, generator).view(batch, 3, 1, 1)
        images = (images + 1) * light - 1
    mean = images.mean(dim=(1, 2, 3), keepdim=True)
    images = (images - mean) * per_image(_factor(batch, options.contrast, generator)) + mean
    images = images + per_image(_uniform(batch, options.brightness, generator))
    images = images + options.noise * torch.randn(images.shape, generator=generator) * per_image(
        torch.rand(batch, generator=generator)
    )
    return images.clamp(-1, 1)
