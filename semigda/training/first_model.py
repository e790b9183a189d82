"""A first model within a minute: a small head on frozen general image features.

The features of a few labelled slices, and of changed copies of them, are computed once and kept in
half precision; then only the head learns, for a few hundred steps. It is a look and not a model to
keep: what follows it is much better.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from semigda.data.augment import change_geometry, change_intensity
from semigda.data.preprocess import resample, resample_values
from semigda.inference.interrupt import interruptible
from semigda.method.losses import segmentation_loss
from semigda.networks.efficientnet import STAGES, EfficientNetLite0
from semigda.progress import UNWATCHED, Progress
from semigda.training.dataset import CaseSlices, known_labels, step_generator
from semigda.training.previews import cut_out
from semigda.training.validate import class_dice, overlap
from semigda_core.jobs.training import Augmentation
from semigda_core.labels.proposed import evenly_spaced

SLICES, SEEN = 48, 240  # labelled slices that teach it, and how many views of them, about 120 MB
FOREGROUND = 0.75  # share of a case's slices that hold some
# A slice is looked at with at least and at most about so many pixels, which bounds the time; but at
# most three times as fine as it is.
FEWEST, MOST, FINEST = 128 * 128, 192 * 192, 3.0
HEADS, STEPS, BATCH, RATE, DECAY = 2, 300, 8, 5e-3, 1e-2
DROPPED = 0.2  # share of the features that a slice of a step does without
SECONDS = 50.0  # on a slow computer less is seen and learned in that time
_AT_ONCE = 8
_WIDTH, _FINE, _GROUPS = 32, 16, 8
_WIDTHS = [stage.width for stage in STAGES if stage.leaves]
_CHANNELS = 3  # of the image, which the head sees beside its features

Place = tuple[CaseSlices, int]
Statistics = list[tuple[Tensor, Tensor]]


class Head(nn.Module):
    """Features of 1/2 to 1/32 of a slice's size to class logits (B, K + 1, H, W).

    Two convolutions at a quarter of the size, where all coarser features come together, and one at
    half the size. 30 000 parameters.
    """

    def __init__(self, num_classes: int):
        super().__init__()
        self.coarse = nn.ModuleList(nn.Conv2d(n, _WIDTH, 1) for n in (_CHANNELS, *_WIDTHS[1:]))
        self.norms = nn.ModuleList(nn.GroupNorm(_GROUPS, _WIDTH) for _ in range(3))
        self.body = nn.ModuleList(nn.Conv2d(_WIDTH, _WIDTH, 3, padding=1) for _ in range(2))
        self.fine = nn.Conv2d(_CHANNELS + _WIDTHS[0], _FINE, 1)
        self.up = nn.Conv2d(_WIDTH, _FINE, 1)
        self.norm = nn.GroupNorm(_GROUPS, _FINE)
        self.out = nn.Conv2d(_FINE, num_classes + 1, 3, padding=1)

    def forward(self, levels: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Args: levels: image and first features, (B, C, H/2, W/2), then coarser features."""
        image, first, *others = levels
        height, width = others[0].shape[2:]
        quarter = (height, width)
        h = self.coarse[0](F.adaptive_avg_pool2d(image, quarter))
        for project, level in zip(self.coarse[1:], others, strict=True):
            h = h + _fitted(project(level), quarter)
        h = F.relu(self.norms[0](h))
        for convolution, norm in zip(self.body, self.norms[1:], strict=True):
            h = h + F.relu(norm(convolution(h)))
        fine = self.fine(torch.cat([image, first], 1)) + _fitted(self.up(h), first.shape[2:])
        return _fitted(self.out(F.relu(self.norm(fine))), size)


@dataclass(frozen=True)
class FirstModel:
    """What a minute gives.

    Attributes:
        heads: that learned from the same slices in another order; their mean decides.
        factor: pixels of a look for one of a slice, along each side.
        statistics: mean and deviation (1, C, 1, 1) of each level's channels.
        dice: of each class on the labelled slices that taught it; NaN for one that none holds.
        seconds: that it took.
    """

    features: EfficientNetLite0
    heads: list[Head]
    factor: float
    statistics: Statistics
    dice: list[float]
    seconds: float

    @torch.no_grad()
    def probabilities(self, images: Tensor) -> Tensor:
        """Of the classes (B, K + 1, H, W), for working slices (B, 3, H, W) in [-1, 1]."""
        found = []
        for some in images.split(_AT_ONCE):
            levels = levels_of(self.features, enlarged(some, self.factor))
            found.append(chances_of(self.heads, self.statistics, levels, some.shape[2:]).cpu())
        return torch.cat(found)


def fit_first_model(
    features: EfficientNetLite0,
    cases: Sequence[CaseSlices],
    size: Sequence[int],
    num_classes: int,
    augmentation: Augmentation,
    seed: int = 0,
    progress: Progress = UNWATCHED,
) -> FirstModel:
    """Learn from labelled cases; on a CPU that has the time, the same whenever it is called.

    No random state but its own is touched, and nothing of ``features`` changes.

    Args:
        features: pre-trained; on the device that is to compute.
        size: (H, W) of a slice; larger ones are cut as in the pictures of a training.

    Raises:
        SemiGDAError: "cancelled"; Paused.
    """
    started = time.monotonic()
    places = chosen(cases, num_classes)
    pixels = math.prod(size)
    factor = min(FINEST, math.sqrt(min(max(pixels, FEWEST), MOST) / pixels))
    levels, labels = _views(features, places, size, factor, augmentation, seed, started, progress)
    statistics = [statistics_of(level[: len(places)]) for level in levels]
    heads = []
    for number in range(HEADS):
        seconds = (SECONDS - (time.monotonic() - started)) / (HEADS - number)
        heads.append(
            learned(
                levels, labels, statistics, num_classes, (seed, number), seconds, progress.check
            )
        )
    dice = _own_dice(heads, statistics, levels, labels[: len(places)], num_classes)
    return FirstModel(features, heads, factor, statistics, dice, time.monotonic() - started)


def chosen(cases: Sequence[CaseSlices], num_classes: int) -> list[Place]:
    """The slices that teach: evenly over the cases, and in each over the slices of every class."""
    cases = spread_out(cases, SLICES)
    each = max(1, SLICES // max(1, len(cases)))
    places: list[Place] = []
    for case in cases:
        held = [case.holding(value) for value in range(1, num_classes + 1)]
        held = [numbers for numbers in held if numbers]
        empty = sorted(set(case.drawn) - set(case.foreground))
        wanted = math.ceil(each * FOREGROUND) if empty else each
        found: set[int] = set()
        for numbers in held:
            found |= set(spread_out(numbers, wanted // len(held) or 1))
        for others, count in ((case.foreground, wanted), (empty, each), (case.drawn, each)):
            left = [number for number in others if number not in found]
            found |= set(spread_out(left, max(count - len(found), 0)))
        places += [(case, number) for number in sorted(found)]
    return spread_out(places, SLICES)


def spread_out(things: Sequence, count: int) -> list:
    """At most ``count`` of them, evenly."""
    return [things[place] for place in evenly_spaced(0, len(things) - 1, count)]


def _views(
    features: EfficientNetLite0,
    places: Sequence[Place],
    size: Sequence[int],
    factor: float,
    augmentation: Augmentation,
    seed: int,
    started: float,
    progress: Progress,
) -> tuple[list[Tensor], Tensor]:
    """Levels in half precision, and labels (n, h, w) as fine as they are looked at: of the slices
    as they are, then of changed copies as long as there is time."""
    cuts = [cut_out(case, number, size) for case, number in places]
    images = enlarged(torch.stack([image for image, _ in cuts]), factor)
    labels = torch.stack([label for _, label in cuts])
    labels = F.interpolate(labels[:, None].float(), images.shape[2:])[:, 0].to(torch.uint8)
    generator = torch.Generator().manual_seed(seed)
    levels: list[list[Tensor]] = []
    taught: list[Tensor] = []
    with interruptible(features, progress.check):
        for seen, drawn in _copies(images, labels, augmentation, generator, started):
            for some in seen.split(_AT_ONCE):
                with torch.no_grad():
                    levels.append([level.half() for level in levels_of(features, some)])
            taught.append(drawn)
    return [torch.cat(level) for level in zip(*levels, strict=True)], torch.cat(taught)


def _copies(
    images: Tensor,
    labels: Tensor,
    augmentation: Augmentation,
    generator: torch.Generator,
    started: float,
) -> Iterator[tuple[Tensor, Tensor]]:
    yield images, labels
    for _ in range(SEEN // len(images) - 1):
        if time.monotonic() - started > SECONDS / 2:
            return
        moved, drawn = change_geometry(images, labels, augmentation, generator)
        yield change_intensity(moved, augmentation, generator), drawn


def learned(
    levels: list[Tensor],
    labels: Tensor,
    statistics: Statistics,
    num_classes: int,
    seed: tuple[int, int],
    seconds: float,
    check: Callable[[], None],
) -> Head:
    """A head after one cycle of AdamW, which ends with the time if that is over first."""
    generator = step_generator(seed[0], "look", seed[1])
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(generator.initial_seed())
        head = Head(num_classes)
    head.to(levels[0].device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.AdamW(head.parameters(), RATE, weight_decay=DECAY)
    begun = time.monotonic()
    order: list[int] = []
    with interruptible(head, check):
        for step in range(STEPS):
            done = max(step / STEPS, (time.monotonic() - begun) / max(seconds, 1.0))
            if done >= 1:
                break
            while len(order) < BATCH:
                order += torch.randperm(len(labels), generator=generator).tolist()
            rows, order = order[:BATCH], order[BATCH:]
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1.0, (step + 1) / 10) * (1 + math.cos(math.pi * done)) / 2
            some = [level[rows] for level in levels]
            logits = logits_of(head, statistics, some, labels.shape[1:], generator)
            target, known = known_labels(labels[rows].to(logits.device))
            loss = segmentation_loss(logits, target, known)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return head


@torch.no_grad()
def _own_dice(
    heads: Sequence[Head],
    statistics: Statistics,
    levels: list[Tensor],
    labels: Tensor,
    num_classes: int,
) -> list[float]:
    counts = torch.zeros(3, num_classes + 1, dtype=torch.long)
    for start in range(0, len(labels), _AT_ONCE):
        rows = slice(start, min(start + _AT_ONCE, len(labels)))
        some = [level[rows] for level in levels]
        found = chances_of(heads, statistics, some, labels.shape[1:]).argmax(1)
        counts += overlap(found.to("cpu", torch.uint8), labels[rows], num_classes)
    return [
        value if true else math.nan
        for value, true in zip(class_dice(counts), counts[1, 1:].tolist(), strict=True)
    ]


@torch.no_grad()
def chances_of(
    heads: Sequence[Head], statistics: Statistics, levels: Sequence[Tensor], size: Sequence[int]
) -> Tensor:
    """Probabilities (B, K + 1, H, W): the heads' mean."""
    return torch.stack([logits_of(h, statistics, levels, size).softmax(1) for h in heads]).mean(0)


def logits_of(
    head: Head,
    statistics: Statistics,
    levels: Sequence[Tensor],
    size: Sequence[int],
    generator: torch.Generator | None = None,
) -> Tensor:
    """Logits (B, K + 1, H, W), from levels as :func:`levels_of` gives them.

    Args:
        generator: draws the features that a slice does without while the head learns.
    """
    image, *unit = (
        (level.float() - mean) / deviation
        for level, (mean, deviation) in zip(levels, statistics, strict=True)
    )
    if generator is not None:
        unit = [_thinned(level, generator) for level in unit]
    last = torch.channels_last
    return head([level.contiguous(memory_format=last) for level in (image, *unit)], size)


def _thinned(level: Tensor, generator: torch.Generator) -> Tensor:
    """Features without some of their channels, as in dropout."""
    kept = torch.rand(*level.shape[:2], 1, 1, generator=generator) >= DROPPED
    return level * kept.to(level.device) / (1 - DROPPED)


def statistics_of(level: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation (1, C, 1, 1) of a level's channels."""
    values = level.float()
    return values.mean((0, 2, 3), keepdim=True), values.std((0, 2, 3), keepdim=True).clamp_min(1e-3)


def enlarged(images: Tensor, factor: float) -> Tensor:
    """Slices (B, 3, H, W) as fine as they are looked at."""
    height, width = (max(32, 16 * round(factor * side / 16)) for side in images.shape[2:])
    return resample_values(images, (height, width))


def levels_of(features: EfficientNetLite0, images: Tensor) -> list[Tensor]:
    """The image at half its size, and its features."""
    device = next(features.parameters()).device
    images = images.to(device, memory_format=torch.channels_last)
    found = features(images)
    return [resample(images, found[0].shape[2:]), *found]


def _fitted(x: Tensor, size: Sequence[int]) -> Tensor:
    if tuple(x.shape[2:]) == tuple(size):
        return x
    return F.interpolate(x, tuple(size), mode="bilinear", align_corners=False)
