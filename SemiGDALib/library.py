"""Adding models to the library: in a child process, because checking tensors needs packages."""

from __future__ import annotations

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda_core.models.layout import NAME_TAKEN
from SemiGDALib.command import EngineCommand, toldError

ADD_LIMIT_MS = 120_000


def addModel(path, onDone, overwrite=False) -> EngineCommand:
    """Install a package (.zip, folder, or its card.json); ``onDone(SemiGDAError or None)``.

    Where another model has its name, the user is asked.

    Args:
        overwrite: let it take that place.
    """
    path = Path(path)
    if path.name == "card.json":
        path = path.parent

    def finished(exitCode, _output, errors):
        problem = None
        if exitCode != 0:
            failed = _("The model could not be installed.")
            problem = toldError("model-invalid", errors, failed)
        if problem is not None and NAME_TAKEN in problem.detail and mayReplace():
            addModel(path, onDone, overwrite=True)
        else:
            onDone(problem)

    arguments = ["-m", "semigda", "models", "add", str(path)]
    return EngineCommand([*arguments, *["--overwrite"] * overwrite], finished, ADD_LIMIT_MS)


def mayReplace() -> bool:
    """Ask whether the new model shall take the place of another one."""
    return slicer.util.confirmYesNoDisplay(
        _(
            "Another model of this name is installed. Use the new one in its place? "
            "A starter model is only hidden, and comes back when the new one is removed."
        ),
        windowTitle="SemiGDA",
    )
