"""How many slices the network takes at once, chosen by measuring.

Larger batches share the cost of starting every layer, until they no longer fit into the caches.
Where that is depends on network, size of a slice, device, and whatever else the computer does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

import torch
from torch import nn

from semigda.inference.device import finish

_REPEATS = 3  # of which the fastest counts: the first call prepares, other programs disturb
_WORTH_TWICE = 0.03  # what a slice must gain to be worth a batch of twice the memory
_LONGEST_S = 5.0  # progress is told once a batch


class BatchSize:
    """The fastest of a few sizes.

    Measured are the first slices, which are computed anyway, so it costs nothing. Sizes stay powers
    of two from 2 on: on a CPU a slice then gets the same values, to the last bit, in any batch.

    Args:
        first: the smallest to measure.
        largest: that may be taken, see :meth:`limit`.

    Attributes:
        now: slices to take at once.
    """

    def __init__(self, first: int, largest: int):
        self._first, self._largest = first, largest
        self._seconds: dict[int, list[float]] = {}  # a slice took, by size
        self._choose()

    def of(self, left: int) -> int:
        """How many of the ``left`` slices to take now, at least 1."""
        return self.now if left >= self.now else 1 << (left.bit_length() - 1)

    def limit(self, largest: int) -> None:
        """From now on go up to ``largest``; what was measured stays known."""
        self._largest = largest
        self._choose()

    @contextmanager
    def timed(self, slices: int, device: torch.device) -> Iterator[None]:
        """Time the block, which computes ``slices``, while more measurements are useful."""
        if self._chosen or slices < self.now:
            yield
            return
        finish(device)
        begin = time.perf_counter()
        yield
        finish(device)
        self._took((time.perf_counter() - begin) / slices)

    def _took(self, seconds: float) -> None:
        self._seconds.setdefault(self.now, []).append(seconds)
        self._choose()

    def _choose(self) -> None:
        """The next size to measure; the fastest once all that are allowed were measured."""
        size = min(self._first, self._largest)
        while len(self._seconds.get(size, ())) >= _REPEATS:
            twice = 2 * size
            if twice > self._largest or twice * min(self._seconds[size]) >= _LONGEST_S:
                self.now, self._chosen = self._fastest(), True
                return
            size = twice
        self.now, self._chosen = size, self._first >= self._largest

    def _fastest(self) -> int:
        least = {n: min(times) for n, times in self._seconds.items() if n <= self._largest}
        enough = (1 + _WORTH_TWICE) * min(least.values())
        return next(size for size, seconds in least.items() if seconds <= enough)


# What was found stays as long as its network: a warm worker measures once.
_KNOWN: WeakKeyDictionary[nn.Module, dict[tuple, BatchSize]] = WeakKeyDictionary()


def measured(network: nn.Module, case: tuple, start: int, largest: int) -> BatchSize:
    """The batch size of ``network`` in a ``case``: device, branches and size of a slice.

    What ``largest`` was for an earlier image, which may have found less memory, has no say in it.
    """
    found = _KNOWN.setdefault(network, {}).setdefault(case, BatchSize(start, largest))
    found.limit(largest)
    return found
