"""1x1 convolutions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn


class Pointwise(nn.Conv2d):
    """A 1x1 convolution, (B, C, H, W) -> (B, C', H, W).

    On one thread of a CPU, PyTorch leaves those of small batches to the BLAS, which takes up to
    twice as long as oneDNN. Dilated ones it gives to oneDNN, and a kernel of one pixel is the same
    however it is dilated.
    """

    def __init__(self, inputs: int, outputs: int, bias: bool = True):
        super().__init__(inputs, outputs, 1, bias=bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        known = x.device.type == "cpu" and torch.backends.mkldnn.is_available()
        return F.conv2d(x, self.weight, self.bias, dilation=2 if known else 1)
