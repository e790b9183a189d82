"""Figures as Markdown."""

from __future__ import annotations

import statistics

from few_labels_lib.figures import Difference, Group


def number(value: float | None, digits: int = 3) -> str:
    """Rounded; a dash for none."""
    return "-" if value is None else f"{value:.{digits}f}"


def spread(group: Group, measure: str) -> str:
    """Mean over the seeds, with their standard deviation in brackets."""
    values = group.seed_means(measure)
    if len(values) < 2:
        return number(group.mean(measure))
    return f"{statistics.fmean(values):.3f} ({statistics.stdev(values):.3f})"


def signed(value: Difference | None) -> str:
    """In Dice points (hundredths)."""
    if value is None:
        return "-"
    mean, low, high = (100 * part for part in (value.mean, value.low, value.high))
    return f"{mean:+.1f} [{low:+.1f}, {high:+.1f}]"
