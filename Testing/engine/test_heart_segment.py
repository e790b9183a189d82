"""Stage 2 on single pixels: who teaches whom, what each sees, and how much it counts.

Greys, probabilities and the stand-in networks: see ``heart_fixtures``.
"""

import math

import pytest
import torch
from heart_fixtures import Painter, grey, images, maps, options, total

from semigda.method.palette import Palette
from semigda.training.batch import Batch
from semigda.training.losses import mixed_loss, pseudo_weight, segment_losses, teach
from semigda_core.project.training.presets import PRESETS

PALETTE = Palette(1)


def one_of_each(*, mixed: float, pasted=False, **chance) -> Batch:
    """A labelled pixel, white at 3/4, and an unlabelled one that the teacher calls so too."""
    return Batch(
        images(grey(3 / 4)),
        maps(1),
        weak=images(grey(3 / 4)),
        mixed=images(mixed),
        pasted=maps(pasted),
        pasted_labels=maps(0),
        **chance,
    )


def loss(pixels) -> float:
    """Cross-entropy and Dice of (probability of white, truth, weight), as the docstrings say."""
    entropy = sum(w * -math.log(p if truth else 1 - p) for p, truth, w in pixels) / len(pixels)
    overlap = sum(w * p * truth for p, truth, w in pixels)
    sizes, guessed = sum(w * t for _, t, w in pixels), sum(w * p for p, _, w in pixels)
    return entropy + 1 - (2 * overlap + 1) / (sizes + guessed + 1)


def test_the_reckoning_of_these_tests():
    # -ln(3/4), and 1 - (2 * 3/4 + 1) / (1 + 3/4 + 1)
    assert loss([(3 / 4, 1, 1)]) == pytest.approx(0.28768 + 0.09091, abs=1e-5)


def test_the_teacher_sees_the_image_as_it_is_and_the_network_the_mixed_one():
    batch = one_of_each(mixed=grey(1 / 4))
    losses = segment_losses(Painter(), Painter(), PALETTE, batch, 0.8, options(), total)
    # The teacher: white, 3/4 sure, which is a confidence of (3/4 - 1/2) / (1/2) = 1/2. The network
    # sees the mixed pixel as white at 1/4, and is told it is white, with the weight .8 * 1/2.
    # A teacher that saw the mixed pixel would call it black.
    expected = loss([(3 / 4, 1, 1), (1 / 4, 1, 0.4)])
    for name in ("segment_vae", "segment_cnn", "total"):
        assert losses[name].item() == pytest.approx(expected, rel=1e-5)
    assert losses["teacher_doubt"].item() == pytest.approx(1 / 2)  # for the curve alone


def test_where_a_label_is_pasted_it_counts_in_full_whatever_the_teacher_says():
    batch = one_of_each(mixed=grey(1 / 4), pasted=True)
    losses = segment_losses(Painter(), Painter(), PALETTE, batch, 0.8, options(), total)
    assert losses["total"].item() == pytest.approx(loss([(3 / 4, 1, 1), (1 / 4, 0, 1)]), rel=1e-5)


def test_without_unlabelled_images_nobody_teaches():
    batch = Batch(images(grey(3 / 4)), maps(1))
    network = Painter(cnn=-1)
    losses = segment_losses(network, None, PALETTE, batch, 0.8, options(), total)
    assert losses["segment_vae"].item() == pytest.approx(loss([(3 / 4, 1, 1)]), rel=1e-5)
    assert losses["segment_cnn"].item() == pytest.approx(loss([(1 / 4, 1, 1)]), rel=1e-5)
    mean = loss([(3 / 4, 1, 1)]) / 2 + loss([(1 / 4, 1, 1)]) / 2
    assert losses["total"].item() == pytest.approx(mean, rel=1e-5)


def disagreeing() -> Painter:
    """A teacher whose first branch says white at 3/4, and whose second one white at 1/10."""
    return Painter(cnn=grey(1 / 10) / grey(3 / 4))


def test_cross_each_branch_learns_from_the_other():
    taught = teach(disagreeing(), PALETTE, images(grey(3 / 4)), "cross")
    # vae learns what cnn says: black, 9/10 sure, (9/10 - 1/2) / (1/2) = .8; cnn: white, 1/2
    assert taught["vae"][0].item() == 0 and taught["vae"][1].item() == pytest.approx(0.8)
    assert taught["cnn"][0].item() == 1 and taught["cnn"][1].item() == pytest.approx(0.5)


def test_mean_both_learn_from_both():
    taught = teach(disagreeing(), PALETTE, images(grey(3 / 4)), "mean")
    # (3/4 + 1/10) / 2 = .425 of white: black, .575 sure, (.575 - 1/2) / (1/2) = .15
    for branch in ("vae", "cnn"):
        assert taught[branch][0].item() == 0
        assert taught[branch][1].item() == pytest.approx(0.15, abs=1e-6)


def test_the_published_way_of_preset_paper_is_cross():
    paper = {"pseudo_labels": PRESETS["paper"].settings["pseudo_labels"]}
    batch = one_of_each(mixed=grey(1 / 4))
    network = Painter()
    losses = segment_losses(network, disagreeing(), PALETTE, batch, 1.0, options(**paper), total)
    assert options(**paper).pseudo_labels == "cross"
    vae, cnn = loss([(3 / 4, 1, 1), (1 / 4, 0, 0.8)]), loss([(3 / 4, 1, 1), (1 / 4, 1, 0.5)])
    assert losses["segment_vae"].item() == pytest.approx(vae, rel=1e-5)
    assert losses["segment_cnn"].item() == pytest.approx(cnn, rel=1e-5)
    assert losses["total"].item() == pytest.approx((vae + cnn) / 2, rel=1e-5)
    mean = segment_losses(network, disagreeing(), PALETTE, batch, 1.0, options(), total)
    same = loss([(3 / 4, 1, 1), (1 / 4, 0, 0.15)])  # by default the mean of both teaches both
    assert mean["segment_vae"].item() == pytest.approx(same, rel=1e-5)
    assert mean["segment_cnn"].item() == pytest.approx(same, rel=1e-5)


def test_the_teacher_gets_no_gradient():
    weight = torch.nn.Parameter(torch.ones(()))
    teacher = Painter()
    teacher.factors = {"vae": weight, "cnn": weight}
    taught = teach(teacher, PALETTE, images(0.1), "cross")
    assert not any(part.requires_grad for pair in taught.values() for part in pair)


def test_noise_and_dropout_of_the_batch_reach_the_network():
    # Shown 0: noise makes the first branch's pixels white at 3/4 and 1/4; the second branch keeps
    # the labelled pixel, and of the mixed one nothing, which is grey 0: white at 1/2.
    noise = torch.cat([images(0.0), images(grey(1 / 4) - grey(3 / 4))])
    batch = one_of_each(mixed=grey(3 / 4), noise=noise, keep=images(1, 0))
    losses = segment_losses(Painter(), Painter(), PALETTE, batch, 1.0, options(), total)
    vae, cnn = loss([(3 / 4, 1, 1), (1 / 4, 1, 0.5)]), loss([(3 / 4, 1, 1), (1 / 2, 1, 0.5)])
    assert losses["segment_vae"].item() == pytest.approx(vae, rel=1e-5)
    assert losses["segment_cnn"].item() == pytest.approx(cnn, rel=1e-5)


def test_a_part_of_a_batch_has_its_share_of_the_loss():
    whole = Batch(images(grey(3 / 4), grey(3 / 4), 0.0), maps(1, 1, 0))
    part = whole.part(0, 2)  # two of three rows
    logits = PALETTE.logits(part.images)
    pixels = [(3 / 4, 1, 1), (1 / 2, 0, 1)]
    found = mixed_loss(logits, part, None, total).item()
    assert found == pytest.approx(2 / 3 * loss(pixels), rel=1e-5)


def test_the_dice_takes_the_sums_of_all_processes():
    batch = Batch(images(grey(3 / 4)), maps(1))
    logits = PALETTE.logits(batch.images)
    found = mixed_loss(logits, batch, None, lambda part: 2 * part).item()
    # twice the sums: 1 - (2 * 3/2 + 1) / (2 + 3/2 + 1)
    assert found == pytest.approx(-math.log(3 / 4) + 1 - 4 / 4.5, rel=1e-5)


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (0.0, None),
        (0.19, None),  # supervised
        (0.2, 0.6 * math.exp(-5)),
        (0.4, 0.6 * math.exp(-1.25)),  # half of the ramp, .5 of the remaining .8
        (0.6, 0.6),
        (1.0, 0.6),
    ],
)
def test_pseudo_labels_come_in_slowly(done, expected):
    ramped = options(unlabeled_weight=0.6, supervised_share=0.2, ramp_share=0.5)
    weight = pseudo_weight(done, ramped)
    assert weight == (expected if expected is None else pytest.approx(expected))


def test_with_no_weight_no_pseudo_label_is_made():
    assert pseudo_weight(1.0, options(unlabeled_weight=0.0)) is None
    assert pseudo_weight(0.0, options(supervised_share=0.0)) == pytest.approx(math.exp(-5))
