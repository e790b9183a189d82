"""A job of the engine in the warm worker, watched by its folder."""

from __future__ import annotations

import qt

from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import ENDED
from SemiGDALib import texts
from SemiGDALib.process import Worker

POLL_MS = 200


class EngineJob:
    """Submits a queued job folder to the shared worker.

    Args:
        folder: :class:`semigda_core.jobs.folder.JobFolder`.
        onProgress: called with (fraction 0..1, message and time left).
        onEnded: called with (outputs, None), or with (None, SemiGDAError), of class "cancelled"
            after :meth:`cancel`.
    """

    def __init__(self, folder, onProgress, onEnded):
        self._folder = folder
        self._onProgress, self._onEnded = onProgress, onEnded
        self._cancelled = False
        self._seen = None
        self.active = True
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._onPoll)
        self._timer.start()
        Worker.shared().submit(folder.path, self)

    def cancel(self) -> None:
        """Ask to stop; within 2 s ``onEnded`` is called."""
        if self.active and not self._cancelled:
            self._cancelled = True
            self._folder.request("cancel")
            if Worker.shared().cancel(self):
                self._end(None, SemiGDAError("cancelled"))

    def _onPoll(self) -> None:
        try:
            state = self._folder.state()
        except (OSError, SemiGDAError):
            return  # being replaced right now
        left = texts.timeLeft(state["seconds_left"])
        seen = state["progress"], ", ".join(filter(None, (state["message"].rstrip("."), left)))
        if state["state"] not in ENDED and seen != self._seen and not self._cancelled:
            self._seen = seen
            self._onProgress(*seen)

    def onWorkerFinished(self) -> None:
        """The worker is done with this job's folder."""
        try:
            result, error = self._folder.result(), self._folder.error()
        except SemiGDAError as damaged:
            result, error = {}, damaged
        if result is None:
            error = SemiGDAError("worker-died", detail="no result was written")
        self._end((result or {}).get("outputs"), error)

    def onWorkerDied(self, error) -> None:
        """The worker ended before this job did."""
        self._end(None, SemiGDAError("cancelled") if self._cancelled else error)

    def _end(self, outputs, error) -> None:
        if not self.active:
            return
        self.active = False
        self._timer.stop()
        if error is not None:
            self._tellFolder(error)
        self._onEnded(outputs, error)

    def _tellFolder(self, error) -> None:
        """A job that was cancelled while it waited, or whose worker died, would never end."""
        try:
            if self._folder.state()["state"] not in ENDED:
                self._folder.fail(error)
        except (OSError, SemiGDAError):
            pass  # the project's disk is away
