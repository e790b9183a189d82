"""Which unlabelled cases to label next: an even cover of what the images look like.

A case is worth how much nearer, in an encoder's features, all others come to a labelled one: a copy
of a chosen case is worth nothing, and an odd case that stands for itself alone is worth little.
Doubt finds badly segmented cases, but labelling those first made no better model; it is told, and
sorts the predicted labels that wait for a decision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from semigda.data.grid import working_grid
from semigda.data.volumes import Volume
from semigda.inference.likeness import Features
from semigda.inference.predict import Prediction
from semigda.inference.segment import Segmentation, preprocessing_of, segment_volume
from semigda.networks.semigda import SemiGDA
from semigda.progress import UNWATCHED, Progress
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard

UNSURE_SLICE = 0.8  # Dice of the branches in a slice, below which they disagree there
UNSURE, UNLIKE, LIKE = 0.15, 0.55, 0.3  # from here on disagreement and novelty are mentioned


@dataclass(frozen=True)
class Look:
    """The result of one pass over an unlabelled case.

    Attributes:
        overlap: (n, K, 3) of every foreground class and slice, see
            :attr:`semigda.inference.predict.Prediction.overlap`.
        features: see :class:`semigda.inference.likeness.Features`.
    """

    overlap: Tensor
    features: Tensor


@dataclass(frozen=True)
class Ranked:
    """A case's rank.

    Attributes:
        index: into the looks.
        disagreement: 0 to 1, from masks that are equal to masks that share nothing.
        novelty: 0 to 1, distance to the nearest case that is labelled or ranked before; 0.5 is
            usual among the cases.
        reason: one or two sentences for the user.
    """

    index: int
    disagreement: float
    novelty: float
    reason: str


def look(
    network: SemiGDA,
    card: ModelCard,
    volume: Volume,
    options: SegmentOptions | None = None,
    progress: Progress = UNWATCHED,
    **others,
) -> tuple[Segmentation, Look]:
    """Segment a case and measure it in one pass; ``others`` go to ``segment_volume``."""
    options = replace(options or SegmentOptions(), review=True)
    features = Features(network, working_grid(volume, preprocessing_of(card)))
    overlaps: list[Tensor] = []

    def watch(slices: Tensor, prediction: Prediction) -> None:
        features.add(slices)
        assert prediction.overlap is not None, "a look is reviewed"
        overlaps.append(prediction.overlap[:, 1:])

    done = segment_volume(network, card, volume, options, progress, watch=watch, **others)
    return done, Look(torch.cat(overlaps), features.vector())


def disagreements(looks: Sequence[Look]) -> list[float]:
    """1 - Dice of the branches, 0 to 1, as the mean of the classes.

    Two empty masks agree, but a class found in most cases was then probably missed: such a case
    counts as the share of the cases with the class.
    """
    if not looks:
        return []
    totals = torch.stack([seen.overlap.sum(0) for seen in looks]).double()  # (cases, K, 3)
    sizes = totals[..., 0] + totals[..., 1]
    values = 1 - 2 * totals[..., 2] / sizes.clamp_min(1)
    usual = (sizes > 0).double().mean(0).expand_as(sizes)
    return torch.where(sizes > 0, values, usual).mean(1).tolist()


def evenly(doubt: Tensor, distance: Tensor, points: Tensor) -> Tensor:
    """How much nearer all cases together come to a labelled one by labelling each."""
    return (distance[:, None] - torch.cdist(points, points)).clamp_min(0).sum(0)


def rank(
    looks: Sequence[Look],
    labelled: Sequence[Tensor],
    names: Sequence[str],
    worth: Callable[[Tensor, Tensor, Tensor], Tensor] = evenly,
) -> list[Ranked]:
    """All cases, starting with the one to label first.

    Greedy: a ranked case counts as labelled for those that follow.

    Args:
        labelled: features of the labelled cases.
        names: of the K classes.
        worth: the worth of a case's label (cases,), from its disagreement (cases,), its distance to
            the nearest labelled case (cases,) and the cases' features (cases, D).
    """
    if not looks:
        return []
    count, unsure = len(looks), disagreements(looks)
    points = _standardised([*(seen.features for seen in looks), *labelled])
    others = points[count:] if len(labelled) else points[:count].mean(0, keepdim=True)
    points = points[:count]
    first = distance = torch.cdist(points, others).amin(1)
    usual = max(distance.median().item(), 1e-9)

    doubt = torch.tensor(unsure, dtype=torch.float64)
    left = torch.ones(count, dtype=torch.bool)
    result: list[Ranked] = []
    while len(result) < count:
        best = _largest(left, worth(doubt, distance, points), doubt)
        left[best] = False
        novelty, alone = (d[best].item() / (d[best].item() + usual) for d in (distance, first))
        reason = _reason(looks[best], unsure[best], novelty, alone, names)
        result.append(Ranked(best, unsure[best], novelty, reason))
        distance = torch.minimum(distance, (points - points[best]).norm(dim=1))
    return result


def _largest(left: Tensor, *keys: Tensor) -> int:
    """Of the indices ``left``, the one with the largest first key; ties go by the next key."""
    for key in keys:
        left = left & (key == key[left].max())
    return int(left.nonzero()[0])


def _standardised(vectors: Sequence[Tensor]) -> Tensor:
    """Points (cases, D): every feature has mean 0 and deviation 1, so none dominates."""
    points = torch.stack(list(vectors)).double()
    points = points - points.mean(0)
    return points / points.square().mean(0).sqrt().clamp_min(1e-9) / points.shape[1] ** 0.5


def _reason(seen: Look, unsure: float, novelty: float, alone: float, names: Sequence[str]) -> str:
    """One or two sentences; ``alone``: the novelty without the cases ranked before."""
    parts = []
    if unsure >= UNSURE:
        parts.append(_doubt(seen.overlap, names))
    if novelty >= UNLIKE:
        parts.append("It looks unlike all labelled cases.")
    elif novelty < LIKE <= alone:
        parts.append("It looks much like a case higher up in this list.")
    elif not parts:
        parts.append("The model is mostly sure, and it looks like cases that are labelled.")
    return " ".join(parts)


def _doubt(overlap: Tensor, names: Sequence[str]) -> str:
    """What the model is least sure of, by its overlap (n, K, 3)."""
    one, two, common = overlap.sum(0).unbind(1)
    size = one + two
    agreement = torch.where(size > 0, 2 * common / size.clamp_min(1), 0.0)
    worst = int(agreement.argmin())
    name = names[worst]
    if not size[worst]:
        return f"The model does not find {name}."
    if not one[worst] or not two[worst]:
        return f"The model is not sure whether there is {name}."
    one, two, common = overlap[:, worst].unbind(1)
    there = one + two > 0
    if int(there.sum()) < 2:
        return f"The model is sure of only {100 * agreement[worst]:.0f} % of {name}."
    unsure = (2 * common[there] / (one + two)[there] < UNSURE_SLICE).double().mean()
    return f"The model is unsure of the border of {name} in {100 * unsure:.0f} % of its slices."
