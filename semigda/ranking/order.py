"""Which unlabelled cases to label next: an even cover of what the images look like.

A case is worth how much nearer, in an encoder's features, all others come to a labelled one: a copy
of a chosen case is worth nothing, and an odd case that stands for itself alone is worth little.
Doubt finds badly segmented cases, but labelling those first gave no better model: it is only shown,
and sorts the predicted labels that await a decision.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from semigda.data.grid import working_grid
from semigda.data.volumes import Volume
from semigda.inference.doubt import certainty
from semigda.inference.likeness import Features
from semigda.inference.predict import Prediction
from semigda.inference.segment import Segmentation, preprocessing_of, segment_volume
from semigda.networks.semigda import SemiGDA
from semigda.progress import UNWATCHED, Progress
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard

UNSURE_SLICE = 0.8  # certainty in a slice, below which the model is unsure there
UNSURE, UNLIKE, LIKE = 0.15, 0.55, 0.3  # from here on doubt and novelty are mentioned


@dataclass(frozen=True)
class Look:
    """The result of one pass over an unlabelled case.

    Attributes:
        counts: (n, K, 3) of every slice and foreground class, see
            :func:`semigda.inference.doubt.counted`.
        features: see :class:`semigda.inference.likeness.Features`.
    """

    counts: Tensor
    features: Tensor


@dataclass(frozen=True)
class Ranked:
    """A case's rank.

    Attributes:
        index: into the looks.
        disagreement: 0 to 1, doubt about what was found, as the mean of the classes (the name is
            that of an earlier measure).
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

    def watch(slices: Tensor, _: Prediction) -> None:
        features.add(slices)

    done = segment_volume(network, card, volume, options, progress, watch=watch, **others)
    assert done.counts is not None, "a look is reviewed"
    return done, Look(done.counts[:, 1:], features.vector())


def doubts(looks: Sequence[Look]) -> list[float]:
    """1 - certainty, 0 to 1, as the mean of the classes.

    Where nothing is found nothing is in doubt, but a class found in most cases was then probably
    missed: such a case counts as the share of the cases with the class.
    """
    if not looks:
        return []
    totals = torch.stack([seen.counts.sum(0) for seen in looks]).double()  # (cases, K, 3)
    there = totals[..., 2] > 0
    usual = there.double().mean(0).expand(there.shape)
    return torch.where(there, 1 - certainty(totals), usual).mean(1).tolist()


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
        worth: the worth of a case's label (cases,), from the doubt about it (cases,), its
            distance to the nearest labelled case (cases,) and the cases' features (cases, D).
    """
    if not looks:
        return []
    count, unsure = len(looks), doubts(looks)
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
        parts.append(_doubt(seen.counts, names))
    if novelty >= UNLIKE:
        parts.append("It looks unlike all labelled cases.")
    elif novelty < LIKE <= alone:
        parts.append("It looks much like a case higher up in this list.")
    elif not parts:
        parts.append("The model is mostly sure, and it looks like cases that are labelled.")
    return " ".join(parts)


def _doubt(counts: Tensor, names: Sequence[str]) -> str:
    """What the model is least sure of, by its counts (n, K, 3)."""
    total = counts.sum(0)
    sure = certainty(total)
    sure[total[:, 2] == 0] = 0.0
    worst = int(sure.argmin())
    name = names[worst]
    if not total[worst, 2]:
        return f"The model does not find {name}."
    if not total[worst, 0]:
        return f"The model is not sure whether there is {name}."
    slices = counts[counts[:, worst, 0] > 0, worst]
    if len(slices) < 2:
        return f"The model is sure of only {100 * sure[worst]:.0f} % of {name}."
    unsure = (certainty(slices) < UNSURE_SLICE).double().mean()
    return f"The model is unsure of the border of {name} in {100 * unsure:.0f} % of its slices."
