"""The job folder: the only thing that passes between Slicer and the engine.

========================  ========================================================================
``job.json``              in: kind, inputs, options, model; never changes
``state.json``            now: state, process, heartbeat, progress; replaced atomically
``events.jsonl``          history: one JSON object a line, append only
``result.json``           out: outputs and report, or the error
``control/``              empty files the watcher makes: ``cancel``, ``pause``, ``stop``
``log.txt``               everything else
========================  ========================================================================

Only the process that runs the job calls ``update``, ``event`` and ``finish``; a watcher reads,
makes requests, and may ``fail`` a job whose process is gone. Events and states hold no patient
data: paths are removed from their texts.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from semigda_core.errors import SemiGDAError
from semigda_core.files.atomic import temporary_path, write_json
from semigda_core.files.targets import same_place
from semigda_core.jobs import schema
from semigda_core.jobs.home import at_home, folder_mark
from semigda_core.jobs.kinds import KINDS
from semigda_core.jobs.schema import SCHEMA_VERSION, STATES
from semigda_core.processes import computer, is_same_process, process_start
from semigda_core.version import __version__

ACTIVE = ("running", "pausing")  # a process works on these; a paused job has none
ENDED = ("cancelled", "failed", "done")
CONTROLS = ("cancel", "pause", "stop")
# A process on another machine cannot be looked up, but when it wrote its state last can. Long
# enough for the slowest single step of a training on a CPU.
SILENCE_LIMIT_S = 600.0
LAUNCHED = "launched.json"
RESERVE, RESERVE_BYTES = ".reserve", 1 << 16

# A quoted path may contain spaces. A run of slashes is matched from its first one only (or from its
# second one after a letter): matching from each would take quadratic time.
_PATH = re.compile(
    r"""(?<=")(?:[A-Za-z]:|~)?[\\/][^"\n]*(?=")|(?<=')(?:[A-Za-z]:|~)?[\\/][^'\n]*(?=')"""
    r"""|(?:(?<![\w.\\/])|(?<=[\w.][\\/]))(?:[A-Za-z]:|~)?[\\/]+[^\s"'\\/]+[\\/][^\s"']*"""
)


class JobFolder:
    """A job on disk. Opening a missing one raises "bad-input"."""

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path)
        # With its present paths: the folder may have been moved, or be a copy.
        self.job = at_home(schema.read_job(self.path / "job.json"), self.path.absolute())
        # Kept in memory too: only the running process writes it, so it need not be read back.
        self._state: dict[str, Any] | None = None

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        kind: str,
        inputs: dict[str, Any],
        options: dict[str, Any] | None = None,
        model: str | None = None,
    ) -> JobFolder:
        """Write a new queued job. The folder must not hold a job yet ("bad-input")."""
        if kind not in KINDS:
            raise SemiGDAError("bad-input", f"There is no job of kind '{kind}'.")
        path = Path(path)
        if (path / "job.json").exists():
            raise SemiGDAError(
                "bad-input", "The folder already holds a job.", action="Choose another folder."
            )
        (path / "control").mkdir(parents=True, exist_ok=True)
        write_json(path / "state.json", _new_state(), durable=False)
        job = {
            "schema": SCHEMA_VERSION,
            "kind": kind,
            "home": str(path.absolute()),
            "inputs": _plain(inputs),
            "options": _plain(options or {}),
            "model": model,
            "engine_version": __version__,
            "created": time.time(),
        }
        # Last, because a folder with a job.json counts as a whole job.
        write_json(path / "job.json", job, durable=_outlives(kind))
        return cls(path)

    # Reading

    def state(self) -> dict[str, Any]:
        """The content of ``state.json``: state, progress 0 to 1, seconds_left, message ...

        Raises:
            SemiGDAError: "bad-input" if it is missing or damaged.
        """
        try:
            return schema.read(self.path / "state.json", schema.STATE, "The job's state")
        except FileNotFoundError:
            raise SemiGDAError(
                "bad-input", "The job has no state.", action="Start the job again."
            ) from None

    def events(self, since_line: int = 0) -> list[dict[str, Any]]:
        """Events from line ``since_line`` (0-based); the next call starts at that plus their count.

        A last line without its end is still being written and left for the next call. A line torn
        by a crash is returned with type "unreadable", so that the count stays right.
        """
        try:
            data = (self.path / "events.jsonl").read_bytes()
        except FileNotFoundError:
            return []
        lines = data.split(b"\n")[:-1]
        return [schema.read_event(line) for line in lines[since_line:]]

    def result(self) -> dict[str, Any] | None:
        """``{"outputs", "report"}`` or ``{"error"}``; None until the job has ended.

        Raises:
            SemiGDAError: "bad-input" if it is damaged.
        """
        try:
            return schema.read(self.path / "result.json", schema.RESULT, "The job's result")
        except FileNotFoundError:
            return None

    def error(self) -> SemiGDAError | None:
        """The error that the job failed with, if it did."""
        error = (self.result() or {}).get("error")
        return SemiGDAError.from_dict(error) if error else None

    def is_stale(self) -> bool:
        """Whether the job claims to be running, waiting or started, but its process is gone, or was
        never started: of the jobs that have a process of their own, none waits for another one."""
        state = self.state()
        if state["state"] not in ("queued", *ACTIVE):
            return False
        owner = state if state["pid"] is not None else self._launched()
        if owner is None:  # queued for a worker, or its start was cut off
            return KINDS[self.job["kind"]].worker is None
        if owner["host"] != computer():
            return self._silent_s() > SILENCE_LIMIT_S
        same = is_same_process(owner["pid"], owner["process_start"])
        return not same or self._is_copy(owner)

    def _silent_s(self) -> float:
        """Seconds since the state was written, by the clock of the drive that both computers see:
        their own may differ."""
        written, trial = (self.path / "state.json").stat().st_mtime, temporary_path(self.path)
        try:
            trial.touch()
            return trial.stat().st_mtime - written
        except OSError:  # of a folder that may only be read
            return time.time() - written
        finally:
            with contextlib.suppress(OSError):
                trial.unlink(missing_ok=True)

    def _is_copy(self, owner: dict[str, Any]) -> bool:
        """Whether the process works on another folder, of which this one is a copy."""
        if "place" in owner:
            return owner["place"] != folder_mark(self.path)
        return not same_place(self.job["home"], self.path)  # of an older version

    def _launched(self) -> dict[str, Any] | None:
        try:
            return schema.read(self.path / LAUNCHED, schema.LAUNCHED, "The job")
        except FileNotFoundError:
            return None
        except SemiGDAError:  # its process is unknown and counts as gone
            return self._owner(0)

    def _state_or_new(self) -> dict[str, Any]:
        """For callers that replace the state: a damaged one is replaced, too."""
        try:
            return self._state or self.state()
        except SemiGDAError:
            return _new_state()

    # Starting, by a watcher that finds no process running the job

    def requeue(self) -> None:
        """Make the job "queued" for a new process; its progress stays visible."""
        (self.path / LAUNCHED).unlink(missing_ok=True)
        state = _new_state() | {"progress": self._state_or_new()["progress"]}
        write_json(self.path / "state.json", state, durable=False)

    def launched(self, pid: int) -> None:
        """Record the process started for the job, until that process does so itself."""
        write_json(self.path / LAUNCHED, self._owner(pid), durable=False)

    # Writing, by the process that runs the job

    def update(
        self,
        state: str | None = None,
        progress: float | None = None,
        seconds_left: float | None = None,
        message: str | None = None,
    ) -> None:
        """Replace ``state.json``: given values change, heartbeat and process are renewed.

        Only ``seconds_left`` is cleared if not given: an old estimate is wrong.
        """
        if state is not None and state not in STATES:
            raise ValueError(f"unknown state {state!r}")
        now = self._claimed()
        now |= {"heartbeat": time.time(), "seconds_left": _plain(seconds_left)}
        if state is not None:
            now["state"] = state
            now.pop("reason", None)
        if progress is not None:
            now["progress"] = min(max(float(progress), 0.0), 1.0)
        if message is not None:
            now["message"] = self._without_paths(message)
        write_json(self.path / "state.json", now, durable=False)

    def _claimed(self) -> dict[str, Any]:
        """The state, owned by this process."""
        if self._state is None:
            self._state = self.state() | self._owner(os.getpid())
        return self._state

    def _owner(self, pid: int) -> dict[str, Any]:
        """Who works on the job, and in which folder: a copy has the same files."""
        owner = {"pid": pid, "process_start": process_start(pid), "host": computer()}
        return owner | {"place": folder_mark(self.path)}

    def event(self, type: str, **values: Any) -> None:
        """Append one event: its type, the time, and plain values (without paths)."""
        event = self._clean({"type": type, "time": round(time.time(), 3), **values})
        line = json.dumps(event, allow_nan=False).encode() + b"\n"
        with open(self.path / "events.jsonl", "ab+") as file:
            # A process that died within a line left it torn: start a new one.
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    line = b"\n" + line
            file.write(line)

    def finish(self, outputs: dict[str, Any], report: dict[str, Any]) -> None:
        """Write the result, then the state "done" (a watcher that sees it finds the result)."""
        result = {"schema": SCHEMA_VERSION, "outputs": _plain(outputs), "report": _plain(report)}
        write_json(self.path / "result.json", result, durable=_outlives(self.job["kind"]))
        # After the result, which may need the room; before "done", because a finished job is never
        # run again and would keep it.
        self.release()
        self.update("done", progress=1.0, message="Done.")

    def hold_back(self) -> None:
        """Reserve a little disk space and give it up when the disk is full, so that the job can
        still report it."""
        # Random, so that no file system compresses it.
        (self.path / RESERVE).write_bytes(os.urandom(RESERVE_BYTES))

    def release(self) -> None:
        """Give the reserved space up."""
        (self.path / RESERVE).unlink(missing_ok=True)

    def pause(self, reason: SemiGDAError | None = None) -> None:
        """Write the state "paused", without a process; running the job again resumes it.

        Args:
            reason: what forced the pause; None if it was requested.
        """
        self.release()
        state = self._state_or_new()
        state |= {"state": "paused", "heartbeat": time.time(), "pid": None, "process_start": None}
        state["message"] = "Paused."
        if reason is not None:
            state["reason"] = self._clean(reason.to_dict())
            state["message"] = f"Paused: {reason.message} {reason.action}"
        write_json(self.path / "state.json", state, durable=False)
        self._state = None  # the process that resumes claims it again

    def fail(self, error: SemiGDAError) -> None:
        """Write the error as result, then the state "cancelled" or "failed"; a cancelled job may be
        started again.

        Also used by a watcher if the job's process is gone; the state then keeps that process.
        """
        self.release()
        result = {"schema": SCHEMA_VERSION, "error": self._clean(error.to_dict())}
        write_json(self.path / "result.json", result, durable=_outlives(self.job["kind"]))
        state = self._state_or_new()
        state["state"] = "cancelled" if error.error_class == "cancelled" else "failed"
        state |= {"message": result["error"]["message"], "seconds_left": None}
        state["heartbeat"] = time.time()
        write_json(self.path / "state.json", state, durable=False)
        for control in ("cancel", "stop") if state["state"] == "cancelled" else ():
            self.clear(control)

    # Control

    def request(self, control: str) -> None:
        """Ask the running job to "cancel", "pause", or "stop" (a training; it keeps its model)."""
        file = self._control(control)
        file.parent.mkdir(exist_ok=True)
        file.touch()

    def requested(self, control: str) -> bool:
        return self._control(control).exists()

    def clear(self, control: str) -> None:
        self._control(control).unlink(missing_ok=True)

    def _control(self, control: str) -> Path:
        if control not in CONTROLS:
            raise ValueError(f"unknown control {control!r}")
        return self.path / "control" / control

    # Keeping patient data out

    def _clean(self, value: Any) -> Any:
        return _plain(value, self._without_paths)

    def _without_paths(self, text: str) -> str:
        """The text without absolute paths and without names of the job's input files."""
        for value in self.job["inputs"].values():
            if isinstance(value, str) and value:
                for name in (value, os.path.basename(value.rstrip("/\\"))):
                    text = text.replace(name, "…") if len(name) > 3 else text
        return _PATH.sub("…", text)


def _outlives(kind: str) -> bool:
    """Whether a job of this kind goes on after a power cut. Others start over: to wait for the disk
    would cost each of a hundred volumes a twentieth of a second."""
    return KINDS[kind].resumes


def _new_state() -> dict[str, Any]:
    state = dict.fromkeys(("pid", "process_start", "host", "seconds_left"))
    return {**state, "state": "queued", "progress": 0.0, "message": "", "heartbeat": time.time()}


def _plain(value: Any, clean: Callable[[str], str] = str) -> Any:
    """The value as JSON can store it, with ``clean`` texts; numbers that are not finite become
    None."""
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): _plain(item, clean) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, clean) for item in value]
    if isinstance(value, os.PathLike):
        return clean(os.fspath(value))
    if hasattr(value, "tolist"):  # numpy's and torch's numbers and arrays
        return _plain(value.tolist(), clean)
    raise TypeError(f"{type(value).__name__} cannot stand in a job's files")
