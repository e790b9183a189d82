"""Preprocessing: the working slices, and that nothing moves."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from volume_fixtures import DIRECTIONS, ORIENTATIONS, affine_of, ball

from semigda.data.geometry import orient, turned
from semigda.data.grid import axis_weights
from semigda.data.preprocess import Preprocessing, prepare, resample
from semigda.data.volumes import Volume
from semigda_core.errors import SemiGDAError

EIGHT_BIT = {"rule": "8-bit"}


def make(shape=(6, 20, 30), directions="plain", dtype=np.uint8, **settings) -> tuple:
    array = np.random.default_rng(0).integers(0, 256, shape).astype(dtype)
    volume = Volume(array, affine_of(DIRECTIONS[directions]))
    values = {"size": (32, 32), "slice_axis": "acquisition", "intensity": EIGHT_BIT, **settings}
    return volume, prepare(volume, Preprocessing(**values))


def test_settings_survive_json_and_wrong_ones_are_refused():
    settings = Preprocessing(spacing=(None, 1.0, 1.5), size=(64, 48), slice_axis="coronal")
    assert Preprocessing.from_dict(settings.to_dict()) == settings
    for wrong, said in (
        ({"channels": "grey"}, "'channels' is none of 2.5d, rgb"),
        ({"slice_axis": "z"}, "'slice_axis' is none of"),
        ({"size": (60, 64)}, "'size\\[0\\]' is no multiple of 16"),
        ({"size": [32_000, 32_000]}, "'size\\[0\\]' is not a whole number from 16 to 4096"),
        ({"size": 64}, "'size' is not a list"),
        ({"spacing": (None, 1.0, None)}, "'spacing' has only one of row and column"),
        ({"spacing": (0.0, None, None)}, "'spacing\\[0\\]' is below 0.001"),
        ({"intensity": {"rule": "z-score"}}, "'intensity' is none of"),
        ({"intensity": {"rule": "ct-window", "low": 5}}, "'intensity.high' is missing"),
        ({"intensity": {"rule": "ct-window", "low": 5, "high": 5}}, "'intensity' has a low end"),
        ({"intensity": {"rule": "mr-percentile", "low": 0, "high": 101}}, "is above 100"),
        ({"intensity": {"rule": "8-bit", "low": 0}}, "'intensity' has the unknown field 'low'"),
        ({"flip": True}, "unknown field 'flip'"),
    ):
        with pytest.raises(ValueError, match=said):
            Preprocessing.from_dict({**settings.to_dict(), **wrong})
    with pytest.raises(ValueError, match="'size' is missing"):
        Preprocessing.from_dict({k: v for k, v in settings.to_dict().items() if k != "size"})


def test_a_spacing_that_makes_more_of_an_image_than_can_be_held_is_refused():
    with pytest.raises(SemiGDAError, match="6 slices of 32000 x 32000 pixels"):
        make(shape=(6, 32, 32), spacing=(None, 0.001, 0.001))


def test_neighbouring_slices_are_the_other_channels():
    volume, prepared = make(shape=(6, 32, 32))
    planes = torch.from_numpy(volume.array / 127.5 - 1).float()
    torch.testing.assert_close(prepared.planes(0, 6)[:, 0], planes)
    slices = prepared.slices(0, 6)
    assert slices.shape == (6, 3, 32, 32)
    torch.testing.assert_close(slices[3], planes[2:5])
    torch.testing.assert_close(slices[0], planes[[0, 0, 1]])
    torch.testing.assert_close(slices[5], planes[[4, 5, 5]])
    for start, stop in ((0, 1), (2, 4), (5, 6)):
        torch.testing.assert_close(prepared.slices(start, stop), slices[start:stop])


def test_aspect_ratio_is_kept_and_the_rest_padded_dark():
    _, prepared = make(shape=(2, 20, 30), directions="anisotropic")
    assert prepared.grid.content == (21, 32) and prepared.grid.size == (32, 32)
    planes = prepared.planes(0, 2)
    top, left = prepared.grid.corner
    assert (planes[:, :, :top] == -1).all() and left == 0
    assert (planes[:, :, top : top + 21] > -1).any(dim=3).all()


def test_given_spacing_lets_large_fields_of_view_run_larger():
    _, prepared = make(shape=(10, 20, 90), directions="anisotropic", spacing=(5.0, 1.0, 1.0))
    assert prepared.count == 5  # 10 slices of 2.5 mm
    assert prepared.grid.content == (14, 63)  # 0.7 mm pixels
    assert prepared.grid.size == (32, 64)
    assert prepared.slices(1, 3).shape == (2, 3, 32, 64)


@pytest.mark.parametrize(("source", "target"), [(7, 13), (13, 7), (30, 4), (1, 5), (5, 1)])
def test_through_plane_resampling_equals_the_one_in_plane(source, target):
    line = torch.rand(source)
    columns = line[None, None, :, None].expand(1, 1, source, 2)
    expected = resample(columns, (target, 2))[0, 0, :, 0]
    for at in range(target):
        first, last, weights = axis_weights(source, target, at, at + 1)
        torch.testing.assert_close((weights @ line[first:last])[0], expected[at])


def test_resampling_keeps_the_centre_of_mass():
    mask = ball((24, 40, 48), (9, 22, 17), 6)
    volume = Volume(mask * 255, affine_of(np.diag([1.0, 1.3, 2.0])))
    prepared = prepare(
        volume,
        Preprocessing(
            size=(64, 64), slice_axis="acquisition", spacing=(1.5, 0.9, 0.8), intensity=EIGHT_BIT
        ),
    )
    grid = prepared.grid
    light = (grid.crop(prepared.planes(0, prepared.count))[:, 0] + 1).double()
    sizes = (grid.count, *grid.content)
    for axis, (n, m, centre) in enumerate(zip(sizes, mask.shape, (9, 22, 17), strict=True)):
        along = light.sum([a for a in range(3) if a != axis])
        position = float((along * torch.arange(n)).sum() / along.sum())
        assert (position + 0.5) * m / n - 0.5 == pytest.approx(centre, abs=0.02)


@pytest.mark.parametrize("axis", ["axial", "coronal", "sagittal"])
def test_every_stored_orientation_shows_the_same_slices(axis):
    """48 ways to store one patient: the network sees the same picture."""
    # The patient, by LPS position: z, y, x grow to superior, posterior, left.
    patient = np.random.default_rng(1).integers(0, 256, (16, 32, 48)).astype(np.uint8)
    settings = Preprocessing(size=(48, 48), slice_axis=axis, intensity=EIGHT_BIT)
    expected = prepare(Volume(patient, np.eye(4)), settings).planes(0, 4)
    if axis == "axial":  # rows from front to back, columns from right to left, as on the screen
        shown = (expected[0, 0, 8:40] + 1) * 127.5
        torch.testing.assert_close(shown, torch.from_numpy(patient[0]).float())
    for directions in ORIENTATIONS:
        order = [2 - int(np.flatnonzero(directions[:, 2 - a])[0]) for a in range(3)]
        flips = [directions[:, 2 - a].sum() < 0 for a in range(3)]
        stored = turned(patient, order, flips)
        prepared = prepare(Volume(stored, affine_of(directions)), settings)
        torch.testing.assert_close(prepared.planes(0, 4), expected)


def test_thick_slices_of_an_oblique_volume_are_no_reason_to_turn_it():
    """The directions of its axes decide, not how far apart its voxels are."""
    random = np.random.default_rng(0)
    for _ in range(200):
        directions, _ = np.linalg.qr(random.normal(size=(3, 3)))
        thick = directions * random.permutation([0.5, 1.0, 8.0])
        for axis in ("axial", "coronal", "sagittal"):
            assert orient(affine_of(thick), axis) == orient(affine_of(directions), axis)


def test_a_coarse_image_is_enlarged_without_losing_its_contrast():
    """Waves of six fine pixels, sampled at three coarse ones and brought back."""
    place = (np.arange(24) + 0.5) * 2
    coarse = np.rint(127.5 + 100 * np.sin(2 * np.pi * place / 12)).astype(np.uint8)
    volume = Volume(np.tile(coarse, (2, 24, 1)), np.diag([2.0, 2.0, 1.0, 1.0]))
    settings = Preprocessing(size=(48, 48), spacing=(None, 1.0, 1.0), intensity=EIGHT_BIT)
    found = (prepare(volume, settings).planes(0, 1)[0, 0, 24] + 1) * 127.5
    exact = 127.5 + 100 * np.sin(2 * np.pi * (np.arange(48) + 0.5) / 12)
    error = np.abs(found.numpy() - exact)[4:-4].max()
    line = torch.from_numpy(coarse.astype(np.float32)).expand(1, 1, 24, 24)
    linear = np.abs(resample(line, (48, 48))[0, 0, 24].numpy() - exact)[4:-4].max()
    assert error < 4 < 9 < linear
    assert found.min() >= 0 and found.max() <= 255


def test_labels_follow_the_image():
    mask = ball((20, 32, 32), (8, 13, 17), 9)
    labels = mask + (ball((20, 32, 32), (8, 13, 17), 4))  # 1 around 2
    volume = Volume(labels * 100, np.eye(4))
    same = prepare(volume, Preprocessing(size=(32, 32), intensity=EIGHT_BIT))
    np.testing.assert_array_equal(same.label_planes(labels).numpy(), labels)
    finer = prepare(
        volume, Preprocessing(size=(48, 48), intensity=EIGHT_BIT, spacing=(0.5, 0.75, 0.75))
    )
    planes = finer.label_planes(labels)
    assert planes.dtype == torch.uint8 and planes.shape == (40, 48, 48)
    scale = 2 * (43 / 32) ** 2
    for value in (1, 2):
        assert (planes == value).sum() / scale == pytest.approx((labels == value).sum(), rel=0.03)


@pytest.mark.parametrize("through", [1.0, 2.5])
def test_a_hundred_classes_take_the_memory_of_one(monkeypatch, through):
    """Each has its weight in a pixel, and the largest one counts."""
    labels = np.random.default_rng(1).integers(0, 118, (12, 36, 36)).astype(np.uint8)
    volume, held = Volume(labels, np.eye(4)), []
    prepared = prepare(volume, Preprocessing(size=(32, 32), spacing=(through, 1.5, 1.5)))
    monkeypatch.setattr(
        "semigda.data.preprocess.resample",
        lambda planes, size: held.append(planes.shape[1]) or resample(planes, size),
    )
    planes = prepared.label_planes(labels)
    assert set(held) == {1}
    grid = prepared.grid
    for number in range(prepared.count):
        first, last, weights = axis_weights(grid.depth, grid.count, number, number + 1)
        masks = torch.from_numpy(labels[first:last, None] == np.arange(118)[:, None, None])
        if weights is not None:
            masks = torch.einsum("os,skhw->okhw", weights, masks.float())
        best, classes = resample(masks.float(), grid.content)[0].topk(2, dim=0)
        clear = best[0] - best[1] > 1e-4  # others round as the processor does
        assert torch.equal(grid.crop(planes[number])[clear], classes[0][clear].to(torch.uint8))
        assert clear.any()


def test_intensity_rules():
    volume, prepared = make(
        shape=(4, 32, 32),
        dtype=np.int16,
        intensity={"rule": "ct-window", "low": 50.0, "high": 150.0},
    )
    expected = np.clip((volume.array[0] - 50) / 50.0 - 1, -1, 1)
    np.testing.assert_allclose(prepared.planes(0, 1)[0, 0], expected, atol=1e-6)
    _, prepared = make(
        shape=(4, 32, 32),
        dtype=np.float32,
        intensity={"rule": "mr-percentile", "low": 5.0, "high": 95.0},
    )
    planes = prepared.planes(0, 4)
    assert (planes == -1).float().mean() == pytest.approx(0.05, abs=0.01)
    assert (planes == 1).float().mean() == pytest.approx(0.05, abs=0.01)


def test_percentiles_of_a_nearly_empty_image_use_its_whole_range():
    array = np.zeros((4, 32, 32), np.int16)
    array[2, 5, 5] = 1000
    prepared = prepare(Volume(array, np.eye(4)), Preprocessing(size=(32, 32)))
    assert prepared.planes(2, 3).max() == 1 and prepared.planes(0, 1).max() == -1


@pytest.mark.parametrize("values", [(0, 1e300), (0, 1e-42), (-2e38, 2e38), (1e9, 1e9 + 1)])
def test_values_that_a_network_could_not_tell_apart_are_refused(values):
    array = np.linspace(*values, 4096).reshape(16, 16, 16)
    with pytest.raises(SemiGDAError, match="too large, or too close together"):
        prepare(Volume(array, np.eye(4)), Preprocessing(size=(16, 16)))


@pytest.mark.parametrize("values", [(0, 1e30), (0, 1e-20), (65_000, 65_001)])
def test_values_of_any_unit_are_told_apart(values):
    array = np.linspace(*values, 4096).reshape(16, 16, 16)
    seen = prepare(Volume(array, np.eye(4)), Preprocessing(size=(16, 16))).slices(0, 16)
    assert seen[:, 1].unique().numel() > 100 and seen.isfinite().all()


def test_percentiles_of_a_large_volume_come_from_a_sample():
    rng = np.random.default_rng(0)
    array = rng.normal(100, 20, (128, 128, 256)).astype(np.float32)
    planes = prepare(Volume(array, np.eye(4)), Preprocessing(size=(128, 256))).planes(60, 61)
    low, high = np.percentile(array, (0.5, 99.5))
    exact = np.clip((array[60] - low) / (high - low) * 2 - 1, -1, 1)
    np.testing.assert_allclose(planes[0, 0], exact, atol=0.01)


def test_channels_must_fit_the_model():
    colours = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3)).astype(np.uint8)
    grey = colours[..., :1].repeat(3, axis=-1)
    colour_model = Preprocessing(channels="rgb", size=(32, 32), intensity=EIGHT_BIT)
    grey_model = Preprocessing(size=(32, 32), intensity=EIGHT_BIT)
    slices = prepare(Volume(colours, np.eye(4), True), colour_model).slices(0, 1)
    expected = torch.from_numpy(colours[0] / 127.5 - 1).float().permute(2, 0, 1)
    torch.testing.assert_close(slices[0], expected)
    with pytest.raises(SemiGDAError, match="takes grey images"):
        prepare(Volume(colours, np.eye(4)), grey_model)
    with pytest.raises(SemiGDAError, match="takes colour images"):
        prepare(Volume(colours[..., 0], np.eye(4)), colour_model)
    as_grey = prepare(Volume(grey, np.eye(4)), grey_model).slices(0, 1)
    torch.testing.assert_close(as_grey[0, 1], expected[0])
    # As shares of white a picture would be nearly black to the model.
    shares = grey[..., 0].astype(np.float32) / 255
    for told in (shares, shares * 255):
        in_full = prepare(Volume(told, np.eye(4)), grey_model).slices(0, 1)
        torch.testing.assert_close(in_full[0, 1], expected[0])
