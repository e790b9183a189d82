"""The middle size, and general image features on levels of any number, from full size on."""

from pathlib import Path

import pytest
import torch
from test_features_training import featured, train_command, training_of
from training_fixtures import FEATURED

from semigda.models.features import new_network
from semigda.models.package import load_network, save_package
from semigda.networks.cost import describe
from semigda.networks.semigda import SemiGDA
from semigda.training.packing import card_of
from semigda_core.models.network_config import NetworkConfig

# As the middle size, from full size down to 1/16, but narrow.
FULL = FEATURED | {"patch": 1, "channels": [8, 8, 8, 16, 16], "cnn_blocks": [1, 1, 1, 1]}


def test_middle_lies_between_pretrained_and_paper():
    costs = [describe(getattr(NetworkConfig, n)()) for n in ("pretrained", "middle", "paper")]
    assert costs[1]["parameters"]["all"] == 25_049_379
    small, middle, large = (cost["gflop"]["both"] for cost in costs)
    assert 10 * small < middle < large / 20
    assert NetworkConfig.middle().downsampling == NetworkConfig.pretrained().downsampling == 16


@pytest.mark.parametrize("patch", [1, 2])
@pytest.mark.parametrize("levels", [2, 3, 4, 5, 6])
def test_features_reach_every_level(patch, levels):
    """Where a level has their size, and else the last one; full size has a stem of its own."""
    if levels + patch > 7:
        pytest.skip("a level below 1/32")
    sizes = {"patch": patch, "channels": [8] * levels, "cnn_blocks": [1] * (levels - 1)}
    config = NetworkConfig.from_dict(FEATURED | sizes)
    network = SemiGDA(config).eval()
    image = torch.rand(1, 3, 64, 96) * 2 - 1
    with torch.no_grad():
        first, second = network.encode_image(image), network.encode_second(image)
        encoder = network.cnn_encoder
        features = [p(h) for p, h in zip(encoder.projections, encoder.features(image), strict=True)]
    shapes = [s.shape for s in first.skips]
    assert [s.shape for s in second.skips] == shapes
    assert network(image)["cnn"].shape == image.shape
    for level, skip in enumerate(second.skips[:-1]):
        if patch == 1 and level == 0:
            torch.testing.assert_close(skip, encoder.stem(image))
        else:
            torch.testing.assert_close(skip, features[level - (patch == 1)])
    begin = levels - 1 - (patch == 1)  # the last level has this one, and all that are smaller
    expected = torch.stack(
        [torch.nn.functional.interpolate(h, shapes[-1][2:]) for h in features[begin:]]
    ).sum(0)
    torch.testing.assert_close(second.skips[-1], expected)


@pytest.mark.parametrize("branches", [["vae", "cnn"], ["cnn"]])
def test_a_step_of_both_stages_teaches_every_part(branches, volumes, tmp_path):
    wanted = featured(volumes, tmp_path, network=FULL, branches=branches)
    network = new_network(NetworkConfig.from_dict(FULL)).with_branches(branches).train()
    with torch.no_grad():  # new adapters let no gradient through to the skips
        for parameter in network.adapters.parameters():
            parameter += 0.05 * torch.randn_like(parameter)
    training = training_of(wanted, network)
    for begun in (training.align, training.segment):
        stage = begun()
        losses = stage.losses(5, stage.draw(5))
        assert losses["total"].isfinite()
        losses["total"].backward()
    assert network.cnn_encoder.stem[0].weight.grad.abs().max() > 0
    assert all(p.grad is not None for p in network.cnn_encoder.parameters())


def test_its_package_holds_the_same_network(volumes, tmp_path):
    torch.manual_seed(0)
    network = new_network(NetworkConfig.middle()).eval()
    wanted = featured(volumes, tmp_path, network=network.config.to_dict())
    save_package(tmp_path / "phantom", network, card_of(wanted, network.config.to_dict(), {}))
    loaded, card = load_network(tmp_path / "phantom")
    assert loaded.config == NetworkConfig.middle() and card.network["name"] == "middle"
    size = (tmp_path / "phantom/weights.safetensors").stat().st_size
    assert 50e6 < size < 51e6  # in float16
    image = torch.rand(1, 3, 32, 48) * 2 - 1
    with torch.no_grad():
        torch.testing.assert_close(loaded(image)["cnn"], network(image)["cnn"], atol=0.02, rtol=0)


def test_the_command_trains_it(volumes: Path, tmp_path: Path):
    assert train_command(volumes, tmp_path, "middle") == 0
    assert load_network(tmp_path / "phantom")[0].config.name == "middle"
