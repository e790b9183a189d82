"""Everything that a module has running in child processes, in one place that can end it."""

from __future__ import annotations


class Jobs:
    """The jobs and commands that a module started.

    What is added has ``active`` and ``abandon()``; jobs also have ``kind`` and ``cancel()``.

    Args:
        workers: names of the workers that the module uses.
    """

    def __init__(self, *workers: str):
        self._workers = workers
        self._started: list = []
        self._ended = False

    def add(self, one):
        """Keep a job or command until it has ended; returns it."""
        self._started = [*filter(_isActive, self._started), one]
        if self._ended:  # started by a click that was still on its way
            one.abandon()
        return one

    def isRunning(self, kind: str) -> bool:
        """Whether a job of this kind has not ended yet."""
        return bool(self._jobs(kind))

    def cancel(self, *kinds: str) -> None:
        """Ask the jobs of these kinds to stop; they do within 2 s and say so."""
        for job in self._jobs(*kinds):
            job.cancel()

    def end(self) -> None:
        """End everything at once: nobody is called back any more, and no process stays.

        A training is none of these jobs: it has a process of its own, which outlives Slicer.
        """
        self._ended = True
        # The last one first: none moves up to a new process.
        for one in reversed([*filter(_isActive, self._started)]):
            one.abandon()
        self._started = []
        from SemiGDALib.jobs.worker import Worker  # an opening needs none

        for name in self._workers:
            Worker.of(name).release()

    def _jobs(self, *kinds: str) -> list:
        return [one for one in self._started if one.active and one.kind in kinds]


def _isActive(one) -> bool:
    return one.active
