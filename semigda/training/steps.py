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
from semigda.networks.config import NetworkConfig
from semigda.networks.semigda import BRANCHES, SemiGDA
from semigda.training.dataset import SliceSampler
from semigda.training.settings import TrainSettings

OTHER = {"vae": "cnn", "cnn": "vae"}


class Batch(NamedTuple):
    """The slices of one step, and its chance. There is nothing unlabelled in a supervised step.

    Chance is drawn with the slices and not where the network needs it: any rows of the batch then
    give what they give in the whole.
    """

    images: Tensor  # (B, 3, H, W) labelled
    labels: Tensor  # (B, H, W)
    weak: Tensor | None = None  # (U, 3, H, W) unlabelled, only moved: for the teacher
    strong: Tensor | None = None  # (U, 3, H, W) the same with changed intensity
    box: Tensor | None = None  # (U, H, W) true where a labelled image is pasted in
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

    Args:
        full: where nothing is unlabelled, fill the batch with labelled slices.
    """
    options = settings.augmentation
    noisy = torch.rand((), generator=generator).item() < settings.noise_share
    others = settings.unlabeled_batch if full and unlabeled is None else 0
    images, labels = labeled.draw(settings.labeled_batch + others, generator)
    images, labels = change_geometry(images, labels, options, generator)
    images = change_intensity(images, options, generator)
    chance = [_draw_chance(len(images), images.shape, config, generator)]
    if unlabeled is None:
        return Batch(images, labels, None, None, None, *_joined(chance, noisy))
    weak, _ = unlabeled.draw(settings.unlabeled_batch, generator)
    weak, _ = change_geometry(weak, None, options, generator)
    strong = change_intensity(weak, options, generator)
    box = _label_boxes(weak.shape, settings, generator)
    chance.append(_draw_chance(len(weak), weak.shape, config, generator))
    return Batch(images, labels, weak, strong, box, *_joined(chance, noisy))


def _draw_chance(
    count: int, shape: torch.Size, config: NetworkConfig, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Noise and dropout of so many images of a shape (..., H, W)."""
    size = [side // config.downsampling for side in shape[-2:]]
    noise = torch.randn(count, config.latent_channels, *size, generator=generator)
    chance = torch.rand(count, config.dropout_channels, *size, generator=generator)
    return noise, chance >= DROPOUT


def _joined(chance: list[tuple[Tensor, Tensor]], noisy: bool) -> tuple[Tensor | None, Tensor]:
    noise, keep = (torch.cat(parts) for parts in zip(*chance, strict=True))
    return noise if noisy else None, keep


def _label_boxes(shape: torch.Size, settings: TrainSettings, generator: torch.Generator) -> Tensor:
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
    """Stage 2, CDSA: supervised loss, and cross pseudo supervision on mixed unlabelled images.

    The teacher is the running average of the network. It sees the unlabelled image as it is; the
    network sees it with changed intensity and, for a share of the images, with a box of a labelled
    image pasted in (or the other way round). Where the labelled image shows, its true label
    counts in full; elsewhere the teacher's label counts by its confidence and by ``weight``.
    ``total_of`` adds up over the processes that share the batch.
    """
    images, labels, box = batch.images, batch.labels, batch.box
    count = len(images)
    if box is not None:
        taught = _teach(teacher, palette, batch.weak, settings.pseudo_labels)
        source = torch.arange(len(box), device=images.device) % count
        images = torch.cat([images, paste(images[source], batch.strong, box)])
    rgb = network.decode(network.features(images, noise=batch.noise, keep=batch.keep))

    losses: dict[str, Tensor] = {}
    total = torch.zeros((), device=images.device)
    for branch in BRANCHES:
        logits = palette.logits(rgb[branch])
        losses[f"labeled_{branch}"] = segmentation_loss(logits[:count], labels, None, total_of)
        total = total + losses[f"labeled_{branch}"]
        if box is not None:
            guess, confidence = taught[branch]
            target, mixed = paste(labels[source], guess, box), logits[count:]
            losses[f"mixed_{branch}"] = segmentation_loss(mixed, target, box.float(), total_of)
            sure = confidence * ~box
            losses[f"pseudo_{branch}"] = segmentation_loss(mixed, target, sure, total_of)
            total = total + losses[f"mixed_{branch}"] + weight * losses[f"pseudo_{branch}"]
    return losses | {"total": total / len(BRANCHES)}


@torch.no_grad()
def _teach(
    teacher: SemiGDA, palette: Palette, images: Tensor, how: str
) -> dict[str, tuple[Tensor, Tensor]]:
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
