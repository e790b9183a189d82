"""Threads side by side, each with slices and cores of its own.

Threads that share the work of one layer wait for each other at its end, hundreds of times a batch.
On two cores, two threads with four slices each take a seventh less of the processor's time than
both with the same eight (benchmarks/results/speed.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import lru_cache
from math import gcd
from typing import TypeVar

import torch

Item = TypeVar("Item")
Made = TypeVar("Made")

LEAST = 2  # slices of a thread; a slice gets the same values, to the last bit, in two or more
_MOST = 4


def lanes(device: torch.device, slices: int) -> int:
    """How many threads share the cores evenly and have :data:`LEAST` slices or more of
    ``slices``: a power of two."""
    if device.type != "cpu":
        return 1
    most = max(1, min(_MOST, slices // LEAST))
    return gcd(torch.get_num_threads(), 1 << (most.bit_length() - 1))


def side_by_side(job: Callable[[Item], Made], items: Iterable[Item], count: int) -> list[Made]:
    """``job`` of every item in order, ``count`` at a time, each with its share of the cores.

    Raises:
        The first job's error, when all have ended.
    """
    items, cores = list(items), torch.get_num_threads()
    if count == 1 or len(items) == 1:
        return [job(item) for item in items]

    def share(item: Item) -> Made:
        torch.set_num_threads(cores // count)  # each time: the BLAS's cores are those of the last
        return job(item)

    try:
        jobs = [_pool(count).submit(share, item) for item in items]
        wait(jobs)
    finally:
        torch.set_num_threads(cores)  # the last call, in any thread, is also for later threads
    return [each.result() for each in jobs]


@lru_cache(4)
def _pool(count: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(count, "lane")
