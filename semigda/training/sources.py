"""How far to believe other programs' results: by what they are worth where people labelled.

An image that nobody labelled may have another program's result, a *machine label*. It teaches in
place of our averaged network, the teacher, as long as it is better than the teacher is. On cases
that people labelled and the program segmented too, its Dice is known, and the teacher's is known
too, but is too good: it learned from these very labels. What it is worth on new images is told by
both together: where it agrees less with the program on unlabelled slices than on labelled ones, its
own Dice is lower by that factor. New images may also be harder than the labelled ones, for the
program too: its Dice is taken to be lower by half as much.

Doing harm is worse than not helping. So a program teaches nothing until it has been measured and
found to be better, and a training that never believes one ends with the weights, bit for bit, of
one that has no results: the draws are the same, and what is measured changes nothing else. The
first measurement is made when the supervised warm-up ends and the teacher would begin to teach.
Before that, nearly any program is better than a network that has hardly learned, and there is
no lesson of the teacher that it could take the place of.

Few labelled cases measure badly, and images that the program taught wrongly cost more than those
that it did not teach: it counts by the lower end of the 95 % confidence interval of its mean Dice
over patients, and where both are equal our own teacher teaches. Dice is the mean over slices, as a
pooled one tells of large structures only.

No held-out case is looked at, and no random number drawn: everything follows from the slices and
the weights, so a resumed training believes what it believed before.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import stdev
from typing import Any

import torch
from torch import Tensor

from semigda.distributed import ALONE, Ranks
from semigda.method.palette import Palette
from semigda.networks.semigda import SemiGDA
from semigda.training.dataset import CaseSlices, some_of
from semigda.training.validate import class_dice, evaluating, label_slices, mean, overlap
from semigda_core.labels.finished import IGNORED

MEASURED_PATIENTS = 2  # with labels: fewer say nothing of a program
# Student's t of a two-sided 95 % interval, for 1, 2, 3 ... degrees of freedom; then about 2.
T95 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23)
SLICES = 24  # of each kind that a measurement looks at
MEASUREMENTS = 12  # of the teacher, from the end of the warm-up on
MARGIN = 0.1  # of Dice: a program that is better by that teaches alone

Spot = tuple[CaseSlices, int]  # a case and one of its slices


@dataclass(frozen=True, eq=False)
class Trust:
    """What machine labels count in a step: a value for each program, and a 0 for no program.

    Attributes:
        share: (S + 1,) the chance that the program teaches an image, and not our teacher.
        weight: (S + 1,) of its labels in the loss.
        whole: (S + 1,) whether it knows all classes; else its background says nothing.
    """

    share: Tensor
    weight: Tensor
    whole: Tensor


class Source:
    """A program: its results on the cases that train, and what they are worth.

    Attributes:
        classes: that it found anywhere: those that it knows.
        dice: the mean over these classes and labelled slices; None where too few patients tell.
        low: the lower end of its 95 % confidence interval over patients.
        teacher: the Dice that our averaged network has on unlabelled images; 0 until it is known.
        agreement: of both on unlabelled slices, over that on labelled ones; at most 1.
        taught: the share of its images that it taught so far, of all that our teacher or it could.
    """

    def __init__(self, labelled: list[CaseSlices], unlabelled: list[CaseSlices], classes: int):
        self.labelled, self.unlabelled = labelled, unlabelled
        self.known = classes
        self.classes = sorted({value for case in labelled + unlabelled for value in _found(case)})
        self.judged = some_of([(case, n) for case in labelled for n in _shown(case)], SLICES)
        self.others = some_of([(case, n) for case in unlabelled for n in _shown(case)], SLICES)
        self.teacher, self.agreement, self.taught = 0.0, 0.0, 0.0
        self.dice: float | None = None
        self.low = 0.0
        by_patient: dict[Hashable, list[float]] = {}
        for case, number in self.judged:
            dice = self._dice(_machine((case, number)), _truth((case, number)))
            if not math.isnan(dice):  # a case without any class that it knows does not tell
                by_patient.setdefault(case.patient or id(case), []).append(dice)
        if len(by_patient) >= MEASURED_PATIENTS:
            means = [mean(values) for values in by_patient.values()]
            self.dice = mean(means)
            t = T95[min(len(means) - MEASURED_PATIENTS, len(T95) - 1)]
            self.low = max(0.0, self.dice - t * stdev(means) / math.sqrt(len(means)))

    @property
    def whole(self) -> bool:
        """Whether it knows every class."""
        return len(self.classes) == self.known

    @property
    def worth(self) -> float:
        """Its Dice on new images, rather too low; 0 where too few patients tell."""
        return self.low * (1 + self.agreement) / 2

    @property
    def share(self) -> float:
        """See :class:`Trust`. A teacher that finds nothing yet is nothing to compare with."""
        if self.dice is None or self.teacher == 0:
            return 0.0
        return min(max((self.worth - self.teacher) / MARGIN, 0.0), 1.0)

    def measure(self, teacher: SemiGDA, palette: Palette, ranks: Ranks) -> None:
        """Find out what the averaged network is worth by now; the ranks share the slices."""
        if self.dice is None:
            return
        right, agrees, elsewhere = [], [], []
        for spot, guess in _guesses(teacher, palette, self.judged[ranks.rank :: ranks.world]):
            right.append(self._dice(guess, _truth(spot)))
            if (_machine(spot) % IGNORED).any():  # as all of the unlabelled slices
                agrees.append(self._dice(guess, _machine(spot)))
        for spot, guess in _guesses(teacher, palette, self.others[ranks.rank :: ranks.world]):
            elsewhere.append(self._dice(guess, _machine(spot)))
        parts = ranks.gather((right, agrees, elsewhere))
        seen, same, new = (mean(sum(values, [])) for values in zip(*parts, strict=True))
        self.agreement = min(1.0, new / same) if same else 1.0
        self.teacher = seen * self.agreement

    def _dice(self, guess: Tensor, truth: Tensor) -> float:
        """Of one slice, the mean over the classes that the program knows and that are in it; NaN
        without any. Pixels of which one of both says nothing do not count."""
        labelled = (truth != IGNORED) & (guess != IGNORED)
        dice = class_dice(overlap(guess[labelled], truth[labelled], self.known))
        values = [dice[value - 1] for value in self.classes if not math.isnan(dice[value - 1])]
        return mean(values) if values else math.nan


class Sources:
    """The programs of a training's machine labels.

    Args:
        labelled, unlabelled: the cases that train.
        weight: largest weight of what is not a person's label.
        steps: of stage 2.
        warm_up: share of them in which only people's labels teach.

    Attributes:
        names: of the programs that teach; their places are their numbers in a batch.
    """

    def __init__(
        self,
        labelled: Sequence[CaseSlices],
        unlabelled: Sequence[CaseSlices],
        palette: Palette,
        weight: float,
        steps: int,
        warm_up: float,
        ranks: Ranks = ALONE,
    ):
        self.palette, self.weight, self.ranks = palette, weight, ranks
        parts = (warm_up + (1 - warm_up) * n / MEASUREMENTS for n in range(MEASUREMENTS))
        self.due = {math.ceil(round(steps * part, 6)) for part in parts}  # after so many steps
        self.lessons = max(1, steps - min(self.due))  # steps in which unlabelled images teach
        self.names = sorted({case.source for case in unlabelled if case.source is not None})
        self.all = [
            Source(
                [case for case in labelled if case.source == name],
                [case for case in unlabelled if case.source == name],
                palette.num_classes,
            )
            for name in self.names
        ]

    def trust(self, device: torch.device | str = "cpu") -> Trust | None:
        """What they count in the next step of stage 2, on a device; None where none of them
        teaches."""
        if not any(source.share for source in self.all):
            return None
        share = (*(source.share for source in self.all), 0.0)
        worth = (*(source.worth for source in self.all), 0.0)
        whole = (*(source.whole for source in self.all), False)
        return _trust(share, worth, whole, self.weight, device)

    def follow(self, step: int, teacher: SemiGDA) -> bool:
        """After ``step`` steps: measure the teacher if it is time; whether it was."""
        for source in self.all:
            source.taught += source.share / self.lessons
        if not self.all or step not in self.due:
            return False
        with evaluating(teacher):
            for source in self.all:
                source.measure(teacher, self.palette, self.ranks)
        return True

    # Reporting

    def report(self) -> dict[str, dict[str, Any]]:
        """Of each program: the unlabelled cases and the labelled ones, which measure it; its Dice
        there (None: not measured) and our teacher's; the share of its images that it teaches now,
        and that it taught so far."""
        return {
            name: {
                "cases": len(source.unlabelled),
                "measured": len(source.labelled) if source.dice is not None else 0,
                "dice": None if source.dice is None else round(source.dice, 4),
                "teacher": None if source.dice is None else round(source.teacher, 4),
                "share": round(source.share, 4),
                "taught": round(min(source.taught, 1.0), 4),
            }
            for name, source in zip(self.names, self.all, strict=True)
        }

    def state(self) -> list[tuple[float, ...]]:
        """For :meth:`restore`; part of the checkpoint."""
        return [(source.teacher, source.agreement, source.taught) for source in self.all]

    def restore(self, state: Sequence[tuple[float, ...]]) -> None:
        """Take over what an earlier process measured; earlier versions knew less, or nothing."""
        for source, known in zip(self.all, state, strict=False):
            source.teacher, source.agreement, source.taught = (*known, 0.0)[:3]


@lru_cache(1)
def _trust(
    share: tuple[float, ...],
    worth: tuple[float, ...],
    whole: tuple[bool, ...],
    weight: float,
    device: torch.device | str,
) -> Trust:
    """Copied when it changes, and not in each step: a copy waits for a graphics card."""
    weights = weight * torch.tensor(worth)
    parts = (torch.tensor(share), weights, torch.tensor(whole))
    return Trust(*(part.to(device) for part in parts))


def _found(case: CaseSlices) -> set[int]:
    """The classes that the program found."""
    assert case.machine is not None
    return {value for _, value, _ in case.machine.pixels if value != IGNORED}


def _shown(case: CaseSlices) -> list[int]:
    """The slices to draw from where the program or a person sees something."""
    assert case.machine is not None
    seen = {number for number, value, _ in case.machine.pixels if value != IGNORED}
    seen |= set(case.foreground)
    return sorted(seen & set(case.drawn))


def _machine(spot: Spot) -> Tensor:
    case, number = spot
    assert case.machine is not None
    return case.machine[number]


def _truth(spot: Spot) -> Tensor:
    case, number = spot
    return case.truth[number]


def _guesses(teacher: SemiGDA, palette: Palette, spots: list[Spot]) -> list[tuple[Spot, Tensor]]:
    """The teacher's labels of whole slices: one after the other, as their sizes differ."""
    found = []
    for case, number in spots:
        guess = label_slices(teacher, palette, case.images(number, number + 1))["both"]
        found.append(((case, number), guess[0]))
    return found
