"""The Python packages the engine needs, and what of them is missing.

torch is never imported in Slicer's own process, only looked for.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os

from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.jobs import interpreter
from semigda_core.models import features as general

TORCH = ">=2.2"
# Import name -> what pip is asked for. No pins: they would break what Slicer bundles.
PACKAGES = {
    "numpy": "numpy",
    "SimpleITK": "SimpleITK",
    "safetensors": "safetensors",
}


def missing(features: bool = False) -> list[str]:
    """Names of packages that are not installed; takes milliseconds.

    Another Python than Slicer's own had them when it was chosen. ``features``: general image
    features are needed too; only a training that starts from them needs them.
    """
    importlib.invalidate_caches()  # something may have been installed since the last look
    needed = (*PACKAGES, "torch") if interpreter.chosen() is None else ()
    names = [name for name in needed if importlib.util.find_spec(name) is None]
    if features and general.features_file() is None:
        names.append(general.PACKAGE)
    return names


_isInstalling = False


@contextlib.contextmanager
def whileInstalling():
    """For the block packages are being installed; pip lets clicks through.

    Raises:
        SemiGDAError: as :func:`checkIdle`.
    """
    global _isInstalling
    checkIdle()
    _isInstalling = True
    try:
        yield
    finally:
        _isInstalling = False


def checkIdle() -> None:
    """Raise "bad-input" while packages are being installed: a second pip, or a process that uses
    what is half there, would spoil them."""
    if _isInstalling:
        raise SemiGDAError(
            "bad-input",
            _("Python packages are being installed."),
            action=_("Wait until that has ended."),
        )


def check(features: bool = False) -> None:
    """Raise "import-error" if something is missing; ``features`` as of :func:`missing`. Raise
    "bad-input" while it is being installed."""
    checkIdle()
    other = interpreter.chosen()
    if other is not None and not os.path.isfile(other.program):
        raise SemiGDAError(
            "import-error",
            _("The external Python that you chose is not there any more."),
            action=_("Choose another in Set-up, or use Slicer's own."),
        )
    names = missing(features)
    if names == [general.PACKAGE]:
        raise SemiGDAError(
            "import-error",
            _("The general image features that this training starts from are not installed."),
            action=_("Set up ({size} MB), or choose another start in section 4.").format(
                size=general.MEGABYTES
            ),
        )
    if names:
        raise SemiGDAError(
            "import-error",
            _("SemiGDA needs Python packages that are not installed: {names}.").format(
                names=", ".join(names)
            ),
            action=_("Set-up says how large they are, and installs them."),
        )
