"""A job of the engine in the warm worker, watched by its folder."""

from __future__ import annotations

import qt

from semigda.errors import CLASSES, SemiGDAError
from semigda.jobs.folder import ENDED
from SemiGDALib.process import Worker

POLL_MS = 200


class EngineJob:
    """Submits a queued job folder to the shared worker.

    Args:
        folder: :class:`semigda.jobs.folder.JobFolder`.
        onProgress: called with (fraction 0..1, message).
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
        except (OSError, ValueError):
            return  # being replaced right now
        seen = state["progress"], state["message"]
        if state["state"] not in ENDED and seen != self._seen and not self._cancelled:
            self._seen = seen
            self._onProgress(*seen)

    def onWorkerFinished(self) -> None:
        """The worker is done with this job's folder."""
        result = self._folder.result() or {"error": {"class": "worker-died"}}
        error = result.get("error")
        if error is None:
            self._end(result["outputs"], None)
            return
        known = error.get("class") if error.get("class") in CLASSES else "internal"
        self._end(
            None,
            SemiGDAError(
                known,
                error.get("message"),
                action=error.get("action"),
                detail=error.get("detail", ""),
            ),
        )

    def onWorkerDied(self, error) -> None:
        """The worker ended before this job did."""
        self._end(None, SemiGDAError("cancelled") if self._cancelled else error)

    def _end(self, outputs, error) -> None:
        if self.active:
            self.active = False
            self._timer.stop()
            self._onEnded(outputs, error)
