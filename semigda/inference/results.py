"""Probabilities of consecutive working slices, assembled on the input grid."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch

from semigda.data.grid import WorkingGrid
from semigda.data.region import Region
from semigda.data.volumes import Volume
from semigda.inference.device import device_name, free_cache, out_of_memory
from semigda.inference.doubt import DoubtFinder, certainty, counted, to_doubt
from semigda.inference.outputs import SliceStore
from semigda.inference.restore import Restorer, to_labels, to_review
from semigda.inference.spots import SpotFinder
from semigda.lanes import LEAST, lanes, side_by_side
from semigda_core.models.card import ModelCard
from semigda_core.models.doubt import told

Made = TypeVar("Made")


class Results:
    """Labels, review map, spots and counts, growing as probabilities come in order; outside of a
    region of interest there are none.

    Attributes:
        steps: the step from a graphics card with too little memory to the CPU, in words, if taken.
        voxels: of every class on the grid's part of the input, (K + 1,).
        counts: :func:`semigda.inference.doubt.counted` of the slices, if they are reviewed.
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
        self.steps: list[str] = []
        self.voxels = np.zeros(classes + 1, np.int64)
        self._doubt = DoubtFinder() if reviewed else None
        self._counts: list[torch.Tensor] = []
        self._told = 0  # slices
        self._restorer = Restorer(self.grid)

    def add(self, *parts: torch.Tensor) -> None:
        """The next working slices (n, K + 1, h, w), in parts that may be on several devices."""
        device = torch.device("cpu") if self.steps else parts[-1].device
        maps = self._spared(_joined, *(part.to(device) for part in parts))
        if self._doubt is None:
            self._spared(self._restore, maps)
        else:
            self._review(*self._spared(self._doubt.push, maps))

    def finish(self) -> None:
        """Complete the results after the last slice."""
        if self._doubt is not None:
            self._review(*self._doubt.finish())

    def _review(self, maps: torch.Tensor, chance: torch.Tensor) -> None:
        if not len(maps):
            return
        spots, inside = self.spots, None
        assert spots is not None
        if self.region is not None:
            inside = torch.from_numpy(self.region.pixels(self.grid, self._told, len(maps)))
        self._told += len(maps)

        def measured(maps: torch.Tensor, chance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            there = None if inside is None else inside.to(maps.device)
            return counted(maps, chance, there), to_doubt(chance).cpu()

        def tell() -> None:
            counts, doubt = self._spared(measured, maps, chance)
            self._counts.append(counts)
            spots.add(doubt, inside)

        def restored(maps: torch.Tensor, chance: torch.Tensor) -> None:
            self._restore(torch.cat([maps, to_doubt(chance)[:, None]], 1))

        def restore() -> None:
            self._spared(restored, maps, chance)

        side_by_side(lambda job: job(), [restore, tell], lanes(maps.device, 2 * LEAST))

    def _restore(self, maps: torch.Tensor) -> None:
        for start, part in self._restorer.push(maps):
            inside = self.region.voxels(self.grid, start, len(part)) if self.region else True
            planes = [to_labels(p[: self.classes + 1], self.grid) for p in part]
            doubts = [to_review(p[-1], self.grid) for p in part] if self.review else []
            labels = torch.stack(planes).numpy() * inside
            self.labels.write(self.grid, start, labels)
            if self.review:
                self.review.write(self.grid, start, torch.stack(doubts).numpy() * inside)
            self.voxels += [np.count_nonzero(labels == n) for n in range(self.classes + 1)]

    def _spared(self, job: Callable[..., Made], *maps: torch.Tensor) -> Made:
        """``job(*maps)``; if memory runs out, once more, on the CPU: so what it does can be begun
        twice."""
        try:
            return job(*maps)
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
        # Outside the except block: the exception keeps the frames and so their tensors.
        free_cache()
        device = maps[0].device
        if device.type != "cpu" and not self.steps:
            self.steps.append(f"Too little memory on {device_name(device)}: continued on the CPU.")
        return job(*(one.cpu() for one in maps))

    @property
    def counts(self) -> torch.Tensor | None:
        return torch.cat(self._counts) if self._counts else None

    def segments(self, card: ModelCard, volume: Volume, like: bool = True) -> list[dict]:
        """A row a class; ``like``: whether the image is like the training images, without which
        held-out cases tell nothing about it."""
        rows, sure = [], self._certainty()
        cut = self._cut_off() if self.review and not volume.two_dimensional else set()
        for label in card.labels:
            voxels = int(self.voxels[label.value])
            ml = None if volume.voxel_ml is None else voxels * volume.voxel_ml
            whole = ml is not None and self.region is None and label.value not in cut
            certainty = sure[label.value] if sure else None
            found = {"value": label.value, "name": label.name, "voxels": voxels, "ml": ml}
            promised = told(
                card.doubt if like and voxels else None, label.value, certainty, ml, whole
            )
            rows.append({**found, "agreement": certainty, "whole": whole, **promised})
        return rows

    def _cut_off(self) -> set[int]:
        """The classes that touch the image's border, and may go on beyond it."""
        labels = self.labels.array()
        faces = (labels.take(end, axis) for axis in range(3) for end in (0, -1))
        return set().union(*(np.unique(face).tolist() for face in faces))

    def _certainty(self) -> list[float] | None:
        """Of every class from 0 on."""
        counts = self.counts
        return None if counts is None else certainty(counts.sum(0)).tolist()


def _joined(*parts: torch.Tensor) -> torch.Tensor:
    return torch.cat(parts)
