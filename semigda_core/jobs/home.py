"""Where a job was written, and its present paths, as its folder may have been moved.

Jobs of a project name its files by absolute paths. After the project was copied, renamed or moved,
what was inside it then is taken from inside it now.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from semigda_core.files.inside import inside
from semigda_core.files.moved import folder_of, moved, name_of

_OPTIONS = ("out", "base", "work")  # which of them are paths
PROJECT_FILE, PREPARED = "project.json", "prepared"


def home_of(job: dict[str, Any], here: Path) -> str:
    """The job's folder when it was written; ``here`` if that is unknown."""
    if "home" in job:
        return job["home"]
    # Older jobs: their case list tells.
    for value in job["inputs"].values():
        if isinstance(value, str) and name_of(folder_of(value)) == here.name:
            return folder_of(value)
    return str(here)


def at_home(job: dict[str, Any], here: Path) -> dict[str, Any]:
    """The job with the paths that follow from its present folder ``here``, and with its "home"."""
    home = home_of(job, here)
    if home == str(here):
        return job | {"home": home}
    old, new = home, here
    if name_of(folder_of(home)) == here.parent.name == "jobs":
        old, new = folder_of(home, 2), here.parent.parent

    def now(value: Any) -> Any:
        return moved(value, old, new) if isinstance(value, str) else value

    options = job["options"].items()
    return {
        **job,
        "home": home,
        "model": now(job.get("model")),
        "inputs": {key: now(value) for key, value in job["inputs"].items()},
        "options": {key: now(value) if key in _OPTIONS else value for key, value in options},
    }


def folder_mark(folder: Path) -> str:
    """A mark that tells a folder from its copies, whatever path leads to it, without naming it.

    Slicer's Python and the one that computes may differ: on Windows, a disk's number has 64 bits
    since Python 3.12, of which earlier versions give the lower half.
    """
    state = folder.stat()
    return f"{state.st_dev & 0xFFFFFFFF:x}-{state.st_ino:x}"


def prepared_folder(folder: Path) -> Path:
    """Where the slices that a job prepares lie: in its project, once for all of its jobs, or else
    in the job's own folder.

    Args:
        folder: the job's, or one inside it.

    Raises:
        SemiGDAError: "bad-input" if a link leads out of the project.
    """
    folder = folder.absolute()
    for jobs in folder.parents:
        if jobs.name == "jobs" and (jobs.parent / PROJECT_FILE).is_file():
            return inside(jobs.parent, PREPARED)
    return folder / PREPARED
