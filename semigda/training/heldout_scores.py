"""What the models of a training job are worth on its held-out cases.

The scores stand in the job's folder: what a kill or a pause leaves is not scored again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from semigda.data.cases import read_cases
from semigda.evaluation.calibrate import outcomes_of
from semigda.evaluation.evaluate import WHOLE, evaluate_network
from semigda.inference.device import free_cache
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.networks.unet import UNet
from semigda.progress import Progress
from semigda_core.files.atomic import write_json
from semigda_core.jobs import schema
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.models.card import ModelCard
from semigda_core.models.doubt import OUTCOMES as OUTCOMES_RULE
from semigda_core.models.doubt import Patient, read_outcomes
from semigda_core.project.training.judging import scores_of

FOLDS = "folds"  # has a numbered folder for each turn of held-out patients
SCORES, SCORED_ON = "scores.json", "scored_on.json"
OUTCOMES = "outcomes.json"  # how certain the model was of each class, and how right

# Dice, 0 to 1, by case, then by class; None where it is undefined.
Scores = dict[str, dict[str, float | None]]


class HeldOutScores:
    """The scores of a job's models, by the real inference on the images' own grids.

    Args:
        device: that computes, as in :class:`SegmentOptions`.
    """

    def __init__(self, job: JobFolder, device: str):
        self.job, self.options = job, SegmentOptions(device)

    def kept(self, name: str, compute: Callable[[], Scores]) -> Scores:
        """What ``compute`` gives, from the job's folder if it was computed before."""
        path = self.job.path / name
        if not path.exists():
            write_json(path, compute())
        return read_scores(path)

    def of_model(self, model: Path, cases: Path | str, folder: Path | None = None) -> Scores:
        """Of a model package on a list's held-out cases; none if the list has no such case.

        Args:
            folder: where :data:`OUTCOMES` are written; None: nowhere.
        """
        if not any(case.role == "val" for case in read_cases(cases)):
            return {}
        return self.of_network(*load_network(model), cases, folder)

    def of_network(
        self,
        network: SemiGDA | UNet,
        card: ModelCard,
        cases: Path | str,
        folder: Path | None = None,
    ) -> Scores:
        """:meth:`of_model` of a network that is loaded."""
        held_out = [case for case in read_cases(cases) if case.role == "val"]
        result = evaluate_network(
            network, card, held_out, self.options, _Scoring(self.job), doubt=folder is not None
        )
        free_cache()
        if count := len(result["failures"]):
            left_out = f"{count} held-out case{'' if count == 1 else 's'} could not be scored."
            self.job.event("warning", message=left_out)
        some = {r["case"]: r["scored_on"] for r in result["rows"] if r["scored_on"] != WHOLE}
        if some:
            write_json(self.job.path / SCORED_ON, self.scored_on() | some)
        if folder is not None:
            found = outcomes_of(result["rows"], held_out)
            write_json(folder / OUTCOMES, [[one._asdict() for one in patient] for patient in found])
        return scores_of(result["rows"])

    def scored_on(self) -> dict[str, str]:
        """What the scores of partly labelled cases are of, by case."""
        path = self.job.path / SCORED_ON
        return schema.read(path, schema.SCORED_ON, "The scored slices") if path.exists() else {}

    def scored_folds(self) -> list[int]:
        """The numbers of the folds that are scored, in order."""
        files = (self.job.path / FOLDS).glob(f"*/{SCORES}")
        return sorted(int(path.parent.name) for path in files)

    def outcomes(self) -> list[Patient]:
        """Of all held-out patients; jobs of earlier versions have none."""
        files = [self.job.path / OUTCOMES, *(self.job.path / FOLDS).glob(f"*/{OUTCOMES}")]
        rows = [
            row
            for file in files
            if file.exists()
            for row in schema.read(file, OUTCOMES_RULE, "How certain the model was")
        ]
        return read_outcomes(rows)

    def tell_alarms(self, rows: list[dict[str, Any]], classes: list[str]) -> None:
        """Say what no Dice tells: what was found where nothing of its class is drawn.

        Args:
            rows: of the comparison.
            classes: names, in the order of the model's labels.
        """
        found = [one.value for patient in self.outcomes() for one in patient if not one.truth]
        for value, name in enumerate(classes, 1):
            without = sum(row["class"] == name and row["after"] is None for row in rows)
            if count := found.count(value):
                self.job.event(
                    "warning",
                    message=f"The class '{name}' was found in the one held-out case that has none "
                    "of it. The scores do not count this."
                    if without == 1
                    else f"The class '{name}' was found in {count} of {without} held-out cases "
                    "that have none of it. The scores do not count this.",
                )


def read_scores(path: Path | str) -> Scores:
    """Those of a file that :meth:`HeldOutScores.kept` wrote; "bad-input" if it is damaged."""
    return schema.read(Path(path), schema.SCORES, "The scores")


class _Scoring(Progress):
    """Says what it does, and leaves the job's progress where it is."""

    def _update(self, message: str) -> None:
        if self.job is not None:
            self.job.update("running", message=message)
