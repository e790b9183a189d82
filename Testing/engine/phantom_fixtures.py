"""Phantoms: small images with known labels, drawn for the tests, the demo and benchmarks."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import SimpleITK as sitk

# Foreground classes of the volumes: a bright body and, at its front end, a darker head.
VOLUME_CLASSES = ("body", "head")
PICTURE_CLASSES = ("lesion",)


def _smooth_noise(shape: tuple[int, ...], coarse: int, rng: np.random.Generator) -> np.ndarray:
    """Smooth random field of about unit deviation."""
    small = sitk.GetImageFromArray(rng.standard_normal([coarse] * len(shape)).astype(np.float32))
    grid = sitk.Image(list(shape[::-1]), sitk.sitkFloat32)
    small.SetSpacing([n / coarse for n in shape[::-1]])
    small.SetOrigin([(n / coarse - 1) / 2 for n in shape[::-1]])
    edge = sitk.sitkBSpline
    field = sitk.Resample(small, grid, sitk.Transform(), edge, 0.0)
    return sitk.GetArrayFromImage(field)


def draw_volume(
    seed: int, shape: tuple[int, int, int] = (20, 48, 48)
) -> tuple[np.ndarray, np.ndarray]:
    """A grey volume (z, y, x) int16 and its labels uint8: 0 background, 1 body, 2 head.

    An ellipsoid with bumps lies in noisy tissue at a random place, size and turn; the half of it
    that looks towards the front of its long axis is darker and a class of its own.
    """
    rng = np.random.default_rng(seed)
    points = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), axis=-1)
    centre = np.array(shape) * (0.5 + rng.uniform(-0.08, 0.08, 3))
    radii = np.array(shape) * np.array([0.32, 0.30, 0.20]) * rng.uniform(0.85, 1.15, 3)
    turn = rng.uniform(-0.5, 0.5)
    offset = points - centre
    y, x = offset[..., 1], offset[..., 2]
    along = np.cos(turn) * y + np.sin(turn) * x
    across = np.cos(turn) * x - np.sin(turn) * y
    distance = np.sqrt(
        (offset[..., 0] / radii[0]) ** 2 + (along / radii[1]) ** 2 + (across / radii[2]) ** 2
    )
    body = distance + 0.08 * _smooth_noise(shape, 6, rng) < 1
    head = body & (along < -0.25 * radii[1])
    labels = body.astype(np.uint8) + head.astype(np.uint8)
    grey = 300 + 60 * _smooth_noise(shape, 5, rng)
    grey += np.select([labels == 1, labels == 2], [260.0, 130.0], 0.0)
    grey += 35 * rng.standard_normal(shape)
    return grey.clip(0, 2000).astype(np.int16), labels


def draw_picture(seed: int, size: tuple[int, int] = (64, 64)) -> tuple[np.ndarray, np.ndarray]:
    """A colour picture (y, x, 3) uint8 of a dark spot on skin, and its mask uint8, 0 or 255."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[: size[0], : size[1]].astype(float)
    centre = np.array(size) * (0.5 + rng.uniform(-0.15, 0.15, 2))
    radii = min(size) * rng.uniform(0.18, 0.34, 2)
    distance = np.hypot((rows - centre[0]) / radii[0], (columns - centre[1]) / radii[1])
    lesion = distance + 0.12 * _smooth_noise(size, 6, rng) < 1
    skin = np.array([225, 180, 160]) + rng.uniform(-15, 15, 3)
    spot = np.array([130, 85, 70]) + rng.uniform(-15, 15, 3)
    colour = np.where(lesion[..., None], spot, skin)
    colour = colour + 12 * _smooth_noise(size, 5, rng)[..., None]
    colour += 8 * rng.standard_normal((*size, 3))
    return colour.clip(0, 255).astype(np.uint8), lesion.astype(np.uint8) * 255


def write_phantoms(
    folder: str | Path,
    labeled: int,
    unlabeled: int,
    val: int,
    *,
    pictures: bool = False,
    shape: tuple[int, int, int] = (20, 48, 48),
) -> Path:
    """Draw phantoms into a folder, ``.nrrd`` volumes or ``.png`` pictures, with a case list.

    The case with number n is drawn with seed n, so the same call writes the same images.

    Args:
        labeled, unlabeled, val: how many cases of each role.
        shape: of a volume (z, y, x); a picture has its (y, x).

    Returns:
        The case list, ``cases.csv``.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    roles = ["labeled"] * labeled + ["unlabeled"] * unlabeled + ["val"] * val
    suffix = "png" if pictures else "nrrd"
    rows = []
    for number, role in enumerate(roles):
        drawn = draw_picture(number, shape[1:]) if pictures else draw_volume(number, shape)
        for kind, array in zip(("image", "label"), drawn, strict=True):
            image = sitk.GetImageFromArray(array, isVector=array.ndim == 3 and pictures)
            sitk.WriteImage(image, str(folder / f"{kind}_{number:03d}.{suffix}"), True)
        label = "" if role == "unlabeled" else f"label_{number:03d}.{suffix}"
        rows.append([f"image_{number:03d}.{suffix}", label, role])
    with open(folder / "cases.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["image", "label", "role"], *rows])
    return folder / "cases.csv"
