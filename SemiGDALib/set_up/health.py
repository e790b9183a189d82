"""Do packages and device work? A child process imports and computes; what it found is kept."""

from __future__ import annotations

import json
import time

import slicer
from slicer.i18n import tr as _

from semigda_core.errors import SemiGDAError
from SemiGDALib import settings
from SemiGDALib.jobs.command import EngineCommand

LAST = "SemiGDA/Health"  # in the user's settings: the last finding, for reports
PROBE_LIMIT_MS = 120_000  # the first import of torch reads gigabytes on a cold disk
_NOTHING = {"python": "?", "versions": {}, "optional": {}, "broken": {}, "device": None}
_NOTHING |= {"deviceError": None, "memory_gib": None, "graphics": None, "advice": None}


def probe(jobs, device: str, onDone, python=None) -> None:
    """Try the packages and the device in a child process; calls ``onDone(finding, problem)``.

    ``jobs``: the :class:`SemiGDALib.jobs.owner.Jobs` that the command belongs to. ``finding`` is
    the dictionary of :func:`semigda.probe.probe`; ``problem`` a SemiGDAError that says what is
    wrong and what to do, or None. ``python``: a
    :class:`semigda_core.jobs.interpreter.Interpreter` rather than the one in use.
    """

    def finished(exitCode, output, errors):
        try:
            finding = {**_NOTHING, **json.loads(output.splitlines()[-1])}
            problem = diagnose(finding)
        except (IndexError, ValueError, TypeError):
            finding = dict(_NOTHING)
            detail = f"probe: exit code {exitCode}; {errors[-300:]}"
            problem = SemiGDAError("import-error", detail=detail)
        if python is None:
            keep(finding)
        onDone(finding, problem)

    command = EngineCommand(["-m", "semigda.probe", device], finished, PROBE_LIMIT_MS, python)
    jobs.add(command)


def diagnose(finding: dict) -> SemiGDAError | None:
    """What a probe's finding means for the user."""
    if finding["broken"]:
        names = ", ".join(finding["broken"])
        return SemiGDAError(
            "import-error",
            _("These Python packages are missing or damaged: {names}.").format(names=names),
            action=_("Click Repair."),
            detail="; ".join(f"{name}: {why}" for name, why in finding["broken"].items()),
        )
    if finding["deviceError"]:
        message, action = finding["advice"] or (
            _("PyTorch is installed but cannot compute on the chosen device."),
            _("Choose the CPU, or update the graphics driver."),
        )
        return SemiGDAError(
            "device-unavailable", message, action=action, detail=finding["deviceError"]
        )
    return None


def keep(finding: dict) -> None:
    """Keep a finding of the Python in use for reports."""
    made = json.dumps({"date": time.strftime("%Y-%m-%d"), **finding}, sort_keys=True)
    slicer.app.userSettings().setValue(LAST, made)


def last() -> str:
    """The last finding as a line for reports: no patient, but folders may be in it."""
    return settings.text(LAST) or _("not checked yet")
