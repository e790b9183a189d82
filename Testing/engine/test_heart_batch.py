"""What a step is shown: moved slices, strongly changed ones, pasted parts, and its chance."""

import pytest
import torch
from heart_fixtures import options
from training_fixtures import NETWORK

from semigda.training.batch import (
    Batch,
    draw_batch,
    draw_chance,
    draw_pictures,
    pasted_parts,
    random_masks,
)
from semigda_core.jobs.training import PretrainSettings
from semigda_core.labels.finished import IGNORED
from semigda_core.models.network_config import NetworkConfig

CONFIG = NetworkConfig.from_dict(NETWORK)
STILL = {
    **dict.fromkeys(("mirror", "turn_over"), False),
    **dict.fromkeys(("rotate", "scale", "shift", "elastic"), 0.0),
    **dict.fromkeys(("brightness", "contrast", "gamma", "noise", "blur"), 0.0),
}
BRIGHTER = {**STILL, "brightness": 0.3}


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class Greys:
    """A sampler of flat 8 x 8 slices of one grey and one label; row n of a draw is a bit brighter.

    It has no cases of its own, and draws nothing by chance.
    """

    def __init__(self, grey: float, label: int):
        self.grey, self.label, self.cases, self.sources = grey, label, [None], ()

    def draw(self, count, generator):
        rows = self.grey + 0.01 * torch.arange(count).view(-1, 1, 1, 1)
        return rows.expand(-1, 3, 8, 8).clone(), torch.full((count, 8, 8), self.label)


def drawn(augmentation=STILL, full=False, unlabeled=True, seed=0, **changes) -> Batch:
    values = {"labeled_batch": 2, "unlabeled_batch": 3, "augmentation": augmentation, **changes}
    others = Greys(-0.5, 9) if unlabeled else None
    return draw_batch(Greys(0.2, 1), others, options(**values), CONFIG, generator(seed), full)


def test_unlabelled_slices_are_shown_twice_as_they_are_and_strongly_changed():
    batch = drawn(BRIGHTER, mix_share=0.0)
    expected = torch.tensor([-0.5, -0.49, -0.48]).view(-1, 1, 1, 1).expand(-1, 3, 8, 8)
    assert torch.allclose(batch.weak, expected, atol=1e-6)
    change = batch.mixed - batch.weak
    assert torch.allclose(change, change[:, :1, :1, :1].expand_as(change), atol=1e-6)
    assert (change.abs() > 0.005).all() and (change.abs() <= 0.3).all()  # each by its own
    assert len(set(change[:, 0, 0, 0].tolist())) == 3 and not batch.pasted.any()


def test_labelled_slices_are_changed_too():
    batch = drawn(BRIGHTER)
    plain = torch.tensor([0.2, 0.21]).view(-1, 1, 1, 1)
    assert ((batch.images - plain).abs() > 0.005).all() and (batch.labels == 1).all()


def test_parts_of_further_labelled_slices_are_pasted_with_their_labels(monkeypatch):
    draw = Greys.draw

    def numbered(self, count, generator):
        images, labels = draw(self, count, generator)
        return images, labels + torch.arange(count).view(-1, 1, 1)

    monkeypatch.setattr(Greys, "draw", numbered)
    batch = drawn(mix_share=1.0, box_side=0.5)
    assert batch.counts == (2, 3)
    assert [labels.unique().tolist() for labels in batch.labels] == [[1], [2]]
    assert [labels.unique().tolist() for labels in batch.pasted_labels] == [[3], [4], [5]]
    assert batch.pasted.flatten(1).any(1).all()
    # The labelled draw is of five rows, .2 to .24: the first two are labelled, the rest pasted.
    of_label = (0.2 + 0.01 * torch.arange(2, 5)).view(-1, 1, 1)
    of_other = (-0.5 + 0.01 * torch.arange(3)).view(-1, 1, 1)
    expected = torch.where(batch.pasted, of_label, of_other)[:, None].expand(-1, 3, -1, -1)
    assert torch.allclose(batch.mixed, expected, atol=1e-6)


@pytest.mark.parametrize("unlabeled", [False, True])
def test_pixels_that_nobody_labelled_are_told_from_background(unlabeled, monkeypatch):
    draw = Greys.draw

    def partly(self, count, generator):
        images, labels = draw(self, count, generator)
        labels[..., :3] = IGNORED
        return images, labels

    monkeypatch.setattr(Greys, "draw", partly)
    batch = drawn(unlabeled=unlabeled)
    labelled = torch.arange(8) >= 3
    parts = [(batch.labels, batch.known)]
    parts += [(batch.pasted_labels, batch.pasted_known)] if unlabeled else []
    for labels, known in parts:
        assert known.shape == labels.shape and (known == labelled).all()
        assert (labels == labelled).all()  # class 1, and 0 elsewhere


def test_a_supervised_step_is_as_large_where_it_must_fill_the_batch():
    alone = drawn(unlabeled=False)
    assert alone.counts == (2, 0) and len(alone.keep) == 2 and alone.weak is None
    assert alone.images.shape == (2, 3, 8, 8) and alone.labels.shape == (2, 8, 8)
    full = drawn(unlabeled=False, full=True)
    assert full.counts == (5, 0) and len(full.keep) == 5 and full.weak is None


def test_pasted_parts_are_boxes_or_all_but_boxes():
    shape = torch.Size((400, 3, 10, 10))
    parts = pasted_parts(shape, options(box_side=0.4, mix_share=0.5), generator())
    sizes = parts.sum(dim=(1, 2)).tolist()
    assert set(sizes) == {0, 16, 84}  # a box of 4 x 4, or all 100 but it
    assert 160 < sizes.count(0) < 240  # half of them
    assert 70 < sizes.count(16) < 130 and 70 < sizes.count(84) < 130
    none = pasted_parts(shape, options(mix_share=0.0), generator())
    every = pasted_parts(shape, options(mix_share=1.0), generator())
    assert not none.any() and every.flatten(1).any(1).all()


@pytest.mark.parametrize(("share", "times"), [(0.0, 0), (0.25, 25), (1.0, 100)])
def test_noise_is_drawn_as_often_as_asked_for(share, times):
    noisy = [drawn(seed=seed, noise_share=share).noise is not None for seed in range(100)]
    assert abs(sum(noisy) - times) < 12 and (0 < share < 1 or sum(noisy) == times)


def test_chance_has_the_latents_size_and_its_own_spread():
    noise, keep = draw_chance(6, torch.Size((6, 3, 32, 64)), True, CONFIG, generator())
    # three levels halve twice: 32 x 64 pixels are 8 x 16 of the latent
    assert noise.shape == (6, 4, 8, 16) and keep.shape == (6, 16, 8, 16)
    assert abs(noise.mean()) < 0.05 and abs(noise.std() - 1) < 0.05
    assert keep.dtype == torch.bool and abs(keep.float().mean() - 0.9) < 0.01  # DROPOUT is .1
    quiet, same = draw_chance(6, torch.Size((6, 3, 32, 64)), False, CONFIG, generator())
    assert quiet is None and torch.equal(same, keep)


def test_every_row_of_a_step_has_chance_of_its_own():
    batch = drawn(noise_share=1.0)
    assert len(batch.noise) == len(batch.keep) == 5
    assert len({row.sum().item() for row in batch.noise}) == 5


# Pre-training


def same(one, other) -> bool:
    """Whether two batches are the same, tensor by tensor."""
    pairs = zip(one._tensors(), other._tensors(), strict=True)
    return all(a[0] == b[0] and torch.equal(a[1], b[1]) for a, b in pairs)


def test_all_chance_is_the_generators():
    changing = {"rotate": 20.0, "mirror": True}
    torch.manual_seed(1)
    batch = drawn({**BRIGHTER, **changing}, noise_share=1.0), pictures()
    torch.manual_seed(2)
    again = drawn({**BRIGHTER, **changing}, noise_share=1.0), pictures()
    assert same(batch[0], again[0]) and same(batch[1], again[1])
    other = drawn({**BRIGHTER, **changing}, noise_share=1.0, seed=1), pictures(seed=1)
    assert not same(batch[0], other[0]) and not same(batch[1], other[1])


def pictures(real: bool = True, seed: int = 0, **changes):
    values = options(augmentation=STILL).pretraining("base.safetensors").to_dict()
    values |= {"batch_size": 12, "mask_share": 0.5, "num_classes": 2, **changes}
    masks = Greys(0.0, 7)
    masks.cases = [None] if real else []
    wanted = PretrainSettings.from_dict(values)
    return draw_pictures(Greys(0.2, 0), masks, wanted, CONFIG, generator(seed))


def test_half_of_the_painted_masks_are_random_shapes():
    batch = pictures()
    assert batch.counts == (6, 6) and batch.noise.shape == (12, 4, 2, 2)
    assert (batch.labels[:3] < 3).all() and (batch.labels[3:] == 7).all()
    expected = (0.2 + 0.01 * torch.arange(6)).view(-1, 1, 1, 1).expand(-1, 3, 8, 8)
    assert torch.allclose(batch.images, expected, atol=1e-6)
    assert (pictures(real=False).labels < 3).all()  # nothing is labelled: all are random
    assert pictures(mask_share=0.25).counts == (9, 3)
    uneven = pictures(mask_share=0.25).labels  # of three masks round(1.5) = 2 are random
    assert (uneven[:2] < 3).all() and (uneven[2:] == 7).all()


def test_images_and_real_masks_of_pretraining_are_changed_too(monkeypatch):
    halves = torch.where(torch.arange(8) < 4, 7, 0).expand(6, 8, 8)
    draw = Greys.draw
    monkeypatch.setattr(Greys, "draw", lambda *a: (draw(*a)[0], halves[: a[1]]))
    changed = pictures(augmentation={**BRIGHTER, "shift": 0.5})
    plain = (0.2 + 0.01 * torch.arange(6)).view(-1, 1, 1, 1)
    assert ((changed.images - plain).abs() > 0.001).all()
    assert not torch.equal(changed.labels[3:], halves[3:])  # moved
    assert set(changed.labels[3:].unique().tolist()) == {0, 7}


@pytest.mark.parametrize(("classes", "background"), [(1, 0.84), (4, 0.75), (9, 0.76)])
def test_random_masks_are_smooth_shapes_of_all_classes(classes, background):
    masks = random_masks((100, 40, 40), classes, generator())
    assert masks.shape == (100, 40, 40) and masks.dtype == torch.uint8
    assert set(masks.unique().tolist()) == set(range(classes + 1))
    assert (masks == 0).float().mean().item() == pytest.approx(background, abs=0.04)
    edges = (masks[:, 1:] != masks[:, :-1]).float().mean()
    assert 0 < edges < 0.1
