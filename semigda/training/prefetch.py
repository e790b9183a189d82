"""Drawing the batches of the next steps while the network computes on this one's."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

T = TypeVar("T", bound=tuple)
DEPTH = 2  # batches drawn ahead: one is enough unless steps differ in length


def ahead(draw: Callable[[int], T], steps: Iterable[int], device: torch.device) -> Iterator[T]:
    """``draw(step)`` of every step in turn, on the device, drawn by a thread of its own.

    The thread must share no random state with the rest: ``draw`` makes its own generator. With
    :data:`DEPTH` 0 every batch is drawn when it is asked for, which gives the same batches.
    """

    def ready(step: int) -> T:
        return pinned(draw(step)) if device.type == "cuda" else draw(step)

    waiting: deque[Future[T]] = deque()
    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as thread:
        try:
            for step in steps:
                waiting.append(thread.submit(ready, step))
                if len(waiting) > DEPTH:
                    yield moved(waiting.popleft().result(), device)
            while waiting:
                yield moved(waiting.popleft().result(), device)
        finally:
            thread.shutdown(cancel_futures=True)


def rows(batch: T, first: int, step: int) -> T:
    """Every ``step``-th row of a named tuple of tensors, beginning with ``first``.

    Parts of a batch are made of such rows and not of consecutive ones: what is one tensor after
    another (labelled, then unlabelled) and what is paired by row number then stays so.
    """
    return type(batch)(*(part if part is None else part[first::step] for part in batch))


def moved(batch: T, device: torch.device) -> T:
    """The batch on a device; a pinned one travels while the device computes."""
    return type(batch)(*(p if p is None else p.to(device, non_blocking=True) for p in batch))


def pinned(batch: T) -> T:
    """The batch in memory that a graphics card reads by itself."""
    return type(batch)(*(part if part is None else part.pin_memory() for part in batch))
