"""The batch of a step: which slices, how they are changed, and all of the step's chance.

A batch is a pure function of its generator, so it is the same whoever draws it and whenever:
threads draw the next steps' while the network computes. It can be divided by rows, among
processes and where memory is short, because nothing random is left to be drawn later.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor

from semigda.data.augment import change_geometry, change_intensity
from semigda.method.mixing import paste, random_boxes
from semigda.networks.cnn_encoder import DROPOUT
from semigda.training.dataset import SliceSampler, known_labels
from semigda_core.jobs.training import PretrainSettings, TrainSettings
from semigda_core.models.network_config import NetworkConfig

RANDOM_MASKS = 0.5  # share of the painted masks that are random shapes
DEPTH = 2  # batches drawn ahead, of each thread: one is enough unless steps differ in length
# 16 slices of 224 x 224 took one core 0.18 s: a fast card's step takes less, and would wait.
CARD_THREADS = 4


@dataclass(frozen=True, eq=False)
class Rows:
    """Tensors whose rows belong together: rows of a first kind, then rows of a second one.

    A tensor is of the first kind, of the second, or of both, one after the other.
    """

    FIRST: ClassVar[str]  # a tensor of the first kind
    SECOND: ClassVar[tuple[str, ...]]  # all tensors of the second kind

    # Rows of each kind in the batch that this one is a part of; None if it is no part.
    whole: tuple[int, int] | None = field(default=None, kw_only=True)

    @property
    def counts(self) -> tuple[int, int]:
        """Rows of the first and of the second kind."""
        second = getattr(self, self.SECOND[0])
        return len(getattr(self, self.FIRST)), 0 if second is None else len(second)

    @property
    def shares(self) -> tuple[float, float, float]:
        """Which share of the whole batch's rows this holds: of each kind, and of both.

        A mean over rows, times its share, adds up over the parts to the mean over the batch.
        """
        mine, whole = self.counts, self.whole or self.counts
        first, second = (part / max(all_, 1) for part, all_ in zip(mine, whole, strict=True))
        return first, second, sum(mine) / max(sum(whole), 1)

    def rows(self: B, first: int, step: int) -> B:
        """Every ``step``-th row, beginning with number ``first``, counted through both kinds.

        Not consecutive ones: the parts then hold both kinds as evenly as can be.
        """
        begin = (first - self.counts[0]) % step
        taken: dict[str, Any] = {}
        for name, tensor in self._tensors():
            second = name in self.SECOND
            chosen = tensor[begin::step] if second else tensor[first::step]
            taken[name] = None if second and not len(chosen) else chosen
        return replace(self, **taken)

    def part(self: B, first: int, step: int) -> B:
        """:meth:`rows` that know of which whole they are a part."""
        return replace(self.rows(first, step), whole=self.counts)

    def to(self: B, device: torch.device) -> B:
        """On a device; to CUDA a pinned batch travels while the device computes.

        Not to MPS, which may read the batch when its memory is another's already
        (pytorch#139550, #189690).
        """
        travels = device.type == "cuda"
        return self._each(lambda tensor: tensor.to(device, non_blocking=travels))

    def pinned(self: B) -> B:
        """In memory that a graphics card reads by itself."""
        return self._each(Tensor.pin_memory)

    def _each(self: B, change: Callable[[Tensor], Tensor]) -> B:
        changed: dict[str, Any] = {name: change(tensor) for name, tensor in self._tensors()}
        return replace(self, **changed)

    def _tensors(self) -> Iterator[tuple[str, Tensor]]:
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, Tensor):
                yield one.name, value


B = TypeVar("B", bound=Rows)


@dataclass(frozen=True, eq=False)
class Batch(Rows):
    """Labelled and unlabelled slices of one step. A supervised step has nothing unlabelled."""

    FIRST = "images"
    SECOND = (
        *("weak", "mixed", "pasted", "pasted_labels", "pasted_known"),
        *("machine", "source", "chance"),
    )

    images: Tensor  # (B, 3, H, W) labelled
    labels: Tensor  # (B, H, W)
    weak: Tensor | None = None  # (U, 3, H, W) unlabelled, only moved: for the teacher
    mixed: Tensor | None = None  # (U, 3, H, W) the same with changed intensity and pasted parts
    pasted: Tensor | None = None  # (U, H, W) true where a labelled image was pasted in
    pasted_labels: Tensor | None = None  # (U, H, W) what is right there
    noise: Tensor | None = None  # (B + U, z, h, w) of the latents; None: their mean is taken
    keep: Tensor | None = None  # (B + U, C, h, w) true where dropout keeps a value
    machine: Tensor | None = None  # (U, H, W) another program's labels of the unlabelled slices
    source: Tensor | None = None  # (U,) the program's number, -1 for none
    chance: Tensor | None = None  # (U,) from 0 to 1: whose labels teach, see sources.Trust
    # True where ``labels`` and ``pasted_labels`` are; elsewhere these are 0. None: everywhere.
    known: Tensor | None = None  # (B, H, W)
    pasted_known: Tensor | None = None  # (U, H, W)


def draw_batch(
    labeled: SliceSampler,
    unlabeled: SliceSampler | None,
    settings: TrainSettings,
    config: NetworkConfig,
    generator: torch.Generator,
    full: bool = False,
) -> Batch:
    """Draw the slices of a step of stage 1 or 2.

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
    labels, known = known_labels(labels)
    noise, keep = draw_chance(len(images), images.shape, noisy, config, generator)
    if unlabeled is None:
        return Batch(images, labels, noise=noise, keep=keep, known=known)
    if unlabeled.sources:
        weak, machine, source = unlabeled.draw_machine(others, generator)
        weak, machine = change_geometry(weak, machine, options, generator)
    else:
        weak, _ = unlabeled.draw(others, generator)
        weak, _ = change_geometry(weak, None, options, generator)
    strong = change_intensity(weak, options, generator)
    pasted = pasted_parts(weak.shape, settings, generator)
    mixed = paste(images[count:], strong, pasted)
    given = (images[:count], labels[:count], weak, mixed, pasted, labels[count:], noise, keep)
    batch = Batch(*given)
    if known is not None:
        batch = replace(batch, known=known[:count], pasted_known=known[count:])
    if not unlabeled.sources:
        return batch
    chance = torch.rand(others, generator=generator)
    return replace(batch, machine=machine, source=source, chance=chance)


def draw_chance(
    count: int,
    shape: torch.Size,
    noisy: bool,
    config: NetworkConfig,
    generator: torch.Generator,
) -> tuple[Tensor | None, Tensor]:
    """Latent noise and dropout (see :class:`Batch`) of ``count`` images of a shape (..., H, W)."""
    size = [side // config.downsampling for side in shape[-2:]]
    noise = torch.randn(count, config.latent_channels, *size, generator=generator)
    chance = torch.rand(count, config.dropout_channels, *size, generator=generator)
    return noise if noisy else None, chance >= DROPOUT


def pasted_parts(shape: torch.Size, settings: TrainSettings, generator: torch.Generator) -> Tensor:
    """Where a labelled image goes: nowhere, into a box, or everywhere but into a box."""
    batch, _, height, width = shape
    box = random_boxes(batch, height, width, settings.box_side, generator)
    mixed, swapped = torch.rand(2, batch, 1, 1, generator=generator)
    return (box ^ (swapped < 0.5)) & (mixed < settings.mix_share)


# Pre-training


@dataclass(frozen=True, eq=False)
class Pictures(Rows):
    """What an autoencoder reconstructs in one step: images, and painted masks."""

    FIRST = "images"
    SECOND = ("labels",)

    images: Tensor  # (Bi, 3, H, W)
    labels: Tensor | None  # (Bm, H, W), of the masks to paint
    noise: Tensor  # (Bi + Bm, z, h, w), of the posteriors' draws


def draw_pictures(
    images: SliceSampler,
    masks: SliceSampler,
    settings: PretrainSettings,
    config: NetworkConfig,
    generator: torch.Generator,
) -> Pictures:
    """Draw the images of a step of pre-training, and masks: real ones and random shapes."""
    options, wanted = settings.augmentation, settings.masks
    drawn, _ = images.draw(settings.batch_size - wanted, generator)
    drawn, _ = change_geometry(drawn, None, options, generator)
    drawn = change_intensity(drawn, options, generator)
    real_count = wanted - round(wanted * RANDOM_MASKS) if masks.cases else 0
    shape = (wanted - real_count, *drawn.shape[2:])
    labels = random_masks(shape, settings.num_classes, generator)
    if real_count:
        moved, real = masks.draw(real_count, generator)
        real = change_geometry(moved, real, options, generator)[1]
        labels = torch.cat([labels, known_labels(real)[0]])
    size = [side // config.downsampling for side in drawn.shape[2:]]
    shape = (len(drawn) + len(labels), config.latent_channels, *size)
    return Pictures(drawn, labels, torch.randn(shape, generator=generator))


def random_masks(
    shape: tuple[int, int, int], num_classes: int, generator: torch.Generator
) -> Tensor:
    """Label maps (B, H, W) uint8 of smooth random shapes, about half of it background."""
    batch, height, width = shape
    score = torch.randn(batch, num_classes + 1, 5, 5, generator=generator)
    score[:, 0] += 0.8 + 0.4 * num_classes**0.5
    score = F.interpolate(score, (height, width), mode="bicubic", align_corners=False)
    return score.argmax(dim=1).to(torch.uint8)


# Ahead


def ahead(draw: Callable[[int], B], steps: Iterable[int], device: torch.device) -> Iterator[B]:
    """``draw(step)`` of every step in turn, on the device, drawn by threads of their own: one
    beside a CPU that computes, several for a graphics card.

    They must share no random state with the rest: ``draw`` makes its own generator. With
    :data:`DEPTH` 0 every batch is drawn when it is asked for, which gives the same batches.
    """

    def ready(step: int) -> B:
        return draw(step).pinned() if device.type == "cuda" else draw(step)

    count = 1 if device.type == "cpu" else min(CARD_THREADS, torch.get_num_threads())
    waiting: deque[Future[B]] = deque()
    with ThreadPoolExecutor(count, initializer=torch.set_num_threads, initargs=(1,)) as threads:
        try:
            for step in steps:
                waiting.append(threads.submit(ready, step))
                if len(waiting) > DEPTH * count:
                    yield waiting.popleft().result().to(device)
            while waiting:
                yield waiting.popleft().result().to(device)
        finally:
            threads.shutdown(cancel_futures=True)
