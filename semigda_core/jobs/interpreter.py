"""Which Python runs the engine in child processes: the present one, or another of the user's.

Slicer's own Python cannot use every graphics card: one that is too new or too old needs another
version of PyTorch than Slicer gets. A Python with such a version, outside Slicer, can be chosen.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import semigda_core

ENGINE = Path(semigda_core.__file__).resolve().parents[1]  # the folder of the engine's packages
OLDEST = (3, 10)


class Interpreter(NamedTuple):
    """A Python outside this program.

    ``program``: its file. ``environment``: that of a program of the system, without the paths by
    which this process finds its own Python and libraries.
    """

    program: str
    environment: Mapping[str, str]


_chosen: Interpreter | None = None


def choose(interpreter: Interpreter | None) -> None:
    """Run the engine with this Python from now on; None: with the present one. Not checked."""
    global _chosen
    _chosen = interpreter


def chosen() -> Interpreter | None:
    """The Python that was chosen; None: the present one."""
    return _chosen


def program(interpreter: Interpreter | None = None) -> str:
    """The file that runs the engine. ``interpreter``: use it instead of the chosen one."""
    used = interpreter or _chosen
    return sys.executable if used is None else used.program


def environment(interpreter: Interpreter | None = None) -> dict[str, str]:
    """The environment of such a process: it finds the engine and uses UTF-8."""
    from semigda_core.models import features, library  # Slicer's start-up need not wait for them

    used = interpreter or _chosen
    made = dict(os.environ if used is None else used.environment)
    paths = [str(ENGINE), made.get("PYTHONPATH", "")]
    made |= {"PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONUTF8": "1"}
    if library.ENVIRONMENT in os.environ:  # chosen in the panel, and the same for every Python
        made[library.ENVIRONMENT] = os.environ[library.ENVIRONMENT]
    general = features.features_file() if used is not None else None
    if general is not None:  # installed for this Python, and nothing but data: good for any
        made[features.ENVIRONMENT] = str(general)
    return made
