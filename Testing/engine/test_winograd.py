"""Wide convolutions on a CPU: the same result with fewer multiplications."""

import pytest
import torch
import torch.nn.functional as F

from semigda.networks import winograd
from semigda.networks.winograd import Conv3x3


@pytest.mark.parametrize("shape", [(1, 128, 28, 28), (2, 128, 5, 7), (1, 256, 26, 1)])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("strip", [1, 2**23])
def test_it_is_a_convolution(shape, bias, strip, monkeypatch):
    monkeypatch.setattr(winograd, "_PAYS", True)
    monkeypatch.setattr(winograd, "_STRIP_BYTES", strip)
    torch.manual_seed(0)
    layer = Conv3x3(shape[1], 160, bias=bias)
    with torch.inference_mode():
        x = torch.randn(shape)
        exact = [v if v is None else v.double() for v in (x, layer.weight, layer.bias)]
        wanted = F.conv2d(*exact, padding=1).float()
        for given in (x, x.to(memory_format=torch.channels_last)):
            torch.testing.assert_close(layer(given), wanted, rtol=0, atol=5e-5)


@pytest.mark.parametrize("pays", [True, False])
def test_only_wide_ones_without_gradients_take_the_other_way(pays, monkeypatch):
    used = []
    monkeypatch.setattr(winograd, "_PAYS", pays)
    monkeypatch.setattr(winograd, "winograd", lambda x, *_: used.append(x.shape[1]))
    for channels, stride in ((128, 1), (128, 2), (64, 1)):
        layer, x = Conv3x3(channels, channels, stride), torch.zeros(1, channels, 8, 8)
        layer(x)
        with torch.no_grad():
            layer(x)
        with torch.inference_mode():
            layer(x)
    assert used == ([128] if pays else [])
