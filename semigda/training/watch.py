"""Watching stage 2: Dice of held-out cases, pictures, and classes that are not found.

Nothing is chosen by what is measured here: it only fills the curves and pictures.
"""

from __future__ import annotations

import math

import numpy as np

from semigda.distributed import ALONE, Ranks
from semigda.method.palette import Palette
from semigda.networks.semigda import SemiGDA
from semigda.progress import Progress
from semigda.training.dataset import CaseSlices, some_of, without_labels
from semigda.training.previews import overlays, pick_slices, pictures, sheet
from semigda.training.stuck import likely_causes
from semigda.training.validate import evaluating, label_slices, validate
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.preprocessing import Preprocessing

# A class below this Dice after this share of stage 2 has not been found.
STUCK_DICE, STUCK_SHARE = 0.02, 0.3


class Watch:
    """What is measured and shown of a network while it trains, the same on all ranks.

    Attributes:
        history: the validations: step, cases, and Dice by use and class name.
        stuck: the classes that were told to be stuck.
        losses: of the labelled slices, at the first and the last step that was logged.
    """

    def __init__(
        self,
        settings: TrainSettings,
        progress: Progress,
        palette: Palette,
        slices: dict[str, list[CaseSlices]],
        ranks: Ranks = ALONE,
    ):
        self.settings, self.progress, self.palette = settings, progress, palette
        self.slices, self.ranks = slices, ranks
        self.some = some_of(slices["val"], settings.validation_cases)
        self.names = [label["name"] for label in settings.card["labels"]]
        self.history: list[dict] = []
        self.stuck: list[str] = []
        self.losses: list[float] = []

        preprocessing = Preprocessing.from_dict(settings.preprocessing)
        self._rgb = preprocessing.channels == "rgb"
        colours = [(0, 0, 0), *(label["color"] for label in settings.card["labels"])]
        self._colours = np.array(colours, dtype=np.uint8)
        self._shown = {
            "held-out": pick_slices(slices["val"], preprocessing.size, labelled=True),
            "unlabeled": pick_slices(without_labels(slices), preprocessing.size, labelled=False),
        }

    # Part of the checkpoint

    def state(self) -> dict:
        """For :meth:`restore`."""
        return {name: getattr(self, name) for name in ("history", "stuck", "losses")}

    def restore(self, state: dict) -> None:
        """Take over what an earlier process saw."""
        for name in self.state():
            setattr(self, name, state[name])

    # Measuring

    def is_due(self, step: int) -> bool:
        """Whether Dice is to be measured now, after ``step`` steps; the end is measured apart."""
        parts = self.settings.validations + 1
        times = {round(self.settings.steps * part / parts) for part in range(1, parts)}
        done = any(entry["step"] == step for entry in self.history)
        return bool(self.some) and 0 < step < self.settings.steps and step in times and not done

    def measure(self, step: int, network: SemiGDA) -> None:
        """Dice of some held-out cases; what is stuck is told."""
        dice = self.dice(network, self.some)
        entry = {"step": step, "cases": len(self.some), "dice": dice}
        self.history.append(entry)
        self.progress.event("validation", **entry)
        if step > STUCK_SHARE * self.settings.steps:
            self._tell_stuck(step, dice["both"])

    def dice(self, network: SemiGDA, cases: list[CaseSlices]) -> dict[str, dict[str, float | None]]:
        """Mean Dice of each class, by name, for every use of the network; None of a class that is
        nowhere, neither true nor found."""
        scores = validate(network, self.palette, cases, self.progress, self.ranks)
        return {
            use: {
                name: None if math.isnan(dice) else round(dice, 4)
                for name, dice in zip(self.names, values, strict=True)
            }
            for use, values in scores.items()
        }

    def saw(self, losses: dict[str, float]) -> None:
        """Logged losses of a step of stage 2."""
        if math.isfinite(losses["total"]):
            self.losses = [*self.losses[:1], losses["total"]]

    def _tell_stuck(self, step: int, dice: dict[str, float | None]) -> None:
        for value, name in enumerate(self.names, 1):
            there, found = any(case.pixels(value) for case in self.some), dice[name]
            lost = there and found is not None and found < STUCK_DICE
            if lost and name not in self.stuck:
                self.stuck.append(name)
                causes = likely_causes(value, self.settings, self.slices, self.losses)
                self.progress.event("stuck", classes=[name], step=step, causes=causes)

    # Showing

    def sheets(self, network: SemiGDA) -> dict[str, np.ndarray]:
        """Held-out slices with truth and prediction, unlabelled ones with pseudo labels."""
        result = {}
        with evaluating(network):
            for kind, picked in self._shown.items():
                if picked is None:
                    continue
                images, truth = picked
                grey = pictures(images, self._rgb)
                guess = label_slices(network, self.palette, images)
                shown = [truth, guess["both"]]
                if kind == "unlabeled":
                    shown = [labels for use, labels in guess.items() if use != "both"]
                result[kind] = sheet(grey, *(overlays(grey, x, self._colours) for x in shown))
        return result
