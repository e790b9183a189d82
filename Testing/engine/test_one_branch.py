"""A training of one branch alone: its losses, what of the network runs and learns, its model."""

import json
from pathlib import Path

import pytest
import torch
from heart_fixtures import Latents, Painter, grey, images, maps, options, total
from job_fixtures import of_type, training_job
from test_features_training import featured, training_of
from test_heart_segment import loss, one_of_each
from training_fixtures import FEATURED, NETWORK, settings

from semigda.cli import main
from semigda.data.cases import read_cases
from semigda.data.volumes import read_volume
from semigda.jobs.run import run_job
from semigda.method.palette import Palette
from semigda.models.features import new_network, read_features
from semigda.models.package import load_network
from semigda.networks.semigda import BranchFeatures, SemiGDA
from semigda.ranking.order import look, rank
from semigda.training.batch import Batch
from semigda.training.losses import align_losses, segment_losses, teach
from semigda.training.train import train
from semigda_core.errors import SemiGDAError
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.card import ModelCard
from semigda_core.models.network_config import NetworkConfig

PALETTE = Palette(1)
STEPS = {"pretrain_steps": 0, "align_steps": 3, "steps": 6, "validations": 1}
NETWORKS = {"plain": NETWORK, "featured": FEATURED}


def config_of(network: dict, *branches: str) -> NetworkConfig:
    return NetworkConfig.from_dict({**network, "branches": list(branches)})


# The losses, worked out by hand


class AloneLatents(Latents):
    """Without the first branch."""

    def features(self, image, keep=None, second=None):
        both = super().features(image, keep, second).latents
        return BranchFeatures({"cnn": both["cnn"]}, {})


class AlonePainter(Painter):
    """Without the first branch."""

    def features(self, image, branches=("cnn",), **others):
        return super().features(image, branches, **others)

    def forward(self, image, branches=("cnn",)):
        return super().forward(image, branches)


def test_stage_one_draws_the_branch_to_the_mask_and_to_nothing_else():
    network = AloneLatents(vae=1.0, cnn=0.5, scale=2.0)
    losses = align_losses(network, PALETTE, Batch(images(0.5), maps(1)), 1.0, variance=False)
    # The mask's latent is 2 * 1, the branch says 2 * .5 * .5 = .5.
    assert set(losses) == {"align_cnn", "total"}
    assert losses["total"].item() == pytest.approx((0.5 - 2) ** 2)
    losses["total"].backward()
    assert network.vae.grad is None and network.cnn.grad.item() == pytest.approx(2 * -1.5 * 2 * 0.5)


def test_stage_two_is_the_branchs_own_loss_and_it_teaches_itself():
    teacher = AlonePainter(cnn=grey(1 / 10) / grey(3 / 4))
    batch = one_of_each(mixed=grey(1 / 4))
    losses = segment_losses(AlonePainter(), teacher, PALETTE, batch, 1.0, options(), total)
    # The teacher's one branch says white at 1/10: black, (9/10 - 1/2) / (1/2) = .8 sure.
    assert set(losses) == {"segment_cnn", "teacher_doubt", "total"}
    expected = loss([(3 / 4, 1, 1), (1 / 4, 0, 0.8)])
    assert losses["total"].item() == pytest.approx(expected, rel=1e-5)
    assert losses["teacher_doubt"].item() == pytest.approx(1 - 0.8)
    taught = teach(teacher, PALETTE, images(grey(3 / 4)), "mean")
    assert set(taught) == {"cnn"} and taught["cnn"][0].item() == 0
    assert taught["cnn"][1].item() == pytest.approx(0.8, abs=1e-6)


# The network


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("branch", ["vae", "cnn"])
def test_a_network_of_one_branch_paints_as_that_branch_of_both(name, branch):
    torch.manual_seed(0)
    both = SemiGDA(config_of(NETWORKS[name], "vae", "cnn")).eval()
    with torch.no_grad():  # new adapters let everything through
        for parameter in both.parameters():
            parameter += 0.05 * torch.randn_like(parameter)
    alone = both.with_branches([branch])
    image = torch.rand(1, 3, 32, 32) * 2 - 1
    with torch.no_grad():
        found, expected = alone(image), both(image)
    assert set(found) == {branch}
    torch.testing.assert_close(found[branch], expected[branch], rtol=1e-4, atol=1e-5)
    other = {"vae": "cnn", "cnn": "vae"}[branch]
    assert not any(f"adapters.{other}" in key for key in alone.state_dict())
    assert alone.state_dict().keys() == SemiGDA(alone.config).state_dict().keys()
    again = alone.with_branches(["vae", "cnn"]).eval()
    assert again.config == both.config
    torch.testing.assert_close(again(image)[branch], expected[branch], rtol=1e-4, atol=1e-5)


def test_a_config_says_which_branches_only_where_one_is_missing():
    both, alone = config_of(NETWORK, "vae", "cnn"), config_of(NETWORK, "cnn")
    assert "branches" not in both.to_dict() and both == NetworkConfig.from_dict(NETWORK)
    assert alone.to_dict()["branches"] == ["cnn"] and (both.use, alone.use) == ("both", "cnn")
    assert NetworkConfig.from_dict(alone.to_dict()) == alone
    for wrong in ([], ["cnn", "vae"], ["cnn", "cnn"], ["unet"], "cnn", [["cnn"]], None):
        with pytest.raises(ValueError, match=r"'branches' is none of"):
            NetworkConfig.from_dict({**NETWORK, "branches": wrong})


# The settings


def test_settings_that_need_the_other_branch_are_refused():
    assert options().branches == ("vae", "cnn")
    assert options(branches=["cnn"]).branches == ("cnn",)
    assert options(branches=["cnn"]).same(
        json.loads(json.dumps(options(branches=["cnn"]).to_dict()))
    )
    for changes, said in (
        ({"branches": ["cnn"], "pseudo_labels": "cross"}, "'pseudo_labels' needs both branches"),
        ({"branches": ["vae"], "align_variance": True}, "'align_variance' needs the branch cnn"),
        ({"branches": []}, '\'branches\' is none of ["vae"], ["cnn"], ["vae", "cnn"]'),
    ):
        with pytest.raises(SemiGDAError) as refused:
            options(**changes)
        assert said in refused.value.message


# What runs, and what learns


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_of_the_other_branch_runs_or_learns(name, volumes, tmp_path):
    wanted = featured(volumes, tmp_path, network=NETWORKS[name], branches=["cnn"])
    torch.manual_seed(0)
    network = new_network(NetworkConfig.from_dict(wanted.network)).with_branches(["cnn"]).train()
    training = training_of(wanted, network)
    seen = []
    network.autoencoder.encoder.register_forward_hook(lambda _, given, out: seen.append(given[0]))
    encoder = {id(p) for p in network.autoencoder.encoder.parameters()}

    stage = training.align()
    batch = stage.draw(0)
    assert batch.counts == (8, 0)  # labelled slices take the place of unlabelled ones
    stage.losses(0, batch)["total"].backward()
    assert len(seen) == 1
    assert torch.equal(seen[0], training.palette.paint(batch.labels))  # of masks alone
    learned = [p for group in stage.optimizer.param_groups for p in group["params"]]
    assert {id(p) for p in learned} == {id(p) for p in network.cnn_encoder.parameters()}
    still = {n for n, p in network.cnn_encoder.named_parameters() if p.grad is None}
    assert all(n.startswith("projections.") for n in still)  # of the skips: stage 2's alone

    stage = training.segment()
    batch = stage.draw(5)
    assert batch.counts == (4, 4)
    stage.optimizer.zero_grad()
    stage.losses(5, batch)["total"].backward()
    assert len(seen) == 1  # neither by the network nor by its teacher
    learned = [p for group in stage.optimizer.param_groups for p in group["params"]]
    assert all(p.grad is not None for p in learned)
    assert {id(p) for p in learned} == {id(p) for p in network.parameters()} - encoder
    shared = zip(network.parameters(), training.teacher.parameters(), strict=True)
    assert {id(p) for p, average in shared if p is average} == encoder  # takes no averaging


@pytest.mark.parametrize("name", NETWORKS)
def test_the_autoencoders_branch_alone_has_a_gradient_for_all_that_it_learns(
    name, volumes, tmp_path
):
    wanted = featured(volumes, tmp_path, network=NETWORKS[name], branches=["vae"])
    network = new_network(NetworkConfig.from_dict(wanted.network)).with_branches(["vae"]).train()
    training = training_of(wanted, network)
    training.align().losses(0, training.align().draw(0))["total"].backward()
    assert all(p.grad is not None for p in network.mapper.parameters())
    stage = training.segment()
    stage.losses(0, stage.draw(0))["total"].backward()
    for group in stage.optimizer.param_groups:
        assert all(p.grad is not None for p in group["params"])


# A whole training


@pytest.fixture(scope="module")
def trained(volumes, tmp_path_factory):
    wanted = featured(volumes, tmp_path_factory.mktemp("trained"), branches=["cnn"])
    train(wanted)
    return wanted


def test_the_package_holds_the_branch_alone(trained, volumes, tmp_path):
    network, card = load_network(trained.out)
    assert network.branches == ("cnn",) and not hasattr(network, "mapper")
    assert card.branches == "cnn" and card.network["branches"] == ["cnn"]
    assert card.training["settings"]["branches"] == ["cnn"]
    assert set(card.training["val_dice"]) == {"body", "head"}
    whole = SemiGDA(config_of(FEATURED, "vae", "cnn"))
    assert network.state_dict().keys() < whole.state_dict().keys()
    image = next(case.image for case in read_cases(volumes) if case.role == "val")
    for branches in ("card", "both", "cnn"):
        out = tmp_path / f"{branches}.seg.nrrd"
        arguments = ["segment", str(image), "--model", trained.out, "-o", str(out)]
        assert main([*arguments, "--branches", branches, "--device", "cpu"]) == 0
        assert out.exists()


def test_its_doubt_is_reviewed_and_ranks_cases(trained, volumes, tmp_path):
    image = next(case.image for case in read_cases(volumes) if case.role == "val")
    review = tmp_path / "review.nrrd"
    arguments = ["segment", str(image), "--model", trained.out, "-o", str(tmp_path / "o.seg.nrrd")]
    assert main([*arguments, "--review", str(review), "--device", "cpu"]) == 0
    assert 0 < read_volume(review).array.max() <= 100
    network, card = load_network(trained.out)
    encoded = []
    network.autoencoder.encoder.register_forward_hook(lambda *_: encoded.append(1))
    network.cnn_encoder.register_forward_hook(lambda *_: encoded.append(2))
    _, seen = look(network, card, read_volume(image))
    assert set(encoded) == {2}  # compared by the encoder that has learned
    found, right, possible = seen.counts.unbind(2)
    assert found.any() and (right <= found).all() and (found <= possible).all()
    found = rank([seen, seen], [torch.zeros_like(seen.features)], ["body", "head"])
    assert 0 <= found[0].disagreement <= 1 and found[0].reason


def test_a_branch_that_the_model_lacks_is_refused(trained):
    card = ModelCard.read(trained.out)
    assert SegmentOptions().plan(card) == ("cnn",)
    with pytest.raises(SemiGDAError, match="one branch, cnn, and none called vae"):
        SegmentOptions(branches="vae").plan(card)
    card.branches = "both"
    with pytest.raises(SemiGDAError, match="'branches' names a branch that the network"):
        card.check()


def test_the_curve_and_the_previews_are_of_the_one_branch(volumes, tmp_path):
    job = training_job(volumes, tmp_path, **STEPS, network=FEATURED, branches=["cnn"])
    assert run_job(job) == 0
    (measured,) = of_type(job, "validation")
    assert measured["dice"]["both"] == measured["dice"]["cnn"]
    assert {event["kind"] for event in of_type(job, "preview")} == {"held-out", "unlabeled"}


@pytest.mark.parametrize("branches", [["cnn"], ["vae"], ["vae", "cnn"]])
def test_such_a_model_can_be_fine_tuned(branches, trained, volumes, tmp_path):
    """In any branches; what the base has begins as it is, the rest new."""
    same = {"learning_rate": 1e-9, "align_learning_rate": 1e-9, "features_learning_rate": 0.0}
    again = featured(volumes, tmp_path, base=trained.out, branches=branches, **same)
    train(again)
    network, card = load_network(again.out)
    assert network.branches == tuple(branches) and card.branches == network.config.use
    before = load_network(trained.out)[0].state_dict()
    kept = [name for name in network.state_dict() if name in before]
    assert any(name.startswith("cnn_encoder.features") for name in kept)
    for name in kept:
        torch.testing.assert_close(network.state_dict()[name], before[name], rtol=1e-3, atol=1e-5)


def test_one_branch_of_a_model_of_both_can_be_fine_tuned(volumes, tmp_path):
    both = featured(volumes, tmp_path / "both")
    train(both)
    alone = featured(volumes, tmp_path / "alone", base=both.out, branches=["cnn"])
    train(alone)
    network, card = load_network(alone.out)
    assert network.branches == ("cnn",) and card.branches == "cnn"
    assert set(read_features()) <= {
        n.removeprefix("cnn_encoder.features.") for n in network.state_dict()
    }


def test_the_autoencoder_may_be_pretrained(volumes, tmp_path):
    wanted = settings(volumes, tmp_path, **STEPS | {"pretrain_steps": 2, "branches": ["cnn"]})
    train(TrainSettings.from_dict(wanted))
    assert list(Path(tmp_path).glob("autoencoder-*.safetensors"))
    assert load_network(wanted["out"])[0].branches == ("cnn",)
