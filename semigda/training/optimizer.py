"""The optimiser of every stage."""

from __future__ import annotations

from collections.abc import Iterable

import torch


def adamw(
    parameters: Iterable[torch.nn.Parameter], learning_rate: float, weight_decay: float
) -> torch.optim.AdamW:
    """AdamW in one fused step where PyTorch has that for the device.

    A compact network is 450 small tensors: one after the other takes a tenth of the step's time on
    a CPU, and as many kernels on a graphics card.
    """
    groups, options = list(parameters), {"lr": learning_rate, "weight_decay": weight_decay}
    try:
        return torch.optim.AdamW(groups, fused=True, **options)
    except RuntimeError:  # on a CPU before PyTorch 2.4
        return torch.optim.AdamW(groups, **options)
