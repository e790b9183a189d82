"""Dice of the held-out cases on the working grid, for every way the network can be used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from semigda.distributed import ALONE, Ranks
from semigda.inference.device import in_parts
from semigda.method.palette import Palette
from semigda.networks.semigda import SemiGDA
from semigda.progress import UNWATCHED, Progress
from semigda.training.dataset import CaseSlices
from semigda_core.labels.finished import IGNORED

PIXELS = 1 << 17  # about how many go through the network at once


@torch.no_grad()
def label_slices(network: SemiGDA, palette: Palette, images: Tensor) -> dict[str, Tensor]:
    """Labels (B, H, W) uint8 of images (B, 3, H, W): from each branch of the network, and as
    "both" from their mean."""
    device = next(network.parameters()).device

    def labels(some: Tensor) -> dict[str, Tensor]:
        chances = {b: palette.logits(x).softmax(1) for b, x in network(some.to(device)).items()}
        chances["both"] = torch.stack([*chances.values()]).mean(0)
        return {use: share.argmax(dim=1).to("cpu", torch.uint8) for use, share in chances.items()}

    parts = in_parts(labels, images, len(images))
    return {use: torch.cat([part[use] for part in parts]) for use in parts[0]}


def case_dice(
    network: SemiGDA, palette: Palette, case: CaseSlices, progress: Progress = UNWATCHED
) -> dict[str, list[float]]:
    """Dice of each class over the whole case, for every use of the network; NaN where truth and
    prediction are both empty. Only labelled pixels count, and only counts are kept of the slices
    that were seen."""
    counts: dict[str, Tensor] = {}
    for batch in _batches(case):
        progress.check()
        truth = case.truth[batch.start : batch.stop]
        labels = label_slices(network, palette, case.images(batch.start, batch.stop))
        for use, predicted in labels.items():
            found = overlap(predicted, truth, palette.num_classes)
            counts[use] = counts[use] + found if use in counts else found
    return {use: class_dice(found) for use, found in counts.items()}


def overlap(predicted: Tensor, truth: Tensor, num_classes: int) -> Tensor:
    """Pixels (3, K + 1) of each class: predicted, true, and both; unlabelled ones do not count."""
    known = truth != IGNORED
    predicted, truth = predicted[known], truth[known]
    parts = (predicted, truth, truth[predicted == truth])
    return torch.stack([torch.bincount(x.flatten(), minlength=num_classes + 1) for x in parts])


def class_dice(counts: Tensor) -> list[float]:
    """Of the classes from 1 on, from their :func:`overlap`."""
    predicted, true, common = counts[:, 1:]
    shares = 2 * common.double() / (predicted + true)  # 0 / 0 is NaN
    return shares.tolist()


def _batches(case: CaseSlices) -> list[range]:
    """The slices that go through the network at once; where all are unlabelled, none do."""
    step = max(1, PIXELS // math.prod(case.planes.shape[2:]))
    labelled = {number // step for number in case.drawn}
    return [range(n * step, min((n + 1) * step, len(case))) for n in sorted(labelled)]


def validate(
    network: SemiGDA,
    palette: Palette,
    cases: Sequence[CaseSlices],
    progress: Progress = UNWATCHED,
    ranks: Ranks = ALONE,
) -> dict[str, list[float]]:
    """Mean Dice over cases of each class: ``{"both" | "vae" | "cnn": [class 1, ...]}``; NaN of a
    class that is nowhere, neither true nor found.

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
                scores.append(case_dice(network, palette, case, progress))
                idle -= len(_batches(case))
            for _ in range(idle):
                progress.check()
    # In the order of the cases, so that means are the same to the last digit.
    shares = ranks.gather(scores)
    rows = [shares[i % ranks.world][i // ranks.world] for i in range(len(cases))]
    uses = rows[0] if rows else {}
    classes = {use: zip(*(row[use] for row in rows), strict=True) for use in uses}
    return {use: [mean(one, none=math.nan) for one in classes[use]] for use in uses}


@contextmanager
def evaluating(network: torch.nn.Module) -> Iterator[None]:
    """The network in evaluation mode inside, whatever is raised there."""
    was_training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(was_training)


def mean(values: Iterable[float], none: float = 0.0) -> float:
    """Mean of the numbers that are not NaN; ``none`` if there is none."""
    numbers = [value for value in values if not math.isnan(value)]
    return sum(numbers) / len(numbers) if numbers else none
