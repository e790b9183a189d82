"""Copy-paste mixing of labelled and unlabelled images (SemiGDA, arXiv 2604.23274, CDSA)."""

from __future__ import annotations

import torch
from torch import Tensor


def random_boxes(
    batch: int, height: int, width: int, side: float, generator: torch.Generator
) -> Tensor:
    """One box per sample: (B, H, W) bool, each ``side`` x the image's sides, at a random place."""
    box_height, box_width = max(1, round(height * side)), max(1, round(width * side))
    top = torch.randint(height - box_height + 1, (batch, 1, 1), generator=generator)
    left = torch.randint(width - box_width + 1, (batch, 1, 1), generator=generator)
    rows = torch.arange(height)[None, :, None]
    columns = torch.arange(width)[None, None, :]
    inside_rows = (rows >= top) & (rows < top + box_height)
    return inside_rows & (columns >= left) & (columns < left + box_width)


def paste(inside: Tensor, outside: Tensor, box: Tensor) -> Tensor:
    """``inside`` where the box (B, H, W) is true, else ``outside``; images or label maps."""
    return torch.where(box[:, None] if inside.ndim == 4 else box, inside, outside)
