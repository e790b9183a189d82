"""UniMatch for the study's U-Nets (Yang et al., CVPR 2023, arXiv 2208.09910).

The weakly changed image teaches two strongly changed ones, each with a box of another unlabelled
image, and itself with half of its feature channels dropped. Threshold, shares and dropout are the
published ones. Only the teacher differs: it is the running average of the weights, as in the
study's other methods and in UniMatch V2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from few_labels_lib.feature_unet import FeatureUNet
from semigda.data.augment import change_intensity
from semigda.method.losses import segmentation_loss
from semigda.method.mixing import paste, random_boxes
from semigda.networks.efficientnet import STAGES
from semigda.training.batch import Batch
from semigda.training.dataset import step_generator
from semigda_core.jobs.training import TrainSettings

SURE = 0.95  # the winning probability from which on a pixel teaches
STRONG, DROPPED = 0.25, 0.5  # shares of each strong view and of the dropped features in the loss
DROPOUT, MIXED = 0.5, 0.5  # share of channels that are dropped, and of views that get a box
VIEWS = 3  # of an unlabelled slice
CHANNELS = sum(stage.width for stage in STAGES if stage.leaves)


@dataclass(frozen=True, eq=False)
class View:
    """A strongly changed view of the unlabelled images.

    Attributes:
        images: (U, 3, H, W), with a part of the image before it where ``box`` (U, H, W) is true.
    """

    images: Tensor
    box: Tensor


class UniMatchLoss:
    """:func:`unimatch_loss` of a step, whose further chance comes from a generator of its own."""

    def __init__(self, settings: TrainSettings):
        self.settings = settings
        self.chance = step_generator(settings.seed, "unimatch", 0)

    def __call__(
        self, network: FeatureUNet, teacher: FeatureUNet, batch: Batch, weight: float
    ) -> Tensor:
        assert batch.weak is not None
        views = [self.view(batch.weak) for _ in range(2)]
        keep = torch.rand(len(batch.weak), CHANNELS, generator=self.chance) >= DROPOUT
        return unimatch_loss(network, teacher, batch, views, keep.to(batch.weak.device), weight)

    def view(self, weak: Tensor) -> View:
        """Other light and noise, and in half of the images a box of another one."""
        count, _, height, width = weak.shape
        strong = change_intensity(weak.cpu(), self.settings.augmentation, self.chance)
        box = random_boxes(count, height, width, self.settings.box_side, self.chance)
        box &= torch.rand(count, 1, 1, generator=self.chance) < MIXED
        images = paste(strong.roll(1, 0), strong, box)
        return View(images.to(weak.device), box.to(weak.device))


def unimatch_loss(
    network: FeatureUNet,
    teacher: FeatureUNet,
    batch: Batch,
    views: Sequence[View],
    keep: Tensor,
    weight: float,
) -> Tensor:
    """Labelled slices, plus ``weight`` times what the teacher is sure of in three views.

    Args:
        views: the two strong ones.
        keep: (U, channels of all features) false where one is dropped for the third view.
    """
    assert batch.weak is not None
    with torch.no_grad():
        confidence, guess = teacher(batch.weak).softmax(1).max(1)
    sure = (confidence >= SURE).float()
    images = torch.cat([batch.images, *(view.images for view in views), batch.weak])
    counts = [len(batch.images), *(len(batch.weak) for _ in range(VIEWS))]
    features = dropped(network.encode(images), keep)
    true, *strong, weak = network.decode(features, images.shape[2:]).split(counts)
    loss = segmentation_loss(true, batch.labels)
    for logits, view in zip(strong, views, strict=True):
        target, trust = (paste(x.roll(1, 0), x, view.box) for x in (guess, sure))
        loss = loss + STRONG * weight * segmentation_loss(logits, target, trust)
    return loss + DROPPED * weight * segmentation_loss(weak, guess, sure)


def dropped(features: Sequence[Tensor], keep: Tensor) -> list[Tensor]:
    """The features (N, C, h, w), of whose last rows only those channels are left that ``keep``
    says, as much stronger."""
    parts = keep.split([feature.shape[1] for feature in features], 1)
    result = []
    for feature, part in zip(features, parts, strict=True):
        before, last = feature.split([len(feature) - len(keep), len(keep)])
        result.append(torch.cat([before, last * part[..., None, None] / (1 - DROPOUT)]))
    return result
