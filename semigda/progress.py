"""Reporting progress, and hearing a request to end.

Every slow function of the engine takes a :class:`Progress`, reports to it, and checks it now and
then for a request to stop. Behind it is whatever listens: a job folder or a terminal.
"""

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
    """Receives the progress and may ask the task to end; usually a job folder."""

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
    """Which part of a job a task is, where one job holds several.

    Attributes:
        index: 0-based, of ``count`` trainings.
        kind: ``fold`` or ``final``.
        start: progress of the job, 0 to 1, when this task begins.
        share: of the job's progress that this task is, above 0.
    """

    index: int
    count: int
    kind: str
    start: float
    share: float


class Progress:
    """A task reports its progress here, and learns here that it is to end.

    Args:
        job: what receives it; with None the task always runs to its end.
        total: the whole task's work, in any unit.
        part: where the task is only a part of the job.
    """

    def __init__(self, job: Job | None = None, total: float = 1.0, part: Part | None = None):
        self.job, self.total, self.done = job, total, 0.0
        self._start, self._share = (part.start, part.share) if part else (0.0, 1.0)
        self._part = {}
        if part is not None:
            self._part["part"] = {"index": part.index, "count": part.count, "kind": part.kind}
        self._started = time.monotonic()
        self._skipped = 0.0
        self._updated = float("-inf")
        self._left: float | None = None

    # Telling

    def advance(self, work: float, message: str) -> None:
        """Count work as done, and :meth:`check`; made for every step of a loop."""
        self.done += work
        # A sum of shares may miss the whole by a rounding.
        ended = self.done >= self.total or math.isclose(self.done, self.total)
        if ended or time.monotonic() - self._updated >= SECONDS_BETWEEN_UPDATES:
            self._update(message)
        self.check()

    def at(self, done: float, message: str) -> None:
        """Set how much of the total is done, as a new activity begins; :meth:`check`."""
        self.done = done
        self._update(message)
        self.check()

    def message(self, text: str) -> None:
        """Report an activity that does not count towards the total."""
        self.event("message", message=text)
        if self.job is not None:
            self.job.update("running", None, self._still_left, text)

    def event(self, type: str, **values: Any) -> None:
        """One line of the job's history; plain numbers and texts without paths or case names."""
        if self.job is not None:
            self.job.event(type, **values, **self._part)

    def warn(self, text: str) -> None:
        """Tell the user of a problem that does not end the task."""
        self.event("warning", message=text)

    def name_of(self, path: Path) -> str:
        """How events name a file: from the job's folder on, without any folder outside it."""
        path = path.absolute()
        if self.job is not None and path.is_relative_to(Path(self.job.path).absolute()):
            return path.relative_to(Path(self.job.path).absolute()).as_posix()
        return f"{path.parent.name}/{path.name}"

    def start_clock(self) -> None:
        """Start measuring time: what came before, such as loading, does not count."""
        self._started = time.monotonic()

    def skip(self, work: float) -> None:
        """Count work that an earlier process did before its checkpoint."""
        self.done += work
        self._skipped += work

    # Hearing

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
            self.job.update("pausing", None, self._still_left, "Saving what was learned so far.")
            raise Paused

    @property
    def stop_requested(self) -> bool:
        """Whether the task is to end now and keep what it has."""
        return self.job is not None and self.job.requested("stop")

    # Within

    def inside(self) -> Progress:
        """For a subtask that reports nothing, but obeys the same requests."""
        return _Inside(self)

    def share(self, work: float, message: str) -> Progress:
        """For a subtask that is ``work`` of this task; ``message`` stays while it runs."""
        return _Share(self, work, message)

    # Where it is

    @property
    def seconds(self) -> float:
        """Since it began, or since :meth:`start_clock`."""
        return time.monotonic() - self._started

    @property
    def of_job(self) -> float:
        """Of the whole job, 0 to 1."""
        return self._start + self._share * self.done / self.total

    @property
    def _still_left(self) -> float | None:
        """Of what was left at the last update; None if it took longer."""
        left = (self._left or 0.0) - (time.monotonic() - self._updated)
        return left if left > 0 else None

    def _update(self, message: str) -> None:
        if self.job is None:
            return
        self._updated = time.monotonic()
        self._left = self._seconds_left(self._updated)
        self.job.update("running", self.of_job, self._left, message)

    def _seconds_left(self, now: float) -> float | None:
        """Until the job's end; the parts after this one take as long as this one by their share."""
        fresh = self.done - self._skipped
        if not fresh:
            return None
        later = max(0.0, 1 - self._start - self._share) / self._share
        return (now - self._started) / fresh * (self.total - self.done + self.total * later)


class _Inside(Progress):
    def __init__(self, outer: Progress):
        super().__init__()
        self._outer = outer

    def check(self) -> None:
        self._outer.check()

    @property
    def stop_requested(self) -> bool:
        return self._outer.stop_requested


class _Share(_Inside):
    def __init__(self, outer: Progress, work: float, message: str):
        super().__init__(outer)
        self._begun, self._work, self._message = outer.done, work, message

    def _update(self, message: str) -> None:
        self._outer.done = self._begun + self._work * self.of_job
        self._outer._update(self._message)


UNWATCHED = Progress()  # nobody listens: what a function takes by default


class Printed:
    """A job that nobody watches: its history is printed, one JSON object a line."""

    def __init__(self, path: Path):
        self.path = path

    def event(self, type: str, **values: Any) -> None:
        print(json.dumps({"type": type, **values}), flush=True)

    def update(self, *_: Any, **__: Any) -> None:
        pass

    def requested(self, control: str) -> bool:
        return False
