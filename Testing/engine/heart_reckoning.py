"""Blocks of the networks written out in PyTorch's functions."""

import dataclasses
import math

import torch
import torch.nn.functional as F
from model_fixtures import TINY
from torch import Tensor, nn

from semigda.networks.blocks import ResidualBlock, SpatialAttention

DEEP = dataclasses.replace(TINY, channels=(8, 12, 16), cnn_blocks=(1, 2), encoder_blocks=2)
DEEP = dataclasses.replace(DEEP, decoder_blocks=2, mapper_channels=(4, 8, 12, 16), mapper_groups=2)
# Two levels of two blocks each, batch norms and the released head, as the paper's are.
RELEASED = dataclasses.replace(DEEP, cnn_norm="batch", cnn_head="released", latent_channels=3)
FEATURES = dataclasses.replace(
    TINY, channels=(8, 12, 16, 20), patch=2, cnn_blocks=(1, 1, 1), features="efficientnet-lite0"
)


def noise(*shape: int, seed: int = 0, scale: float = 1.0) -> Tensor:
    return scale * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def filled(module: nn.Module) -> nn.Module:
    """Every parameter drawn at random: none is 0 or 1, and none equals its neighbour."""
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for tensor in (*module.parameters(), *module.buffers()):
            if tensor.is_floating_point():
                tensor.copy_(0.3 + 0.2 * torch.randn(tensor.shape, generator=generator))
    return module.eval()


def same(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def conv(x: Tensor, layer: nn.Conv2d, stride: int = 1, padding: int = 1) -> Tensor:
    return F.conv2d(x, layer.weight, layer.bias, stride=stride, padding=padding)


def group(x: Tensor, layer: nn.GroupNorm, groups: int, eps: float = 1e-6) -> Tensor:
    return F.group_norm(x, groups, layer.weight, layer.bias, eps)


def residual(x: Tensor, block: ResidualBlock, groups: int = 4) -> Tensor:
    h = conv(F.silu(group(x, block.norm1, groups)), block.conv1)
    h = conv(F.silu(group(h, block.norm2, groups)), block.conv2)
    one = isinstance(block.shortcut, nn.Identity)
    return h + (x if one else conv(x, block.shortcut, padding=0))


def attended(x: Tensor, block: SpatialAttention, groups: int = 4) -> Tensor:
    h = group(x, block.norm, groups)
    q, k, v = (conv(h, p, padding=0).flatten(2) for p in (block.q, block.k, block.v))
    weights = (q.transpose(1, 2) @ k / math.sqrt(x.shape[1])).softmax(dim=2)  # (B, pixel, pixel)
    h = (v @ weights.transpose(1, 2)).view(x.shape)
    return x + conv(h, block.proj_out, padding=0)


def middle(x: Tensor, block) -> Tensor:
    return residual(attended(residual(x, block.block_1), block.attention), block.block_2)
