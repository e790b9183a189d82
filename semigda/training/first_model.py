"""A first model within a minute: the small network, trained on labelled slices alone.

It is trained as in stage 2 before the unlabelled slices come in: the same network with one branch,
losses, slices and changes of them, on a copy of the general image features. It is a look and not a
model to keep: what follows it is much better.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from semigda.data.preprocess import resample_values
from semigda.distributed import ALONE
from semigda.inference.device import in_parts, layout
from semigda.inference.interrupt import interruptible
from semigda.method.palette import Palette
from semigda.networks.cnn_encoder import FeatureEncoder
from semigda.networks.efficientnet import EfficientNetLite0
from semigda.networks.semigda import SemiGDA
from semigda.progress import UNWATCHED, Progress
from semigda.training.dataset import CaseSlices, SliceSampler
from semigda.training.gradients import Gradients
from semigda.training.loop import Training, fit
from semigda.training.losses import Losses
from semigda.training.previews import cut_out
from semigda.training.stage import Stage
from semigda.training.validate import class_dice, overlap
from semigda_core.jobs.training import TrainSettings
from semigda_core.labels.proposed import evenly_spaced
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import MULTIPLE, Preprocessing
from semigda_core.project.training.budget import LOOK_SECONDS

BRANCH = "cnn"
NETWORK = replace(NetworkConfig.pretrained(), branches=(BRANCH,))
# Approximate pixels a slice, and slices a step: pictures need detail, volumes many slices.
PICTURES, VOLUMES = (128 * 128, 4), (96 * 96, 8)
FINEST = 3.0  # at most so many times as fine as a slice is
STEPS = 320
SECONDS = LOOK_SECONDS  # on a slow computer, as many steps as they last for
MEASURED = 5  # steps, before it is known how long one takes
CHECKED = 48  # labelled slices that tell whether the classes are found
_AT_ONCE = 8


@dataclass(frozen=True)
class FirstModel:
    """What a minute gives.

    Attributes:
        size: (H, W) that a slice is seen with.
        working_size: (H, W) of a slice; larger ones are cut.
    """

    network: SemiGDA
    palette: Palette
    size: tuple[int, int]
    working_size: Sequence[int]

    @torch.no_grad()
    def probabilities(self, images: Tensor) -> Tensor:
        """Of the classes (B, K + 1, H, W), for working slices (B, 3, H, W) in [-1, 1]."""
        device = next(self.network.parameters()).device

        def of(some: Tensor) -> Tensor:
            seen = resample_values(some, self.size)
            seen = seen.to(device, memory_format=layout(device))
            logits = self.palette.logits(self.network(seen)[BRANCH])
            logits = F.interpolate(logits, some.shape[2:], mode="bilinear", align_corners=False)
            return logits.softmax(1).cpu()

        return torch.cat(in_parts(of, images, _AT_ONCE))

    def dice(self, cases: Sequence[CaseSlices]) -> list[float]:
        """Of each class, on some labelled slices that hold classes; NaN for one that none holds."""
        classes = self.palette.num_classes
        counts = torch.zeros(3, classes + 1, dtype=torch.long)
        for case, number in holding(cases, classes):
            image, label = cut_out(case, number, self.working_size)
            found = self.probabilities(image[None]).argmax(1)
            counts += overlap(found.to(torch.uint8), label[None], classes)
        return [
            dice if true else math.nan
            for dice, true in zip(class_dice(counts), counts[1, 1:].tolist(), strict=True)
        ]


def fit_first_model(
    features: EfficientNetLite0,
    cases: Sequence[CaseSlices],
    settings: TrainSettings,
    progress: Progress = UNWATCHED,
) -> FirstModel:
    """Learn from labelled cases; on a CPU that has the time, the same whenever it is called.

    No random state but its own is touched, and nothing of ``features`` changes.

    Args:
        features: pre-trained; on the device that is to compute.
        settings: of the training that follows.

    Raises:
        SemiGDAError: "cancelled"; "out-of-memory" or "out-of-gpu-memory". Paused.
    """
    preprocessing = Preprocessing.from_dict(settings.preprocessing)
    pixels, batch = PICTURES if preprocessing.fitted else VOLUMES
    size = size_of(preprocessing.size, pixels)
    device = next(features.parameters()).device
    network = _network(features, settings.seed).to(device)
    gradients = Gradients(network, device, ALONE, progress.inside())
    slices = {"labeled": list(cases), "unlabeled": []}
    training = Training(_settings(settings, batch), slices, network, gradients)
    training.labeled = _Resized(training.labeled, size)
    stage = training.segment()
    with interruptible(network, progress.check):
        fit(stage, gradients, _InTime(stage, progress))
    return FirstModel(training.teacher, training.palette, size, preprocessing.size)


def size_of(size: Sequence[int], pixels: int) -> tuple[int, int]:
    """(H, W) of about that many pixels, for slices of another size."""
    factor = min(FINEST, math.sqrt(pixels / math.prod(size)))
    height, width = (max(2 * MULTIPLE, MULTIPLE * round(factor * n / MULTIPLE)) for n in size)
    return height, width


def holding(cases: Sequence[CaseSlices], num_classes: int) -> list[tuple[CaseSlices, int]]:
    """Some slices that hold classes, evenly over classes and cases."""
    each = max(1, CHECKED // num_classes)
    places: set[tuple[int, int]] = set()
    for value in range(1, num_classes + 1):
        held = [(which, n) for which, case in enumerate(cases) for n in case.holding(value)]
        places.update(spread_out(held, each))
    return [(cases[which], number) for which, number in sorted(places)]


def spread_out(things: Sequence, count: int) -> list:
    """At most ``count`` of them, evenly."""
    return [things[place] for place in evenly_spaced(0, len(things) - 1, count)]


def _network(features: EfficientNetLite0, seed: int) -> SemiGDA:
    """The small network, untrained except for its features, whatever the training's own."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        network = SemiGDA(NETWORK)
    encoder = network.cnn_encoder
    assert isinstance(encoder, FeatureEncoder)
    encoder.features.load_state_dict(features.state_dict())
    return network.train()


def _settings(settings: TrainSettings, batch: int) -> TrainSettings:
    """The defaults of a training, for a short one of one branch."""
    return TrainSettings(
        cases=settings.cases,
        out=settings.out,
        card=settings.card,
        network=NETWORK.to_dict(),
        preprocessing=settings.preprocessing,
        augmentation=settings.augmentation,
        seed=settings.seed,
        precision=settings.precision,
        branches=(BRANCH,),
        unlabeled_weight=0.0,
        steps=STEPS,
        labeled_batch=batch,
    )


class _Resized(SliceSampler):
    """Draws what another one draws, with another number of pixels."""

    def __init__(self, other: SliceSampler, size: tuple[int, int]):
        super().__init__(other.cases, other.size, other.foreground_share)
        self.seen = size

    def draw(self, batch: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        images, labels = super().draw(batch, generator)
        labels = F.interpolate(labels[:, None], self.seen, mode="nearest-exact")[:, 0]
        return resample_values(images, self.seen), labels


class _InTime:
    """Around the steps: a slow computer takes fewer, and the learning rate's cycle ends with them.

    A stop ends them at once: nothing is kept anyway.
    """

    def __init__(self, stage: Stage, progress: Progress):
        self.stage, self.progress = stage, progress
        self.begun = time.monotonic()

    def ends(self) -> bool:
        """When time is up, or when a stop is requested."""
        done = self.stage.done
        if done >= MEASURED:
            fit_in = done * SECONDS / (time.monotonic() - self.begun)
            self.stage.steps = min(STEPS, max(done, int(fit_in)))
        return done >= self.stage.steps or self.progress.stop_requested

    def after_step(self, rate: float, losses: Losses, left_out: Callable[[], int]) -> None:
        """Obey the job."""
        self.progress.check()
