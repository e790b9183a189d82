"""What a run spends: optimiser steps, slices with and without a gradient, operations.

Operations are counted by PyTorch on one real step of each kind with one labelled and one
unlabelled slice, and are linear in the slices. Two a multiply-add, forward and backward.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import torch
from torch import Tensor

from few_labels_lib.recipes import Recipe
from few_labels_lib.unet import loss_of, new_network, views
from semigda.method.palette import Palette
from semigda.method.teacher import make_teacher
from semigda.networks.cost import counting
from semigda.networks.semigda import SemiGDA
from semigda.training.batch import Batch
from semigda.training.losses import align_losses, pseudo_weight, segment_losses
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.network_config import NetworkConfig


@dataclass(frozen=True)
class Spent:
    """Of one run, all stages.

    Attributes:
        optimizer_steps: all of them.
        gradient_slices: slices that went forward and backward through the network, each view of
            them counted; SemiGDA's two branches are one network.
        teacher_slices: slices that went forward through the teacher.
        tflop: forward and backward, 1e12 operations.
        parameters: of the network that is scored.
    """

    optimizer_steps: int
    gradient_slices: int
    teacher_slices: int
    tflop: float
    parameters: int

    def to_dict(self) -> dict:
        return asdict(self)


def spent(settings: TrainSettings, recipe: Recipe, pretrain_batch: int) -> Spent:
    """What a run with these settings spends."""
    semi = recipe.unlabeled != "none"
    mixed = sum(
        semi and pseudo_weight(step / settings.steps, settings) is not None
        for step in range(settings.steps)
    )
    labeled, unlabeled = settings.labeled_batch, settings.unlabeled_batch * semi
    measure = _semigda if recipe.network == "semigda" else _unet
    cost, parameters = measure(settings, recipe)
    # Until unlabelled slices come in, labelled ones take their place.
    whole = settings.steps * labeled + (settings.steps - mixed) * unlabeled
    flop = whole * cost["labeled"] + mixed * unlabeled * cost["unlabeled"]
    slices = whole + mixed * unlabeled * views(recipe)
    steps = settings.steps
    if recipe.network == "semigda":
        steps += settings.align_steps + settings.pretrain_steps
        flop += settings.align_steps * labeled * cost["align labeled"]
        flop += settings.align_steps * unlabeled * cost["align unlabeled"]
        flop += settings.pretrain_steps * pretrain_batch * cost["pretrain"]
        slices += settings.align_steps * (labeled + unlabeled)
        slices += settings.pretrain_steps * pretrain_batch
    return Spent(steps, slices, mixed * unlabeled, round(flop / 1e12, 4), parameters)


def _batches(settings: TrainSettings) -> tuple[Batch, Batch]:
    """One labelled slice, alone and with an unlabelled one."""
    size = settings.preprocessing["size"]
    image, labels = torch.zeros(1, 3, *size), torch.ones(1, *size, dtype=torch.uint8)
    return Batch(image, labels), Batch(image, labels, image, image, labels > 0, labels)


def _unet(settings: TrainSettings, recipe: Recipe) -> tuple[dict[str, int], int]:
    network, loss = new_network(recipe, settings.num_classes), loss_of(recipe, settings)
    teacher = make_teacher(network)
    one, both = (
        _count(lambda b=batch: loss(network, teacher, b, 0.5)) for batch in _batches(settings)
    )
    parameters = sum(p.numel() for p in network.parameters())
    return {"labeled": one, "unlabeled": both - one}, parameters


def _semigda(settings: TrainSettings, recipe: Recipe) -> tuple[dict[str, int], int]:
    config = replace(NetworkConfig.from_dict(settings.network), branches=settings.branches)
    network = SemiGDA(config)
    parameters = sum(p.numel() for p in network.parameters())
    autoencoder = network.autoencoder
    image = _batches(settings)[0].images
    pretrain = _count(
        lambda: autoencoder.decode(autoencoder.encode(image).chunk(2, dim=1)[0]).square().mean()
    )
    network.freeze("autoencoder")
    palette = Palette(settings.num_classes)

    def align(batch: Batch) -> Tensor:
        return align_losses(network, palette, batch, 0.5, settings.align_variance)["total"]

    def segment(batch: Batch) -> Tensor:
        alone = segment_losses(network, teacher, palette, batch, 0.5, settings, lambda sum_: sum_)
        return alone["total"]

    cost = {"pretrain": pretrain}
    if len(settings.branches) > 1:
        cost |= _labeled_and_unlabeled("align ", align, settings)
    else:  # whose stage 1 has labelled slices alone
        each = _count(lambda: align(_batches(settings)[0]))
        cost |= {"align labeled": each, "align unlabeled": each}
    network.freeze(settings.frozen)
    teacher = make_teacher(network)
    return cost | _labeled_and_unlabeled("", segment, settings), parameters


def _labeled_and_unlabeled(
    prefix: str, losses: Callable[[Batch], Tensor], settings: TrainSettings
) -> dict[str, int]:
    one, both = (_count(lambda b=b: losses(b)) for b in _batches(settings))
    return {f"{prefix}labeled": one, f"{prefix}unlabeled": both - one}


def _count(loss: Callable[[], Tensor]) -> int:
    with counting() as counter:
        loss().backward()
    return counter.get_total_flops()
