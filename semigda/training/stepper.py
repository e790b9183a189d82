"""One step of an optimiser, whatever memory allows and however many processes share it."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from semigda.distributed import Ranks
from semigda.inference.device import out_of_memory
from semigda.training.prefetch import rows
from semigda.training.reporter import Reporter
from semigda_core.errors import SemiGDAError

T = TypeVar("T", bound=tuple)
Losses = dict[str, Tensor]


class _ElsewhereOutOfMemory(Exception):
    """Another rank's memory did not suffice for this step."""


class Stepper:
    """Gradients of a batch, over its parts and over ranks, and the optimiser's step by them.

    A rank computes on its rows of the batch. Where memory does not suffice, it does so in 2 parts
    from then on, then in 4, and so on to single rows: the gradients of the parts add up to the
    batch's. Only the batch Dice (and a batch norm) then sees a part and not the whole batch, so its
    loss differs slightly from that of a machine with more memory.

    Gradients are averaged by one reduction of all of them, and not by DistributedDataParallel:
    that wraps one ``forward``, while the stages call parts of the network (and the first of them
    only some), and would have to be told about steps in parts.

    Args:
        network: whose running statistics are averaged over ranks too.
        sizes: rows of the batch's tensors, labelled and unlabelled.

    Attributes:
        parts: in how many parts a rank computes a step.

    Raises:
        SemiGDAError: "bad-input" if the ranks cannot share the rows.
    """

    def __init__(
        self,
        network: nn.Module,
        sizes: tuple[int, ...],
        device: torch.device,
        ranks: Ranks,
        reporter: Reporter,
    ):
        if any(size % ranks.world for size in sizes):
            raise SemiGDAError(
                "bad-input",
                f"Batches of {' and '.join(map(str, sizes))} cannot be shared by {ranks.world} "
                "processes.",
                action="Choose batch sizes that can be divided by the number of processes.",
            )
        self.buffers = [b for b in network.buffers() if b.is_floating_point()]
        self.device, self.ranks, self.reporter = device, ranks, reporter
        self.parts = 1
        self._rows = math.gcd(*sizes) // ranks.world
        self._left_out = torch.zeros((), device=device)

    def step(
        self,
        batch: T,
        compute: Callable[[T], Losses],
        optimizer: torch.optim.Optimizer,
        clip: float,
    ) -> Losses:
        """Take one step; the losses, means of all ranks and parts, are not yet waited for.

        A gradient that is not finite is replaced by zero without looking at it, which would make
        the processor wait for the graphics card: :meth:`left_out` tells later.

        Args:
            batch: this rank's rows.
            compute: losses of some rows; ``total`` is what is minimised, the mean over rows.

        Raises:
            SemiGDAError: "out-of-gpu-memory" or "out-of-memory" if one row is too much.
        """
        losses = None
        while losses is None:
            optimizer.zero_grad(set_to_none=True)
            losses = self._try(batch, compute)
            if losses is None:
                optimizer.zero_grad(set_to_none=True)
                self.divide()
        learned = [p for group in optimizer.param_groups for p in group["params"]]
        gradients = [p.grad for p in learned if p.grad is not None]
        self.ranks.average([*gradients, *self.buffers, *losses.values()])
        finite = torch.isfinite(nn.utils.clip_grad_norm_(learned, clip))
        for gradient in gradients:
            gradient.masked_fill_(~finite, 0)
        self._left_out += ~finite
        optimizer.step()
        return losses

    def left_out(self) -> int:
        """How many gradients were not finite since this was last asked."""
        count = int(self._left_out)
        self._left_out.zero_()
        return count

    def divide(self) -> None:
        """Use about half the memory from now on; called where it did not suffice.

        Raises:
            SemiGDAError: "out-of-gpu-memory" or "out-of-memory" if one row is too much.
        """
        on_card = self.device.type != "cpu"
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        finer = [n for n in range(2 * self.parts, self._rows + 1) if self._rows % n == 0]
        if not finer:
            raise SemiGDAError(
                "out-of-gpu-memory" if on_card else "out-of-memory",
                action="Close other programs, or choose a smaller image size.",
            )
        self.parts = finer[0]
        memory = "graphics memory" if on_card else "memory"
        text = (
            f"Out of {memory}: each step now computes in {self.parts} parts. The batch stays as "
            "large; its Dice loss is taken over each part."
        )
        if self.ranks.first:
            logging.getLogger(__name__).warning(text)
        self.reporter.event("warning", message=text)

    def total(self, part: Tensor) -> Tensor:
        """The sum over ranks for a loss; differentiable."""
        self._check()
        return self.ranks.total(part)

    def _check(self) -> None:
        if self.ranks.any(False):
            raise _ElsewhereOutOfMemory

    def _try(self, batch: T, compute: Callable[[T], Losses]) -> Losses | None:
        """Losses, with their gradients in the parameters; None if a rank had too little memory.

        Before ranks exchange anything they tell each other that all have come so far: one whose
        memory did not suffice says so there, wherever the others are.
        """
        sums: Losses = {}
        try:
            for part in range(self.parts):
                losses = compute(rows(batch, part, self.parts))
                (losses["total"] / self.parts).backward()
                for name, value in losses.items():
                    sums[name] = sums.get(name, 0) + value.detach().clone() / self.parts
            self._check()
            return sums
        except _ElsewhereOutOfMemory:
            return None
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
        # Outside the except block: the exception holds the frames and so their tensors.
        self.ranks.any(True)
        return None
