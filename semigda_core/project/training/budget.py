"""What a time budget buys: how large the slices are, how many a step has, and how many steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from semigda_core.models.network_config import BRANCHES

# The fixed cost of a step, in pixels of a slice, until a rehearsal has measured it. It is that of a
# CPU on which steps with slices of 96, 128, 160 and 192 pixels a side take .35, .51, .73 and 1 of
# the longest; on another CPU it was twice as much.
OVERHEAD, MOST_OVERHEAD = 5600.0, 1e6
# The longest that a first look takes. A training of fewer steps shows its own pictures as soon.
LOOK_SECONDS, LOOK_STEPS = 50.0, 300
# Until a rehearsal: a step's cost in steps of supervised stage 2, measured on a CPU.
PRETRAIN_WORK, ALIGN_WORK, SEMI_WORK = 0.5, 0.4, 1.2
UNET_WORK = 1.2  # of a whole training: that of the U-Net beside it


@dataclass(frozen=True)
class Sizes:
    """What a preset would like, and what it accepts.

    Attributes:
        sides: of a working slice, pixels at most; the first one if time allows.
        labeled_batch, unlabeled_batch: slices a step.
        steps: of all stages, until the computer's speed is known.
        least: steps; where the time is too short for them, slices get smaller.
        most: steps; where there is time for more, batches get larger, up to ``larger`` times.
        finer: how many times finer than acquired the pixels of a slice may be.
        branches: of the network that are trained.
    """

    sides: tuple[int, ...]
    labeled_batch: int
    unlabeled_batch: int
    steps: int
    least: int = 1
    most: int = 10**7
    larger: int = 1
    finer: float = 1.0
    branches: tuple[str, ...] = BRANCHES


def overhead_of(small: int, share: float, large: int) -> float:
    """The fixed cost of a step, whatever the size of its slices, in pixels.

    Args:
        small, large: pixels of slices of two sizes.
        share: the cost of a step with small ones, relative to one with large ones.
    """
    if share >= 1:
        return MOST_OVERHEAD
    return min(MOST_OVERHEAD, max(0.0, (share * large - small) / (1 - share)))


def relative_cost(pixels: int, before: int, overhead: float = OVERHEAD) -> float:
    """The cost of a step with slices of ``pixels``, relative to one with slices of ``before``."""
    return (pixels + overhead) / (before + overhead)


def afford(
    step_seconds: float,
    seconds: float,
    pixels: Sequence[int],
    sizes: Sizes,
    overhead: float = OVERHEAD,
) -> tuple[int, int, int]:
    """What the time allows: an index into ``pixels``, the factor of the batch, and the steps.

    Args:
        step_seconds: of a step with slices of ``pixels[0]``.
        seconds: for all steps.
        pixels: of a slice, for each size it may have, largest first.
        overhead: of a step, see :func:`overhead_of`.
    """
    costs = [step_seconds * relative_cost(count, pixels[0], overhead) for count in pixels]
    enough = (n for n, cost in enumerate(costs) if seconds >= sizes.least * cost)
    chosen = next(enough, len(costs) - 1)
    steps = seconds / max(costs[chosen], 1e-9)
    times = sizes.larger if steps >= sizes.larger * sizes.most else 1
    return chosen, times, round(min(sizes.most, steps / times))
