"""The convolutions that a training step spends its time in: the same values, in less time."""

import pytest
import torch
import torch.nn.functional as F

from semigda.networks.convolutions import Pointwise, SameConv


def padded(x: torch.Tensor, conv: SameConv) -> torch.Tensor:
    """The same convolution, by padding the feature map as TensorFlow describes it."""
    kernel, stride = conv.kernel_size[0], conv.stride[0]
    ends = []
    for side in reversed(x.shape[2:]):
        total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
        ends += [total // 2, total - total // 2]
    return F.conv2d(F.pad(x, ends), conv.weight, conv.bias, stride, groups=conv.groups)


@pytest.mark.parametrize("size", [(12, 16), (9, 12), (12, 7), (4, 4), (1, 2)])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("kernel", [3, 5])
def test_a_depthwise_convolution_and_its_gradients_are_those_of_a_padded_one(kernel, stride, size):
    torch.manual_seed(0)
    conv = SameConv(24, 24, kernel, stride, groups=24).double()
    x = torch.randn(3, 24, *size, dtype=torch.double, requires_grad=True)
    learned = (x, conv.weight, conv.bias)
    found, expected = conv(x), padded(x, conv)
    slope = torch.randn_like(expected)
    torch.testing.assert_close(found, expected)
    for one, other in zip(
        torch.autograd.grad(found, learned, slope),
        torch.autograd.grad(expected, learned, slope),
        strict=True,
    ):
        torch.testing.assert_close(one, other)


def test_a_frozen_kernel_still_lets_the_gradient_of_its_input_through():
    torch.manual_seed(0)
    conv = SameConv(16, 16, 5, 1, groups=16).requires_grad_(False)
    x = torch.randn(2, 16, 8, 8, requires_grad=True)
    for out in (conv(x), padded(x, conv)):
        out.square().sum().backward()
    assert conv.weight.grad is None and conv.bias.grad is None
    once = torch.autograd.grad(padded(x, conv).square().sum(), x)[0]
    torch.testing.assert_close(x.grad, 2 * once)


def test_gradients_are_float32_under_mixed_precision():
    torch.manual_seed(0)
    conv = SameConv(16, 16, 5, 2, groups=16)
    x = torch.randn(2, 16, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        out = conv(x)
    out.float().square().sum().backward()
    exact = torch.autograd.grad(padded(x, conv).square().sum(), conv.weight)[0]
    assert out.dtype == torch.bfloat16 and conv.weight.grad.dtype == torch.float32
    torch.testing.assert_close(conv.weight.grad, exact, rtol=0.05, atol=0.05 * exact.abs().max())


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_pointwise_convolution_is_a_1x1_convolution(layout):
    torch.manual_seed(0)
    conv = Pointwise(24, 40)
    x = torch.randn(2, 24, 5, 7).contiguous(memory_format=layout).requires_grad_()
    learned = (x, conv.weight, conv.bias)
    found, expected = conv(x), F.conv2d(x, conv.weight, conv.bias)
    slope = torch.randn_like(expected)
    torch.testing.assert_close(found, expected)
    for one, other in zip(
        torch.autograd.grad(found, learned, slope),
        torch.autograd.grad(expected, learned, slope),
        strict=True,
    ):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-4)
