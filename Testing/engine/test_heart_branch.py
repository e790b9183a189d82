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
    # They differ by 9/10 - 1/5 everywhere, also where one is recommended; alone, one lacks 1/10 to
    # certainty and the other 1/5.
    expected = {"vae": 20, "cnn": 40}.get(user, 70)
    assert (result.review == expected).all()


def test_a_branch_that_nobody_needs_is_not_computed():
    assert set(segmented("vae", review=False)[0].asked) == {("vae",)}
    assert set(segmented("vae", review=True)[0].asked) == {("vae", "cnn")}
    assert set(segmented("both", review=False)[0].asked) == {("vae", "cnn")}
    assert set(segmented("both", branches="cnn")[0].asked) == {("cnn",)}


class Shades(Opposed):
    """Paints four columns, white at 9/10, 3/5, 3/10 and 1/10, whatever the branch."""

    def forward(self, image, branches=("vae", "cnn")):
        row = torch.tensor([grey(p) for p in (9 / 10, 3 / 5, 3 / 10, 1 / 10)])
        return {branch: row.expand(len(image), 3, 1, 4) for branch in branches}


@pytest.mark.parametrize("review", [True, False])
def test_one_branch_says_what_it_is_sure_of_and_what_it_thinks_possible(review):
    sizes = {"size": (1, 4), "crop": lambda planes: planes, "batch_size": 1}
    one = {"used": ("cnn",), "run": ("cnn",), "review": review}
    found = Predictor(Shades(), 1, torch.device("cpu"), **sizes, **one)(torch.zeros(1, 3, 1, 4))
    if not review:
        assert found.disagreement is None and found.overlap is None
        return
    # Twice what the likeliest class lacks to 1.
    expected = torch.tensor([[[0.2, 0.8, 0.6, 0.2]]])
    torch.testing.assert_close(found.disagreement, expected, atol=1e-5, rtol=0)
    # Above 3/4 and above 1/4: black in the last, and in all but the first; white the other way.
    assert found.overlap.tolist() == [[[1, 3, 1], [1, 3, 1]]]


class Strips(Painter):
    """Paints the image in one branch, and the image turned around in the other."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self.config = SimpleNamespace(channels=(8,), patch=1)

    def forward(self, image, branches=("vae", "cnn")):
        return {b: image if b == "vae" else image.flip(-1) for b in branches}


def predictor(used=("vae", "cnn"), run=("vae", "cnn"), **changes) -> Predictor:
    settings = {"size": (1, 6), "crop": lambda planes: planes[..., 1:5], "batch_size": 4}
    device = torch.device("cpu")
    return Predictor(Strips(), 1, device, used=used, run=run, **settings | changes)


def test_probabilities_disagreement_and_overlap_without_the_padding():
    p = [0.5, 0.9, 0.7, 0.2, 0.6, 0.5]  # of white, pixel by pixel; the outer ones are padding
    image = torch.tensor([grey(x) for x in p]).view(1, 1, 1, 6).expand(2, 3, 1, 6)
    found = predictor()(image)
    assert found.probabilities.shape == (2, 2, 1, 4)
    turned = p[::-1]
    mean = [(a + b) / 2 for a, b in zip(p, turned, strict=True)][1:5]
    assert found.probabilities[0, 1, 0].tolist() == pytest.approx(mean, abs=1e-5)
    assert found.probabilities[1, 0, 0].tolist() == pytest.approx([1 - x for x in mean], abs=1e-5)
    # Of two classes the total variation is the difference of the one's probability.
    difference = [abs(a - b) for a, b in zip(p, turned, strict=True)][1:5]
    assert found.disagreement[0, 0].tolist() == pytest.approx(difference, abs=1e-5)
    # White in the first: .9 .7 . .6, in the second the other way round: .6 . .7 .9
    assert found.overlap.tolist() == [[[1, 1, 0], [3, 3, 2]]] * 2


def test_one_branch_has_nothing_to_disagree_with():
    image = torch.full((1, 3, 1, 6), grey(0.8))
    found = predictor(used=("cnn",), run=("cnn",))(image)
    assert found.disagreement is None and found.overlap is None
    assert found.probabilities[0, 1].flatten().tolist() == pytest.approx([0.8] * 4, abs=1e-5)
    image[..., 1] = grey(0.1)
    only = predictor(used=("vae",))(image)  # both are computed, one is used
    assert only.probabilities[0, 1].flatten().tolist() == pytest.approx([0.1, 0.8, 0.8, 0.8])
