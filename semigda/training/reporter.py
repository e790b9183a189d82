"""Telling a job how far a training is, and listening to its cancel and pause."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from semigda.errors import SemiGDAError

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


class Reporter:
    """Progress and events of a run, to a job or, without one, to standard output.

    Args:
        job: the job folder, or None.
        total: the whole run's work, in any unit; :meth:`advance` counts it down.
    """

    def __init__(self, job: Job | None, total: float):
        self.job = job
        self.total = total
        self.done = 0.0
        self._started = time.monotonic()
        self._skipped = 0.0
        self._updated = float("-inf")

    def event(self, type: str, **values: Any) -> None:
        """One line of the run's history; plain numbers and texts without paths or case names."""
        if self.job is not None:
            self.job.event(type, **values)
        else:
            print(json.dumps({"type": type, **values}), flush=True)

    def message(self, text: str) -> None:
        """What the run is doing now that is not counted in steps."""
        self.event("message", message=text)
        if self.job is not None:
            self.job.update("running", self.done / self.total, message=text)

    def check_cancelled(self) -> None:
        """Raises SemiGDAError("cancelled") if that was asked for."""
        if self.job is not None and self.job.requested("cancel"):
            raise SemiGDAError("cancelled")

    def skip(self, work: float) -> None:
        """Work that an earlier process did before its checkpoint."""
        self.done += work
        self._skipped += work

    def advance(self, work: float, message: str, save: Callable[[], None]) -> None:
        """Count work as done, renew the state, and obey cancel and pause.

        A pause saves a checkpoint, then waits here until it is lifted.

        Raises:
            SemiGDAError: "cancelled".
        """
        self.done += work
        if self.job is None:
            return
        if self.job.requested("pause"):
            self._pause(save)
        self.check_cancelled()
        now = time.monotonic()
        if now - self._updated >= SECONDS_BETWEEN_UPDATES or self.done >= self.total:
            self._updated = now
            fresh = self.done - self._skipped
            left = (now - self._started) / fresh * (self.total - self.done) if fresh else None
            self.job.update("running", self.done / self.total, left, message)

    def _pause(self, save: Callable[[], None]) -> None:
        paused = time.monotonic()
        self.job.update("pausing", message="Saving what was learned so far.")
        save()
        self.job.update("paused", message="Paused.")
        while self.job.requested("pause") and not self.job.requested("cancel"):
            time.sleep(0.2)
        self.job.update("running", message="Going on.")
        self._started += time.monotonic() - paused
