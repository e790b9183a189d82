"""What each stage minimises (SemiGDA, arXiv 2604.23274, sec. 3); the formulas are in ``method/``.

Every function takes the networks and a batch and returns the losses by name; ``total`` is the one
to minimise, the others are for the curves. A new loss is its formula, its line here and its test:
logs, curves and reports take the names from here.

Of a part of a batch, each loss is that part's share: the losses of the parts add up to the batch's,
and so do their gradients (but for the Dice, a ratio, which is taken over each part).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor

from semigda.method.losses import (
    Total,
    doubt,
    kl_loss,
    latent_loss,
    segmentation_loss,
    wasserstein_loss,
)
from semigda.method.mixing import paste
from semigda.method.palette import Palette
from semigda.method.pseudo_labels import pseudo_labels
from semigda.method.ramps import ramp_up
from semigda.networks.autoencoder import KLAutoencoder, sample_posterior
from semigda.networks.semigda import SemiGDA
from semigda.training.batch import Batch, Pictures
from semigda.training.sources import Trust
from semigda_core.jobs.training import TrainSettings
from semigda_core.labels.finished import IGNORED

PALETTE_WEIGHT = 0.1  # of the painted masks' classes in pre-training, beside their colours
OTHER = {"vae": "cnn", "cnn": "vae"}

Losses = dict[str, Tensor]
PseudoLabels = tuple[Tensor, Tensor]  # labels (U, H, W), and how much each counts


# Pre-training


def rebuild_losses(
    network: KLAutoencoder, palette: Palette, batch: Pictures, kl_weight: float, total_of: Total
) -> Losses:
    """Reconstruction of images, and of masks so well that each pixel's class can be told."""
    _, masks, all_ = batch.shares
    shown = batch.images
    if batch.labels is not None:
        shown = torch.cat([shown, palette.paint(batch.labels)])
    moments = network.encode(shown)
    rebuilt = network.decode(sample_posterior(moments, batch.noise))
    losses = {"rebuild": all_ * F.l1_loss(rebuilt.float(), shown)}
    total = losses["rebuild"]
    if batch.labels is not None:
        logits = palette.logits(rebuilt[len(batch.images) :])
        losses["classes"] = masks * segmentation_loss(logits, batch.labels, None, total_of)
        total = total + PALETTE_WEIGHT * losses["classes"]
    losses["kl"] = all_ * kl_loss(moments)
    return losses | {"total": total + kl_weight * losses["kl"]}


# Stage 1


def align_losses(
    network: SemiGDA, palette: Palette, batch: Batch, weight: float, variance: bool
) -> Losses:
    """Stage 1, DAM: each branch's latent of an image is drawn to its mask's latent.

    Without a mask each branch is drawn to the other's latent, which gets no gradient; a single
    branch learns nothing from such an image, and its batches have none.

    Args:
        weight: of the unlabelled part.
        variance: align the convolutional branch's posterior and not only its mean.
    """
    labelled, unlabelled, _ = batch.shares
    count, scale = len(batch.images), network.config.latent_scale
    images = batch.images if batch.weak is None else torch.cat([batch.images, batch.weak])
    second = network.encode_second(images, batch.keep) if variance else None
    z = network.features(images, keep=batch.keep, second=second).latents
    losses = {}
    if count:
        truth = network.encode_image(palette.paint(batch.labels)).moments
        target = scale * truth[:, : network.config.latent_channels]
        known = None
        if batch.known is not None:  # how much of what a latent value stands for is labelled
            known = F.adaptive_avg_pool2d(
                batch.known[:, None].float(), (target.shape[2], target.shape[3])
            )
        losses = {f"align_{b}": labelled * latent_loss(z[b][:count], target, known) for b in z}
        if second is not None:
            distance = wasserstein_loss(second.moments[:count], truth, known)
            losses["align_cnn"] = labelled * scale**2 * distance
    total = _sum(losses.values())
    if batch.weak is not None:
        losses["align_unlabeled"] = unlabelled * exchange_loss({b: z[b][count:] for b in z})
        total = total + weight * losses["align_unlabeled"]
    return losses | {"total": total}


def exchange_loss(latents: dict[str, Tensor]) -> Tensor:
    """Each branch's latents (U, z, h, w) are drawn to the other's, which get no gradient."""
    return _sum(latent_loss(latents[b], latents[OTHER[b]]) for b in latents)


# Stage 2


def segment_losses(
    network: SemiGDA,
    teacher: SemiGDA,
    palette: Palette,
    batch: Batch,
    weight: float,
    settings: TrainSettings,
    total_of: Total,
    trust: Trust | None = None,
) -> Losses:
    """Stage 2, CDSA: true and pseudo labels on labelled and mixed images, for each branch.

    The teacher is the running average of the network. It sees the unlabelled image as it is; the
    network sees it with changed intensity and with a part of a labelled image pasted in.
    ``total_of`` adds up over the processes that share the batch.

    Args:
        weight: of the teacher's labels.
        trust: in other programs' labels, on the batch's device; None where they teach nothing.
    """
    images = batch.images
    taught: dict[str, PseudoLabels] = {}
    if batch.weak is not None and batch.mixed is not None:
        taught = teach(teacher, palette, batch.weak, settings.pseudo_labels)
        images = torch.cat([images, batch.mixed])
    rgb = network.decode(network.features(images, noise=batch.noise, keep=batch.keep))
    lessons = {branch: lesson(batch, taught.get(branch), weight, trust) for branch in rgb}
    losses = {
        f"segment_{branch}": mixed_loss(palette.logits(painted), batch, lessons[branch], total_of)
        for branch, painted in rgb.items()
    }
    total = _sum(losses.values()) / len(rgb)
    if taught:
        unsure = _sum(doubt(confidence) for _, confidence in taught.values()) / len(rgb)
        losses["teacher_doubt"] = batch.shares[1] * unsure
    return losses | {"total": total}


def mixed_loss(
    logits: Tensor, batch: Batch, taught: PseudoLabels | None, total_of: Total
) -> Tensor:
    """One segmentation loss of all slices: a true label counts in full, a pseudo label by its own
    weight, and an unlabelled pixel of a labelled slice not at all.

    One, because Dice is a ratio: that of the pseudo labels alone would not count less where the
    teacher is unsure, and few wrong pixels on otherwise empty slices would count as much as an
    organ.

    Args:
        logits: (B + U, C, H, W) of the labelled and then of the mixed images.
        taught: for the unlabelled images, see :func:`lesson`; None where the batch has none.
    """
    targets, weights = batch.labels, batch.known
    if taught is not None:
        assert batch.pasted is not None and batch.pasted_labels is not None
        guess, weight = taught
        targets = torch.cat([batch.labels, paste(batch.pasted_labels, guess, batch.pasted)])
        true = 1.0 if batch.pasted_known is None else batch.pasted_known.to(weight.dtype)
        sure = torch.where(batch.pasted, true, weight)
        known = torch.ones_like(batch.labels) if batch.known is None else batch.known
        weights = torch.cat([known.to(sure.dtype), sure])
    return batch.shares[-1] * segmentation_loss(logits, targets, weights, total_of)


def lesson(
    batch: Batch, taught: PseudoLabels | None, weight: float, trust: Trust | None
) -> PseudoLabels | None:
    """Labels (U, H, W) of the unlabelled images and their weights in the loss: the teacher's, or
    in their place another program's. None where the batch has no such image.

    One of both teaches an image, so that their errors are not mixed; the background of a program
    that does not know all classes is left to the teacher.

    Args:
        taught: by the teacher.
        weight: of its labels.
    """
    if taught is None:
        return None
    guess, sure = taught[0], weight * taught[1]
    if trust is None or batch.machine is None or batch.source is None or batch.chance is None:
        return guess, sure
    chosen = batch.chance < trust.share[batch.source]
    known = trust.whole[batch.source][:, None, None] | (batch.machine > 0)
    taken = chosen[:, None, None] & known & (batch.machine != IGNORED)
    worth = trust.weight[batch.source][:, None, None].to(sure.dtype)
    return torch.where(taken, batch.machine, guess), torch.where(taken, worth, sure)


@torch.no_grad()
def teach(teacher: SemiGDA, palette: Palette, images: Tensor, how: str) -> dict[str, PseudoLabels]:
    """What each branch is to learn of unlabelled images (U, 3, H, W).

    Args:
        how: ``cross``, from the teacher's other branch; ``mean``, from the mean of its branches.
    """
    logits = {branch: palette.logits(rgb) for branch, rgb in teacher(images).items()}
    if how == "cross":
        return {branch: pseudo_labels(logits[OTHER[branch]]) for branch in logits}
    mean = torch.stack([each.softmax(dim=1) for each in logits.values()]).mean(dim=0)
    return dict.fromkeys(logits, pseudo_labels(mean.log()))


def align_weight(done: float, settings: TrainSettings) -> float:
    """Weight of the unlabelled loss when a share of stage 1 is done."""
    return settings.unlabeled_weight * ramp_up(done)


def pseudo_weight(done: float, settings: TrainSettings) -> float | None:
    """Weight of the pseudo labels when a share of stage 2 is done; None: supervised warm-up."""
    start = settings.supervised_share
    if settings.unlabeled_weight == 0 or done < start:
        return None
    ramp = (1 - start) * settings.ramp_share
    return settings.unlabeled_weight * ramp_up((done - start) / ramp)


def _sum(losses: Iterable[Tensor]) -> Tensor:
    """The sum of the losses; 0 if there are none."""
    return sum(losses, torch.zeros(()))
