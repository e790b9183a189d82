"""Training slices, kept in memory on the working grid as compactly as they are exact.

Every draw is a pure function of the generator it is given; the loop makes a new generator for
each step from seed, stage and step, so the data order is reproducible and a resumed run needs no
stored random state.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import torch
from torch import Tensor

from semigda.data.cases import Case
from semigda.data.labels import read_classes
from semigda.data.preprocess import prepare, with_neighbours
from semigda.data.volumes import read_volume
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError
from semigda_core.models.preprocessing import Preprocessing

CHUNK = 32  # slices that are float32 at a time while a case is read


def step_generator(seed: int, stage: str, step: int) -> torch.Generator:
    """All the randomness of one step."""
    return torch.Generator().manual_seed(zlib.crc32(f"{seed} {stage} {step}".encode()))


class CaseSlices:
    """One case on the working grid.

    Attributes:
        planes: (n, C, H, W), C = 1 or 3; uint8 for 8-bit images, else float16 in [-1, 1].
        labels: (n, H, W) uint8, or None.
        foreground: indices of the slices that hold foreground.
    """

    def __init__(self, case: Case, preprocessing: Preprocessing, num_classes: int):
        volume = read_volume(case.image)
        prepared = prepare(volume, preprocessing)
        self.channels = preprocessing.channels
        chunks = []
        for start in range(0, prepared.count, CHUNK):
            planes = prepared.planes(start, min(start + CHUNK, prepared.count))
            if preprocessing.intensity["rule"] == "8-bit":
                chunks.append(((planes + 1) * 127.5).round().to(torch.uint8))
            else:
                chunks.append(planes.half())
        self.planes = torch.cat(chunks)
        self.labels: Tensor | None = None
        self.foreground: list[int] = []
        if case.label is not None and case.role != "unlabeled":
            labels = read_classes(case.label, volume, case.classes)
            self.labels = prepared.label_planes(labels)
            if self.labels.max() > num_classes:
                raise SemiGDAError(
                    "bad-input",
                    f"A label map holds the value {int(self.labels.max())}, but the model has "
                    f"{num_classes} classes.",
                    action="Name every class of the labels in the model's settings.",
                )
            self.foreground = self.labels.flatten(1).any(dim=1).nonzero()[:, 0].tolist()

    def __len__(self) -> int:
        return len(self.planes)

    @property
    def truth(self) -> Tensor:
        """The labels of a case that has them."""
        assert self.labels is not None
        return self.labels

    def images(self, start: int, stop: int) -> Tensor:
        """Slices ``start`` to ``stop`` as (n, 3, H, W) float32 in [-1, 1]; grey: 2.5-D."""
        if self.channels == "2.5d":
            images = with_neighbours(self.planes[:, 0], start, stop, 0, len(self.planes))
        else:
            images = self.planes[start:stop]
        if images.dtype == torch.uint8:
            return images.float() / 127.5 - 1
        return images.float()


def load_slices(
    cases: Sequence[Case],
    preprocessing: Preprocessing,
    num_classes: int,
    progress: Progress = UNWATCHED,
) -> list[CaseSlices]:
    """Read and prepare the cases; ``progress`` is checked after each.

    Raises:
        SemiGDAError: that of the first case that cannot be used, saying by number which one it is.
    """
    result = []
    for number, case in enumerate(cases, 1):
        try:
            result.append(CaseSlices(case, preprocessing, num_classes))
        except SemiGDAError as error:
            same = sum(other.role == case.role for other in cases[:number])
            message = f"Number {same} of the cases with the role {case.role}: {error.message}"
            raise SemiGDAError(
                error.error_class, message, action=error.action, detail=error.detail
            ) from error
        progress.check()
    return result


class SliceSampler:
    """Draws batches of slices: a case uniformly, then one of its slices.

    Args:
        cases: where to draw from.
        size: working slice size (H, W) of the preprocessing; larger slices are cropped at random.
        foreground_share: how often the slice must hold foreground, where the case has any.
    """

    def __init__(self, cases: list[CaseSlices], size: Sequence[int], foreground_share: float = 0.0):
        self.cases = cases
        self.size = tuple(size)
        self.foreground_share = foreground_share

    def draw(self, batch: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Images (B, 3, H, W) in [-1, 1] and labels (B, H, W) uint8, zero where there are none."""
        images = torch.empty(batch, 3, *self.size)
        labels = torch.zeros(batch, *self.size, dtype=torch.uint8)
        chance = torch.rand(batch, 5, generator=generator, dtype=torch.float64).tolist()
        for row, (which, kind, where, top, left) in enumerate(chance):
            case = self.cases[int(which * len(self.cases))]
            if kind < self.foreground_share and len(case.foreground):
                index = case.foreground[int(where * len(case.foreground))]
            else:
                index = int(where * len(case))
            image = case.images(index, index + 1)[0]
            y = int(top * (image.shape[1] - self.size[0] + 1))
            x = int(left * (image.shape[2] - self.size[1] + 1))
            rows, columns = slice(y, y + self.size[0]), slice(x, x + self.size[1])
            images[row] = image[:, rows, columns]
            if case.labels is not None:
                labels[row] = case.labels[index, rows, columns]
        return images, labels
