"""The network on a batch of slices: probabilities, and steps down where memory is short."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import reduce

import torch

from semigda.inference.batching import BatchSize, measured
from semigda.inference.device import (
    batch_limits,
    computes_bfloat16,
    device_name,
    free_cache,
    layout,
    out_of_memory,
)
from semigda.lanes import LEAST, lanes, side_by_side
from semigda.method.palette import Palette
from semigda.networks.semigda import BranchFeatures, SemiGDA
from semigda.networks.unet import UNet
from semigda_core.errors import SemiGDAError


@dataclass
class Prediction:
    """For n working slices, without their padding.

    Attributes:
        probabilities: (n, K + 1, h, w), the mean of the branches.
        looks: what ``look`` of the :class:`Predictor` found.
    """

    probabilities: torch.Tensor
    looks: torch.Tensor | None = None

    @classmethod
    def joined(cls, parts: Sequence[Prediction]) -> Prediction:
        """Of consecutive slices."""
        looks = [part.looks for part in parts if part.looks is not None]
        return cls(
            torch.cat([part.probabilities for part in parts]), torch.cat(looks) if looks else None
        )


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
        branches: tuple[str, ...],
        size: tuple[int, int],
        crop: Callable[[torch.Tensor], torch.Tensor],
        batch_size: int | None = None,
        look: Callable[[BranchFeatures], torch.Tensor | None] | None = None,
    ):
        """
        Args:
            branches: whose mean gives the probabilities.
            size: (H, W) of a working slice.
            crop: removes the padding of (..., H, W).
            batch_size: fixes what is otherwise chosen by measuring.
            look: sees the features of every batch, of a network that has some.
        """
        self._look = look
        self.network = network.eval()
        self.branches, self.crop = branches, crop
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
            self._batch = self._fixed(batch_size) if batch_size else self._measured()
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            self._batch = self._fixed(1)  # the network alone is too large for the device
            self._step_down(str(error))

    @property
    def batch_size(self) -> int:
        """Slices at once, of the next call."""
        return self._batch.now

    def _fixed(self, size: int) -> BatchSize:
        self._lanes = lanes(self.device, size)
        return BatchSize(size, size)

    def _measured(self) -> BatchSize:
        first, largest = batch_limits(self.device, self._finest, self._width)
        self._lanes = lanes(self.device, largest)
        case = (str(self.device), self._finest, self.branches)
        return measured(self.network, case, max(first, LEAST * self._lanes), largest)

    def _move(self, device: torch.device) -> None:
        self.device = device
        self.network.to(device)
        # torch's types leave out this form of the call.
        self.network.to(memory_format=layout(device))  # type: ignore[call-overload]

    def __call__(self, slices: torch.Tensor) -> Prediction:
        """Predict the first of slices (n, 3, H, W), as many as suit; the caller asks again for the
        remaining ones.

        Raises:
            SemiGDAError: "out-of-memory" if one slice on the CPU is too much.
        """
        while True:
            try:
                some = slices[: self._batch.of(len(slices))]
                with self._batch.timed(len(some), self.device):
                    return self._predict(some)
            except (MemoryError, RuntimeError) as error:
                if not out_of_memory(error):
                    raise
                text = str(error)
            # Outside the except block: the exception keeps the frames and so their tensors.
            self._step_down(text)

    def _predict(self, slices: torch.Tensor) -> Prediction:
        share = max(LEAST, -(-len(slices) // self._lanes))
        made = side_by_side(self._predict_share, slices.split(share), self._lanes)
        return made[0] if len(made) == 1 else Prediction.joined(made)

    @torch.inference_mode()
    def _predict_share(self, slices: torch.Tensor) -> Prediction:
        images = slices.to(self.device, memory_format=layout(self.device))
        # bfloat16 has the range of float32; float16 overflows in autoencoders of this kind.
        half = computes_bfloat16(self.device)
        with torch.autocast("cuda", torch.bfloat16) if half else nullcontext():
            pictures, looks = self._pictures(images)
        if self.device.type == "mps":  # lacks anti-aliased resampling
            pictures = {branch: picture.cpu() for branch, picture in pictures.items()}
        shares = [self.logits(self.crop(pictures[b])).softmax(1) for b in self.branches]
        return Prediction(reduce(torch.Tensor.add_, shares).div_(len(shares)), looks)

    def _pictures(
        self, images: torch.Tensor
    ) -> tuple[dict[str, torch.Tensor], torch.Tensor | None]:
        """What :attr:`logits` reads, of each branch to compute (a U-Net is one for all of them),
        and :attr:`Prediction.looks`."""
        if isinstance(self.network, UNet):
            return dict.fromkeys(self.branches, self.network(images)), None
        if self._look is None:
            return self.network(images, branches=self.branches), None
        features = self.network.features(images, self.branches)
        return self.network.decode(features), self._look(features)

    def _step_down(self, detail: str) -> None:
        free_cache()
        if self.batch_size > 1:
            self._batch.limit(self.batch_size // 2)
            self.steps.append(
                f"Too little memory on {device_name(self.device)}: "
                f"continued with {self.batch_size} slice{'' if self.batch_size == 1 else 's'} "
                "at a time."
            )
        elif self.device.type != "cpu":
            self.steps.append(
                f"Too little memory on {device_name(self.device)}: continued on the CPU."
            )
            self._move(torch.device("cpu"))
            self._batch = self._measured()
        else:
            raise SemiGDAError("out-of-memory", detail=detail[:200])
