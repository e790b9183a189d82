"""Convolutions of EfficientNet: what PyTorch computes slowly, or pads otherwise."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd.function import once_differentiable

_COLUMNS = 3  # of the widest kernels for whose gradient oneDNN has depthwise code
_OF_X, _OF_KERNEL = [True, False, False], [False, True, False]


class Pointwise(nn.Conv2d):
    """A 1x1 convolution, (B, C, H, W) -> (B, C', H, W).

    On one thread of a CPU, PyTorch leaves those of small batches to the BLAS, which takes up to
    twice as long as oneDNN. Dilated ones it gives to oneDNN, and a kernel of one pixel is the same
    however it is dilated.
    """

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        known = x.device.type == "cpu" and torch.backends.mkldnn.is_available()
        return F.conv2d(x, self.weight, self.bias, dilation=2 if known else 1)


class SameConv(nn.Conv2d):
    """A convolution of stride 1 or 2 with TensorFlow's SAME padding.

    (B, C, H, W) -> (B, C', H, W), or half of H and W, rounded up. When it halves an even length,
    TensorFlow pads the end by one more than the start. A kernel with a leading row of zeros and
    even padding does the same, and padding a kernel is cheaper than padding a feature map.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1):
        super().__init__(inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups)
        self.depthwise = groups == inputs

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        halved = self.stride == (2, 2)
        zeros = tuple(int(halved and side % 2 == 0) for side in x.shape[2:])
        wide = self.kernel_size[1] + zeros[1] > _COLUMNS
        if self.depthwise and wide and x.device.type == "cpu":
            made: torch.Tensor = _WideDepthwise.apply(x, self.weight, self.bias, self.stride, zeros)
            return made
        return self._conv_forward(x, _led(self.weight, zeros), self.bias)


def _led(kernel: torch.Tensor, zeros: tuple[int, ...]) -> torch.Tensor:
    """The kernel behind so many rows and columns of zeros."""
    return F.pad(kernel, (zeros[1], 0, zeros[0], 0)) if any(zeros) else kernel


class _WideDepthwise(torch.autograd.Function):
    """A depthwise convolution whose weight gradient is taken three columns at a time.

    Of a wider kernel, oneDNN computes the gradient as that of a full convolution of 16 channels
    each, which takes up to seven times as long.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        stride: tuple[int, int],
        zeros: tuple[int, int],
    ) -> torch.Tensor:
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.zeros = stride, zeros
        padding = weight.shape[-1] // 2
        return F.conv2d(x, _led(weight, zeros), bias, stride, padding, groups=len(weight))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        slope = slope.to(x.dtype)  # mixed precision computes in another one
        of_x = of_weight = of_bias = None
        if ctx.needs_input_grad[0]:
            kernel, padding = _led(weight.to(x.dtype), ctx.zeros), weight.shape[-1] // 2
            of_x = _back(slope, x, kernel, ctx.stride, padding, _OF_X)[0]
        if ctx.needs_input_grad[1]:
            of_weight = _of_weight(slope, x, weight, ctx.stride, ctx.zeros)
        if ctx.needs_input_grad[2]:
            of_bias = slope.sum((0, 2, 3)).to(weight.dtype)
        return of_x, of_weight, of_bias, None, None


def _of_weight(
    slope: torch.Tensor,
    x: torch.Tensor,
    weight: torch.Tensor,
    stride: tuple[int, int],
    zeros: tuple[int, int],
) -> torch.Tensor:
    """The gradient of a depthwise weight (C, 1, k, k), its columns in overlapping threes."""
    rows, columns = weight.shape[2:]
    top, left = rows // 2 - zeros[0], columns // 2 - zeros[1]
    height = (slope.shape[2] - 1) * stride[0] + rows  # of what the kernel's rows see
    width = (slope.shape[3] - 1) * stride[1] + _COLUMNS
    some = weight.new_empty(len(weight), 1, rows, _COLUMNS, dtype=x.dtype)
    gradient = torch.empty_like(weight)
    for first in range(0, columns - _COLUMNS + 1, _COLUMNS - 1):
        before = left - first
        after = width - before - x.shape[3]
        seen = F.pad(x, (before, after, top, height - top - x.shape[2]))
        part = _back(slope, seen, some, stride, 0, _OF_KERNEL)[1]
        gradient[..., first : first + _COLUMNS] = part
    return gradient


def _back(
    slope: torch.Tensor,
    x: torch.Tensor,
    kernel: torch.Tensor,
    stride: tuple[int, int],
    padding: int,
    wanted: list[bool],
) -> list[torch.Tensor]:
    """A depthwise convolution's gradients of input, kernel and bias; empty if not wanted."""
    none, groups = [0, 0], len(kernel)
    gradients: list[torch.Tensor] = torch.ops.aten.convolution_backward(
        slope, x, kernel, None, stride, [padding] * 2, [1, 1], False, none, groups, wanted
    )
    return gradients
