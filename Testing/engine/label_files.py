"""The same label, stored in every way that labels come in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from PIL import Image
from project_fixtures import AFFINE

NAMES = {"ball": "Läsion | \\n", "core": "心臓 😀"}
BY_NAME = {NAMES["ball"]: "ball", NAMES["core"]: "core"}
BY_VALUE = {"1": "ball", "2": "core"}
BY_CHANNEL = {"channel 1": "ball", "channel 2": "core"}
COLOURS = {"#00ff00": "ball", "#ff0000": "core"}


def sitk_image(array: np.ndarray) -> sitk.Image:
    """(z, y, x) or (z, y, x, n) on the grid of the studies' images."""
    image = sitk.GetImageFromArray(array, isVector=array.ndim == 4)
    spacing = np.linalg.norm(AFFINE[:3, :3], axis=0)
    image.SetSpacing([float(n) for n in spacing])
    image.SetDirection((AFFINE[:3, :3] / spacing).ravel().tolist())
    image.SetOrigin(AFFINE[:3, 3].tolist())
    return image


def write_with(ending: str, kind=np.uint8, compress: bool = False):
    """A writer of plain label maps."""

    def write(folder: Path, labels: np.ndarray) -> Path:
        sitk.WriteImage(sitk_image(labels.astype(kind)), str(folder / f"l{ending}"), compress)
        return folder / f"l{ending}"

    return write


def one_hot(ending: str):
    """A map of zeros and ones for each class, along a fourth axis or as values a voxel."""

    def write(folder: Path, labels: np.ndarray) -> Path:
        maps = [(labels == value).astype(np.uint8) for value in (1, 2)]
        path = folder / f"l{ending}"
        if ending == ".mha":
            sitk.WriteImage(sitk_image(np.stack(maps, axis=-1)), str(path))
        else:
            sitk.WriteImage(sitk.JoinSeries([sitk_image(one) for one in maps]), str(path))
        return path

    return write


VOLUMES = {
    "nrrd": (write_with(".nrrd"), BY_VALUE),
    "nhdr and raw": (write_with(".nhdr"), BY_VALUE),
    "nhdr and gzip": (write_with(".nhdr", compress=True), BY_VALUE),
    "nii": (write_with(".nii"), BY_VALUE),
    "nii.gz": (write_with(".nii.gz"), BY_VALUE),
    "nii.gz float": (write_with(".nii.gz", np.float64), BY_VALUE),
    "nii int16": (write_with(".nii", np.int16), BY_VALUE),
    "img and hdr": (write_with(".img"), BY_VALUE),
    "mha": (write_with(".mha"), BY_VALUE),
    "mhd and raw": (write_with(".mhd"), BY_VALUE),
    "mhd and zraw": (write_with(".mhd", compress=True), BY_VALUE),
    "one-hot nii.gz": (one_hot(".nii.gz"), BY_CHANNEL),
    "one-hot mha": (one_hot(".mha"), BY_CHANNEL),
}


def grey(ending: str, values=(0, 128, 255), **options):
    def write(folder: Path, labels: np.ndarray) -> Path:
        Image.fromarray(np.array(values, np.uint8)[labels]).save(folder / f"l{ending}", **options)
        return folder / f"l{ending}"

    return write


def palette(ending: str):
    def write(folder: Path, labels: np.ndarray) -> Path:
        image = Image.fromarray(labels)
        image.putpalette([0, 0, 0, 0, 255, 0, 255, 0, 0] + [0, 0, 0] * 253)
        image.save(folder / f"l{ending}")
        return folder / f"l{ending}"

    return write


def colour(ending: str, alpha: bool = False):
    def write(folder: Path, labels: np.ndarray) -> Path:
        colours = np.array([[0, 0, 0], [0, 255, 0], [255, 0, 0]], np.uint8)[labels]
        if alpha:
            colours = np.dstack([colours, np.full(labels.shape, 255, np.uint8)])
        Image.fromarray(colours).save(folder / f"l{ending}")
        return folder / f"l{ending}"

    return write


PICTURES = {
    "grey png": (grey(".png"), {"128": "ball", "255": "core"}),
    "values png": (grey(".png", (0, 1, 2)), BY_VALUE),
    "values bmp": (grey(".bmp", (0, 1, 2)), BY_VALUE),
    "values tif": (grey(".tif", (0, 1, 2)), BY_VALUE),
    "palette png": (palette(".png"), BY_VALUE),
    "palette tif": (palette(".tif"), BY_VALUE),
    "palette bmp": (palette(".bmp"), BY_VALUE),
    "colour png": (colour(".png"), COLOURS),
    "colour bmp": (colour(".bmp"), COLOURS),
    "colour tif": (colour(".tif"), COLOURS),
    "colour and alpha png": (colour(".png", True), COLOURS),
}
