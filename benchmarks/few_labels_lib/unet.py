"""The U-Nets of the study, and how they use unlabelled slices: not at all, with a mean teacher,
with bidirectional copy-paste, or with UniMatch's views.

They see the slices that SemiGDA sees, with its losses, schedules and teacher.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from few_labels_lib.feature_unet import FeatureUNet
from few_labels_lib.recipes import Recipe
from few_labels_lib.unimatch import VIEWS, UniMatchLoss
from semigda.distributed import ALONE
from semigda.method.losses import segmentation_loss
from semigda.method.pseudo_labels import pseudo_labels
from semigda.networks.unet import UNet
from semigda.progress import Progress
from semigda.training.batch import Batch
from semigda.training.dataset import SliceSampler
from semigda.training.losses import mixed_loss
from semigda.training.unet import Beside, Loss, UNetTraining, labeled_loss
from semigda_core.jobs.training import TrainSettings


def new_network(recipe: Recipe, num_classes: int) -> UNet | FeatureUNet:
    """The recipe's U-Net with random weights."""
    if recipe.network == "unet-features":
        return FeatureUNet(num_classes)
    return UNet(num_classes, recipe.width)


def loss_of(recipe: Recipe, settings: TrainSettings) -> Loss:
    """The loss of a step, for :attr:`Recipe.unlabeled`."""
    way: Loss = {
        "none": labeled_loss,
        "mean-teacher": mean_teacher_loss,
        "copy-paste": copy_paste_loss,
        "unimatch": UniMatchLoss(settings),
    }[recipe.unlabeled]

    def loss(network: nn.Module, teacher: nn.Module, batch: Batch, weight: float) -> Tensor:
        """Until unlabelled slices come in, all of the batch is labelled."""
        alone = batch.weak is None
        return (labeled_loss if alone else way)(network, teacher, batch, weight)

    return loss


def views(recipe: Recipe) -> int:
    """How often a step learns from each of its unlabelled slices."""
    return VIEWS if recipe.unlabeled == "unimatch" else 1


def mean_teacher_loss(
    network: nn.Module, teacher: nn.Module, batch: Batch, weight: float
) -> Tensor:
    """The teacher's probabilities are the network's target, by squared distance."""
    count = len(batch.images)
    with torch.no_grad():
        taught = teacher(batch.weak)
    logits = network(torch.cat([batch.images, batch.mixed]))
    difference = F.mse_loss(logits[count:].softmax(1), taught.softmax(1), reduction="none")
    return segmentation_loss(logits[:count], batch.labels) + weight * difference.sum(1).mean()


def copy_paste_loss(network: nn.Module, teacher: nn.Module, batch: Batch, weight: float) -> Tensor:
    """As SemiGDA: pseudo labels, and true ones where a labelled slice was pasted in."""
    with torch.no_grad():
        taught = teacher(batch.weak)
    logits = network(torch.cat([batch.images, batch.mixed]))
    guess, confidence = pseudo_labels(taught)
    return mixed_loss(logits, batch, (guess, weight * confidence), ALONE.total)


def train_recipe(
    settings: TrainSettings,
    recipe: Recipe,
    labeled: SliceSampler,
    unlabeled: SliceSampler,
    device: torch.device,
) -> nn.Module:
    """Train; the running average of the weights is scored."""
    semi, progress = recipe.unlabeled != "none", Progress(total=settings.steps)
    torch.manual_seed(settings.seed)
    network, general = new_network(recipe, settings.num_classes), []
    if isinstance(network, FeatureUNet):
        network.load_features()
        network.to(memory_format=torch.channels_last)  # a fifth faster on a CPU
        general = list(network.features.parameters())
    training = UNetTraining(
        settings,
        network,
        settings.steps,
        labeled,
        device,
        progress,
        full=semi,
        unlabeled=unlabeled if semi else None,
        loss=loss_of(recipe, settings),
        rate=settings.learning_rate,
        general=general,
    )
    judged = training.fit(Beside(training, progress, None))
    return judged.to(memory_format=torch.contiguous_format)  # as safetensors wants it
