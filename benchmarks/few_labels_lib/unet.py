"""How the U-Nets of the study use unlabelled slices: not at all, with a mean teacher, or with
bidirectional copy-paste.

They see the slices that SemiGDA sees, with its losses, schedules and teacher.
"""

from __future__ import annotations

from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from few_labels_lib.recipes import Recipe
from semigda.distributed import ALONE
from semigda.method.losses import segmentation_loss
from semigda.method.pseudo_labels import pseudo_labels
from semigda.progress import Progress
from semigda.training.batch import Batch
from semigda.training.dataset import SliceSampler
from semigda.training.losses import mixed_loss
from semigda.training.unet import Beside, UNetTraining, labeled_loss
from semigda_core.jobs.training import TrainSettings


def unet_loss(
    network: nn.Module, teacher: nn.Module, batch: Batch, weight: float, how: str
) -> Tensor:
    """Of one step; ``how`` the unlabelled slices are used: :attr:`Recipe.unlabeled`."""
    images, labels, count = batch.images, batch.labels, len(batch.images)
    if batch.weak is None:
        return labeled_loss(network, teacher, batch, weight)
    with torch.no_grad():
        taught = teacher(batch.weak)
    if how == "mean-teacher":
        logits = network(torch.cat([images, batch.mixed]))
        difference = F.mse_loss(logits[count:].softmax(1), taught.softmax(1), reduction="none")
        return segmentation_loss(logits[:count], labels) + weight * difference.sum(1).mean()
    logits = network(torch.cat([images, batch.mixed]))
    return mixed_loss(logits, batch, pseudo_labels(taught), weight, ALONE.total)


def train_recipe(
    settings: TrainSettings,
    recipe: Recipe,
    labeled: SliceSampler,
    unlabeled: SliceSampler,
    device: torch.device,
) -> nn.Module:
    """Train; the running average of the weights is scored."""
    semi, progress = recipe.unlabeled != "none", Progress(total=settings.steps)
    training = UNetTraining(
        settings,
        settings.steps,
        labeled,
        device,
        progress,
        full=semi,
        unlabeled=unlabeled if semi else None,
        loss=partial(unet_loss, how=recipe.unlabeled),
        width=recipe.width,
    )
    return training.fit(Beside(training, progress, None))
