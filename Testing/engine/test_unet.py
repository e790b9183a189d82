"""The plain U-Net that a training may be compared with."""

from __future__ import annotations

import pytest
import torch

from semigda.networks.unet import UNet


@pytest.mark.parametrize("width", [16, 32])
def test_it_is_monais_layer_for_layer(width):
    nets = pytest.importorskip("monai.networks.nets")
    features = (width, 32, 64, 128, 256, width)
    torch.manual_seed(0)
    theirs = nets.BasicUNet(2, 3, 3, features, norm=("group", {"num_groups": 8})).eval()
    torch.manual_seed(0)
    ours = UNet(2, width).eval()
    images = torch.randn(2, 3, 48, 40)
    with torch.no_grad():
        assert torch.equal(ours(images), theirs(images))
