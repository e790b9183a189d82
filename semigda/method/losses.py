"""Losses of both stages. Probabilities and sums are float32 whatever the network computes in."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

# Pixels added to both sides of a Dice ratio: keeps the loss of a tiny structure smooth.
SMOOTH = 1.0

# Sums a tensor over the processes that share a batch; differentiable.
Total = Callable[[Tensor], Tensor]


def _alone(part: Tensor) -> Tensor:
    return part


def dice_loss(
    probabilities: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    total: Total = _alone,
) -> Tensor:
    """One minus the soft Dice of the foreground classes, each over the *whole batch*.

    Over the batch and not per slice, because most slices of a volume lack some class. A class that
    is absent from the whole batch is left out: its Dice is meaningless, and its gradient would be
    largest where the fewest pixels are wrong. Cross-entropy teaches such classes.

    Args:
        probabilities: (B, C, H, W), class 0 is the background.
        target: (B, H, W) integers 0..C-1.
        weight: (B, H, W) per-pixel weight or mask, 1 everywhere by default.
        total: sums over all processes with rows of the batch.
    """
    truth = F.one_hot(target.long(), probabilities.shape[1]).permute(0, 3, 1, 2)[:, 1:].float()
    guess = probabilities[:, 1:].float()
    if weight is None:
        weight = torch.ones_like(guess[:, 0])
    weight = weight[:, None].float()
    sums = [(weight * part).sum(dim=(0, 2, 3)) for part in (truth, guess, truth * guess)]
    sizes, guessed, overlap = total(torch.stack(sums))
    loss = 1 - (2 * overlap + SMOOTH) / (sizes + guessed + SMOOTH)
    present = sizes > 0
    return (loss * present).sum() / present.sum().clamp(min=1)


def segmentation_loss(
    logits: Tensor, target: Tensor, weight: Tensor | None = None, total: Total = _alone
) -> Tensor:
    """Cross-entropy + batch Dice of logits (B, C, H, W) against labels (B, H, W).

    With a per-pixel ``weight`` (B, H, W) in 0..1, or a mask of the pixels that count, the
    cross-entropy is divided by the number of pixels and not by the sum of weights: a batch that
    the teacher is unsure of counts less as a whole, and so does a slice that is partly unlabelled.
    ``total`` as in :func:`dice_loss`; cross-entropy is the mean over this process's rows.
    """
    logits = logits.float()
    entropy = F.cross_entropy(logits, target.long(), reduction="none")
    if weight is not None:
        entropy = entropy * weight
    return entropy.mean() + dice_loss(logits.softmax(dim=1), target, weight, total)


def latent_loss(latent: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean squared distance of two latent means (B, Z, h, w); the target gets no gradient.

    ``weight`` (B, 1, h, w) of the distances is 1 everywhere by default.
    """
    return _distance(latent.float(), target.detach().float(), weight)


def wasserstein_loss(moments: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Squared 2-Wasserstein distance per latent value between two diagonal Gaussians.

    It also aligns the variances of the posteriors, unlike the distance of the means.

    Args:
        moments, target: (B, 2 Z, h, w), mean and log-variance; the target gets no gradient.
        weight: (B, 1, h, w) of the distances, 1 everywhere by default.
    """
    mean, spread = _mean_and_spread(moments)
    target_mean, target_spread = _mean_and_spread(target.detach())
    return _distance(mean, target_mean, weight) + _distance(spread, target_spread, weight)


def _distance(one: Tensor, other: Tensor, weight: Tensor | None) -> Tensor:
    if weight is None:
        return F.mse_loss(one, other)
    return (weight * (one - other).square()).mean()


def kl_loss(moments: Tensor) -> Tensor:
    """KL divergence per latent value of the posterior (B, 2 Z, h, w) from the unit Gaussian."""
    mean, spread = _mean_and_spread(moments)
    variance = spread.square()
    return 0.5 * (mean.square() + variance - 1 - variance.log()).mean()


def doubt(confidence: Tensor) -> Tensor:
    """How unsure a teacher is, 0 to 1, from its confidence (B, H, W); nothing learns from it."""
    return 1 - confidence.float().mean()


def _mean_and_spread(moments: Tensor) -> tuple[Tensor, Tensor]:
    mean, log_variance = moments.float().chunk(2, dim=1)
    return mean, torch.exp(0.5 * log_variance.clamp(-30, 20))
