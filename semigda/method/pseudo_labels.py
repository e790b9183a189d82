"""Pseudo labels: a teacher's labels for an unlabelled image, and its confidence."""

from __future__ import annotations

import torch
from torch import Tensor


@torch.no_grad()
def pseudo_labels(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Logits (B, C, H, W) -> labels (B, H, W) uint8 and their confidence (B, H, W) in 0..1.

    The confidence is the winning probability, stretched so that a tie of all classes is 0. It
    weights the loss instead of cutting it off at a threshold: the paper's threshold (p >= 0.933)
    erodes borders, because uncertain pixels become background there.
    """
    probability, labels = logits.float().softmax(dim=1).max(dim=1)
    chance = 1 / logits.shape[1]
    return labels.to(torch.uint8), (probability - chance) / (1 - chance)
