"""The baselines: a U-Net, alone, with a mean teacher, and with bidirectional copy-paste.

They see the slices that SemiGDA sees (``draw_batch``), with its losses, schedules and teacher.
"""

from __future__ import annotations

import json

import torch
import torch.nn.functional as F
from monai.networks.nets import BasicUNet
from torch import Tensor, nn

from few_labels_lib.recipes import Recipe
from semigda.distributed import ALONE
from semigda.method.losses import segmentation_loss
from semigda.method.pseudo_labels import pseudo_labels
from semigda.method.ramps import learning_rate
from semigda.method.teacher import make_teacher, update_teacher
from semigda.training.batch import Batch, draw_batch
from semigda.training.dataset import SliceSampler, step_generator
from semigda.training.gradients import adamw
from semigda.training.losses import mixed_loss, pseudo_weight
from semigda.training.settings import TrainSettings
from semigda_core.models.network_config import NetworkConfig

LOG_STEPS = 25


def make_unet(num_classes: int) -> nn.Module:
    """MONAI's U-Net, half as wide as usual at full size: 1.95 M parameters and 1.6 GFLOP for 128 x
    128 pixels; compact SemiGDA has 1.99 M and 1.1.

    GroupNorm as in SemiGDA; it is a little faster on CPUs than MONAI's InstanceNorm.
    """
    features = (16, 32, 64, 128, 256, 16)
    return BasicUNet(2, 3, num_classes + 1, features, norm=("group", {"num_groups": 8}))


def unet_loss(
    network: nn.Module, teacher: nn.Module, batch: Batch, weight: float, how: str
) -> Tensor:
    """Of one step; ``how`` the unlabelled slices are used: :attr:`Recipe.unlabeled`."""
    images, labels, count = batch.images, batch.labels, len(batch.images)
    if batch.weak is None:
        return segmentation_loss(network(images), labels)
    with torch.no_grad():
        taught = teacher(batch.weak)
    if how == "mean-teacher":
        logits = network(torch.cat([images, batch.mixed]))
        difference = F.mse_loss(logits[count:].softmax(1), taught.softmax(1), reduction="none")
        return segmentation_loss(logits[:count], labels) + weight * difference.sum(1).mean()
    logits = network(torch.cat([images, batch.mixed]))
    return mixed_loss(logits, batch, pseudo_labels(taught), weight, ALONE.total)


def train_unet(
    settings: TrainSettings,
    recipe: Recipe,
    labeled: SliceSampler,
    unlabeled: SliceSampler,
    device: torch.device,
) -> nn.Module:
    """Train; the running average of the weights is what is judged."""
    torch.manual_seed(settings.seed)
    network = make_unet(settings.num_classes).to(device).train()
    teacher = make_teacher(network)
    parameters = list(network.parameters())
    optimizer = adamw(parameters, settings.learning_rate, settings.weight_decay)
    for step in range(settings.steps):
        generator = step_generator(settings.seed, "segment", step)
        weight = pseudo_weight(step / settings.steps, settings)
        others = None if weight is None else unlabeled
        # The same slices as SemiGDA's; the chance that comes with them is for its network alone.
        config, semi = NetworkConfig.compact(), recipe.unlabeled != "none"
        batch = draw_batch(labeled, others, settings, config, generator, full=semi)
        loss = unet_loss(network, teacher, batch.to(device), weight or 0.0, recipe.unlabeled)
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * learning_rate((step + 1) / settings.steps)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(parameters, settings.clip)
        if torch.isfinite(norm):
            optimizer.step()
        update_teacher(teacher, network, step, settings.ema_decay)
        if (step + 1) % LOG_STEPS == 0:
            print(json.dumps({"step": step + 1, "loss": round(loss.item(), 5)}), flush=True)
    return teacher
