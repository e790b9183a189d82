"""What one setting of the augmentation alone does to known images."""

from __future__ import annotations

import pytest
import torch

from semigda.data.augment import change_geometry, change_intensity, sampling_grid
from semigda_core.jobs.training import Augmentation

STILL = {
    "mirror": False,
    **dict.fromkeys(("rotate", "scale", "shift", "elastic", "brightness"), 0.0),
    **dict.fromkeys(("contrast", "gamma", "noise", "blur"), 0.0),
}


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def only(**settings) -> Augmentation:
    return Augmentation(**{**STILL, **settings})


def test_a_stretch_changes_the_ratio_of_the_sides_and_no_area():
    labels = torch.zeros(64, 96, 96, dtype=torch.uint8)
    labels[:, 32:64, 32:64] = 1
    images = labels[:, None].float().expand(-1, 3, -1, -1) * 2 - 1
    moved, told = change_geometry(images, labels, only(stretch=0.5), generator())
    high = told.any(2).sum(1).double()
    wide = told.any(1).sum(1).double()
    ratios = high / wide
    assert ratios.min() == pytest.approx(1 / 1.5, rel=0.08)
    assert ratios.max() == pytest.approx(1.5, rel=0.08)
    assert 0.8 < ratios.log().exp().mean() < 1.25
    torch.testing.assert_close(high * wide, torch.full_like(high, 32 * 32), rtol=0.1, atol=0)
    # The label moved with the image.
    assert ((moved[:, 0] > 0) != (told > 0)).double().mean() < 0.02
    same, kept = change_geometry(images, labels, only(), generator())
    assert torch.equal(kept, labels)
    torch.testing.assert_close(same, images, atol=1e-4, rtol=0)


def test_a_turned_slice_is_turned_in_pixels_whatever_its_shape():
    grid = sampling_grid((50, 32, 96), only(rotate=30, stretch=0.5, mirror=True), generator())
    pixels = grid * torch.tensor([96, 32]) / 2
    across, down = pixels[:, 0, 1] - pixels[:, 0, 0], pixels[:, 1, 0] - pixels[:, 0, 0]
    steps = torch.stack([across, down], dim=2)
    # A turn and a mirror image keep lengths and angles; a stretch then acts along the sides.
    sides = steps @ steps.mT
    torch.testing.assert_close(sides[:, 0, 1], torch.zeros(50), atol=1e-4, rtol=0)
    torch.testing.assert_close(sides[:, 0, 0] * sides[:, 1, 1], torch.ones(50), atol=1e-3, rtol=0)
    turned = torch.atan2(across[:, 1] * sides[:, 0, 0], across[:, 0].abs()).rad2deg()
    assert turned.abs().max() == pytest.approx(30, abs=2) and turned.min() < -20 < 20 < turned.max()
    assert 10 < (steps.det() < 0).sum() < 40


def test_darkness_takes_light_from_half_of_the_images_by_a_factor_or_an_exponent():
    share = torch.linspace(0.1, 1, 10)  # of white
    images = (2 * share - 1).expand(400, 3, 4, 10)
    dark = (change_intensity(images, only(darkness=0.5), generator()) + 1) / 2
    kept = dark[:, 0, 0, -1]  # an exponent leaves white as it is
    factors = kept[kept < 0.999]
    assert 0.17 < len(factors) / 400 < 0.33
    assert factors.min() == pytest.approx(0.5, abs=0.02)
    exponents = dark[:, 0, 0, 4][kept >= 0.999].log() / share[4].log()
    assert exponents.min() == pytest.approx(1, abs=1e-3)
    assert exponents.max() == pytest.approx(2, abs=0.1)
    assert 0.17 < (exponents > 1.001).sum() / 400 < 0.33
    assert (dark <= share + 1e-4).all()  # nothing gets lighter


def test_coarse_images_lose_detail_along_each_side_by_itself_and_move_nothing():
    rows, columns = torch.zeros(2, 3, 48, 48)
    rows[:, ::2], columns[:, :, ::2] = 1, 1
    images = torch.stack([rows, columns] * 100)
    coarse = change_intensity(images, only(coarse=0.5), generator())
    detail = coarse.std(dim=(1, 2, 3)) / images.std(dim=(1, 2, 3))
    assert 0.35 < (detail < 0.99).double().mean() < 0.65
    across, down = detail[0::2], detail[1::2]
    assert across.min() < 0.1 and down.min() < 0.1
    # A ramp has no detail to lose, and stays where it was: within a quarter of its step a pixel.
    ramp = torch.linspace(-0.5, 0.5, 48).expand(40, 3, 48, 48)
    same = change_intensity(ramp, only(coarse=1.0), generator())
    torch.testing.assert_close(same[..., 4:-4], ramp[..., 4:-4], atol=0.25 / 47, rtol=0)


@pytest.mark.parametrize("name", ["stretch", "darkness", "coarse"])
def test_they_are_off_by_default_and_drawn_again_alike(name):
    assert getattr(Augmentation(), name) == 0
    images = torch.rand(8, 3, 32, 32, generator=generator(1)) * 2 - 1
    options = only(**{name: 0.5})
    for change in (
        lambda: change_geometry(images, None, options, generator(3))[0],
        lambda: change_intensity(images, options, generator(3)),
    ):
        assert torch.equal(change(), change())


def test_all_chance_is_the_generators():
    """A step that is drawn again after a pause is the same, whatever else has drawn meanwhile."""
    images = torch.rand(16, 3, 32, 32, generator=generator(1)) * 2 - 1
    options = Augmentation(mirror=True, turn_over=True, stretch=0.2, darkness=0.2, coarse=0.5)

    def drawn():
        chance = generator(3)
        return change_intensity(change_geometry(images, None, options, chance)[0], options, chance)

    assert torch.equal(drawn(), drawn())
