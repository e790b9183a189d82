"""Small trainings as jobs in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
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


def start(job: JobFolder, *, code: str = "") -> subprocess.Popen:
    """``semigda run`` in a child process, after ``code`` has run there."""
    code += "\nimport sys; from semigda.cli import main; sys.exit(main(['run', sys.argv[1]]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, str(job.path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )


def ended(process: subprocess.Popen) -> tuple[int, str]:
    """Exit code, and all that was said."""
    told = "".join(process.communicate(timeout=300))
    return process.returncode, told


def wait_for(condition: Callable[[], object], process: subprocess.Popen | None = None) -> None:
    """Until it holds; a process that ends before is a failure."""
    deadline = time.monotonic() + 200
    while not condition():
        assert time.monotonic() < deadline and (process is None or process.poll() is None)
        time.sleep(0.02)


def of_type(job: JobFolder, kind: str) -> list[dict]:
    return [event for event in job.events() if event["type"] == kind]
