"""Operations of a step, against what a hand counts."""

import pytest
import torch
from torch import nn

from semigda.networks.convolutions import Pointwise, SameConv
from semigda.networks.cost import counting
from semigda.networks.semigda import SemiGDA
from semigda_core.models.network_config import NetworkConfig


def counted(module: nn.Module, x: torch.Tensor) -> tuple[int, int]:
    """Operations of the forward and of the backward pass."""
    with counting() as counter:
        made = module(x)
        forward = counter.get_total_flops()
        sum(part.sum() for part in made).backward()
    return forward, counter.get_total_flops() - forward


def given(channels: int, *sides: int) -> torch.Tensor:
    return torch.ones(2, channels, *sides, requires_grad=True)


PLACES = 2 * 16 * 20  # of two images


@pytest.mark.parametrize(
    ("module", "forward", "of_x", "of_weight"),
    [
        (nn.Conv2d(12, 8, 3, padding=1), 9 * 12 * 8, 9 * 12 * 8, 9 * 12 * 8),
        (nn.Conv2d(12, 8, 3, padding=1, groups=4), 9 * 12 * 2, 9 * 12 * 2, 9 * 12 * 2),
        (nn.ConvTranspose2d(12, 8, 2, stride=2), 4 * 12 * 8, 4 * 12 * 8, 4 * 12 * 8),
        (Pointwise(12, 40), 12 * 40, 12 * 40, 12 * 40),
        (SameConv(12, 12, 3, 1, groups=12), 9 * 12, 9 * 12, 9 * 12),
        # Its weight's gradient is taken in two strips of three columns.
        (SameConv(12, 12, 5, 1, groups=12), 25 * 12, 25 * 12, 2 * 15 * 12),
    ],
)
def test_convolutions(module, forward, of_x, of_weight):
    done = counted(module, given(12, 16, 20))
    assert done == (2 * PLACES * forward, 2 * PLACES * (of_x + of_weight))


def test_a_step_with_general_image_features_takes_three_forward_passes():
    """As of every network: the forward pass, and one as long for each of the two gradients."""
    features = SemiGDA(NetworkConfig.pretrained()).cnn_encoder.features
    forward, backward = counted(features, given(3, 64, 64))
    assert 1.9 < backward / forward < 2.1
