"""Adding models to the library: in a child process, because checking tensors needs packages."""

from __future__ import annotations

from pathlib import Path

from slicer.i18n import tr as _

from semigda.errors import SemiGDAError
from SemiGDALib.command import EngineCommand

ADD_LIMIT_MS = 120_000


def addModel(path, onDone) -> EngineCommand:
    """Install a package (.zip, folder, or its card.json); ``onDone(SemiGDAError or None)``."""
    path = Path(path)
    if path.name == "card.json":
        path = path.parent

    def finished(exitCode, _output, errors):
        if exitCode == 0:
            onDone(None)
            return
        # The command says what is wrong in one line and what to do in the next.
        sentence, action, *detail = [*errors.splitlines(), "", ""]
        onDone(
            SemiGDAError(
                "model-invalid",
                sentence.removeprefix("semigda: ") or _("The model could not be installed."),
                action=action or None,
                detail=" ".join(detail).strip(),
            )
        )

    return EngineCommand(["-m", "semigda", "models", "add", str(path)], finished, ADD_LIMIT_MS)
