"""The mask codec: exact round trips, separation, gradients beyond the colours."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from semigda.method.palette import Palette

MANY = (9, 27, 31, 63, 95, 126, 165, 200, 254)  # classes; of 27 and more, places tie
DIGEST = "8fc45acf1f5d0e4c"  # of their colours
OLD_PROCESSOR = {"ATEN_CPU_CAPABILITY": "default", "MKL_ENABLE_INSTRUCTIONS": "SSE4_2"}


@pytest.mark.parametrize("classes", [*range(1, 21), 40, 126, 254])
def test_round_trip_is_exact(classes):
    palette = Palette(classes)
    labels = torch.arange(classes + 1, dtype=torch.uint8).repeat(2, 3, 1)
    assert torch.equal(palette.labels(palette.paint(labels)), labels)
    assert palette.colours.shape == (classes + 1, 3)
    assert palette.colours.abs().max() <= 1


@pytest.mark.parametrize(
    ("classes", "least"),
    [(1, 3.46), (2, 2.82), (3, 2.82), (7, 2.0), (8, 1.73), (13, 1.41), (16, 1)],
)
def test_colours_are_well_separated(classes, least):
    assert torch.pdist(Palette(classes).colours).min() >= least


def digest_of_colours():
    digest = hashlib.blake2b(digest_size=8)
    for classes in MANY:
        digest.update(Palette(classes).colours.numpy().astype("<f4").tobytes())
    return digest.hexdigest()


def test_colours_are_those_of_earlier_models():
    assert digest_of_colours() == DIGEST


def test_colours_are_the_same_on_every_processor():
    told = subprocess.run(
        [sys.executable, "-c", "import test_palette; print(test_palette.digest_of_colours())"],
        cwd=Path(__file__).parent,
        env={**os.environ, **OLD_PROCESSOR, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == DIGEST


def test_binary_is_black_and_white():
    assert Palette(1).colours.tolist() == [[-1, -1, -1], [1, 1, 1]]


def test_round_trip_survives_noise_of_a_third_of_the_distance():
    palette = Palette(16)
    labels = torch.randint(17, (1, 64, 64), generator=torch.Generator().manual_seed(0))
    direction = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    noise = direction / direction.norm(dim=1, keepdim=True) / 3
    assert torch.equal(palette.labels(palette.paint(labels) + noise), labels.to(torch.uint8))


def test_logits_are_scaled_negative_squared_distances():
    palette = Palette(1)
    rgb = torch.tensor([0.0, 1.0, -1.0]).view(1, 3, 1, 1)
    # to black: 1 + 4 + 0, to white: 1 + 0 + 4; twelve lie between black and white: 12 / 8 a logit
    assert palette.temperature == pytest.approx(1.5)
    assert palette.logits(rgb).flatten().tolist() == pytest.approx([-5 / 1.5, -5 / 1.5])
    white = palette.logits(torch.ones(1, 3, 1, 1)).flatten()
    assert (white[1] - white[0]).item() == pytest.approx(8.0)


def test_pixels_beyond_a_wrong_colour_keep_their_gradient():
    palette = Palette(1)
    rgb = torch.full((1, 3, 1, 1), -3.0, requires_grad=True)  # far blacker than black
    torch.nn.functional.cross_entropy(palette.logits(rgb), torch.ones(1, 1, 1).long()).backward()
    assert (rgb.grad < -0.1).all()


def test_half_precision_pictures_give_float32_logits():
    rgb = Palette(3).paint(torch.ones(1, 2, 2)).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        assert Palette(3).logits(rgb).dtype == torch.float32


@pytest.mark.parametrize("classes", [0, 255])
def test_impossible_class_counts_are_refused(classes):
    with pytest.raises(ValueError):
        Palette(classes)
