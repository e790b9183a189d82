"""The mean teacher: a network that is the running average of the learning one.

(Tarvainen and Valpola, NeurIPS 2017.)
"""

from __future__ import annotations

from copy import deepcopy
from typing import TypeVar

import torch
from torch import nn

N = TypeVar("N", bound=nn.Module)


def make_teacher(network: N) -> N:
    """A copy for :func:`update_teacher`; frozen parts are shared, not copied."""
    shared = {id(part): part for part in network.parameters() if not part.requires_grad}
    return deepcopy(network, shared).requires_grad_(False).eval()


@torch.no_grad()
def update_teacher(teacher: nn.Module, network: nn.Module, step: int, decay: float) -> None:
    """Update the running average, which follows faster in the first steps."""
    decay = min(decay, (1 + step) / (10 + step))
    for average, value in zip(teacher.parameters(), network.parameters(), strict=True):
        if average is not value:
            average.lerp_(value, 1 - decay)
    for buffer, present in zip(teacher.buffers(), network.buffers(), strict=True):
        buffer.copy_(present)
