"""Training slices, read from disk where they lie on the working grid, as compact as exact.

Every draw is a pure function of the generator it is given; the loop makes a new generator for
each step from seed, stage and step, so the data order is reproducible and a resumed run needs no
stored random state.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from semigda.data.cases import Case
from semigda.data.preprocess import with_neighbours
from semigda.prepared.slices import SliceFile
from semigda.prepared.store import Pair, Store
from semigda.progress import UNWATCHED, Progress
from semigda_core.errors import SemiGDAError
from semigda_core.labels.finished import IGNORED
from semigda_core.labels.segments import folded_name

T = TypeVar("T")


def step_generator(seed: int, stage: str, step: int) -> torch.Generator:
    """All the randomness of one step."""
    return torch.Generator().manual_seed(zlib.crc32(f"{seed} {stage} {step}".encode()))


class CaseSlices:
    """One case on the working grid, on disk.

    Attributes:
        planes: (n, C, H, W), C = 1 or 3; uint8 for 8-bit images, else float16 in [-1, 1].
        labels: (n, H, W) uint8, :data:`IGNORED` where a pixel is unlabelled; or None.
        drawn: indices of the slices that batches are drawn from: with labels, those that have some.
        foreground: indices of the slices that hold foreground.
        machine: as labels, by another program.
        source: the name of that program.
        patient: the same for all cases of one patient; None if no other case is known to be theirs.
    """

    def __init__(
        self,
        pair: Pair,
        channels: str,
        source: str | None = None,
        drawn: Sequence[int] | None = None,
        patient: str | None = None,
    ):
        self.planes, self.labels, self.channels = pair.planes, pair.labels, channels
        self.machine, self.source, self.patient = pair.machine, source, patient
        pixels = pair.labels.pixels if pair.labels is not None else ()
        self._pixels = [one for one in pixels if one[1] != IGNORED]
        self.foreground = sorted({number for number, _, _ in self._pixels})
        self._unlabelled = {number: count for number, value, count in pixels if value == IGNORED}
        area = math.prod(self.planes.shape[2:])
        known = [n for n in range(len(self)) if self._unlabelled.get(n, 0) < area]
        self.drawn = known if drawn is None else list(drawn)

    def __len__(self) -> int:
        return len(self.planes)

    @property
    def nbytes(self) -> int:
        """On the disk."""
        files = (self.planes, self.labels, self.machine)
        return sum(file.nbytes for file in files if file is not None)

    @property
    def truth(self) -> SliceFile:
        """The labels of a case that has them."""
        assert self.labels is not None
        return self.labels

    def unlabelled(self) -> CaseSlices:
        """The same images without labels."""
        return CaseSlices(Pair(self.planes), self.channels)

    def rest(self) -> CaseSlices | None:
        """The slices of a partly labelled case that hold unlabelled pixels, without a person's
        labels; None if there are none."""
        drawn, pair = sorted(self._unlabelled), Pair(self.planes, machine=self.machine)
        return CaseSlices(pair, self.channels, self.source, drawn) if drawn else None

    def pixels(self, value: int) -> list[int]:
        """How many show a class, in each slice that holds it."""
        return [count for _, one, count in self._pixels if one == value]

    def holding(self, value: int) -> list[int]:
        """The indices of the slices that hold a class."""
        return [number for number, one, _ in self._pixels if one == value]

    def images(self, start: int, stop: int) -> Tensor:
        """Slices ``start`` to ``stop`` as (n, 3, H, W) float32 in [-1, 1]; grey: 2.5-D."""
        if self.channels == "2.5d":
            first, last = max(start - 1, 0), min(stop + 1, len(self))
            planes = self.planes[first:last][:, 0]
            images = with_neighbours(planes, start, stop, first, len(self))
        else:
            images = self.planes[start:stop]
        if images.dtype == torch.uint8:
            return images.float() / 127.5 - 1
        return images.float()


def some_of(things: Sequence[T], count: int) -> list[T]:
    """At most ``count`` of them, evenly chosen, always the same ones."""
    count = min(count, len(things))
    return [things[i * len(things) // count] for i in range(count)]


def without_labels(slices: Mapping[str, Sequence[CaseSlices]]) -> list[CaseSlices]:
    """What the unlabelled part of a training sees, of slices by role: the unlabelled cases, and the
    rest of partly labelled ones."""
    rest = (case.rest() for case in slices["labeled"])
    return [*slices["unlabeled"], *(case for case in rest if case is not None)]


def known_labels(labels: Tensor) -> tuple[Tensor, Tensor | None]:
    """Labels (B, H, W) with background in place of :data:`IGNORED`, and where they are labels; None
    for everywhere."""
    known = labels != IGNORED
    return (labels, None) if known.all() else (labels.where(known, 0), known)


def held_out_copies(slices: Mapping[str, Sequence[CaseSlices]]) -> int:
    """How many held-out cases, of slices by role, show what a case for training shows, voxel by
    voxel, whatever their files are called."""
    trained = {case.planes.digest for case in (*slices["labeled"], *slices["unlabeled"])}
    return sum(case.planes.digest in trained for case in slices["val"])


def held_out_labels(slices: Mapping[str, Sequence[CaseSlices]]) -> int:
    """How many held-out cases, of slices by role, have the label of a case for training, pixel by
    pixel, and not an empty one."""
    trained = {case.labels.digest for case in slices["labeled"] if case.labels is not None}
    return sum(
        case.labels is not None and bool(case.foreground) and case.labels.digest in trained
        for case in slices["val"]
    )


def check_finished(labeled: Sequence[CaseSlices]) -> None:
    """Raise "no-labels" if no slice of the labelled cases is finished."""
    if not any(case.drawn for case in labeled):
        raise SemiGDAError(
            "no-labels",
            "No slice of a labelled case is finished.",
            action="Mark the slices whose labels are finished.",
        )


def load_slices(
    cases: Sequence[Case], store: Store, num_classes: int, progress: Progress = UNWATCHED
) -> list[CaseSlices]:
    """The prepared slices of the cases, made where they are missing; ``progress`` is checked after
    each case. Where many may be missing, :func:`prepare_all` comes before.

    Raises:
        SemiGDAError: that of the first case that cannot be used, saying by number which one it is.
    """
    result = []
    for number, case in enumerate(cases, 1):
        try:
            result.append(case_slices(case, store, num_classes))
        except SemiGDAError as error:
            same = sum(other.role == case.role for other in cases[:number])
            message = f"Number {same} of the cases with the role {case.role}: {error.message}"
            raise SemiGDAError(
                error.error_class, message, action=error.action, detail=error.detail
            ) from error
        progress.check()
    store.settle()
    return result


def case_slices(case: Case, store: Store, num_classes: int) -> CaseSlices:
    """:func:`load_slices` of one case."""
    pair = store.get(case)
    files = [file for file in (pair.labels, pair.machine) if file is not None]
    values = [value for file in files for _, value, _ in file.pixels]
    most = max((value for value in values if value != IGNORED), default=0)
    if most > num_classes:
        raise SemiGDAError(
            "bad-input",
            f"A label map holds the value {most}, but the model has {num_classes} "
            f"class{'' if num_classes == 1 else 'es'}.",
            action="Name every class of the labels in the model's settings.",
        )
    patient = folded_name(case.group) if case.group else None
    channels = store.preprocessing.channels
    return CaseSlices(pair, channels, case.machine_source, patient=patient)


class SliceSampler:
    """Draws batches of slices: a case uniformly, then one of its slices.

    Args:
        cases: where to draw from; those without a slice to draw are left out.
        size: working slice size (H, W) of the preprocessing; larger slices are cropped at random.
        foreground_share: how often the slice must hold foreground, where the case has any.
        sources: the programs whose labels :meth:`draw_machine` gives.
    """

    def __init__(
        self,
        cases: list[CaseSlices],
        size: Sequence[int],
        foreground_share: float = 0.0,
        sources: Sequence[str] = (),
    ):
        self.cases = [case for case in cases if case.drawn]
        self.size = tuple(size)
        self.foreground_share = foreground_share
        self.sources = sources

    def draw(self, batch: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Images (B, 3, H, W) in [-1, 1] and labels (B, H, W) uint8, zero where there are none, and
        :data:`IGNORED` where a pixel of a labelled case is unlabelled."""
        images, labels, _ = self._draw(batch, generator, [case.labels for case in self.cases])
        return images, labels

    def draw_machine(self, batch: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
        """The same images as :meth:`draw`; machine labels, and (B,) which of the sources made them,
        -1 where there are none."""
        files = [case.machine if case.source in self.sources else None for case in self.cases]
        images, labels, cases = self._draw(batch, generator, files)
        made = [self.cases[which].source for which in cases]
        numbers = [self.sources.index(name) if name in self.sources else -1 for name in made]
        return images, labels, torch.tensor(numbers)

    def _draw(
        self, batch: int, generator: torch.Generator, files: Sequence[SliceFile | None]
    ) -> tuple[Tensor, Tensor, list[int]]:
        """Images, what the cases' ``files`` say of them, and the cases' places."""
        cases = []
        images = torch.empty(batch, 3, *self.size)
        labels = torch.zeros(batch, *self.size, dtype=torch.uint8)
        chance = torch.rand(batch, 5, generator=generator, dtype=torch.float64).tolist()
        for row, (which, kind, where, top, left) in enumerate(chance):
            cases.append(int(which * len(self.cases)))
            case, file = self.cases[cases[-1]], files[cases[-1]]
            if kind < self.foreground_share and len(case.foreground):
                index = case.foreground[int(where * len(case.foreground))]
            else:
                index = case.drawn[int(where * len(case.drawn))]
            image = case.images(index, index + 1)[0]
            y = int(top * (image.shape[1] - self.size[0] + 1))
            x = int(left * (image.shape[2] - self.size[1] + 1))
            rows, columns = slice(y, y + self.size[0]), slice(x, x + self.size[1])
            images[row] = image[:, rows, columns]
            if file is not None:
                labels[row] = file[index][rows, columns]
        return images, labels, cases
