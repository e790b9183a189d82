"""Volumes with awkward geometries, and a network whose answer is known."""

from __future__ import annotations

import itertools

import nrrd
import numpy as np
import torch
from torch import nn

from semigda_core.models.card import Label, ModelCard
from semigda_core.models.network_config import NetworkConfig

_TURN = np.array([[0.8, -0.6, 0.0], [0.6, 0.8, 0.0], [0.0, 0.0, 1.0]])

# Columns: the LPS steps of i, j and k in mm.
DIRECTIONS = {
    "plain": np.diag([1.0, 1.0, 1.0]),
    "anisotropic": np.diag([0.7, 0.7, 2.5]),
    "oblique": _TURN @ np.diag([0.9, 0.9, 1.4]),
    "left-handed": np.diag([1.0, 1.0, -2.0]),
    "sheared": np.array([[1.0, 0.2, 0.0], [0.0, 1.1, 0.3], [0.0, 0.0, 1.5]]),
}
# All ways to store a volume along the patient's axes: 6 orders x 8 signs.
ORIENTATIONS = [
    np.eye(3)[:, order] * signs
    for order in itertools.permutations(range(3))
    for signs in itertools.product((1, -1), repeat=3)
]


def affine_of(directions: np.ndarray, origin=(-11.5, 22.25, 3.125)) -> np.ndarray:
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = directions, origin
    return affine


def write_nrrd(path, array: np.ndarray, affine: np.ndarray) -> None:
    """A volume (z, y, x) or a colour volume (z, y, x, 3)."""
    colour = array.ndim == 4
    steps = affine[:3, :3].T
    header = {
        "space": "left-posterior-superior",
        "kinds": (["RGB-color"] if colour else []) + ["domain"] * 3,
        "space directions": np.vstack([[np.nan] * 3, steps]) if colour else steps,
        "space origin": affine[:3, 3],
        "encoding": "raw",
    }
    nrrd.write(str(path), array, header, index_order="C")


def ball(shape=(20, 24, 28), centre=(8, 13, 11), radius=6.0) -> np.ndarray:
    """uint8 (z, y, x): 1 in an off-centre ball."""
    grid = np.ogrid[tuple(slice(n) for n in shape)]
    return (sum((g - c) ** 2 for g, c in zip(grid, centre, strict=True)) <= radius**2).astype(
        np.uint8
    )


class PassThrough(nn.Module):
    """Paints what it sees, so half-bright pixels are half sure."""

    config = NetworkConfig.compact()

    def forward(self, image: torch.Tensor, branches=("vae", "cnn")) -> dict:
        return {b: image[:, 1:2].expand(-1, 3, -1, -1) for b in branches}


class BrightPixels(nn.Module):
    """Paints bright pixels white: branch "vae" above grey, branch "cnn" above ``threshold``.

    Stands where the network stands, with its calls, so what comes out is known to the voxel.
    """

    config = NetworkConfig.compact()

    def __init__(self, threshold: float = 0.0):
        super().__init__()
        self.threshold = threshold

    def forward(self, image: torch.Tensor, branches=("vae", "cnn")) -> dict:
        centre = image[:, 1:2].expand(-1, 3, -1, -1)
        limits = {"vae": 0.0, "cnn": self.threshold}
        return {b: torch.where(centre > limits[b], 1.0, -1.0) for b in branches}


def settings(**changes) -> dict:
    """The preprocessing of axial slices, whose values stay as they are."""
    return {
        "channels": "2.5d",
        "slice_axis": "axial",
        "size": [32, 32],
        "spacing": [None, None, None],
        "intensity": {"rule": "8-bit"},
        **changes,
    }


def bright_card(preprocessing: dict, **changes) -> ModelCard:
    values = {
        "title": "Bright",
        "description": "Bright pixels.",
        "modality": "MR",
        "labels": [Label(1, "bright", (255, 0, 0))],
        "network": NetworkConfig.compact().to_dict(),
        "preprocessing": preprocessing,
        "licence": "CC0-1.0",
        **changes,
    }
    return ModelCard(name="bright", **values)
