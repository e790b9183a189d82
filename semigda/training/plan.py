"""A project's training: the folds, the last training, and whether its model is better.

What a kill or a pause leaves is used again: finished folds and scores stand in the job's folder,
and an unfinished training continues from its checkpoint. Importing this imports torch.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from semigda.data.cases import read_cases
from semigda.distributed import Ranks, joined
from semigda.evaluation.calibrate import outcomes_of
from semigda.evaluation.evaluate import WHOLE, evaluate_network
from semigda.inference.device import choose_device, free_cache
from semigda.inference.device_lock import alone_on, lock_file
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.networks.unet import UNet
from semigda.progress import Part, Progress
from semigda.training.checkpoint import remove_checkpoint
from semigda.training.preflight import check_training
from semigda.training.train import train
from semigda.training.unet import train_beside
from semigda_core.errors import Paused, SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.jobs import schema
from semigda_core.jobs.failures import classify
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.card import CARD_FILE, ModelCard
from semigda_core.models.doubt import OUTCOMES as OUTCOMES_RULE
from semigda_core.models.doubt import Patient, doubt_entry, read_outcomes
from semigda_core.project.training.budget import UNET_WORK
from semigda_core.project.training.comparison import FILE as COMPARISON
from semigda_core.project.training.comparison import partly
from semigda_core.project.training.judging import beside_unet, compare_scores, scores_of

SCORES, SCORED_ON = "scores.json", "scored_on.json"
OUTCOMES = "outcomes.json"  # how certain the model was of each class, and how right
SCORING_SHARE = 0.05  # of the job's progress, for the scores after the last training

Scores = dict[str, dict[str, float | None]]


def train_plan(job: JobFolder) -> tuple[dict[str, Any], dict[str, Any]]:
    """Do the whole plan of a training job and return its outputs and the card's summary.

    The job's inputs: ``cases``, the case list of the last training; ``folds``, a file with a list
    of case lists, one for every patient held out in turn, empty where cases are held out for
    good; and of the model to compare with either the folder, ``before``, or ``before_scores``, a
    file with its Dice by case and class. With ``compare_unet`` a plain U-Net is trained as well
    and scored on the same cases.

    Under torchrun the first process does the plan, and the others share its trainings.

    Raises:
        SemiGDAError, Paused: as the training.
    """
    options = dict(job.job["options"])
    shared = options.pop("share_device", False)
    settings = TrainSettings.from_dict({**options, "cases": job.job["inputs"]["cases"]})
    device = choose_device(settings.device)
    check_planned(job, device.type)
    with joined(device) as ranks:
        cards = [path for path in ranks.gather(lock_file(device)) if path is not None]
        if not ranks.first:
            return _share_trainings(job, ranks)
        try:
            with alone_on([] if shared else cards, job):
                done = _Plan(job, settings, ranks).run()
        except (Paused, SemiGDAError) as error:
            if isinstance(error, Paused) or error.error_class == "cancelled":
                ranks.share(None)
            raise
        ranks.share(None)
        return done


def check_planned(job: JobFolder, device: str) -> None:
    """Compare the device that computes with the one that the plan was measured on.

    What took minutes on a graphics card may take a day without it. A training that has begun
    continues all the same.

    Raises:
        SemiGDAError: "device-unavailable" before the first step, if the card is gone.
    """
    planned = job.job["inputs"].get("planned_for")
    begun = any(job.path.rglob("checkpoint.pt*"))
    if planned == "cuda" != device and not begun:
        raise SemiGDAError(
            "device-unavailable",
            "This training was planned for a graphics card, and none can be used now.",
            action="Rehearse again: the plan then suits this computer. Or resume the training "
            "when the card can be used.",
        )
    if planned == "cpu" and device == "cuda" and not begun:
        job.event(
            "warning",
            message="This training was planned without the graphics card that can be used now: "
            "after another rehearsal it does more in its time.",
        )


def _share_trainings(job: JobFolder, ranks: Ranks) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take part in what the first process begins, until it says that there is nothing more."""
    while (training := ranks.share()) is not None:
        try:
            train(training[0], job, training[1])
        except (Paused, SemiGDAError) as error:
            # By agreement: the first one, which raised it too, says what comes next.
            if not isinstance(error, Paused) and error.error_class != "cancelled":
                raise
    return {}, {}


class _Plan:
    def __init__(self, job: JobFolder, settings: TrainSettings, ranks: Ranks):
        self.job, self.settings, self.ranks = job, settings, ranks
        self.folds: list[list[dict]] = schema.read(
            Path(job.job["inputs"]["folds"]), schema.FOLDS, "The list of folds"
        )
        self.scheme = "leave-one-out" if self.folds else "split"
        self.classes = [label["name"] for label in settings.card["labels"]]

    def run(self) -> tuple[dict[str, Any], dict[str, Any]]:
        settings, count = self.settings, len(self.folds) + 1
        unets = (len(self.folds) or 1) * bool(self.job.job["inputs"].get("compare_unet"))
        share = (1 - SCORING_SHARE) / (count + UNET_WORK * unets)
        out = Path(settings.out)
        if self.folds and not (out / CARD_FILE).exists():
            check_training(settings)  # the last one of all, before hours of folds
        after: Scores = {}
        for index in range(count - 1):
            scores = self._fold(index, Part(index, count, "fold", index * share, share))
            if scores is None:
                break
            after |= scores
        if not (out / CARD_FILE).exists():  # its name is this job's alone
            start = (count - 1) * share
            self._train(settings, Part(count - 1, count, "final", start, share))
        self.job.update("running", progress=count * share)
        if not self.folds:
            after = self._kept(SCORES, lambda: self._scores(out, settings.cases, self.job.path))
        result = compare_scores(after, self._before(after), self.classes, self.scheme)
        result |= {"missing": self.job.job["inputs"].get("missing_heldout", 0)}
        scored_on = self._scored_on()
        for row in result["rows"]:
            if row["case"] in scored_on:
                row["scored_on"] = scored_on[row["case"]]
        write_json(self.job.path / COMPARISON, result)
        self.job.event("compared", **{k: v for k, v in result.items() if k != "rows"})
        self._tell_alarms(result["rows"])
        card = self._tell_card(out, result, len(after))
        if unets and after:
            self._compare_unet(out, result, after, count * share + SCORING_SHARE)
        # From the job's folder on: what the project's folder lies in may be called after a patient.
        model = os.path.relpath(out, self.job.path).replace(os.sep, "/")
        outputs = {"model": model, "comparison": COMPARISON}
        return outputs, card.training

    def _fold(self, index: int, part: Part) -> Scores | None:
        """The scores of a training on the patient that it has not seen; None if it was stopped.

        Its model only serves to be scored, and is deleted.
        """
        folder = self.job.path / "folds" / str(index)
        folder.mkdir(parents=True, exist_ok=True)
        scores, ended = None, self.job.path / "folds" / "stopped.json"
        try:
            if not (folder / SCORES).exists():
                if ended.exists():  # by an earlier process, which answered the request
                    return None
                self._leave_if_stopped()
                self._train_fold(index, part, folder)
            scores = _read_scores(folder / SCORES)
        except SemiGDAError as error:
            stopped = self.job.requested("stop") and not self.job.requested("cancel")
            if error.error_class != "cancelled" or not stopped:
                raise
            write_json(ended, True)
            self.job.clear("stop")
            self.job.event("warning", message="Stopped: the remaining patients are not scored.")
        shutil.rmtree(folder / "model", ignore_errors=True)
        for leftover in (*folder.glob("*.safetensors"), *folder.glob("*checkpoint*")):
            leftover.unlink()
        return scores

    def _train_fold(self, index: int, part: Part, folder: Path) -> None:
        model, cases = folder / "model", folder / "cases.json"
        if not (model / CARD_FILE).exists():
            write_json(cases, self.folds[index])
            settings = replace(
                self.settings,
                cases=str(cases),
                out=str(model),
                work=str(folder),
            )
            self._train(settings, part)
            self._leave_if_stopped()  # it ended early
        write_json(folder / SCORES, self._scores(model, cases, folder))

    def _compare_unet(self, out: Path, result: dict[str, Any], after: Scores, start: float) -> None:
        """Add to the comparison what a plain U-Net of the same budget reaches.

        Where patients are held out in turn, one for each of them. The model is there already: what
        goes wrong here is said, and ends nothing but this.
        """
        folds = sorted(int(path.parent.name) for path in self._scored())
        lists = [self.job.path / "folds" / str(fold) / "cases.json" for fold in folds]
        lists = lists or [Path(self.settings.cases)]
        share = (1 - start) / len(lists)
        unet: Scores = {}
        try:
            if self._stopped():
                raise SemiGDAError("cancelled")
            for number, cases in enumerate(lists):
                part = Part(number, len(lists), "unet", start + number * share, share)
                unet |= self._unet_scores(out, cases, self.job.path / "unet" / str(number), part)
        except (SemiGDAError, MemoryError, RuntimeError) as error:
            told = classify(error)
            if told.error_class in ("cancelled", "disk-full", "internal") and not self._stopped():
                raise
            why = "The training was stopped early." if self._stopped() else told.message
            self.job.event("warning", message=f"There is no U-Net to compare with. {why}")
            return
        result["unet"] = beside_unet(after, unet, self.classes)
        write_json(self.job.path / COMPARISON, result)

    def _unet_scores(self, out: Path, cases: Path, folder: Path, part: Part) -> Scores:
        """Of the U-Net of one case list, which only serves to be scored, and is deleted."""
        folder.mkdir(parents=True, exist_ok=True)

        def compute() -> Scores:
            settings = replace(self.settings, cases=str(cases))
            network = train_beside(settings, folder, self.job, part)
            return self._score(network, ModelCard.read(out), cases)

        scores = self._kept(f"unet/{folder.name}/{SCORES}", compute)
        remove_checkpoint(folder / "unet.pt")
        return scores

    def _train(self, settings: TrainSettings, part: Part) -> None:
        self.ranks.share((settings, part))
        train(settings, self.job, part)

    def _stopped(self) -> bool:
        """Whether the user asked to end with what there is."""
        ended = (self.job.path / "folds" / "stopped.json").exists()
        return (self.job.requested("stop") or ended) and not self.job.requested("cancel")

    def _leave_if_stopped(self) -> None:
        if self.job.requested("stop"):
            raise SemiGDAError("cancelled")

    def _before(self, after: Scores) -> Scores | None:
        """Of the model to compare with, on the same cases."""
        inputs = self.job.job["inputs"]
        if "before_scores" in inputs:
            return _read_scores(inputs["before_scores"])
        if "before" not in inputs or not after:
            return None
        model = Path(inputs["before"])
        if not self.folds:
            cases = inputs["cases"]
            return self._kept("before.json", lambda: self._scores(model, cases))
        rows = [row for fold in self.folds for row in fold if row["role"] == "val"]
        listed = self.job.path / "folds" / "all.json"
        write_json(listed, [row for row in rows if row["name"] in after])
        return self._kept("before.json", lambda: self._scores(model, listed))

    def _scored(self) -> list[Path]:
        return list((self.job.path / "folds").glob(f"*/{SCORES}"))

    def _outcomes(self) -> list[Patient]:
        """Of all held-out patients; jobs of earlier versions have none."""
        files = [self.job.path / OUTCOMES, *(self.job.path / "folds").glob(f"*/{OUTCOMES}")]
        rows = [
            row
            for file in files
            if file.exists()
            for row in schema.read(file, OUTCOMES_RULE, "How certain the model was")
        ]
        return read_outcomes(rows)

    def _kept(self, name: str, compute: Callable[[], Scores]) -> Scores:
        """What ``compute`` gives, from the job's folder if it was computed before."""
        path = self.job.path / name
        if not path.exists():
            write_json(path, compute())
        return _read_scores(path)

    def _scores(self, model: Path, cases: Path | str, told: Path | None = None) -> Scores:
        """Dice on a list's held-out cases, by the real inference on the images' own grids.

        Args:
            told: a folder for :data:`OUTCOMES`.
        """
        if not any(case.role == "val" for case in read_cases(cases)):
            return {}
        return self._score(*load_network(model), cases, told)

    def _score(
        self,
        network: SemiGDA | UNet,
        card: ModelCard,
        cases: Path | str,
        told: Path | None = None,
    ) -> Scores:
        """:meth:`_scores` of a network that is loaded, and not needed any more."""
        job = self.job
        held_out = [case for case in read_cases(cases) if case.role == "val"]
        options = SegmentOptions(self.settings.device)
        try:
            result = evaluate_network(
                network, card, held_out, options, _Scoring(job), doubt=told is not None
            )
        finally:
            del network
            free_cache()
        if result["failures"]:
            count = len(result["failures"])
            cases = f"{count} held-out case{'' if count == 1 else 's'} could not be scored."
            job.event("warning", message=cases)
        some = {r["case"]: r["scored_on"] for r in result["rows"] if r["scored_on"] != WHOLE}
        if some:
            write_json(job.path / SCORED_ON, self._scored_on() | some)
        if told is not None:
            found = outcomes_of(result["rows"], held_out)
            write_json(told / OUTCOMES, [[one._asdict() for one in patient] for patient in found])
        return scores_of(result["rows"])

    def _scored_on(self) -> dict[str, str]:
        """What the scores of partly labelled cases are of, by case."""
        path = self.job.path / SCORED_ON
        return schema.read(path, schema.SCORED_ON, "The scored slices") if path.exists() else {}

    def _tell_alarms(self, rows: list[dict[str, Any]]) -> None:
        """Say what no Dice tells: what was found where nothing of its class is drawn."""
        found = [one.value for patient in self._outcomes() for one in patient if not one.truth]
        for value, name in enumerate(self.classes, 1):
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

    def _tell_card(self, out: Path, result: dict[str, Any], count: int) -> ModelCard:
        """Let the card say what its scores are of."""
        card = ModelCard.read(out)
        patients, scored = len(self.folds), len(self._scored())
        if not self.folds:
            gone = f" ({result['missing']} more were not there)" if result["missing"] else ""
            told = f"{count} held-out cases{gone}; nothing was chosen on them"
            told = f"{count} held-out case{gone}; nothing was chosen on it" if count == 1 else told
            if some := len(partly(result["rows"])):
                told += f"; {some} of them on their labelled slices only"
        elif count:
            of_all = "" if scored == patients else f"{scored} of "
            told = (
                f"leave-one-out over {of_all}{patients} patients: of trainings that had not seen "
                "them, while this model learned from all"
            )
            dice = {name: values["after"] for name, values in result["classes"].items()}
            card.training["val_dice"] = dice
        else:
            told = "nothing: it was stopped before a patient was scored"
        card.training["scores_of"] = told
        card.training["heldout_dice"] = {
            name: values["after"] for name, values in result["classes"].items()
        }
        card.training["cases"]["val"] = count
        card.doubt = doubt_entry(self._outcomes(), [label.value for label in card.labels])
        card.write(out)
        return card


class _Scoring(Progress):
    """Says what it does, and leaves the job's progress where it is."""

    def _update(self, message: str) -> None:
        if self.job is not None:
            self.job.update("running", message=message)


def _read_scores(path: Path | str) -> Scores:
    return schema.read(Path(path), schema.SCORES, "The scores")
