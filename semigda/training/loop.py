"""The training: pre-training where needed, DAM (stage 1), CDSA (stage 2), choosing, packing.

Readable from top to bottom: :func:`train` sets up, then runs the stages one after another.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from semigda.distributed import ALONE, Ranks, SharedJob, joined
from semigda.inference.device import choose_device
from semigda.method.palette import Palette
from semigda.method.ramps import learning_rate, ramp_up
from semigda.models.base import load_base
from semigda.models.package import load_network
from semigda.networks.semigda import SemiGDA
from semigda.training.checkpoint import load_checkpoint, remove_checkpoint, save_checkpoint
from semigda.training.choosing import choose
from semigda.training.dataset import CaseSlices, SliceSampler, load_slices, step_generator
from semigda.training.optimizer import adamw
from semigda.training.packing import Finished, training_summary, write_model
from semigda.training.precision import autocast, limited_threads
from semigda.training.prefetch import ahead, rows
from semigda.training.preflight import check_training
from semigda.training.pretrain import checkpoint_of, run_pretraining, untrained
from semigda.training.previews import Previews
from semigda.training.reporter import Job, Part, Reporter, nothing_to_keep
from semigda.training.settings import TrainSettings
from semigda.training.stepper import Stepper
from semigda.training.steps import (
    Batch,
    align_losses,
    draw_batch,
    make_teacher,
    pseudo_weight,
    segment_losses,
    update_teacher,
)
from semigda.training.watch import Watch
from semigda_core.errors import Paused, SemiGDAError
from semigda_core.files.atomic import clear_leftovers
from semigda_core.files.targets import check_target
from semigda_core.models.card import CARD_FILE
from semigda_core.models.layout import is_package
from semigda_core.models.preprocessing import Preprocessing
from semigda_core.project.training.work import ALIGN_WORK, PRETRAIN_WORK, SEMI_WORK

LOG_STEPS = 25
MESSAGES = {"align": "Aligning latents", "segment": "Learning to segment"}


def train(settings: TrainSettings, job: Job | None = None, part: Part | None = None) -> dict:
    """Train a model and write its package to ``settings.out``.

    A run that was killed or paused goes on from its last checkpoint when it is called again with
    the same settings, and on a CPU ends with the same weights as if it had never stopped. One that
    a job had finished already, but did not live to say so, is not trained again.

    Args:
        part: where one job holds several trainings; each then has its own ``settings.work``.

    Returns:
        The card's training summary.

    Raises:
        SemiGDAError: "bad-input", "no-labels", "cancelled", "disk-full", "device-unavailable".
        Paused: the job asked for it; a checkpoint is written.
    """
    device = choose_device(settings.device)
    with limited_threads(settings.threads), joined(device) as ranks:
        return Run(settings, job, part, ranks).run()


class Run:
    """One training: its data, its network, and where it is."""

    def __init__(
        self,
        settings: TrainSettings,
        job: Job | None,
        part: Part | None = None,
        ranks: Ranks = ALONE,
    ):
        if settings.work is None and job is None:
            raise SemiGDAError("bad-input", "The training has no folder for its checkpoints.")
        if ranks.world > 1 and job is not None:
            job = SharedJob(job, ranks)
        self.settings, self.ranks = settings, ranks
        self.folder = Path(settings.work) if settings.work else Path(job.path)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.previews = self.folder / "previews" if ranks.first else None
        self.checkpoint = self.folder / "checkpoint.pt"
        self.device = choose_device(settings.device)
        self.palette = Palette(settings.num_classes)
        self.preprocessing = Preprocessing.from_dict(settings.preprocessing)
        made = Path(settings.out) / CARD_FILE
        self.finished = Finished(self.folder / "finished.json", settings, made)
        if ranks.first:
            clear_leftovers(self.folder)
        self.cases = {role: [] for role in ("labeled", "unlabeled", "val")}
        for case in check_training(settings, begun=self.finished.begun):
            self.cases[case.role].append(case)
        self.semi_supervised = settings.unlabeled_weight > 0 and bool(self.cases["unlabeled"])
        self.reporter = Reporter(job, self._work(), part)
        self.done = 0  # steps of the stage
        self.saved_at = time.monotonic()

    def run(self) -> dict:
        """All of it."""
        settings = self.settings
        summary = self.ranks.share(self.finished.read())
        if summary is not None and self.reporter.job is not None:
            self.reporter.skip(self.reporter.total)
            return summary
        slices = self._load()
        self.reporter.start_clock()
        size = self.preprocessing.size
        self.labeled = SliceSampler(slices["labeled"], size, settings.foreground_share)
        self.unlabeled = SliceSampler(slices["unlabeled"], size) if self.semi_supervised else None
        self.watch = Watch(settings, self.reporter, self.palette, slices, self.ranks)
        torch.manual_seed(settings.seed)
        self.network = self._network([*slices["labeled"], *slices["unlabeled"]])
        self.network = self.ranks.normalised(self.network.to(self.device)).train()
        self.ranks.copy_first(self.network)
        sizes = (settings.labeled_batch, settings.unlabeled_batch)[: 1 + self.semi_supervised]
        self.stepper = Stepper(self.network, sizes, self.device, self.ranks, self.reporter)
        state = load_checkpoint(self.checkpoint, settings.same, self.reporter.warn)
        self.ranks.any(False)  # all have read it before the first one writes or deletes it
        aligned = state is not None and state["stage"] == "segment"
        self.network.freeze(settings.frozen if aligned else "autoencoder")
        self.teacher = make_teacher(self.network)
        if state is not None:
            self.network.load_state_dict(state["network"])
            self.teacher.load_state_dict(state["teacher"])
            self.watch.restore(state["watch"])
        if aligned:
            self.reporter.skip(settings.align_steps * ALIGN_WORK)
        else:
            self._align(state)
            state = None
        self._segment(state)
        return self._finish()

    # Stages

    def _align(self, state: dict | None) -> None:
        """Stage 1 (DAM): the mapper and the convolutional encoder find the mask's latent."""
        settings, network = self.settings, self.network
        learned = [*network.mapper.parameters(), *network.cnn_encoder.parameters()]
        optimizer = adamw(learned, settings.align_learning_rate, settings.weight_decay)

        def losses(step: int, batch: Batch) -> dict[str, torch.Tensor]:
            weight = settings.unlabeled_weight * ramp_up(step / settings.align_steps)
            with autocast(self.device, settings.precision):
                return align_losses(network, self.palette, batch, weight, settings.align_variance)

        self._stage("align", settings.align_steps, optimizer, losses, state)

    def _segment(self, state: dict | None) -> None:
        """Stage 2 (CDSA): adapters and whatever else is not frozen learn to segment."""
        settings = self.settings
        if state is None:
            self.network.freeze(settings.frozen)
            self.teacher = make_teacher(self.network)
        learned = [p for p in self.network.parameters() if p.requires_grad]
        if settings.optimizer == "adamw":
            optimizer: torch.optim.Optimizer = adamw(
                learned, settings.learning_rate, settings.weight_decay
            )
        else:
            optimizer = torch.optim.SGD(
                learned,
                settings.learning_rate,
                momentum=0.9,
                weight_decay=settings.weight_decay,
                nesterov=True,
            )

        def losses(step: int, batch: Batch) -> dict[str, torch.Tensor]:
            weight = pseudo_weight(step / settings.steps, settings) or 0.0
            with autocast(self.device, settings.precision):
                return segment_losses(
                    self.network,
                    self.teacher,
                    self.palette,
                    batch,
                    weight,
                    settings,
                    self.stepper.total,
                )

        self._stage("segment", settings.steps, optimizer, losses, state)
        self._save("segment", self.done, optimizer)  # whatever comes now need not train again

    def _stage(self, stage: str, steps: int, optimizer: torch.optim.Optimizer, *rest) -> None:
        """:meth:`_steps` that leaves a checkpoint when it is paused."""
        try:
            self._steps(stage, steps, optimizer, *rest)
        except Paused:
            self._save(stage, self.done, optimizer)
            raise

    def _steps(
        self,
        stage: str,
        steps: int,
        optimizer: torch.optim.Optimizer,
        losses: Callable[[int, Batch], dict[str, torch.Tensor]],
        state: dict | None,
    ) -> None:
        """The loop that both stages share; ``losses`` computes on a step's batch."""
        settings, reporter = self.settings, self.reporter
        first = 0
        if state is not None:
            optimizer.load_state_dict(state["optimizer"])
            first = state["step"]
            reporter.skip(sum(self._cost(stage, step) for step in range(first)))
        peak = optimizer.param_groups[0]["initial_lr"] = optimizer.defaults["lr"]
        shown = self.network if stage == "align" else self.teacher
        previews = Previews(reporter, self.previews, stage, lambda: self.watch.sheets(shown))
        self.done = first
        batches = ahead(partial(self._batch, stage), range(first, steps), self.device)
        for step, batch in enumerate(batches, first):
            if stage == "segment" and self.watch.is_due(step):
                self.watch.measure(step, self.teacher, self.network)
                previews.write(step)
            if reporter.stop_requested:
                if stage == "align" or step == 0:
                    raise nothing_to_keep()
                break
            rate = peak * learning_rate((step + 1) / steps)
            for group in optimizer.param_groups:
                group["lr"] = rate
            parts = self.stepper.step(batch, partial(losses, step), optimizer, settings.clip)
            if stage == "segment":
                update_teacher(self.teacher, self.network, step, settings.ema_decay)

            self.done = step + 1
            if step == 0 or (step + 1) % LOG_STEPS == 0 or step + 1 == steps:
                values = {name: round(value.item(), 6) for name, value in parts.items()}
                reporter.event(
                    "losses", stage=stage, step=step + 1, learning_rate=rate, losses=values
                )
                if left_out := self.stepper.left_out():
                    text = f"Steps without a finite gradient, left out: {left_out}."
                    reporter.event("warning", stage=stage, step=step + 1, message=text)
                if stage == "segment":
                    self.watch.saw(values)
            previews.after_step(step + 1, last=step + 1 == steps)
            if time.monotonic() - self.saved_at > 60 * settings.checkpoint_minutes:
                self._save(stage, step + 1, optimizer)
            message = f"{MESSAGES[stage]}: step {step + 1} of {steps}."
            reporter.advance(self._cost(stage, step), message)

    def _batch(self, stage: str, step: int) -> Batch:
        """This rank's rows of a step's batch; a pure function, called by another thread.

        Before the unlabelled slices come in, labelled ones take their place.
        """
        settings = self.settings
        supervised = stage == "segment" and pseudo_weight(step / settings.steps, settings) is None
        unlabeled = None if supervised else self.unlabeled
        generator = step_generator(settings.seed, stage, step)
        sources, config = (self.labeled, unlabeled), self.network.config
        batch = draw_batch(*sources, settings, config, generator, full=self.semi_supervised)
        return rows(batch, self.ranks.rank, self.ranks.world)

    def _finish(self) -> dict:
        """Choose weights and branches on all of val, and write the package."""
        self.reporter.message("Measuring all held-out cases.")
        choice = choose(self.watch, self.teacher, self.network, self.done)
        counts = {role: len(cases) for role, cases in self.cases.items()}
        told = (choice.weights, choice.branches, choice.table, choice.steps, self.watch.history)
        summary = training_summary(self.settings, counts, self.semi_supervised, *told)
        if self.ranks.first:
            self._write(choice.network, choice.branches, summary)
        self.reporter.event("trained", **summary)
        if self.ranks.first:
            self.finished.write(summary)
            remove_checkpoint(self.checkpoint)
        return summary

    def _write(self, network: SemiGDA, branches: str, summary: dict) -> None:
        """The package, unless another one came to its place while this one was learned."""
        overwrite = self.settings.overwrite or self.finished.begun
        check_target(self.settings.out, is_package, overwrite=overwrite)
        self.finished.begin()
        write_model(self.settings, network, branches, summary)

    # Beginning, and beginning again

    def _load(self) -> dict[str, list[CaseSlices]]:
        self.reporter.message("Reading the images.")
        count = self.settings.num_classes
        return {
            role: load_slices(cases, self.preprocessing, count, self.reporter.check)
            for role, cases in self.cases.items()
        }

    def _network(self, slices: list[CaseSlices]) -> SemiGDA:
        """The network that training starts from."""
        base = self.settings.base
        if base is not None and Path(base).is_dir():
            network, _ = load_network(base)
            return network.requires_grad_(True)
        if base is None and self.settings.pretrain_steps == 0:
            return untrained(self.settings.pretraining(self.settings.out), slices)
        if base is None:
            # Named after its settings: a run begun with other ones must not find it.
            identity = self.settings.pretraining(self.settings.out).identity()
            wanted = json.dumps(identity, sort_keys=True)
            base = self.folder / f"autoencoder-{zlib.crc32(wanted.encode()):08x}.safetensors"
            if self._made_before(base):
                if self.ranks.first:
                    remove_checkpoint(checkpoint_of(base))  # where a kill came between the two
                self.reporter.skip(self.settings.pretrain_steps * PRETRAIN_WORK)
            else:
                pretraining = self.settings.pretraining(str(base))
                told = (self.reporter, slices, PRETRAIN_WORK, self.previews, self.ranks)
                run_pretraining(pretraining, *told)
        torch.manual_seed(self.settings.seed)
        return load_base(base)

    def _made_before(self, base: Path) -> bool:
        """Whether an earlier process of this training made its autoencoder, and it is whole."""
        if not base.exists():
            return False
        try:
            load_base(base)
        except SemiGDAError:
            self.reporter.warn("The training's autoencoder is damaged; it is trained again.")
            return False
        return True

    def _save(self, stage: str, step: int, optimizer: torch.optim.Optimizer) -> None:
        state = {
            "settings": self.settings.to_dict(),
            "stage": stage,
            "step": step,
            "network": self.network.state_dict(),
            "teacher": self.teacher.state_dict(),
            "optimizer": optimizer.state_dict(),
            "watch": self.watch.state(),
        }
        if self.ranks.first:
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
