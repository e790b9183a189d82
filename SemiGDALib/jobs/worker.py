"""A warm worker of the engine: a child process that takes job folders one after another.

No threads: Python threads starve while Qt waits for events. The worker is a ``QProcess``, spoken to
by lines on its standard input and output; torch is imported once and the last model stays loaded.
"""

from __future__ import annotations

import logging
from collections import deque
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.jobs import interpreter
from SemiGDALib import timers
from SemiGDALib.jobs.environment import engineEnvironment
from SemiGDALib.jobs.process_tree import killTree

CANCEL_GRACE_MS = 1500  # then the tree is killed: *Cancel* is promised to answer within 2 s
# So long Slicer waits for a process that was told to end, before it kills the tree: what it had
# begun to write, in temporary folders and among results, it removes itself.
FAREWELL_MS = 3000
# The workers of this Slicer, and how long each stays warm without a job: an idle one keeps half a
# gigabyte, on a graphics card of scarce memory, and only Segment is used again and again.
IDLE_LIMIT_MS = {"segment": 600_000, "check": 120_000, "study": 30_000, "library": 5_000}
STDERR_LINES = 200
_IMPORT_SIGNS = ("ModuleNotFoundError", "ImportError", "DLL load failed", "Symbol not found")


class Worker:
    """A warm process. ``submit`` starts it if needed; if it dies, the job that it ran is given the
    cause, and a new one runs those that waited. If it dies before it takes jobs, all are given it.

    Jobs of one worker wait for each other, those of different workers do not.
    A listener has ``onWorkerFinished()`` (the job's folder has its result) and
    ``onWorkerDied(error)``.
    """

    _known: dict[str, Worker] = {}

    @classmethod
    def of(cls, name: str) -> Worker:
        """The worker of a name in ``IDLE_LIMIT_MS``; it ends with the application."""
        if name not in cls._known:
            cls._known[name] = cls(IDLE_LIMIT_MS[name])
            slicer.app.connect("aboutToQuit()", cls._known[name].stop)
        return cls._known[name]

    @classmethod
    def stopAll(cls) -> None:
        """End every process: Windows cannot replace the files of packages that are in use."""
        for worker in cls._known.values():
            worker.stop()

    def __init__(self, idleLimitMs: int):
        self._process: qt.QProcess | None = None
        self._ended: qt.QProcess | None = None
        # Of (folder, listener), as the process has them: it begins the next one without waiting for
        # Slicer, whose event loop may be busy. Without a listener: taken back before its turn.
        self._queue: deque = deque()
        self._stderr: deque = deque(maxlen=STDERR_LINES)
        self._partial = b""
        self._phase = ""
        self._idle = timers.once(idleLimitMs, self.stop)
        self._grace = timers.once(CANCEL_GRACE_MS, self._onGraceOver)

    @property
    def phase(self) -> str:
        """What a process that is starting does now, for the user; "" once it takes jobs."""
        return self._phase if self._process is not None else ""

    def processId(self) -> int:
        """The worker's process id, 0 when there is none."""
        return int(self._process.processId()) if self._process else 0

    def errorOutput(self) -> str:
        """The last lines the worker wrote to its standard error."""
        return "\n".join(self._stderr)

    def submit(self, folder, listener) -> None:
        """Queue a job folder."""
        self._idle.stop()
        self._queue.append((str(folder), listener))
        if self._process is None:
            self._start()
        if self._process is not None:  # none, if it could not be started
            self._send(str(folder))

    def cancel(self, listener) -> bool:
        """Take back a queued job (True), or give the running one its grace time (False).

        Its folder has the request already, by which the process passes over a queued one.
        """
        if self._isFirst(listener):
            self._grace.start()
            return False
        self._takeBack(listener)
        return True

    def drop(self, listener) -> None:
        """Take a job back at once, the running one with its process; its listener is not called.

        As for :meth:`cancel`, its folder has the request already.
        """
        if self._isFirst(listener):
            self._endFirst()
        else:
            self._takeBack(listener)

    def _isFirst(self, listener) -> bool:
        return bool(self._queue) and self._queue[0][1] is listener

    def _takeBack(self, listener) -> None:
        self._queue = deque(
            (folder, None if other is listener else other) for folder, other in self._queue
        )

    def release(self) -> None:
        """End the process, unless it has jobs."""
        if not self._queue:
            self.stop()

    def stop(self) -> None:
        """End the process and everything it started; jobs it still had end as cancelled."""
        self._end(SemiGDAError("cancelled"))

    # The process

    def _start(self) -> None:
        self._stderr.clear()
        self._partial = b""
        self._phase = _("Starting Python")
        process = qt.QProcess()
        process.setProcessEnvironment(engineEnvironment())
        process.connect("readyReadStandardOutput()", self._onOutput)
        process.connect("readyReadStandardError()", self._onErrorOutput)
        process.connect("finished(int,QProcess::ExitStatus)", self._onFinished)
        process.connect("errorOccurred(QProcess::ProcessError)", self._onProcessError)
        self._process = process
        process.start(interpreter.program(), ["-m", "semigda", "worker"])

    def _send(self, folder: str) -> None:
        # Bytes: a folder's name may have letters that the system's code page lacks.
        self._process.write((folder + "\n").encode("utf-8", "surrogateescape"))

    def _onOutput(self) -> None:
        if self._process is None:
            return
        self._partial += bytes(self._process.readAllStandardOutput().data())
        *lines, self._partial = self._partial.split(b"\n")
        for line in lines:
            if line.strip() == b"loading":
                self._phase = _("Loading PyTorch")
            elif line.strip() == b"ready":
                self._phase = ""
            if line.strip().startswith(b"finished") and self._queue:
                self._grace.stop()
                _folder, listener = self._queue.popleft()
                if not self._queue:
                    self._idle.start()
                if listener is not None:
                    listener.onWorkerFinished()

    def _onErrorOutput(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
            self._stderr.extend(text.splitlines())

    def _onProcessError(self, error) -> None:
        # Any other error is followed by finished(); a process that never started has no such end.
        if self._process is not None and error == qt.QProcess.FailedToStart:
            self._end(
                SemiGDAError(
                    "worker-died",
                    _("The computing process could not be started."),
                    detail=f"{Path(interpreter.program()).name}: {self._process.errorString()}",
                )
            )

    def _onFinished(self, exitCode, exitStatus) -> None:
        if self._process is not None:
            self._onOutput()  # which job it ran last
            self._onErrorOutput()
            cause = self._causeOfDeath(exitCode, exitStatus)
            if self._queue and not self._phase:
                self._endFirst(cause)
            else:
                self._end(cause)

    def _onGraceOver(self) -> None:
        killTree(self.processId())  # it was asked before
        self._endFirst(SemiGDAError("cancelled"))

    def _endFirst(self, error: SemiGDAError | None = None) -> None:
        """End the running job's process, and tell its listener why, unless there is no error; those
        that wait go to a new one."""
        first, *waiting = self._queue
        self._queue.clear()
        self._endProcess()
        for folder, listener in waiting:
            if listener is not None:
                self.submit(folder, listener)
        if error is not None:
            _tell([first], error)

    def _end(self, error: SemiGDAError) -> None:
        self._endProcess()
        jobs = list(self._queue)
        self._queue.clear()
        _tell(jobs, error)

    def _endProcess(self) -> None:
        process, self._process = self._process, None
        self._idle.stop()
        self._grace.stop()
        if process is not None and process.state() != qt.QProcess.NotRunning:
            process.blockSignals(True)  # its end must not be mistaken for that of a later worker
            process.closeWriteChannel()
            if self._phase or not process.waitForFinished(FAREWELL_MS):
                killTree(int(process.processId()))
                if not process.waitForFinished(1000):
                    logging.warning("SemiGDA: the computing process does not end")
        # Kept until the next one ends: this may be called from its own signal, and a QProcess
        # must not be deleted there, which losing its last reference would do.
        self._ended = process

    def _causeOfDeath(self, exitCode, exitStatus) -> SemiGDAError:
        errorOutput = self.errorOutput()
        if any(sign in errorOutput for sign in _IMPORT_SIGNS):
            last = next((line for line in reversed(self._stderr) if line.strip()), "")
            return SemiGDAError("import-error", detail=last)
        crashed = exitStatus == qt.QProcess.CrashExit
        how = f"ended by the system (signal {exitCode})" if crashed else f"exit code {exitCode}"
        message = None
        if crashed:
            message = _(
                "The system ended the computing process, often because the computer ran out "
                "of memory."
            )
        return SemiGDAError("worker-died", message, detail=how)


def _tell(jobs, error: SemiGDAError) -> None:
    for _folder, listener in jobs:
        if listener is not None:
            listener.onWorkerDied(error)
