"""Predictions of consecutive working slices, assembled on the input grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from semigda.data.grid import WorkingGrid
from semigda.data.region import Region
from semigda.data.volumes import Volume
from semigda.inference.outputs import SliceStore
from semigda.inference.predict import Prediction
from semigda.inference.restore import Restorer, to_labels, to_review
from semigda.inference.spots import SpotFinder
from semigda_core.models.card import ModelCard


class Results:
    """Labels, review map, spots and counts, growing as predictions come in order; outside of a
    region of interest there are none.

    Attributes:
        voxels: of every class on the grid's part of the input, (K + 1,).
    """

    def __init__(
        self,
        volume: Volume,
        grid: WorkingGrid,
        classes: int,
        reviewed: bool,
        store: Path | None,
        region: Region | None = None,
    ):
        self.grid = grid
        self.classes = classes
        self.region = region
        self.labels = SliceStore(volume.shape, store and store / "labels.npy")
        self.review = SliceStore(volume.shape, store and store / "review.npy") if reviewed else None
        self.spots = SpotFinder(self.grid) if reviewed else None
        self.voxels = np.zeros(classes + 1, np.int64)
        self._overlap = torch.zeros(classes + 1, 3, dtype=torch.int64) if reviewed else None
        self._restorer = Restorer(self.grid)

    def add(self, predictions: list[Prediction]) -> None:
        device = predictions[-1].probabilities.device  # the ladder may have led to another
        maps = torch.cat([p.probabilities.to(device) for p in predictions])
        if self.spots is not None and self._overlap is not None:
            compared = [_compared(prediction) for prediction in predictions]
            for prediction, (difference, overlap) in zip(predictions, compared, strict=True):
                self.spots.add(difference, prediction.inside)
                self._overlap += overlap.sum(0)
            disagreement = torch.cat([difference.to(device) for difference, _ in compared])
            maps = torch.cat([maps, disagreement[:, None]], 1)
        for start, part in self._restorer.push(maps):
            inside = self.region.voxels(self.grid, start, len(part)) if self.region else True
            planes = [to_labels(p[: self.classes + 1], self.grid) for p in part]
            labels = torch.stack(planes).numpy() * inside
            self.voxels += [np.count_nonzero(labels == n) for n in range(self.classes + 1)]
            self.labels.write(self.grid, start, labels)
            if self.review:
                planes = [to_review(p[-1], self.grid) for p in part]
                self.review.write(self.grid, start, torch.stack(planes).numpy() * inside)

    def segments(self, card: ModelCard, volume: Volume) -> list[dict]:
        rows = []
        for label in card.labels:
            voxels = int(self.voxels[label.value])
            ml = None if volume.two_dimensional else voxels * volume.voxel_ml
            row = {"value": label.value, "name": label.name, "voxels": voxels, "ml": ml}
            rows.append({**row, "agreement": self._agreement(label.value)})
        return rows

    def _agreement(self, value: int) -> float | None:
        """Dice of the two branches, see :class:`Prediction`; 1 if there is nothing."""
        if self._overlap is None:
            return None
        one, two, common = self._overlap[value].tolist()
        return 2 * common / (one + two) if one + two else 1.0


def _compared(prediction: Prediction) -> tuple[torch.Tensor, torch.Tensor]:
    """Disagreement and overlap of a prediction that has them."""
    assert prediction.disagreement is not None and prediction.overlap is not None
    return prediction.disagreement, prediction.overlap
