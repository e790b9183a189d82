"""Pre-training of the autoencoder on phantoms."""

import json
from dataclasses import replace

import pytest
import torch
from phantom_fixtures import write_phantoms
from training_fixtures import NETWORK, SHAPE, VOLUMES

from semigda.models.base import load_base
from semigda.training.pretrain import pretrain, random_masks
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import PretrainSettings
from semigda_core.models.network_config import NetworkConfig


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pretrain")
    cases = write_phantoms(folder, 2, 3, 0, shape=SHAPE)
    return PretrainSettings(
        cases=str(cases),
        out=str(folder / "autoencoder.safetensors"),
        network=NETWORK,
        preprocessing=VOLUMES,
        num_classes=2,
        steps=100,
        batch_size=8,
        learning_rate=4e-3,
        device="cpu",
        threads=1,
    )


def test_pretraining_learns_to_draw(settings, tmp_path):
    job = JobFolder.create(tmp_path / "job", "pretrain", {"cases": settings.cases})
    report = pretrain(settings, job)
    losses = [event["losses"] for event in job.events() if event["type"] == "losses"]
    assert losses[-1]["rebuild"] < 0.75 * losses[0]["rebuild"]
    assert losses[-1]["classes"] < losses[0]["classes"]
    assert report["mask_dice"] > 0.4 and report["steps"] == 100
    assert job.state()["progress"] == 1.0

    autoencoder = load_base(settings.out).autoencoder
    assert autoencoder.config == replace(
        NetworkConfig.from_dict(NETWORK), latent_scale=autoencoder.config.latent_scale
    )
    image = torch.rand(1, 3, 32, 32) * 2 - 1
    mean = autoencoder.encode(image).chunk(2, dim=1)[0]
    assert 0.05 < (mean * autoencoder.config.latent_scale).std() < 5
    assert autoencoder.decode(mean).shape == image.shape


def test_random_masks_hold_every_class():
    masks = random_masks((64, 32, 32), 5, torch.Generator().manual_seed(0))
    counts = torch.bincount(masks.flatten().long(), minlength=6) / masks.numel()
    assert masks.dtype == torch.uint8 and (counts > 0.02).all() and counts[0] > 0.25


def test_a_foreign_file_is_refused(tmp_path):
    path = tmp_path / "autoencoder.safetensors"
    path.write_bytes(b"not tensors")
    with pytest.raises(SemiGDAError) as error:
        load_base(path)
    assert error.value.error_class == "model-invalid"


def test_unknown_settings_are_named():
    with pytest.raises(SemiGDAError, match="sharpness"):
        PretrainSettings.from_dict({"sharpness": 1})


def test_settings_are_json(settings):
    values = json.loads(json.dumps(settings.to_dict()))
    assert PretrainSettings.from_dict(values) == settings
    for wrong in ({"precision": "int4"}, {"augmentation": {"blurred": 1}}):
        with pytest.raises(SemiGDAError) as error:
            PretrainSettings.from_dict(values | wrong)
        assert error.value.error_class == "bad-input"
