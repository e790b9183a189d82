"""Dice of the held-out cases on the working grid, for every way the network can be used."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from semigda.method.palette import Palette
from semigda.networks.semigda import BRANCHES, SemiGDA
from semigda.training.dataset import CaseSlices

USES = ("both", *BRANCHES)  # what a card may recommend


@torch.no_grad()
def label_slices(network: SemiGDA, palette: Palette, images: Tensor) -> dict[str, Tensor]:
    """Labels (B, H, W) uint8 of images (B, 3, H, W): from each branch, and from both's mean."""
    device = next(network.parameters()).device
    chances = {b: palette.logits(rgb).softmax(1) for b, rgb in network(images.to(device)).items()}
    chances["both"] = sum(chances.values()) / len(BRANCHES)
    return {use: chances[use].argmax(dim=1).to("cpu", torch.uint8) for use in USES}


def predict(
    network: SemiGDA,
    palette: Palette,
    case: CaseSlices,
    before_batch: Callable[[], None] = lambda: None,
    pixels: int = 1 << 17,
) -> dict[str, Tensor]:
    """:func:`label_slices` of a whole case, (n, H, W) each.

    Args:
        before_batch: may raise to stop.
        pixels: about how many go through the network at once.
    """
    parts: dict[str, list[Tensor]] = {use: [] for use in USES}
    step = max(1, pixels // case.planes[0, 0].numel())
    for start in range(0, len(case), step):
        before_batch()
        images = case.images(start, min(start + step, len(case)))
        for use, labels in label_slices(network, palette, images).items():
            parts[use].append(labels)
    return {use: torch.cat(chunks) for use, chunks in parts.items()}


def case_dice(predicted: Tensor, truth: Tensor, num_classes: int) -> list[float]:
    """Dice of each class over the whole case; NaN where truth and prediction are both empty."""
    result = []
    for value in range(1, num_classes + 1):
        guess, true = predicted == value, truth == value
        total = (guess.sum() + true.sum()).item()
        result.append(2 * (guess & true).sum().item() / total if total else math.nan)
    return result


def validate(
    network: SemiGDA,
    palette: Palette,
    cases: Sequence[CaseSlices],
    before_batch: Callable[[], None] = lambda: None,
) -> dict[str, list[float]]:
    """Mean Dice over cases of each class: ``{"both" | "vae" | "cnn": [class 1, ...]}``.

    ``before_batch`` may raise to stop.
    """
    with evaluating(network):
        scores: dict[str, list[list[float]]] = {use: [] for use in USES}
        for case in cases:
            for use, labels in predict(network, palette, case, before_batch).items():
                scores[use].append(case_dice(labels, case.labels, palette.num_classes))
    return {
        use: [mean(column) for column in zip(*rows, strict=True)] for use, rows in scores.items()
    }


@contextmanager
def evaluating(network: torch.nn.Module) -> Iterator[None]:
    """The network in evaluation mode inside, whatever is raised there."""
    was_training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(was_training)


def mean(values: Iterable[float]) -> float:
    """Mean of the numbers that are not NaN; 0 if there is none."""
    numbers = [value for value in values if not math.isnan(value)]
    return sum(numbers) / len(numbers) if numbers else 0.0
