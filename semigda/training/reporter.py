"""Telling a job how far a training is, and listening to its controls."""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from semigda_core.errors import Paused, SemiGDAError

SECONDS_BETWEEN_UPDATES = 1.0


class Job(Protocol):
    """What a training needs of a job folder."""

    path: Path

    def event(self, type: str, **values: Any) -> None: ...

    def update(
        self,
        state: str | None = None,
        progress: float | None = None,
        seconds_left: float | None = None,
        message: str | None = None,
    ) -> None: ...

    def requested(self, control: str) -> bool: ...


@dataclass(frozen=True)
class Part:
    """Which part of a job a training is, where one job holds several.

    Attributes:
        index: 0-based, of ``count`` trainings.
        kind: ``fold`` or ``final``.
        start: progress of the job, 0 to 1, when this training begins.
        share: of the job's progress that this training is, above 0.
    """

    index: int
    count: int
    kind: str
    start: float
    share: float


class Reporter:
    """Progress and events of a run, to a job or, without one, to standard output.

    Args:
        job: the job folder, or None.
        total: the whole run's work, in any unit; :meth:`advance` counts it down.
        part: where the run is only a part of the job.
    """

    def __init__(self, job: Job | None, total: float, part: Part | None = None):
        self.job = job
        self.total = total
        self._start, self._share = (part.start, part.share) if part else (0.0, 1.0)
        self._part = {}
        if part is not None:
            self._part["part"] = {"index": part.index, "count": part.count, "kind": part.kind}
        self.done = 0.0
        self._started = time.monotonic()
        self._skipped = 0.0
        self._updated = float("-inf")
        self._left: float | None = None

    def event(self, type: str, **values: Any) -> None:
        """One line of the run's history; plain numbers and texts without paths or case names."""
        values |= self._part
        if self.job is not None:
            self.job.event(type, **values)
        else:
            print(json.dumps({"type": type, **values}), flush=True)

    def name_of(self, path: Path) -> str:
        """How events name a file: from the job's folder on, without any folder outside it."""
        path = path.absolute()
        if self.job is not None and path.is_relative_to(self.job.path.absolute()):
            return path.relative_to(self.job.path.absolute()).as_posix()
        return f"{path.parent.name}/{path.name}"

    def message(self, text: str) -> None:
        """What the run is doing now that is not counted in steps."""
        self.event("message", message=text)
        if self.job is not None:
            self.job.update("running", None, self._left, text)

    def warn(self, text: str) -> None:
        """What the user should know, though the run goes on."""
        self.event("warning", message=text)

    @property
    def progress(self) -> float:
        """Of the whole job, 0 to 1."""
        return self._start + self._share * self.done / self.total

    def check(self) -> None:
        """Obey the job's cancel and pause.

        Raises:
            SemiGDAError: "cancelled".
            Paused: the caller saves what a checkpoint lacks, and lets it pass.
        """
        if self.job is None:
            return
        if self.job.requested("cancel"):
            raise SemiGDAError("cancelled")
        if self.job.requested("pause"):
            self.job.update("pausing", None, self._left, "Saving what was learned so far.")
            raise Paused

    @property
    def stop_requested(self) -> bool:
        """Whether the job shall end now with the best that it has."""
        return self.job is not None and self.job.requested("stop")

    def start_clock(self) -> None:
        """From now on time is spent on what :meth:`advance` counts; call it after loading."""
        self._started = time.monotonic()

    def skip(self, work: float) -> None:
        """Work that an earlier process did before its checkpoint."""
        self.done += work
        self._skipped += work

    def advance(self, work: float, message: str) -> None:
        """Count work as done, renew the state, and :meth:`check`."""
        self.done += work
        if self.job is None:
            return
        now = time.monotonic()
        # A sum of shares may miss the whole by a rounding.
        ended = self.done >= self.total or math.isclose(self.done, self.total)
        if now - self._updated >= SECONDS_BETWEEN_UPDATES or ended:
            self._updated = now
            self._left = self._seconds_left(now)
            self.job.update("running", self.progress, self._left, message)
        self.check()

    def _seconds_left(self, now: float) -> float | None:
        """Until the job's end; the parts after this one take as long as this one by their share."""
        fresh = self.done - self._skipped
        if not fresh:
            return None
        later = max(0.0, 1 - self._start - self._share) / self._share
        return (now - self._started) / fresh * (self.total - self.done + self.total * later)


def nothing_to_keep() -> SemiGDAError:
    """What a stop before stage 2 ends in."""
    return SemiGDAError(
        "cancelled",
        "Stopped before the model had begun to segment, so there is nothing to keep yet.",
        action="Start again, and stop it once it has learned for a while.",
    )
