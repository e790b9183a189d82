"""The second encoder of each kind, against the same reckoning written out."""

import dataclasses
import subprocess
import sys

import pytest
import torch
import torch.nn.functional as F
from heart_reckoning import (
    DEEP,
    FEATURES,
    RELEASED,
    conv,
    filled,
    group,
    noise,
    same,
)
from torch import Tensor, nn

from semigda.networks.cnn_encoder import BasicBlock, ConvEncoder, FeatureEncoder
from semigda.networks.efficientnet import _as_imagenet


def basic(x: Tensor, block: BasicBlock, norm, halves: bool, pooled: bool) -> Tensor:
    x = F.max_pool2d(x, 2) if halves and pooled else x
    stride = 2 if halves and not pooled else 1
    h = F.relu(norm(conv(x, block.conv1, stride=stride), block.norm1))
    h = norm(conv(h, block.conv2), block.norm2)
    if isinstance(block.shortcut, nn.Identity):
        return F.relu(h + x)
    first, second = block.shortcut
    return F.relu(h + norm(conv(x, first, stride, padding=0), second))


def group_norm(x: Tensor, layer) -> Tensor:
    return group(x, layer, 4, 1e-5)


def batch_norm(x: Tensor, layer) -> Tensor:
    return F.batch_norm(x, layer.running_mean, layer.running_var, layer.weight, layer.bias)


def positive(encoder: ConvEncoder) -> ConvEncoder:
    """Filled, with variances that are none below zero."""
    filled(encoder)
    for name, buffer in encoder.named_buffers():
        if name.endswith("running_var"):
            buffer.abs_().add_(0.1)
    return encoder


@pytest.mark.parametrize("config", [DEEP, RELEASED])
@pytest.mark.parametrize("downsample", ["strided", "max-pool"])
@pytest.mark.parametrize("kept", [False, True])
def test_the_convolutional_encoder_level_by_level(config, downsample, kept):
    config = dataclasses.replace(config, downsample=downsample)
    encoder = positive(ConvEncoder(config))
    norm = batch_norm if config.cnn_norm == "batch" else group_norm
    x = noise(2, 3, 16, 16)
    expected = [F.relu(norm(conv(x, encoder.conv_in), encoder.norm_in))]
    for stage, count in zip(encoder.stages, (1, 2), strict=True):
        assert len(stage) == count
        h = expected[-1]
        for number, block in enumerate(stage):
            h = basic(h, block, norm, number == 0, downsample == "max-pool")
        expected.append(h)
    keep = torch.rand(2, config.dropout_channels, 4, 4, generator=torch.Generator()) < 0.5
    dropped = (lambda h: h * keep / 0.9) if kept else lambda h: h
    head = encoder.head
    if config.cnn_head == "released":
        h = F.leaky_relu(batch_norm(conv(h, head[0]), head[1]), 0.01)
        h = F.leaky_relu(batch_norm(conv(dropped(h), head[4]), head[5]), 0.01)
        assert h.shape == (2, 6, 4, 4)
    else:
        h = F.leaky_relu(group_norm(conv(h, head[0]), head[1]), 0.01)
        h = conv(dropped(h), head[4])
        assert h.shape == (2, 8, 4, 4)
    moments, skips = encoder(x, keep if kept else None)
    same(moments, h)
    for found, wanted in zip(skips, expected, strict=True):
        same(found, wanted)


def test_convolutions_before_a_norm_have_no_bias():
    encoder = ConvEncoder(DEEP)
    inner = {name for name, _ in encoder.named_parameters() if name.startswith("stages")}
    assert not any(
        name.endswith((".conv1.bias", ".conv2.bias", ".shortcut.0.bias")) for name in inner
    )


def test_a_block_of_one_width_that_halves_has_a_shortcut():
    strided = BasicBlock(DEEP, 8, 8, halves=True)
    assert isinstance(strided.shortcut, nn.Sequential)
    pooled = BasicBlock(dataclasses.replace(DEEP, downsample="max-pool"), 8, 8, halves=True)
    assert isinstance(pooled.shortcut, nn.Identity)
    assert isinstance(BasicBlock(DEEP, 8, 8, halves=False).shortcut, nn.Identity)
    x = noise(1, 8, 8, 8)
    assert strided(x).shape == pooled(x).shape == (1, 8, 4, 4)


def test_a_block_that_halves_learns_within_its_memory():
    """In a process of its own, which ended by a signal where oneDNN wrote beside it."""
    code = """
import torch
from semigda.networks.cnn_encoder import BasicBlock
from semigda_core.models.network_config import NetworkConfig
config = NetworkConfig(name="custom", norm_groups=4, cnn_norm="group", downsample="strided")
block = BasicBlock(config, 8, 12, halves=True).to(memory_format=torch.channels_last)
for _ in range(40):
    x = torch.rand(8, 8, 64, 64).to(memory_format=torch.channels_last).requires_grad_()
    block(x).square().mean().backward()
"""
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_dropout_draws_for_itself_in_training_and_a_tenth_is_lost():
    encoder = ConvEncoder(DEEP)
    (layer,) = (layer for layer in encoder.head if isinstance(layer, nn.Dropout))
    assert layer.p == 0.1
    (layer,) = (layer for layer in ConvEncoder(RELEASED).head if isinstance(layer, nn.Dropout))
    assert layer.p == 0.1


def test_general_features_are_normalised_and_the_deepest_is_added_to_the_last_level():
    encoder = filled(FeatureEncoder(FEATURES))
    given = [noise(1, width, size, size) for width, size in ((16, 16), (24, 8), (40, 4), (112, 2))]
    given.append(noise(1, 320, 1, 1, seed=3))

    class Given(nn.Module):
        def forward(self, image):
            return given

    encoder.features = Given()
    expected = []
    for (norm, project), feature in zip(encoder.projections, given, strict=True):
        expected.append(conv(group(feature, norm, 8, 1e-5), project, padding=0))
    expected[3] = expected[3] + expected.pop()
    moments, skips = encoder(noise(1, 3, 32, 32))
    for found, wanted in zip(skips, expected, strict=True):
        same(found, wanted)
    head = encoder.head
    h = F.leaky_relu(group_norm(conv(expected[3], head[0]), head[1]), 0.01)
    same(moments, conv(h, head[4]))


def test_colours_are_normalised_as_imagenets_were():
    # (colour from 0 to 1 - mean) / deviation: of 0, 1/2 and 1
    image = torch.tensor([-1.0, 0.0, 1.0]).view(1, 1, 1, 3).expand(1, 3, 1, 3)
    found = _as_imagenet(image)[0, :, 0]
    for row, mean, deviation in zip(
        found, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True
    ):
        expected = [(colour - mean) / deviation for colour in (0, 0.5, 1)]
        assert row.tolist() == pytest.approx(expected, abs=1e-5)
