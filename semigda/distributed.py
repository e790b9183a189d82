"""The processes of one command under ``torchrun``: which one this is, and what they do together.

Without torchrun there is one rank, and everything here has no effect. All ranks must make the same
calls in the same order. They read and write the same folders, even on several machines.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn

from semigda_core.errors import Paused, SemiGDAError

# Rank 0 may read, score or wait for another training for a long time while the others wait.
TIMEOUT = timedelta(days=7)

Network = TypeVar("Network", bound=nn.Module)


class Ranks:
    """This process among all processes of the command.

    Attributes:
        rank: 0 to ``world`` - 1.
        world: the number of ranks.
    """

    def __init__(self, rank: int = 0, world: int = 1):
        self.rank, self.world = rank, world

    @property
    def first(self) -> bool:
        """Whether this one writes files and reports."""
        return self.rank == 0

    def check_batches(self, *sizes: int) -> None:
        """Raise "bad-input" unless the ranks can share batches with these numbers of rows."""
        if any(size % self.world for size in sizes):
            raise SemiGDAError(
                "bad-input",
                f"Batches of {' and '.join(map(str, sizes))} cannot be shared by {self.world} "
                "processes.",
                action="Choose batch sizes that can be divided by the number of processes.",
            )

    def any(self, flag: bool) -> bool:
        """Whether the flag is true on any rank."""
        if self.world == 1:
            return flag
        # On the CPU, so that no graphics card has to finish its work first.
        answer = torch.tensor(int(flag))
        dist.all_reduce(answer, dist.ReduceOp.MAX)
        return bool(answer)

    def gather(self, value: Any) -> list[Any]:
        """The values of all ranks, in order."""
        if self.world == 1:
            return [value]
        values: list[Any] = [None] * self.world
        dist.all_gather_object(values, value)
        return values

    def share(self, value: Any = None) -> Any:
        """The first rank's value; all wait for it."""
        return self.gather(value if self.first else None)[0]

    def total(self, part: Tensor) -> Tensor:
        """The sum over ranks, differentiable: see :class:`_Total`."""
        return part if self.world == 1 else _Total.apply(part, self.world)

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its mean over ranks."""
        if self.world == 1 or not tensors:
            return
        flat = torch.cat([tensor.detach().flatten() for tensor in tensors])
        dist.all_reduce(flat)
        parts = (flat / self.world).split([tensor.numel() for tensor in tensors])
        with torch.no_grad():
            for tensor, part in zip(tensors, parts, strict=True):
                tensor.copy_(part.view_as(tensor))

    def copy_first(self, network: nn.Module) -> None:
        """Give every rank the first rank's weights: machines may round differently."""
        if self.world > 1:
            for tensor in network.state_dict().values():
                dist.broadcast(tensor, 0)

    def normalised(self, network: Network) -> Network:
        """The network with batch norms over the batch of all ranks.

        PyTorch has these for CUDA only: on CPUs each rank normalises by its own rows, and only the
        running statistics are averaged (by the training's stepper). They exchange statistics within
        the network, where a rank that runs out of memory cannot notify the others: that ends the
        training.
        """
        on_cuda = any(parameter.is_cuda for parameter in network.parameters())
        if self.world == 1 or not on_cuda:
            return network
        synced: Network = nn.SyncBatchNorm.convert_sync_batchnorm(network)
        return synced


ALONE = Ranks()


class _Total(torch.autograd.Function):
    """Sum over ranks of a part of the batch's statistics.

    Every rank computes the same function of the sum, so their gradients of it are equal and need
    no exchange; multiplied by the number of ranks, because gradients are averaged in the end.
    """

    @staticmethod
    def forward(ctx: Any, part: Tensor, world: int) -> Tensor:
        ctx.world = world
        whole = part.detach().clone()
        dist.all_reduce(whole)
        return whole

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient * ctx.world, None


@contextmanager
def joined(device: torch.device) -> Iterator[Ranks]:
    """The ranks of the command, connected while inside: gloo on CPUs, NCCL between CUDA cards.

    Nested in another one, it neither connects nor disconnects.
    """
    if not under_torchrun():
        yield ALONE
        return
    outermost = not dist.is_initialized()
    if outermost:
        backend = "gloo"
        if device.type == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))  # what "cuda" then means
            backend = "cpu:gloo,cuda:nccl"
        dist.init_process_group(backend, timeout=TIMEOUT)
    try:
        yield Ranks(dist.get_rank(), dist.get_world_size())
    except Paused:  # by all
        if outermost:
            dist.destroy_process_group()
        raise
    # Not after an error: another rank may be in the middle of a call, and the process ends.
    if outermost:
        dist.destroy_process_group()


def under_torchrun() -> bool:
    """Whether this is one of several processes of ``torchrun``."""
    return "TORCHELASTIC_RUN_ID" in os.environ and int(os.environ.get("WORLD_SIZE", "1")) > 1


class SharedJob:
    """A job folder for all ranks: the first writes to it, and its requests reach all of them."""

    def __init__(self, job: Any, ranks: Ranks):
        self._job, self._ranks = job, ranks
        self.path = Path(job.path)

    def event(self, type: str, **values: Any) -> None:
        if self._ranks.first:
            self._job.event(type, **values)

    def update(self, *arguments: Any, **values: Any) -> None:
        if self._ranks.first:
            self._job.update(*arguments, **values)

    def requested(self, control: str) -> bool:
        return self._ranks.any(self._ranks.first and self._job.requested(control))
