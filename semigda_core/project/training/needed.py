"""The models that a training needs until its end."""

from __future__ import annotations

from pathlib import Path

from semigda_core.errors import SemiGDAError
from semigda_core.files.targets import same_place
from semigda_core.jobs.folder import ENDED, JobFolder
from semigda_core.project.project import Project


def refuse_needed(project: Project, model: Path) -> None:
    """Raise "bad-input" while a training that is not finished starts from the model in this folder,
    or is to be compared with it."""
    for record in project.jobs():
        if record["kind"] != "train" or record["state"] in (*ENDED, "lost"):
            continue
        job = JobFolder(record["folder"]).job
        needed = job["inputs"].get("before"), job["options"].get("base")
        if any(path and same_place(path, model) for path in needed):
            raise SemiGDAError(
                "bad-input",
                "A training that is not finished starts from this version, or is to be compared "
                "with it.",
                action="Wait for its end, resume it, or cancel it.",
            )
