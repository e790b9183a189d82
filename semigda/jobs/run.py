"""Running a job folder in this process, whatever happens: it ends with a result or an error."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from semigda.errors import SemiGDAError
from semigda.jobs.failures import classify
from semigda.jobs.folder import JobFolder

if TYPE_CHECKING:
    from semigda.jobs.kinds import ModelCache


def run_job(job: JobFolder | str | os.PathLike[str], models: ModelCache | None = None) -> int:
    """Run a job to its end and return an exit code: 0 if it is done, else 1.

    A job that failed, was cancelled or whose process is gone is run again (a training goes on from
    its checkpoint); one that is done is left alone.

    Args:
        job: its folder.
        models: keeps the last model loaded between jobs.

    Raises:
        SemiGDAError: "bad-input" if the folder holds no job, or another process runs it.
    """
    if not isinstance(job, JobFolder):
        job = JobFolder(job)
    state = job.state()
    if state["state"] == "done":
        return 0
    if state["state"] in ("queued", "running", "pausing", "paused") and state["pid"] is not None:
        if state["pid"] != os.getpid() and not job.is_stale():
            raise SemiGDAError(
                "bad-input", "Another process runs this job already.", action="Wait for its end."
            )
    with output_to(job.path / "log.txt"):
        try:
            _run(job, models)
            return 0
        except BaseException as error:
            _end(job, error)
            return 1


def _run(job: JobFolder, models: ModelCache | None) -> None:
    if job.requested("cancel"):
        raise SemiGDAError("cancelled")
    (job.path / "result.json").unlink(missing_ok=True)  # of an earlier try
    job.clear("pause")  # starting a job again means going on
    job.update("running", progress=0.0, message="Starting.")
    # Imported here, so that a missing package becomes the job's error, not the process's end.
    from semigda.jobs.kinds import KINDS, ModelCache

    outputs, report = KINDS[job.job["kind"]](job, models or ModelCache())
    job.finish(outputs, report)


def _end(job: JobFolder, error: BaseException) -> None:
    told = classify(error)
    if told is not error:
        traceback.print_exception(error)  # to log.txt, the only place for it
    print(f"{told.error_class}: {told} {told.detail}".rstrip(), file=sys.stderr)
    try:
        job.fail(told)
        if told.error_class == "cancelled":
            job.clear("cancel")  # answered; the job may be started again
    except OSError:
        # A full disk may refuse even this; the watcher then sees the process end without a result.
        traceback.print_exc()


@contextlib.contextmanager
def output_to(path: Path) -> Iterator[None]:
    """Send this process's standard output and error to a file, native libraries' texts included.

    A worker's standard output is a protocol that a library's warning must not break.
    """
    _flush()
    with open(path, "ab") as log:
        saved = [(fd, os.dup(fd)) for fd in (1, 2)]
        try:
            for fd, _ in saved:
                os.dup2(log.fileno(), fd)
            yield
        finally:
            _flush()
            for fd, copy in saved:
                os.dup2(copy, fd)
                os.close(copy)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def prepare_process() -> None:
    """Once in a process that only runs jobs: UTF-8, logging and crash traces to standard error."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    faulthandler.enable(2)  # a crash in native code leaves its place in log.txt
