"""Losses, pseudo labels and ramps against values computed by hand."""

import math

import pytest
import torch

from semigda.method.losses import (
    dice_loss,
    doubt,
    kl_loss,
    latent_loss,
    segmentation_loss,
    wasserstein_loss,
)
from semigda.method.pseudo_labels import pseudo_labels
from semigda.method.ramps import learning_rate, ramp_up


def two_pixels():
    """Probabilities (2, 2, 1, 1): foreground 0.8 where it is true, 0.4 where it is not."""
    return torch.tensor([[0.2, 0.8], [0.6, 0.4]]).view(2, 2, 1, 1), torch.tensor([1, 0]).view(
        2, 1, 1
    )


def test_dice_is_taken_over_the_whole_batch():
    probabilities, target = two_pixels()
    # overlap 0.8, sums 1 + 1.2; one pixel is added to both sides
    assert dice_loss(probabilities, target).item() == pytest.approx(1 - (1.6 + 1) / (2.2 + 1))


def test_weighted_dice_leaves_out_what_does_not_count():
    probabilities, target = two_pixels()
    weight = torch.tensor([0.5, 0.0]).view(2, 1, 1)
    # overlap 0.5 * 0.8, sums 0.5 + 0.4
    expected = 1 - (2 * 0.4 + 1) / (0.9 + 1)
    assert dice_loss(probabilities, target, weight).item() == pytest.approx(expected)


def test_dice_leaves_out_classes_that_the_batch_lacks():
    probabilities = torch.tensor([0.1, 0.7, 0.2]).view(1, 3, 1, 1)
    # class 1: overlap 0.7, sums 1 + 0.7; class 2 is not there
    expected = 1 - (1.4 + 1) / (1.7 + 1)
    assert dice_loss(probabilities, torch.ones(1, 1, 1)).item() == pytest.approx(expected)
    assert dice_loss(probabilities, torch.zeros(1, 1, 1)).item() == 0


def test_segmentation_loss_is_cross_entropy_plus_dice():
    probabilities, target = two_pixels()
    expected = -(math.log(0.8) + math.log(0.6)) / 2 + 1 - 2.6 / 3.2
    assert segmentation_loss(probabilities.log(), target).item() == pytest.approx(expected)


def test_pseudo_label_loss_weighs_pixels_and_divides_by_their_number():
    probabilities, target = two_pixels()
    weight = torch.tensor([0.5, 0.0]).view(2, 1, 1)
    expected = -0.5 * math.log(0.8) / 2 + 1 - 1.8 / 1.9
    assert segmentation_loss(probabilities.log(), target, weight).item() == pytest.approx(expected)


def test_empty_slices_still_have_a_gradient():
    logits = torch.zeros(1, 2, 4, 4, requires_grad=True)
    segmentation_loss(logits, torch.zeros(1, 4, 4)).backward()
    assert (logits.grad[:, 1] > 0).all()


def test_latent_loss_moves_only_the_first():
    z, target = torch.zeros(1, 4, 2, 2, requires_grad=True), torch.ones(1, 4, 2, 2)
    target.requires_grad_()
    loss = latent_loss(z, target)
    loss.backward()
    assert loss.item() == pytest.approx(1) and z.grad is not None and target.grad is None


def test_wasserstein_sees_the_variance():
    ours = torch.zeros(1, 8, 1, 1)  # mean 0, deviation 1
    theirs = torch.cat([torch.full((1, 4, 1, 1), 3.0), torch.full((1, 4, 1, 1), math.log(4))], 1)
    assert wasserstein_loss(ours, theirs).item() == pytest.approx(3**2 + (1 - 2) ** 2)
    assert wasserstein_loss(theirs, theirs).item() == 0


def test_kl_of_the_unit_gaussian_is_zero():
    assert kl_loss(torch.zeros(1, 8, 2, 2)).item() == 0
    moments = torch.cat([torch.ones(1, 4, 1, 1), torch.full((1, 4, 1, 1), math.log(2))], 1)
    assert kl_loss(moments).item() == pytest.approx(0.5 * (1 + 2 - 1 - math.log(2)))


def test_confidence_runs_from_a_tie_to_certainty():
    logits = torch.tensor([[0.0, 0.0, 0.0], [0.0, 50.0, 0.0], [math.log(2), 0.0, 0.0]])
    labels, confidence = pseudo_labels(logits.view(3, 3, 1, 1))
    assert labels.dtype == torch.uint8 and labels[1:].flatten().tolist() == [1, 0]
    assert confidence.flatten().tolist() == pytest.approx([0, 1, (0.5 - 1 / 3) / (2 / 3)])


def test_ramp_rises_over_the_run():
    assert ramp_up(0) == pytest.approx(math.exp(-5)) and ramp_up(1) == 1 and ramp_up(2) == 1
    assert ramp_up(0.5) == pytest.approx(math.exp(-1.25))


def test_learning_rate_rises_linearly_and_falls_as_half_a_cosine_to_zero():
    assert learning_rate(1) == pytest.approx(0)
    assert learning_rate(0.01) == pytest.approx(0.2) and learning_rate(0.05) == 1
    assert learning_rate(0.1, warm_up=0.4) == pytest.approx(0.25)
    assert learning_rate(0.7, warm_up=0.4) == pytest.approx(0.5)  # half way down
    assert learning_rate(0.25 + 0.75 / 4, warm_up=0.25) == pytest.approx((1 + 0.5**0.5) / 2)
    assert ramp_up(-1) == ramp_up(0)


def test_dice_is_the_mean_of_the_classes_that_are_there():
    probabilities = torch.tensor([[0.2, 0.5, 0.3], [0.1, 0.2, 0.7]]).T.reshape(1, 3, 1, 2)
    # class 1: overlap .5, sums 1 + .7; class 2: overlap .7, sums 1 + 1
    first, second = 1 - (1 + 1) / (1.7 + 1), 1 - (1.4 + 1) / (2 + 1)
    target = torch.tensor([[[1, 2]]])
    assert dice_loss(probabilities, target).item() == pytest.approx((first + second) / 2)
    # Of two processes: the other one's sums are the same again.
    first, second = 1 - (2 + 1) / (3.4 + 1), 1 - (2.8 + 1) / (4 + 1)
    both = dice_loss(probabilities, target, None, lambda part: 2 * part).item()
    assert both == pytest.approx((first + second) / 2)


def test_deviations_beyond_reason_are_cut():
    far = torch.cat([torch.zeros(1, 1, 1, 1), torch.full((1, 1, 1, 1), 100.0)], 1)
    near = torch.cat([torch.zeros(1, 1, 1, 1), torch.full((1, 1, 1, 1), -100.0)], 1)
    # log-variances of 20 and -30
    expected = (math.exp(10) - math.exp(-15)) ** 2
    assert wasserstein_loss(far, near).item() == pytest.approx(expected, rel=1e-5)
    assert kl_loss(far).item() == pytest.approx(0.5 * (math.exp(20) - 1 - 20), rel=1e-5)
    assert kl_loss(near).item() == pytest.approx(0.5 * (math.exp(-30) - 1 + 30), rel=1e-5)


def test_only_what_is_drawn_to_the_target_gets_a_gradient():
    ours, target = torch.ones(1, 2, 1, 1), torch.zeros(1, 2, 1, 1)
    ours.requires_grad_(), target.requires_grad_()
    wasserstein_loss(ours, target).backward()
    assert ours.grad.any() and target.grad is None
    labels, confidence = pseudo_labels(ours * 2)
    assert not labels.requires_grad and not confidence.requires_grad


def test_losses_are_float32_whatever_the_network_computes_in():
    half = torch.full((1, 2, 1, 1), 1.0, dtype=torch.bfloat16)
    assert latent_loss(half, half).dtype == torch.float32
    assert kl_loss(half).dtype == wasserstein_loss(half, half).dtype == torch.float32
    assert segmentation_loss(half, torch.zeros(1, 1, 1)).dtype == torch.float32
    assert dice_loss(half, torch.ones(1, 1, 1)).dtype == torch.float32
    assert pseudo_labels(half)[1].dtype == torch.float32


def test_a_teachers_doubt_is_what_is_missing_to_full_confidence():
    assert doubt(torch.tensor([[[1.0, 0.25], [0.0, 0.75]]])).item() == pytest.approx(0.5)
