"""The warm worker: runs job folders one after another; torch and the last model stay loaded.

Standard input: one job folder a line, in UTF-8. Standard output: "loading" before torch is
imported, "ready" afterwards, "finished <folder>" after each job, whose state and result are in its
folder. A broken job never ends the worker. The end of standard input does: whoever sends jobs has
crashed if it comes before their end, so the job that runs is cancelled and none is begun.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from typing import TYPE_CHECKING

from semigda.jobs.orphaned import WatchedJob
from semigda.jobs.run import open_job, prepare_process, run_job
from semigda.memory import give_memory_back, importing

if TYPE_CHECKING:
    from semigda.jobs.kinds import ModelCache


def run_worker() -> int:
    """Run jobs until standard input closes."""
    prepare_process()
    _answer("loading")
    models = _warm_up()
    _answer("ready")
    for line in sys.stdin:
        folder = line.strip("\r\n")
        if not folder.strip():
            continue
        try:
            if os.path.lexists(folder):  # else it was taken back before its turn
                run_job(open_job(folder, WatchedJob), models)
        except BaseException:  # no job there, or another process runs it
            traceback.print_exc()
        _answer(f"finished {folder}")
        # Or a training finds too little.
        if models is None:  # without torch
            give_memory_back()
        else:
            from semigda.inference.device import free_cache

            free_cache()
    return 0


def _answer(line: str) -> None:
    """As bytes: a folder's name may contain anything, and is not meant for a terminal."""
    with contextlib.suppress(OSError):  # nobody listens; standard input will end as well
        sys.stdout.buffer.write(line.encode("utf-8", "surrogateescape") + b"\n")
        sys.stdout.flush()


def _warm_up() -> ModelCache | None:
    """Import the slow packages. If that fails, every job reports it with its error class."""
    try:
        with importing():
            from semigda.jobs.kinds import ModelCache

        return ModelCache()
    except Exception:
        traceback.print_exc()
        return None
