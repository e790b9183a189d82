"""Official weights: the golden forward pass of the released code, and damaged files.

The reference's weights are made by a rule, name by name, so no download is needed; the expected
stage outputs lie with the development data and the golden test skips without them.
"""

import json
import os
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from semigda.models.base import load_base
from semigda.models.official import import_official, read_autoencoder, read_stage1, read_stage2
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda_core.errors import SemiGDAError
from semigda_core.models.network_config import BRANCHES, NetworkConfig

DATA = Path(os.environ.get("SEMIGDA_DATA", Path(__file__).parents[2] / ".." / "shared" / "data"))
OFFICIAL = DATA.parent / "official"

needs_official = pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="the reference's tensor list and golden outputs are not here"
)


def rule_tensor(name: str, shape: list[int]) -> torch.Tensor:
    """The reference weights' rule: a generator seeded with crc32 of the tensor's name."""
    seed_name = name.replace(".conv1.1.", ".act1.").replace(".conv2.1.", ".act2.")
    if not name.startswith("mapping_model."):
        seed_name = name
    if name.endswith("num_batches_tracked"):
        return torch.zeros(shape, dtype=torch.long)
    generator = torch.Generator().manual_seed(zlib.crc32(seed_name.encode()))
    r = torch.randn(shape, generator=generator)
    if name.endswith("running_var"):
        return 1 + 0.1 * r.abs()
    if name.endswith("running_mean"):
        return 0.1 * r
    if name.endswith(".bias"):
        return 0.05 * r
    if ".act1." in seed_name or ".act2." in seed_name:
        return 0.25 + 0.02 * r
    if len(shape) == 1:
        return 1 + 0.1 * r
    return r / np.prod(shape[1:]) ** 0.5


@pytest.fixture(scope="module")
def released() -> dict[str, torch.Tensor]:
    shapes = json.loads((OFFICIAL / "state_dict.json").read_text("utf-8"))
    return {name: rule_tensor(name, shape) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def stage2_file(released, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("official") / "stage2.pth"
    torch.save({"model": released}, path)
    return path


def vae_part(released: dict) -> dict:
    return {
        name.removeprefix("vae_model."): tensor
        for name, tensor in released.items()
        if name.startswith("vae_model.") and ".Jump_" not in name
    }


@needs_official
def test_every_stage_equals_the_reference(stage2_file):
    network = SemiGDA(NetworkConfig.paper()).eval()
    network.load_state_dict(read_stage2(stage2_file))
    golden = {k: torch.from_numpy(v) for k, v in np.load(OFFICIAL / "golden.npz").items()}
    with torch.inference_mode():
        encoded = network.encode_image(golden["image"])
        features = network.features(golden["image"])
        rgb = network.decode(features)
    image_latent = network.config.latent_scale * encoded.moments[:, :4]
    ours = {
        "image_latent": image_latent,
        "mapped_latent": features.latents["vae"],
        "resnet_latent": features.latents["cnn"],
    }
    for branch in BRANCHES:
        ours[f"decoded_{branch}"] = rgb[branch]
        ours[f"mask_{branch}"] = ((rgb[branch].mean(1, keepdim=True) + 1) / 2).clamp(0, 1)
    for name, tensor in ours.items():
        error = (tensor - golden[name]).abs().max().item()
        assert error <= 1e-4, f"{name} differs from the reference by {error:.2e}"


@needs_official
def test_stage2_becomes_a_model_package(stage2_file, released, tmp_path):
    words = {"title": "Polyp", "labels": [{"value": 1, "name": "Polyp", "color": [200, 80, 80]}]}
    folder = import_official(stage2_file, tmp_path / "polyp-official", card=words)
    network, card = load_network(folder)
    assert (card.name, card.title, card.labels[0].name) == ("polyp-official", "Polyp", "Polyp")
    stored = network.state_dict()["autoencoder.encoder.conv_in.weight"]
    expected = released["vae_model.encoder.conv_in.weight"]
    torch.testing.assert_close(stored, expected.half().float(), rtol=0, atol=0)


@needs_official
def test_an_autoencoder_becomes_a_base(released, tmp_path):
    torch.save({"state_dict": vae_part(released)}, tmp_path / "vae.ckpt")
    base = load_base(import_official(tmp_path / "vae.ckpt", tmp_path / "base"))
    assert base.config == NetworkConfig.paper()
    weight = released["vae_model.decoder.conv_out.weight"]
    assert torch.equal(base.autoencoder.decoder.conv_out.weight, weight)


@needs_official
def test_stage1_asks_for_its_autoencoder(tmp_path):
    torch.save({"resnet": {}, "mapping_model": {}}, tmp_path / "stage1.pth")
    with pytest.raises(SemiGDAError, match="--vae"):
        import_official(tmp_path / "stage1.pth", tmp_path / "base")


@needs_official
def test_stage1_needs_only_new_adapters(released, tmp_path):
    parts = {
        part: {k.removeprefix(part + "."): v for k, v in released.items() if k.startswith(part)}
        for part in ("resnet", "mapping_model")
    }
    torch.save(parts, tmp_path / "stage1.pth")
    torch.save({"state_dict": vae_part(released)}, tmp_path / "vae.ckpt")
    state = read_stage1(tmp_path / "stage1.pth", tmp_path / "vae.ckpt")
    with torch.device("meta"):
        result = SemiGDA(NetworkConfig.paper()).load_state_dict(state, strict=False, assign=True)
    assert not result.unexpected_keys
    assert {name.split(".")[0] for name in result.missing_keys} == {"adapters"}


def to_diffusers(name: str) -> str:
    """The same tensor's name in a diffusers AutoencoderKL (current spelling)."""
    import re

    name = re.sub(r"encoder\.down\.(\d)\.block\.(\d)", r"encoder.down_blocks.\1.resnets.\2", name)
    name = re.sub(r"down\.(\d)\.downsample", r"down_blocks.\1.downsamplers.0", name)
    name = re.sub(
        r"decoder\.up\.(\d)\.block\.(\d)",
        lambda m: f"decoder.up_blocks.{3 - int(m[1])}.resnets.{m[2]}",
        name,
    )
    name = re.sub(r"up\.(\d)\.upsample", lambda m: f"up_blocks.{3 - int(m[1])}.upsamplers.0", name)
    name = name.replace("mid.block_1", "mid_block.resnets.0")
    name = name.replace("mid.block_2", "mid_block.resnets.1")
    name = name.replace("mid.attn_1.norm", "mid_block.attentions.0.group_norm")
    name = re.sub(r"mid\.attn_1\.([qkv])\.", r"mid_block.attentions.0.to_\1.", name)
    name = name.replace("mid.attn_1.proj_out", "mid_block.attentions.0.to_out.0")
    return name.replace("nin_shortcut", "conv_shortcut").replace("norm_out", "conv_norm_out")


@needs_official
def test_autoencoder_in_all_namings_is_the_same(released, tmp_path):
    original = vae_part(released)
    torch.save({"state_dict": original}, tmp_path / "vae.ckpt")
    whole = {f"first_stage_model.{k}": v for k, v in original.items()}
    whole["model.diffusion_model.input_blocks.0.0.weight"] = torch.zeros(1)
    save_file(whole, tmp_path / "stable-diffusion.safetensors")
    diffusers = {
        to_diffusers(k): v[:, :, 0, 0].contiguous() if ".attn_1." in k and v.ndim == 4 else v
        for k, v in original.items()
    }
    save_file(diffusers, tmp_path / "diffusion_pytorch_model.safetensors")
    expected = read_autoencoder(tmp_path / "vae.ckpt")
    for name in ("stable-diffusion.safetensors", "diffusion_pytorch_model.safetensors"):
        tensors = read_autoencoder(tmp_path / name)
        assert tensors.keys() == expected.keys()
        assert all(torch.equal(tensors[k], expected[k]) for k in expected)


@needs_official
@pytest.mark.parametrize("fault", ["missing", "extra", "misshapen"])
def test_wrong_tensors_are_named(released, tmp_path, fault):
    tensors = {k: v.half() for k, v in released.items()}
    name = "resnet.layer2.1.conv2.weight"
    if fault == "missing":
        del tensors[name]
    elif fault == "extra":
        tensors["resnet.tenth.weight"] = torch.zeros(1)
    else:
        tensors[name] = torch.zeros(512, 512, 1, 1)
    torch.save({"model": tensors}, tmp_path / "stage2.pth")
    with pytest.raises(SemiGDAError, match=fault if fault != "extra" else "unexpected") as error:
        read_stage2(tmp_path / "stage2.pth")
    assert error.value.error_class == "model-invalid"
    assert (
        "resnet.tenth.weight" if fault == "extra" else "stages.1.1.conv2.weight"
    ) in error.value.message


class Trap:
    """Its unpickling would run code."""

    def __reduce__(self):
        return os.mkdir, ("trap-was-run",)


def test_a_pickle_is_never_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"model": {"x": Trap()}}, tmp_path / "evil.pth")
    with pytest.raises(SemiGDAError) as error:
        read_stage2(tmp_path / "evil.pth")
    assert error.value.error_class == "model-invalid"
    assert not (tmp_path / "trap-was-run").exists()


def test_a_text_file_is_no_checkpoint(tmp_path):
    (tmp_path / "notes.ckpt").write_text("not weights")
    with pytest.raises(SemiGDAError) as error:
        read_autoencoder(tmp_path / "notes.ckpt")
    assert error.value.error_class == "model-invalid"


def test_names_in_a_weights_file_steer_no_terminal(tmp_path):
    path = tmp_path / "weights.pth"
    torch.save({"\x1b[2J": torch.ones(1)}, path)
    with pytest.raises(SemiGDAError, match="unexpected") as error:
        read_stage2(path)
    assert "\x1b" not in str(error.value) and "[2J" in str(error.value)
    torch.save({1: torch.ones(1), "a": torch.ones(1)}, path)
    with pytest.raises(SemiGDAError, match="no named tensors"):
        read_stage2(path)
