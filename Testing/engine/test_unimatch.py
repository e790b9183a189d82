"""UniMatch's loss in the study with few labels, with values worked out by hand."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from training_fixtures import VOLUMES, card

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "benchmarks"))

from few_labels_lib.feature_unet import FeatureUNet  # noqa: E402
from few_labels_lib.unimatch import (  # noqa: E402
    CHANNELS,
    UniMatchLoss,
    View,
    dropped,
    unimatch_loss,
)

from semigda.training.batch import Batch  # noqa: E402
from semigda_core.jobs.training import Augmentation, TrainSettings  # noqa: E402

H = (2, 2)


class Linear(nn.Module):
    """Logit of the foreground: a weight times the image's one feature."""

    def __init__(self, weight: float):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))

    def encode(self, images):
        return [images[:, :1]]

    def decode(self, features, size):
        (feature,) = features
        return torch.cat([torch.zeros_like(feature), self.weight * feature], 1)

    def forward(self, images):
        return self.decode(self.encode(images), images.shape[2:])


def image(*values: float) -> torch.Tensor:
    return torch.tensor(values).view(1, 1, *H).expand(1, 3, *H)


def part(logits: list[float], truth: list[int], trust: list[int]) -> float:
    """Cross-entropy a pixel plus Dice of foreground logits, where they are trusted."""
    chance = [1 / (1 + math.exp(-logit)) for logit in logits]
    rows = list(zip(chance, truth, trust, strict=True))
    entropy = -sum(t * math.log(p if y else 1 - p) for p, y, t in rows) / len(rows)
    size, guess, both = (
        sum(t * value for value, t in zip(values, trust, strict=True))
        for values in (truth, chance, [y * p for p, y, _ in rows])
    )
    return entropy + (1 - (2 * both + 1) / (size + guess + 1) if size else 0)


@pytest.fixture
def networks() -> tuple[Linear, Linear]:
    return Linear(1.0), Linear(4.0)


def test_what_the_teacher_is_sure_of_teaches_three_views(networks):
    network, teacher = networks
    # The teacher's logits 4, -4, 2, -4: sure (p >= 0.95) of all pixels but the third.
    weak = image(1, -1, 0.5, -1)
    strong = [
        View(image(*v), torch.zeros(1, *H, dtype=torch.bool)) for v in ((2, 1, 0, 0), [3] * 4)
    ]
    batch = Batch(image(1, 1, -1, -1), torch.tensor([[[1, 0], [0, 0]]]), weak=weak)
    keep = torch.ones(1, 1, dtype=torch.bool)
    loss = unimatch_loss(network, teacher, batch, strong, keep, weight=0.6)
    truth, sure = [1, 0, 1, 0], [1, 1, 0, 1]
    expected = part([1, 1, -1, -1], [1, 0, 0, 0], [1] * 4)
    expected += 0.6 * 0.25 * part([2, 1, 0, 0], truth, sure)
    expected += 0.6 * 0.25 * part([3, 3, 3, 3], truth, sure)
    expected += 0.6 * 0.5 * part([2, -2, 1, -2], truth, sure)  # kept channels are doubled
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    loss.backward()
    assert network.weight.grad is not None and teacher.weight.grad is None


def test_a_box_brings_its_own_pseudo_labels(networks):
    """Of two images, one all foreground and one all background, each has a column of the other."""
    network, teacher = networks
    weak = torch.cat([image(1, 1, 1, 1), image(-1, -1, -1, -1)])
    box = torch.tensor([[True, False], [True, False]]).expand(2, *H)
    seen = torch.cat([image(-1, 1, -1, 1), image(1, -1, 1, -1)])
    other = View(weak, torch.zeros(2, *H, dtype=torch.bool))
    batch = Batch(image(1, 1, -1, -1), torch.tensor([[[1, 1], [0, 0]]]), weak=weak)
    losses = [
        unimatch_loss(network, teacher, batch, [view, other], torch.zeros(2, 1).bool(), 1.0).item()
        for view in (View(seen, box), View(weak, box))
    ]
    truth = [0, 1, 0, 1, 1, 0, 1, 0]
    right, wrong = (
        part(logits, truth, [1] * 8) for logits in ([-1, 1] * 2 + [1, -1] * 2, [1] * 4 + [-1] * 4)
    )
    assert losses[1] - losses[0] == pytest.approx(0.25 * (wrong - right), rel=1e-4)


def test_only_the_last_rows_lose_channels_and_the_rest_is_doubled():
    features = [torch.ones(3, 2, 1, 1), torch.ones(3, 1, 2, 2)]
    keep = torch.tensor([[True, False, False], [False, True, True]])
    first, second = dropped(features, keep)
    assert first.flatten().tolist() == [1, 1, 2, 0, 0, 2]
    assert second.flatten().tolist() == [1] * 4 + [0] * 4 + [2] * 4


def settings(**augmentation) -> TrainSettings:
    return TrainSettings(
        cases="c",
        out="o",
        card=card(),
        network={},
        preprocessing=VOLUMES,
        seed=3,
        augmentation=Augmentation(**augmentation),
    )


@pytest.fixture(scope="module")
def weak() -> torch.Tensor:
    return torch.rand(4, 3, 32, 32, generator=torch.Generator().manual_seed(1)) - 0.5


def test_views_differ_and_repeat_with_the_seed(weak):
    network = FeatureUNet(2).eval()
    ways = [UniMatchLoss(settings()) for _ in range(2)]
    views = [ways[0].view(weak) for _ in range(2)]
    assert not torch.equal(views[0].images, views[1].images)
    assert torch.equal(ways[1].view(weak).images, views[0].images)
    batch = Batch(weak[:1], torch.ones(1, 32, 32, dtype=torch.uint8), weak=weak)
    again = [UniMatchLoss(settings())(network, network, batch, 1.0).item() for _ in range(2)]
    assert again[0] == again[1]
    assert sum(f.shape[1] for f in network.encode(weak)) == CHANNELS


def test_a_view_holds_a_box_of_the_image_before_it(weak):
    plain = dict.fromkeys(("brightness", "contrast", "gamma", "noise", "blur"), 0.0)
    way = UniMatchLoss(settings(**plain))
    whole, boxes = [], []
    for _ in range(5):
        view = way.view(weak)
        expected = torch.where(view.box[:, None], weak[[3, 0, 1, 2]], weak)
        torch.testing.assert_close(view.images, expected)
        boxes += [box.sum().item() for box in view.box if box.any()]
        whole += [not box.any() for box in view.box]
    assert set(boxes) == {19 * 19}  # 0.6 of both sides
    assert 5 <= sum(whole) <= 15  # of 20


def test_the_feature_unet_begins_with_the_published_encoder():
    from semigda.models.features import read_features

    torch.manual_seed(0)
    network = FeatureUNet(1)
    network.load_features()
    state = network.features.state_dict()
    assert all(torch.equal(state[name], tensor) for name, tensor in read_features().items())
    images = torch.rand(1, 3, 48, 80)
    logits = network(images)
    assert logits.shape == (1, 2, 48, 80)
    F.cross_entropy(logits, torch.ones(1, 48, 80).long()).backward()
    assert all(p.grad is not None and p.grad.abs().max() > 0 for p in network.parameters())
