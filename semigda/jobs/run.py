"""Running a job folder in this process: whatever happens, it ends with a result or an error."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from semigda_core.errors import Paused, SemiGDAError
from semigda_core.files.atomic import clear_leftovers, write_json
from semigda_core.jobs.failures import classify
from semigda_core.jobs.folder import ACTIVE, JobFolder
from semigda_core.jobs.following import FollowedJob
from semigda_core.jobs.kinds import KINDS

if TYPE_CHECKING:
    from semigda.jobs.kinds import ModelCache


def run_job(job: JobFolder | str | os.PathLike[str], models: ModelCache | None = None) -> int:
    """Run a job to its end and return an exit code: 0 if it is done or paused as requested, else 1.

    A job that was paused, failed, was cancelled or has lost its process is run again (a training
    resumes from its checkpoint); a finished one is left alone. A full disk pauses a training.

    Args:
        job: its folder.
        models: keeps the last model loaded between jobs.

    Raises:
        SemiGDAError: "bad-input" if the folder has no job, or another process runs it; the job's
            error if it cannot be written.
    """
    if not isinstance(job, JobFolder):
        job = open_job(job)
    try:
        state = job.state()
    except SemiGDAError as error:
        job.fail(error)  # so that its watcher notices, and can start it again
        return 1
    if state["state"] == "done":
        return 0
    if state["state"] in ("queued", *ACTIVE) and state["pid"] is not None:
        if state["pid"] != os.getpid() and not job.is_stale():
            raise SemiGDAError(
                "bad-input", "Another process runs this job already.", action="Wait for its end."
            )
    with output_to(job.path / "log.txt"):
        try:
            _run(job, models)
            return 0
        except Paused:
            return _pause(job)
        except BaseException as error:
            _end(job, error)
            return 1


def open_job(folder: str | os.PathLike[str], kind: type[JobFolder] = JobFolder) -> JobFolder:
    """The job in a folder that is about to be run; a damaged one gets its error as result.

    Raises:
        SemiGDAError: "bad-input" if the folder has no job, or a damaged one.
    """
    folder = Path(folder)
    try:
        return kind(folder)
    except SemiGDAError as error:
        if (folder / "job.json").is_file():  # so that its watcher notices
            with contextlib.suppress(OSError, SemiGDAError):
                write_json(folder / "result.json", {"error": error.to_dict()})
        raise


def follow_job(folder: str | os.PathLike[str]) -> int:
    """Take part in a job that the first process of ``torchrun`` runs by :func:`run_job`.

    Only trainings are shared; other jobs run in the first process alone. Returns an exit code.
    """
    job = FollowedJob(folder)
    if not KINDS[job.job["kind"]].resumes or job.state()["state"] == "done":
        return 0
    with output_to(job.path / "log.txt"):
        try:
            from semigda.jobs.kinds import WAYS, ModelCache

            WAYS[job.job["kind"]](job, ModelCache())
            return 0
        except Paused:
            return 0
        except BaseException as error:
            _log(error, classify(error))
            return 1


def _run(job: JobFolder, models: ModelCache | None) -> None:
    if job.requested("cancel"):
        raise SemiGDAError("cancelled")
    (job.path / "result.json").unlink(missing_ok=True)  # of an earlier attempt
    if job.state()["state"] != "queued":  # starting a job again means resuming it
        job.clear("pause")
    clear_leftovers(job.path)
    resumable = KINDS[job.job["kind"]].resumes
    job.update("running", progress=None if resumable else 0.0, message="Starting.")
    job.hold_back()
    # Imported here, so that a missing package becomes the job's error, not the process's end.
    from semigda.jobs.kinds import WAYS, ModelCache

    outputs, report = WAYS[job.job["kind"]](job, models or ModelCache())
    job.finish(outputs, report)
    for control in ("stop", "pause"):  # answered, or too late
        job.clear(control)


def _pause(job: JobFolder, reason: SemiGDAError | None = None) -> int:
    job.pause(reason)
    if job.requested("cancel"):  # meanwhile: a paused job has nobody else to obey it
        job.fail(SemiGDAError("cancelled"))
        return 1
    return 0


def _end(job: JobFolder, error: BaseException) -> None:
    problem = classify(error)
    _log(error, problem)
    try:
        if problem.error_class == "disk-full" and KINDS[job.job["kind"]].resumes:
            # The disk may have filled up between the result and "done"; a paused job has no result.
            (job.path / "result.json").unlink(missing_ok=True)
            _pause(job, problem)
            return
        job.fail(problem)
    except (OSError, SemiGDAError) as refused:
        # A full disk may prevent even this; the watcher then sees the process end without a result.
        _log(refused, problem)
        raise problem from refused


def _log(error: BaseException, problem: SemiGDAError) -> None:
    with contextlib.suppress(OSError):  # of a full disk
        if problem is not error:
            traceback.print_exception(error)  # to log.txt, the only place for it
        print(f"{problem.error_class}: {problem} {problem.detail}".rstrip(), file=sys.stderr)


@contextlib.contextmanager
def output_to(path: Path) -> Iterator[None]:
    """Send this process's standard output and error to a file, including texts of native libraries.

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
        with contextlib.suppress(OSError):  # a full disk costs the log, not the job
            stream.flush()


def prepare_process() -> None:
    """Prepare a process that only runs jobs: UTF-8, logging and crash traces to standard error.

    A worker receives folder names as bytes, because they may not be UTF-8.
    """
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "surrogateescape"),
        (sys.stderr, "backslashreplace"),
    ):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    faulthandler.enable(2)  # a crash in native code leaves its location in log.txt
