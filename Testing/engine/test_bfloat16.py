"""Segmenting in bfloat16: where, what it changes, and what stays in float32."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from semigda.inference import device, predict
from semigda.inference.predict import Predictor
from semigda.networks.cnn_encoder import second_encoder
from semigda.networks.group_norm import GroupNorm
from semigda.networks.semigda import SemiGDA
from semigda_core.models.network_config import NetworkConfig

CPU = torch.device("cpu")


@pytest.fixture
def unknown():
    """Asks the processor anew."""
    device._matrix_units.cache_clear()
    yield
    device._matrix_units.cache_clear()


@pytest.mark.parametrize("has", [True, False])
def test_a_cpu_computes_bfloat16_if_it_has_matrix_units(unknown, monkeypatch, has):
    monkeypatch.setattr(torch.cpu, "_init_amx", lambda: has, raising=False)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    assert device.computes_bfloat16(CPU) is has


def test_where_pytorch_cannot_tell_or_use_them_it_is_float32(unknown, monkeypatch):
    monkeypatch.setattr(torch.cpu, "_init_amx", lambda: True, raising=False)
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert device.computes_bfloat16(CPU) is False
    device._matrix_units.cache_clear()
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    monkeypatch.delattr(torch.cpu, "_init_amx")  # torch before 2.6
    assert device.computes_bfloat16(CPU) is False


def predictor(network: SemiGDA, size: int = 2) -> Predictor:
    return Predictor(
        network, 1, CPU, branches=("vae", "cnn"), size=(48, 64),
        crop=lambda planes: planes, batch_size=size,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["compact", "pretrained"])
def test_probabilities_hardly_change(monkeypatch, name):
    torch.manual_seed(0)
    network, slices = SemiGDA(getattr(NetworkConfig, name)()), torch.randn(2, 3, 48, 64)
    found = {}
    for half, precision in ((True, "bfloat16"), (False, "float32")):
        monkeypatch.setattr(predict, "computes_bfloat16", lambda device, half=half: half)
        one = predictor(network)
        assert one.precision == precision
        found[half] = one(slices).probabilities
        assert found[half].dtype == torch.float32
    apart = (found[True] - found[False]).abs()
    assert 0 < apart.mean() < 0.01 and apart.max() < 0.2


def test_a_slice_gets_the_same_values_in_any_batch_and_lane():
    if not device.computes_bfloat16(CPU):
        pytest.skip("needs a processor with AMX")
    torch.manual_seed(0)
    network, slices = SemiGDA(NetworkConfig.compact()), torch.randn(8, 3, 48, 64)
    before, found = torch.get_num_threads(), []
    for cores, size in ((1, 2), (1, 4), (1, 8), (2, 8), (4, 8)):
        torch.set_num_threads(cores)
        one = predictor(network, size)
        found.append(torch.cat([one(part).probabilities for part in slices.split(size)]))
    torch.set_num_threads(before)
    assert all(torch.equal(values, found[0]) for values in found[1:])


def test_small_feature_maps_are_normalised_in_float32():
    norm = GroupNorm(4, 8)
    torch.nn.init.normal_(norm.weight)
    for side, precision in ((31, torch.float32), (32, torch.bfloat16)):
        half = torch.randn(2, 8, side, side).bfloat16().to(memory_format=torch.channels_last)
        assert norm(half).dtype == precision
        wanted = F.group_norm(half.float(), 4, norm.weight, norm.bias)
        torch.testing.assert_close(norm(half).float(), wanted, rtol=1e-2, atol=1e-2)
        assert norm(half.float()).dtype == torch.float32


def test_general_image_features_stay_in_float32():
    encoder = second_encoder(NetworkConfig.pretrained()).eval()
    seen, x = [], torch.randn(1, 3, 32, 32)
    encoder.features.register_forward_hook(lambda module, args, made: seen.append(made))
    with torch.inference_mode():
        encoder.features(x)
        with torch.autocast("cpu", torch.bfloat16):
            encoder(x)
    for alone, within in zip(*seen, strict=True):
        assert torch.equal(alone, within)
