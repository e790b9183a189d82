"""Hearing a cancel while a slow network computes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import nn

_PAUSE_S = 0.2  # between two questions, which look for files


@contextmanager
def interruptible(network: nn.Module, check: Callable[[], None]) -> Iterator[None]:
    """Within the block ``network`` calls ``check``, which may raise, between its convolutions.

    A batch of the paper's network takes many seconds on a CPU; a convolution, less than one.
    """
    asked = time.monotonic()

    def ask(*_: object) -> None:
        nonlocal asked
        if time.monotonic() - asked >= _PAUSE_S:
            check()
            asked = time.monotonic()

    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    hooks = [layer.register_forward_pre_hook(ask) for layer in layers]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
