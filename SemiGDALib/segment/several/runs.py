"""Segmenting several volumes with one warm worker, without dialogs and widgets."""

from __future__ import annotations

import os
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import write_json
from semigda_core.jobs.folder import JobFolder
from semigda_core.jobs.segmenting import SegmentOptions
from semigda_core.labels.made import read_report
from semigda_core.labels.segments import ENDING
from SemiGDALib import nodes
from SemiGDALib.jobs.engine_job import EngineJob, ignore
from SemiGDALib.jobs.private import privateFolder
from SemiGDALib.segment.region import regionIn
from SemiGDALib.segment.run import Running, SegmentRun
from SemiGDALib.segment.several.rows import (
    DONE,
    EDITED,
    FAILED,
    OUTSIDE,
    RUNNING,
    WAITING,
    Row,
    segmentsOf,
)

# While one volume is segmented, the next one is written and the one before is brought in.
AHEAD = 2
# Errors that would recur with the next volume.
_ALL_VOLUMES = ("model-invalid", "device-unavailable", "disk-full", "import-error")
_STATES = {"segmented": DONE, "kept": DONE, "unknown": DONE, "edited": EDITED, "failed": FAILED}
_STATES[OUTSIDE] = OUTSIDE


class SeveralRun(Running):
    """What both have in common; each row's state is that of its volume at any time.

    Args:
        todo: places of the rows to segment.
        folder: gets ``NAME.seg.nrrd``, ``summary.csv`` and ``contact-sheet.png``.
        onEnded: called once with None, or with the SemiGDAError that ended all; of class
            "cancelled" after :meth:`cancel`. Failures of single volumes are in their rows.

    The others are as of :meth:`SemiGDALib.segment.several.logic.SeveralLogic.startSeveral`.

    Raises:
        SemiGDAError: at once, for missing requirements or a full disk.
    """

    kind = "several"

    def __init__(
        self,
        rows: list[Row],
        todo: list[int],
        model,
        options: SegmentOptions,
        folder=None,
        again: bool = False,
        onRow=None,
        onProgress=None,
        onEnded=None,
        roi=None,
    ):
        super().__init__()
        self.onRow, self.onProgress = onRow or ignore, onProgress or ignore
        self.onEnded = onEnded or ignore
        self.rows, self.todo = rows, todo
        self.model, self.options = str(model), options
        self.folder = Path(folder) if folder else None
        self.again = again
        self._roi = nodes.Held(roi) if roi is not None else None
        for place in todo:
            rows[place].become(WAITING)

    def _startJob(self, only: list[int], onProgress, onEnded) -> JobFolder:
        """A job of kind "cohort" on the rows' images."""
        with privateFolder() as private:
            cases = private / "cases.json"
            # A volume of the scene has no file any more: its result is there, or it has none.
            images = [(row.name, row.image or f"{n}.nrrd") for n, row in enumerate(self.rows)]
            listed = [{"name": n, "image": str(private / image)} for n, image in images]
            write_json(cases, listed)
            job = JobFolder.create(
                private / "job",
                "cohort",
                {"cases": str(cases), "out": str(self.folder), "only": only},
                {**self.options.to_dict(), "again": self.again, "overwrite": self.again},
                self.model,
            )
        self._job = EngineJob(job, onProgress, onEnded, private)
        return job

    def _set(self, place: int, state: str, segments=(), error=None, notes=()) -> None:
        row = self.rows[place]
        if state == FAILED and self.folder is not None:
            there = os.path.exists(self.folder / f"{row.name}{ENDING}")
            notes = (_("The segmentation in the folder is an earlier one."),) if there else ()
        row.become(state, segments, error, notes)
        self.onRow(place)

    def _end(self, error: SemiGDAError | None) -> None:
        self.active, self.error = False, error
        for place, row in enumerate(self.rows):
            if row.state == RUNNING:
                self._set(place, WAITING)
        self.onEnded(error)


class FolderRun(SeveralRun):
    """Image files: one job of kind "cohort", which goes on where an earlier one ended."""

    def __init__(self, *about, **callbacks):
        super().__init__(*about, **callbacks)
        self._seen = 0
        self._events = self._startJob(self.todo, self._onProgress, self._onJobEnded)

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        self._read()
        if fraction > 0 or self._seen:
            now = next((n for n in self.todo if self.rows[n].state in (WAITING, RUNNING)), None)
            if now is not None and self.rows[now].state == WAITING:
                self._set(now, RUNNING)
        self.onProgress(fraction, message, secondsLeft)

    def _read(self) -> None:
        """Take what the job has told of its images since the last time."""
        events = self._events.events(self._seen)
        self._seen += len(events)
        for event in events:
            if event["type"] != "case" or event["index"] >= len(self.rows):
                continue
            place, error = event["index"], event.get("error")
            state = _STATES.get(event["state"], FAILED)
            report = read_report(self.folder / f"{self.rows[place].name}.json")
            there = report if report and state in (DONE, EDITED) else None
            segments, notes = (segmentsOf(there), there.get("notes", ())) if there else ((), ())
            failure = SemiGDAError.from_dict(error) if error else None
            self._set(place, state, segments, failure, notes)

    def _onJobEnded(self, _result, error) -> None:
        self._read()
        self._end(error)


class SceneRun(SeveralRun):
    """Volumes of the scene: each gets a segmentation beside it, as by a click on *Segment*."""

    def __init__(self, *about, **callbacks):
        super().__init__(*about, **callbacks)
        self._waiting = deque(self.todo)
        self._running: dict[int, SegmentRun] = {}  # the first one is with the worker
        self._ended = 0
        self._stopped: SemiGDAError | None = None
        self._started = time.monotonic()
        self._fill()

    def cancel(self) -> None:
        """Stop within 2 s; what is finished stays."""
        self._stop(SemiGDAError("cancelled"))
        self._fill()

    def abandon(self) -> None:
        running, self._running = self._running, {}
        for run in reversed(running.values()):
            run.abandon()
        super().abandon()

    def _stop(self, error: SemiGDAError) -> None:
        if not self.active or self._stopped is not None or self._job is not None:
            return
        self._stopped = error
        self._waiting.clear()
        for run in reversed(list(self._running.values())):
            run.cancel()

    def _fill(self) -> None:
        """Hand over what the worker can have; end once nothing is left."""
        while self._waiting and len(self._running) < AHEAD:
            self._begin(self._waiting.popleft())
        idle = not self._running and not self._waiting and self._job is None
        if self.active and idle:
            self._finish()

    def _begin(self, place: int) -> None:
        row = self.rows[place]
        try:
            volume = row.presentVolume()
            options = self._optionsFor(volume)
            self._set(place, WAITING if self._running else RUNNING)
            self._running[place] = SegmentRun(
                volume,
                self.model,
                None,
                options,
                self._onProgress,
                lambda result: self._onResult(place, result),
                lambda error: self._onError(place, error),
                keep=self._keep(row),
            )
        except SemiGDAError as error:  # the loop goes on: a thousand of them are no recursion
            self._failed(place, error)

    def _keep(self, row: Row) -> dict | None:
        if self.folder is None:
            return None
        return {"out": str(self.folder), "name": row.name, "overwrite": self.again}

    def _optionsFor(self, volume) -> SegmentOptions:
        """With the region where it lies in the volume's own space."""
        if self._roi is None:
            return self.options
        roi = self._roi.node
        if roi is None:
            raise SemiGDAError(
                "bad-input",
                _("The region of interest is not in the scene any more."),
                action=_("Place it again, or choose the whole volume."),
            )
        return replace(self.options, roi=regionIn(roi, volume))

    def _onProgress(self, fraction, message, secondsLeft) -> None:
        total = len(self.todo)
        done = (self._ended + fraction) / total
        spent = time.monotonic() - self._started
        left = spent / done * (1 - done) if self._ended else None
        # Of the one that the worker has; the next one waits and says nothing.
        if self._ended or fraction:
            number = min(self._ended + 1, total)
            message = _("Segmenting image {number} of {total}").format(number=number, total=total)
        self.onProgress(done, message, left)

    def _onResult(self, place: int, result) -> None:
        self._leave(place)
        self._set(place, DONE, result.segments, notes=result.report.get("notes", ()))
        self._fill()

    def _onError(self, place: int, error: SemiGDAError) -> None:
        self._failed(place, error)
        self._fill()

    def _failed(self, place: int, error: SemiGDAError) -> None:
        self._leave(place)
        if error.error_class == "cancelled":
            self._ended -= 1
            self._set(place, WAITING)
        else:
            self._set(place, OUTSIDE if error.detail == OUTSIDE else FAILED, (), error)
        if error.error_class in (*_ALL_VOLUMES, "cancelled"):  # also by who ended the worker
            self._stop(error)

    def _leave(self, place: int) -> None:
        self._running.pop(place, None)
        self._ended += 1
        following = next(iter(self._running), None)
        if following is not None:
            self._set(following, RUNNING)

    def _finish(self) -> None:
        """Also the table and the contact sheet, which a stop does not wait for."""
        tables = self.folder is not None and any(row.state == DONE for row in self.rows)
        if self._stopped is not None or not tables:
            self._end(self._stopped)
        if not tables:
            return
        try:
            self._startJob([], ignore, self._onTables)  # tables take no time
        except SemiGDAError as error:
            self._onTables(None, error)

    def _onTables(self, _result, error) -> None:
        if self.active:
            self._end(error)
