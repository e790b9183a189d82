"""PyTorch's optimisers, without the compiler that their methods are wrapped for.

Nothing here uses ``torch.compile``, but the first call of such a method would import it: more than
a second and 70 MB at the start of every training.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any, TypeVar

import torch
from torch.optim import Optimizer

O = TypeVar("O", bound=Optimizer)  # noqa: E741
WRAPPED = ("add_param_group", "state_dict", "load_state_dict", "zero_grad")


def _unwrapped(kind: type[O]) -> type[O]:
    """``kind`` with the methods as they are written; ``step`` without gradients, as it must be."""
    methods = {name: inspect.unwrap(getattr(kind, name)) for name in WRAPPED}
    step = torch.no_grad()(inspect.unwrap(kind.step))
    return type(kind.__name__, (kind,), methods | {"step": step})


AdamW, SGD = _unwrapped(torch.optim.AdamW), _unwrapped(torch.optim.SGD)


def adamw(parameters: Iterable[Any], learning_rate: float, weight_decay: float) -> Optimizer:
    """AdamW of parameters, or groups of them, in one fused step where PyTorch has that for the
    device.

    A compact network is 450 small tensors: one after the other takes a tenth of the step's time on
    a CPU, and as many kernels on a graphics card.
    """
    groups = list(parameters)

    def make(fused: bool | None = None) -> Optimizer:
        # Copies: PyTorch writes into a group what it is to be optimised with, and how.
        own = [dict(group) if isinstance(group, dict) else group for group in groups]
        return AdamW(own, lr=learning_rate, weight_decay=weight_decay, fused=fused)

    try:
        return make(fused=True)
    except RuntimeError:  # on a CPU before PyTorch 2.4
        return make()


def sgd(parameters: Iterable[Any], learning_rate: float, weight_decay: float) -> Optimizer:
    """Nesterov's, as the paper trains."""
    return SGD(parameters, learning_rate, momentum=0.9, weight_decay=weight_decay, nesterov=True)
