"""A checkpoint from before networks learned in channels last goes on in them."""

import copy

import pytest
import torch
from torch import nn

from semigda.training.optimizers import adamw
from semigda.training.stage import Stage


def stage(network: nn.Module) -> Stage:
    optimizer = adamw(network.parameters(), 1e-2, 0.0)
    return Stage("segment", 6, lambda step: None, lambda step, batch: {}, optimizer, 1.0)


def learn(network: nn.Module, stage: Stage, steps: int) -> None:
    x = torch.randn(2, 6, 9, 9, generator=torch.Generator().manual_seed(1))
    for _ in range(steps):
        stage.optimizer.zero_grad()
        network(x).square().mean().backward()
        stage.optimizer.step()


@pytest.mark.parametrize("saved", [torch.contiguous_format, torch.channels_last])
def test_a_restored_optimizer_goes_on_whatever_layout_was_saved(saved):
    torch.manual_seed(0)
    network = nn.Conv2d(6, 8, 3).to(memory_format=saved)
    before = stage(network)
    learn(network, before, 3)
    state = copy.deepcopy(before.state())
    resumed = copy.deepcopy(network).to(memory_format=torch.channels_last)
    learn(network, before, 3)
    after = stage(resumed)
    after.restore(state)
    learn(resumed, after, 3)
    torch.testing.assert_close(resumed.weight, network.weight, rtol=1e-5, atol=1e-6)
