"""Group normalisation."""

from __future__ import annotations

import torch
from torch import nn

_SMALL = 1024  # pixels; PyTorch treats smaller feature maps in another way


class GroupNorm(nn.GroupNorm):
    """(B, C, H, W) -> the same shape.

    Of small feature maps in bfloat16 PyTorch normalises one value at a time on a CPU: float32 takes
    a fifth of the time. The convolution that follows makes it bfloat16 again.
    """

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.dtype == torch.bfloat16 and x.device.type == "cpu" and x[0, 0].numel() < _SMALL:
            x = x.float()
        return super().forward(x)
