"""A job folder with a worker, watched until its end."""

from __future__ import annotations

import contextlib

from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import ENDED
from semigda_core.jobs.kinds import KINDS
from SemiGDALib import texts, timers
from SemiGDALib.jobs.private import removeFolder
from SemiGDALib.jobs.worker import Worker

POLL_MS = 100


class EngineJob:
    """Hands a queued job folder to its worker.

    Args:
        folder: :class:`semigda_core.jobs.folder.JobFolder`.
        onProgress: called with (fraction 0..1, message, seconds left or None).
        onEnded: called once, with (``{"outputs", "report"}``, None), or with (None, SemiGDAError),
            of class "cancelled" after :meth:`cancel`.
        private: a folder of :func:`SemiGDALib.jobs.private.privateFolder`, which is removed after
            that, or when the job is abandoned.
    """

    def __init__(self, folder, onProgress, onEnded, private=None):
        self.kind = folder.job["kind"]
        self.active = True
        self.worker = Worker.of(KINDS[self.kind].worker)
        self._folder, self._private = folder, private
        self._onProgress, self._onEnded = onProgress, onEnded
        self._cancelled = False
        self._seen = None
        self._timer = timers.every(POLL_MS, self._onPoll)
        self._timer.start()
        self.worker.submit(folder.path, self)

    def cancel(self) -> None:
        """Ask to stop; within 2 s ``onEnded`` is called, even if the job is done by then."""
        if self.active and not self._cancelled:
            self._cancelled = True
            self._request()
            if self.worker.cancel(self):
                self._end(None, SemiGDAError("cancelled"))

    def abandon(self) -> None:
        """End at once, without a word: whoever waited is gone."""
        self._onProgress = self._onEnded = ignore
        if self.active:
            self._request()
        self.worker.drop(self)
        self._end(None, SemiGDAError("cancelled"))

    def _request(self) -> None:
        with contextlib.suppress(OSError):  # its disk is away; the worker is ended all the same
            self._folder.request("cancel")

    def _onPoll(self) -> None:
        try:
            state = self._folder.state()
        except (OSError, SemiGDAError):
            return  # being replaced right now; the next look is a tenth of a second away
        # Before the worker has the job, what counts is how far the worker is.
        seen = state["progress"], self.worker.phase or state["message"], state["seconds_left"]
        if state["state"] not in ENDED and seen != self._seen and not self._cancelled:
            self._seen = seen
            self._onProgress(*seen)

    def onWorkerFinished(self) -> None:
        """The worker is done with this job's folder."""
        if self._cancelled:  # also when the result came in the same moment: a no is a no
            self._end(None, SemiGDAError("cancelled"))
            return
        try:
            result, error = self._folder.result(), self._folder.error()
        except SemiGDAError as damaged:
            result, error = None, damaged
        if result is None and error is None:
            error = SemiGDAError("worker-died", detail="no result was written")
        self._end(result if error is None else None, error)

    def onWorkerDied(self, error) -> None:
        """The worker ended before this job did."""
        self._end(None, SemiGDAError("cancelled") if self._cancelled else error)

    def _end(self, result, error) -> None:
        if not self.active:
            return
        self.active = False
        self._timer.stop()
        if error is not None:
            self._endFolder(error)
        try:
            self._onEnded(result, error)
        finally:
            removeFolder(self._private)

    def _endFolder(self, error) -> None:
        """A job that was cancelled while it waited, or whose worker died, would never end."""
        try:
            if self._folder.state()["state"] not in ENDED:
                self._folder.fail(error)
        except (OSError, SemiGDAError):
            pass  # the project's disk is away


def ignore(*_what) -> None:
    """Nobody listens."""


def startJob(jobs, folder, onProgress=None, onDone=None, take=ignore) -> EngineJob:
    """A job folder of a project, as a module's Logic starts it.

    Args:
        jobs: the :class:`SemiGDALib.jobs.owner.Jobs` that it belongs to.
        onProgress: called with (fraction 0..1, text for the user).
        onDone: called with what ``take`` makes of the outputs, and None; or with None and a
            SemiGDAError.
    """
    report, done = onProgress or ignore, onDone or ignore

    def progress(fraction, message, secondsLeft):
        report(fraction, texts.progress(message, secondsLeft))

    def ended(result, error):
        done(None if error is not None else take(result["outputs"]), error)

    return jobs.add(EngineJob(folder, progress, ended))
