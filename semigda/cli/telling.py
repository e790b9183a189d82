"""What the ``semigda`` command tells a terminal while it works."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from semigda_core.files.streams import Steady
from semigda_core.files.texts import one_line
from semigda_core.jobs.folder import JobFolder
from semigda_core.project.training.estimates import duration


def agreed(question: str) -> bool:
    """Whether a person at a terminal says yes."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    print(question, end="", file=sys.stderr, flush=True)  # standard output may go to a file
    return input().strip().lower() in ("y", "yes")


def typed(*words: object) -> str:
    """A ``semigda`` command as a terminal takes it, whatever its paths hold."""
    join = subprocess.list2cmdline if os.name == "nt" else shlex.join
    return join(["semigda", *map(str, words)])


def print_json(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=False))


def number_of(count: int, what: str) -> str:
    """Such as "1 case", "3 cases"."""
    return f"{count} {what}{'' if count == 1 else 's'}"


class Terminal:
    """Prints a progress: a line when the message changes or another five per cent are done."""

    path = Path()

    def __init__(self, stream: Any):
        self._stream = stream
        self._told: tuple[int | None, str] | None = None

    def update(self, state=None, progress=None, seconds_left=None, message=None) -> None:
        # The part after a colon counts steps; it is not new.
        counted = progress is not None
        twentieths = int(progress * 20) if counted else None
        now = twentieths, message.partition(":")[0]
        if message and now != self._told:
            self._told = now
            share = f"{100 * progress:5.1f} %" if counted else " " * 7
            left = f" ({duration(seconds_left)} left)" if (seconds_left or 0) >= 60 else ""
            print(f"{share}  {one_line(message)}{left}", file=self._stream, flush=True)

    def event(self, type: str, **values: Any) -> None:
        pass

    def requested(self, control: str) -> bool:
        return False


class TerminalJob(JobFolder):
    """A job folder that also prints its events to a terminal."""

    def tell(self, terminal: Steady) -> None:
        self._terminal = terminal
        self._lines = Terminal(terminal)

    def update(self, state=None, progress=None, seconds_left=None, message=None) -> None:
        super().update(state, progress, seconds_left, message)
        now = self._claimed()
        self._lines.update(None, now["progress"], now["seconds_left"], now["message"])

    def event(self, type: str, **values: Any) -> None:
        super().event(type, **values)
        if type in _SENTENCES:
            sentence = one_line(_SENTENCES[type](values), 1000)
            print(f"         {sentence}", file=self._terminal, flush=True)


def dice_text(value: float | None) -> str:
    """A Dice; "-" for that of a class that is nowhere."""
    return "-" if value is None else f"{value:.3f}"


def dice_by_class(dice: Mapping[str, float | None]) -> str:
    """Such as "liver 0.912, tumour -"."""
    return ", ".join(f"{name} {dice_text(value)}" for name, value in dice.items())


_SENTENCES: dict[str, Callable[[dict[str, Any]], str]] = {
    "validation": lambda event: (
        f"Dice after step {event['step']}: {dice_by_class(event['dice']['both'])}"
    ),
    "stuck": lambda event: (
        f"Not found so far: {', '.join(event['classes'])}. {' '.join(event['causes'])}"
    ),
    "warning": lambda event: event["message"],
}


def run_and_tell(
    folder: str | os.PathLike[str], descriptor: int = 2, encoding: str | None = None
) -> tuple[TerminalJob, int]:
    """Run a job in this process, its progress to a standard stream; the job and its exit code."""
    from semigda.jobs.run import run_job

    job = TerminalJob(folder)
    stream = os.dup(descriptor)  # a separate one: the job's own output goes to its log
    encoding = encoding or sys.stderr.encoding
    with os.fdopen(stream, "w", encoding=encoding, errors="backslashreplace") as terminal:
        job.tell(Steady(terminal))
        return job, run_job(job)
