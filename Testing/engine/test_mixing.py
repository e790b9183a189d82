"""Copy-paste mixing and augmentation."""

import math

import pytest
import torch
from heart_fixtures import total

from semigda.data.augment import change_geometry, change_intensity
from semigda.method.losses import segmentation_loss
from semigda.method.mixing import paste, random_boxes
from semigda.training.batch import Batch
from semigda.training.losses import mixed_loss
from semigda_core.jobs.training import Augmentation


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_boxes_have_their_size_and_their_own_place():
    box = random_boxes(1000, 12, 18, 0.5, generator())
    assert box.shape == (1000, 12, 18) and box.dtype == torch.bool
    assert (box.any(dim=2).sum(dim=1) == 6).all() and (box.any(dim=1).sum(dim=1) == 9).all()
    assert (box.sum(dim=(1, 2)) == 6 * 9).all()  # one whole rectangle
    assert len({tuple(b.nonzero()[0].tolist()) for b in box}) > 10
    assert box.any(dim=0).all()  # every pixel is reached, the corners too


def test_boxes_of_any_side_fit():
    assert random_boxes(2, 5, 7, 1.0, generator()).all()
    assert random_boxes(2, 5, 7, 0.01, generator()).sum() == 2


def test_paste_takes_image_and_label_from_the_same_side():
    box = random_boxes(3, 8, 8, 0.5, generator())
    image = paste(torch.ones(3, 3, 8, 8), torch.zeros(3, 3, 8, 8), box)
    label = paste(torch.full((3, 8, 8), 2), torch.full((3, 8, 8), 1), box)
    assert torch.equal(image[:, 0].bool(), box) and torch.equal(label == 2, box)


def test_geometry_moves_image_and_label_alike():
    labels = torch.zeros(8, 32, 48, dtype=torch.uint8)
    labels[:, 8:20, 10:30] = 2
    images = labels[:, None].expand(-1, 3, -1, -1).float()
    moved, moved_labels = change_geometry(images, labels, Augmentation(), generator())
    inside = moved[:, 0] > 1
    overlap = (inside & (moved_labels == 2)).sum() / (inside | (moved_labels == 2)).sum()
    assert overlap > 0.95
    assert not torch.equal(moved_labels, labels) and set(moved_labels.unique().tolist()) == {0, 2}


def test_what_is_repeated_outside_of_the_view_keeps_its_label():
    labels = torch.zeros(16, 32, 48, dtype=torch.uint8)
    labels[:, 20:, :16] = 1  # touches two edges
    labels[:, :8, 30:] = 255  # unlabelled
    images = labels[:, None].expand(-1, 3, -1, -1).float()
    far = Augmentation(mirror=False, rotate=0, scale=0.5, shift=0.4, elastic=0)
    moved, moved_labels = change_geometry(images, labels, far, generator())
    away = ((moved[:, 0] - moved_labels).abs() > 0.5).float()
    assert away.mean() < 0.03  # between pixels


def test_no_change_is_no_change():
    still = Augmentation(
        False, False, 0.0, 0.0, 0.0, 0.0, brightness=0, contrast=0, gamma=0, noise=0, blur=0
    )
    images = torch.rand(2, 3, 16, 24, generator=generator()) * 2 - 1
    labels = torch.randint(3, (2, 16, 24), generator=generator())
    moved, moved_labels = change_geometry(images, labels, still, generator())
    assert torch.allclose(moved, images, atol=1e-5) and torch.equal(moved_labels, labels)
    assert torch.allclose(change_intensity(images, still, generator()), images, atol=1e-5)


def test_mirror_is_a_plain_flip():
    flip = Augmentation(mirror=True, rotate=0, scale=0, shift=0, elastic=0)
    images = torch.rand(16, 3, 16, 24, generator=generator())
    moved, _ = change_geometry(images, None, flip, generator())
    same = [torch.allclose(m, i, atol=1e-5) for m, i in zip(moved, images, strict=True)]
    flipped = [torch.allclose(m, i.flip(-1), atol=1e-5) for m, i in zip(moved, images, strict=True)]
    assert any(same) and any(flipped) and all(a != b for a, b in zip(same, flipped, strict=True))


def test_turning_keeps_pixels_square():
    """A disc stays a disc although the picture is twice as wide as it is high."""
    rows, columns = torch.meshgrid(torch.arange(32), torch.arange(64), indexing="ij")
    disc = ((rows - 15.5) ** 2 + (columns - 31.5) ** 2 < 100).to(torch.uint8)[None]
    turn = Augmentation(mirror=False, rotate=90, scale=0, shift=0, elastic=0)
    images = disc[:, None].expand(16, 3, -1, -1).float()
    _, moved = change_geometry(images, disc.expand(16, -1, -1), turn, generator())
    assert ((moved != disc).sum(dim=(1, 2)) < 25).all()


def test_intensity_stays_in_range_and_is_reproducible():
    images = torch.rand(4, 3, 16, 16, generator=generator()) * 2 - 1
    first = change_intensity(images, Augmentation(), generator(7))
    assert first.abs().max() <= 1 and not torch.allclose(first, images, atol=0.02)
    assert torch.equal(first, change_intensity(images, Augmentation(), generator(7)))


def test_colour_changes_light_of_photographs_and_not_of_scans():
    images = torch.full((8, 3, 4, 4), 0.2)
    still = dict(brightness=0.0, contrast=0.0, gamma=0.0, noise=0.0, blur=0.0)
    lit = change_intensity(images, Augmentation(colour=0.3, **still), generator())
    light = ((lit + 1) / (images + 1))[..., 0, 0]
    assert light.min() > 1 / 1.31 and light.max() < 1.31
    assert (light.amax(1) - light.amin(1) > 0.05).all()  # of each colour by itself
    assert torch.allclose(change_intensity(images, Augmentation(**still), generator()), images)


def test_a_pseudo_label_counts_by_its_weight_and_a_pasted_one_in_full():
    # Two labelled pixels, and a mixed slice of a pasted and of an unlabelled pixel.
    foreground = torch.tensor([[[0.2, 0.8]], [[0.6, 0.4]]])
    logits = torch.stack([1 - foreground, foreground], dim=1).log()
    batch = Batch(
        torch.zeros(1, 3, 1, 2),
        torch.tensor([[[0, 1]]]),
        weak=torch.zeros(1, 3, 1, 2),
        pasted=torch.tensor([[[True, False]]]),
        pasted_labels=torch.tensor([[[1, 0]]]),
    )
    taught = torch.tensor([[[0, 1]]]), torch.tensor([[[0.45, 0.25]]])
    # true labels 0, 1 and 1 (weight 1), pseudo label 1 (weight .25)
    entropy = -(math.log(0.8) + math.log(0.8) + math.log(0.6) + 0.25 * math.log(0.4)) / 4
    overlap, sizes, guessed = 0.8 + 0.6 + 0.25 * 0.4, 2.25, 0.2 + 0.8 + 0.6 + 0.25 * 0.4
    expected = entropy + 1 - (2 * overlap + 1) / (sizes + guessed + 1)
    assert mixed_loss(logits, batch, taught, total).item() == pytest.approx(expected)
    alone = segmentation_loss(logits[:1], batch.labels)
    assert mixed_loss(logits[:1], batch, None, total).item() == pytest.approx(alone.item())


def test_a_few_unsure_pixels_do_not_count_as_much_as_an_organ():
    logits = torch.zeros(2, 2, 16, 16, requires_grad=True)
    labels, guess = torch.zeros(2, 1, 16, 16, dtype=torch.uint8)
    labels[0, 4:12, 4:12] = 1
    guess[0, 0, 0] = 1
    confidence = torch.where(guess > 0, 0.1, 0.9)
    nothing = torch.zeros(1, 16, 16, dtype=torch.bool)
    images = torch.zeros(1, 3, 16, 16)
    batch = Batch(images, labels, images, images, nothing, torch.zeros_like(labels))
    mixed_loss(logits, batch, (guess, confidence), total).backward()
    pull = -logits.grad[:, 1]
    assert 0 < pull[1, 0, 0] < 0.2 * pull[0, 8, 8]


def test_boxes_are_the_generators_and_nobody_elses():
    torch.manual_seed(1)
    first = random_boxes(20, 16, 16, 0.3, generator(3))
    torch.manual_seed(2)
    assert torch.equal(random_boxes(20, 16, 16, 0.3, generator(3)), first)
    assert not torch.equal(random_boxes(20, 16, 16, 0.3, generator(4)), first)
