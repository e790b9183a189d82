"""Forward and backward, whatever memory allows and however many processes share a batch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from semigda.distributed import Ranks
from semigda.inference.device import computes_bfloat16, device_name, free_cache, out_of_memory
from semigda.progress import Progress
from semigda.training.batch import Rows
from semigda.training.losses import Losses
from semigda_core.errors import SemiGDAError

B = TypeVar("B", bound=Rows)


class _ElsewhereOutOfMemory(Exception):
    """Another rank ran out of memory in this step."""


class Gradients:
    """Computes the gradients of batches, over parts of them and over ranks.

    A rank computes its rows of the batch. When memory runs out, it does so in 2 parts from then
    on, then in 4, and so on down to single rows: the gradients of the parts add up to the
    batch's. Only the batch Dice (and a batch norm) then sees a part and not the whole batch, so its
    loss differs slightly from that of a machine with more memory.

    Gradients are averaged by one reduction of all of them, and not by DistributedDataParallel:
    that wraps one ``forward``, while the stages call parts of the network (and the first of them
    only some), and would have to be told about steps in parts.

    Args:
        network: whose running statistics are averaged over ranks too.

    Attributes:
        parts: in how many parts a rank computes a step.
    """

    def __init__(self, network: nn.Module, device: torch.device, ranks: Ranks, progress: Progress):
        self.buffers = [b for b in network.buffers() if b.is_floating_point()]
        self.device, self.ranks, self.progress = device, ranks, progress
        self.parts = 1
        self._left_out = torch.zeros((), device=device)

    def of(
        self, batch: B, compute: Callable[[B], Losses], learned: Iterable[nn.Parameter]
    ) -> Losses:
        """Give the learned parameters their gradients; the losses, not yet waited for.

        Args:
            batch: this rank's rows.
            compute: losses of a part; ``total`` is what is minimised. They add up over the parts.

        Raises:
            SemiGDAError: "out-of-gpu-memory" or "out-of-memory" if one row is too much.
        """
        learned, losses = list(learned), None
        while losses is None:
            _forget(learned)
            losses = self._try(batch, compute)
            if losses is None:
                _forget(learned)
                self.divide(batch)
        given = [p.grad for p in learned if p.grad is not None]
        self.ranks.average([*given, *self.buffers, *losses.values()])
        return losses

    def clip(self, learned: Iterable[nn.Parameter], norm: float) -> None:
        """Make the gradients' norm at most ``norm``.

        Those that are not finite become zero without being looked at, which would make the
        processor wait for the graphics card: :meth:`left_out` tells later.
        """
        learned = list(learned)
        broken = ~torch.isfinite(nn.utils.clip_grad_norm_(learned, norm))
        for parameter in learned:
            if parameter.grad is not None:
                parameter.grad.masked_fill_(broken, 0)
        self._left_out += broken

    def left_out(self) -> int:
        """How many gradients were not finite since this was last asked."""
        count = int(self._left_out)
        self._left_out.zero_()
        return count

    def divide(self, batch: Rows) -> None:
        """Use about half the memory from now on; called when it ran out.

        Raises:
            SemiGDAError: "out-of-gpu-memory" or "out-of-memory" if one row is too much.
        """
        on_card = self.device.type != "cpu"
        free_cache()
        rows = sum(batch.counts)
        if self.parts >= rows:
            raise SemiGDAError(
                "out-of-gpu-memory" if on_card else "out-of-memory",
                action="Close other programs, or choose a smaller image size.",
            )
        self.parts = min(2 * self.parts, rows)
        memory = "graphics memory" if on_card else "memory"
        text = (
            f"Out of {memory}: each step now computes in {self.parts} parts. The batch stays as "
            "large; its Dice loss is taken over each part."
        )
        if self.ranks.first:
            logging.getLogger(__name__).warning(text)
        self.progress.warn(text)

    def total(self, part: Tensor) -> Tensor:
        """The sum over ranks for a loss; differentiable."""
        self._check()
        return self.ranks.total(part)

    def _check(self) -> None:
        if self.ranks.any(False):
            raise _ElsewhereOutOfMemory

    def _try(self, batch: B, compute: Callable[[B], Losses]) -> Losses | None:
        """Losses, with their gradients in the parameters; None if a rank had too little memory.

        Before ranks exchange anything they tell each other that all have come so far: one whose
        memory did not suffice says so there, wherever the others are.
        """
        sums: Losses = {}
        parts = min(self.parts, sum(batch.counts))
        try:
            for number in range(parts):
                losses = compute(batch.part(number, parts))
                losses["total"].backward()
                for name, value in losses.items():
                    sums[name] = sums.get(name, 0) + value.detach().clone()
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


def _forget(learned: Iterable[nn.Parameter]) -> None:
    for parameter in learned:
        parameter.grad = None


def in_groups(
    learned: Iterable[nn.Parameter], general: Iterable[nn.Parameter], share: float
) -> list[dict[str, Any]]:
    """Groups for the optimiser: ``general`` ones learn at ``share`` of its rate."""
    given = {id(parameter) for parameter in general}
    learned = list(learned)
    own: dict[str, Any] = {"params": [p for p in learned if id(p) not in given]}
    theirs = {"params": [p for p in learned if id(p) in given], "share": share}
    return [group for group in (own, theirs) if group["params"]]


# What differs between computers


def autocast(device: torch.device, precision: str) -> AbstractContextManager:
    """Mixed precision: ``auto`` is bfloat16 where convolutions take it, else float32."""
    if precision == "auto":
        precision = "bfloat16" if computes_bfloat16(device) else "float32"
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16)


def check_precision(device: torch.device, precision: str) -> None:
    """Raise "bad-input" if :func:`autocast` would fail there, or stay in float32.

    PyTorch before 2.5 has no mixed precision for MPS, older systems and cards lack bfloat16, and
    all of them tell in other ways.
    """
    try:
        with autocast(device, precision):
            one = torch.ones(1, 1, 1, 1, device=device)
            if precision != "bfloat16" or F.conv2d(one, one).dtype == torch.bfloat16:
                return
        detail = ""
    except RuntimeError as error:
        if out_of_memory(error):
            raise
        detail = str(error)[:200]
    raise SemiGDAError(
        "bad-input",
        f"PyTorch {torch.__version__} cannot train in bfloat16 on this device: "
        f"{device_name(device)}.",
        action="Choose another precision or device (--precision auto, --device auto).",
        detail=detail,
    )


@contextmanager
def limited_threads(threads: int) -> Iterator[None]:
    """Use so many CPU threads inside; 0 leaves the default."""
    before = torch.get_num_threads()
    if threads > 0:
        torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
