"""The warm worker: takes job folders one after another; torch and the last model stay loaded.

Standard input: the folder of a job a line, in UTF-8. Standard output: "loading" before torch is
imported, "ready" once it is, "finished <folder>" after each job, whose state and result lie in its
folder. A broken job never ends the worker; the end of standard input does.
"""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from semigda.jobs.run import prepare_process, run_job

if TYPE_CHECKING:
    from semigda.jobs.kinds import ModelCache


def run_worker() -> int:
    """Serve until standard input closes."""
    prepare_process()
    print("loading", flush=True)
    models = _warm_up()
    print("ready", flush=True)
    for line in sys.stdin:
        folder = line.strip("\r\n")
        if not folder.strip():
            continue
        try:
            run_job(folder, models)
        except BaseException:  # no job there, or one that another process runs
            traceback.print_exc()
        print(f"finished {folder}", flush=True)
    return 0


def _warm_up() -> ModelCache | None:
    """Import what takes long. If that fails, every job will say so with its error class."""
    try:
        from semigda.jobs.kinds import ModelCache

        return ModelCache()
    except Exception:
        traceback.print_exc()
        return None
