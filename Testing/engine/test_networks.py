"""Sizes, costs and structure of the networks."""

import dataclasses

import pytest
import torch
from model_fixtures import image
from training_fixtures import FEATURED

from semigda.networks.blocks import pixels_of
from semigda.networks.cost import describe
from semigda.networks.semigda import SemiGDA
from semigda_core.models.network_config import BRANCHES, NAMED, NetworkConfig
from semigda_core.models.network_size import parameters

TINY = NetworkConfig(
    name="tiny",
    channels=(8, 8, 8, 8),
    encoder_blocks=1,
    decoder_blocks=1,
    norm_groups=4,
    cnn_blocks=(1, 1, 1),
    cnn_norm="group",
    cnn_head="plain",
    mapper_channels=(8, 8, 8, 8),
    mapper_groups=4,
)


@pytest.fixture
def network() -> SemiGDA:
    torch.manual_seed(0)
    return SemiGDA(TINY).eval()


@pytest.fixture(params=[TINY, NetworkConfig.from_dict(FEATURED)], ids=["plain", "featured"])
def either(request) -> SemiGDA:
    """Without and with general image features."""
    torch.manual_seed(0)
    return SemiGDA(request.param).eval()


def test_paper_sizes_are_those_of_the_publication():
    cost = describe(NetworkConfig.paper())
    assert cost["parameters"] == {
        "vae_encoder": 34_163_592 + 72,
        "vae_decoder": 49_490_179 + 20,
        "cnn_encoder": 49_743_728,
        # 8,512 parameters of the released mapper belong to heads that nothing calls.
        "mapper": 1_564_976 - 8_512,
        "adapters_vae": 17_592_704,
        "adapters_cnn": 17_592_704,
        "all": 170_139_463,
    }
    # 1713 as published, where doubling repeats pixels before it convolves.
    assert cost["gflop"]["both"] == pytest.approx(1565.5, rel=0.01)


def test_compact_fits_a_cpu():
    cost = describe(NetworkConfig.compact())
    assert cost["parameters"]["all"] <= 6_000_000
    assert cost["gflop"]["both"] <= 15


@pytest.mark.parametrize("downsample", ["strided", "max-pool"])
@pytest.mark.parametrize("branches", [("vae", "cnn"), ("vae",), ("cnn",)])
@pytest.mark.parametrize("name", NAMED)
def test_how_large_a_network_is_is_known_before_it_is_built(name, branches, downsample):
    config = getattr(NetworkConfig, name)()
    config = dataclasses.replace(config, downsample=downsample, branches=branches)
    with torch.device("meta"):
        built = SemiGDA(config)
    assert parameters(config) == pytest.approx(sum(p.numel() for p in built.parameters()), rel=0.1)


def test_configuration_survives_json():
    for config in (NetworkConfig.paper(), NetworkConfig.compact(), TINY):
        assert NetworkConfig.from_dict(config.to_dict()) == config
    with pytest.raises(ValueError, match="unknown fields 'depth', 'width'$"):
        NetworkConfig.from_dict({"depth": 3, "width": 9})


def test_a_package_from_before_max_pooling_keeps_its_strided_convolutions():
    old = NetworkConfig.compact().to_dict()
    del old["downsample"]
    assert NetworkConfig.from_dict(old).downsample == "strided"
    with pytest.raises(ValueError, match="'downsample' is none of strided, max-pool"):
        NetworkConfig.from_dict({"downsample": "average"})


def test_max_pooling_halves_without_weights_and_a_bright_pixel_survives_it():
    pooling = SemiGDA(dataclasses.replace(TINY, downsample="max-pool")).eval()
    weights = set(pooling.state_dict())
    assert weights < set(SemiGDA(TINY).state_dict())
    assert not any("downsamples" in name for name in weights)
    x = torch.zeros(1, 8, 4, 4)
    x[..., 1, 2] = 1.0
    halved = pooling.autoencoder.encoder.downsamples[0](x)
    torch.testing.assert_close(halved[0, 0], torch.tensor([[0.0, 1.0], [0.0, 0.0]]))
    # The same skips level by level: the decoder does not know which encoder they come from.
    skips = pooling.autoencoder.encoder(image())[1], pooling.cnn_encoder(image())[1]
    assert [s.shape for s in skips[0]] == [s.shape for s in skips[1]]
    assert skips[0][-1].shape == (2, 8, 4, 6)


def test_output_has_the_shape_of_the_image(network):
    for branch, rgb in network(image()).items():
        assert branch in BRANCHES
        assert rgb.shape == (2, 3, 32, 48)


def test_a_branch_alone_equals_its_part_of_both(either):
    both = either(image())
    for branch in BRANCHES:
        alone = either(image(), branches=(branch,))
        assert list(alone) == [branch]
        torch.testing.assert_close(alone[branch], both[branch], atol=1e-5, rtol=1e-5)


def test_posterior_noise_moves_only_the_vae_branch(network):
    encoded = network.encode_image(image())
    noise = torch.ones_like(encoded.moments.chunk(2, dim=1)[0])
    noisy = network.features(image(), noise=noise).latents
    plain = network.features(image()).latents
    assert not torch.equal(noisy["vae"], plain["vae"])
    assert torch.equal(noisy["cnn"], plain["cnn"])


@pytest.mark.parametrize(
    ("part", "trained"),
    [
        ("nothing", {"encoder", "quant_conv", "decoder", "post_quant_conv"}),
        ("encoder", {"decoder", "post_quant_conv"}),
        ("autoencoder", set()),
    ],
)
def test_what_is_frozen_gets_no_gradient_and_the_rest_does(network, part, trained):
    network.train()
    network.freeze(part)
    sum(rgb.square().mean() for rgb in network(image()).values()).backward()
    learned = [name for name, p in network.named_parameters() if p.grad is not None]
    assert {"cnn_encoder", "mapper", "adapters"} <= {name.split(".")[0] for name in learned}
    of_autoencoder = [name.split(".")[1] for name in learned if name.startswith("autoencoder.")]
    assert set(of_autoencoder) == trained


def test_new_adapters_leave_the_decoder_as_it_is(either):
    features = either.features(image())
    z = torch.randn_like(features.latents["vae"])
    alone = either.autoencoder.decode(z / either.config.latent_scale)
    for rgb in either.decode(features._replace(latents=dict.fromkeys(BRANCHES, z))).values():
        torch.testing.assert_close(rgb, alone)


def test_a_patch_makes_the_network_cheaper_and_not_its_masks_smaller():
    torch.manual_seed(0)
    coarse = dataclasses.replace(TINY, patch=2)
    assert coarse.downsampling == 16
    for rgb in SemiGDA(coarse)(image()).values():
        assert rgb.shape == (2, 3, 32, 48)
        blocks = rgb.unfold(2, 2, 2).unfold(3, 2, 2).flatten(4)
        assert torch.equal(blocks.amin(4), blocks.amax(4))  # no grid before anything is learned
    cost, whole = (describe(config, 64)["gflop"]["both"] for config in (coarse, TINY))
    assert cost < 0.35 * whole


def test_sizes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="multiples of norm_groups"):
        dataclasses.replace(TINY, norm_groups=3)
    with pytest.raises(ValueError, match="cnn_blocks"):
        dataclasses.replace(TINY, cnn_blocks=(1,))


@pytest.mark.parametrize("side", [1, 2, 3])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_patches_become_pixels_as_in_a_pixel_shuffle(side, layout):
    patches = torch.randn(2, 3 * side**2, 5, 4).contiguous(memory_format=layout)
    found = pixels_of(patches, side)
    assert torch.equal(found, torch.nn.functional.pixel_shuffle(patches, side))
