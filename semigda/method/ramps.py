"""Schedules: numbers that depend on the finished share of the run."""

from __future__ import annotations

import math


def ramp_up(done: float) -> float:
    """exp(-5 (1 - t)^2), from 0.007 at t = 0 to 1 at t = 1; t is clipped to 0..1."""
    return math.exp(-5 * (1 - min(max(done, 0.0), 1.0)) ** 2)


def learning_rate(done: float, warm_up: float = 0.05) -> float:
    """One cycle, as a factor: a linear rise over ``warm_up`` of the run, then half a cosine to 0.

    No restarts: a run must not end with a learning rate that has just been raised.
    """
    if done < warm_up:
        return done / warm_up
    return 0.5 * (1 + math.cos(math.pi * (done - warm_up) / (1 - warm_up)))
