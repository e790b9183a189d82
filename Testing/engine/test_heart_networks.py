"""Every block of the networks against the same reckoning written out in PyTorch's functions.

Inputs are small where a norm's ``eps`` matters: it is 1e-6 in the published autoencoder and 1e-5
in the encoder beside it.
"""

import dataclasses
import math

import pytest
import torch
import torch.nn.functional as F
from heart_reckoning import (
    DEEP,
    FEATURES,
    attended,
    conv,
    filled,
    group,
    middle,
    noise,
    residual,
    same,
)
from model_fixtures import TINY
from torch import Tensor, nn

from semigda.networks.autoencoder import Decoder, Encoder, KLAutoencoder, sample_posterior
from semigda.networks.blocks import Downsample, ResidualBlock, SpatialAttention, Upsample
from semigda.networks.mapper import LatentMapper
from semigda.networks.semigda import SemiGDA
from semigda.networks.unet import UNet

# Blocks


@pytest.mark.parametrize("out", [8, 12])
def test_a_residual_block(out):
    block = filled(ResidualBlock(8, out, 4))
    x = noise(2, 8, 5, 6, scale=1e-3)
    same(block(x), residual(x, block))
    assert isinstance(block.shortcut, nn.Identity) == (out == 8)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_attention_sees_what_every_device_attends_to_rightly(layout, monkeypatch):
    """Some versions of MPS take what is not contiguous for something else."""
    seen, attend = [], torch.nn.functional.scaled_dot_product_attention

    def watched(*given):
        seen.extend(one.is_contiguous() for one in given)
        return attend(*given)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", watched)
    block = filled(SpatialAttention(8, 4)).to(memory_format=layout)
    block(torch.randn(2, 8, 3, 5).to(memory_format=layout))
    assert seen == [True] * 3


def test_attention_of_every_pixel_to_every_pixel():
    block = filled(SpatialAttention(8, 4))
    x = noise(2, 8, 3, 4, scale=1e-3)
    same(block(x), attended(x, block))
    same(block(1e3 * x), attended(1e3 * x, block))


def test_halving_is_padded_on_the_right_and_bottom():
    block = filled(Downsample(3))
    x = noise(2, 3, 6, 8)
    padded = torch.zeros(2, 3, 7, 9)
    padded[:, :, :6, :8] = x
    same(block(x), conv(padded, block.conv, stride=2, padding=0))
    assert block(x).shape == (2, 3, 3, 4)


def test_doubling_repeats_pixels():
    block = filled(Upsample(3))
    x = noise(2, 3, 3, 4)
    same(block(x), conv(x.repeat_interleave(2, 2).repeat_interleave(2, 3), block.conv))


# Autoencoder


@pytest.mark.parametrize("downsample", ["strided", "max-pool"])
@pytest.mark.parametrize("patch", [1, 2])
def test_the_encoder_level_by_level(downsample, patch):
    config = dataclasses.replace(DEEP, downsample=downsample, patch=patch)
    encoder = filled(Encoder(config))
    x = noise(1, 3, 16, 16)
    h, expected = conv(F.pixel_unshuffle(x, patch), encoder.conv_in), []
    for level in range(3):
        assert len(encoder.levels[level]) == 2
        for block in encoder.levels[level]:
            h = residual(h, block)
        expected.append(h)
        if level < 2 and downsample == "max-pool":
            h = F.max_pool2d(h, 2)
        elif level < 2:
            h = encoder.downsamples[level](h)
    h = F.silu(group(middle(h, encoder.middle), encoder.norm_out, 4))
    moments, skips = encoder(x)
    same(moments, conv(h, encoder.conv_out))
    assert len(encoder.downsamples) == 2
    for found, wanted in zip(skips, expected, strict=True):
        same(found, wanted)


@pytest.mark.parametrize("patch", [1, 2])
def test_the_decoder_level_by_level_with_what_is_fused_in(patch):
    config = dataclasses.replace(DEEP, patch=patch)
    decoder = filled(Decoder(config))
    z, levels = noise(1, 4, 4, 4), []

    def fuse(level: int, h: Tensor) -> Tensor:
        levels.append(level)
        return h * (level + 2)

    h = middle(conv(z, decoder.conv_in), decoder.middle)
    for level in (2, 1, 0):
        first, second = decoder.levels[level]
        h = residual(residual(h, first) * (level + 2), second)
        if level:
            h = decoder.upsamples[level - 1](h)
    out = conv(F.silu(group(h, decoder.norm_out, 4)), decoder.conv_out)
    same(decoder(z, fuse), F.pixel_shuffle(out, patch))
    assert levels == [2, 1, 0] and len(decoder.upsamples) == 2
    plain = decoder(z)
    same(plain, decoder(z, lambda level, h: h))


def test_norms_of_the_autoencoder_hardly_dampen_small_values():
    """eps is 1e-6: values of 1e-3 have a variance of as much, and come out at .7 of their size."""
    for module in (
        *Encoder(DEEP).modules(),
        *Decoder(DEEP).modules(),
        *LatentMapper(DEEP).modules(),
    ):
        if isinstance(module, nn.GroupNorm):
            module.weight.data.fill_(1.0), module.bias.data.zero_()
            x = noise(1, module.num_channels, 64, 64, scale=1e-3)
            assert module(x).std().item() == pytest.approx(math.sqrt(0.5), abs=0.02)


def test_pixels_of_a_patch_begin_equal():
    torch.manual_seed(0)
    decoder = Decoder(dataclasses.replace(TINY, patch=2))
    for parameter in decoder.conv_out.parameters():
        assert len(parameter) == 3 * 2**2
        colours = parameter.data.view(3, 4, -1)
        assert torch.equal(colours, colours[:, :1].expand_as(colours))
        assert len(set(parameter.data[::4].flatten().tolist())) > 2  # the colours do not


def test_the_autoencoders_ends_are_convolutions_of_one_pixel():
    network = filled(KLAutoencoder(TINY))
    x, z = noise(1, 3, 8, 8), noise(1, 4, 4, 4)
    same(network.encode(x), conv(network.encoder(x)[0], network.quant_conv, padding=0))
    same(network.decode(z), network.decoder(conv(z, network.post_quant_conv, padding=0)))
    times = network.decode(z, lambda level, h: 2 * h)
    same(times, network.decoder(conv(z, network.post_quant_conv, padding=0), lambda n, h: 2 * h))


def test_a_draw_is_the_mean_plus_deviation_times_noise():
    # log-variances ln 9, 0 and far beyond what is let through: -100 is -30, 100 is 20
    moments = torch.tensor([1.0, 2.0, 3.0, 4.0, math.log(9), 0.0, -100.0, 100.0]).view(1, 8, 1, 1)
    drawn = sample_posterior(moments, torch.tensor([2.0, -1.0, 1.0, 1.0]).view(1, 4, 1, 1))
    expected = [1 + 3 * 2, 2 - 1, 3 + math.exp(-15), 4 + math.exp(10)]
    assert drawn.flatten().tolist() == pytest.approx(expected)


# The mapper and the whole


def mapped(x: Tensor, block) -> Tensor:
    h = conv(F.prelu(group(x, block.norm1, 2), block.act1.weight), block.conv1)
    h = conv(F.prelu(group(h, block.norm2, 2), block.act2.weight), block.conv2)
    one = isinstance(block.shortcut, nn.Identity)
    x = x if one else F.conv2d(x, block.shortcut.weight)
    return attended(x + h, block.attention, 2)


def test_the_mapper_is_a_u_net_at_one_size():
    mapper = filled(LatentMapper(DEEP))
    z = noise(1, 4, 3, 4)
    h0 = conv(z, mapper.conv_in)
    h1 = mapped(h0, mapper.down1)
    h2 = mapped(h1, mapper.down2)
    h3 = mapped(h2, mapper.down3)
    h = mapped(torch.cat([h3, mapped(h3, mapper.down4)], 1), mapper.up3)
    for beside, block in ((h2, mapper.up2), (h1, mapper.up1), (h0, mapper.up0)):
        h = mapped(torch.cat([beside, h], 1), block)
    norm, _, last = mapper.head
    assert last.bias is None
    same(mapper(z), F.conv2d(F.silu(group(h, norm, 2)), last.weight, padding=1))
    assert h0.shape[1:] == (4, 3, 4) and h3.shape[1:] == (12, 3, 4)


def test_the_mapper_adds_the_deepest_feature():
    mapper = LatentMapper(FEATURES)
    assert not any(p.any() for p in mapper.joint.parameters())  # a new one adds nothing
    filled(mapper)
    z, feature = noise(1, 4, 3, 4), noise(1, 20, 3, 4, seed=5)
    same(mapper(z, feature), mapper(z + conv(feature, mapper.joint, padding=0)))


def whole(scale: float = 0.5) -> SemiGDA:
    torch.manual_seed(0)
    network = SemiGDA(dataclasses.replace(TINY, latent_scale=scale)).eval()
    for adapters in network.adapters.values():
        filled(adapters)
    return network


@torch.no_grad()
def test_both_branches_are_their_parts_one_after_the_other():
    network, x = whole(), noise(2, 3, 8, 8, scale=0.3)
    auto = network.autoencoder
    features, own = auto.encoder(x)
    moments = auto.quant_conv(features)
    other, skips = network.cnn_encoder(x)
    z = {"vae": network.mapper(0.5 * moments[:, :4]), "cnn": 0.5 * auto.quant_conv(other)[:, :4]}
    seen = {"vae": own, "cnn": skips}
    found = network(x)
    for branch in ("vae", "cnn"):

        def fuse(level, h, branch=branch):
            both = torch.cat([h, seen[branch][level]], 1)
            return residual(both, network.adapters[branch][level])

        same(found[branch], auto.decoder(auto.post_quant_conv(z[branch] / 0.5), fuse))


@torch.no_grad()
def test_general_features_join_the_first_branch_in_mapper_and_adapters():
    torch.manual_seed(0)
    network, x = SemiGDA(FEATURES).eval(), noise(1, 3, 32, 32, scale=0.3)
    for part in (*network.adapters.values(), network.mapper.joint):
        filled(part)
    scale, auto = FEATURES.latent_scale, network.autoencoder
    moments, own = network.encode_image(x)
    second = network.encode_second(x)
    latents = {
        "vae": network.mapper(scale * moments[:, :4], second.skips[-1]),
        "cnn": scale * second.moments[:, :4],
    }
    found = network(x)
    for branch, seen in (("vae", (own, second.skips)), ("cnn", (second.skips,))):

        def fuse(level, h, branch=branch, seen=seen):
            both = torch.cat([h, *(skips[level] for skips in seen)], 1)
            return residual(both, network.adapters[branch][level])

        same(found[branch], auto.decode(latents[branch] / scale, fuse))
        alone = network(x, branches=(branch,))
        same(alone[branch], found[branch])
    assert len(network.general_features()) == len(list(network.cnn_encoder.features.parameters()))
    assert whole().general_features() == []


@torch.no_grad()
def test_noise_makes_the_first_branchs_latent_a_draw():
    network, x = whole(), noise(2, 3, 8, 8, scale=0.3)
    draw = noise(2, 4, 4, 4, seed=2)
    mean, log_variance = network.encode_image(x).moments.chunk(2, dim=1)
    z = 0.5 * (mean + torch.exp(log_variance / 2) * draw)
    same(network.features(x, noise=draw).latents["vae"], network.mapper(z))


@torch.no_grad()
def test_what_dropout_keeps_reaches_the_second_encoder_only():
    network, x = whole(), noise(2, 3, 8, 8, scale=0.3)
    keep = torch.zeros(2, 8, 4, 4, dtype=torch.bool)
    dropped, plain = network.features(x, keep=keep), network.features(x)
    assert torch.equal(dropped.latents["vae"], plain.latents["vae"])
    same(dropped.latents["cnn"], 0.5 * network.encode_second(x, keep).moments[:, :4])
    bias = network.cnn_encoder.head[-1].bias.view(1, -1, 1, 1).expand(2, -1, 4, 4)
    same(dropped.latents["cnn"], 0.5 * network.autoencoder.quant_conv(bias)[:, :4])


def test_a_frozen_encoder_takes_no_memory_for_gradients():
    network, x = whole(), noise(1, 3, 8, 8)
    assert network.encode_image(x).moments.requires_grad
    network.freeze("encoder")
    assert not network.encode_image(x).moments.requires_grad
    network.freeze("nothing")
    with torch.no_grad():
        assert not network.encode_image(x).moments.requires_grad
    network.freeze()  # the autoencoder
    assert not any(p.requires_grad for p in network.autoencoder.parameters())


# The U-Net it is compared with


@torch.no_grad()
def test_the_plain_u_net_takes_sides_that_are_odd():
    network = filled(UNet(2, 8))
    x = noise(1, 3, 18, 21)
    assert network(x).shape == (1, 3, 18, 21)
