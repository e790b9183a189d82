"""Preview pictures of a training: image, truth and prediction side by side."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import SimpleITK as sitk
from torch import Tensor

OPACITY = 0.45


def overlay(grey: np.ndarray, labels: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Labels (H, W) in colours (K + 1, 3) uint8 over a picture (H, W, 3) uint8."""
    mixed = (1 - OPACITY) * grey + OPACITY * colours[labels]
    return np.where((labels > 0)[..., None], mixed, grey).astype(np.uint8)


def write_preview(
    path: Path, images: Tensor, truth: Tensor, predicted: Tensor, colours: np.ndarray, rgb: bool
) -> None:
    """A PNG with one row a slice: the image, the truth and the prediction drawn over it.

    Args:
        images: (B, 3, H, W) in [-1, 1]; of grey ones the middle channel is shown.
        truth, predicted: (B, H, W) uint8.
        colours: (K + 1, 3) uint8.
    """
    rows = []
    for image, true, guess in zip(images, truth.numpy(), predicted.numpy(), strict=True):
        picture = image if rgb else image[1:2].expand(3, -1, -1)
        picture = ((picture.permute(1, 2, 0).numpy() + 1) * 127.5).clip(0, 255).astype(np.uint8)
        row = [picture, overlay(picture, true, colours), overlay(picture, guess, colours)]
        rows.append(np.concatenate(row, axis=1))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet = np.ascontiguousarray(np.concatenate(rows, axis=0))
    sitk.WriteImage(sitk.GetImageFromArray(sheet, isVector=True), str(path))
