"""Stage 1 and pre-training on single pixels: what is drawn to what, and how much it counts."""

import math

import pytest
import torch
from heart_fixtures import Latents, images, maps, options, total

from semigda.method.palette import Palette
from semigda.training.batch import Batch, Pictures
from semigda.training.losses import align_losses, align_weight, exchange_loss, rebuild_losses

PALETTE = Palette(1)


def batch(**chance) -> Batch:
    """A labelled pixel of grey .5 that is white, and an unlabelled one of grey .8."""
    return Batch(images(0.5), maps(1), weak=images(0.8), **chance)


def test_labelled_latents_are_drawn_to_the_mask_and_unlabelled_ones_to_each_other():
    network = Latents(vae=1.0, cnn=0.5, scale=2.0)
    losses = align_losses(network, PALETTE, batch(), 0.25, variance=False)
    # Scaled by 2, the mask's latent is 2 * 1; the branches say 2 * .5 = 1 and 2 * .5 * .5 = .5,
    # and of the unlabelled pixel 2 * .8 = 1.6 and .8, each drawn to the other.
    assert losses["align_vae"].item() == pytest.approx((1 - 2) ** 2)
    assert losses["align_cnn"].item() == pytest.approx((0.5 - 2) ** 2)
    assert losses["align_unlabeled"].item() == pytest.approx(2 * (1.6 - 0.8) ** 2)
    assert losses["total"].item() == pytest.approx(1 + 2.25 + 0.25 * 1.28)
    losses["total"].backward()
    # d/da (2 a .5 - 2)^2 = 2 * -1 * 1, and d/da (2 a .8 - .8)^2 = 2 * .8 * 1.6 = 2.56; the
    # targets have no gradient.
    assert network.vae.grad.item() == pytest.approx(-2 + 0.25 * 2.56)
    # d/db (2 b .5 - 2)^2 = 2 * -1.5 * 1, and d/db (2 b .8 - 1.6)^2 = 2 * -.8 * 1.6
    assert network.cnn.grad.item() == pytest.approx(-3 - 0.25 * 2.56)


def test_without_unlabelled_pixels_there_is_no_exchange():
    network = Latents(vae=1.0, cnn=0.5, scale=2.0)
    losses = align_losses(network, PALETTE, Batch(images(0.5), maps(1)), 0.25, variance=False)
    assert set(losses) == {"align_vae", "align_cnn", "total"}
    assert losses["total"].item() == pytest.approx(1 + 2.25)


def test_a_part_without_labelled_pixels_still_exchanges():
    whole = batch()
    part = whole.part(1, 2)
    assert part.counts == (0, 1)
    losses = align_losses(Latents(1.0, 0.5, 2.0), PALETTE, part, 0.25, variance=True)
    assert set(losses) == {"align_unlabeled", "total"}
    assert losses["total"].item() == pytest.approx(0.25 * 1.28)


def test_each_loss_is_the_parts_share():
    whole = Batch(images(0.5, 0.5, 0.5), maps(1, 1, 1), weak=images(0.8, 0.8))
    part = whole.part(0, 2)  # rows 0 and 2 of three labelled ones, 1 of two unlabelled ones
    assert part.counts == (2, 1)
    losses = align_losses(Latents(1.0, 0.5, 2.0), PALETTE, part, 1.0, variance=False)
    assert losses["align_vae"].item() == pytest.approx(2 / 3)
    assert losses["align_unlabeled"].item() == pytest.approx(1.28 / 2)
    varied = align_losses(Latents(1.0, 0.5, 2.0), PALETTE, part, 1.0, variance=True)
    assert varied["align_cnn"].item() == pytest.approx(2 / 3 * 4 * 0.75**2)


def test_the_variance_may_be_aligned_too():
    network = Latents(vae=1.0, cnn=0.5, scale=2.0, log_variance=math.log(4))
    losses = align_losses(network, PALETTE, batch(), 0.0, variance=True)
    # means .25 and 1, deviations 2 and 1, times the scale squared
    assert losses["align_cnn"].item() == pytest.approx(4 * (0.75**2 + 1))
    assert losses["total"].item() == pytest.approx(1 + 4 * 1.5625)


def test_dropout_of_the_batch_reaches_the_convolutional_encoder():
    network = Latents(vae=1.0, cnn=0.5, scale=2.0)
    kept = batch(keep=torch.tensor([0.0, 1.0]).view(2, 1, 1, 1))
    losses = align_losses(network, PALETTE, kept, 1.0, variance=False)
    assert losses["align_cnn"].item() == pytest.approx(4)  # nothing is kept: (0 - 2)^2
    assert losses["align_unlabeled"].item() == pytest.approx(1.28)


def test_exchange_is_of_both_directions():
    vae, cnn = torch.ones(1, 1, 1, 1), torch.full((1, 1, 1, 1), 4.0)
    assert exchange_loss({"vae": vae, "cnn": cnn}).item() == pytest.approx(2 * 9)


@pytest.mark.parametrize(("done", "factor"), [(0, math.exp(-5)), (0.5, math.exp(-1.25)), (1, 1)])
def test_the_unlabelled_term_comes_in_slowly(done, factor):
    assert align_weight(done, options(unlabeled_weight=0.6)) == pytest.approx(0.6 * factor)


class Copier(torch.nn.Module):
    """An autoencoder with the image's first channel as latent, and a log-variance of ln 4."""

    def encode(self, shown):
        mean = shown[:, :1]
        return torch.cat([mean, torch.full_like(mean, math.log(4))], dim=1)

    def decode(self, z):
        return z.expand(-1, 3, -1, -1)


def test_pretraining_rebuilds_images_and_masks():
    # An image of grey .5 and a white mask; a draw adds twice the noise: .5 + .2 and 1 - .4.
    noise = torch.tensor([0.1, -0.2]).view(2, 1, 1, 1)
    drawn = Pictures(images(0.5), maps(1), noise)
    losses = rebuild_losses(Copier(), PALETTE, drawn, 0.01, total)
    assert losses["rebuild"].item() == pytest.approx((0.2 + 0.4) / 2)
    # grey .6 is white at sigmoid(4.8)
    white = 1 / (1 + math.exp(-4.8))
    classes = -math.log(white) + 1 - (2 * white + 1) / (white + 2)
    assert losses["classes"].item() == pytest.approx(classes, rel=1e-4)
    # half of mean^2 + variance - 1 - ln(variance), of means .5 and 1
    kl = ((0.25 + 1) / 2 + 4 - 1 - math.log(4)) / 2
    assert losses["kl"].item() == pytest.approx(kl)
    expected = 0.3 + 0.1 * classes + 0.01 * kl
    assert losses["total"].item() == pytest.approx(expected, rel=1e-5)


def test_a_part_of_pretraining_has_its_share():
    whole = Pictures(images(0.5, 0.5), maps(1, 1), torch.zeros(4, 1, 1, 1))
    part = whole.part(0, 4)  # an image of two, no mask, one row of four
    losses = rebuild_losses(Copier(), PALETTE, part, 1.0, total)
    assert set(losses) == {"rebuild", "kl", "total"}
    assert losses["kl"].item() == pytest.approx((0.25 + 4 - 1 - math.log(4)) / 2 / 4)
    masks = whole.part(2, 4)
    assert masks.counts == (0, 1)
    losses = rebuild_losses(Copier(), PALETTE, masks, 1.0, total)
    white = 1 / (1 + math.exp(-8))
    classes = -math.log(white) + 1 - (2 * white + 1) / (white + 2)
    assert losses["classes"].item() == pytest.approx(classes / 2, rel=1e-3)
