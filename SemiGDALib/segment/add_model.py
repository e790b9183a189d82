"""Adding models to the library: in a child process, because checking tensors needs packages."""

from __future__ import annotations

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda_core.models.layout import NAME_TAKEN
from SemiGDALib.jobs.command import run

ADD_LIMIT_MS = 120_000


def addModel(jobs, path, onDone, overwrite=False) -> None:
    """Install a package (.zip, folder, or its card.json); ``onDone(SemiGDAError or None)``.

    Where another model has its name, the user is asked.

    Args:
        jobs: the :class:`SemiGDALib.jobs.owner.Jobs` that the command belongs to.
        overwrite: let it take that place.
    """
    path = Path(path)
    if path.name == "card.json":
        path = path.parent

    def finished(_output, problem):
        if problem is not None and NAME_TAKEN in problem.detail and mayReplace():
            addModel(jobs, path, onDone, overwrite=True)
        else:
            onDone(problem)

    arguments = ["models", "add", str(path)]
    if overwrite:
        arguments.append("--overwrite")
    failed = _("The model could not be installed.")
    run(jobs, arguments, finished, ADD_LIMIT_MS, "model-invalid", failed)


def mayReplace() -> bool:
    """Ask whether the new model may replace another one."""
    return slicer.util.confirmYesNoDisplay(
        _(
            "A model of this name is already installed. Replace it? A starter model is only "
            "hidden, and comes back when you remove the new one."
        ),
        windowTitle="SemiGDA",
    )
