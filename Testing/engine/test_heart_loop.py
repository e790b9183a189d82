"""The loop and its two stages: what a step takes, weighs and moves."""

import math

import pytest
import torch
from heart_fixtures import options
from torch import nn
from training_fixtures import NETWORK, VOLUMES

from semigda.distributed import ALONE
from semigda.networks.semigda import SemiGDA
from semigda.progress import Progress
from semigda.training.batch import Batch
from semigda.training.gradients import Gradients, autocast, check_precision, limited_threads
from semigda.training.loop import Training, fit
from semigda.training.losses import align_losses, segment_losses
from semigda.training.stage import Stage
from semigda_core.errors import SemiGDAError
from semigda_core.models.network_config import NetworkConfig

CPU = torch.device("cpu")


class Flat:
    """Six slices of one grey; where it is labelled, a square of class 1 in the last four."""

    def __init__(self, grey: float, labelled: bool):
        self.grey, self.labels = grey, None
        self.foreground: list[int] = []
        self.drawn, self.source, self.machine = list(range(6)), None, None
        if labelled:
            self.labels = torch.zeros(6, 16, 16, dtype=torch.uint8)
            self.labels[2:, 4:12, 4:12] = 1
            self.foreground = [2, 3, 4, 5]

    def __len__(self):
        return 6

    def rest(self):
        return None

    def images(self, start, stop):
        return torch.full((stop - start, 3, 16, 16), self.grey)


def training(unlabelled=True, **changes) -> Training:
    torch.manual_seed(0)
    network = SemiGDA(NetworkConfig.from_dict(NETWORK)).train()
    values = {"preprocessing": {**VOLUMES, "size": [16, 16]}, "labeled_batch": 2}
    values |= {"unlabeled_batch": 2, "align_steps": 4, "steps": 10, **changes}
    slices = {"labeled": [Flat(0.5, True)], "unlabeled": [Flat(-0.5, False)] * unlabelled}
    gradients = Gradients(network, CPU, ALONE, Progress())
    return Training(options(**values), slices, network, gradients)


def names(stage: Stage, network: nn.Module) -> set[str]:
    """What of the network the stage's optimiser learns."""
    learned = {id(p) for group in stage.optimizer.param_groups for p in group["params"]}
    return {name for name, p in network.named_parameters() if id(p) in learned}


def roots(found: set[str]) -> set[str]:
    return {name.split(".")[0] for name in found}


# The loop


class Seen:
    """Around a toy's steps: what is told, and an end after some of them."""

    def __init__(self, last: int = 99):
        self.last, self.asked, self.told = last, 0, []

    def ends(self):
        self.asked += 1
        return self.asked > self.last

    def after_step(self, rate, losses, left_out):
        self.told.append((rate, losses["total"].item(), left_out()))


def toy(clip=100.0, done=0):
    """A weight w = 1 whose loss is w times the step's number plus one: its gradient is that."""
    weight = nn.Parameter(torch.ones(1))
    followed = []
    stage = Stage(
        "segment",
        4,
        lambda step: Batch(torch.full((1, 1), step + 1.0), torch.zeros(1, 1)),
        lambda step, batch: {"total": (weight * batch.images).sum() + 0.0 * step},
        torch.optim.SGD([weight], 0.1),
        clip,
        followed.append,
        done,
    )
    gradients = Gradients(nn.Module(), CPU, ALONE, Progress())
    return weight, stage, gradients, followed


def rate(share: float) -> float:
    """.1 of a cycle: a twentieth of linear rise, then half a cosine."""
    return 0.1 * 0.5 * (1 + math.cos(math.pi * (share - 0.05) / 0.95))


def test_each_step_has_its_batch_its_rate_and_its_turn_of_the_teacher():
    weight, stage, gradients, followed = toy()
    around = Seen()
    fit(stage, gradients, around)
    rates = [rate(share) for share in (0.25, 0.5, 0.75, 1.0)]
    assert [r for r, _, _ in around.told] == pytest.approx(rates)
    expected = 1 - sum(r * (step + 1) for step, r in enumerate(rates))
    assert weight.item() == pytest.approx(expected, rel=1e-5)
    # The first loss is of the first weight: w * 1; the second of the moved one, times 2.
    assert around.told[0][1] == pytest.approx(1)
    assert around.told[1][1] == pytest.approx(2 * (1 - rates[0]))
    assert followed == [0, 1, 2, 3] and stage.done == 4


def test_a_group_with_a_share_learns_at_that_share_of_the_rate():
    weight, stage, gradients, _ = toy()
    stage.optimizer.param_groups[0]["share"] = 0.25
    around = Seen()
    fit(stage, gradients, around)
    rates = [rate(share) for share in (0.25, 0.5, 0.75, 1.0)]
    assert [r for r, _, _ in around.told] == pytest.approx(rates)
    moved = 0.25 * sum(r * (step + 1) for step, r in enumerate(rates))
    assert weight.item() == pytest.approx(1 - moved, rel=1e-5)


def test_gradients_are_clipped():
    weight, stage, gradients, _ = toy(clip=0.5)
    fit(stage, gradients, Seen())
    expected = 1 - 0.5 * sum(rate(share) for share in (0.25, 0.5, 0.75, 1.0))
    assert weight.item() == pytest.approx(expected, rel=1e-4)


def test_a_stage_ends_where_it_is_told_to_and_goes_on_where_it_was():
    weight, stage, gradients, followed = toy()
    fit(stage, gradients, Seen(last=2))
    assert stage.done == 2 and followed == [0, 1]
    kept = stage.state()
    assert kept["stage"] == "segment" and kept["step"] == 2
    _, again, gradients, followed = toy()
    again.restore(kept)
    fit(again, gradients, Seen())
    assert again.done == 4 and followed == [2, 3]


def test_a_stage_goes_on_with_what_its_optimiser_had_learned():
    def made():
        weight, stage, gradients, _ = toy()
        stage.optimizer = torch.optim.AdamW([weight], 0.1)
        return weight, stage, gradients

    whole, stage, gradients = made()
    fit(stage, gradients, Seen())
    first, stage, gradients = made()
    fit(stage, gradients, Seen(last=2))
    second, again, gradients = made()
    second.data.copy_(first.data)
    again.restore(stage.state())
    fit(again, gradients, Seen())
    assert torch.equal(second, whole)


def test_a_stage_goes_on_where_there_is_no_fused_step():
    """As one of a graphics card on a CPU, before PyTorch 2.4."""
    states = []
    for fused in (True, False):
        weight, stage, gradients, _ = toy()
        stage.optimizer = torch.optim.AdamW([weight], 0.1, fused=fused)
        if states:
            stage.restore(states[0])
        fit(stage, gradients, Seen(last=2))
        states.append(stage.state())
    (group,) = states[1]["optimizer"]["param_groups"]
    assert stage.done == 4 and group["fused"] is False


# Stage 1


def test_stage_one_learns_the_mapper_and_the_convolutional_encoder_only():
    made = training(align_learning_rate=3e-3, weight_decay=0.02, clip=0.7)
    stage = made.align()
    assert roots(names(stage, made.network)) == {"mapper", "cnn_encoder"}
    assert (stage.name, stage.steps, stage.clip) == ("align", 4, 0.7)
    group = stage.optimizer.param_groups[0]
    assert (group["lr"], group["weight_decay"]) == (3e-3, 0.02)
    frozen = [p.requires_grad for p in made.network.autoencoder.parameters()]
    assert not any(frozen)


@pytest.mark.parametrize(("step", "factor"), [(0, math.exp(-5)), (2, math.exp(-1.25)), (4, 1)])
def test_stage_one_ramps_its_unlabelled_term_up(step, factor):
    made = training(unlabeled_weight=0.5)
    stage = made.align()
    batch = stage.draw(step)
    assert batch.counts == (2, 2)
    losses = stage.losses(step, batch)
    labelled = losses["align_vae"] + losses["align_cnn"]
    assert losses["align_unlabeled"] > 0
    expected = labelled + 0.5 * factor * losses["align_unlabeled"]
    assert losses["total"].item() == pytest.approx(expected.item(), rel=1e-5)


def test_stage_one_aligns_variances_where_it_is_asked_to():
    made = training(align_variance=True)
    stage = made.align()
    batch = stage.draw(1)
    expected = align_losses(made.network, made.palette, batch, 1.0, True)["align_cnn"]
    assert torch.equal(stage.losses(1, batch)["align_cnn"], expected)


# Stage 2


def test_stage_two_learns_all_that_is_not_frozen():
    made = training(learning_rate=5e-3, weight_decay=0.03, clip=0.7)
    stage = made.segment()
    assert names(stage, made.network) == {n for n, _ in made.network.named_parameters()}
    assert (stage.name, stage.steps, stage.clip) == ("segment", 10, 0.7)
    group = stage.optimizer.param_groups[0]
    assert isinstance(stage.optimizer, torch.optim.AdamW)
    assert (group["lr"], group["weight_decay"]) == (5e-3, 0.03)
    frozen = training(frozen="autoencoder", pretrain_steps=1)
    assert roots(names(frozen.segment(), frozen.network)) == {"cnn_encoder", "mapper", "adapters"}


def test_the_published_optimiser_has_momentum():
    made = training(optimizer="sgd", learning_rate=0.01, weight_decay=1e-4)
    optimizer = made.segment().optimizer
    group = optimizer.param_groups[0]
    assert isinstance(optimizer, torch.optim.SGD)
    wanted = {"lr": 0.01, "momentum": 0.9, "weight_decay": 1e-4, "nesterov": True}
    assert {name: group[name] for name in wanted} == wanted


def test_pseudo_labels_come_after_the_supervised_steps_and_slowly():
    made = training(unlabeled_weight=0.5, supervised_share=0.2, ramp_share=0.5)
    stage = made.segment()
    assert [stage.draw(step).counts for step in (0, 1, 2, 9)] == [(4, 0), (4, 0), (2, 2), (2, 2)]
    networks = (made.network, made.teacher, made.palette)
    for step, weight in ((1, 0.0), (2, 0.5 * math.exp(-5)), (4, 0.5 * math.exp(-1.25)), (6, 0.5)):
        batch = stage.draw(step)
        expected = segment_losses(*networks, batch, weight, made.settings, lambda part: part)
        found = stage.losses(step, batch)
        assert found["total"].item() == pytest.approx(expected["total"].item(), rel=1e-6)
    without = segment_losses(*networks, batch, 0.0, made.settings, lambda part: part)
    assert found["total"].item() != pytest.approx(without["total"].item(), rel=1e-4)


def test_the_published_way_trains_both_branches():
    made = training(pseudo_labels="cross", supervised_share=0.0, optimizer="sgd")
    stage = made.segment()
    stage.losses(9, stage.draw(9))["total"].backward()
    grads = {name: p.grad for name, p in made.network.named_parameters()}
    assert all(grad is not None and grad.isfinite().all() for grad in grads.values())
    assert grads["mapper.head.2.weight"].any() and grads["cnn_encoder.conv_in.weight"].any()


def test_the_teacher_follows_and_the_network_does_not():
    made = training(ema_decay=0.6)
    first = made.teacher
    stage = made.segment()
    assert made.teacher is not first  # made after stage 1
    with torch.no_grad():
        for parameter in made.network.parameters():
            parameter += 1.0
    before = [p.clone() for p in made.teacher.parameters()]
    stage.follow(1000)
    moved = [p - b for p, b in zip(made.teacher.parameters(), before, strict=True)]
    assert all(torch.allclose(m, torch.full_like(m, 0.4), atol=1e-4) for m in moved)
    stage.follow(0)  # in the first steps it follows faster: a tenth is kept
    ahead = [p - b for p, b in zip(made.network.parameters(), before, strict=True)]
    moved = [p - b for p, b in zip(made.teacher.parameters(), before, strict=True)]
    assert all(torch.allclose(m, a - 0.06, atol=1e-4) for m, a in zip(moved, ahead, strict=True))


def test_without_unlabelled_slices_or_weight_every_step_is_supervised():
    for made in (training(unlabelled=False), training(unlabeled_weight=0.0)):
        assert made.unlabeled is None
        assert made.segment().draw(9).counts == (2, 0) and made.align().draw(0).counts == (2, 0)


def test_labelled_slices_hold_foreground_as_often_as_asked_for():
    made = training(foreground_share=1.0, labeled_batch=40, augmentation={"shift": 0.0})
    assert made.align().draw(0).labels.flatten(1).any(1).all()
    some = training(foreground_share=0.0, labeled_batch=40, augmentation={"shift": 0.0})
    found = some.align().draw(0).labels.flatten(1).any(1).float().mean()
    assert 0.4 < found < 0.9  # four of six


def test_a_steps_batch_hangs_on_seed_stage_and_number_and_on_nothing_else():
    made = training()
    stages = made.align(), made.segment()
    again = training().segment().draw(5)
    assert torch.equal(stages[1].draw(5).images, again.images)
    others = [stages[1].draw(6), stages[0].draw(5), training(seed=1).segment().draw(5)]
    assert not any(torch.equal(other.images, again.images) for other in others)


def test_ranks_take_turns_with_the_rows():
    made = training(unlabelled=False, labeled_batch=4)
    whole = made.draw("align", 0, None)
    made.gradients.ranks = type("Two", (), {"rank": 1, "world": 2})()
    part = made.draw("align", 0, None)
    assert torch.equal(part.images, whole.images[1::2]) and part.whole is None


# What differs between computers


def test_precision_is_as_asked_for():
    with autocast(CPU, "auto"):
        assert not torch.is_autocast_enabled("cpu")
    with autocast(CPU, "float32"):
        assert not torch.is_autocast_enabled("cpu")
    with autocast(CPU, "bfloat16"):
        assert torch.is_autocast_enabled("cpu")
        assert torch.get_autocast_dtype("cpu") == torch.bfloat16


@pytest.mark.parametrize("kind, last", [("cpu", True), ("cuda", True), ("mps", False)])
def test_the_network_lies_in_memory_as_suits_the_device(kind, last):
    made = training()
    made.network.to(memory_format=torch.contiguous_format)
    made.gradients.device = torch.device(kind)
    slices = {"labeled": made.labeled.cases, "unlabeled": []}
    again = Training(made.settings, slices, made.network, made.gradients)
    weight = again.network.autoencoder.encoder.levels[0][0].conv1.weight
    assert weight.is_contiguous(memory_format=torch.channels_last) == last
    assert weight.is_contiguous() != last
    assert again.teacher.autoencoder.encoder.levels[0][0].conv1.weight.is_contiguous() != last


def test_a_precision_that_a_device_does_not_have_is_refused(monkeypatch):
    for precision in ("auto", "float32", "bfloat16"):
        check_precision(CPU, precision)
    # Like MPS in PyTorch 2.2 to 2.4, it has no mixed precision at all.
    check_precision(torch.device("meta"), "float32")
    with pytest.raises(SemiGDAError, match="cannot train in bfloat16 on this device: meta") as said:
        check_precision(torch.device("meta"), "bfloat16")
    assert said.value.error_class == "bad-input" and "autocast" in said.value.detail
    real = torch.autocast
    monkeypatch.setattr(torch, "autocast", lambda *how: real(*how, enabled=False))  # as MPS in 2.5
    with pytest.raises(SemiGDAError, match="Choose another precision or device"):
        check_precision(CPU, "bfloat16")


def test_threads_are_limited_inside_only():
    before = torch.get_num_threads()
    wanted = before + 1
    with limited_threads(wanted):
        assert torch.get_num_threads() == wanted
    assert torch.get_num_threads() == before
    with limited_threads(0):
        assert torch.get_num_threads() == before
