"""A stage of a training, and what happens around its steps: log, pictures, validation,
checkpoints, and the job's requests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.optim import Optimizer

from semigda.method.ramps import learning_rate
from semigda.networks.semigda import SemiGDA
from semigda.progress import Progress
from semigda.training.batch import Rows
from semigda.training.checkpoint import Checkpoints
from semigda.training.losses import Losses
from semigda.training.previews import Previews
from semigda.training.watch import Watch
from semigda_core.errors import Paused, SemiGDAError

LOG_STEPS = 25
MESSAGES = {
    "pretrain": "Learning to draw",
    "align": "Matching images and labels",
    "segment": "Learning to segment",
}


RowsOfStage = TypeVar("RowsOfStage", bound=Rows)


@dataclass
class Stage(Generic[RowsOfStage]):
    """What a stage learns, from which batches, with which losses, and how far it has come."""

    name: str  # "pretrain", "align" or "segment"
    steps: int
    draw: Callable[[int], RowsOfStage]  # a step's batch by its number; another thread calls it
    losses: Callable[[int, RowsOfStage], Losses]  # of a step's batch; "total" is minimised
    optimizer: Optimizer
    clip: float  # largest norm of the gradient
    follow: Callable[[int], None] = lambda step: None  # after the optimiser's step
    done: int = 0  # steps

    @property
    def rate(self) -> float:
        """The next step's learning rate."""
        return self.optimizer.defaults["lr"] * learning_rate((self.done + 1) / self.steps)

    def state(self) -> dict:
        """For :meth:`restore`; part of the checkpoint."""
        return {"stage": self.name, "step": self.done, "optimizer": self.optimizer.state_dict()}

    def restore(self, state: dict) -> None:
        """Continue where an earlier process ended.

        The fused optimiser pairs values by their place in memory: they are laid out as the
        parameters are, whatever an earlier version saved. Whether it is fused, device and PyTorch
        say, and not those of the earlier process.
        """
        saved = state["optimizer"]
        for group, own in zip(saved["param_groups"], self.optimizer.param_groups, strict=True):
            group["fused"] = own.get("fused")
        self.optimizer.load_state_dict(saved)
        for parameter, values in self.optimizer.state.items():
            for name, value in values.items():
                if isinstance(value, Tensor) and value.shape == parameter.shape:
                    values[name] = torch.empty_like(parameter, requires_grad=False).copy_(value)
        self.done = state["step"]


class Around(Protocol):
    """What the loop calls before and after each step of a stage."""

    def ends(self) -> bool:
        """Before a step: whether the stage ends here."""
        ...

    def after_step(self, rate: float, losses: Losses, left_out: Callable[[], int]) -> None:
        """After a step, which already counts; the losses may still be being computed."""
        ...


class Watched:
    """Around the steps of a training in a job.

    Args:
        cost: a step's cost by its number, in the unit of ``progress``.
        previews: folder for pictures; of the first rank only.
        sheets: draws them.
        watch: measures Dice of held-out cases, in stage 2. Only there does a stop leave a model.
        judged: the network that it measures.
    """

    def __init__(
        self,
        stage: Stage,
        progress: Progress,
        checkpoints: Checkpoints,
        cost: Callable[[int], float],
        previews: Path | None,
        sheets: Callable[[], dict[str, np.ndarray]],
        watch: Watch | None = None,
        judged: SemiGDA | None = None,
    ):
        self.stage, self.progress, self.checkpoints = stage, progress, checkpoints
        self.cost, self.watch, self.judged = cost, watch, judged
        self.previews = Previews(progress, previews, stage.name, sheets)

    def ends(self) -> bool:
        """Measure what is due; the stage ends where a stop is asked for."""
        stage = self.stage
        if self.watch is not None and self.judged is not None and self.watch.is_due(stage.done):
            with self._saved_where_paused():
                self.watch.measure(stage.done, self.judged)
            self.previews.write(stage.done)
        if not self.progress.stop_requested:
            return False
        if self.watch is None or stage.done == 0:
            raise SemiGDAError(
                "cancelled",
                "Stopped before the model had begun to segment, so there is nothing to keep yet.",
                action="Start again, and stop it once it has learned for a while.",
            )
        return True

    def after_step(self, rate: float, losses: Losses, left_out: Callable[[], int]) -> None:
        """Log, draw, save what is due, and obey the job."""
        stage, last = self.stage, self.stage.done == self.stage.steps
        if stage.done == 1 or stage.done % LOG_STEPS == 0 or last:
            self._log(rate, losses, left_out())
        self.previews.after_step(stage.done, last)
        self.checkpoints.after_step(stage)
        message = f"{MESSAGES[stage.name]}: step {stage.done} of {stage.steps}."
        with self._saved_where_paused():
            self.progress.advance(self.cost(stage.done - 1), message)

    def _log(self, rate: float, losses: Losses, left_out: int) -> None:
        at = {"stage": self.stage.name, "step": self.stage.done}
        values = {name: round(value.item(), 6) for name, value in losses.items()}
        self.progress.event("losses", **at, learning_rate=rate, losses=values)
        if left_out:
            text = f"Steps without a finite gradient, left out: {left_out}."
            self.progress.event("warning", **at, message=text)
        if self.watch is not None:
            self.watch.saw(values)

    @contextmanager
    def _saved_where_paused(self) -> Iterator[None]:
        try:
            yield
        except Paused:
            self.checkpoints.save(self.stage)
            raise
