"""Which branches make the labels: what the card says, unless the user says otherwise."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from heart_fixtures import Painter, grey
from torch import nn
from volume_fixtures import bright_card

from semigda.data.volumes import Volume
from semigda.inference.predict import Predictor
from semigda.inference.segment import segment_volume
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import Label


class Opposed(nn.Module):
    """The first branch paints everything white at 9/10, the second one at 1/5."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self.config = SimpleNamespace(channels=(8,), patch=1)
        self.asked = []

    def forward(self, image, branches=("vae", "cnn")):
        self.asked.append(tuple(branches))
        said = {"vae": grey(9 / 10), "cnn": grey(1 / 5)}
        return {branch: torch.full_like(image, said[branch]) for branch in branches}


PREPROCESSING = {
    "channels": "2.5d",
    "slice_axis": "acquisition",
    "size": [16, 16],
    "spacing": [None, None, None],
    "intensity": {"rule": "8-bit"},
}


def segmented(recommended: str, **options):
    card = bright_card(PREPROCESSING)
    card.labels, card.branches = [Label(1, "bright", (255, 0, 0))], recommended
    network = Opposed()
    volume = Volume(np.zeros((2, 16, 16), np.uint8), np.eye(4))
    return network, segment_volume(network, card, volume, SegmentOptions("cpu", **options))


@pytest.mark.parametrize(
    ("card", "user", "label", "used"),
    [
        ("vae", "card", 1, ["vae"]),  # 9/10
        ("cnn", "card", 0, ["cnn"]),  # 1/5
        ("both", "card", 1, ["vae", "cnn"]),  # (9/10 + 1/5) / 2 = .55
        ("vae", "cnn", 0, ["cnn"]),
        ("cnn", "vae", 1, ["vae"]),
        ("cnn", "both", 1, ["vae", "cnn"]),
    ],
)
def test_the_cards_branch_makes_the_labels_unless_the_user_chose(card, user, label, used):
    _, result = segmented(card, branches=user)
    assert (result.labels == label).all() and result.report["branches"] == used
    # Foreground has 7/10 of its odds, and the map shows twice the chance of an error, at most 100.
    error = {"vae": 1 - 0.63 / 0.73, "cnn": 1 - 0.8 / 0.94}.get("+".join(used), 1 - 0.385 / 0.835)
    assert (result.review == min(100, round(200 * error))).all()


def test_a_branch_that_nobody_needs_is_not_computed():
    assert set(segmented("vae", review=False)[0].asked) == {("vae",)}
    assert set(segmented("vae", review=True)[0].asked) == {("vae",)}
    assert set(segmented("both", review=False)[0].asked) == {("vae", "cnn")}
    assert set(segmented("both", branches="cnn")[0].asked) == {("cnn",)}


class Strips(Painter):
    """Paints the image in one branch, and the image turned around in the other."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self.config = SimpleNamespace(channels=(8,), patch=1)

    def forward(self, image, branches=("vae", "cnn")):
        return {b: image if b == "vae" else image.flip(-1) for b in branches}


def predictor(branches=("vae", "cnn"), **changes) -> Predictor:
    settings = {"size": (1, 6), "crop": lambda planes: planes[..., 1:5], "batch_size": 4}
    return Predictor(Strips(), 1, torch.device("cpu"), branches=branches, **settings | changes)


def test_the_mean_of_the_branches_without_the_padding():
    p = [0.5, 0.9, 0.7, 0.2, 0.6, 0.5]  # of white, pixel by pixel; the outer ones are padding
    image = torch.tensor([grey(x) for x in p]).view(1, 1, 1, 6).expand(2, 3, 1, 6)
    found = predictor()(image)
    assert found.probabilities.shape == (2, 2, 1, 4)
    mean = [(a + b) / 2 for a, b in zip(p, p[::-1], strict=True)][1:5]
    assert found.probabilities[0, 1, 0].tolist() == pytest.approx(mean, abs=1e-5)
    assert found.probabilities[1, 0, 0].tolist() == pytest.approx([1 - x for x in mean], abs=1e-5)


def test_one_branch_alone():
    image = torch.full((1, 3, 1, 6), grey(0.8))
    image[..., 1] = grey(0.1)
    found = predictor(branches=("vae",))(image)
    assert found.probabilities[0, 1].flatten().tolist() == pytest.approx([0.1, 0.8, 0.8, 0.8])
