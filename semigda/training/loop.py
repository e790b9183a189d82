"""The training from top to bottom: the loop and its step, set-up, stage 1 (DAM), stage 2 (CDSA).

Beside it stand ``train.py`` (from settings to a model package), ``batch.py`` and ``losses.py``
(what a step sees, and what it minimises), ``gradients.py`` (little memory, many processes) and
``stage.py`` (log, pictures, validation, checkpoints, the job's requests).
"""

from __future__ import annotations

from functools import partial

from torch import nn

from semigda.inference.device import layout
from semigda.method.palette import Palette
from semigda.method.teacher import make_teacher, update_teacher
from semigda.networks.semigda import SemiGDA
from semigda.training.batch import Batch, ahead, draw_batch
from semigda.training.dataset import (
    CaseSlices,
    SliceSampler,
    step_generator,
    without_labels,
)
from semigda.training.gradients import Gradients, autocast, in_groups
from semigda.training.losses import (
    Losses,
    align_losses,
    align_weight,
    pseudo_weight,
    segment_losses,
)
from semigda.training.optimizers import adamw, sgd
from semigda.training.sources import Sources
from semigda.training.stage import Around, Stage
from semigda_core.jobs.training import TrainSettings


def fit(stage: Stage, gradients: Gradients, around: Around) -> None:
    """Take the steps of a stage that are not done yet: the loop of every stage."""
    learned = [p for group in stage.optimizer.param_groups for p in group["params"]]
    for batch in ahead(stage.draw, range(stage.done, stage.steps), gradients.device):
        if around.ends():
            break
        rate = stage.rate
        for group in stage.optimizer.param_groups:
            group["lr"] = rate * group.get("share", 1.0)
        losses = gradients.of(batch, partial(stage.losses, stage.done), learned)
        gradients.clip(learned, stage.clip)
        stage.optimizer.step()
        stage.follow(stage.done)
        stage.done += 1
        around.after_step(rate, losses, gradients.left_out)


class Training:
    """The networks of a training, the slices it draws from, and its two stages.

    Args:
        slices: of the roles "labeled" and "unlabeled".
        network: to begin with.
    """

    def __init__(
        self,
        settings: TrainSettings,
        slices: dict[str, list[CaseSlices]],
        network: SemiGDA,
        gradients: Gradients,
    ):
        self.settings, self.gradients = settings, gradients
        # torch's types leave out this form of the call.
        self.network = network.to(memory_format=layout(gradients.device))  # type: ignore[call-overload]
        self.palette, size = Palette(settings.num_classes), settings.preprocessing["size"]
        self.labeled = SliceSampler(slices["labeled"], size, settings.foreground_share)
        self.unlabeled = None
        unlabeled = without_labels(slices) if settings.unlabeled_weight > 0 else []
        ranks, weight = gradients.ranks, settings.unlabeled_weight
        warm_up = settings.supervised_share
        self.sources = Sources(
            slices["labeled"], unlabeled, self.palette, weight, settings.steps, warm_up, ranks
        )
        if unlabeled:
            self.unlabeled = SliceSampler(unlabeled, size, sources=self.sources.names)
        self.teacher = make_teacher(network)

    def align(self) -> Stage:
        """Stage 1 (DAM): the mapper and the convolutional encoder find the mask's latent.

        Two branches also agree on unlabelled images; one alone has nobody to agree with.
        """
        settings, network = self.settings, self.network
        network.freeze("autoencoder")
        self.teacher = make_teacher(network)
        learned = self.learned(*network.image_encoders())
        unlabeled = self.unlabeled if len(network.branches) > 1 else None
        optimizer = adamw(learned, settings.align_learning_rate, settings.weight_decay)

        def losses(step: int, batch: Batch) -> Losses:
            weight = align_weight(step / settings.align_steps, settings)
            with autocast(self.gradients.device, settings.precision):
                return align_losses(network, self.palette, batch, weight, settings.align_variance)

        def draw(step: int) -> Batch:
            return self.draw("align", step, unlabeled)

        return Stage("align", settings.align_steps, draw, losses, optimizer, settings.clip)

    def segment(self) -> Stage:
        """Stage 2 (CDSA): adapters and whatever else is not frozen learn to segment.

        The teacher, the running average of the network, is what the training ends in.
        """
        settings, network = self.settings, self.network
        network.freeze(settings.frozen)
        teacher = self.teacher = make_teacher(network)
        learned = self.learned(network)
        rate, decay = settings.learning_rate, settings.weight_decay
        optimizer = (adamw if settings.optimizer == "adamw" else sgd)(learned, rate, decay)

        def weight(step: int) -> float | None:
            return pseudo_weight(step / settings.steps, settings)

        def draw(step: int) -> Batch:
            """Before the unlabelled slices come in, labelled ones take their place. It is drawn
            ahead, so what is measured meanwhile must have no say in it."""
            return self.draw("segment", step, None if weight(step) is None else self.unlabeled)

        def losses(step: int, batch: Batch) -> Losses:
            with autocast(self.gradients.device, settings.precision):
                return segment_losses(
                    network,
                    teacher,
                    self.palette,
                    batch,
                    weight(step) or 0.0,
                    settings,
                    self.gradients.total,
                    self.sources.trust(self.gradients.device),
                )

        def follow(step: int) -> None:
            update_teacher(teacher, network, step, settings.ema_decay)
            if self.sources.follow(step + 1, teacher):
                report = self.sources.report()
                self.gradients.progress.event("sources", step=step + 1, sources=report)

        return Stage("segment", settings.steps, draw, losses, optimizer, settings.clip, follow)

    def learned(self, *parts: nn.Module) -> list[dict]:
        """The parameters of these parts that are not frozen, in groups for the optimiser.

        General image features learn at ``features_learning_rate`` times its rate.
        """
        learned = [p for part in parts for p in part.parameters() if p.requires_grad]
        general, share = self.network.general_features(), self.settings.features_learning_rate
        return in_groups(learned, general, share)

    def draw(self, stage: str, step: int, unlabeled: SliceSampler | None) -> Batch:
        """This rank's rows of a step's batch: a pure function of the settings and the step."""
        generator = step_generator(self.settings.seed, stage, step)
        batch = draw_batch(
            self.labeled,
            unlabeled,
            self.settings,
            self.network.config,
            generator,
            full=self.unlabeled is not None,
        )
        return batch.rows(self.gradients.ranks.rank, self.gradients.ranks.world)
