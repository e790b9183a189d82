"""Ways of doing the same, timed in turn, so that a busy computer slows all of them alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import torch

from semigda.networks.cost import counting

T = TypeVar("T")
Way = Callable[[], object]


class Spread(NamedTuple):
    """Of repeated measurements."""

    median: float
    least: float
    largest: float


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def ratios(slow: Sequence[float], fast: Sequence[float]) -> list[float]:
    """How many times as long the slow way took, each time compared with its neighbour."""
    return [a / b for a, b in zip(slow, fast, strict=True)]


def interleaved(
    ways: Mapping[str, Way], repeats: int, device: str, first: Callable[[Way], T]
) -> tuple[dict[str, T], dict[str, list[float]]]:
    """Call all ways once by ``first``, which is not timed, then all in turn, ``repeats`` times.

    Returns:
        What ``first`` gave, and the seconds of the other calls.
    """
    given = {name: first(way) for name, way in ways.items()}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            wait(device)
            begin = time.perf_counter()
            way()
            wait(device)
            seconds[name].append(time.perf_counter() - begin)
    return given, seconds


def wait(device: str) -> None:
    """Wait until a graphics card has finished its work."""
    if device == "cuda":
        torch.cuda.synchronize()


def gflop_of(way: Way) -> float:
    """Floating-point operations of a call in 1e9, forward and backward, two a multiply-add."""
    with counting() as counter:
        way()
    return counter.get_total_flops() / 1e9
