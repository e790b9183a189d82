"""Starting a job in a separate process that outlives its starter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from semigda_core.jobs import interpreter
from semigda_core.jobs.folder import JobFolder

NICE = 10  # keeps the computer usable while a training uses all it can get


def launch(job: JobFolder) -> int:
    """Run ``job`` by ``python -m semigda run`` in a detached process and return its id.

    The process has no terminal and no window, does not end with the caller, and has a lower
    priority. Its output goes to the job's ``log.txt``. The interpreter is the chosen or the present
    one (in Slicer: PythonSlicer); if that is a launcher, the job's process is its child. No other
    process may be running the job.

    Raises:
        OSError: if the process cannot be started.
    """
    command = [interpreter.program(), "-m", "semigda", "run", str(job.path.absolute())]
    log = job.path.absolute() / "log.txt"
    # In the engine's folder, because "-m" searches the working folder first, and because Windows
    # cannot delete a folder in use.
    engine = str(interpreter.ENGINE)
    job.requeue()
    pid = _start(command, interpreter.environment(), engine, log)
    job.launched(pid)
    return pid


if sys.platform != "win32":

    def _start(command: list[str], environment: dict[str, str], folder: str, log: Path) -> int:
        """Through a shell that ends at once, so that the process is not our child: Slicer would
        never collect it at its end. ``nice`` becomes the process it starts."""
        script = f'nice -n {NICE} "$@" </dev/null >>"$0" 2>&1 & echo $!'
        done = subprocess.run(
            ["/bin/sh", "-c", script, str(log), *command],
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,  # no signal from the caller's terminal reaches it
            check=True,
            text=True,
        )
        return int(done.stdout)


else:

    def _start(command: list[str], environment: dict[str, str], folder: str, log: Path) -> int:
        """A process in its own group, with a hidden console: without one a launcher's child would
        open a visible one. It leaves the caller's job object, which may end all its processes, if
        that is allowed."""
        flags = (
            subprocess.CREATE_NO_WINDOW
            | subprocess.CREATE_NEW_PROCESS_GROUP
            | subprocess.BELOW_NORMAL_PRIORITY_CLASS
        )
        leave = subprocess.CREATE_BREAKAWAY_FROM_JOB
        with open(log, "ab") as output:
            for more in (leave, 0):
                try:
                    return subprocess.Popen(
                        command,
                        env=environment,
                        cwd=folder,
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        creationflags=flags | more,
                    ).pid
                except PermissionError:
                    if not more:
                        raise
        raise AssertionError("unreachable")
