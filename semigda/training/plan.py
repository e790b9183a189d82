"""A project's training: the folds, the last training, and whether its model is better.

What a kill or a pause leaves is used again: finished folds and scores stand in the job's folder,
and an unfinished training continues from its checkpoint. Importing this imports torch.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from semigda.data.cases import read_cases
from semigda.distributed import Ranks, joined
from semigda.inference.device import choose_device
from semigda.inference.device_lock import alone_on, lock_file
from semigda.progress import Part
from semigda.training.checkpoint import remove_checkpoint
from semigda.training.heldout_scores import FOLDS, SCORES, HeldOutScores, Scores, read_scores
from semigda.training.preflight import check_planned, check_training
from semigda.training.train import train
from semigda.training.unet import train_beside
from semigda_core.errors import Paused, SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.jobs import schema
from semigda_core.jobs.failures import classify
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.card import CARD_FILE, ModelCard
from semigda_core.models.doubt import doubt_entry
from semigda_core.project.training.budget import UNET_WORK
from semigda_core.project.training.comparison import FILE as COMPARISON
from semigda_core.project.training.comparison import named, partly
from semigda_core.project.training.judging import beside_unet, compare_scores

ALIKE = (
    "It learned from all labelled cases. The scores are those of the same training without the "
    "held-out ones."
)
GONE = "The model that the new one was to be compared with is gone, or damaged."
STOPPED = "stopped.json"  # in the folder of the folds: the user asked to end with what there is
SCORING_SHARE = 0.05  # of the job's progress, for the scores after the last training


def train_plan(job: JobFolder) -> tuple[dict[str, Any], dict[str, Any]]:
    """Do the whole plan of a training job and return its outputs and the card's summary.

    The job's inputs: ``cases``, the case list of the last training; ``folds``, a file with a list
    of case lists, one for every turn of held-out patients, empty where cases are held out for
    good; and of the model to compare with either the folder, ``before``, or ``before_scores``, a
    file with its Dice by case and class. With ``compare_unet`` a plain U-Net is trained as well
    and scored on the same cases. With ``scores``, a file, the model learns from all labelled cases,
    and these scores of a training like it on some of them are told as its own.

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
        self.folder = job.path / FOLDS
        self.scores = HeldOutScores(job, settings.device)
        self.folds: list[list[dict]] = schema.read(
            Path(job.job["inputs"]["folds"]), schema.FOLDS, "The list of folds"
        )
        self.alike = "scores" in job.job["inputs"]
        self.scheme = "leave-one-out" if self.folds or self.alike else "split"
        self.classes = [label["name"] for label in settings.card["labels"]]

    @cached_property
    def patients(self) -> dict[str, str]:
        """Of the cases, as far as the lists tell."""
        if self.folds:
            return {r["name"]: str(r["group"]) for fold in self.folds for r in fold if "group" in r}
        return {case.name: case.group for case in read_cases(self.settings.cases) if case.group}

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
            after = self.scores.kept(
                SCORES, lambda: self.scores.of_model(out, settings.cases, self.job.path)
            )
        result = self._compare(after)
        card = self._tell_card(out, result)
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
        folder = self.folder / str(index)
        folder.mkdir(parents=True, exist_ok=True)
        scores, ended = None, self.folder / STOPPED
        try:
            if not (folder / SCORES).exists():
                if ended.exists():  # by an earlier process, which answered the request
                    return None
                self._leave_if_stopped()
                self._train_fold(index, part, folder)
            scores = read_scores(folder / SCORES)
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
            settings = replace(self.settings, cases=str(cases), out=str(model), work=str(folder))
            self._train(settings, part)
            self._leave_if_stopped()  # it ended early
        write_json(folder / SCORES, self.scores.of_model(model, cases, folder))

    def _compare(self, after: Scores) -> dict[str, Any]:
        """Whether the new model is better than the one before; written, and told."""
        before = self._before(after)
        result = compare_scores(
            named(after, self.classes),
            before and named(before, self.classes),
            self.classes,
            self.scheme,
            self.patients,
        )
        if self.alike:
            result |= {"wins": True, "reason": ALIKE}
            if ModelCard.read(self.settings.out).training["steps_done"] < self.settings.steps:
                result["reason"] += " It was stopped early, so it may be worse."
        result |= {"missing": self.job.job["inputs"].get("missing_heldout", 0)}
        scored_on = self.scores.scored_on()
        for row in result["rows"]:
            if row["case"] in scored_on:
                row["scored_on"] = scored_on[row["case"]]
        write_json(self.job.path / COMPARISON, result)
        self.job.event("compared", **{k: v for k, v in result.items() if k != "rows"})
        self.scores.tell_alarms(result["rows"], self.classes)
        return result

    def _before(self, after: Scores) -> Scores | None:
        """Of the model to compare with, on the same cases."""
        inputs = self.job.job["inputs"]
        if "before_scores" in inputs:
            return read_scores(inputs["before_scores"])
        if "before" not in inputs or not after:
            return None
        model, cases = Path(inputs["before"]), inputs["cases"]
        if self.folds:
            rows = [row for fold in self.folds for row in fold if row["role"] == "val"]
            cases = self.folder / "all.json"
            write_json(cases, [row for row in rows if row["name"] in after])
        try:
            return self.scores.kept("before.json", lambda: self.scores.of_model(model, cases))
        except SemiGDAError as error:
            if error.error_class != "model-invalid":
                raise
            self.job.event("warning", message=GONE)  # and the new model is there
            return None

    def _compare_unet(self, out: Path, result: dict[str, Any], after: Scores, start: float) -> None:
        """Add to the comparison what a plain U-Net of the same budget reaches.

        Where patients are held out in turn, one for each turn. The model is there already: what
        goes wrong here is said, and ends nothing but this.
        """
        lists = [Path(self.settings.cases)]
        if self.folds:
            folds = self.scores.scored_folds()
            lists = [self.folder / str(fold) / "cases.json" for fold in folds]
        share = (1 - start) / len(lists)
        unet: Scores = {}
        try:
            if self._stopped():
                raise SemiGDAError("cancelled")
            for number, cases in enumerate(lists):
                part = Part(number, len(lists), "unet", start + number * share, share)
                unet |= self._unet_scores(out, cases, self.job.path / "unet" / str(number), part)
        except (SemiGDAError, MemoryError, RuntimeError) as error:
            problem = classify(error)
            if (
                problem.error_class in ("cancelled", "disk-full", "internal")
                and not self._stopped()
            ):
                raise
            why = "The training was stopped early." if self._stopped() else problem.message
            self.job.event("warning", message=f"There is no U-Net to compare with. {why}")
            return
        result["unet"] = beside_unet(after, unet, self.classes, self.patients)
        write_json(self.job.path / COMPARISON, result)

    def _unet_scores(self, out: Path, cases: Path, folder: Path, part: Part) -> Scores:
        """Of the U-Net of one case list, which only serves to be scored, and is deleted."""
        folder.mkdir(parents=True, exist_ok=True)

        def compute() -> Scores:
            settings = replace(self.settings, cases=str(cases))
            network = train_beside(settings, folder, self.job, part)
            return self.scores.of_network(network, ModelCard.read(out), cases)

        scores = self.scores.kept(f"unet/{folder.name}/{SCORES}", compute)
        remove_checkpoint(folder / "unet.pt")
        return scores

    def _train(self, settings: TrainSettings, part: Part) -> None:
        self.ranks.share((settings, part))
        train(settings, self.job, part)

    def _stopped(self) -> bool:
        """Whether the user asked to end with what there is."""
        ended = (self.folder / STOPPED).exists()
        return (self.job.requested("stop") or ended) and not self.job.requested("cancel")

    def _leave_if_stopped(self) -> None:
        if self.job.requested("stop"):
            raise SemiGDAError("cancelled")

    def _tell_card(self, out: Path, result: dict[str, Any]) -> ModelCard:
        """Let the card say what its model is worth, and on which cases."""
        card = ModelCard.read(out)
        dice = {name: values["own"] for name, values in result["classes"].items()}
        if self.scheme != "split" and result["heldout_cases"]:
            card.training["val_dice"] = dice
        card.training["scores_of"] = self._scores_of(result)
        card.training["heldout_dice"] = dice
        card.training["cases"]["val"] = result["heldout_cases"]
        card.doubt = doubt_entry(self.scores.outcomes(), [label.value for label in card.labels])
        card.write(out)
        return card

    def _scores_of(self, result: dict[str, Any]) -> str:
        """Which cases the scores of a comparison are of, for the card."""
        count, turns = result["heldout_cases"], len(self.folds)
        if not self.folds:
            more = result["missing"]
            gone = f" ({more} more {'was' if more == 1 else 'were'} not there)" if more else ""
            text = f"{count} held-out cases{gone}; nothing was chosen on them"
            text = f"{count} held-out case{gone}; nothing was chosen on it" if count == 1 else text
            if self.alike:
                text += "; they scored a training like it, and this model has learned from them"
            if some := len(partly(result["rows"])):
                text += f"; {some} of them on labelled slices only"
            return text
        if not count:
            return "nothing: it was stopped before a patient was scored"
        scored = len(self.scores.scored_folds())
        of_all = "" if scored == turns else f"{scored} of "
        return (
            f"cross-validation in {of_all}{turns} turns, by trainings that had not seen the cases; "
            "this model learned from all"
        )
