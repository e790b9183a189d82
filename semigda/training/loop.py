"""The training: pre-training where needed, DAM (stage 1), CDSA (stage 2), choosing, packing.

Readable from top to bottom: :func:`train` sets up, then runs the stages one after another.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from semigda.data.cases import read_cases
from semigda.data.preprocess import Preprocessing
from semigda.errors import SemiGDAError
from semigda.inference.device import choose_device
from semigda.method.palette import Palette
from semigda.method.ramps import learning_rate, ramp_up
from semigda.models.base import load_base
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.training.checkpoint import load_checkpoint, save_checkpoint
from semigda.training.dataset import CaseSlices, SliceSampler, load_slices, step_generator
from semigda.training.packing import training_summary, write_model
from semigda.training.precision import autocast, limited_threads
from semigda.training.pretrain import run_pretraining
from semigda.training.previews import write_preview
from semigda.training.reporter import Job, Part, Reporter
from semigda.training.settings import TrainSettings
from semigda.training.steps import (
    align_losses,
    draw_batch,
    make_teacher,
    pseudo_weight,
    segment_losses,
    update_teacher,
)
from semigda.training.validate import mean, predict, validate
from semigda.training.work import ALIGN_WORK, PRETRAIN_WORK, SEMI_WORK

LOG_STEPS = 25
PREVIEW_CASES = 4
# A class below this Dice after this share of stage 2 has not been found: worth a warning.
STUCK_DICE, STUCK_SHARE = 0.02, 0.3
MESSAGES = {"align": "Aligning latents", "segment": "Learning to segment"}


def train(settings: TrainSettings, job: Job | None = None, part: Part | None = None) -> dict:
    """Train a model and write its package to ``settings.out``.

    A run that was killed goes on from its last checkpoint when it is called again with the same
    settings, and on a CPU ends with the same weights as if it had never stopped.

    Args:
        part: where one job holds several trainings; each then has its own ``settings.work``.

    Returns:
        The card's training summary.

    Raises:
        SemiGDAError: "bad-input", "no-labels", "cancelled", "disk-full", "device-unavailable".
    """
    with limited_threads(settings.threads):
        return Run(settings, job, part).run()


class Run:
    """One training: its data, its network, and where it is."""

    def __init__(self, settings: TrainSettings, job: Job | None, part: Part | None = None):
        if settings.work is None and job is None:
            raise SemiGDAError("bad-input", "The training has no folder for its checkpoints.")
        self.settings = settings
        self.folder = Path(settings.work) if settings.work else Path(job.path)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint = self.folder / "checkpoint.pt"
        self.device = choose_device(settings.device)
        self.palette = Palette(settings.num_classes)
        self.preprocessing = Preprocessing.from_dict(settings.preprocessing)
        self.cases = {role: [] for role in ("labeled", "unlabeled", "val")}
        for case in read_cases(settings.cases):
            self.cases[case.role].append(case)
        if not self.cases["labeled"]:
            raise SemiGDAError("no-labels")
        self.semi_supervised = settings.unlabeled_weight > 0 and bool(self.cases["unlabeled"])
        self.reporter = Reporter(job, self._work(), part)
        self.history: list[dict] = []
        self.saved_at = time.monotonic()

    def run(self) -> dict:
        """All of it."""
        settings = self.settings
        slices = self._load()
        self.val = slices["val"]
        size = self.preprocessing.size
        self.labeled = SliceSampler(slices["labeled"], size, settings.foreground_share)
        self.unlabeled = SliceSampler(slices["unlabeled"], size) if self.semi_supervised else None
        torch.manual_seed(settings.seed)
        self.network = self._network([*slices["labeled"], *slices["unlabeled"]])
        self.network.to(self.device).train()
        self.network.freeze_autoencoder(decoder=not settings.train_decoder)
        self.teacher = make_teacher(self.network)

        state = load_checkpoint(self.checkpoint, settings.to_dict())
        if state is not None:
            self.network.load_state_dict(state["network"])
            self.teacher.load_state_dict(state["teacher"])
            self.history = state["history"]
        if state is None or state["stage"] == "align":
            self._align(state)
            state = None
        else:
            self.reporter.skip(settings.align_steps * ALIGN_WORK)
        self._segment(state)
        return self._finish()

    # Stages

    def _align(self, state: dict | None) -> None:
        """Stage 1 (DAM): the mapper and the convolutional encoder find the mask's latent."""
        settings, network = self.settings, self.network
        learned = [*network.mapper.parameters(), *network.cnn_encoder.parameters()]
        optimizer = torch.optim.AdamW(
            learned, settings.align_learning_rate, weight_decay=settings.weight_decay
        )

        def losses(step: int, generator: torch.Generator) -> dict[str, torch.Tensor]:
            batch = draw_batch(self.labeled, self.unlabeled, settings, generator)
            weight = settings.unlabeled_weight * ramp_up(step / settings.align_steps)
            with autocast(self.device, settings.precision):
                return align_losses(
                    network, self.palette, batch.to(self.device), weight, settings.align_variance
                )

        self._steps("align", settings.align_steps, optimizer, losses, state)

    def _segment(self, state: dict | None) -> None:
        """Stage 2 (CDSA): adapters, mapper and convolutional encoder learn to segment."""
        settings = self.settings
        learned = [p for p in self.network.parameters() if p.requires_grad]
        if settings.optimizer == "adamw":
            optimizer: torch.optim.Optimizer = torch.optim.AdamW(
                learned, settings.learning_rate, weight_decay=settings.weight_decay
            )
        else:
            optimizer = torch.optim.SGD(
                learned,
                settings.learning_rate,
                momentum=0.9,
                weight_decay=settings.weight_decay,
                nesterov=True,
            )
        if state is None:
            self.teacher = make_teacher(self.network)

        def losses(step: int, generator: torch.Generator) -> dict[str, torch.Tensor]:
            weight = pseudo_weight(step / settings.steps, settings)
            unlabeled = None if weight is None else self.unlabeled
            batch = draw_batch(self.labeled, unlabeled, settings, generator)
            with autocast(self.device, settings.precision):
                return segment_losses(
                    self.network,
                    self.teacher,
                    self.palette,
                    batch.to(self.device),
                    weight or 0.0,
                    settings,
                )

        self._steps("segment", settings.steps, optimizer, losses, state)

    def _steps(
        self,
        stage: str,
        steps: int,
        optimizer: torch.optim.Optimizer,
        losses: Callable[[int, torch.Generator], dict[str, torch.Tensor]],
        state: dict | None,
    ) -> None:
        """The loop that both stages share; ``losses`` draws a batch and computes on it."""
        settings, reporter = self.settings, self.reporter
        first = 0
        if state is not None:
            optimizer.load_state_dict(state["optimizer"])
            first = state["step"]
            reporter.skip(sum(self._cost(stage, step) for step in range(first)))
        peak = optimizer.param_groups[0]["initial_lr"] = optimizer.defaults["lr"]
        learned = [p for group in optimizer.param_groups for p in group["params"]]
        for step in range(first, steps):

            def save(next_step: int = step + 1) -> None:
                self._save(stage, next_step, optimizer)

            rate = peak * learning_rate((step + 1) / steps)
            for group in optimizer.param_groups:
                group["lr"] = rate
            parts = losses(step, step_generator(settings.seed, stage, step))
            optimizer.zero_grad(set_to_none=True)
            parts["total"].backward()
            norm = torch.nn.utils.clip_grad_norm_(learned, settings.clip)
            if torch.isfinite(norm):
                optimizer.step()
            else:
                reporter.event("warning", stage=stage, step=step + 1, message="Skipped a step.")
            if stage == "segment":
                update_teacher(self.teacher, self.network, step, settings.ema_decay)

            if step == 0 or (step + 1) % LOG_STEPS == 0 or step + 1 == steps:
                values = {name: round(value.item(), 6) for name, value in parts.items()}
                reporter.event(
                    "losses", stage=stage, step=step + 1, learning_rate=rate, losses=values
                )
            if stage == "segment" and self._is_validation(step + 1):
                self._validate(step + 1)
            if time.monotonic() - self.saved_at > 60 * settings.checkpoint_minutes:
                save()
            message = f"{MESSAGES[stage]}: step {step + 1} of {steps}."
            reporter.advance(self._cost(stage, step), message, save)

    # Measuring

    def _is_validation(self, step: int) -> bool:
        """Whether Dice is measured after ``step`` steps; the end has its own, full measurement."""
        parts = self.settings.validations + 1
        times = {round(self.settings.steps * part / parts) for part in range(1, parts)}
        return bool(self.val) and step in times

    def _validate(self, step: int) -> None:
        count = min(len(self.val), self.settings.validation_cases)
        some = [self.val[i * len(self.val) // count] for i in range(count)]
        dice = self._dice(self.teacher, some)
        entry = {"step": step, "cases": count, "dice": dice}
        self.history.append(entry)
        self.reporter.event("validation", **entry)
        missed = [name for name, value in dice["both"].items() if value < STUCK_DICE]
        if missed and step > STUCK_SHARE * self.settings.steps:
            text = f"Not found so far: {', '.join(missed)}. Check the labels' values and slices."
            self.reporter.event("warning", stage="segment", step=step, message=text)
        self._preview(step, some[:PREVIEW_CASES])

    def _preview(self, step: int, cases: list[CaseSlices]) -> None:
        """One slice of each case; cut to the smallest, as cases may differ in size."""
        picked = []
        for case in cases:
            index = case.foreground[len(case.foreground) // 2] if case.foreground else 0
            guess = predict(self.teacher, self.palette, case)["both"][index]
            picked.append((case.images(index, index + 1)[0], case.labels[index], guess))
        height, width = (min(item[1].shape[axis] for item in picked) for axis in (0, 1))
        images, truth, guess = (
            torch.stack([item[i][..., :height, :width] for item in picked]) for i in range(3)
        )
        colours = [(0, 0, 0), *(label["color"] for label in self.settings.card["labels"])]
        name = f"previews/step_{step:06d}.png"
        write_preview(
            self.folder / name,
            images,
            truth,
            guess,
            np.array(colours, dtype=np.uint8),
            rgb=self.preprocessing.channels == "rgb",
        )
        self.reporter.event("preview", step=step, file=self.reporter.name_of(self.folder / name))

    def _dice(self, network: SemiGDA, cases: list[CaseSlices]) -> dict[str, dict[str, float]]:
        """Mean Dice of each class, by name, for every use of the network."""
        names = [label["name"] for label in self.settings.card["labels"]]
        scores = validate(network, self.palette, cases, self.reporter.check_cancelled)
        return {
            use: {name: round(value, 4) for name, value in zip(names, values, strict=True)}
            for use, values in scores.items()
        }

    def _finish(self) -> dict:
        """Choose weights and branches on all of val, and write the package."""
        self.reporter.message("Measuring all held-out cases.")
        settings = self.settings
        networks = {"average": self.teacher, "last": self.network}
        table = {}
        if self.val:
            for weights, network in networks.items():
                table[weights] = self._dice(network, self.val)
        chosen = max(
            ((w, use) for w in table for use in table[w] if settings.choose_on_val),
            key=lambda pair: mean(table[pair[0]][pair[1]].values()),
            default=("average", "both"),
        )
        counts = {role: len(cases) for role, cases in self.cases.items()}
        summary = training_summary(self.settings, counts, self.semi_supervised, *chosen, table)
        write_model(self.settings, networks[chosen[0]], chosen[1], summary)
        self.reporter.event("trained", **summary)
        self.checkpoint.unlink(missing_ok=True)
        return summary

    # Beginning, and beginning again

    def _load(self) -> dict[str, list[CaseSlices]]:
        self.reporter.message("Reading the images.")
        count = self.settings.num_classes
        return {
            role: load_slices(cases, self.preprocessing, count, self.reporter.check_cancelled)
            for role, cases in self.cases.items()
        }

    def _network(self, slices: list[CaseSlices]) -> SemiGDA:
        """The network that training starts from."""
        base = self.settings.base
        if base is not None and Path(base).is_dir():
            network, _ = load_network(base)
            return network.requires_grad_(True)
        if base is None:
            # Named after its settings: a run begun with other ones must not find it.
            wanted = json.dumps(self.settings.pretraining("").to_dict(), sort_keys=True)
            base = self.folder / f"autoencoder-{zlib.crc32(wanted.encode()):08x}.safetensors"
            if base.exists():
                self.reporter.skip(self.settings.pretrain_steps * PRETRAIN_WORK)
            else:
                pretraining = self.settings.pretraining(str(base))
                run_pretraining(pretraining, self.reporter, slices, PRETRAIN_WORK)
        torch.manual_seed(self.settings.seed)
        return load_base(base)

    def _save(self, stage: str, step: int, optimizer: torch.optim.Optimizer) -> None:
        state = {
            "settings": self.settings.to_dict(),
            "stage": stage,
            "step": step,
            "network": self.network.state_dict(),
            "teacher": self.teacher.state_dict(),
            "optimizer": optimizer.state_dict(),
            "history": self.history,
        }
        save_checkpoint(self.checkpoint, state)
        self.saved_at = time.monotonic()

    def _cost(self, stage: str, step: int) -> float:
        if stage == "align":
            return ALIGN_WORK
        warm = (
            not self.semi_supervised or step < self.settings.supervised_share * self.settings.steps
        )
        return 1.0 if warm else SEMI_WORK

    def _work(self) -> float:
        """The whole run's work."""
        settings = self.settings
        work = settings.align_steps * ALIGN_WORK
        work += sum(self._cost("segment", step) for step in range(settings.steps))
        return work + (settings.pretrain_steps * PRETRAIN_WORK if settings.base is None else 0)
