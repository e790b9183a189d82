"""From the stored seconds to ratios, and both to text."""

from __future__ import annotations

from collections.abc import Sequence

from speed_lib.timing import ratios, spread

# Shares of stage 2: the released code mixes after a third of it, a training here begins with
# supervised steps (`TrainSettings.supervised_share`).
MIXED_SHARE, SUPERVISED_SHARE = 2 / 3, 0.4


def speedups(run: dict) -> dict[str, list[float]]:
    """How many times as fast as the reference, each repeat, of an inference or a training."""
    if run["part"].startswith("inference"):
        slow, *fast = run["seconds"].items()
        return {name: ratios(slow[1], seconds) for name, seconds in fast}
    one, two = run["seconds"]["stage 1"], run["seconds"]["stage 2"]
    ours, mixed, plain = two["ours"], two["reference, mixed"], two["reference, not mixed"]
    return {
        "stage 1": ratios(one["reference"], one["ours"]),
        "stage 2, step with mixing": ratios(mixed, ours),
        "stage 2, step without mixing": ratios(plain, ours),
        "stage 2, mean of a whole run": ratios(
            blend(mixed, plain, MIXED_SHARE), blend(two["ours, supervised"], ours, SUPERVISED_SHARE)
        ),
    }


def blend(one: Sequence[float], two: Sequence[float], share: float) -> list[float]:
    """``share`` of one, the rest of two."""
    return [share * a + (1 - share) * b for a, b in zip(one, two, strict=True)]


def median(values: Sequence[float]) -> float:
    return spread(values).median


def ranged(values: Sequence[float], digits: int = 2) -> str:
    """Median (least to largest)."""
    middle, least, largest = (f"{value:.{digits}f}" for value in spread(values))
    return f"{middle} ({least} to {largest})" if len(values) > 1 else middle


def megabytes(count: float) -> str:
    return f"{count / 2**20:,.0f}"
