"""A download of a model: a job of the engine, in a process of its own."""

from __future__ import annotations

from semigda_core.errors import SemiGDAError
from semigda_core.jobs.folder import JobFolder
from semigda_core.models.catalogue import catalogue_source
from semigda_core.models.library import user_folder
from SemiGDALib.jobs.engine_job import EngineJob
from SemiGDALib.jobs.private import privateFolder, removeFolder


class Download:
    """Downloads and installs an entry of the catalogue in use; whoever starts it has asked.

    Args:
        entry: :class:`semigda_core.models.catalogue.Entry`.
        overwrite: let it take the place of another model of its name.
        onProgress: called with (fraction 0..1, message, seconds left or None).
        onDone: called once, with None or a SemiGDAError, of class "cancelled" after :meth:`cancel`.
    """

    kind = "download"

    def __init__(self, entry, overwrite, onProgress, onDone):
        self.active = True
        self._onDone = onDone
        inputs = {
            "entry": entry.to_dict(),
            "catalogue": catalogue_source(),
            "library": str(user_folder()),
        }
        with privateFolder() as self._folder:
            job = JobFolder.create(self._folder, self.kind, inputs, {"overwrite": overwrite})
        self._job = EngineJob(job, onProgress, self._onEnded)

    def cancel(self) -> None:
        """Ask to stop; within 2 s ``onDone`` is called. What came is kept for the next time."""
        if self.active:
            self._job.cancel()

    def abandon(self) -> None:
        """End at once, without a word."""
        self._onDone = None
        self._job.abandon()
        self._onEnded(None, None)

    def _onEnded(self, _result, error: SemiGDAError | None) -> None:
        self.active = False
        removeFolder(self._folder)
        if self._onDone is not None:
            self._onDone(error)
