"""One step of each stage: its batch and its losses (SemiGDA, arXiv 2604.23274, sec. 3)."""

from __future__ import annotations

from copy import deepcopy
from typing import NamedTuple

import torch
from torch import Tensor

from semigda.data.augment import change_geometry, change_intensity
from semigda.method.losses import Total, latent_loss, segmentation_loss, wasserstein_loss
from semigda.method.mixing import paste, random_boxes
from semigda.method.palette import Palette
from semigda.method.pseudo_labels import pseudo_labels
from semigda.method.ramps import ramp_up
from semigda.networks.cnn_encoder import DROPOUT
from semigda.networks.semigda import BRANCHES, SemiGDA
from semigda.training.dataset import SliceSampler
from semigda.training.settings import TrainSettings
from semigda_core.models.network_config import NetworkConfig

OTHER = {"vae": "cnn", "cnn": "vae"}
PseudoLabels = tuple[Tensor, Tensor]  # labels (U, H, W) and how sure the teacher is of them


class Batch(NamedTuple):
    """The slices of one step, and its chance. There is nothing unlabelled in a supervised step.

    Chance is drawn with the slices and not where the network needs it: any rows of the batch then
    give what they give in the whole.
    """

    images: Tensor  # (B, 3, H, W) labelled
    labels: Tensor  # (B, H, W)
    weak: Tensor | None = None  # (U, 3, H, W) unlabelled, only moved: for the teacher
    mixed: Tensor | None = None  # (U, 3, H, W) the same with changed intensity and pasted parts
    pasted: Tensor | None = None  # (U, H, W) true where a labelled image was pasted in
    pasted_labels: Tensor | None = None  # (U, H, W) what is right there
    noise: Tensor | None = None  # (B + U, z, h, w) of the latents; None: their mean is taken
    keep: Tensor | None = None  # (B + U, C, h, w) true where dropout keeps a value


def draw_batch(
    labeled: SliceSampler,
    unlabeled: SliceSampler | None,
    settings: TrainSettings,
    config: NetworkConfig,
    generator: torch.Generator,
    full: bool = False,
) -> Batch:
    """Draw one step's slices.

    What is pasted into the unlabelled slices is of further labelled ones: a step then sees as many
    labelled slices as one without unlabelled slices does.

    Args:
        full: where nothing is unlabelled, fill the batch with labelled slices.
    """
    options, count = settings.augmentation, settings.labeled_batch
    noisy = torch.rand((), generator=generator).item() < settings.noise_share
    others = settings.unlabeled_batch if full or unlabeled is not None else 0
    images, labels = labeled.draw(count + others, generator)
    images, labels = change_geometry(images, labels, options, generator)
    images = change_intensity(images, options, generator)
    chance = _draw_chance(len(images), images.shape, noisy, config, generator)
    if unlabeled is None:
        return Batch(images, labels, None, None, None, None, *chance)
    weak, _ = unlabeled.draw(others, generator)
    weak, _ = change_geometry(weak, None, options, generator)
    strong = change_intensity(weak, options, generator)
    pasted = _pasted_parts(weak.shape, settings, generator)
    mixed = paste(images[count:], strong, pasted)
    return Batch(images[:count], labels[:count], weak, mixed, pasted, labels[count:], *chance)


def _draw_chance(
    count: int,
    shape: torch.Size,
    noisy: bool,
    config: NetworkConfig,
    generator: torch.Generator,
) -> tuple[Tensor | None, Tensor]:
    """Noise and dropout of so many images of a shape (..., H, W)."""
    size = [side // config.downsampling for side in shape[-2:]]
    noise = torch.randn(count, config.latent_channels, *size, generator=generator)
    chance = torch.rand(count, config.dropout_channels, *size, generator=generator)
    return noise if noisy else None, chance >= DROPOUT


def _pasted_parts(shape: torch.Size, settings: TrainSettings, generator: torch.Generator) -> Tensor:
    """Where a labelled image goes: nowhere, into a box, or everywhere but into a box."""
    batch, _, height, width = shape
    box = random_boxes(batch, height, width, settings.box_side, generator)
    mixed, swapped = torch.rand(2, batch, 1, 1, generator=generator)
    return (box ^ (swapped < 0.5)) & (mixed < settings.mix_share)


def align_losses(
    network: SemiGDA, palette: Palette, batch: Batch, weight: float, variance: bool
) -> dict[str, Tensor]:
    """Stage 1, DAM: both branches' latents of an image are drawn to its mask's latent.

    Without a mask each branch is drawn to the other's latent, which gets no gradient.

    Args:
        weight: of the unlabelled part.
        variance: align the convolutional branch's posterior and not only its mean.
    """
    count, scale = len(batch.images), network.config.latent_scale
    truth = network.encode_image(palette.paint(batch.labels)).moments
    images = batch.images if batch.weak is None else torch.cat([batch.images, batch.weak])
    moments = network.autoencoder.quant_conv(network.cnn_encoder(images, batch.keep)[0])
    channels = network.config.latent_channels
    z = {
        "vae": network.features(images, ("vae",)).latents["vae"],
        "cnn": scale * moments[:, :channels],
    }
    target = scale * truth[:, :channels]
    losses = {f"align_{b}": latent_loss(z[b][:count], target) for b in BRANCHES}
    if variance:
        losses["align_cnn"] = scale**2 * wasserstein_loss(moments[:count], truth)
    total = sum(losses.values())
    if batch.weak is not None:
        losses["align_unlabeled"] = sum(
            latent_loss(z[b][count:], z[OTHER[b]][count:]) for b in BRANCHES
        )
        total = total + weight * losses["align_unlabeled"]
    return losses | {"total": total}


def segment_losses(
    network: SemiGDA,
    teacher: SemiGDA,
    palette: Palette,
    batch: Batch,
    weight: float,
    settings: TrainSettings,
    total_of: Total,
) -> dict[str, Tensor]:
    """Stage 2, CDSA: true and pseudo labels on labelled and mixed images, both branches.

    The teacher is the running average of the network. It sees the unlabelled image as it is; the
    network sees it with changed intensity and with a part of a labelled image pasted in.
    ``total_of`` adds up over the processes that share the batch.
    """
    images = batch.images
    taught: dict[str, PseudoLabels] = {}
    if batch.weak is not None:
        taught = _teach(teacher, palette, batch.weak, settings.pseudo_labels)
        images = torch.cat([images, batch.mixed])
    rgb = network.decode(network.features(images, noise=batch.noise, keep=batch.keep))
    losses = {
        f"segment_{branch}": mixed_loss(
            palette.logits(rgb[branch]), batch, taught.get(branch), weight, total_of
        )
        for branch in BRANCHES
    }
    return losses | {"total": sum(losses.values()) / len(BRANCHES)}


def mixed_loss(
    logits: Tensor, batch: Batch, taught: PseudoLabels | None, weight: float, total_of: Total
) -> Tensor:
    """One segmentation loss of all slices: a true label counts in full, a pseudo label by the
    teacher's confidence and by ``weight``.

    One, because Dice is a ratio: that of the pseudo labels alone would not count less where the
    teacher is unsure, and few wrong pixels on otherwise empty slices would count as much as an
    organ.

    Args:
        logits: (B + U, C, H, W) of the labelled and then of the mixed images.
        taught: for the unlabelled images; None where the batch has none.
    """
    if taught is None:
        return segmentation_loss(logits, batch.labels, None, total_of)
    guess, confidence = taught
    targets = torch.cat([batch.labels, paste(batch.pasted_labels, guess, batch.pasted)])
    sure = torch.where(batch.pasted, 1.0, weight * confidence)
    weights = torch.cat([torch.ones_like(batch.labels, dtype=sure.dtype), sure])
    return segmentation_loss(logits, targets, weights, total_of)


@torch.no_grad()
def _teach(teacher: SemiGDA, palette: Palette, images: Tensor, how: str) -> dict[str, PseudoLabels]:
    """For each branch the labels (U, H, W) it is to learn, and their confidence."""
    logits = {branch: palette.logits(rgb) for branch, rgb in teacher(images).items()}
    if how == "cross":
        return {branch: pseudo_labels(logits[OTHER[branch]]) for branch in BRANCHES}
    mean = torch.stack([logits[b].softmax(dim=1) for b in BRANCHES]).mean(dim=0)
    return dict.fromkeys(BRANCHES, pseudo_labels(mean.log()))


def pseudo_weight(done: float, settings: TrainSettings) -> float | None:
    """Weight of the pseudo labels when a share of stage 2 is done; None: supervised warm-up."""
    start = settings.supervised_share
    if settings.unlabeled_weight == 0 or done < start:
        return None
    ramp = (1 - start) * settings.ramp_share
    return settings.unlabeled_weight * ramp_up((done - start) / ramp)


def make_teacher(network: SemiGDA) -> SemiGDA:
    """A copy that follows by :func:`update_teacher`; frozen parts are shared, not copied."""
    shared = {
        id(tensor): tensor
        for tensor in (*network.parameters(), *network.buffers())
        if isinstance(tensor, torch.nn.Parameter) and not tensor.requires_grad
    }
    return deepcopy(network, shared).requires_grad_(False).eval()


@torch.no_grad()
def update_teacher(teacher: SemiGDA, network: SemiGDA, step: int, decay: float) -> None:
    """Move the running average; in the first steps it follows faster."""
    decay = min(decay, (1 + step) / (10 + step))
    for average, value in zip(teacher.parameters(), network.parameters(), strict=True):
        if average is not value:
            average.lerp_(value, 1 - decay)
    for average, value in zip(teacher.buffers(), network.buffers(), strict=True):
        average.copy_(value)
