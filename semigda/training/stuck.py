"""Why a class may not be found: causes that the run's own data show, each a sentence."""

from __future__ import annotations

from statistics import mean, median

from semigda.training.dataset import CaseSlices
from semigda_core.jobs.training import TrainSettings
from semigda_core.labels.sides import sided

FEW_SLICES = 10
TINY_PIXELS = 24  # about 5 x 5; detail below the latent's pixels of 4 to 8 is hard to draw
FAR_SMALLER = 1 / 3  # of the volume of the held-out labels
GREY_SHIFT = 0.5  # of mean brightness, whose range is [-1, 1]
FLAT = 0.03  # standard deviation of an image in that range
FALLEN = 0.9  # share of the first loss that a training is still above when it learns nothing

Slices = dict[str, list[CaseSlices]]


def likely_causes(
    value: int, settings: TrainSettings, slices: Slices, losses: list[float]
) -> list[str]:
    """Sentences about class ``value``, the likeliest first; never empty.

    Args:
        slices: the cases of each role on the working grid.
        losses: at the first and the last logged step of stage 2.
    """
    causes = [
        *_label_causes(value, slices),
        *_image_causes(slices),
        *_setting_causes(value, settings, losses),
    ]
    return causes or [
        "Nothing in the data explains it: compare the previews with the labels, slice by slice."
    ]


def _pixels(value: int, cases: list[CaseSlices]) -> list[list[int]]:
    """Pixels of the class in each slice that holds it, for each case that does."""
    return [counts for case in cases if (counts := case.pixels(value))]


def _label_causes(value: int, slices: Slices) -> list[str]:
    labeled, held_out = (_pixels(value, slices[role]) for role in ("labeled", "val"))
    if not labeled:
        return ["No labelled case holds it: check which segment names belong to this class."]
    causes = []
    count = sum(map(len, labeled))
    if count < FEW_SLICES:
        causes.append(
            f"Few labelled slices hold it ({count}, cases: {len(labeled)}): label more of it."
        )
    typical = median(n for case in labeled for n in case)
    if typical < TINY_PIXELS:
        causes.append(
            f"It is tiny on the working grid (pixels in a slice: about {typical:.0f}): choose a "
            "larger image size or a smaller spacing."
        )
    # Of cases that are labelled as a whole: what others hold is not known.
    whole = {role: [c for c in slices[role] if c.rest() is None] for role in ("labeled", "val")}
    sizes = [[sum(counts) for counts in _pixels(value, cases)] for cases in whole.values()]
    ours, theirs = (mean(size) if size else None for size in sizes)
    if ours is not None and theirs is not None and ours < FAR_SMALLER * theirs:
        causes.append(
            f"Its labels are {theirs / ours:.0f} times smaller in the labelled cases than in the "
            "held-out ones: look for labels that were not finished."
        )
    return causes


def _image_causes(slices: Slices) -> list[str]:
    labeled, held_out = (_brightness(slices[role]) for role in ("labeled", "val"))
    causes = []
    if abs(mean(m for m, _ in labeled) - mean(m for m, _ in held_out)) > GREY_SHIFT:
        causes.append(
            "The labelled images are much brighter or darker than the held-out ones: check the "
            "intensity rule and the images' units."
        )
    if median(spread for _, spread in labeled) < FLAT:
        causes.append("The labelled images are nearly uniform: check the intensity rule's range.")
    return causes


def _brightness(cases: list[CaseSlices]) -> list[tuple[float, float]]:
    """Mean and standard deviation of each case's middle slice, in [-1, 1]."""
    middles = (case.images(len(case) // 2, len(case) // 2 + 1) for case in cases)
    return [(image.mean().item(), image.std().item()) for image in middles]


def _setting_causes(value: int, settings: TrainSettings, losses: list[float]) -> list[str]:
    causes = []
    name = settings.card["labels"][value - 1]["name"]
    if settings.augmentation.mirror and sided([name]):
        causes.append(
            "Training mirrors images left and right, but this class is one side of the body: "
            "switch mirroring off."
        )
    if len(losses) == 2 and losses[1] > FALLEN * losses[0]:
        causes.append("The loss has hardly fallen: try a learning rate 3 times smaller or larger.")
    return causes
