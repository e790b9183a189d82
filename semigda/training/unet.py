"""A plain U-Net trained beside SemiGDA: the same slices, augmentation, steps and slices a step.

It learns from the labelled cases alone, as most people would train one: the difference to it is
what the method and the unlabelled images give together.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from semigda.method.losses import segmentation_loss
from semigda.method.ramps import learning_rate
from semigda.method.teacher import make_teacher, update_teacher
from semigda.networks.unet import WIDTH, UNet
from semigda.progress import Progress
from semigda.training.batch import Batch, draw_batch
from semigda.training.checkpoint import load_checkpoint, save_checkpoint
from semigda.training.dataset import SliceSampler, step_generator
from semigda.training.gradients import adamw, autocast
from semigda.training.losses import pseudo_weight
from semigda.training.settings import TrainSettings
from semigda_core.errors import Paused
from semigda_core.models.network_config import NetworkConfig

# The study's (docs/results.md), whatever SemiGDA's own are: a preset may have SGD's, or those of a
# fine-tuning.
LEARNING_RATE, WEIGHT_DECAY = 2e-3, 1e-2
MESSAGE = "Training the U-Net to compare with"

# (network, teacher, batch, weight of the pseudo labels) -> loss
Loss = Callable[[UNet, UNet, Batch, float], Tensor]


def labeled_loss(network: UNet, teacher: UNet, batch: Batch, weight: float) -> Tensor:
    """Of the labelled slices."""
    return segmentation_loss(network(batch.images), batch.labels)


def train_unet(
    settings: TrainSettings,
    steps: int,
    labeled: SliceSampler,
    device: torch.device,
    progress: Progress,
    *,
    full: bool = False,
    unlabeled: SliceSampler | None = None,
    loss: Loss = labeled_loss,
    width: int = WIDTH,
    checkpoint: Path | None = None,
) -> UNet:
    """Train and return the running average of the weights, in evaluation mode.

    Args:
        settings: SemiGDA's, for seed, batch, augmentation and schedules.
        steps: of the optimiser; those of all SemiGDA's stages together are the same budget.
        full: fill the batch with labelled slices where SemiGDA has unlabelled ones.
        unlabeled: for a ``loss`` that uses them.
        checkpoint: file from which a run that was killed or paused goes on.

    Raises:
        SemiGDAError, Paused: the job's controls.
    """
    torch.manual_seed(settings.seed)
    network = UNet(settings.num_classes, width).to(device).train()
    teacher = make_teacher(network)
    optimizer = adamw(network.parameters(), LEARNING_RATE, WEIGHT_DECAY)
    parts = {"network": network, "teacher": teacher, "optimizer": optimizer}
    first = 0
    state = load_checkpoint(checkpoint, settings.same, progress.warn) if checkpoint else None
    if state is not None:
        for name, part in parts.items():
            part.load_state_dict(state[name])
        first = state["step"]
        progress.skip(first)

    def save(step: int) -> None:
        if checkpoint is not None:
            states = {name: part.state_dict() for name, part in parts.items()}
            save_checkpoint(checkpoint, {"settings": settings.to_dict(), "step": step, **states})

    saved_at = time.monotonic()
    for step in range(first, steps):
        weight = None if unlabeled is None else pseudo_weight(step / steps, settings)
        others = None if weight is None else unlabeled
        # SemiGDA's slices; the chance that comes with them is for its network alone.
        generator = step_generator(settings.seed, "segment", step)
        batch = draw_batch(labeled, others, settings, NetworkConfig.compact(), generator, full=full)
        batch = batch.to(device)
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * learning_rate((step + 1) / steps)
        optimizer.zero_grad(set_to_none=True)
        with autocast(device, settings.precision):
            total = loss(network, teacher, batch, weight or 0.0)
        total.backward()
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), settings.clip)
        if torch.isfinite(norm):
            optimizer.step()
        update_teacher(teacher, network, step, settings.ema_decay)
        if time.monotonic() - saved_at > 60 * settings.checkpoint_minutes:
            save(step + 1)
            saved_at = time.monotonic()
        try:
            progress.advance(1, f"{MESSAGE}: step {step + 1} of {steps}.")
        except Paused:
            save(step + 1)
            raise
    return teacher
