"""An image's appearance to an encoder: similar images have near vectors.

Ranking compares cases with each other by the deepest features; a model's card remembers the
features of all levels of its training images, and whoever segments another image hears if it is
unlike them.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from semigda.data.grid import WorkingGrid
from semigda.data.preprocess import PreparedVolume
from semigda.inference.device import in_parts
from semigda.networks.semigda import BranchFeatures, SemiGDA
from semigda_core.models.card import ModelCard
from semigda_core.models.fit import UNLIKE
from semigda_core.models.network_config import BRANCHES, NetworkConfig

_AT_ONCE = 4  # slices, or fewer where memory runs out
LEAST = 8  # images from which a distribution is learned
_DIRECTIONS = 24  # in which the features vary most, and together
_INDEPENDENT = 0.1  # of the variance is each feature's own: images are few
_FLAT = 0.05  # of the usual deviation: what hardly varies in training must not decide alone
_SURE = 2.5  # deviations of the logarithm of a training image's distance
_FOLDS = 10


def pooled(levels: Sequence[Tensor], inside: Tensor) -> Tensor:
    """(n, 2 C) float32: means, then deviations, of the channels of each level (n, C, h, w).

    Position in the slice does not count, nor does padding.

    Args:
        inside: (1, 1, H, W), 1 where a working slice shows the image.
    """
    found = []
    for level in levels:
        share = F.adaptive_avg_pool2d(inside, (level.shape[-2], level.shape[-1])).to(level.device)
        share = share / share.sum()
        level = level.float()
        mean = (level * share).sum((2, 3))
        spread = ((level - mean[..., None, None]).square() * share).sum((2, 3)).sqrt()
        found += [mean, spread]
    return torch.cat(found, 1)


def inside_of(grid: WorkingGrid) -> Tensor:
    """Where a working slice shows the image, (1, 1, H, W)."""
    inside = torch.zeros(1, 1, *grid.size)
    grid.crop(inside).fill_(1)
    return inside


class Features:
    """Means and deviations of the encoder's deepest features over all slices of a case."""

    def __init__(self, network: SemiGDA, grid: WorkingGrid):
        self._network = network
        # Without its branch the autoencoder has not learned from images.
        self._encode = network.encode_image
        if "vae" not in network.branches:
            self._encode = network.encode_second
        self._inside = inside_of(grid)
        self._sum = torch.zeros(2 * network.config.channels[-1])
        self._count = 0

    @torch.inference_mode()
    def add(self, slices: Tensor) -> None:
        """Add working slices (n, 3, H, W)."""
        device = next(self._network.parameters()).device
        skips = self._encode(slices.to(device)).skips
        self._sum = self._sum + pooled(skips[-1:], self._inside).sum(0).cpu()
        self._count += len(slices)

    def vector(self) -> Tensor:
        """(2 C,) float32, C the channels of the deepest level."""
        return self._sum / self._count


def case_features(network: SemiGDA, prepared: PreparedVolume) -> Tensor:
    """:meth:`Features.vector` of an image that is not segmented, on the network's device."""
    features = Features(network.eval(), prepared.grid)

    def add(some: range) -> None:
        features.add(prepared.slices(some.start, some.stop))

    in_parts(add, range(prepared.count), _AT_ONCE)
    return features.vector()


def described_encoder(network: NetworkConfig, branches: Sequence[str]) -> str:
    """The encoder whose features are compared: one that a segmentation computes anyway.

    Args:
        branches: that segment by default.
    """
    return BRANCHES[1] if network.has_features or BRANCHES[1] in branches else BRANCHES[0]


def levels_of(features: BranchFeatures, encoder: str) -> list[Tensor] | None:
    """What an encoder found, finest level first; None if it was not asked.

    With general image features the second encoder's are the last of either branch.
    """
    if encoder in features.skips:
        return features.skips[encoder][-1 if encoder == "cnn" else 0]
    others = [seen for seen in features.skips.values() if len(seen) > 1]
    return others[0][1] if encoder == "cnn" and others else None


@dataclass(frozen=True)
class Distribution:
    """Vectors of a kind of image: a normal distribution with few directions of its own.

    Attributes:
        mean, spread: (D,) of each feature.
        directions: (k, D) orthonormal, in features divided by their spread.
        along: (k,) variance along each of them.
        across: variance along any other.
    """

    mean: np.ndarray
    spread: np.ndarray
    directions: np.ndarray
    along: np.ndarray
    across: float

    @classmethod
    def of(cls, vectors: np.ndarray) -> Distribution:
        """Of vectors (n, D), n at least 2."""
        mean, spread = vectors.mean(0), vectors.std(0)
        spread = np.maximum(spread, _FLAT * np.median(spread))
        # Half precision keeps a mean to three digits.
        spread = np.maximum(spread, np.maximum(2e-3 * np.abs(mean), 1e-4))
        unit = (vectors - mean) / spread
        _, sizes, directions = np.linalg.svd(unit, full_matrices=False)
        count = min(_DIRECTIONS, len(vectors) - 1, vectors.shape[1])
        variance = sizes[:count] ** 2 / len(vectors)
        rest = max(float(unit.var(0).sum() - variance.sum()), 0.0) / vectors.shape[1]
        along, across = ((1 - _INDEPENDENT) * v + _INDEPENDENT for v in (variance, rest))
        return cls(mean, spread, directions[:count], along, float(across))

    def distance(self, vectors: np.ndarray) -> np.ndarray:
        """Mahalanobis's, of (..., D), in units that do not depend on D."""
        unit = (vectors - self.mean) / self.spread
        inside = unit @ self.directions.T
        squares = (inside**2 / self.along).sum(-1)
        squares += ((unit**2).sum(-1) - (inside**2).sum(-1)) / self.across
        return np.sqrt(squares / unit.shape[-1])


def usual_distance(vectors: np.ndarray, groups: Sequence[str]) -> float:
    """Beyond it an image is unlike the others: from distances of vectors (n, D) that were left out.

    Args:
        groups: of the vectors; those of one are left out together.
    """
    names = {name: number for number, name in enumerate(sorted(set(groups)))}
    fold = np.array([names[group] % _FOLDS for group in groups])
    left = np.empty(len(vectors))
    for one in np.unique(fold):
        out = fold == one
        left[out] = Distribution.of(vectors[~out]).distance(vectors[out])
    logarithms = np.log(left)
    return float(np.exp(logarithms.mean() + _SURE * logarithms.std()))


def look_entry(vectors: np.ndarray, groups: Sequence[str], encoder: str) -> dict[str, Any] | None:
    """``images["look"]`` of a card, from one vector (n, D) an image; None if there are too few."""
    if len(set(groups)) < LEAST:
        return None
    usual = usual_distance(vectors, groups)
    found = Distribution.of(vectors)
    numbers = np.concatenate(
        [found.mean, found.spread, found.directions.ravel(), found.along, [found.across]]
    ).astype("<f2")
    if not (np.isfinite(numbers).all() and np.isfinite(usual)):
        return None
    return {
        "encoder": encoder,
        "features": vectors.shape[1],
        "directions": len(found.along),
        "usual": float(f"{usual:.4g}"),
        "numbers": base64.urlsafe_b64encode(numbers.tobytes()).decode("ascii").rstrip("="),
    }


def distribution_in(look: dict[str, Any]) -> Distribution | None:
    """The distribution that a card remembers; None if its numbers are not all there."""
    size, count = look["features"], look["directions"]
    text = look["numbers"]
    packed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    ends = np.cumsum([size, size, count * size, count, 1])
    if len(packed) != 2 * ends[-1]:
        return None
    numbers = np.frombuffer(packed, "<f2").astype(np.float64)
    mean, spread, directions, along, across = np.split(numbers, ends[:-1])
    if not (np.isfinite(numbers).all() and min(spread.min(), along.min(), across[0]) > 0):
        return None
    return Distribution(mean, spread, directions.reshape(count, size), along, float(across[0]))


class Likeness:
    """Compares the image that is segmented with the training images, from what is computed anyway.

    Attributes:
        known: whether the card says what they look like.
    """

    def __init__(self, card: ModelCard, grid: WorkingGrid):
        look: dict[str, Any] = (card.images or {}).get("look") or {}
        self._known = distribution_in(look) if look else None
        self.known = self._known is not None
        self._look, self._inside = look, inside_of(grid)
        self._vectors: list[Tensor] = []

    def see(self, features: BranchFeatures) -> Tensor | None:
        """The vectors (n, D) of the slices; None if there is nothing to compare them with."""
        if self._known is None:
            return None
        levels = levels_of(features, self._look["encoder"])
        found = None if levels is None else pooled(levels, self._inside)
        return found if found is not None and found.shape[1] == len(self._known.mean) else None

    def add(self, vectors: Tensor | None) -> None:
        """What :meth:`see` found in some slices."""
        if vectors is not None:
            self._vectors.append(vectors.cpu())

    def verdict(self) -> tuple[float | None, str]:
        """The image's distance from the training images in units of the usual one, None if that is
        not known; and a note if it is above 1, that is, unlike them."""
        if self._known is None or not self._vectors:
            return None, ""
        mean = torch.cat(self._vectors).mean(0).double().numpy()
        found = float(self._known.distance(mean) / max(self._look["usual"], 1e-9))
        return round(found, 2), UNLIKE if found > 1 else ""
