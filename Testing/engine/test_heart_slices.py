"""Training slices: which are drawn, and what they show, in numbers."""

import pytest
import torch

from semigda.prepared import store
from semigda.prepared.store import Store
from semigda.training.dataset import CaseSlices, SliceSampler, case_slices, step_generator
from semigda_core.errors import SemiGDAError


class Flat:
    """Three slices of 4 x 6 pixels, whose value is 10 * slice + column; labels 1 in slice 1."""

    def __init__(self, number=0, labelled=True):
        self.values = 100.0 * number + 10 * torch.arange(3).view(3, 1, 1) + torch.arange(6)
        self.values = self.values.expand(3, 4, 6) + 0.1 * torch.arange(4).view(1, 4, 1)
        self.labels = (self.values.long() % 256).to(torch.uint8) if labelled else None
        self.foreground, self.drawn = [1] if labelled else [], [0, 1, 2]

    def __len__(self):
        return 3

    def images(self, start, stop):
        return self.values[start:stop, None].expand(-1, 3, -1, -1)


def test_draws_are_uniform_over_cases_slices_and_places():
    sampler = SliceSampler([Flat(0), Flat(1)], (2, 3))
    images, labels = sampler.draw(600, step_generator(0, "x", 0))
    assert images.shape == (600, 3, 2, 3) and labels.dtype == torch.uint8
    corner = images[:, 0, 0, 0]
    found = {round(v, 1) for v in corner.tolist()}
    # Two cases, three slices, three places down, four across: 72 corners, about 8 of each.
    assert len(found) == 72
    shares = [(corner < 100).float().mean(), (corner % 100 < 10).float().mean()]
    assert 0.43 < shares[0] < 0.57 and 0.27 < shares[1] < 0.4
    # Labels lie where the pixels do, and pixels side by side.
    assert torch.equal(labels, images[:, 0].long().to(torch.uint8))
    assert torch.allclose(images[:, 0, 0, 2] - corner, torch.tensor(2.0))
    assert torch.allclose(images[:, 0, 1, 0] - corner, torch.tensor(0.1), atol=1e-4)


def test_foreground_is_drawn_as_often_as_asked_for_and_where_there_is_any():
    for share, least, most in ((0.0, 0.25, 0.42), (0.5, 0.58, 0.75), (1.0, 1.0, 1.0)):
        images, _ = SliceSampler([Flat()], (4, 6), share).draw(400, step_generator(0, "x", 1))
        found = (images[:, 0, 0, 0] == 10).float().mean()  # slice 1
        assert least <= found <= most
    images, labels = SliceSampler([Flat(labelled=False)], (4, 6), 1.0).draw(
        9, step_generator(0, "x", 2)
    )
    assert not labels.any() and len(images[:, 0, 0, 0].unique()) == 3


def stored(planes, channels) -> CaseSlices:
    case = CaseSlices.__new__(CaseSlices)
    case.planes, case.channels = planes, channels
    return case


def test_grey_slices_are_shown_with_their_neighbours():
    planes = torch.arange(4.0).view(4, 1, 1, 1) / 4
    case = stored(planes, "2.5d")
    assert len(case) == 4
    shown = 4 * case.images(0, 4)[:, :, 0, 0]
    assert shown.tolist() == [[0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 3]]
    assert (4 * case.images(1, 3)[:, :, 0, 0]).tolist() == [[0, 1, 2], [1, 2, 3]]


def test_eight_bits_are_spread_over_the_range():
    planes = torch.tensor([0, 51, 255], dtype=torch.uint8).view(1, 3, 1, 1)
    shown = stored(planes, "rgb").images(0, 1).flatten().tolist()
    assert shown == pytest.approx([-1, -0.6, 1])
    half = stored(planes.half() / 256, "rgb").images(0, 1)
    assert half.dtype == torch.float32


def test_a_steps_chance_is_of_seed_stage_and_step():
    seeds = [(0, "align", 1), (1, "align", 1), (0, "segment", 1), (0, "align", 2)]
    drawn = [step_generator(*one).initial_seed() for one in seeds]
    assert len(set(drawn)) == 4 and drawn[0] == step_generator(0, "align", 1).initial_seed()


def test_cases_are_read_in_chunks_that_do_not_show(tmp_path, monkeypatch):
    from phantom_fixtures import write_phantoms
    from training_fixtures import VOLUMES

    from semigda.data.cases import read_cases
    from semigda.data.preprocess import Preprocessing

    case = read_cases(write_phantoms(tmp_path, 1, 0, 0, shape=(7, 32, 32)))[0]
    preprocessing = Preprocessing.from_dict(VOLUMES)
    whole = case_slices(case, Store(tmp_path / "one", preprocessing), 2)
    monkeypatch.setattr(store, "CHUNK", 3)
    parts = case_slices(case, Store(tmp_path / "two", preprocessing), 2)
    assert torch.equal(whole.planes[:], parts.planes[:]) and len(whole) == 7
    assert whole.foreground == [n for n in range(7) if whole.labels[n].any()] != []
    for value in (1, 2):
        counts = (whole.labels[:] == value).flatten(1).sum(dim=1).tolist()
        assert whole.pixels(value) == [n for n in counts if n]
    with pytest.raises(SemiGDAError, match="holds the value 2, but the model has 1 class\\."):
        case_slices(case, Store(tmp_path / "two", preprocessing), 1)
