"""3x3 convolutions, computed with a quarter of the multiplications where that is faster."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# F(4x4, 3x3) of Lavin and Gray (CVPR 2016), with the points 0, 1, -1, 2, -2 and infinity: a tile of
# 6 x 6 inputs and the 3 x 3 kernel are transformed to 36 values each, whose products transform to
# 4 x 4 outputs. Here for both axes at once: 36 x 36, 36 x 9 and 16 x 36.
_INPUT = torch.tensor(
    [[4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0],
     [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0], [0, 4, 0, -5, 0, 1]]
)  # fmt: skip
_KERNEL = torch.tensor([[6, 0, 0], [-4, -4, -4], [-4, 4, -4], [1, 2, 4], [1, -2, 4], [0, 0, 24]])
_OUTPUT = torch.tensor(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
)
_INPUT, _OUTPUT = (torch.kron(m, m).float() for m in (_INPUT, _OUTPUT))
_KERNEL = torch.kron(_KERNEL, _KERNEL).float() / 24**2

_WIDE = 128  # channels: with fewer the transforms take as long as they save
_STRIP_BYTES = 8 * 2**20  # of transformed inputs at once: they stay in the processor's cache
# With AVX-512 a processor multiplies so fast that the transforms' memory traffic is what takes
# time: 1.2 to 4 times that of the plain convolution (Zen 5, two threads). Others were not measured.
_PAYS = torch.backends.cpu.get_cpu_capability() == "AVX2"


class Conv3x3(nn.Conv2d):
    """A 3x3 convolution with a padding of 1: (B, C, H, W) -> (B, C', H, W), or half with stride 2.

    Under ``inference_mode`` on a CPU with AVX2 a wide one takes 0.4 to 0.75 of the time by
    :func:`winograd`, for rounding errors about four times as large. There a convolution is bound by
    its multiplications; on graphics cards the libraries know better.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1, bias: bool = True):
        super().__init__(in_channels, out_channels, 3, stride, padding=1, bias=bias)
        self.wide = stride == 1 and min(in_channels, out_channels) >= _WIDE

    def forward(self, x: Tensor) -> Tensor:
        if (
            _PAYS
            and self.wide
            and torch.is_inference_mode_enabled()
            and x.device.type == "cpu"
            and x.dtype == torch.float32
        ):
            return winograd(x, self.weight, self.bias)
        return super().forward(x)


def winograd(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """``F.conv2d(x, weight, bias, padding=1)``, channels last.

    Args:
        x: (B, C, H, W); fastest where it lies channels last.
        weight: (C', C, 3, 3).
    """
    batch, channels, height, width = x.shape
    wanted = len(weight)
    down, across = -(-height // 4), -(-width // 4)  # tiles of 4 x 4 outputs
    edges = (1, 4 * across - width + 1, 1, 4 * down - height + 1)
    padded = F.pad(x, edges).permute(0, 2, 3, 1)
    kernels = (_KERNEL @ weight.reshape(-1, 9).T).view(36, wanted, channels).transpose(1, 2)
    out = x.new_empty(batch, down, 4, across, 4, wanted)
    rows = max(1, _STRIP_BYTES // (4 * 36 * batch * across * channels))
    for top in range(0, down, rows):
        strip = padded[:, 4 * top : 4 * (top + rows) + 2]
        tiles = strip.unfold(1, 6, 4).unfold(2, 6, 4).permute(4, 5, 0, 1, 2, 3)
        transformed = (_INPUT @ tiles.reshape(36, -1)).view(36, -1, channels)
        products = torch.bmm(transformed, kernels).view(36, -1)
        outputs = (_OUTPUT @ products).view(4, 4, batch, -1, across, wanted)
        if bias is not None:
            outputs += bias
        out[:, top : top + rows] = outputs.permute(2, 3, 0, 4, 1, 5)
    out = out.view(batch, 4 * down, 4 * across, wanted)[:, :height, :width]
    return out.permute(0, 3, 1, 2)
