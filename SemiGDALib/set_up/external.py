"""Another Python than Slicer's own for the engine's processes, chosen by the user.

It is tried before it is taken: does it start, is it new enough, does it have the packages, does it
compute? Nothing is ever installed into it.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from semigda_core.jobs import interpreter
from SemiGDALib import settings

SETTING = "SemiGDA/ExternalPython"  # in the user's settings: its program; empty: Slicer's own
VERSION_LIMIT_MS = 30_000
# Python 2 understands it as well, to be told that it is too old.
_SAY_VERSION = "import sys; print('semigda-python %d.%d' % sys.version_info[:2])"
_WINDOWS = sys.platform == "win32"
_IN_FOLDER = ("python.exe", "Scripts/python.exe") if _WINDOWS else ("bin/python", "bin/python3")


def stored() -> str:
    """The chosen program; empty if it is Slicer's own Python."""
    return settings.text(SETTING)


def apply() -> None:
    """From now on the engine runs in the Python of the user's settings."""
    path = stored()
    interpreter.choose(_at(path) if path else None)


def _at(path) -> interpreter.Interpreter:
    return interpreter.Interpreter(str(path), slicer.util.startupEnvironment())


def programIn(chosen) -> Path:
    """The program of a Python: the file itself, or that of an environment's folder.

    Raises:
        SemiGDAError: "bad-input" if there is none.
    """
    path = Path(chosen)
    if path.is_dir():
        files = [path / name for name in _IN_FOLDER if (path / name).is_file()]
        path = files[0] if files else path
    # Only what is named so is started: any other program would do whatever it does.
    if not path.is_file() or "python" not in path.name.lower():
        raise _notPython()
    return path.absolute()  # not resolved: a virtual environment is a link to its base


def use(jobs, chosen, onDone) -> None:
    """Try a Python and take it if it works; ``onDone(finding or None, SemiGDAError or None)``.

    ``chosen``: its program, or the folder of its environment.
    """
    from SemiGDALib.jobs.command import EngineCommand  # an opening only applies what was chosen
    from SemiGDALib.set_up import health

    try:
        path = programIn(chosen)
    except SemiGDAError as error:
        onDone(None, error)
        return
    python = _at(path)

    def versionSaid(_exitCode, output, _errors):
        said = re.search(r"^semigda-python (\d+)\.(\d+)\s*$", output, re.MULTILINE)
        if said is None:
            onDone(None, _notPython())
        elif (int(said[1]), int(said[2])) < interpreter.OLDEST:
            onDone(None, _tooOld(f"{said[1]}.{said[2]}"))
        else:
            health.probe(jobs, "auto", tried, python)

    def tried(finding, problem):
        if finding["broken"]:
            problem = _lacks(finding)
        if problem is None:
            slicer.app.userSettings().setValue(SETTING, str(path))
            _changed()
            health.keep(finding)
        onDone(finding, problem)

    jobs.add(EngineCommand(["-c", _SAY_VERSION], versionSaid, VERSION_LIMIT_MS, python))


def useOwn() -> None:
    """Back to Slicer's own Python."""
    slicer.app.userSettings().remove(SETTING)
    _changed()


def _changed() -> None:
    from SemiGDALib.jobs.worker import Worker

    Worker.stopAll()  # the next job starts a worker of the other Python
    apply()


def _notPython() -> SemiGDAError:
    return SemiGDAError(
        "bad-input",
        _("This is not a Python."),
        action=_("Choose the program python (python.exe) of an environment that has PyTorch."),
    )


def _tooOld(version: str) -> SemiGDAError:
    oldest = ".".join(map(str, interpreter.OLDEST))
    return SemiGDAError(
        "bad-input",
        _("This is Python {version}; SemiGDA needs {oldest} or later.").format(
            version=version, oldest=oldest
        ),
        action=_("Choose another Python."),
    )


def _lacks(finding: dict) -> SemiGDAError:
    names = list(finding["broken"])
    return SemiGDAError(
        "import-error",
        _("In this Python these packages are missing or damaged: {names}.").format(
            names=", ".join(names)
        ),
        action=_("Install them there: python -m pip install {names}").format(names=" ".join(names)),
        detail="; ".join(f"{name}: {why}" for name, why in finding["broken"].items()),
    )
