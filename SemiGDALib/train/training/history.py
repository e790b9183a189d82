"""What a training has reported so far, read from its job folder a few lines at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from semigda_core.jobs.folder import JobFolder

STAGES = ("look", "pretrain", "align", "segment")
PREVIEW_KINDS = ("held-out", "unlabeled", "autoencoder")
Position = tuple[int, int, int]  # of the training in its job, of the stage, of the step


@dataclass(frozen=True)
class Report:
    """One report from a point of the training: losses, scores (by class), or a picture."""

    position: Position
    values: dict[str, float] = field(default_factory=dict)
    picture: Path | None = None

    @property
    def stage(self) -> str:
        return STAGES[self.position[1]]

    @property
    def step(self) -> int:
        return self.position[2]


class TrainingHistory:
    """Losses, scores, previews and warnings of a job, in the order of the training.

    A training that was killed continues from its last checkpoint and reports the steps since then a
    second time: the earlier reports of them are dropped.

    Attributes:
        losses: parts of the loss.
        scores: Dice of each class on held-out cases, of both branches together.
        previews: pictures of each kind.
        stuck: events of classes that are not found.
        warnings: sentences, each once.
        look: seconds that a first look took.
        part: which of the job's trainings this is (index, count, kind), None if it is one.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.losses: list[Report] = []
        self.scores: list[Report] = []
        self.previews: dict[str, list[Report]] = {kind: [] for kind in PREVIEW_KINDS}
        self.stuck: list[dict[str, Any]] = []
        self.warnings: list[str] = []
        self.look = 0.0
        self.part: dict[str, Any] | None = None
        self._lines = 0

    def read(self) -> bool:
        """Take in what is new; whether there was anything."""
        events = JobFolder(self.folder).events(self._lines)
        self._lines += len(events)
        for event in events:
            self._take(event)
        return bool(events)

    def ofNewestPart(self, reports: list[Report]) -> list[Report]:
        """Those of the training that reported last: each fold has curves of its own."""
        return [one for one in reports if one.position[0] == reports[-1].position[0]]

    def lossesOfNewestStage(self) -> list[Report]:
        """Losses have other parts and another scale in each stage."""
        if not self.losses:
            return []
        return [one for one in self.losses if one.position[:2] == self.losses[-1].position[:2]]

    def _take(self, event: dict[str, Any]) -> None:
        kind = event.get("type")
        if isinstance(event.get("part"), dict):
            self.part = event["part"]
        index = (event.get("part") or {}).get("index", 0)
        stage = event.get("stage", "segment")
        stage = stage if stage in STAGES else "segment"
        position = (index, STAGES.index(stage), event.get("step") or 0)
        if kind == "losses":
            _put(self.losses, Report(position, event["losses"]))
        elif kind == "validation":
            _put(self.scores, Report(position, event["dice"].get("both", {})))
            # Held-out cases say more than the first look did.
            self.stuck = [one for one in self.stuck if one.get("stage") != "look"]
        elif kind == "preview":
            shown = self.previews.setdefault(event.get("kind", "held-out"), [])
            _put(shown, Report(position, picture=self.folder / event["file"]))
        elif kind == "first-look":
            self.look = event["seconds"]
        elif kind == "warning" and event.get("message") not in (None, *self.warnings):
            self.warnings.append(str(event["message"]))
        elif kind == "stuck":
            self.stuck = [*(one for one in self.stuck if one["classes"] != event["classes"]), event]


def _put(reports: list[Report], new: Report) -> None:
    while reports and reports[-1].position >= new.position:
        reports.pop()
    reports.append(new)
