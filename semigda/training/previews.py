"""Pictures of how a training goes: rows of slices, drawn big enough to be seen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from semigda.data.png import png
from semigda.progress import Progress
from semigda.training.dataset import CaseSlices, known_labels, some_of
from semigda_core.files.atomic import write_atomically
from semigda_core.labels.finished import IGNORED

OPACITY = 0.45
ROWS = 4
# Of a stage: the first picture soon, to show that it learns; then at longer intervals.
FIRST_SECONDS, LATER_SECONDS = 20.0, 180.0
SHOWN_SIDE = 224  # smaller slices are enlarged to about this, by a whole factor
LINE, LINE_GREY = 2, 128  # between the pictures, in pixels


class Previews:
    """The pictures of one stage: by time, and at its end.

    Args:
        folder: for the files; None makes none.
        draw: the sheets (H, W, 3) uint8 of now, by kind. It must draw no random numbers.
    """

    def __init__(
        self,
        progress: Progress,
        folder: Path | None,
        stage: str,
        draw: Callable[[], dict[str, np.ndarray]],
    ):
        self.progress, self.folder, self.stage, self.draw = progress, folder, stage, draw
        self._next = time.monotonic() + FIRST_SECONDS

    def after_step(self, step: int, last: bool) -> None:
        """Draw if it is time, or the stage's last step."""
        if last or time.monotonic() >= self._next:
            self.write(step)

    def write(self, step: int) -> None:
        """Draw now, after ``step`` steps of the stage."""
        self._next = time.monotonic() + LATER_SECONDS
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for kind, sheet in self.draw().items():
            save_sheet(self.progress, self.folder, self.stage, step, kind, sheet)


def save_sheet(
    progress: Progress, folder: Path, stage: str, step: int, kind: str, sheet: np.ndarray
) -> None:
    """Write a sheet (H, W, 3) uint8, and tell it."""
    path, content = folder / f"{stage}_{step:06d}_{kind}.png", png(sheet)
    write_atomically(path, lambda file: file.write(content), durable=False)
    name = progress.name_of(path)
    progress.event("preview", stage=stage, step=step, file=name, kind=kind)


def middle_slices(cases: Sequence[CaseSlices], labelled: bool) -> list[tuple[CaseSlices, int]]:
    """One slice each of some cases, at most :data:`ROWS`.

    Args:
        labelled: take the middle one of the slices with foreground; leave out cases without.
    """
    cases = [case for case in cases if (case.foreground if labelled else case.drawn)]
    shown = [(case, case.foreground if labelled else case.drawn) for case in some_of(cases, ROWS)]
    return [(case, numbers[len(numbers) // 2]) for case, numbers in shown]


def cut_out(case: CaseSlices, index: int, size: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Image (3, H, W) in [-1, 1] and label (H, W) uint8 of a slice: zero without labels, and
    :data:`IGNORED` where a pixel of a labelled case is unlabelled.

    Args:
        size: (H, W) to cut out of it: around its labels, else in its middle.
    """
    image = case.images(index, index + 1)[0]
    label = torch.zeros(image.shape[1:], dtype=torch.uint8)
    if case.labels is not None:
        label = case.labels[index]
    middle = [side / 2 for side in label.shape]
    held = (label > 0) & (label != IGNORED)
    if held.any():
        middle = held.nonzero().float().mean(dim=0).tolist()
    rows, columns = (
        slice(start, start + side)
        for start, side in (
            (min(max(round(at - side / 2), 0), whole - side), side)
            for at, side, whole in zip(middle, size, label.shape, strict=True)
        )
    )
    return image[:, rows, columns], label[rows, columns]


def pick_slices(
    cases: Sequence[CaseSlices], size: Sequence[int], labelled: bool
) -> tuple[Tensor, Tensor] | None:
    """:func:`middle_slices` as images (B, 3, H, W) and labels (B, H, W), cut out, zero where there
    are none; None where there is no case."""
    cuts = [cut_out(case, index, size) for case, index in middle_slices(cases, labelled)]
    if not cuts:
        return None
    images, labels = zip(*cuts, strict=True)
    return torch.stack(images), known_labels(torch.stack(labels))[0]


def pictures(images: Tensor, rgb: bool = True) -> list[np.ndarray]:
    """Images (B, 3, H, W) in [-1, 1] as (H, W, 3) uint8; of grey ones the middle channel."""
    images = images if rgb else images[:, 1:2].expand(-1, 3, -1, -1)
    shown = ((images.float().cpu() + 1) * 127.5).clamp(0, 255).to(torch.uint8)
    return list(shown.permute(0, 2, 3, 1).numpy())


def overlays(grey: list[np.ndarray], labels: Tensor, colours: np.ndarray) -> list[np.ndarray]:
    """Labels (B, H, W) in colours (K + 1, 3) uint8 over pictures (H, W, 3) uint8."""
    result = []
    for picture, values in zip(grey, labels.cpu().numpy(), strict=True):
        mixed = (1 - OPACITY) * picture + OPACITY * colours[values]
        result.append(np.where((values > 0)[..., None], mixed, picture).astype(np.uint8))
    return result


def sheet(*columns: list[np.ndarray]) -> np.ndarray:
    """Columns of equally many (H, W, 3) uint8 pictures as one, enlarged, with lines between."""
    height, width = columns[0][0].shape[:2]
    factor = max(1, round(SHOWN_SIDE / max(height, width)))
    rows = []
    for row in zip(*columns, strict=True):
        big = [picture.repeat(factor, axis=0).repeat(factor, axis=1) for picture in row]
        rows.append(_joined(big, axis=1))
    return _joined(rows, axis=0)


def _joined(parts: list[np.ndarray], axis: int) -> np.ndarray:
    shape = list(parts[0].shape)
    shape[axis] = LINE
    line = np.full(shape, LINE_GREY, dtype=np.uint8)
    lined = [piece for part in parts for piece in (line, part)]
    return np.concatenate(lined[1:], axis=axis)
