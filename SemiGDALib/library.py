"""Adding models to the library: in a child process, because checking tensors needs packages."""

from __future__ import annotations

from pathlib import Path

from slicer.i18n import tr as _

from SemiGDALib.command import EngineCommand, toldError

ADD_LIMIT_MS = 120_000


def addModel(path, onDone) -> EngineCommand:
    """Install a package (.zip, folder, or its card.json); ``onDone(SemiGDAError or None)``."""
    path = Path(path)
    if path.name == "card.json":
        path = path.parent

    def finished(exitCode, _output, errors):
        failed = _("The model could not be installed.")
        onDone(None if exitCode == 0 else toldError("model-invalid", errors, failed))

    return EngineCommand(["-m", "semigda", "models", "add", str(path)], finished, ADD_LIMIT_MS)
