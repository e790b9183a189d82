"""Dice of the held-out cases on the working grid, for every way the network can be used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from semigda.distributed import ALONE, Ranks
from semigda.method.palette import Palette
from semigda.networks.semigda import SemiGDA
from semigda.progress import UNWATCHED, Progress
from semigda.training.dataset import CaseSlices

PIXELS = 1 << 17  # about how many go through the network at once


@torch.no_grad()
def label_slices(network: SemiGDA, palette: Palette, images: Tensor) -> dict[str, Tensor]:
    """Labels (B, H, W) uint8 of images (B, 3, H, W): from each branch of the network, and as
    "both" from their mean."""
    device = next(network.parameters()).device
    chances = {b: palette.logits(rgb).softmax(1) for b, rgb in network(images.to(device)).items()}
    chances["both"] = torch.stack([*chances.values()]).mean(0)
    return {use: share.argmax(dim=1).to("cpu", torch.uint8) for use, share in chances.items()}


def predict(
    network: SemiGDA,
    palette: Palette,
    case: CaseSlices,
    progress: Progress = UNWATCHED,
) -> dict[str, Tensor]:
    """:func:`label_slices` of a whole case, (n, H, W) each."""
    parts: dict[str, list[Tensor]] = {}
    for batch in _batches(case):
        progress.check()
        images = case.images(batch.start, batch.stop)
        for use, labels in label_slices(network, palette, images).items():
            parts.setdefault(use, []).append(labels)
    return {use: torch.cat(chunks) for use, chunks in parts.items()}


def _batches(case: CaseSlices) -> list[range]:
    """The slices that go through the network at once."""
    step = max(1, PIXELS // case.planes[0, 0].numel())
    starts = range(0, len(case), step)
    return [range(start, min(start + step, len(case))) for start in starts]


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
    progress: Progress = UNWATCHED,
    ranks: Ranks = ALONE,
) -> dict[str, list[float]]:
    """Mean Dice over cases of each class: ``{"both" | "vae" | "cnn": [class 1, ...]}``.

    A network of one branch has that one, and the same as "both".
    The ranks share the cases; each gets the result for all of them. ``progress`` is
    checked as often on every rank.
    """
    scores: list[dict[str, list[float]]] = []
    with evaluating(network):
        for start in range(0, len(cases), ranks.world):
            together = cases[start : start + ranks.world]
            idle = max(len(_batches(case)) for case in together)
            for case in together[ranks.rank : ranks.rank + 1]:
                guess = predict(network, palette, case, progress)
                scores.append(
                    {use: case_dice(x, case.truth, palette.num_classes) for use, x in guess.items()}
                )
                idle -= len(_batches(case))
            for _ in range(idle):
                progress.check()
    # In the order of the cases, so that means are the same to the last digit.
    shares = ranks.gather(scores)
    rows = [shares[i % ranks.world][i // ranks.world] for i in range(len(cases))]
    uses = rows[0] if rows else {}
    return {use: [mean(c) for c in zip(*(row[use] for row in rows), strict=True)] for use in uses}


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
