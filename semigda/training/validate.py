"""Dice of the held-out cases on the working grid, for every way the network can be used."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import torch
from torch import Tensor

from semigda.method.palette import Palette
from semigda.networks.semigda import BRANCHES, SemiGDA
from semigda.training.dataset import CaseSlices

USES = ("both", *BRANCHES)  # what a card may recommend


@torch.no_grad()
def predict(
    network: SemiGDA, palette: Palette, case: CaseSlices, pixels: int = 1 << 17
) -> dict[str, Tensor]:
    """Labels (n, H, W) uint8 of a case from both branches' mean probability, and from each.

    Args:
        pixels: about how many go through the network at once.
    """
    device = next(network.parameters()).device
    parts: dict[str, list[Tensor]] = {use: [] for use in USES}
    step = max(1, pixels // case.planes[0, 0].numel())
    for start in range(0, len(case), step):
        images = case.images(start, min(start + step, len(case))).to(device)
        chances = {b: palette.logits(rgb).softmax(1) for b, rgb in network(images).items()}
        chances["both"] = sum(chances.values()) / len(BRANCHES)
        for use in USES:
            parts[use].append(chances[use].argmax(dim=1).to("cpu", torch.uint8))
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
    before_case: Callable[[], None] = lambda: None,
) -> dict[str, list[float]]:
    """Mean Dice over cases of each class: ``{"both" | "vae" | "cnn": [class 1, ...]}``.

    ``before_case`` may raise to stop.
    """
    was_training = network.training
    network.eval()
    scores: dict[str, list[list[float]]] = {use: [] for use in USES}
    for case in cases:
        before_case()
        for use, labels in predict(network, palette, case).items():
            scores[use].append(case_dice(labels, case.labels, palette.num_classes))
    network.train(was_training)
    return {
        use: [mean(column) for column in zip(*rows, strict=True)] for use, rows in scores.items()
    }


def mean(values: Iterable[float]) -> float:
    """Mean of the numbers that are not NaN; 0 if there is none."""
    numbers = [value for value in values if not math.isnan(value)]
    return sum(numbers) / len(numbers) if numbers else 0.0
