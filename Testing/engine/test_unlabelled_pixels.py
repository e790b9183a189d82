"""Pixels that nobody labelled weigh nothing: in the losses, in Dice, in what is pasted."""

from __future__ import annotations

import torch
from heart_fixtures import total

from semigda.method.losses import latent_loss, segmentation_loss, wasserstein_loss
from semigda.training.batch import Batch
from semigda.training.dataset import known_labels
from semigda.training.losses import mixed_loss
from semigda.training.validate import class_dice, overlap
from semigda_core.labels.finished import IGNORED


def halves(*values: int) -> torch.Tensor:
    """One map of 2 x 4 pixels whose left half has the first value, the right half the second."""
    return torch.tensor(values).repeat_interleave(2).expand(2, 4)[None].to(torch.uint8)


def test_labels_are_parted_from_what_is_known():
    labels, known = known_labels(halves(1, IGNORED))
    assert torch.equal(labels, halves(1, 0)) and torch.equal(known, halves(1, 0).bool())
    assert known_labels(halves(1, 0))[1] is None


def test_the_loss_of_a_partly_labelled_slice_is_that_of_its_labelled_pixels():
    """Cross-entropy counts them among all pixels, Dice is a ratio of them alone."""
    torch.manual_seed(0)
    logits = torch.randn(1, 2, 2, 4, requires_grad=True)
    labels, known = known_labels(halves(1, IGNORED))
    loss = mixed_loss(logits, Batch(torch.zeros(1, 3, 2, 4), labels, known=known), None, total)
    left, truth = logits[..., :2], labels[..., :2]
    entropy = torch.nn.functional.cross_entropy(left, truth.long())
    alone = segmentation_loss(left, truth)
    assert torch.allclose(loss, alone - entropy / 2)
    loss.backward()
    assert logits.grad[..., :2].abs().min() > 0 and not logits.grad[..., 2:].any()


def test_what_is_pasted_brings_its_unlabelled_pixels_along():
    """Of a labelled slice pasted over all of an unlabelled one, half is unlabelled."""
    images = torch.zeros(1, 3, 2, 4)
    truth, known = known_labels(halves(1, IGNORED))
    logits = torch.randn(2, 2, 2, 4, requires_grad=True)
    everywhere = torch.ones_like(known)
    given = (images, halves(0, 1), images, images, everywhere, truth)
    batch = Batch(*given, pasted_known=known)
    taught = halves(1, 1), torch.ones(1, 2, 4)
    mixed_loss(logits, batch, taught, total).backward()
    assert logits.grad[0].abs().min() > 0  # the labelled slice is whole
    assert logits.grad[1, :, :, :2].abs().min() > 0 and not logits.grad[1, :, :, 2:].any()


def test_latents_of_unlabelled_pixels_are_not_drawn_anywhere():
    one, other = torch.randn(1, 8, 2, 4, requires_grad=True), torch.randn(1, 8, 2, 4)
    weight = torch.tensor([1.0, 1.0, 0.5, 0.0]).expand(1, 1, 2, 4)
    loss = latent_loss(one, other, weight) + wasserstein_loss(one, other, weight)
    loss.backward()
    assert not one.grad[..., 3].any() and one.grad[..., :3].abs().min() > 0
    expected = (weight * (one - other).square()).mean()
    assert torch.allclose(latent_loss(one, other, weight), expected)


def test_dice_is_of_labelled_pixels():
    truth, guess = halves(1, IGNORED), torch.ones(1, 2, 4, dtype=torch.uint8)
    guess[0, 0, 0] = 0
    counts = overlap(guess, truth, 1)
    assert counts[:, 1].tolist() == [3, 4, 3]
    assert class_dice(counts) == [2 * 3 / 7]
