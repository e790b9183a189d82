"""The network on a batch of slices: probabilities, and where the branches disagree or one alone is
in doubt."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
import torch

from semigda.inference.batching import BatchSize, measured
from semigda.inference.device import batch_limits, device_name, out_of_memory
from semigda.inference.restore import likeliest
from semigda.method.palette import Palette
from semigda.networks.semigda import BranchFeatures, SemiGDA
from semigda.networks.unet import UNet
from semigda_core.errors import SemiGDAError

# Of one branch: a class is sure above this probability, and possible above what is left.
SURE = 0.75


@dataclass
class Prediction:
    """For n working slices, without their padding.

    Attributes:
        probabilities: (n, K + 1, h, w), the mean of the requested branches.
        disagreement: (n, h, w) from 0 to 1: total variation distance of the two branches'
            probabilities; of one branch alone twice what its likeliest class lacks to certainty,
            at most 1; ``None`` if that is not asked for.
        overlap: (n, K + 1, 3) pixels of every class in branch one, in branch two and in both; of
            one branch alone those of which it is :data:`SURE`, those that it thinks possible, and
            the first again. Outside of a region of interest nothing counts.
        inside: (n, h, w) bool, which pixels lie in the region of interest; ``None`` without one.
        looks: what ``look`` of the :class:`Predictor` found.
    """

    probabilities: torch.Tensor
    disagreement: torch.Tensor | None
    overlap: torch.Tensor | None
    inside: torch.Tensor | None = None
    looks: torch.Tensor | None = None


class Predictor:
    """Runs the network, and steps down the memory ladder if memory runs out: half the batch, and so
    on to one slice, then the CPU, then an error.

    Attributes:
        steps: steps down the ladder, in words, for log and result.
    """

    def __init__(
        self,
        network: SemiGDA | UNet,
        num_classes: int,
        device: torch.device,
        *,
        used: tuple[str, ...],
        run: tuple[str, ...],
        size: tuple[int, int],
        crop: Callable[[torch.Tensor], torch.Tensor],
        batch_size: int | None = None,
        review: bool = False,
        look: Callable[[BranchFeatures], torch.Tensor | None] | None = None,
    ):
        """
        Args:
            used: the branches whose mean gives the probabilities.
            run: the branches to compute; two are compared.
            review: whether one branch alone says where it is in doubt.
            size: (H, W) of a working slice.
            crop: removes the padding of (..., H, W).
            batch_size: fixes what is otherwise chosen by measuring.
            look: sees the features of every batch, of a network that has some.
        """
        self._look = look
        self.network = network.eval()
        self.used, self.run, self.crop, self.review = used, run, crop, review
        self.steps: list[str] = []
        # A plain U-Net gives logits; SemiGDA paints, and its palette reads them.
        self.logits: Callable[[torch.Tensor], torch.Tensor] = Palette(num_classes).logits
        if isinstance(network, UNet):
            self.logits, width, patch = torch.Tensor.float, network.width, 1
        else:
            width, patch = network.config.channels[0], network.config.patch
        self._finest, self._width = (size[0] // patch, size[1] // patch), width
        try:
            self._move(device)
            self._batch = BatchSize(batch_size, batch_size) if batch_size else self._measured()
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            self._batch = BatchSize(1, 1)  # the network alone is too large for the device
            self._step_down(str(error))

    @property
    def batch_size(self) -> int:
        """Slices at once, of the next call."""
        return self._batch.now

    def _measured(self) -> BatchSize:
        limits = batch_limits(self.device, self._finest, self._width)
        case = (str(self.device), self._finest, self.run)
        return measured(self.network, case, *limits)

    def _move(self, device: torch.device) -> None:
        self.device = device
        # Channels last takes a seventh less time on CPUs: 85 against 100 ms a slice.
        self.network.to(device)
        # torch's types leave out this form of the call.
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def __call__(self, slices: torch.Tensor, inside: np.ndarray | None = None) -> Prediction:
        """Predict the first of slices (n, 3, H, W), as many as suit; the caller asks again for the
        remaining ones.

        Args:
            inside: (n, h, w) bool, which pixels lie in the region of interest.

        Raises:
            SemiGDAError: "out-of-memory" if one slice on the CPU is too much.
        """
        while True:
            try:
                some = slices[: self._batch.of(len(slices))]
                with self._batch.timed(len(some), self.device):
                    return self._predict(some, inside)
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                text = str(error)
            # Outside the except block: the exception keeps the frames and so their tensors.
            self._step_down(text)

    @torch.inference_mode()
    def _predict(self, slices: torch.Tensor, region: np.ndarray | None) -> Prediction:
        images = slices.to(self.device, memory_format=torch.channels_last)
        # bfloat16 has the range of float32; float16 overflows in autoencoders of this kind.
        half = self.device.type == "cuda" and torch.cuda.is_bf16_supported()
        with torch.autocast("cuda", torch.bfloat16) if half else nullcontext():
            pictures, looks = self._pictures(images)
        if self.device.type == "mps":  # lacks anti-aliased resampling
            pictures = {branch: picture.cpu() for branch, picture in pictures.items()}
        shares = {b: self.logits(self.crop(pictures[b])).softmax(1) for b in self.run}
        mean = torch.stack([shares[b] for b in self.used]).mean(0)
        inside = None
        if region is not None:
            inside = torch.from_numpy(region[: len(slices)]).to(mean.device)
        if len(self.run) == 1:
            if not self.review:
                return Prediction(mean, None, None, inside, looks)
            (alone,) = shares.values()
            doubt = (2 - 2 * alone.amax(1)).clamp(max=1)
            return Prediction(mean, doubt, _sure(alone, inside), inside, looks)
        one, two = (shares[b] for b in self.run)
        difference = (one - two).abs().sum(1) / 2
        return Prediction(mean, difference, _overlap(one, two, inside), inside, looks)

    def _pictures(
        self, images: torch.Tensor
    ) -> tuple[dict[str, torch.Tensor], torch.Tensor | None]:
        """What :attr:`logits` reads, of each branch to compute (a U-Net is one for all of them),
        and :attr:`Prediction.looks`."""
        if isinstance(self.network, UNet):
            return dict.fromkeys(self.run, self.network(images)), None
        if self._look is None:
            return self.network(images, branches=self.run), None
        features = self.network.features(images, self.run)
        return self.network.decode(features), self._look(features)

    def _step_down(self, detail: str) -> None:
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        if self.batch_size > 1:
            self._batch.limit(self.batch_size // 2)
            self.steps.append(
                f"Too little memory on {device_name(self.device)}: "
                f"went on with {self.batch_size} slice(s) at once."
            )
        elif self.device.type != "cpu":
            self.steps.append(f"Too little memory on {device_name(self.device)}: went on with CPU.")
            self._move(torch.device("cpu"))
            self._batch = self._measured()
        else:
            raise SemiGDAError("out-of-memory", detail=detail[:200])


def _overlap(
    one: torch.Tensor, two: torch.Tensor, inside: torch.Tensor | None = None
) -> torch.Tensor:
    """See :attr:`Prediction.overlap`."""
    slices, classes = one.shape[:2]
    masks = [likeliest(share.unbind(1)) for share in (one, two)]
    if inside is not None:
        masks = [mask * inside for mask in masks]
    a, b = (mask.flatten(1).long() for mask in masks)
    number = torch.arange(slices, device=a.device)[:, None]
    pairs = ((number * classes + a) * classes + b).flatten()
    met = torch.bincount(pairs, minlength=slices * classes**2).view(slices, classes, classes)
    return torch.stack([met.sum(2), met.sum(1), met.diagonal(0, 1, 2)], 2).cpu()


def _sure(alone: torch.Tensor, inside: torch.Tensor | None = None) -> torch.Tensor:
    """:attr:`Prediction.overlap` of one branch's probabilities."""
    if inside is not None:
        alone = alone * inside[:, None]
    sure, possible = ((alone > limit).flatten(2).sum(2) for limit in (SURE, 1 - SURE))
    return torch.stack([sure, possible, sure], 2).cpu()
