"""A short command of the engine in a child process, without blocking the window."""

from __future__ import annotations

import qt

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import clear_leftovers
from semigda_core.jobs import interpreter
from SemiGDALib import timers
from SemiGDALib.jobs.environment import engineEnvironment
from SemiGDALib.jobs.process_tree import killTree


class EngineCommand:
    """Runs ``python ARGUMENTS``; calls ``onDone(exit code, standard output, standard error)``.

    The exit code is -1 if the process could not be started, crashed, or ran past ``limitMs``.
    ``python``: a :class:`semigda_core.jobs.interpreter.Interpreter` rather than the one in use.
    ``folder``: the one that it writes to, where nothing half-written stays.
    """

    kind = "command"
    # Keeps commands alive until the one after their end: a QProcess must neither be lost while it
    # runs nor be deleted from its own signal.
    _alive: list[EngineCommand] = []

    def __init__(self, arguments, onDone, limitMs: int, python=None, folder=None):
        self._onDone, self._folder = onDone, folder
        self.active = True
        self._limit = timers.once(limitMs, self.stop)
        self._process = qt.QProcess()
        self._process.setProcessEnvironment(engineEnvironment(python))
        self._process.connect("finished(int,QProcess::ExitStatus)", self._onFinished)
        self._process.connect("errorOccurred(QProcess::ProcessError)", self._onProcessError)
        EngineCommand._alive = [one for one in EngineCommand._alive if one.active]
        EngineCommand._alive.append(self)
        self._limit.start()
        self._process.start(interpreter.program(python), list(arguments))

    def stop(self) -> None:
        """Kill the child and what it started."""
        killTree(int(self._process.processId()))

    def abandon(self) -> None:
        """Kill it without a word: whoever waited is gone."""
        self._onDone = None
        self.stop()
        self._process.waitForFinished(1000)

    def _onProcessError(self, error) -> None:
        if error == qt.QProcess.FailedToStart:  # any other is followed by finished()
            self._finish(-1)

    def _onFinished(self, exitCode, exitStatus) -> None:
        self._finish(exitCode if exitStatus == qt.QProcess.NormalExit else -1)

    def _finish(self, exitCode: int) -> None:
        self._limit.stop()
        if exitCode != 0 and self._folder is not None:
            clear_leftovers(self._folder)
        onDone, self._onDone = self._onDone, None
        if onDone is not None:
            output = bytes(self._process.readAllStandardOutput().data()).decode("utf-8", "replace")
            errors = bytes(self._process.readAllStandardError().data()).decode("utf-8", "replace")
            onDone(exitCode, output, errors)
        self.active = False


def run(
    jobs, arguments, onDone, limitMs: int, errorClass: str, otherwise: str, folder=None
) -> EngineCommand:
    """``semigda ARGUMENTS``; calls ``onDone(standard output, SemiGDAError or None)``.

    Args:
        jobs: the :class:`SemiGDALib.jobs.owner.Jobs` that the command belongs to.
        errorClass: of an error, which the command does not say.
        otherwise: the error's sentence where the command says nothing.
        folder: see :class:`EngineCommand`.
    """

    def finished(exitCode, output, errors):
        onDone(output, _errorFrom(errorClass, errors, otherwise) if exitCode != 0 else None)

    command = ["-m", "semigda", *arguments]
    return jobs.add(EngineCommand(command, finished, limitMs, folder=folder))


def _errorFrom(errorClass: str, errors: str, otherwise: str) -> SemiGDAError:
    """From standard error: what is wrong in a line, what to do in the next."""
    sentence, action, *detail = [*errors.splitlines(), "", ""]
    return SemiGDAError(
        errorClass,
        sentence.removeprefix("semigda: ") or otherwise,
        action=action or None,
        detail=" ".join(detail).strip(),
    )
