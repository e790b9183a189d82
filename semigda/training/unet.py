"""A plain U-Net trained beside SemiGDA: the same slices, augmentation, steps and slices a step.

It learns from the labelled cases alone, as most people would train one: the difference to it is
what the method and the unlabelled images give together. It is never a model to use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import Tensor, nn

from semigda.distributed import ALONE
from semigda.inference.device import choose_device
from semigda.method.losses import segmentation_loss
from semigda.method.teacher import make_teacher, update_teacher
from semigda.networks.unet import UNet
from semigda.prepared.making import prepare_all
from semigda.prepared.store import Store
from semigda.progress import Job, Part, Progress
from semigda.training.batch import Batch, Rows, draw_batch
from semigda.training.changed import tell_changed
from semigda.training.checkpoint import Checkpoints, fits
from semigda.training.dataset import SliceSampler, load_slices, step_generator
from semigda.training.gradients import Gradients, autocast, in_groups, limited_threads
from semigda.training.loop import fit
from semigda.training.losses import Losses, pseudo_weight
from semigda.training.optimizers import adamw
from semigda.training.preflight import cases_of
from semigda.training.stage import Around, Stage
from semigda_core.errors import Paused, SemiGDAError
from semigda_core.jobs.training import TrainSettings
from semigda_core.models.network_config import NetworkConfig
from semigda_core.models.preprocessing import Preprocessing

# The study's (docs/results.md), whatever SemiGDA's are: a preset may have those of SGD.
LEARNING_RATE, WEIGHT_DECAY = 2e-3, 1e-2

N = TypeVar("N", bound=nn.Module)
# (network, teacher, batch, weight of the pseudo labels) -> loss of a part of the batch
Loss = Callable[[N, N, Batch, float], Tensor]


def new_unet(settings: TrainSettings) -> UNet:
    """The U-Net that a training is compared with, untrained."""
    torch.manual_seed(settings.seed)
    return UNet(settings.num_classes)


def labeled_loss(network: nn.Module, teacher: nn.Module, batch: Batch, weight: float) -> Tensor:
    """Of labelled slices alone."""
    return batch.shares[-1] * segmentation_loss(network(batch.images), batch.labels, batch.known)


class UNetTraining(Generic[N]):
    """A U-Net, its running average, which is what is judged, and its one stage.

    Args:
        settings: SemiGDA's, for seed, batch, augmentation and schedules.
        network: to begin with.
        steps: of the optimiser; those of all SemiGDA's stages together are the same budget.
        full: fill the batch with labelled slices where SemiGDA has unlabelled ones.
        unlabeled: for a ``loss`` that uses them.
        rate: peak of the learning rate.
        general: pre-trained parameters, which learn at a share of it.
    """

    def __init__(
        self,
        settings: TrainSettings,
        network: N,
        steps: int,
        labeled: SliceSampler,
        device: torch.device,
        progress: Progress,
        *,
        full: bool = False,
        unlabeled: SliceSampler | None = None,
        loss: Loss[N] = labeled_loss,
        rate: float = LEARNING_RATE,
        general: Iterable[nn.Parameter] = (),
    ):
        self.network = network.to(device).train()
        self.teacher = make_teacher(self.network)
        self.gradients = Gradients(self.network, device, ALONE, progress)

        def weight(step: int) -> float | None:
            return None if unlabeled is None else pseudo_weight(step / steps, settings)

        def draw(step: int) -> Batch:
            """SemiGDA's slices; the chance that comes with them is for its network alone."""
            others = None if weight(step) is None else unlabeled
            generator = step_generator(settings.seed, "segment", step)
            config = NetworkConfig.compact()
            return draw_batch(labeled, others, settings, config, generator, full=full)

        def losses(step: int, batch: Rows) -> Losses:
            assert isinstance(batch, Batch)
            with autocast(device, settings.precision):
                return {"total": loss(self.network, self.teacher, batch, weight(step) or 0.0)}

        def follow(step: int) -> None:
            update_teacher(self.teacher, self.network, step, settings.ema_decay)

        share = settings.features_learning_rate
        learned = in_groups(self.network.parameters(), general, share)
        optimizer = adamw(learned, rate, WEIGHT_DECAY)
        self.stage = Stage("unet", steps, draw, losses, optimizer, settings.clip, follow)

    def fit(self, around: Around) -> N:
        """Take the steps that are not done yet; the running average of the weights."""
        fit(self.stage, self.gradients, around)
        return self.teacher

    def state(self) -> dict:
        """Part of the checkpoint, beside the stage's own."""
        return {"network": self.network.state_dict(), "teacher": self.teacher.state_dict()}

    def restore(self, state: dict) -> None:
        """Continue where an earlier process ended."""
        self.network.load_state_dict(state["network"])
        self.teacher.load_state_dict(state["teacher"])
        self.stage.restore(state)


def train_beside(settings: TrainSettings, folder: Path, job: Job, part: Part | None = None) -> UNet:
    """Train the U-Net to compare a training with.

    A run that was killed or paused continues from its last checkpoint, ``unet.pt``, which also
    holds the U-Net of a run that has ended.

    Args:
        settings: of SemiGDA's training, the cases among them.
        folder: for its checkpoints.

    Raises:
        SemiGDAError: "cancelled", also where the job is asked to stop; as reading the cases.
        Paused: the job asked for it; a checkpoint is written.
    """
    steps = settings.align_steps + settings.steps
    if settings.base is None:
        steps += settings.pretrain_steps
    progress, device = Progress(job, steps, part), choose_device(settings.device)
    progress.message("Reading the images for a U-Net to compare with.")
    cases = cases_of(settings)
    preprocessing = Preprocessing.from_dict(settings.preprocessing)
    seen = [case for case in cases if case.role == "labeled"]
    store = Store.of_job(folder, preprocessing)
    prepare_all(store, seen, progress)
    labeled = load_slices(seen, store, settings.num_classes, progress)
    tell_changed(seen, labeled, progress)
    unlabelled = any(case.role == "unlabeled" for case in cases) or any(c.rest() for c in labeled)
    semi = settings.unlabeled_weight > 0 and unlabelled
    sampler = SliceSampler(labeled, preprocessing.size, settings.foreground_share)

    def new() -> UNetTraining[UNet]:
        unet = new_unet(settings)
        return UNetTraining(settings, unet, steps, sampler, device, progress, full=semi)

    with limited_threads(settings.threads):
        training = new()
        checkpoints = Checkpoints(folder / "unet.pt", settings, lambda: training.state(), ALONE)
        state = checkpoints.load(progress.warn)
        if state is not None and not fits(partial(training.restore, state), progress.warn):
            training = new()
        progress.skip(training.stage.done)
        progress.start_clock()
        network = training.fit(Beside(training, progress, checkpoints))
        checkpoints.save(training.stage)
    store.leave()
    return network


class Beside:
    """Around the steps: reports progress, saves at intervals, and obeys the job.

    A stop ends it without a U-Net: half of one would compare nothing.
    """

    def __init__(self, training: UNetTraining, progress: Progress, checkpoints: Checkpoints | None):
        self.stage, self.progress, self.checkpoints = training.stage, progress, checkpoints

    def ends(self) -> bool:
        """Never early."""
        if self.progress.stop_requested:
            raise SemiGDAError("cancelled")
        return False

    def after_step(self, rate: float, losses: Losses, left_out: Callable[[], int]) -> None:
        """Save what is due, and obey the job."""
        if self.checkpoints is not None:
            self.checkpoints.after_step(self.stage)
        try:
            text = (
                f"Training a U-Net to compare with: step {self.stage.done} of {self.stage.steps}."
            )
            self.progress.advance(1, text)
        except Paused:
            if self.checkpoints is not None:
                self.checkpoints.save(self.stage)
            raise
