"""Small trainings as jobs in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from training_fixtures import settings

from semigda_core.jobs.folder import JobFolder

ROOT = Path(__file__).resolve().parents[2]
TINY = {"pretrain_steps": 6, "align_steps": 6, "steps": 24, "validations": 3}


def training_job(cases: Path, folder: Path, **changes) -> JobFolder:
    """A queued training whose model goes into ``folder/model/phantom``."""
    options = settings(cases, folder / "model", **{"work": None, **TINY, **changes})
    return JobFolder.create(folder / "job", "train", {"cases": options.pop("cases")}, options)


# Children are forked from a process that has imported torch, where the system can fork.
_METHODS = multiprocessing.get_all_start_methods()
_CONTEXT = multiprocessing.get_context("forkserver" if "forkserver" in _METHODS else "spawn")
_CONTEXT.set_forkserver_preload(["torch", "safetensors.torch"])


class Child:
    """A process that runs Python code, with the names of ``subprocess.Popen``.

    ``environment``: more variables, or others. What it says goes to a file.
    """

    def __init__(self, code: str, *arguments: object, **environment: str):
        self._told = tempfile.NamedTemporaryFile()
        environment = {**os.environ, "OMP_NUM_THREADS": "1"} | environment
        command = (code, [*map(str, arguments)], environment, self._told.name)
        self._process = _CONTEXT.Process(target=_child, args=command, daemon=True)
        self._process.start()
        self.kill = self._process.kill

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        assert self.returncode is not None, "waited too long"
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        self.wait(timeout)
        return self._told.read().decode("utf-8", "replace"), ""


def _child(code: str, arguments: list[str], environment: dict[str, str], told: str) -> None:
    file = os.open(told, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(file, stream)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv[1:] = arguments
    exec(code, {"__name__": "__main__"})


def start(job: JobFolder, *, code: str = "") -> Child:
    """``semigda run`` in a child process, after ``code`` has run there."""
    code += "\nimport sys; from semigda.cli import main; sys.exit(main(['run', sys.argv[1]]))"
    return Child(code, job.path)


def ended(process: Child) -> tuple[int, str]:
    """Exit code, and all that was said."""
    told = "".join(process.communicate(timeout=300))
    return process.returncode, told


def wait_for(condition: Callable[[], object], process: Child | None = None) -> None:
    """Until it holds; a process that ends before is a failure."""
    deadline = time.monotonic() + 200
    while not condition():
        assert time.monotonic() < deadline and (process is None or process.poll() is None)
        time.sleep(0.02)


def of_type(job: JobFolder, kind: str) -> list[dict]:
    return [event for event in job.events() if event["type"] == kind]
